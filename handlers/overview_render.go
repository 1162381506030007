package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"confboard/feed/conference"
	"confboard/templates"
)

// start fills the index with what is on the board, and chooses the cards.
func (v *overviewView) start() {
	v.fill(v.board.States())
	v.open(v.index.window(v.query.page, v.size))
	v.started = true
}

// fill makes the index.
func (v *overviewView) fill(all []*conference.State) {
	v.titles = newTitleKeys(v.text.Lang)
	entries := make([]entry, len(all))
	for i, s := range all {
		entries[i] = v.entry(s.ConfID, s)
	}
	v.index = newIndex()
	v.index.fill(entries)
	v.entered, v.uneven = map[conference.ConfID]struct{}{}, false
}

// open has the page begin with the cards of a window.
func (v *overviewView) open(w window) {
	v.pager = w.outline
	v.show(w.ids)
}

func (v *overviewView) entry(id conference.ConfID, s *conference.State) entry {
	e := entry{id: id, standing: v.standing(s)}
	if e.shown && v.query.sort == sortTitle {
		e.title = v.titles.key(e.key.title)
	}
	return e
}

// catchUp brings the index up to date with what moved.
func (v *overviewView) catchUp() {
	for id := range v.moved.take() {
		if e := v.entry(id, v.board.Get(id)); v.index.put(&e) {
			v.entered[id] = struct{}{}
		}
	}
}

// show notes of which meetings the viewers have cards from now on.
func (v *overviewView) show(ids []conference.ConfID) {
	set := make(map[conference.ConfID]struct{}, len(ids))
	for _, id := range ids {
		set[id] = struct{}{}
	}
	v.shown = ids
	v.onScreen.Store(&set)
}

// Forget implements live.Rememberer.
func (v *overviewView) Forget() { v.started = false }

// Region implements live.View. It shows the cards that the topic's viewers have; those that have yet to enter or leave
// do so in the next message, for everybody alike.
func (v *overviewView) Region(ctx context.Context) ([]byte, error) {
	if !v.started {
		v.start()
	}
	o := v.draw()
	v.uneven = v.uneven || len(o.List.Cards) < len(v.shown)
	return draw(ctx, templates.SwapRegion(o.Tab), templates.OverviewRegion(o))
}

// Render implements live.View.
func (v *overviewView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	sent := false
	defer func() { v.uneven = v.uneven || !sent }() // what was noted as shown has not been sent
	counters, places, order := slices.Contains(components, partCounters), slices.Contains(components, partPlaces), slices.Contains(components, partOrder)
	if counters || places || order {
		v.catchUp()
	}
	if counters {
		m.add(templates.SwapTab(v.drawTab()))
		m.swap(templates.CountersID, templates.CountersView(v.counters()))
	}
	listed := (places || order) && v.arrange(&m, order)
	if !listed {
		for _, component := range components {
			v.part(&m, component)
		}
	}
	sent = m.err == nil
	return m.bytes()
}

// arrange puts cards in their places. Those that are no longer shown leave at once, and those that begin to be shown
// enter. Everything else waits for the order, because it moves what people look at: a card that another one pushes over the
// edge of the page, for one. It reports whether it sent the list, and with it every card.
func (v *overviewView) arrange(m *message, order bool) (listed bool) {
	w := v.index.window(v.query.page, v.size)
	ids := w.ids
	if !order {
		ids = v.settled(w)
	}
	needed, kept := steps(v.shown, ids)
	many := len(needed) > maxSteps
	switch {
	case v.uneven, order && many, len(needed) > 0 && kept == 0: // the empty state comes or goes with it
		v.list(m, w)
		listed = true
	case many:
		return false // the order follows
	default:
		v.show(ids)
		for _, s := range needed {
			v.take(m, s)
		}
	}
	clear(v.entered)
	if w.outline != v.pager || listed {
		v.pager = w.outline
		for _, p := range v.pagers() {
			m.swap(p.ID, templates.PagerView(p))
		}
	}
	return listed
}

// settled are the cards that everybody has, without those that are no longer shown and with those that begin to be, each before
// the first one that follows it in the order.
func (v *overviewView) settled(w window) []conference.ConfID {
	ids := slices.DeleteFunc(slices.Clone(v.shown), func(id conference.ConfID) bool { return !v.index.has(id) })
	for _, id := range w.ids {
		if _, enters := v.entered[id]; !enters || slices.Contains(ids, id) {
			continue
		}
		at := slices.IndexFunc(ids, func(other conference.ConfID) bool { return v.index.before(id, other) })
		if at < 0 {
			at = len(ids)
		}
		ids = slices.Insert(ids, at, id)
	}
	return ids
}

// take takes a step.
func (v *overviewView) take(m *message, s step) {
	if s.leaves {
		m.add(templates.Remove(cardID(s.id)))
		return
	}
	state := v.board.Get(s.id)
	if state == nil {
		v.uneven = true
		return
	}
	where := templates.Append(templates.CardListID)
	if s.next != "" {
		where = templates.InsertBefore(cardID(s.next))
	}
	m.add(where, templates.CardView(v.card(state)))
}

// list sends the whole list in order, after which all viewers have the same cards.
func (v *overviewView) list(m *message, w window) {
	v.show(w.ids)
	list := v.cardList()
	v.uneven = len(list.Cards) < len(w.ids)
	m.swap(templates.CardListID, templates.CardList(list))
}

// part draws a part of one card. The card may have left meanwhile; then there is nothing to draw.
func (v *overviewView) part(m *message, component string) {
	kind, rest, ofCard := strings.Cut(component, "/")
	if !ofCard {
		return
	}
	field, id, isBadge := strings.Cut(rest, "/")
	if !isBadge {
		id = rest
	}
	if !slices.Contains(v.shown, conference.ConfID(id)) {
		return
	}
	s := v.board.Get(conference.ConfID(id))
	if s == nil {
		return
	}
	switch kind + "/" {
	case partCard:
		m.swap(cardID(s.ConfID), templates.CardView(v.card(s)))
	case partMark:
		mark := v.timedMark(cardPart(s.ConfID, "mark"), s)
		m.swap(mark.ID, templates.StatusMark(mark))
	case partEnd:
		end := v.cardEnd(s)
		m.swap(end.ID, templates.CardEndView(end))
	case partFresh:
		fresh := v.fresh(s)
		m.swap(fresh.ID, templates.FreshView(fresh))
	case partWhen:
		at := v.cardChanged(s)
		m.swap(at.ID, templates.MomentView(at))
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
