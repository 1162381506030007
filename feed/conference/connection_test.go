package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestTheLinkTellsOfItsConnectionTokenAndNextAttempt(t *testing.T) {
	b := watched(t)
	at := func(after time.Duration) time.Time { return start.Add(after) }

	b.apply(conference.LinkMessage{About: about(1 * second), Event: conference.LinkToken, Expires: at(30 * time.Minute)})
	b.apply(link(2*second, conference.LinkUp))
	echo := link(3*second, conference.LinkEcho)
	echo.RoundTrip = 40 * time.Millisecond
	b.apply(echo)
	l := b.state.Link
	if !l.TokenAt.Equal(at(1*second)) || !l.TokenExpires.Equal(at(30*time.Minute)) {
		t.Errorf("token of %s until %s", l.TokenAt, l.TokenExpires)
	}
	if l.Connects != 1 || !l.ConnectedAt.Equal(at(2*second)) || l.RoundTrip != 40*time.Millisecond {
		t.Errorf("connection %+v", l)
	}

	down := link(4*second, conference.LinkDown, conference.ReasonClosed)
	down.Next = at(6 * second)
	wantParts(t, first(b.apply(down)), "link=connecting>connecting", "connection")
	if l := b.state.Link; !l.ConnectedAt.IsZero() || !l.Next.Equal(at(6*second)) {
		t.Errorf("after the cut %+v", l)
	}
	down = link(6*second, conference.LinkDown, conference.ReasonClosed)
	down.Next = at(8 * second)
	wantParts(t, first(b.apply(down)), "connection")

	b.apply(link(8*second, conference.LinkUp))
	if l := b.state.Link; l.Connects != 2 || !l.Next.IsZero() {
		t.Errorf("after the second connection %+v", l)
	}
}

func TestAnAttemptThatHasToWaitIsNoWordFromTheCloud(t *testing.T) {
	b := watched(t)
	b.apply(link(1*second, conference.LinkWaiting, conference.ReasonNotStarted))
	before := b.state.Link
	delayed := link(50*second, conference.LinkDelayed)
	delayed.Next = start.Add(90 * second)
	wantParts(t, first(b.apply(delayed)), "connection")
	want := before
	want.Next = delayed.Next
	if b.state.Link != want {
		t.Errorf("link %+v, want %+v", b.state.Link, want)
	}
}

func TestWhatTheCloudSaidGoesWithItsReason(t *testing.T) {
	said := func(after time.Duration, event conference.LinkEvent) conference.LinkMessage {
		m := link(after, event, conference.ReasonSubscription)
		m.Detail = "NOT_ALLOWED"
		return m
	}
	for name, event := range map[string]conference.LinkEvent{"refused": conference.LinkRefused, "down": conference.LinkDown, "waiting": conference.LinkWaiting} {
		for clearing, next := range map[string]conference.LinkMessage{
			"connected": link(3*second, conference.LinkUp), "ended": link(3*second, conference.LinkEnded),
			"the same without a word": link(3*second, event, conference.ReasonSubscription),
		} {
			t.Run(name+", then "+clearing, func(t *testing.T) {
				b := watched(t)
				b.apply(link(1*second, event, conference.ReasonSubscription))
				if c, _ := b.apply(said(2*second, event)); !c.Has(conference.PartLink) || b.state.Link.Detail != "NOT_ALLOWED" {
					t.Errorf("detail %q, change %+v", b.state.Link.Detail, c.Fields)
				}
				b.apply(link(2*second, conference.LinkEcho))
				if b.state.Link.Detail == "" {
					t.Error("an echo cleared it")
				}
				if c, _ := b.apply(next); !c.Has(conference.PartLink) || b.state.Link.Detail != "" {
					t.Errorf("detail %q, change %+v", b.state.Link.Detail, c.Fields)
				}
			})
		}
	}
}

