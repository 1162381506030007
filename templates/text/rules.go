package text

import (
	"maps"
	"time"

	"confboard/feed/conference"
)

// RulesText is what is said about what is watched for, and where that is changed.
type RulesText struct {
	Name, Title string
	Intro       string

	BuiltIn, BuiltInHelp string
	// Rule is what to call a built-in rule, Holds when it holds.
	Rule, Holds            map[conference.Rule]string
	Profiles, ProfilesHelp string
	Add, Full              string
	None, NoneHelp         string
	NoneForViewers         string
	Example                string
	// ExampleSaid is the form of a new profile with an example in it, given the form.
	ExampleSaid func(form map[string]string) map[string]string

	// Weight is how much something matters, as it is chosen.
	Weight map[conference.Weight]string
	Off    string // one or two words
	// Span is a duration; Lasts says after how long something is told.
	Span, Lasts func(d time.Duration) string
	// For names the meetings a profile is for.
	For, Everybody            string
	ForTitle, ForID, ForGroup func(pattern string) string
	Expected                  string
	FromSettings              string
	// SettingsSay is said beside what the page says.
	SettingsSay func(said string) string
	// Made and Changed say that it was done on the page; MadeBy and ChangedBy name the account.
	Made, Changed     string
	MadeBy, ChangedBy func(name string) string

	// Fits and the next three count meetings.
	Fits      func(n int) string
	Holding   func(n int) string
	Differing func(n int) string
	// NotYet is said of n meetings among so many.
	NotYet       func(n, among int) string
	NoneHolds    string
	NoneDiffers  string
	Which        string
	More         func(n int) string
	Change       func(name string) string
	ChangeShort  string
	Up, Down     func(name string) string
	MoveConflict string

	NewProfile                     string
	Back                           string
	WhichMeetings, WhichHelp       string
	WhatExpected, WhatExpectedHelp string
	WhenDiffers, WhenHolds         string
	// Labels and Hints are of the fields, by the names of the schema's entries.
	Labels, Hints                      map[string]string
	NoMatter                           string
	Save, Try, Cancel                  string
	Remove, RemoveHelp                 string
	UseSettings                        string
	BadText, BadWord                   string
	BadSpan                            func(least, most time.Duration) string
	BadNumber                          func(least, most int64) string
	NoName, NameTaken, NothingExpected string
	NotStored, NotChangeable           string
	// Conflict is said when somebody else was faster; by is empty where no name is known. Meanwhile is what a field says now.
	Conflict             func(by string) string
	Gone                 string
	RemoveConflict       string
	Meanwhile            func(said string) string
	Unsaid               string
	Tried                string
	TriedFits            func(fits, live int) string
	TriedLive            func(live int) string
	TriedNone            string
	TriedSome            func(n int, after time.Duration) string
	TriedOff             func(n int) string
	HoldsSome            func(n int, after time.Duration) string
	HoldsOff             func(n int) string
	Saved                func(name string) string
	Removed, Moved       string
	LimitSaved, LimitSet func(name string) string
}

// parted splits a duration into its units.
func parted(d time.Duration) (hours, minutes, seconds int64, rest time.Duration) {
	hours, d = int64(d/time.Hour), d%time.Hour
	minutes, d = int64(d/time.Minute), d%time.Minute
	return hours, minutes, int64(d / time.Second), d % time.Second
}

// exampleProfile is a form with a profile in it: a confidential meeting, whose patterns are in the reader's language.
func exampleProfile(form map[string]string, name, title string) map[string]string {
	form = maps.Clone(form)
	maps.Copy(form, map[string]string{"name": name, "title": title, "expect.locked": "yes", "expect.recording": "no", "expect.chat": "no"})
	return form
}
