package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates/text"
)

// overviewQuery is what the address of the overview asks for. Its zero value shows everything, the first page of it, what
// needs a person first. Two queries that are equal have the same address and show the same.
type overviewQuery struct {
	// only is empty, onlyProblems, onlyStale or the name of a rules.Severity.
	only string
	// search is what to look for, as newSearch takes it.
	search string
	// group is the group that meetings are in, as groupText takes it; case does not matter. Empty: any, and none.
	group string
	// recording is empty, recordingOn or recordingOff.
	recording string
	// mode is empty or one of modes.
	mode string
	// facts have all to hold.
	facts facts
	// sort is empty for sortSeverity, or another of sorts.
	sort string
	// page counts from 0. There may be fewer pages: then the last one is meant.
	page int
}

// What can be asked for beside a severity. Stale data is a class of its own, because it is a problem of the board's
// knowledge and not of the meeting.
const (
	onlyProblems = "problems"
	onlyStale    = "stale"
)

// The known values of recording.
const (
	recordingOn  = "on"
	recordingOff = "off"
)

// The parameters of the overview's address.
const (
	onlyParam      = "only"
	searchParam    = "q"
	groupParam     = "group"
	recordingParam = "rec"
	modeParam      = "mode"
	factParam      = "is" // once for each
	sortParam      = "sort"
	pageParam      = "page" // counts from 1
)

const (
	// maxSearch bounds the text that is looked for, in characters; what is beyond is left out.
	maxSearch = 100
	// maxGroup is the same for the name of a group; no group has a longer one.
	maxGroup = 200
	// maxPages bounds the pages that can be asked for, and with them the topics that a stranger can make up.
	maxPages = 1000
)

// modes are the listed values of the mode, in the reference's order.
var modes = []string{conference.ModeFree, conference.ModeFixed, conference.ModeRollCall, conference.ModeBroadcast}

// overviewQueryOf reads the known parameters of an address; an unknown value counts as not given.
func overviewQueryOf(c echo.Context) overviewQuery { return overviewQueryIn(c.QueryParams()) }

// overviewQueryIn reads them from a query.
func overviewQueryIn(given url.Values) overviewQuery {
	q := overviewQuery{
		only:      oneOf(given.Get(onlyParam), classes()...),
		search:    searchText(given.Get(searchParam)),
		group:     groupText(given.Get(groupParam)),
		recording: oneOf(given.Get(recordingParam), recordingOn, recordingOff),
		mode:      oneOf(given.Get(modeParam), modes...),
		sort:      oneOf(given.Get(sortParam), sorts[1:]...),
	}
	for i, f := range factList {
		if slices.Contains(given[factParam], f.name) {
			q.facts |= 1 << i
		}
	}
	if n, err := strconv.Atoi(given.Get(pageParam)); err == nil && n > 1 {
		q.page = min(n, maxPages) - 1
	}
	return q
}

// classes are the values of only, as they are offered.
func classes() []string {
	all := []string{onlyProblems, onlyStale}
	for _, s := range rules.Severities() {
		all = append(all, s.String())
	}
	return all
}

func oneOf(value string, known ...string) string {
	if slices.Contains(known, value) {
		return value
	}
	return ""
}

// searchText is a text as it can be looked for: one line, blanks joined, not too long.
func searchText(s string) string {
	return shortened(strings.Join(strings.Fields(unbroken(s)), " "), maxSearch)
}

// groupText is the name of a group as it can be asked for. Blanks inside it count.
func groupText(s string) string { return shortened(strings.TrimSpace(unbroken(s)), maxGroup) }

func unbroken(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// shortened leaves out what is beyond so many characters.
func shortened(s string, most int) string {
	if r := []rune(s); len(r) > most {
		s = strings.TrimSpace(string(r[:most]))
	}
	return s
}

// values are the parameters of the query's address: what is not the default.
func (q overviewQuery) values() url.Values {
	v := url.Values{}
	set := func(param, value string) {
		if value != "" {
			v.Set(param, value)
		}
	}
	set(onlyParam, q.only)
	set(searchParam, q.search)
	set(groupParam, q.group)
	set(recordingParam, q.recording)
	set(modeParam, q.mode)
	set(sortParam, q.sort)
	for i, f := range factList {
		if q.facts.has(i) {
			v.Add(factParam, f.name)
		}
	}
	if q.page > 0 {
		v.Set(pageParam, strconv.Itoa(q.page+1))
	}
	return v
}

// path is the query's address.
func (q overviewQuery) path(p Paths) string { return p.join("/", q.values(), "") }

// stream is the address of the query's stream.
func (q overviewQuery) stream(p Paths, lang text.Lang) string {
	return p.join("/events", q.values(), lang)
}

// untidy reports whether an address carries fields of the form that were left empty, as a browser without scripts sends
// them all, and returns the parameters without them. What the overview does not know stays.
func untidy(u *url.URL) (tidy url.Values, is bool) {
	given := u.Query()
	for _, param := range []string{onlyParam, searchParam, groupParam, recordingParam, modeParam, factParam, sortParam, pageParam} {
		if values, ok := given[param]; ok && !slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			given.Del(param)
			is = true
		}
	}
	return given, is
}

// filters is how many filters the query sets besides the search.
func (q overviewQuery) filters() int {
	n := 0
	for _, set := range []bool{q.only != "", q.group != "", q.recording != "", q.mode != ""} {
		if set {
			n++
		}
	}
	for i := range factList {
		if q.facts.has(i) {
			n++
		}
	}
	return n
}

// limited reports whether the query leaves out anything.
func (q overviewQuery) limited() bool { return q.search != "" || q.filters() > 0 }

// whole is the query without anything that leaves out meetings.
func (q overviewQuery) whole() overviewQuery { return overviewQuery{sort: q.sort} }

// shows reports whether a meeting passes the filters; the search is judged by search.matches.
func (q overviewQuery) shows(s *conference.State) bool {
	return q.showsClass(s) && q.showsGroup(s) && q.showsRecording(s) &&
		(q.mode == "" || underWay(s) && s.Status.Text(conference.StatusMode) == q.mode) &&
		q.facts.hold(s)
}

func (q overviewQuery) showsClass(s *conference.State) bool {
	switch q.only {
	case "":
		return true
	case onlyProblems:
		return rules.Judge(s).Problem()
	case onlyStale:
		return rules.Stale(s)
	}
	return q.only == rules.Judge(s).String()
}

func (q overviewQuery) showsGroup(s *conference.State) bool {
	return q.group == "" || strings.EqualFold(groupText(s.Group), q.group)
}

func (q overviewQuery) showsRecording(s *conference.State) bool {
	switch q.recording {
	case recordingOn:
		return isSetTo(s, conference.RecState, true)
	case recordingOff:
		return isSetTo(s, conference.RecState, false)
	}
	return true
}
