package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/feed/simulator"
)

// background is the colour of a page.
const background = `getComputedStyle(document.documentElement).backgroundColor`

func TestAThemeIsRememberedForAllPagesAndNeedsNoScript(t *testing.T) {
	t.Parallel()
	b, _ := oneMeeting(t, nil)
	p := openLive(t, b.url+"/", view{light: true})
	light := evaluate[string](p, background)
	p.call("choose dark", chromedp.Click(chromedp.CSS(`.themes a[href*="theme=dark"]`)))
	p.wait(`document.documentElement.dataset.theme === "dark"`)
	dark := evaluate[string](p, background)
	if dark == light {
		t.Errorf("the dark page is as light as before: %s", dark)
	}
	for _, path := range []string{"/", "/m/" + boardID, "/?only=problems"} {
		p.navigate(b.url + path)
		if got := evaluate[string](p, background); got != dark {
			t.Errorf("%s is %s, want the chosen %s", path, got, dark)
		}
	}
	p.navigate(b.url + "/m/" + boardID)
	p.call("choose light", chromedp.Click(chromedp.CSS(`.themes a[href*="theme=light"]`)))
	p.wait(`document.documentElement.dataset.theme === "light"`)
	p.navigate(b.url + "/")
	if got := evaluate[string](p, background); got != light {
		t.Errorf("the light page is %s, want %s", got, light)
	}
	p.call("choose the system's", chromedp.Click(chromedp.CSS(`.themes a[href*="theme=system"]`)))
	p.wait(`!document.documentElement.dataset.theme && ` + background + ` === "` + light + `"`)

	// The choice of the address holds without JavaScript, and is remembered by a cookie.
	plain := open(t, b.url+"/", view{light: true})
	plain.call("switch scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	plain.call("choose dark", chromedp.Navigate(b.url+"/?theme=dark"), chromedp.Navigate(b.url+"/m/"+boardID))
	if got := evaluate[string](plain, background); got != dark {
		t.Errorf("without scripts the page is %s, want %s", got, dark)
	}
	for _, theme := range []string{"light", "dark", "system"} {
		r := get(t, b.url+"/m/"+boardID+"?theme="+theme)
		cookie := r.header.Get("Set-Cookie")
		if !strings.Contains(cookie, "theme="+theme) || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
			t.Errorf("theme=%s sets the cookie %q", theme, cookie)
		}
	}
	if r := get(t, b.url+"/?theme=pink"); r.header.Get("Set-Cookie") != "" || r.status != http.StatusOK {
		t.Errorf("an unknown theme answered %d and set %q", r.status, r.header.Get("Set-Cookie"))
	}
}

func TestAPausedPageStaysAsItIsAndThenShowsTheNewestState(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	for path, lock := range map[string]string{"/m/" + boardID: "#f-lock", "/": "#" + card(boardID, "lock")} {
		m.Set(map[string]any{"lock": 0})
		p := openLive(t, b.url+path, view{})
		p.waitText(lock, "Unlocked")
		p.call("pause", chromedp.Click(chromedp.CSS("#pause")))
		p.waitBoard("paused")
		if said := evaluate[string](p, `document.querySelector(".pulse").innerText.trim()`); !strings.Contains(said, "Paused") {
			t.Errorf("%s: the paused page says %q", path, said)
		}
		p.watch("#region *")
		// Another page shows that the changes have been pushed.
		other := openLive(t, b.url+path, view{})
		m.Set(map[string]any{"lock": 1, "recState": 1})
		other.waitText(lock, "Locked")
		m.SetBasic(map[string]any{"title": "Renamed " + path})
		m.Join(person("pid-1"+path, "Somebody"))
		other.waitContains("#region", "Renamed "+path)
		title := evaluate[string](p, "document.title")
		p.wait("e2e.heldBack() > 0")
		if got := p.changed(); len(got) > 0 && !(len(got) == 1 && got[0] == "clock") {
			t.Errorf("%s: the paused page changed %v", path, got)
		}
		if got := p.text(lock); got != "Unlocked" {
			t.Errorf("%s: the paused page says %q", path, got)
		}
		if got := evaluate[string](p, "document.title"); got != title {
			t.Errorf("%s: the paused page's title became %q", path, got)
		}

		p.call("go on", chromedp.Click(chromedp.CSS("#pause")))
		p.waitBoard("live")
		p.waitText(lock, "Locked")
		p.waitContains("#region", "Renamed "+path)
		m.Set(map[string]any{"lock": 0})
		p.waitText(lock, "Unlocked")
	}
}

