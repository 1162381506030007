package huawei_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

func TestDemonstrationIsWatchedWithoutAFault(t *testing.T) {
	cloud := simulator.New(simulator.Config{Speed: 100})
	cloud.Demo(1, 30)
	ctx, cancel := context.WithCancel(t.Context())
	var lives sync.WaitGroup
	lives.Go(func() { _ = cloud.Run(ctx) }) // returns nil always
	b := start(t, cloud, patient, func(c *huawei.Config) {
		c.Meetings, c.Delays.Look = nil, 20*time.Millisecond
		for _, m := range cloud.Meetings() {
			c.Meetings = append(c.Meetings, huawei.Meeting{
				ConfID: conference.ConfID(m.ConfID()), HostPassword: conference.NewSecret(m.HostPassword()), Name: m.Name(),
			})
		}
	})
	b.until("every meeting was live, and the board meeting came back", func() bool {
		live := 0
		for _, s := range b.registry.All() {
			if s.StatusIntake.HasFull {
				live++
			}
		}
		return live == 31 && b.state().Occurrence >= 2
	})
	cancel()
	lives.Wait()
	b.stop()
	for _, s := range b.registry.All() {
		if s.Counts.Refused > 0 || s.Counts.DroppedTotal() > 0 || s.Link.State == conference.Refusing {
			t.Errorf("meeting %s: refused %d (%+v), dropped %d, link %s %s", s.ConfID, s.Counts.Refused, s.Counts.LastRefusal,
				s.Counts.DroppedTotal(), s.Link.State, s.Link.Reason)
		}
	}
}
