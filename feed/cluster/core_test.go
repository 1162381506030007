package cluster

import (
	"fmt"
	"maps"
	"os"
	"strconv"
	"testing"
	"time"
)

// many, in the environment, is how many random histories are tried; with it, long tests are run too.
const many = "CONFBOARD_HISTORIES"

func histories(t *testing.T, n uint64) uint64 {
	set := os.Getenv(many)
	if set == "" {
		return n
	}
	many, err := strconv.ParseUint(set, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return many
}

func TestNoShardIsHeldTwiceWhateverHappens(t *testing.T) {
	for seed := range histories(t, 4) {
		t.Run(fmt.Sprint("history ", seed), func(t *testing.T) {
			m := newModel(t, seed)
			for range 1 + m.rand.IntN(4) {
				m.join()
			}
			if m.rand.IntN(2) == 0 {
				m.run(20 * time.Second)
			}
			for range 20 {
				m.happen()
				m.run(time.Duration(m.rand.Int64N(int64(6 * time.Second))))
			}
			// When all is well again, everything is as it should be, and stays so.
			m.note("all is well again")
			m.slowest, m.leaderless = 20*time.Millisecond, false
			for _, n := range m.living() {
				n.cutUp, n.cutDown = false, false
				if n.paused {
					n.resume()
				}
				n.act(func() { n.core.able(true, n.clock().boot) })
			}
			if len(m.living()) == 0 {
				m.join()
			}
			for _, n := range m.living() {
				if n.core.leaving {
					m.run(12 * time.Second)
					break
				}
			}
			if len(m.living()) == 0 {
				m.join()
			}
			m.run(15 * time.Second) // what was under way has arrived, and what was lost has been noticed
			m.untilSettled(time.Minute)
			m.run(time.Second)
			moved := m.moved
			m.run(time.Minute)
			if m.moved != moved {
				t.Errorf("%d shards moved while nothing changed", m.moved-moved)
			}
		})
	}
}

// happen makes something happen to one member, or to all.
func (m *model) happen() {
	living := m.living()
	if len(living) == 0 {
		m.join()
		return
	}
	n := living[m.rand.IntN(len(living))]
	switch m.rand.IntN(19) {
	case 0, 1:
		if len(living) < 6 {
			m.join()
		}
	case 2:
		m.note("%s dies", n.id)
		n.gone = true
	case 3:
		m.note("%s leaves", n.id)
		n.act(func() { n.core.leave(n.clock().boot, time.Duration(m.rand.IntN(3))*5*time.Second) })
	case 4, 5:
		m.note("%s is paused", n.id)
		n.paused = true
	case 6, 7:
		for _, p := range living {
			if p.paused {
				p.resume()
			}
		}
	case 8:
		n.cutUp, n.cutDown = m.rand.IntN(3) != 0, m.rand.IntN(3) != 0
		m.note("%s is cut off: up %v, down %v", n.id, n.cutUp, n.cutDown)
	case 9:
		for _, p := range living {
			p.cutUp, p.cutDown = false, false
		}
		m.note("nobody is cut off")
	case 10:
		m.note("the bucket is away")
		for _, p := range living {
			p.cutUp, p.cutDown = true, true
		}
	case 11:
		m.slowest = []time.Duration{2 * time.Millisecond, 20 * time.Millisecond, 500 * time.Millisecond, 3 * time.Second}[m.rand.IntN(4)]
		m.note("messages take up to %v", m.slowest)
	case 12:
		if m.rand.IntN(3) == 0 {
			m.loseBucket()
		}
	case 14:
		m.backup = maps.Clone(m.keys)
	case 15:
		m.rollBack()
	case 17, 18:
		m.leaderless = !m.leaderless
		m.note("the bucket has a leader: %v", !m.leaderless)
	case 16:
		n.act(func() { n.core.able(m.rand.IntN(2) == 0, n.clock().boot) })
		m.note("%s is unable: %v", n.id, n.core.about.Unable)
	case 13:
		// Several come at once.
		for range m.rand.IntN(3) {
			if len(m.living()) < 6 {
				m.join()
			}
		}
	}
}

// settle is a cluster of n members, some time after it began.
func settle(t *testing.T, seed uint64, n int) *model {
	m := newModel(t, seed)
	for range n {
		m.join()
	}
	m.untilSettled(time.Minute)
	m.run(10 * time.Second)
	return m
}

// unheld runs until all shards are held, and says how long it took.
func (m *model) unheld(limit time.Duration) time.Duration {
	m.t.Helper()
	began := m.now
	for m.now < began+limit {
		sum := 0
		for _, n := range m.held() {
			sum += n
		}
		if sum == Shards {
			return m.now - began
		}
		m.run(10 * time.Millisecond)
	}
	m.t.Fatalf("not all shards are held after %v: %v", limit, m.held())
	return 0
}

func TestTheShardsOfADeadMemberAreHeldWithin5Seconds(t *testing.T) {
	for seed := range uint64(2) {
		m := settle(t, seed, 3)
		m.living()[seed%3].gone = true
		if took := m.unheld(10 * time.Second); took > 5*time.Second {
			t.Errorf("seed %d: it took %v", seed, took)
		}
		m.untilSettled(time.Minute)
	}
}

// All have a part of what has to begin; the shares are levelled by handing over.
func TestAMemberThatIsBackAtOnceDoesNotBeginAllItHadAlone(t *testing.T) {
	for seed := range uint64(4) {
		m := settle(t, seed, 3)
		dead := m.living()[seed%3]
		had := m.held()[dead.id]
		dead.gone = true
		m.run(time.Second)
		back := m.join()
		back.unready = true // watching takes its time
		m.unheld(10 * time.Second)
		if began := m.held()[back.id]; began == 0 || began > had*3/4 {
			t.Errorf("seed %d: it began %d of %d shards", seed, began, had)
		}
		back.unready = false
		m.untilSettled(time.Minute)
	}
}

// preparing is how many shards are prepared.
func (m *model) preparing() (n int) {
	for _, o := range m.living() {
		for _, prepared := range o.prepared {
			if prepared {
				n++
			}
		}
	}
	return n
}

func TestTheShardsOfOneThatSeemsToBeDeadArePreparedBeforeTheyAreTaken(t *testing.T) {
	for seed := range uint64(4) {
		m := settle(t, seed, 3)
		dead := m.living()[seed%3]
		had := m.held()[dead.id]
		cold := func() (n int) {
			for _, o := range m.living() {
				n += o.cold
			}
			return n
		}
		dead.gone = true
		before := cold()
		m.run(2500 * time.Millisecond)
		if n := m.preparing(); n != had {
			t.Errorf("seed %d: %d of %d shards are prepared", seed, n, had)
		}
		m.unheld(10 * time.Second)
		if n := cold() - before; n > 0 {
			t.Errorf("seed %d: %d shards were not prepared", seed, n)
		}
	}
	// One that was only silent is suspected no more.
	m := settle(t, 1, 3)
	silent := m.living()[0]
	silent.cutUp = true
	m.run(2500 * time.Millisecond)
	if m.preparing() == 0 {
		t.Error("it is not suspected")
	}
	silent.cutUp = false
	m.run(time.Second)
	moved := m.moved
	if n := m.preparing(); n > 0 {
		t.Errorf("%d shards are still being prepared", n)
	}
	m.run(10 * time.Second)
	if m.moved != moved {
		t.Error("shards moved")
	}
}

func TestTheShardsOfAMemberThatLeavesAreHeldAllTheTime(t *testing.T) {
	for seed := range uint64(2) {
		m := settle(t, seed, 3)
		leaver := m.living()[seed%3]
		leaver.act(func() { leaver.core.leave(leaver.clock().boot, 10*time.Second) })
		began := m.now
		for !leaver.gone {
			before := m.now
			if gap := m.unheld(time.Second); gap > 100*time.Millisecond {
				t.Fatalf("seed %d: a shard is held by nobody for %v", seed, gap)
			}
			if m.now == before {
				m.run(10 * time.Millisecond)
			}
		}
		if took := m.now - began; took > 9*time.Second {
			t.Errorf("seed %d: leaving took %v", seed, took)
		}
		m.untilSettled(time.Second)
	}
}

func TestTheLastOneLeavesAtOnce(t *testing.T) {
	m := settle(t, 1, 1)
	n := m.living()[0]
	n.act(func() { n.core.leave(n.clock().boot, 10*time.Second) })
	if !n.gone {
		t.Error("it waits for somebody to hand over to")
	}
	// Who comes then need not wait until the former owner is dead.
	m.run(time.Second)
	m.join()
	if took := m.unheld(time.Minute); took > time.Second {
		t.Errorf("the next one waited %v", took)
	}
}

func TestAfterNATSWasAwayEverybodyHasWhatItHad(t *testing.T) {
	for seed := range uint64(2) {
		m := settle(t, seed, 3)
		before := m.owners()
		for _, n := range m.living() {
			n.cutUp, n.cutDown = true, true
		}
		m.run(8 * time.Second)
		for s := range Shard(Shards) {
			for _, n := range m.living() {
				if n.holds(s) {
					t.Fatalf("seed %d: %s holds shard %v without NATS for 8 s", seed, n.id, s)
				}
			}
		}
		for _, n := range m.living() {
			m.after(time.Duration(m.rand.Int64N(int64(time.Second))), func() { n.cutUp, n.cutDown = false, false })
		}
		m.run(time.Second)
		if took := m.unheld(time.Minute); took > 2*time.Second {
			t.Errorf("seed %d: they held everything again only %v after it was back", seed, took)
		}
		if m.owners() != before {
			t.Errorf("seed %d: shards have other owners than before", seed)
		}
	}
}

func (m *model) owners() (o owners) {
	for s := range Shard(Shards) {
		for _, n := range m.members {
			if n.holds(s) {
				o[s] = n.id
			}
		}
	}
	return o
}

func TestSlowNATSCostsNoShard(t *testing.T) {
	for seed := range uint64(2) {
		m := settle(t, seed, 3)
		// A renewal takes up to 3 s, there and back.
		for m.slowest < 750*time.Millisecond {
			m.slowest += 50 * time.Millisecond
			m.run(time.Second)
		}
		moved := m.moved
		m.run(2 * time.Minute)
		if m.moved != moved {
			t.Errorf("seed %d: %d shards moved", seed, m.moved-moved)
		}
	}
}

func TestAMemberWhoseReadingsStopKeepsItsShards(t *testing.T) {
	// What it writes arrives, and nothing comes any more: the server has forgotten its reading. It notices in time, and reads anew.
	m := settle(t, 1, 2)
	before := m.owners()
	n := m.living()[0]
	n.readingLife = -1
	m.run(20 * time.Second)
	if m.owners() != before {
		t.Error("shards have other owners than before")
	}
}

func TestALostBucketIsMadeAnewWithHigherEpochs(t *testing.T) {
	for seed := range uint64(2) {
		m := settle(t, seed, 3)
		highest := uint64(0)
		for _, n := range m.living() {
			for _, epoch := range n.taken {
				highest = max(highest, epoch)
			}
		}
		m.loseBucket()
		m.run(5 * time.Second)
		if took := m.unheld(time.Minute); took > 5*time.Second {
			t.Errorf("seed %d: everything was held only after %v more", seed, took)
		}
		for _, n := range m.living() {
			for s, epoch := range n.taken {
				if epoch != 0 && epoch <= highest {
					t.Fatalf("seed %d: shard %d has epoch %d again", seed, s, epoch)
				}
			}
		}
		m.untilSettled(time.Minute)
	}
}

func TestKeysOfTheDeadAndTheGoneAreRemoved(t *testing.T) {
	m := settle(t, 1, 4)
	m.living()[0].gone = true
	n := m.living()[0]
	n.act(func() { n.core.leave(n.clock().boot, 10*time.Second) })
	m.run(3 * time.Minute)
	if want := Shards + 2; len(m.keys) != want {
		t.Errorf("%d keys are left, of %d shards and 2 members", len(m.keys), Shards)
	}
}
