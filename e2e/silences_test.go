package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/feed/simulator"
)

// alarming is a board with a meeting that is recorded while it is not locked, which alerts at once, and an admin in front of it.
func alarming(t *testing.T, v view) (*board, *simulator.Meeting, *tab) {
	t.Helper()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: "900487914", HostPassword: "135790", Name: "Quarterly review"})
	m.Start()
	m.Set(map[string]any{"lock": 0, "recState": 1})
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m),
		further: map[string]any{"rules": map[string]any{"unlockedRecording": map[string]any{"severity": "alert", "after": "0s"}}}})
	b.waitLink(m.ConfID(), "live")
	v.interrupted = true // what is refused is logged by the browser
	p := open(t, b.url+"/feed/sign-in", v)
	p.wait("document.activeElement.id === 'token'")
	p.press(b.currentToken() + kb.Enter)
	p.wait("location.pathname === '/feed'")
	return b, m, p
}

func TestWhatIsAcknowledgedIsSeenByAllAndOutlivesARestart(t *testing.T) {
	t.Parallel()
	b, m, admin := alarming(t, view{})
	page := b.url + "/m/" + m.ConfID()
	viewer := openLive(t, page, view{light: true, interrupted: true})
	wall := openLive(t, b.url+"/wall", view{interrupted: true})
	for _, p := range []*tab{viewer, wall} {
		p.waitContains("#main", "ALERT")
	}
	viewer.waitContains("#concerns", "Recorded while it is not locked.")
	if n := evaluate[int](viewer, "document.querySelectorAll('#concerns form, #concerns a').length"); n > 0 {
		t.Errorf("a viewer is offered %d things to do", n)
	}

	admin.navigate(page)
	admin.axe("a meeting with a concern, for an admin")
	admin.call("acknowledge", chromedp.Click("#concerns button"))
	admin.wait("document.activeElement.id === 'name'") // asked once, of who has no account
	admin.waitContains(".field-fault", "Enter your name.")
	admin.wait("document.getElementById('for-seen').checked")
	admin.press("Ann Berg" + kb.Enter)
	admin.waitContains("#concerns", "Acknowledged by Ann Berg since")

	viewer.waitContains("#concerns", "Acknowledged by Ann Berg since")
	viewer.waitText("#mark span", "LIVE")
	viewer.waitContains("#timeline", "Ann Berg acknowledged: REC, not locked")
	viewer.axe("a meeting with an acknowledged concern")
	wall.waitContains("#wall-tiles", "REC, not locked, noted")
	wall.waitContains("#wall-counts", "1 noted")
	wall.waitContains("#wall-tiles", "LIVE")

	b.kill()
	b.restart()
	b.waitLink(m.ConfID(), "live")
	viewer.waitBoard("live")
	viewer.waitContains("#concerns", "Acknowledged by Ann Berg since")
	viewer.waitText("#mark span", "LIVE")

	m.Set(map[string]any{"lock": 1})
	viewer.wait("document.getElementById('concerns').hidden") // it has gone, and with it the acknowledgement
	m.Set(map[string]any{"lock": 0})
	viewer.waitText("#mark span", "ALERT")
	wall.waitContains("#wall-tiles", "ALERT")
}

func TestAConcernIsSilencedUntilATimeOfDay(t *testing.T) {
	t.Parallel()
	b, m, admin := alarming(t, view{width: 320, height: 844, light: true})
	page := b.url + "/m/" + m.ConfID()
	for _, lang := range []string{"zh", "en"} {
		admin.navigate(page + "?lang=" + lang)
		admin.fits("the meeting, in " + lang)
		admin.axe("the meeting, in " + lang)
		admin.call("silence", chromedp.Click("#concerns a.button"))
		admin.wait("location.pathname === '/m/900487914/silence' && document.readyState === 'complete'")
		admin.fits("the page of silences, in " + lang)
		admin.axe("the page of silences, in " + lang)
	}
	// Entering a time chooses it, and it is meant in the viewer's zone.
	admin.call("enter a note", chromedp.Click("#note"))
	admin.press("Moved to room 2")
	admin.run(`const t = document.getElementById("time");
		t.value = new Date(Date.now() + 2 * 3600e3).toTimeString().slice(0, 5);
		t.dispatchEvent(new Event("input", { bubbles: true }));`)
	admin.wait("document.getElementById('for-time').checked && document.querySelector('[data-offset]').value === String(-new Date().getTimezoneOffset())")
	admin.call("enter a name", chromedp.Click("#name"))
	admin.press("李娜" + kb.Enter)
	admin.waitContains("#concerns", "Silenced by 李娜 until")
	admin.waitContains("#concerns", "“Moved to room 2”")
	admin.fits("the meeting with a silence")
	admin.navigate(b.url + "/?is=noted")
	admin.waitContains("#cards", "Silenced by 李娜: REC, not locked")
	admin.axe("the overview of what was silenced")
	admin.fits("the overview of what was silenced")
	admin.navigate(page)
	admin.call("alert again", chromedp.Click("#concerns form button"))
	admin.waitText("#mark span", "ALERT")
}
