package e2e

import (
	"net/http"
	"slices"
	"testing"

	"confboard/feed/simulator"
)

// statusWord finds the word of the status, without its elapsed time.
const statusWord = "#mark > span"

func TestALinkThatIsCutShowsAtOnceAndComesBack(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	// With a heartbeat of a minute, only the closed socket can tell.
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	p := openLive(t, b.url+"/m/"+id, view{})
	overview := openLive(t, b.url+"/", view{})
	p.waitText(statusWord, "LIVE")
	overview.waitText("#"+card(id, "mark"), "LIVE")

	cloud.Refuse(http.StatusServiceUnavailable, "")
	m.CutConnections()
	p.waitText(statusWord, "CHECK")
	p.waitContains("#head", "What you see may be old.")
	p.wait(`document.title.startsWith("CHECK · ")`)
	overview.waitText("#"+card(id, "mark"), "CHECK")
	if got := b.meeting(id).Freshness.Link; got != "stale" {
		t.Errorf("the API says %q, want stale", got)
	}

	m.Set(map[string]any{"lock": 1}) // nobody is there to be told
	cloud.Refuse(0, "")
	p.waitText(statusWord, "LIVE")
	p.waitText("#f-lock", "Locked")
	overview.waitText("#"+card(id, "lock"), "Locked")
	overview.waitText("#"+card(id, "mark"), "LIVE")
}

func TestACloudThatStopsAnsweringIsOutOfDateAndThenNoData(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, brisk)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(m)})
	b.waitLink(id, "live")
	p := openLive(t, b.url+"/m/"+id, view{})
	p.waitText(statusWord, "LIVE")

	// The words are recorded in the page, so that none is missed however slow the test is.
	p.run(`e2e.words = []; new MutationObserver(() => {
		const word = document.querySelector("` + statusWord + `").textContent.trim();
		if (e2e.words.at(-1) !== word) e2e.words.push(word);
	}).observe(document.getElementById("region"), { subtree: true, childList: true, characterData: true })`)
	m.SetEcho(false)
	p.wait(`e2e.words.includes("NO DATA")`)
	words := evaluate[[]string](p, "e2e.words")
	if check, lost := slices.Index(words, "CHECK"), slices.Index(words, "NO DATA"); check < 0 || check > lost {
		t.Errorf("the page said %q, want CHECK before NO DATA", words)
	}
	p.wait(`document.querySelector("#mark time")?.textContent.match(/^\d+:\d\d$/) || document.querySelector("` + statusWord + `").textContent !== "NO DATA"`)

	m.SetEcho(true)
	p.waitText(statusWord, "LIVE")
}

func TestAMeetingThatEndsSaysSoHoweverItEnds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		how  string
		end  func(*simulator.Meeting)
		says string // the badge of the state
	}{
		{"with Destroyed", (*simulator.Meeting).End, "Ended"},
		{"silently", (*simulator.Meeting).EndSilently, "In progress"}, // its last known state
	}
	cloud := newCloud(t, brisk)
	first := cloud.Add(simulator.MeetingConfig{ConfID: "900000001", HostPassword: "135790"})
	second := cloud.Add(simulator.MeetingConfig{ConfID: "900000002", HostPassword: "135790"})
	meetings := []*simulator.Meeting{first, second}
	first.Start()
	second.Start()
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(first, second)})
	for i, c := range cases {
		m := meetings[i]
		b.waitLink(m.ConfID(), "live")
		p := openLive(t, b.url+"/m/"+m.ConfID(), view{})
		p.waitText(statusWord, "LIVE")
		c.end(m)
		p.waitText(statusWord, "ENDED")
		p.waitText("#f-state", c.says)
		if got := b.meeting(m.ConfID()).Freshness.Link; got != "ended" {
			t.Errorf("ended %s: the API says %q", c.how, got)
		}

		m.Start() // a new occurrence, with nothing left of the last one
		p.waitText(statusWord, "LIVE")
		p.waitText("#f-state", "In progress")
		p.waitContains("#head", "Occurrence")
	}
}

func TestAMeetingThatHasNotStartedHasAPageThatComesAlive(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, brisk)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board"})
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(m)})
	b.waitLink(id, "waiting")
	if r := get(t, b.url+"/m/"+id); r.status != http.StatusOK {
		t.Errorf("the page of a meeting that has not started answered %d", r.status)
	}
	p := openLive(t, b.url+"/m/"+id, view{})
	p.waitText(statusWord, "NOT STARTED")
	p.waitText("#f-lock", "Lock: not reported")
	p.run("e2e.opened = true")

	m.Start()
	p.waitText(statusWord, "LIVE")
	p.waitText("#f-lock", "Unlocked")
	if !evaluate[bool](p, "e2e.opened === true") {
		t.Error("the page was loaded anew")
	}
}

func TestAMeetingThatTheCloudRefusesSaysWhyAndIsToBeChecked(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: []watched{{ConfID: id, HostPassword: "246800"}}})
	b.waitLink(id, "refused")
	p := openLive(t, b.url+"/m/"+id, view{})
	p.waitText(statusWord, "CHECK")
	p.waitContains("#head", "No such meeting, or a wrong host password.")
	p.waitContains("#head", "Not tried again by itself.")
	overview := openLive(t, b.url+"/?only=problems", view{})
	overview.waitText("#"+card(id, "mark"), "CHECK")
	overview.waitContains("#"+card(id, "fresh"), "wrong host password")
	if n := m.Counts().ControlTokenCalls; n != 1 {
		t.Errorf("the password was tried %d times: a wrong one locks the meeting", n)
	}
}

func TestThePageOfAnUnknownMeetingComesAliveWhenItAppears(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady})
	if r := get(t, b.url+"/m/"+id); r.status != http.StatusNotFound {
		t.Errorf("the page of an unknown meeting answered %d, want 404", r.status)
	}
	if r := get(t, b.url+"/m/not%20an%20id"); r.status != http.StatusNotFound {
		t.Errorf("the page of something that is no confID answered %d, want 404", r.status)
	}
	p := openLive(t, b.url+"/m/"+id, view{interrupted: true}) // the browser logs the 404
	p.waitText("h1", "No such meeting on this board")
	p.run("e2e.opened = true")

	b.stop()
	p.waitBoard("reconnecting")
	with := settings{heartbeat: steady, meetings: watching(m)}
	b.restart("--config", with.write(t, cloud))
	p.waitText("h1", "Board")
	p.waitText(statusWord, "LIVE")
	p.waitText("#f-lock", "Unlocked")
	if !evaluate[bool](p, "e2e.opened === true") {
		t.Error("the page was loaded anew")
	}
	m.Set(map[string]any{"lock": 1})
	p.waitText("#f-lock", "Locked")
}