func TestATokenThatIsLetGoIsForgotten(t *testing.T) {
	b := watched(t)
	b.apply(conference.LinkMessage{About: about(1 * second), Event: conference.LinkToken, Expires: start.Add(30 * time.Minute)})
	wantParts(t, first(b.apply(link(2*second, conference.LinkToken))), "connection")
	if l := b.state.Link; !l.TokenAt.IsZero() || !l.TokenExpires.IsZero() {
		t.Errorf("token of %s until %s", l.TokenAt, l.TokenExpires)
	}
}

func first(c conference.Change, _ conference.Outcome) conference.Change { return c }

func TestMessagesAreTalliedByType(t *testing.T) {
	b := connected(t)
	b.apply(full(1 * second))
	b.apply(incremental(1, 2*second))
	b.apply(incremental(1, 3*second))
	b.apply(conference.RefusedMessage{About: about(4 * second), Refusal: conference.Refusal{
		Kind: conference.RefusedValue, Type: conference.StatusType, Mode: conference.Incremental, At: about(4 * second).At}})
	for _, in := range b.state.Intakes() {
		want := conference.Tally{}
		if in.Type == conference.StatusType {
			want.Applied, want.Refused, want.Dropped[conference.DroppedOlderSequence] = 2, 1, 1
		}
		if in.Tally != want {
			t.Errorf("%s: %+v, want %+v", in.Type, in.Tally, want)
		}
	}
	drop := b.state.Counts.LastDrop
	if drop.Fate != conference.DroppedOlderSequence || drop.Envelope.Sequence != 1 || !drop.At.Equal(about(3*second).At) {
		t.Errorf("the last drop is %+v", drop)
	}
}

func TestARefusedIncrementalMessageAsksForAFullOne(t *testing.T) {
	tests := []struct {
		name    string
		refusal conference.Refusal
		asks    bool
	}{
		{"an incremental message of a known type", conference.Refusal{Type: conference.ParticipantsType, Mode: conference.Incremental}, true},
		{"a full one, which would only come again", conference.Refusal{Type: conference.ParticipantsType, Mode: conference.Full}, false},
		{"a frame that does not say what it is", conference.Refusal{Mode: conference.Incremental}, false},
		{"a type that is not used", conference.Refusal{Type: "AttendeesNotify", Mode: conference.Incremental}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := connected(t)
			if _, outcome := b.apply(conference.RefusedMessage{About: about(1 * second), Refusal: tt.refusal}); outcome.AskFull != tt.asks {
				t.Errorf("asks: %t", outcome.AskFull)
			}
		})
	}
}

func TestTheTitleIsTheNameOrTheCloudsOrTheBookings(t *testing.T) {
	s := conference.State{ConfID: "900487914"}
	for _, step := range []struct {
		set  func()
		want string
	}{
		{func() {}, "900487914"},
		{func() { s.Booking.Title = "Booked" }, "Booked"},
		{func() { s.Basic.Title = "Told" }, "Told"},
		{func() { s.Name = "Named" }, "Named"},
	} {
		if step.set(); s.Title() != step.want {
			t.Errorf("%q, want %q", s.Title(), step.want)
		}
	}
}

func TestDiscoveryIsToldOnlyWhenItDiffers(t *testing.T) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	told := 0
	_, cancel := r.Observe(func(c conference.Change) {
		if !c.Has(conference.PartDiscovery) || c.ConfID != "" || c.Before != nil || c.After != nil {
			t.Errorf("told of %+v", c)
		}
		told++
	})
	defer cancel()
	listing := conference.Listing{State: conference.ListingCurrent, Found: 3}
	events := conference.Events{Enabled: true}
	for _, m := range []conference.DiscoveryMessage{{Listing: &listing}, {Listing: &listing}, {Events: &events}, {}} {
		r.Apply(m)
	}
	if told != 2 {
		t.Errorf("told %d times", told)
	}
	if d := r.Discovery(); d.Listing != listing || d.Events != events {
		t.Errorf("it is %+v", d)
	}
	if len(r.All()) != 0 {
		t.Error("it became a meeting")
	}
}
