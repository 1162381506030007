package handlers

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// overviewQuery is what the address of the overview asks for; its zero value shows everything.
type overviewQuery struct {
	// only is empty, onlyProblems, onlyStale or the name of a rules.Severity.
	only string
}

// What can be asked for beside a severity. Stale data is a class of its own, because it is a problem of the board's
// knowledge and not of the meeting.
const (
	onlyProblems = "problems"
	onlyStale    = "stale"
)

// overviewQueryOf reads the known parameters; an unknown value counts as not given.
func overviewQueryOf(c echo.Context) overviewQuery {
	only := c.QueryParam("only")
	if only == onlyProblems || only == onlyStale || slices.ContainsFunc(rules.Severities(), func(s rules.Severity) bool { return s.String() == only }) {
		return overviewQuery{only: only}
	}
	return overviewQuery{}
}

func (q overviewQuery) shows(s *conference.State) bool {
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

// standing is what decides where a meeting is counted and shown; its zero value is that of a meeting that is not on the board.
type standing struct {
	there, shown, stale bool
	severity            rules.Severity
}

func (q overviewQuery) standing(s *conference.State) standing {
	if s == nil {
		return standing{}
	}
	return standing{there: true, shown: q.shows(s), stale: rules.Stale(s), severity: rules.Judge(s)}
}

func (h *Handlers) overview(c echo.Context) error {
	t, q := h.language(c), overviewQueryOf(c)
	region := h.overviewView(q, t.Lang).draw(h.Board.All())
	p := h.frame(c, t, region.Tab)
	p.Stream, p.StreamID = h.Paths.OverviewStream(q.only, t.Lang), "stream-overview-"+cmp.Or(q.only, "all")
	return send(c, http.StatusOK, p, templates.OverviewRegion(region))
}

func (h *Handlers) overviewStream(c echo.Context) error {
	return h.serveStream(c, h.overviewView(overviewQueryOf(c), h.streamLanguage(c)), live.ServeOptions{})
}

// overviewView draws the overview: as a page, and as the view of its topic. As a view it remembers which cards its
// viewers have, in which order; only the topic's own goroutine uses that.
type overviewView struct {
	words
	board Board
	query overviewQuery
	// shown are the meetings whose cards every viewer has, once started.
	shown   []conference.ConfID
	started bool
	// uneven: a region had to leave out a card that the other viewers have; the next message sends everybody the list.
	uneven bool
}

func (h *Handlers) overviewView(q overviewQuery, lang text.Lang) *overviewView {
	return &overviewView{words: h.words(lang), board: h.Board, query: q}
}

// Key implements live.View.
func (v *overviewView) Key() string {
	return "overview?lang=" + string(v.text.Lang) + "&only=" + v.query.only
}

// The components of the overview: the counters, the order of the cards, and for each meeting these with its confID
// behind a slash.
const (
	partCounters = "counters"
	partOrder    = "order"
	partPlace    = "place/" // whether the card is there at all
	partCard     = "card/"
	partMark     = "mark/"
	partEnd      = "end/"
	partFresh    = "fresh/"
	partCount    = "count/" // of participants
	partStart    = "start/"
	partBadge    = "badge/" // followed by field number, slash, confID
)

// reorderEvery bounds how often cards change places under the reader's eyes.
const reorderEvery = time.Second

// cardFields are the fields that have a badge on a card.
var cardFields = []conference.Field{
	conference.RecState, conference.Lock, conference.StatusMode, conference.PicNum, conference.Mute,
	conference.LockSharing, conference.ForbiddenChat, conference.RealTimeSubtitle, conference.MeetingState,
}

// Touched implements live.View. A change tests its own meeting only.
func (v *overviewView) Touched(c conference.Change) []live.Touch {
	var touches []live.Touch
	touch := func(component string) { touches = append(touches, live.Touch{Component: component}) }
	id := string(c.ConfID)

	was, is := v.query.standing(c.Before), v.query.standing(c.After)
	if was != is {
		touch(partCounters)
		switch {
		case was.shown != is.shown:
			touch(partPlace + id)
		case is.shown:
			touch(partCard + id)
			touches = append(touches, live.Touch{Component: partOrder, Every: reorderEvery})
		}
		return touches
	}
	if !is.shown {
		return nil
	}
	fresh, people := false, false
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			if f.Field == conference.EndTime {
				touch(partEnd + id)
			} else if slices.Contains(cardFields, f.Field) {
				touch(partBadge + strconv.Itoa(int(f.Field)) + "/" + id)
			}
		case conference.PartClock:
			touch(partEnd + id)
		case conference.PartName:
			touch(partCard + id)
		case conference.PartBasic:
			switch f.Name {
			case "title":
				touch(partCard + id)
			case "startTime":
				touch(partCard + id)
				touches = append(touches, live.Touch{Component: partOrder, Every: reorderEvery})
			}
		case conference.PartParticipants:
			people = true
		case conference.PartLink:
			touch(partMark + id)
			touch(partStart + id)
			fresh = true
		case conference.PartConcerns:
			touch(partMark + id)
			fresh = true
		case conference.PartConnection:
			fresh = fresh || !c.Before.Link.Next.Equal(c.After.Link.Next)
		case conference.PartEnvelope:
			fresh = fresh || !c.Before.LastChange.Equal(c.After.LastChange)
		}
	}
	if len(c.After.Concerns) > 0 && c.Has(conference.PartStatus, conference.PartParticipants, conference.PartSpeakers) {
		fresh = true // it names screens and speakers
	}
	if fresh {
		touch(partFresh + id)
	}
	if people && numberDiffers(c.Before, c.After) {
		touch(partCount + id)
	}
	return touches
}

