package templates

import (
	"strconv"
	"unicode"

	"confboard/templates/text"
)

// LinkMeeting is a meeting as those see it who are not signed in.
type LinkMeeting struct {
	Text *text.Catalogue
	// Here: it is on the board; nothing below is drawn otherwise.
	Here     bool
	About    About
	Head     LinkHead
	Sentence Sentence
	Groups   []Group
	// Layout, People and Speaking are nil where they are not shown.
	Layout   *Layout
	People   *People
	Speaking *Line
}

// LinkHead is the status of such a meeting, and how fresh it is.
type LinkHead struct {
	Text             *text.Catalogue
	ID, Severity     string
	Mark             Mark
	Help             string
	End              HeadEnd
	Notes            []string
	Echo, LastChange Moment
}

// Links is the page of the links to a meeting, or of all links.
type Links struct {
	Text                  *text.Catalogue
	Title, Back, BackText string
	// All leads to the list of all links; empty there.
	All    string
	Notice Notice
	Fault  string
	Made   *MadeLink
	Form   *LinkForm
	Rows   []LinkRow
}

// MadeLink is a link whose address is shown, once.
type MadeLink struct {
	ID, Address, Badge string
	QR                 QR
}

// QR is a QR code: the squares of a grid that are dark, as the path of an SVG.
type QR struct{ Path, ViewBox string }

// LinkForm is the form for another link.
type LinkForm struct {
	Text  *text.Catalogue
	Path  string
	Lives []Option
}

// LinkRow is a link on the list.
type LinkRow struct {
	ID, ConfID string
	// Meeting and MeetingPath are set on the list of all links.
	Meeting, MeetingPath   string
	Note, By, Shows, State string
	Created, Expires, Seen Instant
	WithMeeting, Open, New bool
	// Revoke is where to post that it be revoked; empty when it does not open.
	Revoke string
}

// LinksLead leads from a meeting's page to its links.
type LinksLead struct{ Text, Path, Open string }

// LinkBadge is a picture of a status class: shape, word and colour.
type LinkBadge struct {
	Severity, Word string
	// Width and WordWidth are in pixels. The word is fitted into its width, whatever font there is.
	Width, WordWidth string
}

// Measure sets the widths by the word.
func (b *LinkBadge) Measure() {
	width := 0
	for _, r := range b.Word {
		switch {
		case unicode.Is(unicode.Han, r):
			width += 13
		case r == ' ':
			width += 4
		default:
			width += 9
		}
	}
	b.WordWidth, b.Width = strconv.Itoa(width), strconv.Itoa(width+34)
}
