package huawei_test

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// findInFakeTime runs a client that finds meetings, in fake time and without a socket: none of the meetings is in progress.
func findInFakeTime(t *testing.T, test func(t *testing.T, cloud *simulator.Cloud, client *huawei.Cloud, lists func() int, l func() conference.Listing)) {
	synctest.Test(t, func(t *testing.T) {
		cloud := enterprise(simulator.Config{})
		defer cloud.Close()
		asked := &asked{next: direct{cloud}}
		client, err := huawei.New(huawei.Config{
			Endpoint: "http://127.0.0.1:1", App: &huawei.App{ID: appID, Key: conference.NewSecret(appKey)}, CallsPerMinute: 100,
			HTTPClient: &http.Client{Transport: asked},
		})
		if err != nil {
			t.Fatal(err)
		}
		registry := conference.NewRegistry(conference.DefaultPolicy)
		ctx, cancel := context.WithCancel(t.Context())
		var runs sync.WaitGroup
		runs.Go(func() { _ = client.Run(ctx, registry) }) // returns nil always
		synctest.Wait()
		test(t, cloud, client, asked.count, func() conference.Listing { return registry.Discovery().Listing })
		cancel()
		runs.Wait()
	})
}

// asked counts the lists that are asked for.
type asked struct {
	next http.RoundTripper
	mu   sync.Mutex
	n    int
}

func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == onlinePath {
		a.mu.Lock()
		a.n++
		a.mu.Unlock()
	}
	return a.next.RoundTrip(r)
}

func (a *asked) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.n
}

func TestListIsAskedForAtItsInterval(t *testing.T) {
	findInFakeTime(t, func(t *testing.T, _ *simulator.Cloud, _ *huawei.Cloud, lists func() int, _ func() conference.Listing) {
		time.Sleep(10 * time.Minute)
		if n := lists(); n < 20 || n > 23 { // up to a tenth is taken off each 30 s
			t.Errorf("%d lists in ten minutes", n)
		}
	})
}

func TestListThatFailsIsAskedForMoreRarely(t *testing.T) {
	findInFakeTime(t, func(t *testing.T, cloud *simulator.Cloud, client *huawei.Cloud, lists func() int, listing func() conference.Listing) {
		cloud.Wrap(answering(onlinePath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
		time.Sleep(time.Minute)
		failing := listing()
		if failing.State != conference.ListingFailing || failing.Complete.IsZero() {
			t.Fatalf("listing %+v", failing)
		}
		time.Sleep(time.Hour)
		before := lists()
		for range 3600 { // events do not make it ask more often
			client.BookingsChanged()
			time.Sleep(time.Second)
		}
		if n := lists() - before; n < 12 || n > 25 {
			t.Errorf("%d lists in an hour", n)
		}
		if l := listing(); !l.Since.Equal(failing.Since) {
			t.Errorf("failing since %v, then since %v", failing.Since, l.Since)
		}
		cloud.Wrap(nil)
		time.Sleep(5 * time.Minute)
		if l := listing(); l.State != conference.ListingCurrent {
			t.Errorf("when the cloud is back: %+v", l)
		}
	})
}

// A detail that the cloud wants to be asked for later used to hold up the lists and the events with it.
func TestDetailsThatHaveToWaitHoldUpNothing(t *testing.T) {
	findInFakeTime(t, func(t *testing.T, cloud *simulator.Cloud, client *huawei.Cloud, lists func() int, listing func() conference.Listing) {
		var details atomic.Int64
		busy := func(w http.ResponseWriter, _ *http.Request) {
			details.Add(1)
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		cloud.Wrap(func(next http.Handler) http.Handler {
			return answering(detailPath, busy)(answering(bookedPath+"/confDetail", busy)(next))
		})
		for _, id := range []string{"1001", "1002", "1003"} {
			addMeeting(cloud, id, "Without a password").ShowPasswords(simulator.NoPasswords, simulator.AllPasswords)
		}
		time.Sleep(time.Minute) // they are on the list
		client.MeetingStarted("2001")
		before := lists()
		for range 200 {
			if l := listing(); l.State != conference.ListingCurrent || time.Since(l.Next) > time.Second {
				t.Fatalf("at %v: listing %+v", time.Now(), l)
			}
			time.Sleep(time.Second)
		}
		if n := lists() - before; n < 6 {
			t.Errorf("%d lists in 200 seconds", n)
		}
		if n := details.Load(); n != 1 && n != 2 { // of each kind one
			t.Errorf("%d details were asked for", n)
		}
		cloud.Wrap(nil)
		time.Sleep(10 * time.Minute)
		if details.Load() == 0 || listing().Unwatchable != 0 {
			t.Errorf("afterwards %+v", listing())
		}
	})
}

func TestListThatHasToWaitIsNotAskedForBefore(t *testing.T) {
	findInFakeTime(t, func(t *testing.T, cloud *simulator.Cloud, client *huawei.Cloud, lists func() int, listing func() conference.Listing) {
		cloud.Wrap(answering(onlinePath, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		time.Sleep(time.Minute)
		before := listing()
		client.Discover()
		synctest.Wait()
		if l := listing(); l.State != conference.ListingFailing || !l.Next.Equal(before.Next) || time.Until(l.Next) < 3*time.Minute {
			t.Errorf("listing %+v, then %+v", before, l)
		}
		cloud.Wrap(nil)
		time.Sleep(5 * time.Minute)
		if l := listing(); l.State != conference.ListingCurrent {
			t.Errorf("afterwards %+v", l)
		}
	})
}

func TestManyEventsAskForOneListASecond(t *testing.T) {
	findInFakeTime(t, func(t *testing.T, _ *simulator.Cloud, client *huawei.Cloud, lists func() int, _ func() conference.Listing) {
		time.Sleep(5 * time.Second)
		before := lists()
		for range 100 {
			client.BookingsChanged()
			time.Sleep(100 * time.Millisecond)
		}
		if n := lists() - before; n < 9 || n > 11 {
			t.Errorf("%d lists in ten seconds", n)
		}
	})
}
