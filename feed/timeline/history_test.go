package timeline_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// random does random things to a meeting.
type random struct {
	*meeting
	r  *rand.Rand
	at time.Duration
}

func newRandom(t *testing.T, seed uint64) *random {
	return &random{meeting: watched(t), r: rand.New(rand.NewPCG(seed, 7))}
}

func (h *random) step() {
	h.at += time.Duration(h.r.IntN(60)) * second
	switch h.r.IntN(12) {
	case 0, 1:
		h.link(h.at, conference.LinkEvent(1+h.r.IntN(6)))
	case 2:
		h.pass(h.at)
	case 3, 4, 5:
		var entries []conference.ParticipantEntry
		for range h.r.IntN(4) {
			e := in(string(rune('a' + h.r.IntN(5))))
			e.Attributes.Set(conference.AttrMute, strconv.Itoa(h.r.IntN(2)))
			e.Removed = h.r.IntN(3) == 0
			entries = append(entries, e)
		}
		h.people(conference.Mode(h.r.IntN(2)), h.at, entries...)
	case 6:
		h.apply(conference.BasicMessage{About: h.about(h.at), Envelope: h.envelope(conference.BasicType, conference.Full, h.at),
			Basic: conference.BasicInfo{Title: strconv.Itoa(h.r.IntN(3))}})
	default:
		var fields []field
		for f := range conference.FieldCount {
			switch {
			case h.r.IntN(5) != 0:
			case f == conference.MeetingState:
				fields = append(fields, word(f, []string{conference.StateCreated, conference.StateCreated, conference.StateDestroyed}[h.r.IntN(3)]))
			case f == conference.MultiPic:
				layout := &conference.Layout{PicNum: conference.Value{Presence: conference.Known, Int: int64(h.r.IntN(4))}}
				fields = append(fields, func(s *conference.Status) { s.Set(f, conference.Value{Presence: conference.Known, Layout: layout}) })
			default:
				fields = append(fields, num(f, int64(h.r.IntN(3))))
			}
		}
		if h.r.IntN(3) == 0 {
			fields = append(fields, unlisted([]string{"pause", "lan"}[h.r.IntN(2)], []string{"true", "1"}[h.r.IntN(2)]))
		}
		h.status(conference.Mode(h.r.IntN(2)), h.at, fields)
	}
}

// Read backwards from the newest state, the entries lead to each earlier one: nothing that changed is missing, and each entry has
// what was before.
func TestReadBackwardsTheEntriesGiveEveryEarlierState(t *testing.T) {
	for seed := range uint64(60) {
		h := newRandom(t, seed)
		for range 100 {
			h.step()
		}
		entries, moments := h.history.Entries(meetingID), h.history.Moments(meetingID)
		if len(moments) < 20 {
			t.Fatalf("seed %d: only %d moments", seed, len(moments))
		}
		status := h.state.Status
		unlisted := map[string]string{}
		maps.Copy(unlisted, status.Unlisted)
		present := pids(h.state)
		next := len(entries) - 1
		for i := len(moments) - 1; i >= 0; i-- {
			m := moments[i]
			for ; next >= 0 && entries[next].Seq > m.Seq; next-- {
				switch e := entries[next]; e.Kind {
				case timeline.Status:
					if got := status.Value(e.Field); !got.Equal(e.New) {
						t.Fatalf("seed %d: %s is %s, the entry has %s", seed, e.Field.WireName(), value(got), value(e.New))
					}
					status.Set(e.Field, e.Old)
				case timeline.Unlisted:
					if e.Old.Presence == conference.Known {
						unlisted[e.Name] = e.Old.Text
					} else {
						delete(unlisted, e.Name)
					}
				case timeline.Began: // which forgets those of the last occurrence
					present = pids(m.State)
				case timeline.People:
					for _, p := range e.Joined {
						delete(present, p.PID)
					}
					for _, p := range e.Left {
						present[p.PID] = true
					}
				}
			}
			for f := range conference.FieldCount {
				if got, want := status.Value(f), m.State.Status.Value(f); !got.Equal(want) {
					t.Fatalf("seed %d, moment %d: %s was %s, want %s", seed, i, f.WireName(), value(got), value(want))
				}
			}
			if !maps.Equal(unlisted, m.State.Status.Unlisted) || !maps.Equal(present, pids(m.State)) {
				t.Fatalf("seed %d, moment %d: unlisted %v, want %v; people %v, want %v", seed, i, unlisted, m.State.Status.Unlisted, present, pids(m.State))
			}
		}
	}
}

