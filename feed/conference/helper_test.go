package conference_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

const meetingID = conference.ConfID("900487914")

// start is when the meeting of a test is put on the board; everything else happens so and so long after it.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func about(after time.Duration) conference.About {
	return conference.About{ConfID: meetingID, At: start.Add(after)}
}

// setting completes a message.
type setting func(*conference.StatusMessage)

// full is a full message made and received that long after the start.
func full(after time.Duration, settings ...setting) conference.StatusMessage {
	at := start.Add(after)
	m := conference.StatusMessage{About: about(after), Envelope: conference.Envelope{
		Type: conference.StatusType, ConfID: meetingID, Mode: conference.Full, Version: conference.FullVersion(at.UnixMilli()), CreateTime: at}}
	for _, set := range settings {
		set(&m)
	}
	return m
}

// incremental is an incremental message made and received that long after the start.
func incremental(sequence conference.Sequence, after time.Duration, settings ...setting) conference.StatusMessage {
	m := conference.StatusMessage{About: about(after), Envelope: conference.Envelope{
		Type: conference.StatusType, ConfID: meetingID, Mode: conference.Incremental, Sequence: sequence, CreateTime: start.Add(after)}}
	for _, set := range settings {
		set(&m)
	}
	return m
}

func number(f conference.Field, n int64) setting {
	return func(m *conference.StatusMessage) { m.Status.Set(f, known(n)) }
}

func word(f conference.Field, s string) setting {
	return func(m *conference.StatusMessage) {
		m.Status.Set(f, conference.Value{Presence: conference.Known, Text: s})
	}
}

func null(f conference.Field) setting {
	return func(m *conference.StatusMessage) { m.Status.Set(f, conference.Value{Presence: conference.Empty}) }
}

func plannedEnd(after time.Duration) setting {
	return number(conference.EndTime, start.Add(after).UnixMilli())
}

func layout(screens int64) setting {
	return func(m *conference.StatusMessage) {
		m.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: &conference.Layout{PicNum: known(screens)}})
	}
}

func unlisted(name, json string) setting {
	return func(m *conference.StatusMessage) {
		if m.Status.Unlisted == nil {
			m.Status.Unlisted = map[string]string{}
		}
		m.Status.Unlisted[name] = json
	}
}

func msgID(text string) setting {
	return func(m *conference.StatusMessage) { m.Envelope.MsgID = text }
}

func made(after time.Duration) setting {
	return func(m *conference.StatusMessage) { m.Envelope.CreateTime = start.Add(after) }
}

func madeAtNoTime(m *conference.StatusMessage) { m.Envelope.CreateTime = time.Time{} }

func version(v conference.FullVersion) setting {
	return func(m *conference.StatusMessage) { m.Envelope.Version = v }
}

func link(after time.Duration, event conference.LinkEvent, reason ...conference.LinkReason) conference.LinkMessage {
	m := conference.LinkMessage{About: about(after), Event: event}
	if len(reason) > 0 {
		m.Reason = reason[0]
	}
	return m
}

func known(n int64) conference.Value { return conference.Value{Presence: conference.Known, Int: n} }

// board is one meeting whose messages are applied one by one. Each step is checked for purity.
type board struct {
	t      *testing.T
	policy conference.Policy
	state  *conference.State
}

// watched returns a board with the meeting put on it at the start.
func watched(t *testing.T) *board {
	b := &board{t: t, policy: conference.DefaultPolicy}
	b.apply(conference.WatchMessage{About: about(0)})
	return b
}

// connected returns a board whose meeting is connected at the start.
func connected(t *testing.T) *board {
	b := watched(t)
	b.apply(link(0, conference.LinkUp))
	return b
}

func (b *board) apply(m conference.Message) (conference.Change, conference.Outcome) {
	b.t.Helper()
	before, message := deepText(b.state), deepText(m)
	next, change, outcome := conference.Apply(b.state, m, b.policy)
	b.checkPure(before)
	if deepText(m) != message {
		b.t.Errorf("Apply modified the message %T", m)
	}
	again, changeAgain, _ := conference.Apply(b.state, m, b.policy)
	if deepText(again) != deepText(next) || deepText(changeAgain.Fields) != deepText(change.Fields) {
		b.t.Errorf("applying %T twice to the same state gave two results", m)
	}
	b.checkChange(change, next)
	b.state = next
	return change, outcome
}

func (b *board) pass(after time.Duration) (conference.Change, time.Time) {
	b.t.Helper()
	before := deepText(b.state)
	next, change, due := conference.Due(b.state, start.Add(after), b.policy)
	b.checkPure(before)
	b.checkChange(change, next)
	if !due.IsZero() && !due.After(start.Add(after)) {
		b.t.Errorf("after %s, due again at %s", after, due.Sub(start))
	}
	b.state = next
	return change, due
}

