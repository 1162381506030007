package huawei_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// find runs a client that watches what it finds, and asks for a list only when it is told to. change can alter its settings;
// it may be nil.
func find(t *testing.T, cloud *simulator.Cloud, change func(*huawei.Config)) *board {
	t.Helper()
	b := start(t, cloud, patient, func(c *huawei.Config) {
		onlyWhenTold(c)
		c.App = &huawei.App{ID: appID, Key: conference.NewSecret(appKey)}
		c.DiscoverEvery, c.Booked = never, true
		if change != nil {
			change(c)
		}
	})
	t.Cleanup(func() {
		noSecretIn(t, cloud, b.log.String())
		for _, v := range cloud.Violations() {
			t.Errorf("against the reference: %s", v)
		}
	})
	return b
}

func (b *board) listing() conference.Listing { return b.registry.Discovery().Listing }

func (b *board) untilListing(what string, condition func(l conference.Listing) bool) conference.Listing {
	b.t.Helper()
	b.until(what, func() bool { return condition(b.listing()) })
	return b.listing()
}

// listed waits for a complete list: the first one, or, if any has been tried, one that is asked for now.
func (b *board) listed() conference.Listing {
	b.t.Helper()
	l := b.listing()
	before := l.Complete
	if l.State != conference.ListingOff && l.State != conference.ListingAsking {
		b.client.Discover()
	}
	return b.untilListing("complete list", func(l conference.Listing) bool { return l.Complete.After(before) })
}

// linked waits until a meeting's link has the state.
func (b *board) linked(id conference.ConfID, want conference.LinkState) *conference.State {
	b.t.Helper()
	b.until(fmt.Sprintf("%s %s", id, want), func() bool {
		s := b.registry.Get(id)
		return s != nil && s.Link.State == want
	})
	return b.registry.Get(id)
}

// gone waits until a meeting has left the board.
func (b *board) gone(id conference.ConfID) {
	b.t.Helper()
	b.until(string(id)+" gone", func() bool { return b.registry.Get(id) == nil })
}

// addMeeting adds a meeting that has not started; its password is made of its ID.
func addMeeting(cloud *simulator.Cloud, id, title string) *simulator.Meeting {
	return cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "pass-" + id, Title: title, Owner: "wang",
		ScheduledStart: time.Now().Add(time.Hour).Truncate(time.Minute), ScheduledEnd: time.Now().Add(2 * time.Hour).Truncate(time.Minute)})
}

func TestMeetingsAreFound(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	addMeeting(cloud, "1001", "Design review").Start()
	addMeeting(cloud, "1002", "Budget")
	addMeeting(cloud, "1003", "Private talk").Start()
	addMeeting(cloud, "1004", "Over").End()
	b := find(t, cloud, func(c *huawei.Config) {
		c.Select = []huawei.Rule{{Subject: "private*", Watch: huawei.No}, {Subject: "*review", Group: "R&D"}}
	})
	s := b.linked("1001", conference.Live)
	if s.Origin != conference.Found || s.Group != "R&D" || s.Booking.Title != "Design review" || s.Booking.Owner != "wang" {
		t.Errorf("origin %q, group %q, booking %+v", s.Origin, s.Group, s.Booking)
	}
	s = b.linked("1002", conference.Waiting)
	if got, want := s.Booking.Start, time.Now().Add(time.Hour); got.After(want) || got.Before(want.Add(-2*time.Minute)) || s.Booking.End.Sub(got) != time.Hour {
		t.Errorf("booked from %v to %v", got, s.Booking.End)
	}
	for _, id := range []conference.ConfID{"1003", "1004"} {
		if b.registry.Get(id) != nil {
			t.Errorf("%s is on the board", id)
		}
	}
	l := b.listing()
	if l.State != conference.ListingCurrent || l.Found != 2 || l.Booked != 2 || l.PassedOver != 1 || l.Unwatchable != 0 || // one of the booked is the harness's own
		l.Complete.IsZero() || l.SignedIn.IsZero() || !l.Next.After(l.Complete) {
		t.Errorf("listing %+v", l)
	}
}

