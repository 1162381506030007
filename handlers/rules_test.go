package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates/text"
)

// oneBook is a book that a test changes by hand.
type oneBook struct{ book *rules.Book }

func (b *oneBook) Book() *rules.Book { return b.book }
func (b *oneBook) Changeable() bool  { return true }
func (b *oneBook) PutProfile(context.Context, rules.OwnProfile) (string, error) {
	return "", ErrNotStored
}
func (b *oneBook) RemoveProfile(context.Context, string, int64) error { return ErrNotStored }
func (b *oneBook) MoveProfile(context.Context, string, string) error  { return ErrNotStored }
func (b *oneBook) SetLimit(context.Context, conference.Rule, rules.OwnLimit) error {
	return ErrNotStored
}

// Whoever has the page open has what somebody sees who opens it now, whatever has happened, and however often what is watched for was changed.
func TestThePageOfRulesIsAlwaysTheNewest(t *testing.T) {
	for seed := range uint64(6) {
		h := newHistory(seed)
		book := &oneBook{book: &rules.Book{Settings: *alert()}}
		v := &rulesView{words: words{text: text.For(text.English)}, board: h.registry, rules: book, admin: seed%2 == 0}
		k := newTopic(t, h.registry, v)
		k.connect()
		for n := range 300 {
			h.step(8)
			switch {
			case n%40 == 17:
				p := rules.OwnProfile{ID: fmt.Sprint(n), Profile: rules.Profile{Name: fmt.Sprint("<b> ", n), Title: "*e*", Weight: conference.Weight(n % 3),
					Expect: []rules.Expectation{{Field: conference.Lock, Want: conference.Value{Presence: conference.Known, Int: int64(n % 2)}}}}}
				next, err := book.book.Put(p)
				if err != nil {
					t.Fatal(err)
				}
				book.book = next
				policy := h.registry.Policy()
				policy.Rules = next.Set()
				h.registry.SetPolicy(policy, h.now)
			case n%25 == 3:
				k.connect()
			case n%3 == 0:
				k.flush(n%6 == 0)
			}
		}
		k.flush(true)
		region, err := v.Region(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		newest := newDOM()
		newest.apply(t, region)
		for i, viewer := range k.viewers {
			if viewer.html() != newest.html() {
				t.Fatalf("seed %d: viewer %d has\n%s\nand the newest is\n%s", seed, i, viewer.html(), newest.html())
			}
		}
		if page := newest.html(); strings.Contains(page, "<b> 17") || !strings.Contains(page, "&lt;b&gt; 17") {
			t.Error("a name is markup, or is not there")
		}
	}
}

// What no change tells of, a concern that does not count yet, is counted with the next that is told.
func TestMeetingsAreCountedByWhatWasSaidOfThem(t *testing.T) {
	state := func(id string, link conference.LinkState, title string, concerns ...conference.Concern) *conference.State {
		return &conference.State{ConfID: conference.ConfID(id), Name: title, Link: conference.Link{State: link}, Concerns: concerns}
	}
	drift := func(field conference.Field, active bool) conference.Concern {
		return conference.Concern{Condition: conference.Condition{Cause: conference.Cause{Rule: conference.Drift, Field: field, Profile: "p"}}, Since: time.UnixMilli(1), Active: active}
	}
	set := &rules.Set{Profiles: []rules.Profile{{Name: "p", Title: "Room*", Weight: conference.Noteworthy}}}
	n := tallied(set, []*conference.State{
		state("1", conference.Live, "Room 1", drift(conference.Lock, false), drift(conference.Mute, true)),
		state("2", conference.Lost, "Room 2", drift(conference.Lock, false)),
		state("3", conference.Live, "Room 3"),
		state("4", conference.Over, "Room 4", drift(conference.Lock, true)),
		state("5", conference.Live, "Hall", conference.Concern{Condition: conference.Condition{Cause: conference.Cause{Rule: conference.NoHost}}}),
	})
	if n.fits[0] != 3 || len(n.profiles["p"]) != 2 || len(n.rules[conference.NoHost]) != 1 {
		t.Fatalf("%+v", n)
	}
	if !n.profiles["p"][0].concern.Active || n.profiles["p"][1].concern.Active {
		t.Error("of two fields that differ, the one that counts is not told")
	}
}
