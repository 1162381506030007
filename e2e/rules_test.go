package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/feed/simulator"
)

// An admin says what meetings are expected to be: a second browser sees at once which of them differ, and no more when that is taken back.
func TestAProfileIsMadeAndRemoved(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	var meetings []*simulator.Meeting
	for id, title := range map[string]string{"900000001": "Room 1", "900000002": "Room 2", "900000003": "Hall"} {
		m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Title: title})
		m.Start()
		locked := 0
		if id == "900000002" {
			locked = 1
		}
		m.Set(map[string]any{"lock": locked})
		meetings = append(meetings, m)
	}
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(meetings...)})
	for _, m := range meetings {
		b.waitLink(m.ConfID(), "live")
	}
	second := openLive(t, b.url+"/", view{})
	const differs, locked, other = "900000001", "900000002", "900000003"
	for _, id := range []string{differs, locked, other} {
		second.waitText("#"+card(id, "mark"), "LIVE")
	}

	admin := open(t, b.url+"/feed/sign-in", view{interrupted: true}) // the browser logs what was refused
	admin.wait("document.activeElement.id === 'token'")
	admin.press(b.currentToken() + kb.Enter)
	admin.waitAddress("/feed")
	admin.waitBoard("live") // until then the header moves
	admin.call("to the rules", chromedp.Click(`.places a[href="/rules"]`))
	admin.waitAddress("/rules")
	admin.waitBoard("live")
	admin.axe("the rules without profiles")
	admin.call("add a profile", chromedp.Click(`.rules-none a[href="/rules/profiles/new"]`))
	admin.waitAddress("/rules/profiles/new")
	admin.wait(`document.readyState === "complete"`)
	fill := func(field, value string) {
		admin.run(`document.getElementById("rule-` + field + `").value = ` + quote(value))
	}
	fill("name", "Rooms")
	fill("title", "Room *")
	fill("expect-locked", "yes")
	fill("grace", "soon")
	admin.call("save", chromedp.Click(".rules-acts .primary"))
	admin.wait(`document.readyState === "complete" && document.activeElement.id === "rule-grace"`)
	admin.axe("a form with a fault")
	fill("grace", "0s")
	admin.call("try", chromedp.Click(`button[name="try"]`))
	admin.waitContains("#trial", "1 meeting differs and would be told about at once:")
	admin.waitContains("#trial", "Room 1")
	admin.wait(`document.readyState === "complete"`)
	admin.axe("a form that was tried")
	second.waitText("#"+card(differs, "mark"), "LIVE")
	admin.call("save", chromedp.Click(".rules-acts .primary"))
	admin.waitContains(".notice", "The profile “Rooms” is saved and counts now.")

	second.waitText("#"+card(differs, "mark"), "CHECK")
	for _, id := range []string{locked, other} {
		if got := second.text("#" + card(id, "mark")); got != "LIVE" {
			t.Errorf("%s says %s", id, got)
		}
	}
	viewer := openLive(t, b.url+"/rules", view{width: 320, light: true})
	viewer.waitContains(".rule-count", "Fits 2 meetings · 1 differs")
	viewer.fits("the rules")
	viewer.axe("the rules with a profile")

	admin.waitBoard("live")
	admin.call("change", chromedp.Click(`.rule-acts a[href*="/rules/profiles/"]`))
	admin.waitContains("h1", "Change “Rooms”")
	admin.wait(`document.readyState === "complete"`)
	admin.call("remove", chromedp.Click(`button[name="remove"]`))
	admin.waitContains(".notice", "The profile is removed.")
	second.waitText("#"+card(differs, "mark"), "LIVE")
	viewer.waitContains(".rules-none", "No profiles yet")
}
