package conference_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"time"

	"confboard/feed/conference"
)

// history is a meeting to which everything happens that can, in a random order.
type history struct {
	r      *rand.Rand
	policy conference.Policy
	state  *conference.State
	at     time.Duration
}

func newHistory(seed uint64) *history {
	h := &history{r: rand.New(rand.NewPCG(seed, 3)), policy: conference.DefaultPolicy}
	h.policy.Rules = wanting{ruled{20 * second}}
	h.policy.KeepEnded = 30 * 24 * time.Hour
	h.apply(h.watch())
	return h
}

func (h *history) apply(m conference.Message) (before *conference.State, c conference.Change) {
	before = h.state
	h.state, c, _ = conference.Apply(before, m, h.policy)
	return before, c
}

// message is what happens next, nil if it is only the time that passes.
func (h *history) message() conference.Message {
	h.at += time.Duration(h.r.Int64N(int64(12 * second)))
	switch n := h.r.IntN(40); {
	case n < 3:
		return nil
	case n < 4:
		return h.watch()
	case n < 13:
		return h.link()
	case n < 20:
		m := conference.StatusMessage{About: about(h.at), Envelope: h.envelope(conference.StatusType), Withheld: h.withheld()}
		m.Status.Unlisted = h.unlisted()
		for range h.r.IntN(5) {
			f := conference.Field(h.r.IntN(int(conference.FieldCount)))
			if h.r.IntN(2) == 0 { // those of which most follows
				f = []conference.Field{conference.EndTime, conference.PicNum, conference.MultiPic, conference.Lock, conference.RecState}[h.r.IntN(5)]
			}
			m.Status.Set(f, h.field(f))
		}
		return m
	case n < 23:
		return conference.BasicMessage{About: about(h.at), Envelope: h.envelope(conference.BasicType), Basic: h.basic(), Withheld: h.withheld()}
	case n < 28:
		return conference.ParticipantsMessage{About: about(h.at), Envelope: h.envelope(conference.ParticipantsType), Entries: h.entries()}
	case n < 30:
		return conference.WaitingMessage{About: about(h.at), Envelope: h.envelope(conference.WaitingType), Entries: h.entries()}
	case n < 32:
		var all []conference.Speaker
		for range h.r.IntN(5) {
			all = append(all, speaker(h.pid(), int64(h.r.IntN(9))))
		}
		return conference.SpeakersMessage{About: about(h.at), Envelope: h.envelope(conference.SpeakersType), Speakers: all}
	case n < 35:
		return conference.CustomLayoutMessage{About: about(h.at), Envelope: h.envelope(conference.CustomLayoutType), Custom: h.custom()}
	case n < 36:
		return conference.PassedMessage{About: about(h.at), Type: conference.MessageType(fmt.Sprint("Other", h.r.IntN(3)))}
	case n < 37:
		types := []conference.MessageType{conference.StatusType, conference.BasicType, conference.ParticipantsType, conference.WaitingType, conference.SpeakersType, conference.CustomLayoutType}
		r := conference.Refusal{Kind: conference.RefusedValue, Field: "lock", Type: types[h.r.IntN(len(types))], Mode: conference.Incremental, Excerpt: `{"lock":"x"}`, At: about(h.at).At}
		return conference.RefusedMessage{About: about(h.at), Refusal: r}
	case n < 39:
		return conference.SilenceMessage{About: about(h.at), Silence: conference.Silence{Cause: h.cause(), Seen: h.r.IntN(2) == 0, By: "Ann", Note: "known",
			At: about(h.at).At, Until: start.Add(h.at + time.Duration(1+h.r.IntN(3))*time.Minute)}}
	default:
		return conference.UnsilenceMessage{About: about(h.at), Cause: h.cause(), By: "Ann"}
	}
}

// step lets the next thing happen.
func (h *history) step() (before *conference.State, m conference.Message, c conference.Change) {
	m = h.message()
	if m == nil {
		before = h.state
		h.state, c, _ = conference.Due(before, start.Add(h.at), h.policy)
		return before, nil, c
	}
	before, c = h.apply(m)
	return before, m, c
}

func (h *history) watch() conference.Message {
	return conference.WatchMessage{About: about(h.at), Name: "Board", Group: "HQ", Origin: conference.Found,
		Booking: conference.Booking{Title: "Review", Owner: "Ann", Start: start, End: start.Add(time.Hour + time.Duration(h.r.IntN(2)))}}
}

func (h *history) link() conference.Message {
	event := conference.LinkEcho
	switch n := h.r.IntN(40); {
	case n < 4:
		event = conference.LinkUp
	case n < 10:
		event = conference.LinkDown + conference.LinkEvent(n-4)
	}
	m := link(h.at, event)
	m.Continues = event == conference.LinkUp && h.r.IntN(3) == 0
	if m.Event != conference.LinkUp {
		m.Reason, m.Detail = conference.ReasonClosed, []string{"", "GOING_AWAY"}[h.r.IntN(2)]
		m.RoundTrip, m.Next, m.Expires = 12345678, start.Add(h.at+time.Second), start.Add(h.at+time.Hour)
	}
	return m
}

func (h *history) envelope(t conference.MessageType) conference.Envelope {
	e := envelope(t, h.at-time.Duration(h.r.IntN(3))*second)
	if h.r.IntN(3) > 0 {
		e = envelope(t, h.at-time.Duration(h.r.IntN(20))*second, conference.Sequence(h.r.IntN(40)))
	}
	e.CreateTime = e.CreateTime.Truncate(time.Millisecond)
	if h.r.IntN(2) == 0 {
		e.MsgID = fmt.Sprint("id ", h.r.IntN(50))
	}
	return e
}

