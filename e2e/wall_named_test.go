package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// walled is a board with accounts and two meetings, and an admin who has signed in and is asked for a page.
func walled(t *testing.T, path string, v view) (*board, *tab) {
	t.Helper()
	b, _, file := closed(t)
	password := addUser(t, file, "ann", "admin")
	b.kill() // so that the account is there at once
	b.restart()
	v.interrupted = true // pages end, which the browser logs
	p := open(t, b.url+path, v)
	p.leave(func() { p.signIn("ann", password) }) // to the same address
	p.wait("document.getElementById('name') === null")
	return b, p
}

// makeWall gives a name to what the set-up page shows, and returns the address of the wall.
func (p *tab) makeWall(name string) string {
	p.t.Helper()
	p.call("type the name", chromedp.SendKeys("#wall-name", name))
	p.call("make the wall", chromedp.Click(".wall-naming form button"))
	p.wait("document.activeElement.id === 'made-title' && document.getElementById('made-address') !== null")
	return evaluate[string](p, "document.getElementById('made-address').value")
}

// click clicks on the list of walls, which may be moving just then.
func (p *tab) click(selector string) {
	p.t.Helper()
	p.run("document.querySelector(" + quote(selector) + ").click()")
}

func TestAWallWithANameIsSeenToFromAfar(t *testing.T) {
	t.Parallel()
	b, admin := walled(t, "/walls?lang=en", view{})
	admin.waitText("#walls h2", "No wall has a name yet")
	admin.axe("the list without walls")
	admin.leave(func() { admin.call("set up a wall", chromedp.Click(".walls-lead a")) })
	admin.waitAddress("/wall/setup")
	address := admin.makeWall("Lobby")
	admin.axe("the list with a new wall")
	admin.waitContains(".wall-state", "Not opened yet")

	// The screen: the token leaves the address bar, and the admin sees who is there.
	screen := openScreen(t, address)
	if at := evaluate[string](screen, "location.href"); !strings.HasPrefix(at, b.url+"/wall?wall=") || strings.Contains(at, address[strings.LastIndex(address, "/")+1:]) {
		t.Errorf("the screen is at %s", at)
	}
	screen.waitText(".wall-name", "Lobby")
	admin.waitContains(".wall-state", "Online")
	admin.waitContains(".wall-row dl", "1920 × 1080")
	admin.waitContains(".wall-row dl", "current version")
	screen.call("a larger screen", chromedp.EmulateViewport(2560, 1440))
	admin.waitContains(".wall-row dl", "2560 × 1440")

	screen.leave(func() { admin.click(".wall-acts button") })
	screen.waitBoard("live")
	admin.waitContains(".notice", "Lobby")

	// What it shows is changed on the page where it was set up.
	admin.leaveBy(`document.querySelector(".wall-acts a.button").click()`)
	admin.waitText("#wall-naming-title", "What Lobby shows")
	admin.run(`document.getElementById("wall-lang").value = "zh"; document.getElementById("wall-tile-count").value = "1"`)
	admin.leave(func() { admin.call("look at the preview", chromedp.Click(".wall-setup > form button")) })
	admin.waitText("#wall-naming-title", "What Lobby shows")
	admin.axe("the set-up page of a wall")
	screen.leave(func() { admin.call("show it", chromedp.Click(".wall-naming form button")) })
	screen.waitBoard("live")
	screen.wait(`document.documentElement.lang === "zh-CN" && document.body.dataset.tiles === "1"`)
	admin.waitContains(".wall-shows", "1 tile")

	// It goes on through a restart, as the same page.
	screen.run("e2e.opened = true")
	b.kill()
	screen.waitBoard("reconnecting")
	b.restart()
	screen.waitBoard("live")
	if !evaluate[bool](screen, "e2e.opened === true") {
		t.Error("the same build was loaded anew")
	}

	// Removed, it says so in words, and shows nothing of what it showed.
	admin.waitBoard("live")
	admin.waitContains(".wall-state", "Online")
	admin.run(`document.querySelector(".wall-row details").open = true`)
	admin.leaveBy(`document.querySelector(".wall-more .danger").click()`)
	admin.waitContains(".notice", "Lobby was removed.")
	screen.waitBoard("denied")
	screen.waitContains(".veil-denied", "此屏幕已无权访问")
	screen.wait(`getComputedStyle(document.querySelector(".veil-denied")).display !== "none" && getComputedStyle(document.querySelector(".veil-silent")).display === "none" &&
		[".tiles", ".wall-counts"].every((e) => getComputedStyle(document.querySelector(e)).visibility === "hidden")`)
	late := open(t, address, view{width: 1920, height: 1080, interrupted: true})
	late.waitText("h1", "This screen is not let in")
	late.axe("a screen that is not let in")
	late.fits("a screen that is not let in")
}

// openScreen opens the address of a wall, which leads elsewhere.
func openScreen(t *testing.T, address string) *tab {
	t.Helper()
	base, _, _ := strings.Cut(address, "/w/")
	p := open(t, base+"/healthz", view{width: 1920, height: 1080, interrupted: true})
	p.call("open the address", chromedp.Navigate(address))
	p.waitBoard("live")
	return p
}

func TestThePagesOfWallsOnANarrowScreen(t *testing.T) {
	t.Parallel()
	_, admin := walled(t, "/wall/setup", view{width: 320, height: 844, light: true})
	admin.fits("the page where a wall is set up")
	admin.wait(`document.querySelector("iframe").contentDocument.documentElement.dataset.board === "live"`) // the preview has the admin's right
	admin.makeWall("网络运维中心三号屏 / Network operations centre")
	admin.fits("the list with a new wall")
	for _, lang := range []string{"en", "zh"} {
		admin.navigate(strings.TrimSuffix(evaluate[string](admin, "location.origin"), "/") + "/walls?lang=" + lang)
		admin.waitBoard("live")
		admin.run(`document.querySelector(".wall-row details").open = true`)
		admin.fits("the list, in " + lang)
		admin.axe("the list, in " + lang)
	}
}