func TestANewProblemIsAnnouncedOnceAndTheIconTells(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, brisk)
	var meetings []*simulator.Meeting
	for _, id := range []string{"900000001", "900000002"} {
		m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Room " + id[8:]})
		m.Start()
		meetings = append(meetings, m)
	}
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(meetings...)})
	for _, m := range meetings {
		b.waitLink(m.ConfID(), "live")
	}
	p := openLive(t, b.url+"/", view{})
	page := openLive(t, b.url+"/m/900000001", view{})
	p.waitCounters(map[string]int{"live": 2})
	p.run(`e2e.heard = []; new MutationObserver(() => e2e.heard.push(document.getElementById("announcement").textContent.trim()))
		.observe(document.getElementById("announcement"), { subtree: true, childList: true, characterData: true })`)
	icon := `document.getElementById("icon").getAttribute("href")`
	calm := evaluate[string](p, icon)
	if live := evaluate[string](p, `document.getElementById("announcement").getAttribute("role")`); live != "status" {
		t.Errorf("the region for announcements is a %q", live)
	}

	// Nothing of this is a problem.
	meetings[0].Set(map[string]any{"lock": 1, "recState": 1, "mode": "BROADCAST"})
	meetings[0].Join(person("pid-1", "Somebody"))
	meetings[1].Set(map[string]any{"lock": 1})
	p.waitText("#"+card("900000002", "lock"), "Locked")
	if heard := evaluate[[]string](p, "e2e.heard"); len(heard) > 0 {
		t.Errorf("announced %q", heard)
	}

	// Nobody answers any more: it stays a problem, whatever class it is in.
	cloud.Refuse(http.StatusServiceUnavailable, "")
	meetings[0].CutConnections()
	p.wait(`e2e.heard.length > 0`)
	p.waitText("#"+card("900000001", "mark")+" > span", "NO DATA")
	p.wait(icon + ` !== "` + calm + `"`)
	alarm := evaluate[string](p, icon)
	page.wait(icon + ` === "` + alarm + `"`)
	for _, path := range []string{calm, alarm} {
		if r := get(t, strings.TrimSuffix(b.url, "/")+path); r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "image/svg+xml") {
			t.Errorf("the icon %s answered %d %s", path, r.status, r.header.Get("Content-Type"))
		}
	}
	if heard := evaluate[[]string](p, "e2e.heard"); len(heard) != 1 || heard[0] != "1 problem" {
		t.Errorf("announced %q, want the one problem once", heard)
	}
	cloud.Refuse(0, "")
	p.waitText("#"+card("900000001", "mark"), "LIVE")
	p.wait(icon + ` === "` + calm + `"`)
	page.wait(icon + ` === "` + calm + `"`)
}

func TestTheKeyboardAloneReachesEverything(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	m.Join(person("pid-1", "Ann Berg"))
	p := openLive(t, b.url+"/", view{light: true})
	p.waitText("#"+card(boardID, "people"), "1 participant")

	// Each stop, and how it can be seen: an outline of its own or of what surrounds it.
	stop := `(() => {
		const e = document.activeElement, r = e.getBoundingClientRect();
		let outlined = false;
		for (let a = e; a && a !== document.body; a = a.parentElement) {
			const s = getComputedStyle(a);
			outlined ||= s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
		}
		return { at: (e.id ? "#" + e.id : e.className || e.tagName) + " " + (e.getAttribute("href") ?? ""), text: e.textContent.trim().replace(/\s+/g, " "),
			seen: outlined && r.width > 0 && r.right > 0 && r.bottom > 0 && r.left < innerWidth && r.top < innerHeight };
	})()`
	type place struct {
		At, Text string
		Seen     bool
	}
	wanted := []string{"Skip to content", "Confboard", "简体中文", "Same as system", "Light", "Dark", "Pause live updates", "1 meeting", "0 problems", "0 out of date", "Board"}
	met := []string{}
	for range 40 {
		p.call("press Tab", chromedp.KeyEvent(kb.Tab))
		at := evaluate[place](p, stop)
		if len(wanted) > 0 && at.Text == wanted[0] {
			wanted = wanted[1:]
		}
		met = append(met, at.Text)
		if !at.Seen {
			t.Errorf("the focus on %q (%s) cannot be seen", at.Text, at.At)
		}
		if len(wanted) == 0 {
			break
		}
	}
	if len(wanted) > 0 {
		t.Fatalf("Tab went to %q and did not reach %q", met, wanted)
	}
	p.call("press Enter", chromedp.KeyEvent(kb.Enter))
	p.wait(fmt.Sprintf("location.pathname === '/m/%s'", boardID))
	p.waitBoard("live")

	// On the meeting's page the skip link leads past the header; the search is one of the stops behind it.
	p.call("press Tab and Enter", chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter))
	p.wait(`document.activeElement.id === "main"`)
	p.call("press Tab", chromedp.KeyEvent(kb.Tab))
	p.wait(`document.activeElement.id === "find"`)
}

func TestTimesAreThoseOfTheViewersZone(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	m.Set(map[string]any{"endTime": "4102444800000"}) // 2100-01-01T00:00Z
	m.SetBasic(map[string]any{"startTime": "4102441200000"})
	for _, c := range []struct{ zone, end, start, title, clock string }{
		{"Asia/Shanghai", "Jan 1, 08:00", "Jan 1, 07:00", "Jan 1, 2100, 08:00:00 GMT+8", "GMT+8"},
		{"UTC", "Jan 1, 00:00", "Dec 31, 23:00", "Jan 1, 2100, 00:00:00 UTC", "UTC"},
		{"America/New_York", "Dec 31, 19:00", "Dec 31, 18:00", "Dec 31, 2099, 19:00:00 EST", "E"}, // EST or EDT, by the season of the test
		{"Asia/Kolkata", "Jan 1, 05:30", "Jan 1, 04:30", "Jan 1, 2100, 05:30:00 GMT+5:30", "GMT+5:30"},
	} {
		p := openLive(t, b.url+"/m/"+boardID, view{zone: c.zone})
		p.waitText("#f-endTime", c.end)
		p.waitSaid("#about", "Started "+c.start)
		if got := evaluate[string](p, `document.querySelector("#f-endTime time").title`); got != c.title {
			t.Errorf("in %s the planned end is explained as %q, want %q", c.zone, got, c.title)
		}
		p.waitContains("#clock", c.clock)
	}
	wall := openLive(t, b.url+"/wall", view{zone: "Asia/Kolkata", width: 1920, height: 1080})
	wall.waitContains("#clock", "GMT+5:30")
}
