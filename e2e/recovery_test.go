package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

func TestAnOpenPageRecoversWhenTheBoardIsKilledAndStartedAgain(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	p := openLive(t, b.url+"/m/"+id, view{interrupted: true})
	overview := openLive(t, b.url+"/", view{interrupted: true})
	p.waitText("#f-lock", "Unlocked")
	p.run("e2e.opened = true")
	overview.run("e2e.opened = true")

	// Make the page's last id higher than what the next process has sent by then.
	for i := range 30 {
		m.Set(map[string]any{"partViewNum": i + 1})
	}
	p.waitText("#f-partViewNum", "30")

	b.kill()
	p.waitBoard("reconnecting")
	overview.waitBoard("reconnecting")
	p.wait(`getComputedStyle(document.querySelector(".pulse-again")).display !== "none"`)
	m.Set(map[string]any{"lock": 1, "partViewNum": 2})

	b.restart()
	p.waitText("#f-lock", "Locked")
	p.waitText("#f-partViewNum", "2")
	p.waitText(statusWord, "LIVE")
	p.waitBoard("live")
	overview.waitText("#"+card(id, "lock"), "Locked")
	overview.waitBoard("live")

	m.Set(map[string]any{"lock": 0})
	p.waitText("#f-lock", "Unlocked")
	overview.waitText("#"+card(id, "lock"), "Unlocked")
	for _, each := range []*tab{p, overview} {
		if !evaluate[bool](each, "e2e.opened === true") {
			t.Error("the page was loaded anew")
		}
	}
}

func TestAPageWhoseRequestsAreRefusedForAWhileComesAlive(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	way := newProxy(t, b)

	// The very first request of the stream is refused.
	way.refuseIf(isStream)
	p := open(t, way.url+"/m/"+id, view{interrupted: true})
	until(t, "two refused requests of the stream", func() bool { return way.refused.Load() >= 2 })
	if got := evaluate[string](p, "document.documentElement.dataset.board"); got != "connecting" {
		t.Errorf("the page says %q of the board, want connecting", got)
	}
	m.Set(map[string]any{"lock": 1})
	way.refuseIf(nil)
	p.waitBoard("live")
	p.waitText("#f-lock", "Locked")

	// A board that was killed and answers 503 for a while after it is back.
	way.refused.Store(0)
	way.refuseIf(func(*http.Request) bool { return true })
	b.kill()
	p.waitBoard("reconnecting")
	m.Set(map[string]any{"lock": 0})
	b.restart()
	until(t, "three refused requests", func() bool { return way.refused.Load() >= 3 })
	way.refuseIf(nil)
	p.waitText("#f-lock", "Unlocked")
	p.waitBoard("live")
}

func TestAPageThatHearsNothingSaysSo(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	way := newProxy(t, b)
	p := openLive(t, way.url+"/m/"+id, view{interrupted: true})
	hatched := `getComputedStyle(document.querySelector(".veil")).display !== "none"`
	if evaluate[bool](p, hatched) {
		t.Error("the page is hatched although it is live")
	}

	// The connection stays open and brings nothing.
	way.hold()
	p.run("e2e.stopAt(29_000)")
	was := p.text("#clock")
	p.wait("e2e.text('#clock') !== " + quote(was)) // a tick, at which the page judges its link
	if got := evaluate[string](p, "document.documentElement.dataset.board"); got != "live" {
		t.Errorf("the page says %q of the board after 29 s of silence, want live until 30 s", got)
	}
	p.run("e2e.stopAt(31_000)")
	p.waitBoard("reconnecting")
	if evaluate[bool](p, hatched) {
		t.Error("the page is hatched after 31 s of silence, want 45 s")
	}
	streams := p.streams()
	p.run("e2e.stopAt(46_000)")
	p.waitBoard("silent")
	p.wait(hatched)
	p.wait(`document.querySelector(".veil").innerText.trim() === "NO DATA 0:46"`)
	was = p.text("#clock")
	p.wait("e2e.text('#clock') !== " + quote(was)) // the clock runs on
	until(t, "another stream", func() bool { return p.streams() > streams })

	m.Set(map[string]any{"lock": 1})
	way.release()
	p.waitText("#f-lock", "Locked")
	p.run("e2e.goOn()")
	p.waitBoard("live")
	if evaluate[bool](p, hatched) {
		t.Error("the page is still hatched")
	}
}

// streams is how many streams the page has asked for so far.
func (p *tab) streams() int {
	n := 0
	for _, path := range p.asked() {
		if strings.HasSuffix(path, "/events") {
			n++
		}
	}
	return n
}

// hide tells the page that nobody can see it.
func (p *tab) hide() {
	p.t.Helper()
	p.run(`Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
		document.dispatchEvent(new Event("visibilitychange"))`)
}

// A browser opens six connections to a board over HTTP/1.1. Pages that nobody looks at do not keep a further one from living.
func TestASeventhTabIsAliveWhileTheOthersAreHidden(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	first := openLive(t, b.url+"/m/"+boardID, view{})
	first.hide()
	for range 5 {
		p := first.beside(b.url+"/m/"+boardID, view{})
		p.waitBoard("live")
		p.hide()
	}
	seventh := first.beside(b.url+"/m/"+boardID, view{})
	seventh.waitBoard("live")
	m.Set(map[string]any{"lock": 1})
	seventh.waitText("#f-lock", "Locked")
	until(t, "one viewer", func() bool { return b.metric("confboard_viewers") == 1 })
}

func TestAHiddenPageGivesItsStreamBackAndCatchesUp(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	p := openLive(t, b.url+"/m/"+id, view{})
	until(t, "the viewer", func() bool { return b.metric("confboard_viewers") == 1 })

	p.hide()
	until(t, "no viewer", func() bool { return b.metric("confboard_viewers") == 0 })
	m.Set(map[string]any{"lock": 1})
	until(t, "the lock in the API", func() bool { return string(b.meeting(id).Status["lock"]) == "1" })
	if got := p.text("#f-lock"); got != "Unlocked" {
		t.Errorf("the hidden page says %q", got)
	}

	p.run(`delete document.hidden; document.dispatchEvent(new Event("visibilitychange"))`)
	p.waitText("#f-lock", "Locked")
	p.waitBoard("live")
	if n := b.metric("confboard_viewers"); n != 1 {
		t.Errorf("the page has %v streams, want one", n)
	}
}

func TestStoppingWithManyStreamsOpenTakesLessThanTwoSeconds(t *testing.T) {
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	streams := make([]*stream, 200)
	for i := range streams {
		address := b.url + "/m/" + id + "/events"
		if i%2 == 1 {
			address = b.url + "/events"
		}
		streams[i] = openStream(t, address)
		streams[i].next()
	}
	if n := b.metric("confboard_viewers"); n != 200 {
		t.Errorf("%v viewers, want 200", n)
	}
	if took := b.stop(); took > 2*time.Second { // stop wants exit status 0
		t.Logf("stopping took %v, and should take at most 2 s", took) // a slow machine is no fault
	}
	for i, s := range streams {
		if rest, err := s.rest(); err != nil {
			t.Fatalf("stream %d was cut instead of ended: %v after %q", i, err, rest)
		}
	}
}
