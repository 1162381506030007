package handlers

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/width"

	"confboard/feed/conference"
)

// feedQuery is what the address of the feed asks for; its zero value is the first page of all meetings.
type feedQuery struct {
	link conference.LinkState // empty: all
	// q is part of a title or confID, as it was typed.
	q string
	// page counts from 0; the address counts from 1.
	page int
}

const (
	feedPage    = 50 // rows
	maxFeedPage = 1000
)

// feedQueryOf reads the known parameters; an unknown value counts as not given.
func feedQueryOf(c echo.Context) feedQuery { return feedQueryIn(c.QueryParams()) }

func feedQueryIn(v url.Values) feedQuery {
	var q feedQuery
	if link := conference.LinkState(v.Get("link")); slices.Contains(conference.LinkStates(), link) {
		q.link = link
	}
	typed := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(v.Get("q"), "")), " "))
	q.q = string(typed[:min(len(typed), maxSearch)])
	if n, err := strconv.Atoi(v.Get("page")); err == nil && n >= 1 && n <= maxFeedPage {
		q.page = n - 1
	}
	return q
}

// values is the query as an address has it, defaults left out.
func (q feedQuery) values() url.Values {
	v := url.Values{}
	if q.link != "" {
		v.Set("link", string(q.link))
	}
	if q.q != "" {
		v.Set("q", q.q)
	}
	if q.page > 0 {
		v.Set("page", strconv.Itoa(q.page+1))
	}
	return v
}

// feedMatcher tells which meetings a query is about. Neither case nor width counts, nor do the blanks in a meeting ID.
type feedMatcher struct {
	link         conference.LinkState
	words, digit string
}

func (q feedQuery) matcher() feedMatcher {
	folded := fold(q.q)
	return feedMatcher{link: q.link, words: folded, digit: strings.ReplaceAll(folded, " ", "")}
}

func (m feedMatcher) shows(s *conference.State) bool {
	if m.link != "" && s.Link.State != m.link {
		return false
	}
	return m.words == "" || strings.Contains(strings.ToLower(string(s.ConfID)), m.digit) || strings.Contains(fold(s.Title()), m.words)
}

// fold makes texts that differ in case or width equal.
func fold(s string) string { return strings.ToLower(width.Fold.String(s)) }

// feedRank puts first what somebody has to mend, then what cannot be relied on.
var feedRank = map[conference.LinkState]int{
	conference.Refusing: 0, conference.Lost: 1, conference.Stale: 2, conference.Connecting: 3, conference.Live: 4, conference.Waiting: 5, conference.Over: 6,
}

// feedProblem reports whether a link is not as it should be.
func feedProblem(l conference.LinkState) bool {
	return l == conference.Refusing || l == conference.Lost || l == conference.Stale
}

// feedPlace is what decides where a meeting stands in the table.
type feedPlace struct {
	state *conference.State
	title string
}

// feedOrder keeps the states that match, in order: problems first, then by title.
func feedOrder(m feedMatcher, all []*conference.State) []*conference.State {
	places := make([]feedPlace, 0, len(all))
	for _, s := range all {
		if m.shows(s) {
			places = append(places, feedPlace{s, fold(s.Title())})
		}
	}
	slices.SortFunc(places, func(a, b feedPlace) int {
		return cmp.Or(cmp.Compare(feedRank[a.state.Link.State], feedRank[b.state.Link.State]), cmp.Compare(a.title, b.title),
			cmp.Compare(a.state.ConfID, b.state.ConfID))
	})
	states := make([]*conference.State, len(places))
	for i, p := range places {
		states[i] = p.state
	}
	return states
}

// window returns the part of the ordered states that a page shows.
func (q feedQuery) window(ordered []*conference.State) []*conference.State {
	from := min(q.page*feedPage, len(ordered))
	return ordered[from:min(from+feedPage, len(ordered))]
}
