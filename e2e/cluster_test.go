package e2e

import (
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestClusterBoardsShareTheMeetingsAndShowAll(t *testing.T) {
	t.Parallel()
	s := newSeveral(t, 24, 1)
	a := s.start("a")
	s.settled()
	b := s.start("b")
	s.start("c")
	s.settled()
	watch := look(t, s.meetings)
	for i, m := range s.meetings {
		m.Set(map[string]any{"lock": 1, "recState": i % 2})
		m.Join(person("late", "Late Comer"))
	}
	s.settled()

	a.kill()
	s.unwatched()
	s.settled()
	gap, _ := watch.told()
	t.Logf("after the death of one a meeting was unwatched for %s at the most", gap)

	connections := s.connections()
	b.stop()
	s.settled()
	gap, twice := watch.told()
	t.Logf("after one was stopped, for %s; watched twice for %s", gap, twice)
	if gap > 0 {
		t.Error("there was a gap, although it was stopped in order")
	}
	if s.connections() == connections {
		t.Error("nobody had to take over")
	}
	connections = s.connections()
	s.start("b")
	s.settled()
	if gap, _ := watch.told(); gap > 0 {
		t.Errorf("when it was back a meeting was unwatched for %s", gap)
	}
	until(t, "it to have its part again", func() bool { return s.connections() > connections })
}

func TestClusterPagesAreRightWhateverFails(t *testing.T) {
	t.Parallel()
	s := newSeveral(t, 12, 3)
	names := []string{"a", "b", "c"}
	var audiences []*audience
	var seats [][]*seat
	for _, name := range names {
		s.start(name)
	}
	s.settled()
	for _, name := range names {
		a := newAudience(t, s.boards[name].address())
		var sitting []*seat
		for i := range 12 {
			sitting = append(sitting, a.sit([]string{"/", "/wall", "/m/" + s.meetings[i].ConfID(), "/?lang=zh"}[i%4]))
		}
		a.connected(sitting)
		audiences, seats = append(audiences, a), append(seats, sitting)
	}
	watch := look(t, s.meetings)
	change := func(done <-chan struct{}) {
		for n := 0; ; n++ {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			m := s.meetings[n%len(s.meetings)]
			m.Set(map[string]any{"lock": n / len(s.meetings) % 2, "partViewNum": n % 50, "recState": n / 7 % 2})
			if n%5 == 0 {
				m.Join(person(fmt.Sprint("pid-", n%30), fmt.Sprint("Person ", n), "HAND", fmt.Sprint(n/10%2)))
			}
		}
	}
	under := func(what string, f func()) {
		t.Helper()
		done := make(chan struct{})
		var changing sync.WaitGroup
		changing.Go(func() { change(done) })
		f()
		close(done)
		changing.Wait()
		s.settled()
		for i := range audiences {
			audiences[i].agree(seats[i])
		}
		gap, twice := watch.told()
		t.Logf("%s: unwatched for %s at the most, watched twice for %s", what, gap, twice)
	}
	under("changes alone", func() { rest(t.Context(), 2*time.Second) })
	for _, name := range names[:1] { // each in turn: TestClusterThousandsOfViewersThroughTheBalancer
		b := s.boards[name]
		under(name+" is killed, and back", func() {
			b.kill()
			s.unwatched()
			rest(t.Context(), time.Second)
			b.restart()
		})
	}
	for _, node := range s.nats.servers[:1] {
		under(node.name+" is killed, and back", func() {
			s.nats.kill(node)
			rest(t.Context(), 2*time.Second)
			s.nats.start(node)
			rest(t.Context(), time.Second)
		})
	}
	under("one is stopped for longer than its lease, and goes on", func() {
		b := s.boards["b"]
		if err := b.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		rest(t.Context(), 8*time.Second)
		if err := b.cmd.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	})
	under("all of NATS is away, and back without what it had in memory", func() {
		for _, node := range s.nats.servers {
			s.nats.kill(node)
		}
		rest(t.Context(), 6*time.Second)
		for _, node := range s.nats.servers {
			s.nats.start(node)
		}
	})
}
