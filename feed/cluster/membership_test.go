package cluster

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
)

func TestInstancesComeShareAndLeave(t *testing.T) {
	g := newGroup(t)
	// Two at the same moment, and one later.
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	moves, _ := g.moved()
	time.Sleep(2 * time.Second / quick * 4) // nothing may happen: there is no other condition to wait for
	if now, lost := g.moved(); now != moves && !lost {
		t.Errorf("%d moves while nothing changed", now-moves)
	}
	c := g.join()
	g.untilShared(a, b, c)
	g.until("they agree who has a meeting", func() bool {
		const id conference.ConfID = "900487914"
		owner, epoch, _ := a.Owner(id)
		mine := 0
		for _, i := range []*instance{a, b, c} {
			o, e, m := i.Owner(id)
			if o != owner || e != epoch || m != (o == i.ID()) {
				return false
			}
			if m {
				mine++
			}
		}
		return mine == 1
	})

	b.stop()
	g.until("the one that leaves has left", func() bool { return a.has(Left, b) && c.has(Left, b) })
	if err := <-b.ended; err != nil {
		t.Errorf("leaving ended with %v", err)
	}
	if n := b.count(); n != 0 {
		t.Errorf("it still has %d shards", n)
	}
	if a.has(Died, b) && !b.has(Lost, b) {
		t.Error("who left in order is called dead")
	}
	g.untilShared(a, c)

	// The last one does not wait for anybody.
	a.stop()
	<-a.ended
	c.stop()
	<-c.ended
	d := g.join()
	g.untilShared(d)
}

func TestTheShardsOfADeadInstanceAreTaken(t *testing.T) {
	g := newGroup(t)
	a, b, c := g.join(), g.join(), g.join()
	g.untilShared(a, b, c)
	b.proxy.Cut()
	b.conn.Close()
	if err := <-b.ended; !errors.Is(err, nats.ErrConnectionClosed) {
		t.Errorf("it ended with %v", err)
	}
	g.untilShared(a, c)
	if !a.has(Died, b) || !c.has(Died, b) || a.has(Left, b) {
		t.Error("the others were not told of the death")
	}
}

func TestWhatADeadInstanceHadIsPreparedBeforeItIsTaken(t *testing.T) {
	g := newGroup(t)
	g.patient = true
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	b.proxy.Cut() // a process that dies is disconnected at once
	b.conn.Close()
	<-b.ended
	g.until("all that it had is prepared", func() bool { return a.preparing() == Shards/2 })
	if a.has(Died, b) || a.count() != Shards/2 {
		t.Error("it is not waited for the end of its lease")
	}
	g.untilShared(a)
	if n := a.preparing(); n > 0 {
		t.Errorf("%d shards are still being prepared", n)
	}
}

func TestAnInstanceThatIsCutOffGivesUpAndComesBack(t *testing.T) {
	g := newGroup(t)
	a, b, c := g.join(), g.join(), g.join()
	g.untilShared(a, b, c)
	b.proxy.Hold()
	g.until("it has given up", func() bool { return b.has(Lost, b) && b.count() == 0 })
	g.untilShared(a, c)
	if owner, _, mine := b.Owner("900487914"); owner != "" || mine {
		t.Errorf("without a lease it says that the owner is %q", owner)
	}
	b.proxy.Release()
	g.untilShared(a, b, c)
}

func TestNATSIsAwayForLong(t *testing.T) {
	g := newGroup(t)
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	g.server.Stop()
	g.until("both have given up", func() bool { return a.has(Lost, a) && b.has(Lost, b) && a.count()+b.count() == 0 })
	g.server.Start()
	g.untilShared(a, b)
	if a.Trouble() != nil {
		t.Errorf("still in trouble: %v", a.Trouble())
	}
}

func TestNATSIsAwayForAMoment(t *testing.T) {
	g := newGroup(t)
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	for range 3 {
		g.server.Stop()
		g.server.Start()
		g.untilShared(a, b)
	}
}

func TestAnInstanceStartsWithoutNATS(t *testing.T) {
	g := newGroup(t)
	g.server.Stop()
	a := g.join()
	g.until("it says that it is in trouble", func() bool { return a.Trouble() != nil })
	g.server.Start()
	g.untilShared(a)
	// And it leaves without it.
	g.server.Stop()
	a.stop()
	began := time.Now()
	if err := <-a.ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	t.Logf("leaving without NATS took %v", time.Since(began))
}

func TestTheBucketIsLost(t *testing.T) {
	g := newGroup(t)
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	js, err := jetstream.New(a.conn)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := g.moved()
	if err := js.DeleteKeyValue(t.Context(), "confboard-cluster"); err != nil {
		t.Fatal(err)
	}
	g.until("it is noticed", func() bool { now, _ := g.moved(); return now > before })
	g.untilShared(a, b) // with higher epochs: the watchers look
}

func TestNobodyBecomesReady(t *testing.T) {
	g := newGroup(t)
	a := g.join()
	g.untilShared(a)
	b := g.join()
	b.unready = true
	g.until("some are to be handed over", func() bool { return b.preparing() > 0 })
	g.untilRenewed(a, b)
	if a.count() != Shards || b.count() != 0 {
		t.Errorf("the one that goes on has %d shards, the other one %d", a.count(), b.count())
	}
	a.stop() // it leaves, and only so long is there time
	g.untilShared(b)
}

func TestLeavingInAHurry(t *testing.T) {
	g := newGroup(t)
	a := g.join()
	g.untilShared(a)
	b := g.join()
	g.untilShared(a, b)
	b.unready = true
	a.stop()
	a.Hurry()
	<-a.ended
	if a.count() != 0 {
		t.Error("it still has shards")
	}
	g.untilShared(b)
}

func TestSlowNATS(t *testing.T) {
	g := newGroup(t)
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	// There and back it takes longer than two renewals.
	a.proxy.Delay(150 * time.Millisecond)
	b.proxy.Delay(150 * time.Millisecond)
	c := g.join()
	g.untilShared(a, b, c)
}

// An election of NATS takes 4 to 9 s, so this is one of the long tests.
func TestOnThreeServersOneAfterTheOtherIsAway(t *testing.T) {
	if os.Getenv(many) == "" {
		t.Skip("only with ", many)
	}
	t.Parallel()
	three := clustertest.StartThree(t)
	g := &group{t: t}
	for _, s := range three {
		g.servers = append(g.servers, s.Address())
	}
	t.Cleanup(g.end)
	a, b, c := g.join(), g.join(), g.join()
	g.untilShared(a, b, c)
	for _, s := range three {
		s.Stop()
		g.untilRenewed(a, b, c)
		g.untilShared(a, b, c)
		s.Start()
		g.untilRenewed(a, b, c)
		g.untilShared(a, b, c)
	}
	c.stop()
	g.untilShared(a, b)
}
