package templates

import "confboard/templates/text"

// Overview is the region of the overview.
type Overview struct {
	Text     *text.Catalogue
	Tab      Tab
	Counters Counters
	Controls Controls
	// Pagers stand above and below the list.
	Pagers []Pager
	List   Cards
}

// Cards is the list of cards.
type Cards struct {
	Cards []Card
	// EmptyTitle and EmptyHelp say why there is no card, and what to do. Whole leads to all meetings; it is empty where
	// none was left out.
	EmptyTitle, EmptyHelp string
	Whole, WholePath      string
}

// Controls choose what the list shows. They are drawn from the address alone.
type Controls struct {
	Text *text.Catalogue
	// Path is where the form leads, Whole the list without search and filters.
	Path, Whole       string
	Search, MaxSearch string
	Group, MaxGroup   string
	// Filters is the number of filters that are set; empty when there is none.
	Filters string
	Selects []Select
	Facts   []Check
	Sort    Select
	Chips   []Chip
}

// Select is a choice of one.
type Select struct {
	ID, Name, Label string
	Options         []Option
}

// Option is one that can be chosen.
type Option struct {
	Value, Label string
	Chosen       bool
}

// Check is something to be ticked.
type Check struct {
	Name, Value, Label string
	Checked            bool
}

// Chip is something that limits the list; its link takes it away, as Remove says.
type Chip struct{ Label, Remove, Path string }

// Pager says which part of the list is shown. Page is empty where there is one page only; Previous and Next are empty where there is
// none.
type Pager struct {
	Text           *text.Catalogue
	ID, Name       string
	Range, Page    string
	Previous, Next string
	// Below: it stands under the list, and has nothing to say where there is one page only.
	Below bool
}
