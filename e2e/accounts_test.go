package e2e

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/feed/simulator"
)

var printedPassword = regexp.MustCompile(`Password: (\S+)`)

// addUser makes an account beside a running board, and returns its password.
func addUser(t *testing.T, file, name, role string) (password string) {
	t.Helper()
	out := user(t, file, "add", name, "--role", role, "--generate")
	found := printedPassword.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no password in %q", out)
	}
	return found[1]
}

// user runs a command of accounts.
func user(t *testing.T, file string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), suite.binary, append([]string{"user", "--config", file}, args...)...)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("confboard user %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// closed is a board with accounts and two meetings, of which the status of the second is public.
func closed(t *testing.T) (b *board, m *simulator.Meeting, file string) {
	t.Helper()
	cloud := newCloud(t, steady)
	m = cloud.Add(simulator.MeetingConfig{ConfID: "900487914", HostPassword: "135790", Title: "Quarterly review"})
	open := cloud.Add(simulator.MeetingConfig{ConfID: "900487915", HostPassword: "135790", Title: "Town hall"})
	m.Start()
	open.Start()
	list := watching(m, open)
	list[1].Public = "redacted"
	file = settings{heartbeat: steady, access: "accounts", meetings: list}.write(t, cloud)
	return runBoard(t, "serve", "--config", file), m, file
}

// signIn types name and password into the page that is open.
func (p *tab) signIn(name, password string) {
	p.t.Helper()
	p.wait("document.activeElement.id === 'name'")
	p.press(name + kb.Tab + password + kb.Enter)
}

func TestSigningInReturnsToTheWantedPage(t *testing.T) {
	t.Parallel()
	b, m, file := closed(t)
	password := addUser(t, file, "bob", "viewer")
	p := open(t, b.url+"/m/900487914?lang=zh", view{interrupted: true})
	p.waitText("h1", "登录")
	p.axe("the sign-in, in zh")
	p.navigate(b.url + "/m/900487914?lang=en")
	p.axe("the sign-in")
	p.signIn("bob", "wrong password")
	p.waitContains(".field-fault", "Name and password do not match.")
	p.wait("document.activeElement.id === 'password'")
	p.axe("the sign-in with a wrong password")
	until(t, "the account to be taken over", func() bool {
		p.leave(func() { p.press(password + kb.Enter) })
		p.wait("document.getElementById('about') !== null || document.activeElement.id === 'password'")
		return evaluate[bool](p, "document.getElementById('about') !== null")
	})
	if at := evaluate[string](p, "location.pathname + location.search"); at != "/m/900487914?lang=en" {
		t.Errorf("led to %s", at)
	}
	p.waitBoard("live")
	p.waitText("h1", "Quarterly review")
	p.waitContains(".account", "bob")
	p.axe("a page of somebody who is signed in")
	m.Set(map[string]any{"lock": 1})
	p.waitText("#f-lock", "Locked")

	// A wall in the same browser goes on saying that nobody is signed in; other pages become the sign-in.
	p.navigate(b.url + "/wall")
	p.waitBoard("live")
	user(t, file, "remove", "bob")
	p.waitBoard("denied")
	p.waitText(".pulse-denied", "Signed out")
	p.wait("getComputedStyle(document.querySelector('.veil-denied')).display !== 'none' && getComputedStyle(document.querySelector('.veil-silent')).display === 'none'")
	p.navigate(b.url + "/m/900487914")
	p.waitText("h1", "Sign in")
}

func TestAPageOfSomebodyWhoSignsOutElsewhereSaysSo(t *testing.T) {
	t.Parallel()
	b, _, file := closed(t)
	password := addUser(t, file, "ann", "admin")
	b.kill() // so that the account is there at once
	b.restart()
	p := open(t, b.url+"/m/900487914", view{interrupted: true})
	p.signIn("ann", password)
	p.waitBoard("live")
	p.waitText("h1", "Quarterly review")
	user(t, file, "role", "ann", "viewer") // signs out everywhere
	p.waitText("h1", "Sign in")
	p.wait("location.pathname === '/m/900487914'")
	p.signIn("ann", password)
	p.waitText("h1", "Quarterly review")
	p.waitBoard("live")
	p.call("see the account", chromedp.Click(".account a"))
	p.waitText("h1", "ann")
	p.axe("the page of an account")
	p.fits("the page of an account")
	p.call("sign out everywhere", chromedp.Click(`button[name="everywhere"]`))
	p.waitText("h1", "Sign in")
}

func TestAPublicMeetingSignedOut(t *testing.T) {
	t.Parallel()
	b, _, file := closed(t)
	password := addUser(t, file, "bob", "viewer")
	b.kill()
	b.restart()
	p := openLive(t, b.url+"/m/900487915", view{light: true, interrupted: true})
	p.waitText("h1", "Town hall")
	p.wait("document.getElementById('people') === null && document.getElementById('layout') === null")
	p.axe("a public meeting")
	p.call("see more", chromedp.Click(".links-lead a"))
	p.signIn("bob", password)
	p.wait("document.getElementById('people') !== null")
	p.waitBoard("live")
	user(t, file, "remove", "bob") // the page is still there, and another one
	p.wait("document.querySelector('.account') === null && document.querySelector('.links-lead a') !== null")
	p.waitBoard("live")
	p.waitText("h1", "Town hall")
	p.wait("document.getElementById('people') === null")
}