func pids(s *conference.State) map[string]bool {
	all := map[string]bool{}
	for _, p := range s.Participants {
		all[p.PID] = true
	}
	return all
}

func TestTheMomentAtAnInstantIsTheLastReceivedUntilThen(t *testing.T) {
	m := live(t, num(conference.Lock, 0))
	m.delay = 2 * second
	m.set(minute, num(conference.Lock, 1))
	m.set(2*minute, num(conference.Lock, 0))
	moments := m.history.Moments(meetingID)
	for _, k := range []struct {
		after time.Duration
		want  int // the lock; -1: nothing is known
	}{{-second, -1}, {0, 0}, {minute, 0}, {minute + 2*second, 1}, {90 * second, 1}, {2*minute + 2*second, 0}, {time.Hour, 0}} {
		got := -1
		if i := timeline.At(moments, start.Add(k.after)); i >= 0 {
			n, _ := moments[i].State.Status.Int(conference.Lock)
			got = int(n)
		}
		if got != k.want {
			t.Errorf("%s after the start lock was %d, want %d", k.after, got, k.want)
		}
	}
}

func TestAHistoryIsBounded(t *testing.T) {
	limits := timeline.Limits{Keep: time.Hour, Memory: 1 << 20, Entries: 200, Moments: 40, Bytes: 400 << 10}
	for _, k := range []struct {
		name     string
		meetings int
		limits   func(*timeline.Limits)
	}{
		{"by the number of entries and moments", 1, func(l *timeline.Limits) { l.Bytes = 1 << 30; l.Memory = 1 << 30 }},
		{"by the bytes of a meeting", 1, func(*timeline.Limits) {}},
		{"by the bytes of all", 8, func(l *timeline.Limits) { l.Memory = 300 << 10 }},
	} {
		t.Run(k.name, func(t *testing.T) {
			l := limits
			k.limits(&l)
			h := timeline.NewHistory(l)
			all := make([]*meeting, k.meetings)
			for i := range all {
				all[i] = live(t)
				all[i].history = timeline.NewHistory(l) // of its own; what follows goes to the one that is tried
			}
			note := func(n int, c conference.Change) {
				c.ConfID = conference.ConfID(strconv.Itoa(n))
				h.Note(c)
			}
			for step := range 300 {
				for n, m := range all {
					note(n, m.set(time.Duration(step)*second, num(conference.Lock, int64(step%2)), num(conference.PartViewNum, int64(step))))
					note(n, m.people(conference.Incremental, time.Duration(step)*second, in(fmt.Sprint(step%50)), out(fmt.Sprint((step+25)%50))))
					id := conference.ConfID(strconv.Itoa(n))
					entries, moments := h.Entries(id), h.Moments(id)
					if len(entries) > l.Entries || len(moments) > l.Moments || h.Bytes() > l.Memory || k.meetings == 1 && h.Bytes() > l.Bytes {
						t.Fatalf("step %d: %d entries, %d moments, %d bytes", step, len(entries), len(moments), h.Bytes())
					}
					if len(moments) == 0 || moments[len(moments)-1].State != m.state || entries[len(entries)-1].Seq != moments[len(moments)-1].Seq {
						t.Fatalf("step %d: the newest is not kept", step)
					}
				}
			}
			for n := range all {
				h.Note(conference.Change{ConfID: conference.ConfID(strconv.Itoa(n)), Before: all[n].state})
			}
			if h.Bytes() != 0 || h.Entries("0") != nil {
				t.Errorf("%d bytes are left when all meetings are gone", h.Bytes())
			}
		})
	}
}

func TestWhatIsTooOldGoes(t *testing.T) {
	m := live(t)
	m.history = timeline.NewHistory(timeline.Limits{Keep: time.Hour, Memory: 1 << 30, Entries: 1000, Moments: 1000, Bytes: 1 << 30})
	for i := range 200 {
		m.set(time.Duration(i)*minute, num(conference.Lock, int64(i%2)))
	}
	oldest := m.history.Entries(meetingID)[0]
	if age := m.history.Moments(meetingID)[0].Received.Sub(start); age < 130*minute || oldest.Received.Sub(start) < 130*minute {
		t.Errorf("what was received %s after the start is kept at 199 minutes, the state of %s", oldest.Received.Sub(start), age)
	}
}

