package app

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
	"confboard/web/seal"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

func findingsKey(t *testing.T, secret string) *seal.Key {
	t.Helper()
	key, err := seal.New(conference.NewSecret(secret), seal.Findings)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// foundMeetings are so many, with everything that can be known of one.
func foundMeetings(n int) huawei.Findings {
	at := time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)
	f := huawei.Findings{Listing: conference.Listing{State: conference.ListingFailing, Since: at, Reason: conference.ReasonUnavailable, Complete: at.Add(1),
		Next: at.Add(time.Minute), SignedIn: at.Add(2), Found: 3, Booked: 4, PassedOver: 5, Unwatchable: 6}}
	for i := range n {
		f.Meetings = append(f.Meetings, huawei.FoundMeeting{InProgress: i%2 == 0, Meeting: huawei.Meeting{
			ConfID: conference.ConfID(fmt.Sprint(900_000_000 + i)), HostPassword: conference.NewSecret(fmt.Sprintf("hush-%d", i)), Group: "R&D", Origin: conference.Found,
			Booking: conference.Booking{Title: "设计评审", Owner: "wang", Start: at, End: at.Add(time.Hour)}}})
	}
	return f
}

func TestWhatWasFoundArrivesAsItWasAndSealed(t *testing.T) {
	key := findingsKey(t, "app-key")
	for _, n := range []int{0, 1, 500} {
		want := foundMeetings(n)
		sealed, err := sealFindings(key, want)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(sealed, []byte("hush-")) || bytes.Contains(sealed, []byte("9000000")) {
			t.Error("it can be read by everybody")
		}
		got, err := openFindings(findingsKey(t, "app-key"), sealed)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d meetings: %v\ngot  %+v\nwant %+v", n, err, got, want)
		}
	}
}

func TestWhatWasNotSealedByTheSameAppIsNotTaken(t *testing.T) {
	sealed, err := sealFindings(findingsKey(t, "another"), foundMeetings(1))
	if err != nil {
		t.Fatal(err)
	}
	key := findingsKey(t, "app-key")
	if f, err := openFindings(key, sealed); !errors.Is(err, seal.ErrBroken) || len(f.Meetings) > 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := openFindings(key, key.Seal([]byte("hush-1 is no findings"), "")); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("%v", err)
	}
}

// More is found than fits into a message of the bus: long titles of thousands of meetings.
func TestWhatWasFoundReachesTheOthersHoweverMuchItIs(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel()
	server := clustertest.Start(t)
	enterprise := func(s *settings.Settings) {
		s.Cloud.App = settings.App{ID: "app", Key: conference.NewSecret("app-key")}
	}
	a, b := joinAs(t, server, "a", enterprise), joinAs(t, server, "b", enterprise)
	found := make(chan huawei.Findings, 1)
	b.bus.Hear(newsFound, func(sealed []byte) {
		f, err := openFindings(b.key, sealed)
		if err != nil {
			t.Error(err)
		}
		if len(f.Meetings) > 0 {
			found <- f
		}
	})
	share(t, a, b)
	want := foundMeetings(5000)
	for i := range want.Meetings {
		title := ""
		for len(title) < 500 {
			title += rand.Text()
		}
		want.Meetings[i].Booking.Title = title
	}
	sealed, err := sealFindings(a.key, want)
	if err != nil || int64(len(sealed)) < a.conn.MaxPayload() {
		t.Fatalf("%d bytes, error %v", len(sealed), err)
	}
	a.tellFound(want)
	select {
	case got := <-found:
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d meetings came, of %d", len(got.Meetings), len(want.Meetings))
		}
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
}

// A board that has just started may be given an event before it has a connection with the others.
func TestAnEventIsToldWhenTheConnectionIsThere(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel()
	server := clustertest.Start(t)
	a := joinAs(t, server, "a")
	heard := make(chan string, maxUntold+10)
	a.bus.Hear(newsEvent, func(news []byte) { heard <- string(news) })
	way := clustertest.NewProxy(t, server)
	way.Cut()
	b := joinAs(t, server, "b", func(s *settings.Settings) { s.Cluster.NATS = []string{way.URL()} })
	share(t, a)
	for range maxUntold + 1 {
		b.MeetingStarted("900000001")
	}
	b.MeetingEnded("900000001") // beyond the bound
	way.Mend()
	for range maxUntold {
		select {
		case news := <-heard:
			if want := `{"kind":"started","confID":"900000001"}`; news != want {
				t.Fatalf("heard %s, want %s", news, want)
			}
		case <-time.After(patience):
			t.Fatal("an event is not heard")
		}
	}
	b.MeetingEnded("900000001")
	if news := <-heard; news != `{"kind":"ended","confID":"900000001"}` {
		t.Errorf("then it heard %s", news)
	}
}

// A board that has to find meetings, and cannot have the list, does not know which of them nobody wants any more.
func TestMeetingsStayUntilThereWasAList(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel()
	const found = conference.ConfID("900000001")
	app := simulator.App{ID: "app", Key: "key-of-the-app"}
	cloud := simulator.New(simulator.Config{App: &app})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	way := &way{cut: true}
	key := conference.NewSecret(app.Key)
	config := huawei.Config{Endpoint: cloud.URL(), App: &huawei.App{ID: app.ID, Key: key}, HTTPClient: &http.Client{Transport: &http.Transport{DialContext: way.dial}}}
	m := joinWith(t, clustertest.Start(t), "a", config, func(s *settings.Settings) { s.Cloud.App = settings.App{ID: app.ID, Key: key} })
	m.house.registry.Apply(conference.WatchMessage{About: conference.About{ConfID: found, At: time.Now()}, Origin: conference.Found})
	share(t, m)
	becomes(t, "the list fails", func() bool { return m.house.registry.Discovery().Listing.State == conference.ListingFailing })
	for range 2 { // when the second begins to be done the first is
		m.stir()
		becomes(t, "what was taken is done", func() bool { return len(m.wake) == 0 })
	}
	if m.house.registry.Get(found) == nil {
		t.Error("it has left the board, and nobody knows whether it is wanted")
	}
	way.set(false)
	becomes(t, "it leaves the board, as no list has it", func() bool { return m.house.registry.Get(found) == nil })
	if m.house.registry.Discovery().Listing.Complete.IsZero() {
		t.Error("there was no list")
	}
}
