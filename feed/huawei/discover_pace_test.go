package huawei_test

import (
	"context"
	"net/http"
	"sync"
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
