package conference_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestNotReportedEmptyAndZeroAreThreeThings(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, number(conference.Lock, 0), null(conference.Mute)))
	tests := []struct {
		field    conference.Field
		presence conference.Presence
		hasInt   bool
	}{
		{conference.Lock, conference.Known, true},
		{conference.Mute, conference.Empty, false},
		{conference.RecState, conference.NotReported, false},
	}
	for _, tt := range tests {
		if got := b.state.Status.Value(tt.field).Presence; got != tt.presence {
			t.Errorf("%s has presence %d, want %d", tt.field.WireName(), got, tt.presence)
		}
		if n, ok := b.state.Status.Int(tt.field); n != 0 || ok != tt.hasInt {
			t.Errorf("%s is %d, %t", tt.field.WireName(), n, ok)
		}
	}
}

func TestAnIncrementalMessageMergesUnlistedFieldsAndAFullOneReplacesThem(t *testing.T) {
	b := connected(t)
	b.apply(full(1*second, unlisted("pause", "false"), unlisted("aiRecState", "0")))
	b.apply(incremental(1, 2*second, unlisted("pause", "true"), unlisted("new", `"x"`)))
	if got := fmt.Sprint(b.state.Status.Unlisted); got != `map[aiRecState:0 new:"x" pause:true]` {
		t.Errorf("after the incremental message: %s", got)
	}
	b.apply(full(3*second, unlisted("pause", "false")))
	if got := fmt.Sprint(b.state.Status.Unlisted); got != `map[pause:false]` {
		t.Errorf("after the full message: %s", got)
	}
}

func TestUnlistedFieldsBeyondTheLimitRefuseTheIncrementalMessageWhole(t *testing.T) {
	b := connected(t)
	many := func(from, to int) setting {
		return func(m *conference.StatusMessage) {
			for i := from; i < to; i++ {
				unlisted(fmt.Sprint("f", i), "1")(m)
			}
		}
	}
	b.apply(full(1*second, many(0, conference.MaxUnlisted-1), number(conference.Lock, 0)))
	if _, got := b.apply(incremental(1, 2*second, many(0, conference.MaxUnlisted))); got.Fate != conference.Applied {
		t.Fatalf("the last field that there is room for: %s", got.Fate)
	}
	change, got := b.apply(incremental(2, 3*second, many(conference.MaxUnlisted, conference.MaxUnlisted+1), number(conference.Lock, 1)))
	if got.Fate != conference.Refused || b.state.Counts.LastRefusal.Kind != conference.RefusedTooMany {
		t.Errorf("one more: %s, %+v", got.Fate, b.state.Counts.LastRefusal)
	}
	wantParts(t, change, "counts")
	if _, got := b.apply(incremental(2, 4*second, number(conference.Lock, 1))); got.Fate != conference.Applied {
		t.Errorf("the refused message moved the sequence: %s", got.Fate)
	}
	if _, got := b.apply(full(5*second, unlisted("only", "1"))); got.Fate != conference.Applied || len(b.state.Status.Unlisted) != 1 {
		t.Errorf("a full message makes room: %s, %d fields", got.Fate, len(b.state.Status.Unlisted))
	}
}

func TestUnlistedFieldsBeyondTheirSizeRefuseTheIncrementalMessageWhole(t *testing.T) {
	b := connected(t)
	half := unlisted("half", strings.Repeat("1", conference.MaxUnlistedBytes/2))
	b.apply(full(1*second, half))
	if _, got := b.apply(incremental(1, 2*second, half)); got.Fate != conference.Applied {
		t.Errorf("the same field again: %s", got.Fate)
	}
	if _, got := b.apply(incremental(2, 3*second, unlisted("more", strings.Repeat("1", conference.MaxUnlistedBytes/2)))); got.Fate != conference.Refused {
		t.Errorf("as much under another name: %s", got.Fate)
	}
}

func TestLastChangeIsTheOwnTimeOfTheMessageThatChangedTheStatus(t *testing.T) {
	b := connected(t)
	steps := []struct {
		name    string
		message conference.Message
		want    time.Duration
	}{
		{"the first full message", full(1*second, number(conference.Lock, 0)), 1 * second},
		{"a message that says the same", incremental(1, 2*second, number(conference.Lock, 0)), 1 * second},
		{"a message that says something else", incremental(2, 3*second, number(conference.Lock, 1)), 3 * second},
		{"a full message that says the same", full(4*second, number(conference.Lock, 1)), 3 * second},
		{"a full message that says less", full(5 * second), 5 * second},
		{"a dropped message", full(2*second, number(conference.Lock, 0)), 5 * second},
		{"an echo", link(6*second, conference.LinkEcho), 5 * second},
		{"a change of an unlisted field", incremental(9, 7*second, unlisted("pause", "true")), 7 * second},
		{"a message made at an unknown time counts as made when received", incremental(10, 8*second, unlisted("pause", "false"), madeAtNoTime), 8 * second},
		{"a message made long before it was received", incremental(11, 60*second, unlisted("pause", "true"), made(9*second)), 9 * second},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			b.t = t
			b.apply(s.message)
			if want := start.Add(s.want); !b.state.LastChange.Equal(want) {
				t.Errorf("last change at %s, want %s", b.state.LastChange.Sub(start), s.want)
			}
		})
	}
}

