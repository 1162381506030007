package rules

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
)

// Entry is one thing that is said of a T: a Limit or a Profile. The tables of entries are the schema of the settings, of the page of
// rules, and of what is kept of it: each has an entry under the same name, and writes and reads the same text.
type Entry[T any] struct {
	// Name is for instance title or expect.locked.
	Name string
	Kind Kind
	// Preset is the default, as Read takes it; empty: nothing is said.
	Preset string
	// Values are all that is taken, for a Word.
	Values []string
	// Min and Max are the range of a Number; of a Span they count nanoseconds.
	Min, Max int64
	// Aspect is what is expected, nil for an entry that expects nothing.
	Aspect *Aspect

	read  func(*T, string) error
	write func(*T) string
}

// Kind is the kind of text that an entry takes.
type Kind uint8

// The kinds.
const (
	Text     Kind = iota // a name
	Wildcard             // a conference.Pattern
	Word                 // one of a list
	Number               // a whole number
	Span                 // a duration
)

var kindNames = [...]string{Text: "text", Wildcard: "pattern", Word: "word", Number: "number", Span: "duration"}

// String is the noun for it.
func (k Kind) String() string { return kindNames[k] }

// Read takes in what is said. After an error, which says what was found, nothing has changed.
func (e Entry[T]) Read(to *T, text string) error { return e.read(to, text) }

// Write returns what Read takes, empty when nothing is said.
func (e Entry[T]) Write(of *T) string { return e.write(of) }

// Allowed says to people what is taken.
func (e Entry[T]) Allowed() string {
	switch e.Kind {
	case Text:
		return TextRange
	case Wildcard:
		return WildcardRange
	case Number:
		return strconv.FormatInt(e.Min, 10) + " to " + strconv.FormatInt(e.Max, 10)
	case Span:
		return WriteSpan(time.Duration(e.Min)) + " to " + WriteSpan(time.Duration(e.Max))
	}
	return strings.Join(e.Values, ", ")
}

// WildcardRange says to people what a pattern is.
const WildcardRange = TextRange + ", of which * and ? stand for others"

const (
	// MaxSpan bounds how long something may last until it counts.
	MaxSpan = 24 * time.Hour
	// defaultGrace is time enough to lock a door after the last guest.
	defaultGrace = 2 * time.Minute
)

// The names of entries that others ask for by name.
const (
	EntryName     = "name"
	EntrySeverity = "severity"
	EntryAfter    = "after"
	EntryGrace    = "grace"
	// ExpectPrefix stands before the name of an Aspect.
	ExpectPrefix = "expect."
)

// LimitEntries lists what is said of a built-in rule. Its defaults are in Default.
func LimitEntries() []Entry[Limit] {
	return []Entry[Limit]{
		severityEntry("", func(l *Limit) *conference.Weight { return &l.Weight }),
		spanEntry(EntryAfter, "", func(l *Limit) *time.Duration { return &l.After }),
	}
}

// ProfileEntries lists what is said of a profile.
func ProfileEntries() []Entry[Profile] {
	entries := []Entry[Profile]{
		{Name: EntryName, Kind: Text,
			read: func(p *Profile, text string) (err error) {
				if text, err = ReadText(text); err == nil {
					p.Name = text
				}
				return err
			},
			write: func(p *Profile) string { return p.Name }},
		patternEntry("title", func(p *Profile) *conference.Pattern { return &p.Title }),
		patternEntry("confID", func(p *Profile) *conference.Pattern { return &p.ConfID }),
		patternEntry("group", func(p *Profile) *conference.Pattern { return &p.Group }),
		severityEntry(WeightName(conference.Noteworthy), func(p *Profile) *conference.Weight { return &p.Weight }),
		spanEntry(EntryGrace, WriteSpan(defaultGrace), func(p *Profile) *time.Duration { return &p.Grace }),
	}
	for _, a := range Aspects() {
		entries = append(entries, expectEntry(a))
	}
	return entries
}

func severityEntry[T any](preset string, in func(*T) *conference.Weight) Entry[T] {
	return Entry[T]{Name: EntrySeverity, Kind: Word, Preset: preset, Values: WeightNames(),
		read: func(to *T, text string) error {
			w, err := ReadWeight(text)
			if err == nil {
				*in(to) = w
			}
			return err
		},
		write: func(of *T) string { return WeightName(*in(of)) }}
}

func spanEntry[T any](name, preset string, in func(*T) *time.Duration) Entry[T] {
	return Entry[T]{Name: name, Kind: Span, Preset: preset, Max: int64(MaxSpan),
		read: func(to *T, text string) error {
			d, err := ReadSpan(text, 0, MaxSpan)
			if err == nil {
				*in(to) = d
			}
			return err
		},
		write: func(of *T) string { return WriteSpan(*in(of)) }}
}

func patternEntry(name string, in func(*Profile) *conference.Pattern) Entry[Profile] {
	return Entry[Profile]{Name: name, Kind: Wildcard,
		read: func(p *Profile, text string) error {
			text, err := ReadText(text)
			if err == nil {
				*in(p) = conference.Pattern(text)
			}
			return err
		},
		write: func(p *Profile) string { return string(*in(p)) }}
}

func expectEntry(a Aspect) Entry[Profile] {
	e := Entry[Profile]{Name: ExpectPrefix + a.Name, Kind: Word, Values: a.Values(), Aspect: &a,
		read: func(p *Profile, text string) error {
			want, err := a.Read(text)
			if err == nil {
				p.Expect = append(slices.DeleteFunc(slices.Clone(p.Expect), func(e Expectation) bool { return e.Field == a.Field }), Expectation{a.Field, want})
			}
			return err
		},
		write: func(p *Profile) string {
			for _, e := range p.Expect {
				if e.Field == a.Field {
					return a.Write(e.Want)
				}
			}
			return ""
		}}
	if a.Field.Kind() == conference.KindScreens {
		e.Kind, e.Values, e.Min, e.Max = Number, nil, 1, conference.MaxScreens
	}
	return e
}
