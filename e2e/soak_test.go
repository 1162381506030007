package e2e

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"confboard/feed/simulator"
)

var (
	soakTime = flag.Duration("soak", 15*time.Second, "how long meetings, viewers and faults come and go")
	soakSeed = flag.Uint64("soak-seed", 0, "what that is drawn from; 0: chance")
)

const (
	soakMeetings  = 64 // more than an overview shows at a time
	soakByHand    = 4  // of them, added and removed on the page of the feed
	soakBusy      = 16 // of them, which change all the time; the others now and then
	soakHeartbeat = 10 * time.Second
	mostSeats     = 50
	// soakSettles is how long everything may take to be as it should when the faults have ended: a meeting that was down waits up to a
	// minute for its next try.
	soakSettles = 4 * time.Minute
)

// Meetings, viewers and faults come and go at random for a while. Whenever it is quiet, the board has what the cloud has and every
// open page shows it; in the end the board needs no more than at first.
func TestNothingDriftsWhileMeetingsViewersAndFaultsComeAndGo(t *testing.T) {
	t.Parallel()
	lasts, seed := *soakTime, *soakSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("for %s; the same again: -soak-seed %d", lasts, seed)
	s := newSoak(t, seed, lasts)
	s.settle("the start")
	s.everyPage()
	before := s.weigh()
	restless := min(lasts/6, 20*time.Second)
	began := time.Now()
	for cycle := 1; time.Since(began) < lasts; cycle++ {
		s.churn(restless)
		s.settle(fmt.Sprintf("cycle %d", cycle))
		if cycle%20 == 0 {
			s.everyPage()
			t.Logf("after %s and %d cycles, at first %s, now %s", time.Since(began).Round(time.Second), cycle, before, s.weigh())
		}
	}
	s.everyPage()
	after := s.weigh()
	t.Logf("at first %s, in the end %s; done: %v", before, after, s.done)
	// The client keeps up to 32 connections to the cloud's REST interface for a while, each with two goroutines.
	const pooled, slack = 32, 10
	if after.goroutines > before.goroutines+2*pooled+slack {
		t.Errorf("%v goroutines, at first %v", after.goroutines, before.goroutines)
	}
	if after.files > before.files+pooled+slack {
		t.Errorf("%d files are open, at first %d", after.files, before.files)
	}
	if most := before.held*1.5 + 32<<20; after.held > most {
		t.Errorf("%.0f bytes are held, at first %.0f", after.held, before.held)
	}
	if v := s.cloud.Violations(); len(v) > 0 {
		t.Errorf("the board broke the cloud's rules: %q", v)
	}
}

// soak is a board in a restless world.
type soak struct {
	t        *testing.T
	r        *rand.Rand
	cloud    *simulator.Cloud
	board    *board
	admin    *http.Client
	audience *audience
	meetings []*simulator.Meeting
	listed   int             // of the meetings, those in the settings come first
	byHand   map[string]bool // those added by hand that are on the board
	faulty   map[*simulator.Meeting]time.Time
	outage   time.Time // when that of the whole cloud ends; zero: there is none
	seats    []*seat
	paths    []string
	done     map[string]int
	people   int
}

