package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// What happened outlives the board, and leads from the meeting's page to the list of those that have ended, and back to it.
func TestATimelineOutlivesTheBoard(t *testing.T) {
	t.Parallel()
	m, b, p := told(t)
	m.Set(map[string]any{"lock": 1})
	p.waitText("#f-lock", "Locked")
	p.navigate("about:blank") // the board is stopped before the page
	b.stop()
	b.restart()
	b.waitLink("900487914", "live")
	p.navigate(b.url + "/m/900487914")
	p.waitBoard("live")
	p.waitContains("#timeline-rows", "Unlocked → became Locked")
	p.waitContains("#timeline-rows", "The board was not running from")
	m.Set(map[string]any{"lock": 0})
	p.waitContains("#timeline-rows > li:first-child", "Locked → became Unlocked")
	m.End()
	p.waitContains("#timeline-rows", "The meeting ended")
	until(t, "the meeting is in the history", func() bool { return strings.Contains(get(t, b.url+"/history").body, "1 meeting<") })

	p.navigate(b.url + "/history?lang=en")
	p.axe("the history")
	p.leaveBy(`const form = document.querySelector(".history-find");
		form.elements.day.valueAsDate = new Date(Date.now() + 8 * 3600_000);
		form.requestSubmit()`)
	p.wait(`document.querySelector(".history tbody a") !== null`)
	if address := evaluate[string](p, "location.search"); !regexp.MustCompile(`^\?day=\d{4}-\d\d-\d\d&offset=480$`).MatchString(address) {
		t.Errorf("the day is asked for as %s", address)
	}
	p.leaveBy(`document.querySelector(".history tbody a").click()`)
	for _, want := range []string{"Unlocked → became Locked", "The board was not running from", "Locked → became Unlocked", "The meeting ended"} {
		p.waitContains("#timeline-rows", want)
	}
	p.axe("an ended meeting")
}
