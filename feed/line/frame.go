package line

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// FrameOf writes a message that was pushed as a frame that wire.Decode decodes to the same message again, but for what was withheld,
// which is not in it. The frame does not name the meeting. The error is that of a kind of message that is not known here.
func FrameOf(m conference.Push) (json.RawMessage, error) {
	w := &writer{out: make([]byte, 0, 1<<10)}
	w.begin('{')
	switch m := m.(type) {
	case conference.StatusMessage:
		w.envelope(conference.StatusType, m.Envelope)
		for f := range conference.FieldCount {
			w.field(f.WireName(), f.Kind(), m.Status.Value(f))
		}
		w.unlisted(m.Status.Unlisted)
	case conference.BasicMessage:
		w.envelope(conference.BasicType, m.Envelope)
		w.basic(&m.Basic)
	case conference.ParticipantsMessage:
		w.envelope(conference.ParticipantsType, m.Envelope)
		w.people(m.Entries)
	case conference.WaitingMessage:
		w.envelope(conference.WaitingType, m.Envelope)
		w.people(m.Entries)
	case conference.SpeakersMessage:
		w.envelope(conference.SpeakersType, m.Envelope)
		w.speakers(m.Speakers)
	case conference.CustomLayoutMessage:
		w.envelope(conference.CustomLayoutType, m.Envelope)
		w.custom(&m.Custom)
	default:
		return nil, fmt.Errorf("a %T has no frame", m)
	}
	w.end('}')
	return w.frame(), nil
}

// passedFrame is a frame of a type that is not used, of which nothing else is known.
func passedFrame(t conference.MessageType) json.RawMessage {
	w := &writer{}
	w.begin('{')
	w.filled("action", string(t))
	w.end('}')
	return w.frame()
}

// envelope writes what every pushed message carries. What was not sent is left out.
func (w *writer) envelope(t conference.MessageType, e conference.Envelope) {
	w.filled("action", string(t))
	if e.Mode != conference.Full {
		w.key("msgMode")
		w.number(int64(e.Mode))
	}
	w.key("version")
	w.number(e.RawVersion())
	if !e.CreateTime.IsZero() {
		w.key("createTime")
		w.number(e.CreateTime.UnixMilli())
	}
	w.filled("msgID", e.MsgID)
}

// layout writes picNum, period and picInfos.
func (w *writer) layout(l *conference.Layout) {
	w.field("picNum", conference.KindScreens, l.PicNum)
	w.field("period", conference.KindCount, l.Period)
	if l.Screens == nil {
		return
	}
	w.key("picInfos")
	w.begin('[')
	for i := range l.Screens {
		s := &l.Screens[i]
		w.begin('{')
		w.field("index", conference.KindCount, s.Index)
		w.field("share", conference.KindFlag, s.Share)
		w.field("isAutoPollingPic", conference.KindFlag, s.AutoPolling)
		if len(s.IDs) > 0 {
			w.key("id")
			w.begin('[')
			for _, id := range s.IDs {
				w.text(id)
			}
			w.end(']')
		}
		w.unlisted(s.Unlisted)
		w.end('}')
	}
	w.end(']')
}

func (w *writer) custom(c *conference.CustomLayout) {
	w.layout(&c.Layout)
	w.field("mode", conference.KindEnum, c.Mode)
	w.field("picMode", conference.KindCount, c.PicMode)
	w.field("activeIndex", conference.KindCount, c.ActiveIndex)
	w.field("skipEmptyPic", conference.KindFlag, c.SkipEmptyPic)
	w.field("vas", conference.KindFlag, c.VoiceActivation)
	w.field("isChairViewMultiPic", conference.KindFlag, c.ChairView)
	if c.Grid != nil {
		w.grid(*c.Grid)
	} else if at, faulty := faulty[c.GridFault]; faulty {
		w.grid(at)
	}
	w.unlisted(c.Unlisted)
}

// faulty has for each fault a geometry that has it. What the one was that came is not known any more.
var faulty = func() map[conference.GridFault]conference.Grid {
	cell, outside, overlap := conference.GridPlace{Screen: 1, XSize: 1, YSize: 1}, conference.GridPlace{Screen: 1, Left: 1, XSize: 1, YSize: 1}, conference.GridPlace{Screen: 2, XSize: 1, YSize: 1}
	return map[conference.GridFault]conference.Grid{
		conference.GridSize:    {X: conference.MaxGridCells + 1, Y: 1},
		conference.GridScreens: {X: 1, Y: 1},
		conference.GridOutside: {X: 1, Y: 1, Places: []conference.GridPlace{outside}},
		conference.GridOverlap: {X: 1, Y: 1, Places: []conference.GridPlace{cell, overlap}},
	}
}()