func (b *board) checkPure(before string) {
	b.t.Helper()
	if deepText(b.state) != before {
		b.t.Errorf("the state that was handed in was modified")
	}
}

func (b *board) checkChange(c conference.Change, after *conference.State) {
	b.t.Helper()
	switch {
	case c.ConfID != meetingID || c.At.IsZero():
		b.t.Errorf("change about %q at %s", c.ConfID, c.At)
	case !c.Empty() && (c.Before != b.state || c.After != after):
		b.t.Errorf("change is not from the one state to the other")
	}
}

// parts lists what a change names, as part, field=old>new or name=old>new.
func parts(c conference.Change) []string {
	names := map[conference.Part]string{conference.PartLayoutDated: "layoutDated", conference.PartPartial: "partial", conference.PartEcho: "echo",
		conference.PartConnection: "connection", conference.PartDiscovery: "discovery", conference.PartConcerns: "concerns", conference.PartSilences: "silences", conference.PartPolicy: "policy",
		conference.PartEnvelope: "envelope", conference.PartCounts: "counts", conference.PartClock: "clock",
		conference.PartOccurrence: "occurrence", conference.PartName: "name", conference.PartBoard: "board",
		conference.PartSpeakers: "speakers", conference.PartCustomLayout: "customLayout"}
	var all []string
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			all = append(all, fmt.Sprintf("%s=%s>%s", f.Field.WireName(), said(f.Old), said(f.New)))
		case conference.PartUnlisted, conference.PartBasic:
			all = append(all, fmt.Sprintf("%s=%s>%s", f.Name, said(f.Old), said(f.New)))
		case conference.PartParticipants:
			all = append(all, "participants "+person(f))
		case conference.PartWaiting:
			all = append(all, "waiting "+person(f))
		case conference.PartIntake:
			all = append(all, "intake "+f.Name)
		case conference.PartLink:
			all = append(all, fmt.Sprintf("link=%s>%s", f.Old.Text, f.New.Text))
		default:
			all = append(all, names[f.Part])
		}
	}
	return all
}

// person writes a change of one participant: +pid joined, -pid left, known for the list as a whole.
func person(f conference.FieldChange) string {
	switch {
	case f.Name == "":
		return "known"
	case f.Old.Presence == conference.NotReported:
		return "+" + f.Name
	case f.New.Presence == conference.NotReported:
		return "-" + f.Name
	}
	return fmt.Sprintf("%s %s>%s", f.Name, f.Old.Text, f.New.Text)
}

func said(v conference.Value) string {
	switch {
	case v.Presence == conference.NotReported:
		return "-"
	case v.Presence == conference.Empty:
		return "empty"
	case v.Layout != nil:
		return fmt.Sprintf("layout(%d)", v.Layout.PicNum.Int)
	case v.Text != "":
		return v.Text
	}
	return fmt.Sprint(v.Int)
}

func wantParts(t *testing.T, c conference.Change, want ...string) {
	t.Helper()
	if got := parts(c); !slices.Equal(got, want) {
		t.Errorf("changed %q, want %q", got, want)
	}
}

// deepText writes a value out with everything that it points to, unexported fields included.
func deepText(v any) string {
	var b strings.Builder
	writeDeep(&b, reflect.ValueOf(v))
	return b.String()
}

func writeDeep(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
		} else if v.Type() != reflect.TypeFor[*time.Location]() {
			writeDeep(b, v.Elem())
		}
	case reflect.Struct:
		b.WriteString("{")
		for i := range v.NumField() {
			if field := v.Field(i); !field.IsZero() { // most are
				b.WriteString(strconv.Itoa(i) + ":")
				writeDeep(b, field)
				b.WriteString(" ")
			}
		}
		b.WriteString("}")
	case reflect.Slice, reflect.Array:
		b.WriteString("[")
		for i := range v.Len() {
			writeDeep(b, v.Index(i))
			b.WriteString(" ")
		}
		b.WriteString("]")
	case reflect.Map:
		var entries []string
		for _, key := range v.MapKeys() {
			var entry strings.Builder
			writeDeep(&entry, key)
			entry.WriteString(":")
			writeDeep(&entry, v.MapIndex(key))
			entries = append(entries, entry.String())
		}
		slices.Sort(entries)
		fmt.Fprint(b, entries)
	case reflect.Invalid:
		b.WriteString("nil")
	case reflect.String:
		b.WriteString(strconv.Itoa(v.Len()) + " " + v.String())
	case reflect.Int, reflect.Int64:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	default:
		fmt.Fprintf(b, "%#v", v)
	}
}
