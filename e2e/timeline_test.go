package e2e

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// newest is the newest row of the timeline.
const newest = "#timeline-rows > li:first-child .entry-text"

// told is a board with a meeting in progress, and its page.
func told(t *testing.T) (*simulator.Meeting, *board, *tab) {
	t.Helper()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	m.Join(person("pid-1", "Ann Berg", "ROLE", "1"))
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	p := openLive(t, b.url+"/m/"+id, view{})
	p.waitText("#f-lock", "Unlocked")
	return m, b, p
}

func TestEveryChangeIsToldOnTopOfTheTimeline(t *testing.T) {
	t.Parallel()
	m, _, p := told(t)
	p.watch("#timeline-rows > li")
	for _, k := range []struct {
		do   func()
		says string
	}{
		{func() { m.Set(map[string]any{"lock": 1}) }, "Unlocked → became Locked"},
		{func() { m.Set(map[string]any{"mode": "BROADCAST"}) }, "Mode: Free → became Broadcasting a participant"},
		{func() { m.Set(map[string]any{"endTime": ""}) }, "No planned end any more"},
		{func() { m.Set(map[string]any{"endTime": "4102444800000"}) }, "Planned end set to Jan 1, 08:00"},
		{func() { m.Set(map[string]any{"endTime": "4102448400000"}) }, "Planned end moved from Jan 1, 08:00 to Jan 1, 09:00"},
		{func() { m.Set(map[string]any{"novelty": 7}) }, "novelty not reported → became 7"},
		{func() { m.Set(map[string]any{"recState": 1}) }, "Not recording → became Recording"},
		{func() { m.Join(person("pid-2", "Bo <b>")) }, "Bo <b> joined"},
		{func() { m.Leave("pid-2") }, "Bo <b> joined Bo <b> left"}, // told as one
		{func() { m.Join(person("pid-3", "Cy")); m.Join(person("pid-4", "Di")) }, "3 joined, 1 left"},
	} {
		k.do()
		p.wait(fmt.Sprintf("e2e.text(%s)?.startsWith(%s) && e2e.settled()", quote(newest), quote(k.says)))
	}
	if again := p.replaced("#timeline-rows > li:nth-last-child(-n+3)"); len(again) > 0 {
		t.Errorf("rows that were there have been replaced: %v", again)
	}
	p.waitContains("#timeline-recording", "Recorded since")
	p.waitContains("#timeline-ends", "Planned end moved once Jan 1, 08:00 → became Jan 1, 09:00")
	if zone := p.text("#timeline [data-zone]"); zone != "GMT+8" {
		t.Errorf("times are said to be in %q", zone)
	}
	if at := p.text("#timeline-rows > li:first-child time"); !regexp.MustCompile(`^\d\d:\d\d:\d\d$`).MatchString(at) {
		t.Errorf("the time of an entry is %q", at)
	}
}

func TestAnEntryIsOneSmallFragment(t *testing.T) {
	t.Parallel()
	m, b, p := told(t)
	for i := range 40 { // a long list must not make a change dear
		m.Set(map[string]any{"partViewNum": i + 1})
	}
	p.waitText("#f-partViewNum", "40")
	s := openStream(t, b.url+"/m/900487914/events?lang=en")
	s.until("region")
	m.Set(map[string]any{"lock": 1})
	sent := s.until("Unlocked</span>")
	if n := strings.Count(sent, `class="entry`); strings.Count(sent, "<li id=\"t-") != 1 || len(sent) > 6000 {
		t.Errorf("a toggle sent %d bytes with %d parts of entries", len(sent), n)
	}
	// What tells nothing sends nothing of it, and what is of another topic neither.
	link := openStream(t, b.url+"/m/900487914/events?lang=en&show=link")
	link.until("region")
	m.Set(map[string]any{"lock": 0})
	m.Speak(simulator.Speaker{PID: "pid-1", Volume: 50})
	if sent := link.until("Speaking: Ann Berg"); strings.Contains(sent, "timeline") || strings.Contains(sent, `"t-`) {
		t.Errorf("a stream about the link has entries about others: %s", sent)
	}
	if sent := s.until("Speaking: Ann Berg"); strings.Count(sent, "<li id=\"t-") != 1 {
		t.Errorf("somebody who speaks is in the timeline: %s", sent)
	}
}

func TestTheTimelineIsFilteredByLinks(t *testing.T) {
	t.Parallel()
	m, _, p := told(t)
	m.Set(map[string]any{"lock": 1})
	m.Set(map[string]any{"recState": 1})
	m.Set(map[string]any{"picNum": 9})
	p.waitContains(newest, "9 screens")
	for _, k := range []struct{ chip, says, not string }{
		{"Recording", "Recording", "Locked"}, {"Layout", "9 screens", "Locked"}, {"People", "Ann Berg", "Locked"}, {"Cloud link", "Live", "Locked"},
	} {
		p.run(fmt.Sprintf("[...document.querySelectorAll('.chip')].find((a) => a.textContent === %s).click()", quote(k.chip)))
		p.wait(fmt.Sprintf("document.querySelector('.chip[aria-current]')?.textContent === %s && document.documentElement.dataset.board === 'live'", quote(k.chip)))
		if said := p.text("#timeline-rows"); !strings.Contains(said, k.says) || strings.Contains(said, k.not) {
			t.Errorf("%s: %s", k.chip, said)
		}
	}
	m.Set(map[string]any{"lock": 0, "recState": 0})
	p.waitText("#f-lock", "Unlocked")
	p.run("[...document.querySelectorAll('.chip')][1].click()")
	p.waitContains("#timeline-rows", "Recording → became Not recording")
}

