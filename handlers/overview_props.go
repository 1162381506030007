package handlers

import (
	"strconv"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
)

// draw makes the props of the whole overview, once started.
func (v *overviewView) draw() templates.Overview {
	return templates.Overview{Text: v.text, Tab: v.drawTab(), Counters: v.counters(), Controls: v.controls(), Pagers: v.pagers(), List: v.cardList()}
}

func (v *overviewView) drawTab() templates.Tab {
	return v.tab(v.text.OverviewTitle(v.index.problems), v.index.problems > 0)
}

// counters count all meetings on the board, whatever the query shows. Each leads to the meetings that it counts, among
// those that the rest of the query shows.
func (v *overviewView) counters() templates.Counters {
	counter := func(only, label string, n int) templates.Counter {
		return templates.Counter{Severity: only, Label: label, Count: strconv.Itoa(n), Path: v.with(func(q *overviewQuery) { q.only = only }),
			Zero: n == 0, Current: v.query.only == only}
	}
	c := templates.Counters{
		Name: v.text.Filter, Total: v.text.MeetingCount(v.index.total()), TotalCurrent: v.query.only == "",
		TotalPath: v.with(func(q *overviewQuery) { q.only = "" }),
		Problems:  counter(onlyProblems, v.text.Problems(v.index.problems), v.index.problems),
		Stale:     counter(onlyStale, v.text.StaleCount, v.index.stale),
	}
	if noted := factsOf(factNoted); v.index.noted > 0 || v.query.facts&noted != 0 {
		c.Noted = &templates.Counter{Severity: "noted", Label: v.text.Silence.CountLabel, Count: strconv.Itoa(v.index.noted), Zero: v.index.noted == 0,
			Path: v.with(func(q *overviewQuery) { q.only, q.facts = "", q.facts|noted }), Current: v.query.facts&noted != 0}
	}
	for _, severity := range rules.Severities() {
		n := counter(severity.String(), v.text.SeverityCount[severity], v.index.counts[severity])
		n.Icon = true
		c.Classes = append(c.Classes, n)
	}
	return c
}

// with is the address of the first page of the query with something changed.
func (v *overviewView) with(change func(*overviewQuery)) string {
	q := v.query
	q.page = 0
	change(&q)
	return q.path(v.paths)
}

// controls are the same for everybody who has the view.
func (v *overviewView) controls() templates.Controls {
	t, q := v.text, v.query
	c := templates.Controls{Text: t, Path: v.paths.Overview(""), Search: q.search, MaxSearch: strconv.Itoa(maxSearch), Whole: q.whole().path(v.paths),
		Group: q.group, MaxGroup: strconv.Itoa(maxGroup)}
	if n := q.filters(); n > 0 {
		c.Filters = strconv.Itoa(n)
	}
	class := templates.Select{ID: "filter-only", Name: onlyParam, Label: t.FilterStatus}
	recording := templates.Select{ID: "filter-rec", Name: recordingParam, Label: t.Fields[conference.RecState].Name}
	mode := templates.Select{ID: "filter-mode", Name: modeParam, Label: t.Fields[conference.StatusMode].Name}
	for _, of := range []*templates.Select{&class, &recording, &mode} {
		option(of, "", "-", t.FilterAny)
	}
	for _, only := range classes() {
		option(&class, only, q.only, v.class(only))
	}
	for _, on := range []string{recordingOn, recordingOff} {
		option(&recording, on, q.recording, v.recording(on))
	}
	for _, m := range modes {
		option(&mode, m, q.mode, t.Fields[conference.StatusMode].Values[m])
	}
	c.Selects = []templates.Select{class, recording, mode}
	for i, f := range factList {
		if f.name == factWaiting && !v.waitingRoom {
			continue
		}
		c.Facts = append(c.Facts, templates.Check{Name: factParam, Value: f.name, Label: f.words(t), Checked: q.facts.has(i)})
	}
	c.Sort = templates.Select{ID: "sort", Name: sortParam, Label: t.SortBy}
	for _, s := range sorts {
		option(&c.Sort, s, q.sort, t.Sorts[s])
	}
	c.Chips = v.chips()
	return c
}