func TestMeetingsThatLeaveTheListLeaveTheBoardUnlessTheyGoOn(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	hidden, cancelled, started := addMeeting(cloud, "1001", "Goes on"), addMeeting(cloud, "1002", "Cancelled"), addMeeting(cloud, "1003", "Starts")
	hidden.Start()
	b := find(t, cloud, nil)
	b.linked("1001", conference.Live)
	b.linked("1002", conference.Waiting)
	b.linked("1003", conference.Waiting)
	hidden.Hide(true)
	cancelled.Hide(true)
	cancelled.End()
	started.Start()
	b.listed()
	b.gone("1002")
	b.linked("1003", conference.Live)
	hidden.Set(map[string]any{"lock": 1}) // which is seen only on an open connection
	b.until("locked", func() bool {
		lock, ok := b.registry.Get("1001").Status.Int(conference.Lock)
		return ok && lock == 1
	})
	if n := hidden.Counts().Connections; n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestSameMeetingListedAndFoundIsWatchedOnce(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	m := addMeeting(cloud, "1001", "Budget")
	m.Start()
	b := find(t, cloud, func(c *huawei.Config) {
		c.Meetings = []huawei.Meeting{{ConfID: "1001", Name: "The budget"}} // without a password, which the list has
	})
	s := b.linked("1001", conference.Live)
	if s.Name != "The budget" || s.Booking.Title != "Budget" || m.Counts().Connections != 1 {
		t.Errorf("name %q, booking %+v, %d connections", s.Name, s.Booking, m.Counts().Connections)
	}
	m.Hide(true)
	b.listed()
	if b.registry.Get("1001") == nil {
		t.Error("it left with the list")
	}
}

func TestPasswordsThatTheListKeepsBackAreInTheDetail(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	inDetail, booked, guests := addMeeting(cloud, "1001", "A"), addMeeting(cloud, "1002", "B"), addMeeting(cloud, "1003", "C")
	inDetail.ShowPasswords(simulator.NoPasswords, simulator.AllPasswords)
	booked.ShowPasswords(simulator.GeneralPassword, simulator.AllPasswords)
	guests.ShowPasswords(simulator.GeneralPassword, simulator.GeneralPassword)
	inDetail.Start()
	inDetail.WriteNumbersAsText(true)
	guests.Start()
	b := find(t, cloud, nil)
	b.linked("1001", conference.Live)
	b.linked("1002", conference.Waiting)
	b.untilListing("one without a password", func(l conference.Listing) bool { return l.Found == 2 && l.Unwatchable == 1 })
	if b.registry.Get("1003") != nil {
		t.Error("a meeting without a password is on the board")
	}
	// What was learnt is remembered, and so is what is not to be had.
	details := cloud.Calls(detailPath)
	b.listed()
	b.listed()
	if n := cloud.Calls(detailPath); n != details {
		t.Errorf("%d details of meetings in progress, then %d", details, n)
	}
	if l := b.listing(); l.Unwatchable != 1 {
		t.Errorf("listing %+v", l)
	}
}

func TestHalfAListDropsNothing(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	addMeeting(cloud, "1001", "A")
	b := find(t, cloud, nil)
	b.linked("1001", conference.Waiting)
	complete := b.listed().Complete
	// From now on all but what is new is missing, and the second list fails.
	cloud.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case onlinePath:
				_, _ = w.Write([]byte(`{"count":1,"data":[{"conferenceID":"1002","subject":"New","passwordEntry":[{"conferenceRole":"chair","password":"pass-1002"}]}]}`))
			case bookedPath:
				w.WriteHeader(http.StatusServiceUnavailable)
			default:
				next.ServeHTTP(w, r)
			}
		})
	})
	addMeeting(cloud, "1002", "New").Start()
	b.client.Discover()
	l := b.untilListing("failing", func(l conference.Listing) bool { return l.State == conference.ListingFailing })
	b.linked("1002", conference.Live)
	if b.registry.Get("1001") == nil || !l.Complete.Equal(complete) || l.Reason != conference.ReasonUnavailable || l.Since.Before(complete) {
		t.Errorf("listing %+v", l)
	}
	cloud.Wrap(nil)
	b.listed()
	if l := b.listing(); l.State != conference.ListingCurrent || l.Reason != conference.ReasonNone || b.registry.Get("1001") == nil {
		t.Errorf("afterwards %+v", l)
	}
}

func TestWrongKeyStopsTheListUntilSomebodyAsks(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	cloud.SetApp(&simulator.App{ID: appID, Key: "another-key-s3cret"})
	addMeeting(cloud, "1001", "A").Start()
	b := find(t, cloud, func(c *huawei.Config) { c.Delays.Refused = time.Millisecond })
	l := b.untilListing("refused", func(l conference.Listing) bool { return l.State == conference.ListingRefused })
	if l.Reason != conference.ReasonAppLogin || !l.Next.IsZero() {
		t.Errorf("listing %+v", l)
	}
	b.client.BookingsChanged()
	b.client.MeetingStarted("1001")
	cloud.SetApp(&simulator.App{ID: appID, Key: appKey})
	b.client.Discover()
	b.linked("1001", conference.Live)
	if n := cloud.Calls(loginPath); n != 2 {
		t.Errorf("%d logins asked for", n)
	}
}

