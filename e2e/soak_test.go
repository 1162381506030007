package e2e

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

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
	s.audience.ignored = func(id string) bool {
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

// act is something that happens, and how often compared with others.
type act struct {
	name   string
	weight int
	do     func(*soak, *simulator.Meeting)
}

func draw(r *rand.Rand, all []act) act {
	sum := 0
	for _, a := range all {
		sum += a.weight
	}
	at := r.IntN(sum)
	for _, a := range all {
		if at -= a.weight; at < 0 {
			return a
		}
	}
	panic("unreachable")
}

var acts = []act{
	{"change", 60, func(s *soak, m *simulator.Meeting) { m.Set(s.fields()) }},
	{"full", 5, func(s *soak, m *simulator.Meeting) { m.SetFull(s.fields()) }},
	{"burst", 2, func(s *soak, m *simulator.Meeting) {
		for range 50 {
			m.Set(s.fields())
		}
	}},
	{"join", 10, func(s *soak, m *simulator.Meeting) {
		s.people++
		m.Join(person(fmt.Sprintf("pid-%d", s.people), fmt.Sprintf("Person %d <&>", s.people), "TEL", fmt.Sprint(1000+s.people%500), "ROLE", strconv.Itoa(s.r.IntN(4)/3),
			"HAND", "0", "MUTE", "0", "VIDEO", "1"))
		for len(m.Participants()) > 12 {
			m.Leave(m.Participants()[0].PID)
		}
	}},
	{"leave", 6, func(s *soak, m *simulator.Meeting) {
		if p := s.somebody(m); p != "" {
			m.Leave(p)
		}
	}},
	{"update", 15, func(s *soak, m *simulator.Meeting) {
		if p := s.somebody(m); p != "" {
			m.Update(p, map[string]string{[]string{"HAND", "MUTE", "VIDEO", "STATE"}[s.r.IntN(4)]: strconv.Itoa(s.r.IntN(2))})
		}
	}},
	{"mark", 3, func(s *soak, m *simulator.Meeting) {
		m.Mark([]string{"BROADCAST", "ROLLCALL", "SHARE"}[s.r.IntN(3)], s.somebody(m))
	}},
	{"speak", 8, func(s *soak, m *simulator.Meeting) {
		var loud []simulator.Speaker
		for _, p := range m.Participants() {
			if len(loud) < 3 && s.r.IntN(2) == 0 {
				loud = append(loud, simulator.Speaker{PID: p.PID, Volume: s.r.IntN(100)})
			}
		}
		m.Speak(loud...)
	}},
	{"wait", 3, func(s *soak, m *simulator.Meeting) {
		if waiting := m.Waiting(); len(waiting) > 2 {
			m.Admit(waiting[0].PID)
			m.Dismiss(waiting[1].PID)
			return
		}
		s.people++
		m.Wait(person(fmt.Sprintf("pid-%d", s.people), fmt.Sprintf("Guest %d", s.people)))
	}},
	{"lay out", 4, func(s *soak, m *simulator.Meeting) { m.Set(map[string]any{"multiPic": s.layout(m)}) }},
	{"retitle", 2, func(s *soak, m *simulator.Meeting) {
		m.SetBasic(map[string]any{"title": fmt.Sprintf("%c again %d", 'A'+rune(s.r.IntN(26)), s.r.IntN(100))})
	}},
	{"cut", 3, func(s *soak, m *simulator.Meeting) { m.CutConnections() }},
	{"end", 2, func(s *soak, m *simulator.Meeting) {
		if s.r.IntN(2) == 0 {
			m.End()
		} else {
			m.EndSilently()
		}
	}},
	{"start", 3, func(s *soak, m *simulator.Meeting) {
		for _, each := range s.meetings {
			if !each.InProgress() && s.r.IntN(2) == 0 {
				each.Start()
			}
		}
	}},
	{"fault", 3, func(s *soak, m *simulator.Meeting) {
		f := simulator.Faults()[s.r.IntN(len(simulator.Faults()))]
		if _, already := s.faulty[m]; already && (f == simulator.ClockAhead || f == simulator.ClockBehind) {
			return // a clock that moves twice is another story
		}
		s.faulty[m] = time.Now().Add(s.while())
		m.Inject(f)
		if f.Sleeps() {
			m.CutConnections()
		}
	}},
	{"outage", 1, func(s *soak, m *simulator.Meeting) {
		if s.outage.IsZero() && s.r.IntN(4) == 0 {
			s.outage = time.Now().Add(s.while() / 2)
			s.cloud.Inject([]simulator.Fault{simulator.Refused, simulator.Status503, simulator.Delayed, simulator.HTMLBadGateway}[s.r.IntN(4)])
			for _, each := range s.meetings {
				each.CutConnections()
			}
		}
	}},
	{"by hand", 3, func(s *soak, _ *simulator.Meeting) {
		m := s.meetings[s.listed+s.r.IntN(soakByHand)]
		if !s.byHand[m.ConfID()] {
			s.add(m)
			return
		}
		s.board.post(s.admin, http.StatusSeeOther, "/feed/m/"+m.ConfID()+"/remove", nil)
		s.byHand[m.ConfID()] = false
	}},
	{"sit", 30, func(s *soak, _ *simulator.Meeting) {
		if len(s.seats) < mostSeats {
			s.seats = append(s.seats, s.audience.sit(s.paths[s.r.IntN(len(s.paths))]))
		}
	}},
	{"stand", 20, func(s *soak, _ *simulator.Meeting) {
		if n := len(s.seats); n > mostSeats/2 {
			i := s.r.IntN(n)
			s.seats[i].leave()
			s.seats = slices.Delete(s.seats, i, i+1)
		}
	}},
	{"drop", 10, func(s *soak, _ *simulator.Meeting) {
		if n := len(s.seats); n > 0 {
			s.seats[s.r.IntN(n)].drop()
		}
	}},
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

// fields are a few of a status, with values of their own.
func (s *soak) fields() map[string]any {
	one := func() int { return s.r.IntN(2) }
	all := []func(map[string]any){
		func(f map[string]any) { f["lock"] = one() },
		func(f map[string]any) { f["mute"] = one() },
		func(f map[string]any) { f["recState"] = s.r.IntN(3) },
		func(f map[string]any) { f["mode"] = []string{"FREE", "FIXED", "ROLLCALL", "BROADCAST"}[s.r.IntN(4)] },
		func(f map[string]any) { f["forbiddenChat"] = one() },
		func(f map[string]any) { f["lockSharing"] = one() },
		func(f map[string]any) { f["realTimeSubtitle"] = one() },
		func(f map[string]any) { f["partViewNum"] = s.r.IntN(50) },
		func(f map[string]any) { f["picNum"] = 1 + s.r.IntN(25) },
		func(f map[string]any) {
			f["endTime"] = strconv.FormatInt(time.Now().Add(time.Duration(s.r.IntN(120)-10)*time.Minute).UnixMilli(), 10)
		},
		func(f map[string]any) {
			f[fmt.Sprintf("extra%d", s.r.IntN(3))] = fmt.Sprintf("<i>%d</i>", s.r.IntN(100))
		},
	}
	f := map[string]any{}
	for range 1 + s.r.IntN(3) {
		all[s.r.IntN(len(all))](f)
	}
	return f
}

func (s *soak) layout(m *simulator.Meeting) map[string]any {
	n := 1 + s.r.IntN(6)
	var screens []any
	for i := range n {
		who := []any{}
		if p := s.somebody(m); p != "" {
			who = append(who, p)
		}
		screens = append(screens, map[string]any{"index": i + 1, "id": who, "share": 0})
	}
	return map[string]any{"picNum": n, "period": 10, "picInfos": screens}
}

func (s *soak) somebody(m *simulator.Meeting) (pid string) {
	if all := m.Participants(); len(all) > 0 {
		return all[s.r.IntN(len(all))].PID
	}
	return ""
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

// unlike tells in what the board's state of a meeting that is live differs from the cloud's.
func unlike(a meetingAnswer, m *simulator.Meeting) string {
	if a.Title != m.Title() {
		return fmt.Sprintf("title %q, want %q", a.Title, m.Title())
	}
	for _, name := range []string{"lock", "mode", "recState", "endTime"} {
		if _, there := a.Status[name]; !there {
			return "no " + name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Status)) {
		var got, want any
		written, err := json.Marshal(m.Field(name))
		if err != nil || json.Unmarshal(a.Status[name], &got) != nil || json.Unmarshal(written, &want) != nil || !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("%s is %s, want %s", name, a.Status[name], written)
		}
	}
	var people []struct {
		PID        string
		Attributes map[string]string
	}
	if err := json.Unmarshal(a.Participants, &people); err != nil {
		return err.Error()
	}
	got, want := map[string]map[string]string{}, map[string]map[string]string{}
	for _, p := range people {
		got[p.PID] = p.Attributes
	}
	for _, p := range m.Participants() {
		want[p.PID] = p.Info
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("participants are %v, want %v", got, want)
	}
	var loud []simulator.Speaker
	if err := json.Unmarshal(a.Speakers, &loud); err != nil {
		return err.Error()
	}
	if len(loud) != len(m.Speakers()) {
		return fmt.Sprintf("speakers are %s, want %v", a.Speakers, m.Speakers())
	}
	return ""
}

// weight is what a board needs.
type weight struct {
	goroutines, held float64
	files            int
}

// String implements fmt.Stringer.
func (w weight) String() string {
	return fmt.Sprintf("%.0f goroutines, %d files, %.1f MiB", w.goroutines, w.files, w.held/(1<<20))
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

// openFiles is how many file descriptors the board has open; 0 where that cannot be known.
func (b *board) openFiles() int {
	b.t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", b.cmd.Process.Pid))
	if err != nil {
		b.t.Fatal(err)
	}
	return len(all)
}
