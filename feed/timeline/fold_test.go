package timeline_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// rows writes folded rows, the entries of a row in any order.
func rows(folded []timeline.Row, _ bool) []string {
	var all []string
	for _, r := range folded {
		var parts []string
		for _, e := range r {
			parts = append(parts, tell(e))
		}
		all = append(all, strings.Join(parts, "|"))
	}
	return all
}

func sameRows(got, want []string) bool {
	return slices.EqualFunc(got, want, func(a, b string) bool { return sameSet(strings.Split(a, "|"), strings.Split(b, "|")) })
}

func TestPeopleWhoComeAndGoTogetherAreOneRow(t *testing.T) {
	m := live(t)
	m.echo(10*minute, 10*minute)
	m.people(conference.Full, 0, in("host"))
	m.people(conference.Incremental, 1*minute, in("a"))
	m.people(conference.Incremental, 1*minute+40*second, in("b"))
	m.people(conference.Incremental, 2*minute+20*second, out("a"))
	m.people(conference.Incremental, 4*minute, in("c")) // more than a minute later
	m.set(4*minute+second, num(conference.Lock, 1))
	m.people(conference.Incremental, 4*minute+2*second, in("d")) // something is in between
	want := []string{"people +D", "lock ->1", "people +C", "people -A|people +B|people +A"}
	got := rows(timeline.Fold(m.history.Entries(meetingID), timeline.AnyTopic, 0, 4))
	if !sameRows(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestWhatIsFoundToDifferAfterABreakIsOneRow(t *testing.T) {
	m := live(t, num(conference.Lock, 0), num(conference.Mute, 0), num(conference.RecState, 0))
	m.link(minute, conference.LinkDown)
	m.link(2*minute, conference.LinkUp)
	m.full(2*minute, num(conference.Lock, 1), num(conference.Mute, 1), num(conference.RecState, 0))
	m.set(3*minute, num(conference.Lock, 0), num(conference.Mute, 0)) // seen as it happened
	got := rows(timeline.Fold(m.history.Entries(meetingID), timeline.AnyTopic, 0, 4))
	if want := []string{"mute 1>0", "lock 1>0", "mute 0>1 found|lock 0>1 found", "link stale>live"}; !sameRows(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
}

func TestARowKeepsItsIDWhileMoreJoinIt(t *testing.T) {
	m := live(t)
	m.people(conference.Full, 0)
	m.people(conference.Incremental, minute, in("a"))
	first, _ := timeline.Fold(m.history.Entries(meetingID), timeline.AnyTopic, 0, 1)
	m.people(conference.Incremental, minute+second, in("b"))
	second, _ := timeline.Fold(m.history.Entries(meetingID), timeline.AnyTopic, 0, 1)
	if first[0].ID() != second[0].ID() || len(second[0]) != 2 {
		t.Errorf("row %d became row %d of %d entries", first[0].ID(), second[0].ID(), len(second[0]))
	}
}

// Page after page has every entry once.
func TestOlderPagesHaveTheRest(t *testing.T) {
	m := live(t, num(conference.Lock, 0), num(conference.Mute, 0))
	for i := range 25 {
		m.set(time.Duration(i)*minute, num(conference.Lock, int64(i%2+1)))
		m.people(conference.Incremental, time.Duration(i)*minute, in(string(rune('a'+i))))
	}
	all := m.history.Entries(meetingID)
	var seen []uint64
	before, older := uint64(0), true
	for older {
		var page []timeline.Row
		page, older = timeline.Fold(all, timeline.AnyTopic, before, 7)
		if older && len(page) != 7 {
			t.Fatalf("a page of %d rows, and there are older ones", len(page))
		}
		for _, r := range page {
			for _, e := range r {
				seen = append(seen, e.Seq)
			}
		}
		before = page[len(page)-1].ID()
	}
	slices.Sort(seen)
	if len(seen) != len(all) || len(slices.Compact(seen)) != len(all) {
		t.Errorf("%d entries on the pages, there are %d", len(seen), len(all))
	}
}

func TestMovedEndsAreThoseOfThisOccurrence(t *testing.T) {
	m := live(t, end(30*minute))
	m.set(minute, end(60*minute))
	m.set(2*minute, func(s *conference.Status) { s.Set(conference.EndTime, conference.Value{Presence: conference.Empty}) })
	m.set(3*minute, end(70*minute))
	m.set(4*minute, end(75*minute))
	moved := timeline.Moved(m.history.Entries(meetingID))
	if len(moved) != 2 || !moved[0].To.Equal(start.Add(60*minute)) || !moved[1].From.Equal(start.Add(70*minute)) {
		t.Errorf("moved %d times", len(moved))
	}
	m.set(5*minute, word(conference.MeetingState, conference.StateDestroyed))
	m.set(6*minute, word(conference.MeetingState, conference.StateCreated))
	if again := timeline.Moved(m.history.Entries(meetingID)); len(again) != 0 {
		t.Errorf("moved %d times in an occurrence that has just begun", len(again))
	}
}
