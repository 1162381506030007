package templates

import "confboard/templates/text"

// Legend explains the marks of a page.
type Legend struct {
	Text  *text.Catalogue
	ID    string
	Parts []LegendPart
}

// LegendPart is about one kind of marks.
type LegendPart struct {
	Title string
	Rows  []LegendRow
}

// LegendRow are marks with what they mean; Help is empty for marks whose words say it.
type LegendRow struct {
	Marks  []Mark
	Badges []Badge
	People []PersonMark
	Help   string
}
