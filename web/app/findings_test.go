package app

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/web/seal"
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
