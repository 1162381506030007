package handlers

import (
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

const (
	// mostKept is how many orders are kept at a time, each of some two hundred bytes a meeting.
	mostKept = 8
	// keptFor is for how long an order is kept for which no page asks: each change costs every order a test.
	keptFor = time.Minute
)

// orders keep the index of the queries for which pages asked lately, so that a page costs what it shows, however many meetings there are.
// Its zero value is ready; safe for concurrent use.
type orders struct {
	mu  sync.Mutex
	all []*keptOrder // the one that was asked for last comes last
}

// keptOrder is the order of one query.
type keptOrder struct {
	key    string
	forget *time.Timer

	mu   sync.Mutex
	view *overviewView // of the first page; it has an index and no viewers
	// unobserve ends what notes the meetings that move; nil before the index is filled.
	unobserve func()
	over      bool // it is not kept any more
}

// start is v.start for a page that is drawn once.
func (k *orders) start(v *overviewView) {
	if v.query.search != "" || !k.take(v).start(v) { // everybody searches for something else
		v.start()
	}
}

// take returns the order of a page's query, and makes room for it when it is new.
func (k *orders) take(v *overviewView) *keptOrder {
	q := v.query
	q.page = 0
	first := newOverviewView(v.words, v.board, q)
	key := first.Key()
	k.mu.Lock()
	defer k.mu.Unlock()
	i := slices.IndexFunc(k.all, func(o *keptOrder) bool { return o.key == key })
	if i < 0 {
		if len(k.all) == mostKept {
			k.all[0].forget.Reset(0)
			k.all = slices.Delete(k.all, 0, 1)
		}
		o := &keptOrder{key: key, view: first}
		o.forget = time.AfterFunc(keptFor, func() { k.drop(o) })
		k.all = append(k.all, o)
		return o
	}
	o := k.all[i]
	o.forget.Reset(keptFor)
	k.all = append(slices.Delete(k.all, i, i+1), o)
	return o
}

// drop gives an order up.
func (k *orders) drop(o *keptOrder) {
	k.mu.Lock()
	k.all = slices.DeleteFunc(k.all, func(other *keptOrder) bool { return other == o })
	k.mu.Unlock()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
	if o.unobserve != nil {
		o.unobserve()
	}
}

// start chooses the cards of a page and gives it its numbers. It reports false when the order is not kept any more.
func (o *keptOrder) start(page *overviewView) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over {
		return false
	}
	if o.unobserve == nil {
		var states []*conference.State
		states, o.unobserve = o.view.board.Observe(func(c conference.Change) { o.view.noteMove(c) })
		o.view.fill(states)
	}
	o.view.catchUp()
	clear(o.view.entered)
	page.index = o.view.index.numbers()
	page.open(o.view.index.window(page.query.page, page.size))
	return true
}
