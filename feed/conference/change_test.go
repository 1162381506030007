package conference_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestAChangeListsEveryDifferenceWithOldAndNew(t *testing.T) {
	b := connected(t)
	change, _ := b.apply(full(1*second, created, number(conference.Lock, 0), null(conference.EndTime), unlisted("pause", "false"), unlisted("aiRecState", "0")))
	wantParts(t, change, "endTime=->empty", "state=->Created", "lock=->0", "aiRecState=->0", "pause=->false", "link=connecting>live", "envelope", "counts")
}

func TestChangesOfMessages(t *testing.T) {
	tests := []struct {
		name    string
		message conference.Message
		want    []string
	}{
		{"one toggle", incremental(1, 2*second, number(conference.Lock, 1)), []string{"lock=0>1", "envelope", "counts"}},
		{"several fields, in the table's order", incremental(1, 2*second, number(conference.Mute, 1), number(conference.Lock, 1)),
			[]string{"lock=0>1", "mute=->1", "envelope", "counts"}},
		{"a value that becomes empty", incremental(1, 2*second, null(conference.Lock)), []string{"lock=0>empty", "envelope", "counts"}},
		{"the same value again", incremental(1, 2*second, number(conference.Lock, 0)), []string{"envelope", "counts"}},
		{"nothing at all", incremental(1, 2*second), []string{"envelope", "counts"}},
		{"a new layout", incremental(1, 2*second, layout(9)), []string{"multiPic=layout(4)>layout(9)", "envelope", "counts"}},
		{"the same layout again", incremental(1, 2*second, layout(4)), []string{"envelope", "counts"}},
		{"the layout taken back", incremental(1, 2*second, null(conference.MultiPic)), []string{"multiPic=layout(4)>empty", "envelope", "counts"}},
		{"a layout that becomes dated", incremental(1, 2*second, number(conference.PicNum, 9)), []string{"picNum=->9", "layoutDated", "envelope", "counts"}},
		{"unlisted fields, changed and new", incremental(1, 2*second, unlisted("pause", "true"), unlisted("a", "[]")),
			[]string{"a=->[]", "pause=false>true", "envelope", "counts"}},
		{"a full message that leaves everything out", full(2 * second),
			[]string{"lock=0>-", "multiPic=layout(4)>-", "pause=false>-", "envelope", "counts"}},
		{"a refused frame", conference.RefusedMessage{About: about(2 * second), Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock"}}, []string{"counts"}},
		{"a message of a type that is not used", conference.PassedMessage{About: about(2 * second), Type: "NetworkQualityNotify"}, []string{"counts"}},
		{"another name", conference.WatchMessage{About: about(2 * second), Name: "Board"}, []string{"name"}},
		{"another group", conference.WatchMessage{About: about(2 * second), Group: "East"}, []string{"name"}},
		{"the same name", conference.WatchMessage{About: about(2 * second)}, nil},
		{"taken off the board", conference.UnwatchMessage{About: about(2 * second)}, []string{"board"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			b.apply(full(1*second, number(conference.Lock, 0), layout(4), unlisted("pause", "false")))
			change, _ := b.apply(tt.message)
			wantParts(t, change, tt.want...)
			if change.Has(conference.PartStatus) && change.Has(conference.PartBoard) {
				t.Error("the change has a part that it does not list")
			}
		})
	}
}

func TestTheTimeOfAChangeIsTheMessagesOwn(t *testing.T) {
	b := connected(t)
	if change, _ := b.apply(full(9*second, made(7*second))); !change.At.Equal(start.Add(7 * second)) {
		t.Errorf("a status message: %s", change.At)
	}
	if change, _ := b.apply(incremental(1, 11*second, madeAtNoTime)); !change.At.Equal(start.Add(11 * second)) {
		t.Errorf("a status message made at an unknown time: %s", change.At)
	}
	if change, _ := b.apply(link(12*second, conference.LinkEcho)); !change.At.Equal(start.Add(12 * second)) {
		t.Errorf("news of the link: %s", change.At)
	}
	if change, _ := b.pass(500 * second); !change.At.Equal(start.Add(500 * second)) {
		t.Errorf("the clock: %s", change.At)
	}
}

func TestAMeetingThatIsNotOnTheBoardIsLeftAlone(t *testing.T) {
	for _, m := range []conference.Message{
		full(1 * second), incremental(1, 1*second), link(1*second, conference.LinkUp), conference.UnwatchMessage{About: about(0)},
		conference.PassedMessage{About: about(0), Type: "x"}, conference.RefusedMessage{About: about(0)},
	} {
		state, change, outcome := conference.Apply(nil, m, conference.DefaultPolicy)
		if state != nil || !change.Empty() || outcome.Fate != conference.NotWatched || outcome.AskFull {
			t.Errorf("%T: %v, %q, %s", m, state, parts(change), outcome.Fate)
		}
	}
}

func TestWatchingPutsAMeetingOnTheBoardWithItsName(t *testing.T) {
	watch := conference.WatchMessage{About: about(0), Name: "Board", Group: "East"}
	state, change, outcome := conference.Apply(nil, watch, conference.DefaultPolicy)
	if state.ConfID != meetingID || state.Name != "Board" || state.Group != "East" || state.Occurrence != 1 || outcome.Fate != conference.Applied {
		t.Errorf("%+v, %s", state, outcome.Fate)
	}
	wantParts(t, change, "board")
	if change.Before != nil || change.After != state {
		t.Error("the change does not say that it came")
	}
}

func TestEveryFrameIsCountedByWhatBecameOfIt(t *testing.T) {
	b := connected(t)
	withheld := func(names map[string]int) setting {
		return func(m *conference.StatusMessage) { m.Withheld = names }
	}
	b.apply(full(1*second, withheld(map[string]int{"hostPwd": 1, "pwds": 2})))
	b.apply(incremental(1, 2*second, withheld(map[string]int{"hostPwd": 1})))
	b.apply(conference.PassedMessage{About: about(3 * second), Type: "A"})
	b.apply(conference.PassedMessage{About: about(3 * second), Type: "A"})
	b.apply(conference.RefusedMessage{About: about(4 * second), Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock", At: start}})
	b.apply(full(0))
	c := b.state.Counts
	if c.Applied != 2 || c.Refused != 1 || c.DroppedTotal() != 1 || c.LastRefusal != (conference.Refusal{Kind: conference.RefusedValue, Field: "lock", At: start}) ||
		fmt.Sprint(c.Passed) != "map[A:2]" || fmt.Sprint(c.Withheld) != "map[hostPwd:2 pwds:2]" {
		t.Errorf("%+v", c)
	}
}

func TestCountersHoldABoundedNumberOfNames(t *testing.T) {
	b := connected(t)
	for i := range 100 {
		b.apply(conference.PassedMessage{About: about(1 * second), Type: conference.MessageType(fmt.Sprint("type", i))})
	}
	if n := len(b.state.Counts.Passed); n != 33 {
		t.Errorf("%d names", n)
	}
	if got := b.state.Counts.Passed[conference.OtherNames]; got != 100-32 {
		t.Errorf("%d under other names", got)
	}
	b.apply(conference.PassedMessage{About: about(1 * second), Type: "type0"})
	if got := b.state.Counts.Passed["type0"]; got != 2 {
		t.Errorf("a known name is counted %d times", got)
	}
}

func TestFatesHaveNamesAndOnlyDropsAreDrops(t *testing.T) {
	seen := map[string]bool{}
	for _, fate := range append(conference.DropFates(), conference.Applied, conference.Refused, conference.Passed, conference.NotWatched) {
		if name := fate.String(); name == "" || seen[name] {
			t.Errorf("fate %d is named %q", fate, name)
		} else {
			seen[name] = true
		}
		if want := fate < conference.Applied; fate.Dropped() != want {
			t.Errorf("%s is a drop: %t", fate, fate.Dropped())
		}
	}
}

// Random messages in random order: every step is checked for purity, and replaying the old status by the listed changes
// must give the new one, because timelines and pages know only the changes.
func TestChangesAloneLeadFromOneStatusToTheNext(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			b := watched(t)
			at := time.Duration(0)
			for range 60 {
				at += time.Duration(r.IntN(40)) * second
				var change conference.Change
				if r.IntN(5) == 0 {
					change, _ = b.pass(at)
				} else {
					change, _ = b.apply(randomMessage(r, at))
				}
				if b.state == nil {
					return
				}
				checkReplay(t, change)
			}
		})
	}
}

func randomMessage(r *rand.Rand, at time.Duration) conference.Message {
	var settings []setting
	for range r.IntN(4) {
		f := conference.Field(r.IntN(int(conference.FieldCount)))
		switch r.IntN(5) {
		case 0:
			settings = append(settings, null(f))
		case 1:
			settings = append(settings, layout(int64(r.IntN(3))))
		case 2:
			settings = append(settings, unlisted(fmt.Sprint("u", r.IntN(4)), fmt.Sprint(r.IntN(2))))
		case 3:
			settings = append(settings, []setting{created, destroyed}[r.IntN(2)])
		default:
			if f != conference.MultiPic {
				settings = append(settings, number(f, int64(r.IntN(2))))
			}
		}
	}
	if r.IntN(3) == 0 {
		settings = append(settings, msgID(fmt.Sprint(r.IntN(5))))
	}
	switch n := r.IntN(12); {
	case n < 2:
		return full(at-time.Duration(r.IntN(3))*second, settings...)
	case n < 8:
		return incremental(conference.Sequence(r.IntN(30)), at-time.Duration(r.IntN(3))*second, settings...)
	default:
		return link(at, conference.LinkEvent(1+r.IntN(6)), conference.ReasonClosed)
	}
}

func checkReplay(t *testing.T, c conference.Change) {
	t.Helper()
	if c.Empty() {
		return
	}
	replayed := map[string]string{}
	for name, text := range c.Before.Status.Unlisted {
		replayed[name] = text
	}
	status := c.Before.Status
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			if !status.Value(f.Field).Equal(f.Old) || f.Old.Equal(f.New) {
				t.Errorf("%s: old is %+v, new %+v", f.Field.WireName(), f.Old, f.New)
			}
			status.Set(f.Field, f.New)
		case conference.PartUnlisted:
			if replayed[f.Name] != f.Old.Text {
				t.Errorf("%s: old is %q", f.Name, f.Old.Text)
			}
			if replayed[f.Name] = f.New.Text; f.New.Presence == conference.NotReported {
				delete(replayed, f.Name)
			}
		}
	}
	for f := range conference.FieldCount {
		if got, want := status.Value(f), c.After.Status.Value(f); !got.Equal(want) {
			t.Errorf("%s: replayed %+v, is %+v", f.WireName(), got, want)
		}
	}
	if got, want := fmt.Sprint(replayed), fmt.Sprint(c.After.Status.Unlisted); got != want {
		t.Errorf("unlisted: replayed %s, is %s", got, want)
	}
}
