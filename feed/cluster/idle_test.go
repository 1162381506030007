package cluster

import (
	"slices"
	"testing"
	"time"
)

// watched counts the shards whose meetings somebody watches.
func (m *model) watched() (n int) {
	for s := range Shard(Shards) {
		if slices.ContainsFunc(m.living(), func(o *modelMember) bool { return o.taken[s] != 0 || o.suspended[s] || o.prepared[s] }) {
			n++
		}
	}
	return n
}

func TestAllThatIsWatchedIsWatchedThroughAnElection(t *testing.T) {
	for seed := range uint64(4) {
		m := settle(t, seed, 3)
		before, cold := m.owners(), 0
		for _, n := range m.living() {
			cold -= n.cold
		}
		m.leaderless = true
		for range 800 {
			m.run(10 * time.Millisecond)
			if n := m.watched(); n != Shards {
				t.Fatalf("seed %d: %d shards are watched", seed, n)
			}
		}
		for id, n := range m.held() {
			if n > 0 {
				t.Errorf("seed %d: %s holds %d shards without a lease", seed, id, n)
			}
		}
		m.leaderless = false
		for end := m.now + 5*time.Second; m.owners() != before; m.run(10 * time.Millisecond) {
			if n := m.watched(); n != Shards || m.now > end {
				t.Fatalf("seed %d: %d shards are watched; held: %v", seed, n, m.held())
			}
		}
		for _, n := range m.living() {
			cold += n.cold
		}
		if cold > 0 {
			t.Errorf("seed %d: %d shards were begun anew", seed, cold)
		}
	}
}

func TestWhoCannotHearAllOthersWatchesNothingWithoutALease(t *testing.T) {
	m := settle(t, 6, 3)
	n := m.living()[1]
	n.cutUp, n.cutDown = true, true
	for n.leased() {
		m.run(10 * time.Millisecond)
	}
	for s := range n.taken {
		if n.taken[s] != 0 || n.suspended[s] || n.prepared[s] {
			t.Fatalf("it watches shard %d", s)
		}
	}
	// Of three one may be where the bucket is.
	m = settle(t, 6, 3)
	m.living()[1].gone = true
	m.leaderless = true
	m.run(5 * time.Second)
	if m.watched() != 0 {
		t.Errorf("%d shards are watched", m.watched())
	}
}

func TestNothingIsWatchedForLongThatIsNobodys(t *testing.T) {
	m := settle(t, 7, 3)
	m.leaderless = true
	m.run(10 * time.Second)
	if n := m.watched(); n != Shards {
		t.Errorf("after 10 s %d shards are watched", n)
	}
	m.run(10 * time.Second)
	if n := m.watched(); n != 0 {
		t.Errorf("after 20 s %d shards are watched", n)
	}
	m.leaderless = false
	m.untilSettled(time.Minute)
}

func TestInstancesThatHearEachOtherGoOnWatchingWithoutTheBucket(t *testing.T) {
	g := newGroup(t)
	g.patient = true
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	a.proxy.Elect()
	b.proxy.Elect()
	suspended := func(i *instance) (n int) {
		i.mu.Lock()
		defer i.mu.Unlock()
		for _, is := range i.suspended {
			if is {
				n++
			}
		}
		return n
	}
	g.until("both have lost their leases", func() bool { return a.has(Lost, a) && b.has(Lost, b) })
	g.until("all is suspended", func() bool { return suspended(a) == Shards/2 && suspended(b) == Shards/2 })
	a.proxy.Elected()
	b.proxy.Elected()
	g.untilShared(a, b)
	g.mu.Lock()
	resumed := a.resumed + b.resumed
	g.mu.Unlock()
	if resumed != Shards {
		t.Errorf("%d shards were watched on, the others begun anew", resumed)
	}
}

func TestWhoseReadingAloneDoesNotGoOnIsWatchingAsLongAsItIsSeenToLive(t *testing.T) {
	m := settle(t, 8, 3)
	n := m.living()[1]
	had := m.held()[n.id]
	n.unread = true
	m.run(8 * time.Second)
	suspended := 0
	for s := range n.suspended {
		if n.suspended[s] {
			suspended++
		}
	}
	if suspended != had || m.watched() != Shards {
		t.Errorf("%d of its %d shards are suspended, %d are watched", suspended, had, m.watched())
	}
	n.unread = false
	m.run(2 * time.Second)
	if held := m.held(); held[n.id] != had {
		t.Errorf("held: %v", held)
	}
}

func TestOneThatHasJustBegunDoesNotWaitForTheWordOfTheDead(t *testing.T) {
	for seed := range uint64(4) {
		m := settle(t, seed, 2)
		m.living()[0].gone = true
		m.run(10 * time.Second)
		n := m.join()
		for m.held()[n.id] == 0 {
			m.run(10 * time.Millisecond)
		}
		m.leaderless = true
		m.run(7 * time.Second)
		if m.watched() != Shards {
			t.Errorf("seed %d: %d shards are watched", seed, m.watched())
		}
	}
}
