package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/feed/simulator"
)

// sharing is a board with one meeting, and an admin in front of it who has signed in.
func sharing(t *testing.T, v view) (*board, *simulator.Meeting, *tab) {
	t.Helper()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: "900487914", HostPassword: "135790", Title: "Quarterly review"})
	m.Start()
	m.Join(person("pid-1", "Ann Berg", "TEL", "+99111240", "ROLE", "1"))
	m.Join(person("pid-2", "+8613800138000", "TEL", "+8613800138000"))
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(m.ConfID(), "live")
	v.interrupted = true // pages end, which the browser logs
	p := open(t, b.url+"/feed/sign-in", v)
	p.wait("document.activeElement.id === 'token'")
	p.press(b.currentToken() + kb.Enter)
	p.wait("location.pathname === '/feed'")
	return b, m, p
}

// fits fails the test when the page is wider than its window.
func (p *tab) fits(where string) {
	p.t.Helper()
	if wide := evaluate[int](p, "document.scrollingElement.scrollWidth - innerWidth"); wide > 0 {
		p.t.Errorf("%s is %d pixels too wide: %s", where, wide, evaluate[string](p, widest))
	}
}

// makeLink makes a link on the page of links and returns its address.
func (p *tab) makeLink(choices ...string) string {
	p.t.Helper()
	for _, name := range choices {
		p.call("choose "+name, chromedp.Click(`.link-form input[name="`+name+`"]`))
	}
	before := evaluate[string](p, "document.getElementById('made-address')?.value ?? ''")
	p.call("make the link", chromedp.Click(".link-form button"))
	p.wait("document.getElementById('made-address') !== null && document.getElementById('made-address').value !== " + quote(before))
	return evaluate[string](p, "document.getElementById('made-address').value")
}

func TestALinkIsMadeOpenedAndTakenBack(t *testing.T) {
	t.Parallel()
	b, m, admin := sharing(t, view{})
	admin.navigate(b.url + "/m/" + m.ConfID())
	admin.call("share", chromedp.Click(".links-lead a"))
	admin.wait("location.pathname === '/m/900487914/links'")
	admin.axe("the page where links are made")
	address := admin.makeLink("people")
	if !strings.HasPrefix(address, b.url+"/s/") {
		t.Fatalf("the address is %s", address)
	}
	admin.wait("document.querySelectorAll('.link-row').length === 1 && document.querySelector('.qr path + path').getAttribute('d').length > 500")
	admin.wait("document.activeElement.id === 'made-title'")
	admin.axe("the page with a new link")

	stranger := openLive(t, address, view{light: true, interrupted: true})
	stranger.waitText("h1", "Quarterly review")
	stranger.waitContains("#people", "Participant 1")
	stranger.waitText("#people-title", "2 participants")
	stranger.wait("document.title.includes('Quarterly review')")
	stranger.axe("the page behind a link")
	m.Set(map[string]any{"lock": 1, "hushed": "Hush-1"})
	stranger.waitText("#f-lock", "Locked")
	for _, word := range []string{"Ann", "991112", "1380013", "Hush", "hushed", "900487914"} {
		if page := evaluate[string](stranger, "document.documentElement.outerHTML"); strings.Contains(strings.ReplaceAll(page, b.url, ""), word) {
			t.Errorf("the page behind the link has %q", word)
		}
	}

	asked := time.Now()
	admin.call("take back", chromedp.Click(".link-row button"))
	stranger.waitText("h1", "This link does not open")
	if took := time.Since(asked); took > 2*time.Second {
		t.Logf("the page ended after %s", took) // a slow machine is no fault
	}
	if page := evaluate[string](stranger, "document.documentElement.outerHTML"); strings.Contains(page, "Quarterly") {
		t.Error("the page still has what it showed")
	}
	stranger.axe("a link that does not open")
	admin.waitContains(".notice", "The link was taken back.")
	admin.waitContains(".link-row", "Taken back")
	if r := get(t, address); r.status != http.StatusGone {
		t.Errorf("the link answers %d", r.status)
	}
}

// Nothing of a link is lost in a restart, a revocation least of all; a page that is open meanwhile comes back, or says so.
func TestLinksOutliveARestart(t *testing.T) {
	t.Parallel()
	b, m, admin := sharing(t, view{})
	admin.navigate(b.url + "/m/" + m.ConfID() + "/links")
	kept := admin.makeLink("names", "people")
	stranger := openLive(t, kept, view{interrupted: true})
	stranger.waitContains("#people", "Ann Berg")
	stranger.waitContains("#people", "••• 00")
	revoked := admin.makeLink()
	admin.call("take back", chromedp.Click(".link-new button"))
	admin.waitContains(".notice", "The link was taken back.")
	b.kill()
	b.restart()
	if r := get(t, revoked); r.status != http.StatusGone {
		t.Errorf("after a restart the revoked link answers %d", r.status)
	}
	stranger.waitBoard("live")
	m.Set(map[string]any{"lock": 1})
	stranger.waitText("#f-lock", "Locked")
	m.End()
	stranger.waitText("h1", "This link does not open") // it ended with the meeting
}

func TestTheLinkPagesOnANarrowScreen(t *testing.T) {
	t.Parallel()
	b, m, admin := sharing(t, view{width: 320, height: 844, light: true})
	for _, lang := range []string{"en", "zh"} {
		admin.navigate(b.url + "/m/" + m.ConfID() + "/links?lang=" + lang)
		admin.fits("the page where links are made")
		address := admin.makeLink("people", "layout")
		admin.fits("the page with a new link")
		admin.axe("the page with a new link, in " + lang)
		admin.navigate(b.url + "/links?lang=" + lang)
		admin.fits("all links")
		admin.axe("all links, in " + lang)
		stranger := openLive(t, address+"?lang="+lang, view{width: 320, height: 844, interrupted: true})
		stranger.wait("document.getElementById('people') !== null")
		stranger.fits("the page behind a link")
		stranger.axe("the page behind a link, in " + lang)
	}
}