// option adds a choice.
func option(of *templates.Select, value, current, label string) {
	of.Options = append(of.Options, templates.Option{Value: value, Label: label, Chosen: value == current})
}

// class is a class of meetings in words.
func (w words) class(only string) string {
	switch only {
	case onlyProblems:
		return w.text.FilterProblems
	case onlyStale:
		return w.text.StaleCount
	}
	for _, s := range rules.Severities() {
		if s.String() == only {
			return w.text.SeverityCount[s]
		}
	}
	return only
}

func (w words) recording(on string) string {
	value := "0"
	if on == recordingOn {
		value = "1"
	}
	return w.text.Fields[conference.RecState].Values[value]
}

// limit is something that leaves out meetings: what it is, and how to take it away.
type limit struct {
	label  string
	remove func(*overviewQuery)
}

// limits are all of a query's.
func (w words) limits(q overviewQuery) []limit {
	var all []limit
	add := func(set bool, label string, remove func(*overviewQuery)) {
		if set {
			all = append(all, limit{label, remove})
		}
	}
	add(q.search != "", w.text.FilterSearched(q.search), func(q *overviewQuery) { q.search = "" })
	add(q.group != "", w.text.Pair(w.text.Group, q.group), func(q *overviewQuery) { q.group = "" })
	add(q.only != "", w.class(q.only), func(q *overviewQuery) { q.only = "" })
	add(q.recording != "", w.recording(q.recording), func(q *overviewQuery) { q.recording = "" })
	add(q.mode != "", w.text.Fields[conference.StatusMode].Values[q.mode], func(q *overviewQuery) { q.mode = "" })
	for i, f := range factList {
		add(q.facts.has(i), f.words(w.text), func(q *overviewQuery) { q.facts &^= 1 << i })
	}
	return all
}

// chips are what limits the list, each of them a link that takes it away.
func (v *overviewView) chips() []templates.Chip {
	var chips []templates.Chip
	for _, l := range v.limits(v.query) {
		chips = append(chips, templates.Chip{Label: l.label, Remove: v.text.FilterRemove, Path: v.with(l.remove)})
	}
	return chips
}

// pagers say which part of the list is shown, above and below it.
func (v *overviewView) pagers() []templates.Pager {
	p := v.pager
	to := func(page int) string { return v.with(func(q *overviewQuery) { q.page = page }) }
	pager := templates.Pager{Text: v.text, Range: v.text.MeetingCount(p.total)}
	if p.pages > 1 {
		pager.Range, pager.Page = v.text.Range(p.from+1, p.to, p.total), v.text.PageOf(p.page+1, p.pages)
	}
	if p.page > 0 {
		pager.Previous = to(p.page - 1)
	}
	if p.page+1 < p.pages {
		pager.Next = to(p.page + 1)
	}
	below := pager
	pager.ID, pager.Name = templates.PagerID, v.text.Pages
	below.ID, below.Name, below.Below = templates.PagerBelowID, v.text.PagesBelow, true
	return []templates.Pager{pager, below}
}

// cardList makes the props of the cards that the viewers have, as far as their meetings are still on the board.
func (v *overviewView) cardList() templates.Cards {
	l := templates.Cards{Cards: make([]templates.Card, 0, len(v.shown))}
	for _, id := range v.shown {
		if s := v.board.Get(id); s != nil {
			l.Cards = append(l.Cards, v.card(s))
		}
	}
	if len(l.Cards) == 0 {
		l.EmptyTitle, l.EmptyHelp = v.nothing(v.query)
		if v.query.limited() {
			l.Whole, l.WholePath = v.text.ShowAll, v.query.whole().path(v.paths)
		}
	}
	return l
}

// nothing says why no meeting is shown, and what to do.
func (w words) nothing(q overviewQuery) (title, help string) {
	one := q.search == "" && q.filters() == 1
	switch {
	case !q.limited():
		return w.text.NoMeetings, w.text.NoMeetingsHelp
	case one && q.only == onlyProblems:
		return w.text.NoProblems, w.text.NoProblemsHelp
	case one && q.only != "":
		return w.text.NoneOfThese, w.text.NoneOfTheseHelp
	}
	return w.text.NothingFound, w.text.NothingFoundHelp
}