func (h *history) value() conference.Value {
	switch h.r.IntN(4) {
	case 0:
		return conference.Value{}
	case 1:
		return conference.Value{Presence: conference.Empty}
	}
	return known(int64(h.r.IntN(3)))
}

func (h *history) field(f conference.Field) conference.Value {
	v := h.value()
	if v.Presence != conference.Known {
		return v
	}
	switch f {
	case conference.MeetingState:
		return conference.Value{Presence: conference.Known, Text: []string{conference.StateCreated, conference.StateDestroyed}[h.r.IntN(9)/7]}
	case conference.StatusMode:
		return conference.Value{Presence: conference.Known, Text: []string{conference.ModeFree, conference.ModeFixed, "NEW"}[v.Int]}
	case conference.EndTime:
		ms := start.Add(h.at + time.Duration(h.r.IntN(8)-1)*time.Minute).UnixMilli()
		return conference.Value{Presence: conference.Known, Int: ms, Text: fmt.Sprint(ms)}
	case conference.MultiPic:
		return conference.Value{Presence: conference.Known, Layout: h.layout()}
	}
	return v
}

func (h *history) layout() *conference.Layout {
	l := &conference.Layout{PicNum: known(int64(h.r.IntN(3))), Period: h.value(), Unlisted: h.unlisted()}
	for i := range h.r.IntN(3) {
		l.Screens = append(l.Screens, conference.Screen{Index: known(int64(i + 1)), IDs: []string{h.pid()}, Share: h.value(), AutoPolling: h.value(), Unlisted: h.unlisted()})
	}
	return l
}

func (h *history) custom() conference.CustomLayout {
	c := geometry(0)
	switch h.r.IntN(3) {
	case 1:
		c = geometry(2)
	case 2:
		c.Grid, _ = conference.NewGrid(1, 2, []conference.GridPlace{{Screen: 2, Top: 1, XSize: 1, YSize: 1}, {Screen: 1, XSize: 1, YSize: 1}})
	}
	c.Layout = *h.layout()
	c.Layout.Unlisted = nil
	if h.r.IntN(4) == 0 {
		c.Grid, c.GridFault = nil, conference.GridOverlap
	}
	c.Mode, c.PicMode, c.ActiveIndex, c.SkipEmptyPic = conference.Value{Presence: conference.Known, Text: conference.ModeFixed}, h.value(), h.value(), h.value()
	c.VoiceActivation, c.ChairView, c.Unlisted = h.value(), h.value(), h.unlisted()
	return c
}

func (h *history) basic() conference.BasicInfo {
	return conference.BasicInfo{DisplayID: "900", Title: "Review <1>", StartTime: start.Add(time.Duration(h.r.IntN(3)) * time.Hour), ScheduledStart: start, Owner: "Ann", OwnerID: "7",
		RecType: h.value(), Media: h.value(), UserType: h.value(), SupportWatermark: h.value(), CallInRestriction: h.value(), ConfMode: "a", Unlisted: h.unlisted()}
}

func (h *history) pid() string { return string(rune('a' + h.r.IntN(8))) }

func (h *history) entries() (all []conference.ParticipantEntry) {
	for range h.r.IntN(4) {
		e := joined(h.pid(), fmt.Sprint("ROLE=", h.r.IntN(3)), fmt.Sprint("STATE=", h.r.IntN(3)/2), fmt.Sprint("ADDTIME=", 1000*h.r.IntN(5)), "NAME=名 <&>")
		e.Removed = h.r.IntN(3) == 0
		all = append(all, e)
	}
	return all
}

func (h *history) unlisted() map[string]string {
	if h.r.IntN(3) > 0 {
		return nil
	}
	return map[string]string{fmt.Sprint("u", h.r.IntN(3)): `{"a":"<b>"}`}
}

func (h *history) withheld() map[string]int {
	if h.r.IntN(3) > 0 {
		return nil
	}
	return map[string]int{"pwds": 2}
}

// cause is most often that of a concern that there is.
func (h *history) cause() conference.Cause {
	if n := len(h.state.Concerns); n > 0 && h.r.IntN(8) > 0 {
		return h.state.Concerns[h.r.IntN(n)].Cause
	}
	return []conference.Cause{unlockedCause, wantedCause}[h.r.IntN(2)]
}

// wanting finds what ruled finds; what it finds of a recording is by a profile.
type wanting struct{ ruled }

var wantedCause = conference.Cause{Rule: conference.Drift, Field: conference.RecState, Profile: "town hall"}

func (w wanting) Conditions(s *conference.State) []conference.Condition {
	all := w.ruled.Conditions(s)
	for i := range all {
		if all[i].Cause == recordedCause {
			all[i].Cause, all[i].Want = wantedCause, known(1)
		}
	}
	return all
}

func (w wanting) Watches(c conference.Cause) bool { return c == unlockedCause || c == wantedCause }

// filled notes which fields of a value, and of what it has, are something.
func filled(in map[string]bool, path string, v reflect.Value) {
	if _, noted := in[path]; !noted || !v.IsZero() {
		in[path] = !v.IsZero()
	}
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			filled(in, path, v.Elem())
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			filled(in, path+"[]", v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			filled(in, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}