func TestThePastIsShownAsItWasAndLooksLikeNothingElse(t *testing.T) {
	t.Parallel()
	m, b, p := told(t)
	m.Set(map[string]any{"lock": 1, "recState": 1})
	p.waitText("#f-lock", "Locked")
	m.Join(person("pid-2", "Bo"))
	p.waitContains("#people", "2 participants")
	m.Set(map[string]any{"lock": 0, "recState": 0})
	p.waitText("#f-lock", "Unlocked")

	p.run(`[...document.querySelectorAll("#timeline-rows > li")].find((e) => e.textContent.includes("Bo joined")).querySelector("a").click()`)
	p.wait(`document.querySelector("#past")`)
	p.waitText("#f-lock", "Locked")
	p.waitContains("#people", "2 participants")
	p.waitText(statusWord, "PAST")
	p.waitContains("#past", "Nothing on this page is live.")
	if at := p.text("#past time"); !strings.HasSuffix(at, "GMT+8") {
		t.Errorf("the moment is said to be %q, without its zone", at)
	}
	if title := evaluate[string](p, "document.title"); !strings.HasPrefix(title, "PAST ") {
		t.Errorf("the tab says %q", title)
	}
	if n := evaluate[int](p, `document.querySelectorAll("[data-stream], .pulse, time[data-show=since], time[data-show=ago], time[data-show=in], .mark-live:not(#legend *)").length`); n > 0 {
		t.Errorf("%d things of the past page are live or tick", n)
	}
	// What happens now does not reach it.
	m.Set(map[string]any{"lock": 1, "mute": 1})
	until(t, "the change on the board", func() bool { return string(b.meeting("900487914").Status["mute"]) == "1" })
	p.waitText("#f-lock", "Locked")

	// One step back, and the slider to the end.
	p.run(`document.getElementById("past-previous").click()`)
	p.waitContains("#people", "1 participant")
	p.waitText("#f-lock", "Locked")
	p.run(`document.getElementById("past-previous").click()`)
	p.waitText("#f-lock", "Unlocked")
	at := evaluate[string](p, "location.search")
	p.run(`(() => { const s = document.getElementById("past-slider"); s.e2eMark = true; s.value = s.max; s.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	p.waitContains("#people", "2 participants")
	p.wait("location.search !== " + quote(at))
	if replaced := p.replaced("#past-slider"); len(replaced) > 0 {
		t.Error("the slider was taken from under the finger")
	}
	p.run(`document.querySelector(".past-now").click()`)
	p.waitBoard("live")
	p.waitText(statusWord, "LIVE")
	p.wait(`!document.querySelector("#past")`)
}

func TestThePastWithoutScriptsAndWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	_, b, _ := told(t)
	page := b.url + "/m/900487914"
	for _, k := range []struct {
		at     string
		status int
		says   string
	}{
		{"last", http.StatusOK, "Unlocked"},
		{strconv.FormatInt(time.Now().Add(time.Hour).UnixMilli(), 10), http.StatusOK, "Unlocked"},
		{time.Now().Add(time.Hour).UTC().Format(time.RFC3339), http.StatusOK, "Unlocked"},
		{time.Now().Add(time.Hour).In(time.FixedZone("", 8*3600)).Format(time.RFC3339), http.StatusOK, "Unlocked"}, // + arrives as a blank
		{"1000", http.StatusOK, "Nothing is known of that moment"},
		{"2001-02-03T04:05:06Z", http.StatusOK, "Nothing is known of that moment"},
		{"yesterday", http.StatusNotFound, "There is no such page"},
		{"-1", http.StatusNotFound, "There is no such page"},
		{"999999999999999999", http.StatusNotFound, "There is no such page"},
	} {
		r := get(t, page+"?at="+k.at, "Accept", "text/html", "Accept-Language", "en")
		if r.status != k.status || !strings.Contains(r.body, k.says) {
			t.Errorf("at=%s answered %d, want %d with %q", k.at, r.status, k.status, k.says)
		}
		if k.status == http.StatusOK && (!strings.Contains(r.body, "PAST") || !strings.Contains(r.body, `type="range"`) || strings.Contains(r.body, "data-stream")) {
			t.Errorf("at=%s is not marked as past", k.at)
		}
	}
	if r := get(t, page+"/timeline?lang=en"); r.status != http.StatusOK || !strings.Contains(r.body, "Came onto this board") {
		t.Errorf("the page of what is older answered %d", r.status)
	}
	for _, path := range []string{"/timeline?before=x", "9/timeline"} {
		if r := get(t, page+path); r.status != http.StatusNotFound {
			t.Errorf("%s answered %d", path, r.status)
		}
	}
}
