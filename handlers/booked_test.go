package handlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates/text"
)

// booked puts meetings on a board that have not started, each to start so long after now.
func booked(now time.Time, in ...time.Duration) *conference.Registry {
	r := conference.NewRegistry(conference.DefaultPolicy)
	for i, d := range in {
		about := conference.About{ConfID: conference.ConfID(fmt.Sprint("90000000", i)), At: now}
		m := conference.WatchMessage{About: about, Origin: conference.Found}
		if d != 0 {
			m.Booking = conference.Booking{Title: fmt.Sprint("Room ", i), Owner: fmt.Sprint("Ann ", i), Start: now.Add(d), End: now.Add(d + time.Hour)}
		}
		r.Apply(m)
		r.Apply(conference.LinkMessage{About: about, Event: conference.LinkWaiting, Reason: conference.ReasonNotStarted, Next: now.Add(20 * time.Second)})
	}
	return r
}

func TestBookedMeetingsStandInOrderOfTheirStart(t *testing.T) {
	r := booked(time.UnixMilli(1_800_000_000_000), 3*time.Hour, 0, time.Hour, 2*time.Hour)
	for _, sort := range []string{sortSeverity, sortStart, sortEnd, sortParticipants} {
		v := newOverviewView(words{text: text.For(text.English)}, r, overviewQuery{sort: sort})
		v.start()
		if got := fmt.Sprint(v.shown); got != "[900000002 900000003 900000000 900000001]" {
			t.Errorf("sorted by %q: %s", sort, got)
		}
	}
	all := r.All()
	if inOrder(all[2], all[0]) >= 0 || inOrder(all[0], all[1]) >= 0 {
		t.Error("a wall has another order")
	}
}

func TestABookedMeetingIsFoundByItsOwner(t *testing.T) {
	r := booked(time.UnixMilli(1_800_000_000_000), time.Hour, 2*time.Hour)
	for wanted, want := range map[string]bool{"ann 0": true, "room 0": true, "ann 1": false} {
		if got := newSearch(wanted).matches(r.All()[0]); got != want {
			t.Errorf("%q: %t", wanted, got)
		}
	}
}

func TestTheMarkOfABookedMeetingIsItsStart(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	h := testHandlers(booked(now, 90*time.Minute, 0))
	start := now.Add(90 * time.Minute).UTC().Format("2006-01-02T15:04:05.000Z")
	for id, want := range map[string]bool{"900000000": true, "900000001": false} {
		for _, page := range []string{ask(t, h, "/?lang=en"), ask(t, h, "/m/"+id+"?lang=en")} {
			_, mark, onCard := strings.Cut(page, `id="c-`+id+`-mark"`)
			if !onCard {
				_, mark, _ = strings.Cut(page, `id="mark"`)
			}
			mark, _, _ = strings.Cut(mark, "</span><")
			mark, _, _ = strings.Cut(mark, "<span id=")
			if !strings.Contains(mark, "NOT STARTED") || strings.Contains(mark, `datetime="`+start+`" data-show="clock"`) != want {
				t.Errorf("%s: %s", id, mark)
			}
		}
	}
}

func TestTheAPITellsOfTheBookingTheOriginAndTheNextAttempt(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	r := booked(now, time.Hour, 0)
	type answer struct {
		Origin    string
		Booking   *struct{ Title, Owner, Start, End string }
		Freshness struct{ NextAttempt *string }
	}
	read := func(i int) (a answer) {
		if err := json.Unmarshal([]byte(ask(t, testHandlers(r), fmt.Sprint("/api/v1/meetings/90000000", i))), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	at := func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	a := read(0)
	if a.Origin != "found" || a.Booking == nil || a.Booking.Title != "Room 0" || a.Booking.Owner != "Ann 0" || a.Booking.Start != at(time.Hour) || a.Booking.End != at(2*time.Hour) {
		t.Errorf("%+v %+v", a, a.Booking)
	}
	if next := a.Freshness.NextAttempt; next == nil || *next != at(20*time.Second) {
		t.Errorf("the next attempt is at %v", next)
	}
	if b := read(1).Booking; b != nil {
		t.Errorf("a meeting that nobody booked has %+v", b)
	}
	r.Apply(conference.LinkMessage{About: conference.About{ConfID: "900000000", At: now}, Event: conference.LinkUp})
	if next := read(0).Freshness.NextAttempt; next != nil {
		t.Errorf("while it is connected the next attempt is at %s", *next)
	}
}

func TestAListThatDoesNotComeIsOverdue(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	for _, k := range []struct {
		name string
		l    conference.Listing
		due  bool // there is an instant from which it is overdue
		late bool
	}{
		{"the next one is to come", conference.Listing{State: conference.ListingCurrent, Next: now.Add(time.Second)}, true, false},
		{"it is a little late", conference.Listing{State: conference.ListingCurrent, Next: now.Add(-59 * time.Second)}, true, false},
		{"it is a minute late", conference.Listing{State: conference.ListingCurrent, Next: now.Add(-time.Minute)}, true, true},
		{"it is failing, which is said", conference.Listing{State: conference.ListingFailing, Next: now.Add(-time.Hour)}, false, false},
		{"none is asked for", conference.Listing{}, false, false},
	} {
		v := &feedView{words: words{text: text.For(text.English)}}
		if p := v.listing(k.l, now); (p.Due != "") != k.due || p.Late != k.late {
			t.Errorf("%s: %+v", k.name, p)
		}
	}
}
