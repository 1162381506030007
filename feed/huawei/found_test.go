package huawei_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// findSeveral runs instances of which the first finds, and tells the others. Meetings belong to none at first.
func findSeveral(t *testing.T, cloud *simulator.Cloud, instances int) (s *several, told func() int) {
	t.Helper()
	var mu sync.Mutex
	n := 0
	ready := make(chan struct{}) // closed when all clients are there
	s = startSeveral(t, cloud, instances, func(i int, c *huawei.Config) {
		c.App = &huawei.App{ID: appID, Key: conference.NewSecret(appKey)}
		c.DiscoverEvery, c.Booked = never, true
		c.Delays.Look, c.Delays.Refused = never, never
		c.OnFound = func(f huawei.Findings) {
			<-ready
			mu.Lock()
			n++
			mu.Unlock()
			for j, other := range s.clients {
				if j != i {
					other.TakeFound(apart(f))
				}
			}
		}
	})
	close(ready)
	t.Cleanup(func() { noSecretIn(t, cloud, s.log.String()) })
	return s, func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// apart is what arrives elsewhere: the same, with nothing shared.
func apart(f huawei.Findings) huawei.Findings {
	f.Meetings = slices.Clone(f.Meetings)
	for i := range f.Meetings {
		m := &f.Meetings[i]
		m.HostPassword = conference.NewSecret(m.HostPassword.Reveal())
		m.Booking.Start = m.Booking.Start.Add(0)
	}
	return f
}

// foundBy waits until an instance knows just these meetings.
func (s *several) foundBy(i int, ids ...conference.ConfID) {
	s.t.Helper()
	s.until(fmt.Sprintf("instance %d knows %v", i, ids), func() bool {
		var found []conference.ConfID
		for _, m := range s.clients[i].Found().Meetings {
			if s.clients[i].Knows(m.ConfID) {
				found = append(found, m.ConfID)
			}
		}
		return slices.Equal(found, ids)
	})
}

func TestWhatOneInstanceFindsAllKnow(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	addMeeting(cloud, "1001", "Design review").Start()
	booked := addMeeting(cloud, "1002", "Budget")
	s, _ := findSeveral(t, cloud, 3)
	for i := range s.clients {
		s.foundBy(i, "1001", "1002")
	}
	s.give("1001", 1)
	s.linked("1001", conference.Live)
	s.give("1002", 2)
	s.linked("1002", conference.Waiting)
	if n, logins := cloud.Calls(onlinePath), cloud.Logins(); n != 1 || logins != 1 {
		t.Errorf("%d lists and %d logins by three instances", n, logins)
	}
	if l := s.listing(); l.State != conference.ListingCurrent || l.Found != 1 || l.Booked != 1 {
		t.Errorf("listing %+v", l)
	}

	booked.Start() // no event tells of it, the list does
	s.clients[1].Discover()
	s.clients[0].Discover()
	s.linked("1002", conference.Live)
	booked.Hide(true)
	booked.End()
	s.linked("1002", conference.Over)
	addMeeting(cloud, "1003", "Later").Start()
	for _, c := range s.clients { // whichever of them got the event
		c.MeetingStarted("1003")
	}
	s.until("found by its event", func() bool { return s.clients[2].Knows("1003") })
	s.give("1003", 2)
	s.linked("1003", conference.Live)
	if n := cloud.Calls(onlinePath); n != 2 {
		t.Errorf("%d lists", n)
	}
	s.clients[0].Discover()
	for i := range s.clients {
		s.foundBy(i, "1001", "1003")
	}
}

// The one that finds goes. Who finds from then on has its list to go by, so that nothing leaves the board but what has left the list.
func TestAnotherInstanceGoesOnFinding(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	addMeeting(cloud, "1001", "Stays").Start()
	cancelled := addMeeting(cloud, "1002", "Is cancelled")
	s, told := findSeveral(t, cloud, 2)
	for i, c := range []int{0, 1} {
		s.foundBy(c, "1001", "1002")
		s.give(conference.ConfID(fmt.Sprint(1001+i)), 1)
	}
	s.linked("1001", conference.Live)
	s.linked("1002", conference.Waiting)
	s.seen()
	before := told()

	s.clients[0].SetFinding(false)
	s.clients[1].SetFinding(true)
	s.until("it tells what it has", func() bool { return told() > before })
	if n := cloud.Calls(onlinePath); n != 1 {
		t.Errorf("%d lists, of which the next is due in %s", n, never)
	}
	s.untouched()
	cancelled.Hide(true)
	cancelled.End()
	addMeeting(cloud, "1003", "Is new").Start()
	s.clients[0].Discover() // finds no more
	s.clients[1].Discover()
	for _, i := range []int{0, 1} {
		s.foundBy(i, "1001", "1003")
	}
	s.gone("1002")
	if n, l := cloud.Calls(onlinePath), s.listing(); n != 2 || l.State != conference.ListingCurrent || l.Found != 2 {
		t.Errorf("%d lists, listing %+v", n, l)
	}
	if left, unlive := s.seen(); !slices.Equal(left, []conference.ConfID{"1002"}) || len(unlive) > 0 {
		t.Errorf("left the board: %v; not live any more: %v", left, unlive)
	}
}

// Until it is known that the instance which found is dead, nobody finds.
func TestAnEventThatCameWhileNobodyFoundIsNotLost(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	addMeeting(cloud, "1001", "Is found").Start()
	s, _ := findSeveral(t, cloud, 2)
	s.foundBy(1, "1001")

	addMeeting(cloud, "1002", "Comes in between").Start()
	s.clients[1].MeetingStarted("1002") // the first does not hear it
	addMeeting(cloud, "1003", "Is found as well").Start()
	s.clients[0].MeetingStarted("1003")
	s.foundBy(1, "1001", "1003") // it has heard the event by now
	s.clients[0].SetFinding(false)
	s.clients[1].SetFinding(true)
	s.foundBy(1, "1001", "1002", "1003")
	if n := cloud.Calls(onlinePath); n != 1 {
		t.Errorf("%d lists, of which the next is due in %s", n, never)
	}
}

func TestAnInstanceThatFindsTakesNothingFromAnother(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	addMeeting(cloud, "1001", "Stays")
	s, _ := findSeveral(t, cloud, 1)
	s.foundBy(0, "1001")
	s.clients[0].TakeFound(huawei.Findings{Listing: conference.Listing{State: conference.ListingRefused, Since: time.Now()}})
	s.clients[0].Discover()
	s.until("another list", func() bool { return cloud.Calls(onlinePath) == 2 })
	s.foundBy(0, "1001")
	if l := s.listing(); l.State != conference.ListingCurrent {
		t.Errorf("listing %+v", l)
	}
}

func TestWithoutAnAppNothingIsFoundNorTaken(t *testing.T) {
	s := startSeveral(t, simulator.New(simulator.Config{}), 1, nil)
	c := s.clients[0]
	c.SetFinding(true)
	c.TakeFound(huawei.Findings{Meetings: []huawei.FoundMeeting{{Meeting: meetingOf(conference.Found)}}})
	if f := c.Found(); len(f.Meetings) > 0 || c.Knows(meetingID) {
		t.Errorf("%+v", f)
	}
}
