package e2e

import (
	"fmt"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

// hostileTexts are what a meeting can be made to carry.
var hostileTexts = []struct{ what, text string }{
	{"markup", `<img src=x onerror="window.hurt=1"><script>window.hurt=1</script></span><b id="injected">`},
	{"swap markup", `<hx-partial hx-target="#region" hx-swap="innerHTML"><p id="injected">x</p></hx-partial><div hx-swap-oob="true" id="mark">x</div><title>hurt</title>`},
	{"quotes and ends of things", `"'` + "`" + `--></style></textarea>{{.}}${hurt}\u003cb\u003e&lt;b&gt;&amp;`},
	{"300 characters without a blank", strings.Repeat("W", 300)},
	{"right-to-left writing and its controls", "\u202eשלום עולם\u202c مرحبا \u2067abc\u2069"},
	{"emoji and wide characters", "👩‍👩‍👧‍👦🏳️‍🌈 会议室 ﷽﷽﷽ Z̷̢̛͔̓a̶l̵g̷o̵"},
	{"lines", "one\r\ntwo\rthree\u2028four\u2029five\n\n\ndata: six\nevent: clock"},
}

func TestTextsFromAMeetingAreShownAsTextsWhateverTheyHold(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	named := watched{ConfID: id, HostPassword: "135790",
		Name:  `<b id="injected">` + strings.Repeat("N", 60) + `"'&amp; 👩‍👩‍👧‍👦 ` + "שלום",
		Group: `<script>window.hurt=1</script>` + strings.Repeat("G", 100)}
	b := serve(t, cloud, settings{heartbeat: steady, meetings: []watched{named}})
	b.waitLink(id, "live")

	phone := view{width: 390, height: 844}
	p := openLive(t, b.url+"/m/"+id, phone)
	overview := openLive(t, b.url+"/", phone)
	p.waitText("h1", named.Name)
	p.waitContains(".meeting-title", named.Group)
	overview.waitText("#"+card(id, "")+" h2", named.Name)

	for _, h := range hostileTexts {
		shown := strings.Join(strings.Fields(h.text), " ")
		check := func(p *tab, where string) {
			t.Helper()
			p.unhurt(h.what + ", " + where)
		}
		push := map[string]any{
			"mode": h.text, "state": h.text, "confIMGroupId": h.text, "multiPic": picture(10, ids(h.text, h.text), ids(h.text)),
			"plain": h.text, "nested": []any{h.text},
		}
		if len(h.text) <= 100 { // a frame with a much longer name of a field is refused
			push["field "+h.text] = map[string]any{"a " + h.text: h.text}
		}
		m.Set(push)
		unknown := func(name string) string { return name + ": " + shown + " (unknown value)" }
		p.waitText("#f-mode", unknown("Mode"))
		p.waitText("#f-state", unknown("Meeting"))
		p.waitText("#f-confIMGroupId", shown)
		p.waitContains("#screen-1", shown)
		p.waitContains("#screen-2", shown)
		// Unlisted fields are shown as JSON.
		raw := evaluate[string](p, `JSON.parse(document.querySelector('[data-field="plain"] dd').textContent)`)
		if raw != h.text {
			t.Errorf("%s: the unlisted field says %q", h.what, raw)
		}
		if name := "field " + h.text; push[name] != nil {
			p.wait(fmt.Sprintf(`[...document.querySelectorAll("#other dt")].some((e) => e.textContent.trim() === %s.trim())`, quote(name)))
		}
		check(p, "in an update")
		overview.waitText("#"+card(id, "mode"), unknown("Mode"))
		check(overview, "in an update of the overview")

		// The same in the page itself.
		p.navigate(b.url + "/m/" + id)
		p.waitBoard("live")
		p.waitText("#f-confIMGroupId", shown)
		check(p, "in the page")
		overview.navigate(b.url + "/")
		overview.waitBoard("live")
		overview.waitText("#"+card(id, "mode"), unknown("Mode"))
		check(overview, "in the overview")
	}
}

// unhurt fails the test if a text has become more than a text, or the page wider than its screen.
func (p *tab) unhurt(where string) {
	p.t.Helper()
	if n := evaluate[int](p, `document.querySelectorAll("#injected, #region img, #region script, #region style, #region hx-partial, #region [onerror]").length`); n > 0 {
		p.t.Errorf("%s: %d elements were injected", where, n)
	}
	if evaluate[bool](p, `"hurt" in window || document.title === "hurt"`) {
		p.t.Errorf("%s: a script ran", where)
	}
	if wide := evaluate[int](p, "document.scrollingElement.scrollWidth - innerWidth"); wide > 0 {
		p.t.Errorf("%s: the page is %d pixels wider than the screen: %s", where, wide, evaluate[string](p, widest))
	}
}

// widest names the elements that reach beyond the right edge.
const widest = `[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== "absolute")
	.slice(0, 8).map((e) => e.tagName + "#" + e.id + "." + e.className).join(" ")`