func TestALayoutIsDatedWhenTheModeOrTheScreensChangeWithoutIt(t *testing.T) {
	fixed, free := word(conference.StatusMode, conference.ModeFixed), word(conference.StatusMode, conference.ModeFree)
	screens := func(n int64) setting { return number(conference.PicNum, n) }
	set := full(1*second, fixed, screens(4), layout(4))
	tests := []struct {
		name     string
		messages []conference.Message
		dated    bool
	}{
		{"a full message with a layout", []conference.Message{set}, false},
		{"another mode", []conference.Message{set, incremental(1, 2*second, free)}, true},
		{"another number of screens", []conference.Message{set, incremental(1, 2*second, screens(16))}, true},
		{"the same mode and number again", []conference.Message{set, incremental(1, 2*second, fixed, screens(4))}, false},
		{"something else", []conference.Message{set, incremental(1, 2*second, number(conference.Lock, 1))}, false},
		{"another mode with a new layout", []conference.Message{set, incremental(1, 2*second, free, layout(4))}, false},
		{"another mode and the layout taken back", []conference.Message{set, incremental(1, 2*second, free, null(conference.MultiPic))}, false},
		{"it stays dated when something else changes", []conference.Message{set, incremental(1, 2*second, free), incremental(2, 3*second, number(conference.Lock, 1))}, true},
		{"it stays dated when the mode goes back", []conference.Message{set, incremental(1, 2*second, free), incremental(2, 3*second, fixed)}, true},
		{"a new layout ends it", []conference.Message{set, incremental(1, 2*second, free), incremental(2, 3*second, layout(9))}, false},
		{"a full message ends it", []conference.Message{set, incremental(1, 2*second, free), full(3*second, free, screens(4), layout(4))}, false},
		{"there is no layout to be dated", []conference.Message{full(1*second, fixed), incremental(1, 2*second, free)}, false},
		{"a dropped message changes nothing", []conference.Message{set, incremental(1, 0, free)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			for _, m := range tt.messages {
				b.apply(m)
			}
			if b.state.LayoutDated != tt.dated {
				t.Errorf("dated is %t", b.state.LayoutDated)
			}
		})
	}
}

func TestEveryListedFieldHasANameThatFindsIt(t *testing.T) {
	for f := range conference.FieldCount {
		if found, ok := conference.FieldByWireName(f.WireName()); f.WireName() == "" || !ok || found != f {
			t.Errorf("field %d is named %q, which finds %d, %t", f, f.WireName(), found, ok)
		}
	}
	if _, ok := conference.FieldByWireName("Lock"); ok {
		t.Error("names are compared without case")
	}
}

func TestTheTimeOfAValueIsKnownOnlyWhenThereIsAnInstant(t *testing.T) {
	tests := []struct {
		name  string
		value conference.Value
		known bool
	}{
		{"not reported", conference.Value{}, false},
		{"empty", conference.Value{Presence: conference.Empty}, false},
		{"zero, which the cloud sends where no end is planned", known(0), false},
		{"an instant", known(start.UnixMilli()), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := tt.value.Time()
			if ok != tt.known || ok && !got.Equal(start) {
				t.Errorf("got %s, %t", got, ok)
			}
		})
	}
}

// The cloud's clock can be ahead of ours. Nothing changed in the future.
func TestACloudWhoseClockIsAhead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ahead time.Duration
		want  time.Duration // of the last change
		tells time.Duration
	}{
		{"as ours", 0, 10 * second, 0},
		{"ahead", 4 * minute, 10 * second, 4 * minute},
		{"behind, or the message took long", -4 * minute, 10*second - 4*minute, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			m := full(10*second, created)
			m.Envelope.CreateTime = start.Add(10*second + tt.ahead)
			b.apply(m)
			if got := b.state.LastChange; !got.Equal(start.Add(tt.want)) {
				t.Errorf("last change %s after the start, want %s", got.Sub(start), tt.want)
			}
			if got := b.state.ClockAhead(); got != tt.tells {
				t.Errorf("ahead by %s, want %s", got, tt.tells)
			}
		})
	}
}