func TestRefusedListsAreNamed(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     int
		state      conference.ListingState
		reason     conference.LinkReason
	}{
		{"no right, by its code", `{"error_code":"MMC.111070002","error_msg":"NO_RIGHT"}`, 403, conference.ListingRefused, conference.ReasonNotPermitted},
		{"no right, by its code with success", `{"error_code":"MMC.111070002"}`, 200, conference.ListingRefused, conference.ReasonNotPermitted},
		{"forbidden", ``, 403, conference.ListingRefused, conference.ReasonNotPermitted},
		{"a page of a proxy", `<html>`, 502, conference.ListingFailing, conference.ReasonUnavailable},
		{"a page with success", `<html>`, 200, conference.ListingFailing, conference.ReasonUnexpected},
		{"truncated", `{"count":1,"data":[{"confer`, 200, conference.ListingFailing, conference.ReasonUnexpected},
		{"a redirect", ``, 302, conference.ListingFailing, conference.ReasonUnexpected},
		{"a code of meetings", `{"error_code":"MMC.111070005"}`, 400, conference.ListingFailing, conference.ReasonUnexpected},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := enterprise(simulator.Config{})
			cloud.Wrap(answering(onlinePath, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			}))
			b := find(t, cloud, nil)
			l := b.untilListing("judged", func(l conference.Listing) bool {
				return l.State != conference.ListingAsking && l.State != conference.ListingOff
			})
			if l.State != c.state || l.Reason != c.reason || l.Next.IsZero() || !l.Complete.IsZero() {
				t.Errorf("listing %+v", l)
			}
		})
	}
}

func TestUserWhoIsNoAdministratorFindsTheirOwn(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	cloud.SetApp(&simulator.App{ID: appID, Key: appKey, UserID: "li", Member: true})
	cloud.Add(simulator.MeetingConfig{ConfID: "1001", HostPassword: "pass-1001", Owner: "li"}).Start()
	cloud.Add(simulator.MeetingConfig{ConfID: "1002", HostPassword: "pass-1002", Owner: "wang"}).Start()
	b := find(t, cloud, func(c *huawei.Config) { c.App.UserID = "li" })
	b.linked("1001", conference.Live)
	if l := b.listing(); l.Found != 1 {
		t.Errorf("listing %+v", l)
	}
}

func TestStartedMeetingIsFoundWithoutAnotherList(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	b := find(t, cloud, nil)
	b.listed()
	lists := cloud.Calls(onlinePath)
	addMeeting(cloud, "1001", "Sudden").Start()
	b.client.MeetingStarted("1001")
	s := b.linked("1001", conference.Live)
	if s.Booking.Title != "Sudden" || s.Origin != conference.Found {
		t.Errorf("booking %+v, origin %q", s.Booking, s.Origin)
	}
	if n := cloud.Calls(onlinePath); n != lists {
		t.Errorf("%d lists, then %d", lists, n)
	}
}

func TestBookedMeetingThatStartsIsLookedForAtOnce(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	m := addMeeting(cloud, "1001", "Booked")
	b := find(t, cloud, nil)
	b.linked("1001", conference.Waiting)
	m.Start()
	b.client.MeetingStarted("1001")
	b.linked("1001", conference.Live)
	if cloud.Calls(detailPath) != 0 {
		t.Error("a detail was asked for")
	}
	m.EndSilently()
	b.linked("1001", conference.Stale) // by itself it waits for ever before it connects again
	b.client.MeetingEnded("1001")
	b.linked("1001", conference.Over)
}

func TestBookedMeetingWhoseEventCameTooEarlyIsLookedForAgainByTheList(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	m := addMeeting(cloud, "1001", "Booked")
	b := find(t, cloud, nil)
	b.linked("1001", conference.Waiting)
	calls := m.Counts().ControlTokenCalls
	b.client.MeetingStarted("1001")
	b.until("looked for in vain", func() bool { return m.Counts().ControlTokenCalls > calls })
	b.linked("1001", conference.Waiting)
	m.Start()
	b.listed()
	b.linked("1001", conference.Live)
}

func TestManyStartedMeetingsAreFoundByTheList(t *testing.T) {
	const n = 40
	cloud := enterprise(simulator.Config{})
	b := find(t, cloud, nil)
	b.listed()
	for i := range n {
		addMeeting(cloud, strconv.Itoa(2000+i), "Nine o'clock").Start()
	}
	for i := range n {
		b.client.MeetingStarted(conference.ConfID(strconv.Itoa(2000 + i)))
	}
	for i := range n {
		b.linked(conference.ConfID(strconv.Itoa(2000+i)), conference.Live)
	}
	if calls := cloud.Calls(onlinePath) + cloud.Calls(detailPath); calls > n {
		t.Errorf("%d calls", calls)
	}
}

func TestStartedMeetingThatTheDetailDoesNotKnowYetIsFoundByTheList(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	b := find(t, cloud, nil)
	b.listed()
	cloud.Wrap(answering(detailPath, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error_code":"MMC.111070005"}`))
	}))
	addMeeting(cloud, "1001", "Sudden").Start()
	b.client.MeetingStarted("1001")
	b.linked("1001", conference.Live)
}

func TestEventsWithoutAnAppAreHarmless(t *testing.T) {
	b := start(t, running(simulator.Config{}), patient, nil)
	b.untilLink(conference.Live)
	b.client.Discover()
	b.client.BookingsChanged()
	b.client.MeetingStarted("1001")
	b.client.MeetingEnded("1001")
	if l := b.listing(); l != (conference.Listing{}) {
		t.Errorf("listing %+v", l)
	}
}