// Render implements live.View.
func (v *overviewView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	sent := false
	defer func() { v.uneven = v.uneven || !sent }() // what was noted as shown has not been sent
	moved := v.place(&m, components)
	for _, component := range components {
		switch component {
		case partCounters:
			o := v.draw(v.board.All())
			m.add(templates.SwapTab(o.Tab))
			m.swap("counters", templates.CountersView(o.Counters))
		case partOrder:
			moved = true
		default:
			v.part(&m, component)
		}
	}
	if moved {
		v.reorder(&m)
	}
	sent = m.err == nil
	return m.bytes()
}

// Forget implements live.Rememberer.
func (v *overviewView) Forget() { v.started, v.uneven, v.shown = false, false, nil }

// place lets cards leave and enter. A card is put before a sibling that every viewer has: not one that leaves with the same
// message, nor one that enters with it, since a browser looks for all targets of a message before it swaps any. A
// card that left and came back since the last message stays where it is, but is another one: moved then says that
// it may be out of order.
func (v *overviewView) place(m *message, components []string) (moved bool) {
	var enter []*conference.State
	left := false
	for _, component := range components {
		id, ok := strings.CutPrefix(component, partPlace)
		if !ok {
			continue
		}
		s := v.board.Get(conference.ConfID(id))
		wanted := s != nil && v.query.shows(s)
		at := slices.Index(v.shown, conference.ConfID(id))
		switch {
		case wanted && at < 0:
			enter = append(enter, s)
		case wanted:
			m.swap(cardID(s.ConfID), templates.CardView(v.card(s)))
			moved = true
		case at >= 0:
			v.shown = slices.Delete(v.shown, at, at+1)
			m.add(templates.Remove(cardID(conference.ConfID(id))))
			left = true
		}
	}
	slices.SortFunc(enter, inOrder)
	had := v.states() // those that every viewer has
	switch {
	case len(had) == 0 && (left || len(enter) > 0), len(enter) > maxEntering, v.uneven:
		v.shown = append(v.shown, confIDs(enter)...)
		v.list(m) // the empty state comes or goes with it
		return false
	}
	for _, s := range enter {
		next := slices.IndexFunc(had, func(other *conference.State) bool { return inOrder(s, other) < 0 })
		if next < 0 {
			m.add(templates.Append(templates.CardListID), templates.CardView(v.card(s)))
			v.shown = append(v.shown, s.ConfID)
			continue
		}
		m.add(templates.InsertBefore(cardID(had[next].ConfID)), templates.CardView(v.card(s)))
		v.shown = slices.Insert(v.shown, slices.Index(v.shown, had[next].ConfID), s.ConfID)
	}
	return moved
}

// maxEntering is how many cards enter one by one; beyond it the list is morphed as a whole.
const maxEntering = 16

// reorder sorts the cards and, if that changes anything, morphs the list.
func (v *overviewView) reorder(m *message) {
	states := v.states()
	slices.SortStableFunc(states, inOrder)
	if !slices.Equal(v.shown, confIDs(states)) {
		v.list(m)
	}
}

func confIDs(states []*conference.State) []conference.ConfID {
	ids := make([]conference.ConfID, len(states))
	for i, s := range states {
		ids[i] = s.ConfID
	}
	return ids
}

// states are those of the meetings shown, as far as they are still on the board.
func (v *overviewView) states() []*conference.State {
	states := make([]*conference.State, 0, len(v.shown))
	for _, id := range v.shown {
		if s := v.board.Get(id); s != nil {
			states = append(states, s)
		}
	}
	return states
}

// list sends the whole list in order, after which all viewers have the same cards.
func (v *overviewView) list(m *message) {
	states := v.states()
	slices.SortStableFunc(states, inOrder)
	v.shown, v.uneven = confIDs(states), false
	m.swap(templates.CardListID, templates.CardList(v.overview(states)))
}

