package timeline_test

import (
	"fmt"
	"slices"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// stretches writes what was seen of the recording, in minutes after the start.
func stretches(r timeline.Recording) []string {
	names := map[timeline.StretchState]string{timeline.Unseen: "unseen", timeline.Recorded: "recorded", timeline.Gap: "gap"}
	var all []string
	if r.Earlier {
		all = append(all, "earlier")
	}
	for _, s := range r.Stretches {
		to := ""
		if !s.To.IsZero() {
			to = fmt.Sprint(s.To.Sub(start).Minutes())
		}
		said := fmt.Sprintf("%s %v-%s", names[s.State], s.From.Sub(start).Minutes(), to)
		if s.Before {
			said += " or before"
		}
		all = append(all, said)
	}
	return all
}

func TestRecording(t *testing.T) {
	rec := func(n int64) field { return num(conference.RecState, n) }
	for _, k := range []struct {
		name string
		do   func(m *meeting)
		want []string
	}{
		{"nothing was recorded", func(m *meeting) {}, nil},
		{"it is recorded", func(m *meeting) { m.set(2*minute, rec(1)) }, []string{"recorded 2-"}},
		{"it was recorded", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.set(41*minute, rec(0))
		}, []string{"recorded 2-41"}},
		{"a gap", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.set(41*minute, rec(0))
			m.set(47*minute, rec(1))
		}, []string{"recorded 2-41", "gap 41-47", "recorded 47-"}},
		{"what happened while the board was not live is no gap", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.link(41*minute, conference.LinkDown)
			m.link(47*minute, conference.LinkUp)
			m.full(47*minute, rec(1))
		}, []string{"recorded 2-41", "unseen 41-47", "recorded 47-"}},
		{"it stopped while the board was not live", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.link(41*minute, conference.LinkDown)
			m.link(47*minute, conference.LinkUp)
			m.full(47*minute, rec(0))
		}, []string{"recorded 2-41", "unseen 41-47"}},
		{"it began while the board was not live", func(m *meeting) {
			m.link(41*minute, conference.LinkDown)
			m.link(47*minute, conference.LinkUp)
			m.full(47*minute, rec(1), num(conference.RecOccurred, 1))
		}, []string{"recorded 47- or before"}},
		{"the board is not live any more", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.link(41*minute, conference.LinkDown)
		}, []string{"recorded 2-41", "unseen 41-"}},
		{"it was silent for a while before that was noticed", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.pass(60*minute + 3*minute)
		}, []string{"recorded 2-60", "unseen 60-"}},
		{"recState is not reported any more", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.full(5 * minute)
		}, []string{"recorded 2-5", "unseen 5-"}},
		{"the meeting ended while it was recorded", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.set(41*minute, word(conference.MeetingState, conference.StateDestroyed))
			m.link(43*minute, conference.LinkUp)
		}, []string{"recorded 2-41"}},
		{"another occurrence begins anew", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.set(41*minute, rec(0))
			m.set(41*minute, word(conference.MeetingState, conference.StateDestroyed))
			m.set(43*minute, word(conference.MeetingState, conference.StateCreated))
			m.set(44*minute, rec(1))
		}, []string{"recorded 44-"}},
		{"another occurrence begins before the board is live again", func(m *meeting) {
			m.set(2*minute, rec(1))
			m.set(41*minute, word(conference.MeetingState, conference.StateDestroyed))
			m.link(42*minute, conference.LinkUp)
			m.set(43*minute, word(conference.MeetingState, conference.StateCreated), rec(0))
			m.set(44*minute, rec(1))
			m.link(49*minute, conference.LinkEcho)
			m.full(50*minute, word(conference.MeetingState, conference.StateCreated), rec(1))
		}, []string{"recorded 50-"}},
		{"the messages' own time goes back", func(m *meeting) {
			m.set(10*minute, rec(1))
			m.set(9*minute, rec(0))
		}, nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			m := live(t, rec(0))
			m.link(60*minute, conference.LinkEcho)
			k.do(m)
			if got := stretches(timeline.RecordingOf(m.history.Entries(meetingID))); !slices.Equal(got, k.want) {
				t.Errorf("seen %q, want %q", got, k.want)
			}
		})
	}
}

func TestWhatWasRecordedBeforeTheBoardWatchedIsNotMadeUp(t *testing.T) {
	m := live(t, num(conference.RecState, 0), num(conference.RecOccurred, 1))
	if got := stretches(timeline.RecordingOf(m.history.Entries(meetingID))); !slices.Equal(got, []string{"earlier"}) {
		t.Errorf("seen %q", got)
	}
	m = live(t, num(conference.RecState, 1), num(conference.RecOccurred, 1))
	if got := stretches(timeline.RecordingOf(m.history.Entries(meetingID))); !slices.Equal(got, []string{"recorded 0- or before"}) {
		t.Errorf("seen %q", got)
	}
}

// Whatever happens, stretches follow each other, take time, and begin with a recording.
func TestStretchesAreInOrder(t *testing.T) {
	for seed := range uint64(80) {
		h := newRandom(t, seed)
		for range 80 {
			h.step()
		}
		list := timeline.RecordingOf(h.history.Entries(meetingID)).Stretches
		for i, s := range list {
			last := i == len(list)-1
			if i == 0 && s.State != timeline.Recorded || !last && !s.To.Equal(list[i+1].From) || !s.To.IsZero() && !s.To.After(s.From) ||
				!last && s.State == list[i+1].State || !last && s.To.IsZero() {
				t.Fatalf("seed %d: %q", seed, stretches(timeline.Recording{Stretches: list}))
			}
		}
	}
}