func TestStatesBecomeFewerAndReachBackToTheBeginning(t *testing.T) {
	m := live(t)
	l := timeline.DefaultLimits
	l.Moments = 64
	m.history = timeline.NewHistory(l)
	for i := range 400 {
		m.set(time.Duration(i)*second, num(conference.PartViewNum, int64(i)))
	}
	moments := m.history.Moments(meetingID)
	if span := moments[len(moments)-1].Received.Sub(moments[0].Received); span < 390*second {
		t.Errorf("%d states reach back %s only", len(moments), span)
	}
	at := moments[0].Received.Add(moments[1].Received.Sub(moments[0].Received) - time.Millisecond)
	if n := timeline.Missing(m.history.Entries(meetingID), moments[0], at); n == 0 {
		t.Errorf("nothing is missing between the oldest two of %d states", len(moments))
	}
	last := moments[len(moments)-1]
	if n := timeline.Missing(m.history.Entries(meetingID), last, start.Add(time.Hour)); n != 0 {
		t.Errorf("%d entries are missing after the newest", n)
	}
}

func TestWhatWasHandedOutStaysAsItIs(t *testing.T) {
	m := live(t)
	l := timeline.DefaultLimits
	l.Entries, l.Moments = 50, 20
	m.history = timeline.NewHistory(l)
	var handed [][]timeline.Entry
	var copies [][]string
	for i := range 300 {
		m.set(time.Duration(i)*second, num(conference.PartViewNum, int64(i)))
		if i%7 == 0 {
			list := m.history.Entries(meetingID)
			handed, copies = append(handed, list), append(copies, told(list))
		}
	}
	for i := range handed {
		if !slices.Equal(told(handed[i]), copies[i]) {
			t.Fatalf("list %d was modified", i)
		}
	}
}

func TestAHistoryIsReadWhileItIsWritten(t *testing.T) {
	m := live(t)
	l := timeline.DefaultLimits
	l.Entries, l.Moments = 100, 50
	m.history = timeline.NewHistory(l)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				entries, moments := m.history.Entries(meetingID), m.history.Moments(meetingID)
				timeline.Fold(entries, timeline.AnyTopic, 0, 50)
				timeline.RecordingOf(entries)
				timeline.At(moments, start)
			}
		})
	}
	for i := range 2000 {
		m.set(time.Duration(i)*second, num(conference.PartViewNum, int64(i)))
	}
	close(done)
	readers.Wait()
}

// What is said to be used is what the heap has, within a third.
func TestTheEstimateIsTrue(t *testing.T) {
	for _, k := range []struct {
		name   string
		people int
	}{{"of a small meeting", 8}, {"of a crowd", 400}} {
		t.Run(k.name, func(t *testing.T) {
			l := timeline.DefaultLimits
			l.Bytes, l.Memory = 1<<40, 1<<40
			m := live(t)
			m.history = timeline.NewHistory(l)
			before := heap()
			for i := range k.people {
				e := in(fmt.Sprint("p", i))
				for _, key := range []string{"TEL", "ROLE", "STATE", "HAND", "BROADCAST", "ROLLCALL", "SHARE", "MUTE", "VIDEO", "ADDTIME", "M", "T"} {
					e.Attributes.Set(key, fmt.Sprint(i, key))
				}
				m.people(conference.Incremental, time.Duration(i)*second, e)
			}
			for i := range 500 {
				m.set(time.Duration(i)*second, num(conference.PartViewNum, int64(i)))
			}
			used := float64(heap() - before)
			said := float64(m.history.Bytes())
			n := len(m.history.Moments(meetingID))
			t.Logf("%d states, %d entries: %.0f kB of heap, %.0f kB said", n, len(m.history.Entries(meetingID)), used/1000, said/1000)
			if said < used*0.67 || said > used*1.5 {
				t.Errorf("said to use %.0f bytes, and the heap has %.0f", said, used)
			}
			runtime.KeepAlive(m)
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

func BenchmarkNoteAmongTwoThousandMeetings(b *testing.B) {
	h := timeline.NewHistory(timeline.DefaultLimits)
	const meetings = 2000
	changes := make([][2]conference.Change, meetings)
	for i := range changes {
		m := &meeting{policy: conference.DefaultPolicy, history: timeline.NewHistory(timeline.DefaultLimits)}
		m.apply(conference.WatchMessage{About: m.about(0)})
		m.link(0, conference.LinkUp)
		m.full(0, num(conference.Lock, 0))
		changes[i] = [2]conference.Change{m.set(minute, num(conference.Lock, 1)), m.set(2*minute, num(conference.Lock, 0))}
		for j := range changes[i] {
			changes[i][j].ConfID = conference.ConfID(strconv.Itoa(i))
		}
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		h.Note(changes[n%meetings][n/meetings%2])
		n++
	}
	b.ReportMetric(float64(h.Bytes())/1e6, "MB")
}