func newSoak(t *testing.T, seed uint64, lasts time.Duration) *soak {
	const appID, key = "app-1", "soak-hook-key"
	// When its memory is full the history forgets, and open pages keep what they show of it until their meeting changes.
	const forgetsNothing, enough = 2 * time.Minute, "256MB"
	history, timelines := enough, true
	if lasts > forgetsNothing {
		history, timelines = "8MB", false
	}
	s := &soak{t: t, r: rand.New(rand.NewPCG(seed, 0)), byHand: map[string]bool{}, faulty: map[*simulator.Meeting]time.Time{}, done: map[string]int{}}
	s.cloud = simulator.New(simulator.Config{Heartbeat: soakHeartbeat, SilenceLimit: time.Hour, Delay: 500 * time.Millisecond, EventRetry: time.Second})
	if _, err := s.cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.cloud.Close(); err != nil {
			t.Errorf("close the simulated cloud: %v", err)
		}
	})
	for i := range soakMeetings {
		m := s.cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900_000_000 + i), HostPassword: "135790", Title: fmt.Sprintf("%c meeting %d", 'A'+rune(i*7%26), i)})
		if i%8 != 7 {
			m.Start()
		}
		s.meetings = append(s.meetings, m)
	}
	s.listed = soakMeetings - soakByHand
	list := watching(s.meetings[:s.listed]...)
	for i := range list {
		list[i].Group = []string{"", "North", "South"}[i%3]
	}
	s.board = serve(t, s.cloud, settings{heartbeat: soakHeartbeat, meetings: list, further: map[string]any{
		"history": map[string]any{"memory": history}, "log": map[string]any{"level": "error"},
		"cloud": map[string]any{"hook": map[string]any{"appID": appID, "keyFile": secretFile(t, key)}}}})
	s.cloud.SendEvents(s.board.url+"/hooks/huawei", appID, key)
	s.audience = newAudience(t, s.board.address())
	s.audience.ignored = func(n *html.Node) bool {
		id := attribute(n, "id")
		return id == "echo" || strings.HasSuffix(id, "-echo") || id == "timeline" && !timelines // some meeting of the feed has an echo at any moment
	}
	s.admin, _ = s.board.adminClient()
	s.board.post(s.admin, http.StatusSeeOther, "/feed/sign-in", url.Values{"token": {s.board.adminToken()}})
	for _, m := range s.meetings[s.listed:] {
		s.add(m)
	}
	s.paths = []string{"/", "/?lang=zh", "/?only=problems", "/?only=live", "/?only=ended", "/?sort=title", "/?sort=participants&page=2", "/?page=2", "/?q=meeting+1",
		"/?group=North", "/?rec=on", "/?rec=off&sort=end", "/?mode=FIXED", "/?is=unlocked", "/?is=nohost", "/?is=empty&lang=zh", "/?is=waiting",
		"/wall", "/wall?group=South", "/wall?lang=zh&tiles=4", "/feed", "/feed?link=live", "/feed?lang=zh", "/m/999999999"}
	for _, i := range []int{0, 1, 2, 3, 7, s.listed, s.listed + 1} {
		id := s.meetings[i].ConfID()
		s.paths = append(s.paths, "/m/"+id, "/m/"+id+"?lang=zh", "/feed/m/"+id)
	}
	s.paths = append(s.paths, s.link(s.meetings[0], "people", "names", "layout"), s.link(s.meetings[1]), s.link(s.meetings[2], "layout"))
	return s
}

// add adds a meeting by hand.
func (s *soak) add(m *simulator.Meeting) {
	s.board.post(s.admin, http.StatusSeeOther, "/feed", url.Values{"confID": {m.ConfID()}, "hostPassword": {m.HostPassword()}})
	s.byHand[m.ConfID()] = true
}

