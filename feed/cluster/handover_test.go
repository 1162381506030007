package cluster

import (
	"testing"
	"time"
)

// offers are how many shards each member is to get from owners that do not leave, as the bucket has it.
func (m *model) offers() map[string]int {
	count := make(map[string]int)
	for s := range Shard(Shards) {
		r, _ := decode[shardRecord](m.keys[shardKey+s.String()])
		if owner := m.member(r.Owner); r.Next != "" && owner != nil && !owner.core.leaving {
			count[r.Next]++
		}
	}
	return count
}

func TestOneThatJoinsIsHandedAFewShardsAtATime(t *testing.T) {
	for owners := range 6 {
		m := settle(t, uint64(owners), owners+1)
		joined := m.join()
		most := 0
		for end := m.now + time.Minute; !m.settled(); m.run(10 * time.Millisecond) {
			most = max(most, m.offers()[joined.id])
			if m.now > end {
				t.Fatalf("%d owners: not settled: %v", owners+1, m.held())
			}
		}
		if bound := max(m.pace.atOnce, owners+1); most > bound || most == 0 {
			t.Errorf("%d owners: %d shards are handed over at a time, want at most %d", owners+1, most, bound)
		}
	}
}

// What a member cannot watch stays where it is watched, for however long; others get their part meanwhile.
func TestNothingIsHandedToOneThatIsNeverReady(t *testing.T) {
	m := settle(t, 1, 2)
	m.pace.linger = 20 * time.Second
	for _, n := range m.living() {
		n.core.pace = m.pace
	}
	before := m.owners()
	idle := m.join()
	idle.unready = true
	seen := make(map[Shard]bool)
	for range 600 {
		m.run(100 * time.Millisecond)
		for s, prepared := range idle.prepared {
			seen[Shard(s)] = seen[Shard(s)] || prepared
		}
		if m.offers()[idle.id] > m.pace.atOnce {
			t.Fatalf("%d shards are to be handed over at a time", m.offers()[idle.id])
		}
	}
	if m.owners() != before {
		t.Error("shards have other owners than before")
	}
	if len(seen) <= m.pace.atOnce {
		t.Errorf("it was offered no others than the first %d", len(seen))
	}
	m.join()
	m.run(time.Minute)
	held := m.held()
	if held["m4"] < Shards/4 || held[idle.id] != 0 {
		t.Errorf("they have %v", held)
	}
	// What nobody watches it gets at once.
	m.member("m1").gone = true
	m.unheld(10 * time.Second)
	if m.held()[idle.id] == 0 {
		t.Error("it gets nothing of what a dead one had")
	}
}

func TestAHandoverIsCalledOffWhenTheNextOneDies(t *testing.T) {
	m := settle(t, 1, 2)
	before := m.owners()
	next := m.join()
	next.unready = true
	m.run(2 * time.Second)
	if m.offers()[next.id] == 0 {
		t.Fatal("it is offered nothing")
	}
	next.gone = true
	m.run(10 * time.Second)
	if m.offers()[next.id] != 0 || m.owners() != before {
		t.Errorf("%d shards are still to be handed to it", m.offers()[next.id])
	}
	m.join()
	m.untilSettled(time.Minute)
}

func TestOneThatCannotWatchHandsOverAllItHasAndGetsNothing(t *testing.T) {
	m := settle(t, 3, 3)
	n := m.members[1]
	able := func(n *modelMember, is bool) { n.act(func() { n.core.able(is, n.clock().boot) }) }
	cold := func() int { return m.members[0].cold + m.members[1].cold + m.members[2].cold }
	before := cold()
	able(n, false)
	m.run(10 * time.Second)
	if held := m.held(); held[n.id] != 0 || held[m.members[0].id] != Shards/2 || held[m.members[2].id] != Shards/2 || cold() > before {
		t.Errorf("held: %v, %d shards were not watched by who took them", held, cold()-before)
	}
	// Nobody can: then each has its part, as good as it is.
	able(m.members[0], false)
	able(m.members[2], false)
	m.untilSettled(time.Minute)
	able(n, true)
	m.run(10 * time.Second)
	if held := m.held(); held[n.id] != Shards {
		t.Errorf("held: %v", held)
	}
	able(m.members[0], true)
	able(m.members[2], true)
	m.untilSettled(time.Minute)
}
