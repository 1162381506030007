package bus

import (
	"context"
	"fmt"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"

	"confboard/feed/timeline"
)

// crowded is a meeting with so many people, and what it is told after that.
func crowded(people, messages int) (state *conference.State, after []conference.Message) {
	w := &world{}
	s := w.source(first)
	s.calm = true
	apply := func(all ...conference.Message) {
		for _, m := range all {
			state, _, _ = conference.Apply(state, m, conference.DefaultPolicy)
		}
	}
	apply(s.begin()...)
	for range 100 {
		apply(s.next()...)
	}
	m := conference.ParticipantsMessage{About: s.about(), Envelope: s.envelope(conference.ParticipantsType, conference.Full)}
	for n := range people {
		m.Entries = append(m.Entries, s.person(n))
	}
	apply(m)
	s.people = people
	for len(after) < messages {
		after = append(after, s.next()...)
	}
	return state, after
}

// BenchmarkARecord compares what a record costs with what the message does: applied in any case, written by its owner, and read where
// somebody looks.
func BenchmarkARecord(b *testing.B) {
	state, messages := crowded(30, 1000)
	policy := conference.DefaultPolicy
	bodies := make([][]byte, len(messages))
	size := 0
	write := func(n int) []byte {
		l, _ := line.Of(messages[n%len(messages)], nil)
		body, err := encode(&written{head: head{Member: "a", Epoch: 1, Number: uint64(n + 2)}, Previous: uint64(n + 1), Line: &l})
		if err != nil {
			b.Fatal(err)
		}
		return body
	}
	for n := range messages {
		bodies[n] = write(n)
		size += len(bodies[n])
	}
	b.Run("apply", func(b *testing.B) {
		b.ReportAllocs()
		s := state
		for n := range b.N {
			if n%len(messages) == 0 {
				s = state
			}
			s, _, _ = conference.Apply(s, messages[n%len(messages)], policy)
		}
	})
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for n := range b.N {
			write(n)
		}
		b.ReportMetric(float64(size)/float64(len(messages)), "bytes/record")
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for n := range b.N {
			if _, err := decode(bodies[n%len(bodies)], first); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkAState is of digests and checkpoints.
func BenchmarkAState(b *testing.B) {
	for _, people := range []int{5, 30, 500, 5000} {
		state, _ := crowded(people, 0)
		for name, brief := range map[string]bool{"digest": true, "checkpoint": false} {
			write := func() []byte {
				text, err := line.WriteState(state, brief)
				if err != nil {
					b.Fatal(err)
				}
				body, err := encode(&written{head: head{Member: "a", Epoch: 1, Number: 1}, state: text})
				if err != nil {
					b.Fatal(err)
				}
				return body
			}
			body := write()
			b.Run(fmt.Sprintf("%s of %d people/write", name, people), func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					write()
				}
				b.ReportMetric(float64(len(body)), "bytes")
			})
			b.Run(fmt.Sprintf("%s of %d people/read", name, people), func(b *testing.B) {
				b.ReportAllocs()
				for range b.N {
					if _, err := decode(body, first); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkTheBus is from a message at its owner to a whole state elsewhere, with the server in the same process.
func BenchmarkTheBus(b *testing.B) {
	for _, looked := range []bool{false, true} {
		b.Run(fmt.Sprintf("looked at %t", looked), func(b *testing.B) {
			w := newWorld(b)
			owner, other := w.instance("owner"), w.instance("other")
			all := owner.crowd(100)
			other.settle(owner, true, all.ids...)
			if looked {
				other.want(all.ids...)
			}
			b.ResetTimer()
			for n := range b.N {
				owner.feed(all.sources[n%len(all.sources)].next()...)
				if n%1000 == 999 { // it is to be published, not replaced
					eventually(b, "it is published", func() bool { return owner.Stats().Queued == 0 })
				}
			}
			eventually(b, "all is published", owner.idle)
			other.settle(owner, !looked, all.ids...)
			b.StopTimer()
			s := owner.Stats()
			b.ReportMetric(float64(s.Bytes)/float64(b.N), "bytes/op")
			b.ReportMetric(float64(s.Digests)/float64(b.N), "digests/op")
		})
	}
}

// BenchmarkWant is how long it takes until a meeting is whole.
func BenchmarkWant(b *testing.B) {
	for _, people := range []int{30, 5000} {
		b.Run(fmt.Sprint(people, " people"), func(b *testing.B) {
			w := newWorld(b)
			owner := w.instance("owner")
			other := w.instance("other")
			w.roster.give(first, "owner")
			state, messages := crowded(people, 150)
			owner.feed(conference.SnapshotMessage{About: conference.About{ConfID: first, At: start}, State: state})
			eventually(b, "all is published", owner.idle)
			owner.feed(messages...)
			other.settle(owner, true, first)
			var longest time.Duration
			for b.Loop() {
				begun := time.Now()
				other.want(first)
				longest = max(longest, time.Since(begun))
				b.StopTimer()
				other.in.mu.Lock()
				other.in.interests[first].looked = time.Time{}
				other.in.mu.Unlock()
				other.settle(owner, true, first)
				b.StartTimer()
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "longest-ms")
		})
	}
	b.Run("500 meetings at once", func(b *testing.B) {
		w := newWorld(b)
		owner := w.instance("owner")
		all := owner.crowd(500)
		all.goOn(50)
		eventually(b, "all is published", owner.idle)
		for b.Loop() {
			b.StopTimer()
			other := w.instance("other")
			other.settle(owner, true, all.ids...)
			b.StartTimer()
			for _, id := range all.ids {
				other.Hold(id)
			}
			eventually(b, "all are whole", func() bool { return other.Stats().Whole == len(all.ids) })
			b.StopTimer()
			other.stop()
			b.StartTimer()
		}
	})
}

// BenchmarkInherit is what the next owner of a shard waits for.
func BenchmarkInherit(b *testing.B) {
	w := newWorld(b)
	owner, next := w.instance("owner"), w.instance("next")
	all := owner.crowd(40)
	all.goOn(100)
	eventually(b, "all is published", owner.idle)
	next.settle(owner, true, all.ids...)
	for b.Loop() {
		if h, err := next.Inherit(context.Background(), all.ids); err != nil || len(h) != len(all.ids) {
			b.Fatal(len(h), err)
		}
	}
}

// BenchmarkNotify is what the registry waits for.
func BenchmarkNotify(b *testing.B) {
	w := newWorld(b)
	owner := w.instance("owner")
	all := owner.crowd(1)
	eventually(b, "all is published", owner.idle)
	state := owner.registry.Get(all.ids[0])
	next, change, _ := conference.Apply(state, all.sources[0].next()[0], conference.DefaultPolicy)
	_ = next
	entries := []timeline.Entry{}
	b.ReportAllocs()
	for b.Loop() {
		owner.Notify(change, entries)
	}
}