// link makes a link to a meeting, and returns the path of its page.
func (s *soak) link(m *simulator.Meeting, shows ...string) (path string) {
	s.t.Helper()
	form := url.Values{"expires": {"0"}}
	for _, show := range shows {
		form.Set(show, "on")
	}
	res, err := s.admin.PostForm(s.board.url+"/m/"+m.ConfID()+"/links", form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	address := attribute(parsed(s.t, res.Body).byID("made-address").root, "value")
	path, found := strings.CutPrefix(address, s.board.url)
	if !found {
		s.t.Fatalf("no link was made: %s, %q", res.Status, address)
	}
	return path
}

// churn has things happen for a while.
func (s *soak) churn(lasts time.Duration) {
	for until := time.Now().Add(lasts); time.Now().Before(until); rest(s.audience.ctx, time.Duration(s.r.IntN(20))*time.Millisecond) {
		s.heal(time.Now())
		m := s.meetings[s.r.IntN(soakBusy)]
		if s.r.IntN(5) == 0 {
			m = s.meetings[s.r.IntN(len(s.meetings))]
		}
		what := draw(s.r, acts)
		s.done[what.name]++
		what.do(s, m)
	}
}

// while is how long a fault lasts: mostly a moment, now and then so long that the heartbeat tells.
func (s *soak) while() time.Duration {
	if s.r.IntN(8) == 0 {
		return 3 * soakHeartbeat
	}
	return time.Duration(s.r.IntN(1500)) * time.Millisecond
}

// heal ends the faults whose time is over.
func (s *soak) heal(now time.Time) {
	if !s.outage.IsZero() && now.After(s.outage) {
		s.cloud.Clear()
		s.outage = time.Time{}
		clear(s.faulty)
	}
	for m, until := range s.faulty {
		if now.After(until) {
			m.Clear()
			delete(s.faulty, m)
		}
	}
}

// settle ends the faults, and waits until the board has what the cloud has and every page shows it.
func (s *soak) settle(when string) {
	s.t.Helper()
	s.cloud.Clear()
	s.outage = time.Time{}
	clear(s.faulty)
	s.audience.messages.forget()
	began := time.Now()
	for apart := "?"; apart != ""; rest(s.audience.ctx, 200*time.Millisecond) {
		apart = s.apart()
		if time.Since(began) > soakSettles {
			s.t.Fatalf("after %s the board does not come to have what the cloud has: %s", when, apart)
		}
	}
	same := time.Since(began)
	s.audience.connected(s.seats)
	s.audience.agree(s.seats)
	s.t.Logf("after %s: %d pages; the cloud's state after %s, on all pages after %s", when, len(s.seats), same.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
}

// everyPage has each page open once, and no other.
func (s *soak) everyPage() {
	for _, each := range s.seats {
		each.leave()
	}
	s.seats = nil
	for _, path := range s.paths {
		s.seats = append(s.seats, s.audience.sit(path))
	}
	for _, m := range s.meetings {
		m.Start()
	}
	for _, m := range s.meetings[s.listed:] {
		if !s.byHand[m.ConfID()] {
			s.add(m)
		}
	}
	s.settle("every page was opened")
}

// apart tells in what the board differs from the cloud, empty if in nothing.
func (s *soak) apart() string {
	all := s.board.meetings()
	for i, m := range s.meetings {
		id := m.ConfID()
		a, there := all[id]
		if i >= s.listed && !s.byHand[id] {
			if there {
				return id + " is on the board although it was removed"
			}
			continue
		}
		if !there {
			return id + " is not on the board"
		}
		link := a.Freshness.Link
		if !m.InProgress() {
			if link != "ended" && link != "waiting" {
				return fmt.Sprintf("%s is %s %s, and not in progress", id, link, a.Freshness.Reason)
			}
			continue
		}
		if link == "refused" { // not tried again for minutes, unless an event says that it is worth a try
			s.board.event(s.cloud, simulator.Event{Name: "meeting.started", ConfID: id}, http.StatusOK)
		}
		if link != "live" || a.Partial {
			return fmt.Sprintf("%s is %s %s, partial: %t", id, link, a.Freshness.Reason, a.Partial)
		}
		if why := unlike(a, m); why != "" {
			return id + ": " + why
		}
	}
	return ""
}

// weigh weighs the board while every page is open once.
func (s *soak) weigh() weight {
	s.t.Helper()
	running := scaled{board: s.board}
	w := weight{files: s.board.openFiles(), held: running.held()}
	// What ends with a connection may take a moment: the least counts.
	w.goroutines = running.metrics()["go_goroutines"]
	for range 10 {
		w.goroutines = min(w.goroutines, running.metrics()["go_goroutines"])
		w.files = min(w.files, s.board.openFiles())
		rest(s.audience.ctx, 100*time.Millisecond)
	}
	return w
}