func (w *writer) grid(g conference.Grid) {
	number := func(name string, n int) {
		w.key(name)
		w.number(int64(n))
	}
	w.key("picLayout")
	w.begin('{')
	number("x", g.X)
	number("y", g.Y)
	w.key("subPicLayoutInfoList")
	w.begin('[')
	for _, p := range g.Places {
		w.begin('{')
		number("id", p.Screen)
		number("left", p.Left)
		number("top", p.Top)
		number("xSize", p.XSize)
		number("ySize", p.YSize)
		w.end('}')
	}
	w.end(']')
	w.end('}')
}

func (w *writer) basic(b *conference.BasicInfo) {
	w.filled("displayID", b.DisplayID)
	w.filled("title", b.Title)
	w.filled("owner", b.Owner)
	w.filled("ownerID", b.OwnerID)
	w.filled("confMode", b.ConfMode)
	for _, at := range [...]struct {
		name string
		time time.Time
	}{{"startTime", b.StartTime}, {"scheduledStartTime", b.ScheduledStart}} {
		if !at.time.IsZero() {
			w.filled(at.name, strconv.FormatInt(at.time.UnixMilli(), 10))
		}
	}
	w.field("recType", conference.KindCount, b.RecType)
	w.field("media", conference.KindCount, b.Media)
	w.field("userType", conference.KindCount, b.UserType)
	w.field("supportWatermark", conference.KindFlag, b.SupportWatermark)
	w.field("callInRestriction", conference.KindCount, b.CallInRestriction)
	w.unlisted(b.Unlisted)
}

func (w *writer) people(entries []conference.ParticipantEntry) {
	if len(entries) == 0 {
		return
	}
	w.key("data")
	w.begin('[')
	for i := range entries {
		e := &entries[i]
		w.begin('{')
		w.filled("pid", e.PID)
		if e.Removed {
			w.key("mode")
			w.number(1)
		}
		w.attributes(e.Attributes)
		w.end('}')
	}
	w.end(']')
}

// attributes writes those that are JSON beside the others: there they may be nested as deep as they can have come. One that is longer
// than any text came as an object or array.
func (w *writer) attributes(all conference.Attributes) {
	plain := 0
	for _, a := range all {
		switch {
		case !holdsJSON(a.Value):
			plain++
		case len(a.Value) > wire.MaxText:
			w.key(a.Key)
			w.raw(a.Value)
		default:
			w.key(a.Key)
			w.text(a.Value)
		}
	}
	if plain == 0 {
		return
	}
	w.key("pinfoMap")
	w.begin('{')
	for _, a := range all {
		if !holdsJSON(a.Value) {
			w.key(a.Key)
			w.text(a.Value)
		}
	}
	w.end('}')
}

func holdsJSON(text string) bool {
	text = strings.TrimLeft(text, " \t\r\n")
	return text != "" && (text[0] == '{' || text[0] == '[')
}

func (w *writer) speakers(all []conference.Speaker) {
	if len(all) == 0 {
		return
	}
	w.key("data")
	w.begin('[')
	for _, s := range all {
		w.begin('{')
		w.filled("pid", s.PID)
		w.filled("name", s.Name)
		w.key("speakingVolume")
		w.number(s.Volume)
		w.end('}')
	}
	w.end(']')
}

// withheld is what was withheld of a message.
func withheld(m conference.Push) map[string]int {
	switch m := m.(type) {
	case conference.StatusMessage:
		return m.Withheld
	case conference.BasicMessage:
		return m.Withheld
	case conference.ParticipantsMessage:
		return m.Withheld
	case conference.WaitingMessage:
		return m.Withheld
	case conference.SpeakersMessage:
		return m.Withheld
	case conference.CustomLayoutMessage:
		return m.Withheld
	}
	return nil
}

// withWithheld returns a message of which that was withheld.
func withWithheld(m conference.Message, withheld map[string]int) conference.Message {
	if len(withheld) == 0 {
		return m
	}
	switch m := m.(type) {
	case conference.StatusMessage:
		m.Withheld = withheld
		return m
	case conference.BasicMessage:
		m.Withheld = withheld
		return m
	case conference.ParticipantsMessage:
		m.Withheld = withheld
		return m
	case conference.WaitingMessage:
		m.Withheld = withheld
		return m
	case conference.SpeakersMessage:
		m.Withheld = withheld
		return m
	case conference.CustomLayoutMessage:
		m.Withheld = withheld
		return m
	}
	return m
}
