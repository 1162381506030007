package handlers

import (
	"fmt"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
)

// NewTypical makes a board of so many meetings as they are at work: all fields told, ten participants, and things that have happened.
func NewTypical(n int) *Handlers {
	c := newCrowd(n)
	kept := timeline.NewHistory(timeline.DefaultLimits)
	c.Observe(kept.Note)
	known := func(v int64) conference.Value { return conference.Value{Presence: conference.Known, Int: v} }
	for i := range n {
		a := c.about(i)
		m := conference.StatusMessage{About: a, Envelope: c.envelope(a, conference.StatusType, conference.Full)}
		for f := range conference.FieldCount {
			switch f.Kind() {
			case conference.KindFlag, conference.KindSwitch:
				m.Status.Set(f, known(int64((i+int(f))%2)))
			}
		}
		m.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateCreated})
		m.Status.Set(conference.StatusMode, conference.Value{Presence: conference.Known, Text: conference.ModeFixed})
		m.Status.Set(conference.PicNum, known(9))
		m.Status.Set(conference.EndTime, known(c.now.Add(time.Hour).UnixMilli()))
		c.Apply(m)
		var entries []conference.ParticipantEntry
		for p := range 10 {
			entries = append(entries, conference.ParticipantEntry{PID: fmt.Sprint("p", p),
				Attributes: conference.AttributesOf(map[string]string{"NAME": fmt.Sprint("Participant ", p), "ROLE": "0", "STATE": "0", "MUTE": fmt.Sprint(p % 2)})})
		}
		c.Apply(conference.ParticipantsMessage{About: a, Envelope: c.envelope(a, conference.ParticipantsType, conference.Full), Entries: entries})
		for k := range 20 {
			c.flip(i, int64(k%2))
		}
	}
	h := testHandlers(c.Registry)
	h.Timeline, h.Paths = kept, Paths{}
	return h
}

// Drawn are the components of a page, the overview's without an ID, and their props, as a request would have them.
func (h *Handlers) Drawn(r *http.Request, id conference.ConfID) (frame, region templ.Component) {
	c := echo.New().NewContext(r, nil)
	SetVisitor(c, Visitor{Viewer: true})
	t := h.language(c)
	if id == "" {
		p, o := h.overviewPage(c, t)
		p.Legend = templates.LegendView(h.words(t.Lang).legend())
		return templates.Frame(p), templates.OverviewRegion(o)
	}
	v := h.meetingView(id, h.wordsFor(c, t.Lang), timeline.AnyTopic)
	m := v.page(h.Board.Get(id))
	p := h.frame(c, t, m.Tab)
	p.Legend, p.Stream, p.StreamID = templates.LegendView(v.legend()), h.Paths.MeetingStream(id, timeline.AnyTopic, t.Lang), "stream-meeting"
	return templates.Frame(p), templates.MeetingRegion(m)
}
