package rules

import (
	"errors"
	"maps"
	"slices"
	"time"

	"confboard/feed/conference"
)

// Book is what is watched for, by where it was said: in the settings, and on the page of rules, which counts before them. It is never
// modified: every change returns another one. The zero Book watches nothing.
type Book struct {
	// Settings is what the settings say.
	Settings Set
	// Limits are the built-in rules that were ever changed on the page.
	Limits map[conference.Rule]OwnLimit
	// Profiles are those made on the page, in the order in which they count. Those of the settings follow.
	Profiles []OwnProfile
}

// Edit is the last change of something on the page.
type Edit struct {
	// Revision counts the changes, from 1. What was opened at one revision cannot be saved over another.
	Revision int64
	// By is the name of the account, empty for who has the admin token.
	By string
	At time.Time
}

// OwnProfile is a profile made on the page. ID is for addresses, and stays when the name changes.
type OwnProfile struct {
	ID string
	Edit
	Profile
}

// OwnLimit is what was said on the page of a built-in rule. Unset: what the settings say counts again.
type OwnLimit struct {
	Edit
	Limit
	Unset bool
}

// MaxProfiles is how many profiles can be made on the page.
const MaxProfiles = 100

// Why a book is not changed.
var (
	ErrChanged   = errors.New("it has been changed meanwhile")
	ErrGone      = errors.New("it has been removed meanwhile")
	ErrNameTaken = errors.New("another profile has this name")
	ErrTooMany   = errors.New("there are as many profiles as there can be")
)

// Set returns what is watched for in every meeting.
func (b *Book) Set() *Set {
	set := b.Settings
	for r, own := range b.Limits {
		if l := set.Limit(r); l != nil && !own.Unset {
			*l = own.Limit
		}
	}
	set.Profiles = make([]Profile, 0, len(b.Profiles)+len(b.Settings.Profiles))
	for _, p := range b.Profiles {
		set.Profiles = append(set.Profiles, p.Profile)
	}
	set.Profiles = append(set.Profiles, b.Settings.Profiles...)
	return &set
}

// Profile returns the profile with an ID; it must not be modified. ok is false when there is none.
func (b *Book) Profile(id string) (p OwnProfile, ok bool) {
	if i := b.place(id); i >= 0 {
		return b.Profiles[i], true
	}
	return OwnProfile{}, false
}

// place is where a profile stands, negative if there is none with the ID.
func (b *Book) place(id string) int {
	return slices.IndexFunc(b.Profiles, func(p OwnProfile) bool { return p.ID == id })
}

// Put returns the book with a profile as it is now said. Its Revision is the one at which it was opened, 0 for a new one, which comes last; in
// the book it is the next.
func (b *Book) Put(p OwnProfile) (*Book, error) {
	at := b.place(p.ID)
	switch {
	case p.Revision == 0 && at >= 0:
		return nil, ErrChanged
	case p.Revision == 0 && len(b.Profiles) >= MaxProfiles:
		return nil, ErrTooMany
	case p.Revision > 0 && at < 0:
		return nil, ErrGone
	case p.Revision > 0 && b.Profiles[at].Revision != p.Revision:
		return nil, ErrChanged
	case b.named(p.Name, p.ID):
		return nil, ErrNameTaken
	}
	p.Revision++
	next := *b
	next.Profiles = slices.Clone(b.Profiles)
	if at < 0 {
		next.Profiles = append(next.Profiles, p)
	} else {
		next.Profiles[at] = p
	}
	return &next, nil
}

// named reports whether a profile other than that with the ID has a name. Names are how people are told which profile expects something.
func (b *Book) named(name, id string) bool {
	return slices.ContainsFunc(b.Profiles, func(p OwnProfile) bool { return p.ID != id && p.Name == name }) ||
		slices.ContainsFunc(b.Settings.Profiles, func(p Profile) bool { return p.Name == name })
}

// Remove returns the book without a profile that was seen at a revision.
func (b *Book) Remove(id string, revision int64) (*Book, error) {
	at := b.place(id)
	switch {
	case at < 0:
		return nil, ErrGone
	case b.Profiles[at].Revision != revision:
		return nil, ErrChanged
	}
	next := *b
	next.Profiles = slices.Delete(slices.Clone(b.Profiles), at, at+1)
	return &next, nil
}

// Move returns the book with a profile directly before another one, or last for an empty ID. What was meant is so told independently of what
// others have moved meanwhile.
func (b *Book) Move(id, before string) (*Book, error) {
	at := b.place(id)
	if at < 0 || before != "" && b.place(before) < 0 {
		return nil, ErrGone
	}
	if id == before {
		return b, nil
	}
	next := *b
	next.Profiles = slices.Delete(slices.Clone(b.Profiles), at, at+1)
	to := len(next.Profiles)
	if before != "" {
		to = next.place(before)
	}
	next.Profiles = slices.Insert(next.Profiles, to, b.Profiles[at])
	return &next, nil
}

// SetLimit returns the book with what is now said of a built-in rule. The limit's Revision is the one at which it was opened, 0 for one that was
// never changed.
func (b *Book) SetLimit(r conference.Rule, l OwnLimit) (*Book, error) {
	if b.Limits[r].Revision != l.Revision {
		return nil, ErrChanged
	}
	l.Revision++
	next := *b
	next.Limits = maps.Clone(b.Limits)
	if next.Limits == nil {
		next.Limits = map[conference.Rule]OwnLimit{}
	}
	next.Limits[r] = l
	return &next, nil
}
