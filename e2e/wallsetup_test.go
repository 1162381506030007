package e2e

import (
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestAWallIsSetUpWithoutAScriptAndSeenBeforeItHangs(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	for _, v := range []view{{width: 1440, height: 900}, {width: 390, height: 844, light: true, lang: "zh-CN"}} {
		p := open(t, b.url+"/wall/setup", v)
		p.run(`document.getElementById("wall-screen").value = "98"; document.getElementById("wall-distance").value = "6"`)
		p.call("send the form", chromedp.Click(chromedp.CSS(".wall-setup form button")))
		p.wait(`new URLSearchParams(location.search).get("screen") === "98" && document.readyState === "complete"`)
		if over := evaluate[int](p, "document.scrollingElement.scrollWidth - innerWidth"); over > 0 {
			t.Errorf("at %d pixels the page is %d too wide", v.width, over)
		}

		// The preview is the wall itself, alive, at its own size and drawn as large as there is room for.
		p.wait(`document.querySelector("iframe").contentDocument.documentElement.dataset.board === "live"`)
		m.Set(map[string]any{"lock": 1})
		p.wait(`document.querySelector("iframe").contentDocument.querySelector("#w-` + boardID + `-lock")`)
		m.Set(map[string]any{"lock": 0})
		p.wait(`!document.querySelector("iframe").contentDocument.querySelector("#w-` + boardID + `-lock")`)
		if got := evaluate[[]int](p, `[document.querySelector("iframe").contentWindow.innerWidth, document.querySelector("iframe").contentWindow.innerHeight]`); got[0] != 1920 || got[1] != 1080 {
			t.Errorf("the preview is that of a screen of %v", got)
		}
		frame, room := p.rects("iframe")[0], p.rects(".wall-preview > div")[0]
		if frame.W < room.W-4 || frame.W > room.W+4 || frame.H < room.H-4 || frame.H > room.H+4 {
			t.Errorf("the preview is %v in %v", frame, room)
		}

		address := evaluate[string](p, `document.getElementById("wall-address").value`)
		u, err := url.Parse(address)
		if err != nil || !strings.HasPrefix(address, b.url+"/wall?") || u.Query().Get("distance") != "6" {
			t.Fatalf("the address is %s: %v", address, err)
		}
		wall := openLive(t, address, view{width: 1920, height: 1080})
		wall.wait(`document.querySelectorAll("#region article").length === 1`)
	}
}

// Nothing but the board itself may frame a wall, and nothing may frame any other page.
func TestOnlyTheSetUpPageFramesAWall(t *testing.T) {
	t.Parallel()
	b, _ := oneMeeting(t, nil)
	for path, want := range map[string]string{
		"/wall": "frame-ancestors 'self'", "/wall/setup": "frame-ancestors 'none'; frame-src 'self'", "/": "frame-ancestors 'none'", "/wall/else": "frame-ancestors 'none'",
	} {
		if policy := get(t, b.url+path).header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, want) {
			t.Errorf("%s has the policy %q", path, policy)
		}
	}
}
