package handlers

import (
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// Each part of a status message alone: what a link shows of it is on a page that is open already.
func TestALinkFollowsEachFieldByItself(t *testing.T) {
	for _, shows := range []conference.Shows{{}, {Layout: true}, {Names: true, People: true, Layout: true}} {
		h := newHistory(1)
		view := &linkView{words: words{text: text.For(text.Langs()[0])}, board: h.registry, id: "100", names: &aliases{}, shows: shows}
		link := newTopic(t, h.registry, view)
		about := conference.About{ConfID: "100", At: h.now}
		h.registry.Apply(conference.WatchMessage{About: about, Name: "Review"})
		h.registry.Apply(conference.LinkMessage{About: about, Event: conference.LinkEvent(1)})
		first := h.status(about)
		first.Envelope.Mode, first.Envelope.Version = conference.Full, conference.FullVersion(h.now.UnixMilli())
		h.registry.Apply(first)
		link.connect()

		for step := range 10 * int(conference.FieldCount) {
			h.now = h.now.Add(time.Second)
			about.At = h.now
			m := h.status(about)
			m.Status = conference.Status{Unlisted: m.Status.Unlisted}
			all := h.status(about).Status
			if f := conference.Field(step % int(conference.FieldCount)); all.Value(f).Presence == conference.Known {
				m.Status.Set(f, all.Value(f))
			}
			h.registry.Apply(m)
			link.flush(true)
			_, now := view.draw()
			if got, want := link.viewers[0].html(), drawn(t, templates.LinkRegion(now)).html(); got != want {
				t.Fatalf("%+v, after step %d: %s", shows, step, difference(got, want))
			}
		}
	}
}