// part draws a part of one card. The card may have left meanwhile; then there is nothing to draw.
func (v *overviewView) part(m *message, component string) {
	kind, rest, _ := strings.Cut(component, "/")
	field, id, isBadge := strings.Cut(rest, "/")
	if !isBadge {
		id = rest
	}
	s := v.board.Get(conference.ConfID(id))
	if s == nil || !slices.Contains(v.shown, s.ConfID) {
		return
	}
	switch kind + "/" {
	case partCard:
		m.swap(cardID(s.ConfID), templates.CardView(v.card(s)))
	case partMark:
		mark := v.mark(cardPart(s.ConfID, "mark"), s)
		m.swap(mark.ID, templates.StatusMark(mark))
	case partEnd:
		end := v.cardEnd(s)
		m.swap(end.ID, templates.CardEndView(end))
	case partFresh:
		fresh := v.fresh(s)
		m.swap(fresh.ID, templates.FreshView(fresh))
	case partStart:
		start := v.cardStart(s)
		m.swap(start.ID, templates.CardStartView(start))
	case partCount:
		n := v.cardPeople(s)
		m.swap(n.ID, templates.CardPeopleView(n))
	case partBadge:
		if n, err := strconv.Atoi(field); err == nil && n < int(conference.FieldCount) {
			b := v.cardBadge(s, conference.Field(n))
			m.swap(b.ID, templates.BadgeView(b))
		}
	}
}

// Region implements live.View. It shows the cards that the topic's viewers have; those that have yet to enter or leave
// do so in the next message, for everybody alike.
func (v *overviewView) Region(ctx context.Context) ([]byte, error) {
	if !v.started {
		v.started = true
		v.shown = confIDs(v.sorted(v.board.All()))
	}
	states := v.states()
	v.uneven = v.uneven || len(states) < len(v.shown)
	o := v.draw(v.board.All())
	o.Cards = v.overview(states).Cards
	return draw(ctx, templates.SwapRegion(o.Tab), templates.OverviewRegion(o))
}

// sorted keeps the states that the query shows and puts them in order.
func (v *overviewView) sorted(all []*conference.State) []*conference.State {
	states := make([]*conference.State, 0, len(all))
	for _, s := range all {
		if v.query.shows(s) {
			states = append(states, s)
		}
	}
	slices.SortStableFunc(states, inOrder)
	return states
}

// inOrder puts what needs a person first; within a class the order is steady.
func inOrder(a, b *conference.State) int {
	return cmp.Or(cmp.Compare(rules.Judge(a), rules.Judge(b)), a.Basic.StartTime.Compare(b.Basic.StartTime), cmp.Compare(a.ConfID, b.ConfID))
}

// draw makes the props of the whole overview.
func (v *overviewView) draw(all []*conference.State) templates.Overview {
	counts := make([]int, len(rules.Severities()))
	problems, stale := 0, 0
	for _, s := range all {
		if rules.Stale(s) {
			stale++
		}
		severity := rules.Judge(s)
		counts[severity]++
		if severity.Problem() {
			problems++
		}
	}
	o := v.overview(v.sorted(all))
	o.Tab = v.tab(v.text.OverviewTitle(problems), problems > 0)
	o.Counters = templates.Counters{
		Name: v.text.Filter, Total: v.text.MeetingCount(len(all)), TotalPath: v.paths.Overview(""), TotalCurrent: v.query.only == "",
		Problems: templates.Counter{Severity: onlyProblems, Label: v.text.Problems(problems), Count: strconv.Itoa(problems), Path: v.paths.Overview(onlyProblems),
			Zero: problems == 0, Current: v.query.only == onlyProblems},
		Stale: templates.Counter{Severity: onlyStale, Label: v.text.StaleCount, Count: strconv.Itoa(stale), Path: v.paths.Overview(onlyStale),
			Zero: stale == 0, Current: v.query.only == onlyStale},
	}
	for _, severity := range rules.Severities() {
		name := severity.String()
		o.Counters.Classes = append(o.Counters.Classes, templates.Counter{Icon: true, Severity: name, Label: v.text.SeverityCount[severity],
			Count: strconv.Itoa(counts[severity]), Path: v.paths.Overview(name), Zero: counts[severity] == 0, Current: v.query.only == name})
	}
	return o
}

// overview makes the props of the list.
func (v *overviewView) overview(states []*conference.State) templates.Overview {
	o := templates.Overview{Text: v.text, EmptyTitle: v.text.NoMeetings, EmptyHelp: v.text.NoMeetingsHelp}
	switch v.query.only {
	case "":
	case onlyProblems:
		o.EmptyTitle, o.EmptyHelp = v.text.NoProblems, v.text.NoProblemsHelp
	default:
		o.EmptyTitle, o.EmptyHelp = v.text.NoneOfThese, v.text.NoneOfTheseHelp
	}
	for _, s := range states {
		o.Cards = append(o.Cards, v.card(s))
	}
	return o
}
