package templates

import "confboard/templates/text"

// RulesLead is what stands above the list of rules and is not replaced by the stream.
type RulesLead struct {
	Text   *text.Catalogue
	Notice Notice
	Fault  string
}

// Rules is the list of what is watched for.
type Rules struct {
	Text *text.Catalogue
	Tab  Tab
	// BuiltIn are the rules for every meeting, Profiles what meetings are expected to be, in the order in which they count.
	BuiltIn, Profiles []Rule
	// Add leads to the form for another profile, Example to the same with something in it; empty for who cannot add one.
	Add, Example string
	// Fault says why nothing can be changed.
	Fault string
}

// Rule is a built-in rule or a profile.
type Rule struct {
	Text *text.Catalogue
	ID   string
	// Mark is how much it matters, in shape, word and colour.
	Mark Mark
	Name string
	// Help says what a built-in rule is about.
	Help string
	// For names the meetings that a profile is for, and Expected what they are expected to be.
	For      []string
	Expected []Badge
	// Lasts says after how long it is told.
	Lasts string
	// Origin says where it was said; By and At are of its last change on the page, Settings what the settings say instead. Each can be empty.
	Origin, By, Settings string
	At                   Instant
	Count                RuleCount
	// Change leads to its form; empty for who cannot change it, as are Up and Down.
	Change   string
	Up, Down *RuleMove
}

// RuleCount is how many meetings a rule is about now.
type RuleCount struct {
	ID string
	// Text is all of it in a line; Which, and More that are not listed, are those that it is told about, or will be.
	Text, Label string
	Which       []RuleMeeting
	More        string
}

// RuleMeeting leads to a meeting.
type RuleMeeting struct {
	Path, Title string
	Since       Instant
}

// RuleMove is a button that moves a profile before another one, up or down.
type RuleMove struct {
	Path, Profile, Before, Name string
	Up                          bool
	// First: it has the focus when the page is opened, because it was used last.
	First bool
}

// RuleForm is the form of a profile or a rule.
type RuleForm struct {
	Text              *text.Catalogue
	Title, Back, Path string
	// Fault is of the whole form. Conflict: what counts now stands beside the fields.
	Fault string
	// Revision is the one that what is saved replaces; empty for what is new.
	Revision string
	Parts    []RuleFormPart
	Tried    *RuleTrial
	// Removable: it is a profile that can be removed. SettingsSay is what would count if a rule were as in the settings, empty where it is.
	Removable   bool
	SettingsSay string
}

// RuleFormPart is a group of fields.
type RuleFormPart struct {
	ID, Title, Help, Fault string
	// First: its fault has the focus.
	First  bool
	Fields []RuleField
}

// RuleField is a field of such a form: of a text, unless it has Options or is a number from Min to Max.
type RuleField struct {
	Field
	Options  []Option
	Min, Max string
	// Now: the hint says what counts now in place of what was entered.
	Now bool
}

// RuleTrial says what would be told if a form were saved.
type RuleTrial struct {
	Title, Fits, Said string
	Which             []RuleMeeting
	More              string
}
