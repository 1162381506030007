package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/net/html"

	"confboard/feed/simulator"
	"confboard/web/store/storetest"
)

// Boards, NATS servers and the balancer as they are meant to be run, with as many meetings and viewers as a large organisation has at a time.
// Each part is taken away in turn, and then the boards are upgraded one by one.
func TestClusterThousandsOfViewersThroughTheBalancer(t *testing.T) {
	storetest.Need(t) // before programs are built
	const meetings, viewers, seats = 500, 2000, 60
	build := builds(t)
	began := time.Now()
	g := newThrong(t, build[buildBefore], meetings)
	g.settled()
	t.Logf("%d meetings are live after %s", meetings, time.Since(began).Round(10*time.Millisecond))
	g.audience.ignored = func(n *html.Node) bool { return attribute(n, "id") == "echo" } // of some meeting at any moment
	g.counted = g.meetings[100:110]
	everywhere := []string{"/", "/?lang=zh", "/wall", "/?only=live&sort=title", "/?rec=on", "/wall?lang=zh"}
	page := func(i int) string {
		if i%4 == 0 {
			return everywhere[i/4%len(everywhere)]
		}
		return "/m/" + g.meetings[i%meetings].ConfID()
	}
	var paths, sat []string
	for i := range viewers {
		paths = append(paths, page(i))
	}
	for i := range seats {
		sat = append(sat, page(7*i))
	}
	began = time.Now()
	g.open(paths, sat)
	t.Logf("%d viewers have their streams after %s", viewers, time.Since(began).Round(10*time.Millisecond))
	g.watch = look(t, g.meetings)

	g.under("changes alone", func() { rest(t.Context(), 3*time.Second) })
	for i, name := range g.names {
		b := g.boards[name]
		if i == 0 {
			g.under(name+" is killed, and back at once", func() {
				b.kill()
				g.unwatched()
				b.restart()
				g.watched()
			})
			continue
		}
		g.under(name+" is killed", func() {
			b.kill()
			g.unwatched()
			g.watched()
		})
		g.under(name+" is back", func() { g.back(b) })
	}
	for _, node := range g.nats.servers {
		g.under(node.name+" is killed, and back", func() {
			g.nats.kill(node)
			rest(t.Context(), 2*time.Second)
			g.nats.start(node)
			rest(t.Context(), time.Second)
			g.watched()
		})
	}
	for _, name := range g.names {
		b := g.boards[name]
		if gap := g.under(name+" is stopped", func() { b.stop() }); gap > 0 {
			t.Errorf("when %s was stopped to be upgraded, a meeting was unwatched for %s", name, gap)
		}
		b.binary = build[buildAfter]
		if gap := g.under(name+" is back, upgraded", func() { g.back(b) }); gap > 0 {
			t.Errorf("when %s was back, a meeting was unwatched for %s", name, gap)
		}
		if !b.log.contains("Confboard " + buildAfter + " serves") {
			t.Errorf("%s is not upgraded", name)
		}
	}
	g.everybody()
	g.countedOnce()
}

// watched waits until no meeting is unwatched.
func (g *throng) watched() {
	g.t.Helper()
	until(g.t, "each meeting to be watched", func() bool {
		return !slices.ContainsFunc(g.meetings, func(m *simulator.Meeting) bool { return m.Counts().Subscribed == 0 })
	})
}

// back starts a board again, and waits until it begins to have its part.
func (g *throng) back(b *board) {
	g.t.Helper()
	before := g.connections()
	b.restart()
	until(g.t, "it to have its part again", func() bool { return g.connections() > before })
}

// countedOnce ends the meetings that were counted in, and looks at their stored timelines for a step that is told twice, or not at all. Steps that
// nobody saw are told as one.
func (g *throng) countedOnce() {
	g.t.Helper()
	b := g.boards["a"]
	admin, _ := b.adminClient()
	b.post(admin, http.StatusSeeOther, "/feed/sign-in", url.Values{"token": {b.adminToken()}})
	at := map[string]int{} // how far the timeline has counted
	for _, m := range g.counted {
		m.End()
		at[m.ConfID()] = 0
	}
	type occurrence struct {
		ID     int64
		ConfID string
		Ended  *time.Time
	}
	var all struct{ Meetings []occurrence }
	until(g.t, "the meetings to be in the history", func() bool {
		seen := map[string]bool{} // to have ended
		if g.fetch(admin, b.url+"/history/export/json", &all) {
			for _, o := range all.Meetings {
				if _, counted := at[o.ConfID]; counted && o.Ended != nil {
					seen[o.ConfID] = true
				}
			}
		}
		return len(seen) == len(at)
	})
	steps, parts := 0, 0
	for _, o := range slices.Backward(all.Meetings) { // the newest comes first
		if _, counted := at[o.ConfID]; !counted {
			continue
		}
		var told struct {
			Entries []struct {
				Field    string
				Old, New any
			}
		}
		if !g.fetch(admin, fmt.Sprintf("%s/history/%d/export/json", b.url, o.ID), &told) {
			g.t.Fatalf("%s has no timeline", o.ConfID)
		}
		parts++
		for _, e := range told.Entries {
			if e.Field != "count" {
				continue
			}
			from, _ := strconv.Atoi(fmt.Sprint(e.Old)) // none: it had not been counted
			to, _ := strconv.Atoi(fmt.Sprint(e.New))
			if had := at[o.ConfID]; from != had || to <= from {
				g.t.Errorf("the timeline of %s counts from %d to %d when it is at %d", o.ConfID, from, to, had)
			}
			at[o.ConfID] = to
			steps++
		}
	}
	sent := 0
	for _, m := range g.counted {
		sent += g.counts[m]
		if at[m.ConfID()] != g.counts[m] {
			g.t.Errorf("the timeline of %s counts up to %d, want %d", m.ConfID(), at[m.ConfID()], g.counts[m])
		}
	}
	if parts != len(g.counted) {
		g.t.Errorf("%d meetings have %d timelines", len(g.counted), parts)
	}
	g.t.Logf("of %d steps in %d meetings %d are told", sent, len(g.counted), steps)
}

// fetch reads JSON, and reports whether there is any.
func (g *throng) fetch(c *http.Client, address string, into any) bool {
	g.t.Helper()
	res, err := c.Get(address)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK && json.NewDecoder(res.Body).Decode(into) == nil
}
