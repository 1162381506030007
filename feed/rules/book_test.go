package rules_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// own is a profile as the page has it, with the name as its ID.
func own(name string, revision int64) rules.OwnProfile {
	return rules.OwnProfile{ID: name, Edit: rules.Edit{Revision: revision}, Profile: rules.Profile{Name: name}}
}

// order lists the names of all profiles as they count.
func order(b *rules.Book) (names []string) {
	for _, p := range b.Set().Profiles {
		names = append(names, p.Name)
	}
	return names
}

func TestABookIsChangedOnlyAtTheRevisionThatWasSeen(t *testing.T) {
	var given rules.Book
	given.Settings = *rules.Default()
	given.Settings.Profiles = []rules.Profile{{Name: "settings"}}
	given.Profiles = []rules.OwnProfile{own("a", 3), own("b", 1), own("c", 1)}
	renamed := own("b", 1)
	renamed.Name = "a"
	for _, k := range []struct {
		name   string
		change func(*rules.Book) (*rules.Book, error)
		want   []string
		err    error
	}{
		{"a new one comes last, before those of the settings", func(b *rules.Book) (*rules.Book, error) { return b.Put(own("d", 0)) }, []string{"a", "b", "c", "d", "settings"}, nil},
		{"the same twice", func(b *rules.Book) (*rules.Book, error) { return b.Put(own("a", 0)) }, nil, rules.ErrChanged},
		{"one as it was seen", func(b *rules.Book) (*rules.Book, error) { return b.Put(own("a", 3)) }, []string{"a", "b", "c", "settings"}, nil},
		{"one that was changed meanwhile", func(b *rules.Book) (*rules.Book, error) { return b.Put(own("a", 2)) }, nil, rules.ErrChanged},
		{"one that was removed meanwhile", func(b *rules.Book) (*rules.Book, error) { return b.Put(own("x", 2)) }, nil, rules.ErrGone},
		{"a name that another one has", func(b *rules.Book) (*rules.Book, error) { return b.Put(renamed) }, nil, rules.ErrNameTaken},
		{"a name that one of the settings has", func(b *rules.Book) (*rules.Book, error) { return b.Put(own("settings", 0)) }, nil, rules.ErrNameTaken},
		{"removed", func(b *rules.Book) (*rules.Book, error) { return b.Remove("b", 1) }, []string{"a", "c", "settings"}, nil},
		{"removed though it was changed", func(b *rules.Book) (*rules.Book, error) { return b.Remove("a", 1) }, nil, rules.ErrChanged},
		{"removed twice", func(b *rules.Book) (*rules.Book, error) { return b.Remove("x", 1) }, nil, rules.ErrGone},
		{"moved up", func(b *rules.Book) (*rules.Book, error) { return b.Move("c", "b") }, []string{"a", "c", "b", "settings"}, nil},
		{"moved down", func(b *rules.Book) (*rules.Book, error) { return b.Move("a", "c") }, []string{"b", "a", "c", "settings"}, nil},
		{"moved to the end", func(b *rules.Book) (*rules.Book, error) { return b.Move("a", "") }, []string{"b", "c", "a", "settings"}, nil},
		{"moved to where it stands", func(b *rules.Book) (*rules.Book, error) { return b.Move("a", "b") }, []string{"a", "b", "c", "settings"}, nil},
		{"moved before itself", func(b *rules.Book) (*rules.Book, error) { return b.Move("a", "a") }, []string{"a", "b", "c", "settings"}, nil},
		{"moved before one that has gone", func(b *rules.Book) (*rules.Book, error) { return b.Move("a", "x") }, nil, rules.ErrGone},
		{"moved though it has gone", func(b *rules.Book) (*rules.Book, error) { return b.Move("x", "a") }, nil, rules.ErrGone},
	} {
		t.Run(k.name, func(t *testing.T) {
			before := fmt.Sprint(given)
			next, err := k.change(&given)
			if fmt.Sprint(given) != before {
				t.Error("the book was modified")
			}
			if !errors.Is(err, k.err) {
				t.Fatalf("%v, want %v", err, k.err)
			}
			if err == nil && !slices.Equal(order(next), k.want) {
				t.Errorf("%v, want %v", order(next), k.want)
			}
		})
	}
	next, err := given.Put(own("a", 3))
	if p, ok := next.Profile("a"); err != nil || !ok || p.Revision != 4 {
		t.Errorf("%+v, %v", p, err)
	}
	full := rules.Book{}
	for i := range rules.MaxProfiles {
		full.Profiles = append(full.Profiles, own(fmt.Sprint(i), 1))
	}
	if _, err := full.Put(own("one more", 0)); !errors.Is(err, rules.ErrTooMany) {
		t.Errorf("%v", err)
	}
}

func TestALimitOfThePageCountsUntilTheSettingsCountAgain(t *testing.T) {
	book := &rules.Book{Settings: *rules.Default()}
	alert := rules.Limit{Weight: conference.Urgent, After: time.Hour}
	book, err := book.SetLimit(conference.NoHost, rules.OwnLimit{Limit: alert})
	if err != nil || book.Set().NoHost != alert || book.Settings.NoHost == alert || book.Set().Overrun != rules.Default().Overrun {
		t.Errorf("%+v, %v", book.Set(), err)
	}
	if _, err := book.SetLimit(conference.NoHost, rules.OwnLimit{Limit: alert}); !errors.Is(err, rules.ErrChanged) {
		t.Errorf("as it was before: %v", err)
	}
	back, err := book.SetLimit(conference.NoHost, rules.OwnLimit{Edit: rules.Edit{Revision: 1}, Unset: true})
	if err != nil || back.Set().NoHost != rules.Default().NoHost || book.Set().NoHost != alert {
		t.Errorf("%+v, %v", back.Set(), err)
	}
	if _, err := back.SetLimit(conference.NoHost, rules.OwnLimit{}); !errors.Is(err, rules.ErrChanged) {
		t.Errorf("a change that knows nothing of the two before: %v", err)
	}
}
