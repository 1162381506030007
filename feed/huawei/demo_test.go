package huawei_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	for _, m := range cloud.Meetings() {
		b.until("meeting "+m.ConfID()+" is known as it is", func() bool {
			s := b.registry.Get(conference.ConfID(m.ConfID()))
			return !m.InProgress() || s.Title() == m.Title() && samePeople(s.Participants, m.Participants()) &&
				samePeople(s.WaitingRoom, m.Waiting()) && sameSpeakers(s.Speakers, m.Speakers()) && !s.Partial()
		})
	}
	b.stop()
	for _, s := range b.registry.All() {
		if s.Counts.Refused > 0 || s.Counts.DroppedTotal() > 0 || s.Link.State == conference.Refusing {
			t.Errorf("meeting %s: refused %d (%+v), dropped %d, link %s %s", s.ConfID, s.Counts.Refused, s.Counts.LastRefusal,
				s.Counts.DroppedTotal(), s.Link.State, s.Link.Reason)
		}
		for kind := range s.Counts.Passed {
			if kind != "NetworkQualityNotify" {
				t.Errorf("meeting %s: %s is not used", s.ConfID, kind)
			}
		}
		text := fmt.Sprintf("%+v", *s)
		for _, p := range slices.Concat(s.Participants, s.WaitingRoom) {
			text += fmt.Sprintf("%+v", *p)
		}
		// The first is the host password, whose six digits can be found in many an identifier.
		for _, secret := range cloud.Meeting(string(s.ConfID)).Secrets()[1:] {
			if strings.Contains(text, secret) {
				t.Errorf("meeting %s: a secret is kept", s.ConfID)
			}
		}
	}
}

// samePeople reports whether those who are known are those who are there, in any order.
func samePeople(known []*conference.Participant, there []simulator.Participant) bool {
	attributes := map[string]map[string]string{}
	for _, p := range known {
		attributes[p.PID] = p.Attributes.Map()
	}
	for _, p := range there {
		for key, value := range p.Info {
			if attributes[p.PID][strings.ToUpper(key)] != value {
				return false
			}
		}
	}
	return len(known) == len(there)
}

func sameSpeakers(known []conference.Speaker, speaking []simulator.Speaker) bool {
	return slices.EqualFunc(known, speaking, func(k conference.Speaker, s simulator.Speaker) bool {
		return k.PID == s.PID && k.Name == s.Name && k.Volume == int64(s.Volume)
	})
}
