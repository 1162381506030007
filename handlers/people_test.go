package handlers

import (
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
	"confboard/templates/text"
)

// One attribute of one participant at a time: what the page shows of it is on one that is open already, the number of those in the
// meeting included, among whom is who picks up.
func TestThePeopleOfAnOpenPageFollowEachAttributeByItself(t *testing.T) {
	h := newHistory(1)
	view := &meetingView{words: words{text: text.For(text.Langs()[0])}, board: h.registry, id: "100", told: timelineView{history: timeline.NewHistory(timeline.DefaultLimits)}}
	page := newTopic(t, h.registry, view)
	about := conference.About{ConfID: "100", At: h.now}
	tell := func(mode conference.Mode, entries ...conference.ParticipantEntry) {
		h.now = h.now.Add(time.Second)
		about.At = h.now
		m := conference.ParticipantsMessage{About: about, Envelope: h.envelope(about, conference.ParticipantsType), Entries: entries}
		if m.Envelope.Mode = mode; mode == conference.Full {
			m.Envelope.Version, m.Envelope.Sequence = conference.FullVersion(h.now.UnixMilli()), 0
		} else {
			m.Envelope.Version, m.Envelope.Sequence = 0, conference.Sequence(h.version)
		}
		h.registry.Apply(m)
	}
	entry := func(pid, key, value string) conference.ParticipantEntry {
		return conference.ParticipantEntry{PID: pid, Attributes: conference.AttributesOf(map[string]string{key: value})}
	}
	h.registry.Apply(conference.WatchMessage{About: about, Name: "Review"})
	tell(conference.Full, entry("a", "NAME", "Ann"), entry("b", "NAME", "Bo"), entry("c", "NAME", "Chi"))
	page.connect()
	for _, change := range [][2]string{{"STATE", "1"}, {"STATE", "0"}, {"HAND", "1"}, {"MUTE", "1"}, {"ROLE", "1"}, {"ISCOHOST", "1"}, {"ROLE", "2"}, {"NAME", "Bea"}, {"TEL", "+1"}} {
		tell(conference.Incremental, entry("b", change[0], change[1]))
		page.flush(true)
		if got, want := page.viewers[0].html(), drawn(t, templates.MeetingRegion(view.page(h.registry.Get("100")))).html(); got != want {
			t.Errorf("after %s became %s: %s", change[0], change[1], difference(got, want))
		}
	}
}
