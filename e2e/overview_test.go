package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// cardBadges are the fields that have a badge on a card, what is pushed and how the card puts it.
var cardBadges = []struct {
	name  string
	steps []step
}{
	{"recState", []step{{incremental, 1, "Recording"}, {full, 0, "Not recording"}}},
	{"lock", []step{{incremental, 1, "Locked"}, {full, 0, "Unlocked"}}},
	{"mode", []step{{incremental, "ROLLCALL", "Giving the floor"}, {full, "FREE", "Free"}}},
	{"picNum", []step{{incremental, "4", "4 screens"}, {full, 9, "9 screens"}}},
	{"mute", []step{{incremental, 0, "Not muted on entry"}, {full, 1, "Muted on entry"}}},
	{"lockSharing", []step{{incremental, 1, "Sharing locked"}, {full, 0, "Sharing open"}}},
	{"forbiddenChat", []step{{incremental, 1, "Chat off"}, {full, 0, "Chat on"}}},
	{"realTimeSubtitle", []step{{incremental, 1, "Captions on"}, {full, 0, "Captions off"}}},
	{"state", []step{{incremental, "Paused", "Meeting: Paused (unknown value)"}, {full, "Created", "In progress"}}},
}

// card is the DOM id of a part of a meeting's card; of the card itself without a part.
func card(confID, part string) string {
	if part == "" {
		return "c-" + confID
	}
	return "c-" + confID + "-" + part
}

func TestTheOverviewsBadgesChangeAndNothingElse(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	var meetings []*simulator.Meeting
	for _, id := range []string{"900000001", "900000002", "900000003"} {
		m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Room " + id[8:]})
		m.Start()
		meetings = append(meetings, m)
	}
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(meetings...)})
	for _, m := range meetings {
		b.waitLink(m.ConfID(), "live")
	}
	p := openLive(t, b.url+"/", view{})
	m := meetings[1]
	for _, each := range meetings {
		p.waitText("#"+card(each.ConfID(), "mark"), "LIVE")
	}
	if n := evaluate[int](p, fmt.Sprintf("document.querySelectorAll('#%s [data-field]').length", card(m.ConfID(), ""))); n != len(cardBadges) {
		t.Errorf("a card has %d badges, want %d", n, len(cardBadges))
	}
	p.watch("#region *")
	for _, f := range cardBadges {
		id := card(m.ConfID(), f.name)
		for _, s := range f.steps {
			s.push(m, f.name)
			p.waitText("#"+id, s.says)
			if got := p.changed("clock", card(m.ConfID(), "fresh"), card(m.ConfID(), "changed")); !slices.Equal(got, []string{id}) {
				t.Errorf("%s %v pushed in a %s message changed %v, want only its badge", f.name, s.value, s.message, got)
			}
		}
	}
	for _, s := range []step{{incremental, "4102444800000", "Jan 1, 08:00"}, {full, "4102448400000", "Jan 1, 09:00"}} {
		s.push(m, "endTime")
		p.waitContains("#"+card(m.ConfID(), "end"), s.says)
		if got := p.changed("clock", card(m.ConfID(), "fresh"), card(m.ConfID(), "changed")); !slices.Equal(got, []string{card(m.ConfID(), "end")}) {
			t.Errorf("the planned end pushed in a %s message changed %v, want only its place", s.message, got)
		}
	}
	if got := p.replaced("#region [id]"); len(got) > 0 {
		t.Errorf("other nodes than at the beginning: %v", got)
	}
}

// order are the confIDs of the cards from first to last.
func (p *tab) order() []string {
	p.t.Helper()
	return evaluate[[]string](p, `[...document.querySelectorAll("#cards > article")].map((e) => e.id.slice(2))`)
}

// waitOrder waits until the cards are exactly these.
func (p *tab) waitOrder(confIDs ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf(`[...document.querySelectorAll("#cards > article")].map((e) => e.id.slice(2)).join() === %q && e2e.settled()`, strings.Join(confIDs, ",")))
}

// waitCounters waits for the number of meetings in each class; those not given are 0.
func (p *tab) waitCounters(counts map[string]int) {
	p.t.Helper()
	for _, class := range []string{"critical", "nodata", "attention", "pending", "live", "scheduled", "ended"} {
		p.waitText(".counter-"+class+" b", fmt.Sprint(counts[class]))
	}
}

func TestCardsEnterLeaveAndAreSortedByWhatNeedsAPerson(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, brisk)
	first := cloud.Add(simulator.MeetingConfig{ConfID: "900000001", HostPassword: "135790"})
	second := cloud.Add(simulator.MeetingConfig{ConfID: "900000002", HostPassword: "135790"})
	third := cloud.Add(simulator.MeetingConfig{ConfID: "900000003", HostPassword: "135790"})
	first.Start()
	second.Start()
	b := serve(t, cloud, settings{heartbeat: brisk, keepEnded: time.Second, meetings: watching(first, second, third)})
	b.waitLink("900000001", "live")
	b.waitLink("900000002", "live")
	b.waitLink("900000003", "waiting")

	p := openLive(t, b.url+"/", view{})
	problems := openLive(t, b.url+"/?only=problems", view{})
	p.waitOrder("900000001", "900000002", "900000003")
	p.waitCounters(map[string]int{"live": 2, "scheduled": 1})
	p.wait(`document.title === "Meetings · Confboard"`)
	problems.waitOrder()
	problems.waitContains("#cards", "No problems")

	// A meeting that the cloud does not give any more comes first, and is a problem.
	cloud.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("conferenceID") == second.ConfID() {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	second.CutConnections()
	p.waitText("#"+card("900000002", "mark")+" > span", "NO DATA")
	p.waitOrder("900000002", "900000001", "900000003")
	p.waitCounters(map[string]int{"nodata": 1, "live": 1, "scheduled": 1})
	p.wait(`document.title === "(1) 1 problem · Confboard"`)
	problems.waitOrder("900000002")
	problems.wait(`document.title === "(1) 1 problem · Confboard"`)

	cloud.Wrap(nil)
	p.waitText("#"+card("900000002", "mark"), "LIVE")
	p.waitOrder("900000001", "900000002", "900000003")
	p.wait(`document.title === "Meetings · Confboard"`)
	problems.waitOrder()

	// A meeting that has ended leaves after keepEnded; its next occurrence enters.
	first.End()
	p.waitOrder("900000002", "900000003")
	p.waitCounters(map[string]int{"live": 1, "scheduled": 1})
	first.Start()
	p.waitText("#"+card("900000001", "mark"), "LIVE")
	p.waitOrder("900000002", "900000001", "900000003") // it began later
	p.waitCounters(map[string]int{"live": 2, "scheduled": 1})

	if got := openLive(t, b.url+"/?only=scheduled", view{}).order(); !slices.Equal(got, []string{"900000003"}) {
		t.Errorf("only=scheduled shows %v", got)
	}
}
