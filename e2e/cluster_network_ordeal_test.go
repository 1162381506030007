package e2e

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// ordeal is several boards with viewers at each, while the cloud changes all the time and things go wrong.
type ordeal struct {
	*several
	t         *testing.T
	names     []string
	audiences map[string]*audience
	seats     map[string][]*seat
	watch     *lookout
	ages      ages
	changes   int
}

// newOrdeal begins when all boards, which run already, have settled.
func newOrdeal(t *testing.T, s *several, names ...string) *ordeal {
	t.Helper()
	s.settled()
	o := &ordeal{several: s, t: t, names: names, audiences: map[string]*audience{}, seats: map[string][]*seat{}}
	for _, name := range names {
		a := newAudience(t, s.boards[name].address())
		for i := range 12 {
			o.seats[name] = append(o.seats[name], a.sit([]string{"/", "/wall", "/m/" + s.meetings[i].ConfID()}[i%3]))
		}
		a.connected(o.seats[name])
		o.audiences[name] = a
	}
	o.watch = look(t, s.meetings)
	return o
}

// while has the cloud change as long as f takes, and looks at how old is what boards call live.
func (o *ordeal) while(f func()) {
	ctx, cancel := context.WithCancel(o.t.Context())
	var going sync.WaitGroup
	defer going.Wait()
	defer cancel()
	going.Go(func() {
		for ; ctx.Err() == nil; o.changes++ {
			n := o.changes
			m := o.meetings[n%len(o.meetings)]
			m.Set(map[string]any{"lock": n / len(o.meetings) % 2, "partViewNum": n, "recState": n / 7 % 2})
			o.ages.set(m.ConfID(), n)
			if n%5 == 0 {
				m.Join(person(fmt.Sprint("pid-", n%30), fmt.Sprint("Person ", n), "HAND", fmt.Sprint(n/10%2)))
			}
			rest(ctx, 20*time.Millisecond)
		}
	})
	for _, name := range o.names {
		going.Go(func() {
			for ; ctx.Err() == nil; rest(ctx, 250*time.Millisecond) {
				o.ages.see(ctx, o.boards[name].url)
			}
		})
	}
	f()
}

// right waits until the boards have what the cloud has, all their pages show it, and each meeting is watched once.
func (o *ordeal) right(names ...string) {
	o.t.Helper()
	some := *o.several
	some.boards = map[string]*board{}
	for _, name := range names {
		some.boards[name] = o.boards[name]
	}
	some.settled()
	o.agree(names...)
}

// agree waits until all pages of the boards show what they would when loaded now.
func (o *ordeal) agree(names ...string) {
	o.t.Helper()
	for _, name := range names {
		o.audiences[name].agree(o.seats[name])
	}
}

// live are the meetings that a board says are live.
func (o *ordeal) live(name string) (ids []string) {
	o.t.Helper()
	for id, a := range o.boards[name].meetings() {
		if a.Freshness.Link == "live" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// stale waits until a board says of no meeting that it is live, by its API and on the overview that a viewer has open.
func (o *ordeal) stale(name string) {
	o.t.Helper()
	until(o.t, "board "+name+" to say of no meeting that it is live", func() bool { return len(o.live(name)) == 0 })
	until(o.t, "an overview of "+name+" on which no meeting is live", func() bool {
		shown, err := o.seats[name][0].content()
		if err != nil {
			o.t.Fatal(err)
		}
		page := parsed(o.t, strings.NewReader(shown))
		return !slices.ContainsFunc(o.meetings, func(m *simulator.Meeting) bool {
			return strings.HasPrefix(page.byID(card(m.ConfID(), "")).text(), "LIVE")
		})
	})
}

// promised logs what it was like, and fails the test if a promise was broken. These are ten seconds until a meeting is watched again, and
// that pages say within those that something is old; but the machine has its hands full.
func (o *ordeal) promised(what string) {
	o.t.Helper()
	const soon, handover = 20 * time.Second, 8 * time.Second
	unwatched, twice, old := o.told(what)
	if unwatched > soon {
		o.t.Errorf("%s: a meeting was unwatched for %s", what, unwatched)
	}
	if twice > handover {
		o.t.Errorf("%s: a meeting was watched twice for %s", what, twice)
	}
	if old > soon {
		o.t.Errorf("%s: what was %s old was called live", what, old)
	}
}

// told logs for how long a meeting was unwatched and watched twice, and how old was what a board called live, at the most, and begins anew.
func (o *ordeal) told(what string) (unwatched, twice, old time.Duration) {
	o.t.Helper()
	unwatched, twice = o.watch.told()
	old = o.ages.told()
	o.t.Logf("%s: unwatched for %s, watched twice for %s, called live when %s old", what, unwatched, twice, old)
	return unwatched, twice, old
}
