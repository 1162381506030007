package app

import (
	"os"
	"syscall"
	"testing"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

func TestTheSecondSignalHurriesWhatTheFirstHasEnded(t *testing.T) {
	ctx, hurry, stop := untilSignals(syscall.SIGUSR1)
	defer stop()
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	<-ctx.Done()
	select {
	case <-hurry:
		t.Fatal("the first one hurries, too")
	default:
	}
	if err := self.Signal(syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	<-hurry
}

// A board whose meetings nobody takes over waits for that, until it is told to hurry.
func TestABoardThatIsHurriedWaitsForTheOthersNoLonger(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel()
	server := clustertest.Start(t)
	patient := func(s *settings.Settings) { s.Cluster.Handover = time.Hour }
	a, b := joinAs(t, server, "a", patient), joinAs(t, server, "b", patient)
	id := share(t, a, b)
	if err := b.source.Watch(huawei.Meeting{ConfID: id, HostPassword: conference.NewSecret("135790"), Origin: conference.FromSettings}); err != nil { // and there is no cloud
		t.Fatal(err)
	}
	a.leave()
	becomes(t, "the other board has all that it can have", func() bool { return b.begun() == cluster.Shards-1 && b.prepared[cluster.ShardOf(id)].Load() })
	if !a.watches(id) {
		t.Error("it does not wait")
	}
	close(a.hurry)
	a.stop()
	becomes(t, "the other board has everything", func() bool { return b.begun() == cluster.Shards })
}
