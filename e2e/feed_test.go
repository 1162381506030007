package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"confboard/feed/simulator"
)

// row is the DOM id of a part of a meeting's row on the page of the feed.
func row(confID, part string) string { return "r-" + confID + "-" + part }

func TestTheFeedSaysWhyAMeetingIsNotLive(t *testing.T) {
	t.Parallel()
	const live, mistyped, late = "900000001", "900000002", "900000003"
	cloud := newCloud(t, brisk)
	m := cloud.Add(simulator.MeetingConfig{ConfID: live, HostPassword: "135790", Name: "Weekly review"})
	other := cloud.Add(simulator.MeetingConfig{ConfID: mistyped, HostPassword: "135790", Name: "Budget"})
	waiting := cloud.Add(simulator.MeetingConfig{ConfID: late, HostPassword: "135790", Name: "Design"})
	m.Start()
	other.Start()
	list := watching(m, other, waiting)
	list[1].HostPassword = "246800"
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: list})
	b.waitLink(live, "live")
	b.waitLink(mistyped, "refused")
	b.waitLink(late, "waiting")

	p := openLive(t, b.url+"/", view{interrupted: true}) // the board is stopped before the page
	p.call("go to the feed", chromedp.Click(".places a"))
	p.wait("location.pathname === '/feed'")
	p.waitBoard("live")
	if order := evaluate[[]string](p, `[...document.querySelectorAll("tbody tr")].map((e) => e.id)`); !slices.Equal(order, []string{"r-" + mistyped, "r-" + live, "r-" + late}) {
		t.Errorf("in order: %v, want problems first", order)
	}
	p.waitContains("#"+row(mistyped, "link"), "Refused")
	p.waitContains("#"+row(mistyped, "link"), "No such meeting, or a wrong host password.")
	p.waitContains("#"+row(mistyped, "link"), "Not tried again by itself.")
	p.wait(`/Next try (in \d+ sec|now)/.test(e2e.text("#` + row(late, "link") + `"))`) // it counts down
	p.waitContains("#"+row(live, "connection"), "since")
	p.wait(`/(sec\. ago|now) after [\d.]+ m?s$/.test(e2e.says("#` + row(live, "echo") + `").join(" "))`)
	p.wait(`/valid until \d\d:\d\d$/.test(e2e.says("#` + row(live, "token") + `").join(" "))`)

	// An echo changes its cell and nothing else of that row.
	p.watch("body")
	p.wait(`e2e.take().includes("` + row(live, "echo") + `")`)
	if other := slices.DeleteFunc(p.changed(row(live, "echo"), row(late, "link"), "clock"), func(id string) bool { return !strings.HasPrefix(id, "r-"+live) }); len(other) > 0 {
		t.Errorf("an echo changed %v", other)
	}

	// The filters and the search are links and a form.
	p.call("show those refused", chromedp.Click(".counter-attention"))
	p.wait("location.search === '?link=refused'")
	p.wait(`document.querySelectorAll("tbody tr").length === 1`)
	p.navigate(b.url + "/feed")
	p.call("search", chromedp.SendKeys(".feed-find input[type=search]", "WEEKLY"+kb.Enter))
	p.wait("location.search === '?q=WEEKLY'")
	p.wait(`document.querySelectorAll("tbody tr").length === 1`)

	// A refused frame is told on the meeting's own page, live.
	p.call("see the details", chromedp.Click("#"+row(live, "acts-details")))
	p.wait("location.pathname === '/feed/m/" + live + "'")
	p.waitBoard("live")
	p.waitContains("#feed-last", "No frame was refused.")
	m.PushRaw([]byte(`{"action":"ConfDynamicInfoNotify","confID":"` + live + `","msgMode":1,"version":999,"createTime":1,"lock":"odd","hostPwd":"Hush-1"}`))
	p.waitContains("#feed-last", "a field has a value that cannot be converted")
	p.waitContains("#feed-last .feed-excerpt", `"lock":"odd"`)
	p.waitContains("#feed-messages", "ConfDynamicInfoNotify")
	p.wait(`e2e.text("#feed-messages tbody tr td:nth-child(4)").endsWith("1")`)
	b.searchFor([]string{"Hush-", "135790", "246800"}, map[string]string{"the page": evaluate[string](p, "document.documentElement.outerHTML")},
		"/feed", "/feed/m/"+live, "/feed/m/"+mistyped)
}

var printedToken = regexp.MustCompile(`Admin token, for one sign-in on the page /feed: (\S+)`)

// adminToken is the token that the board has printed.
func (b *board) adminToken() (token string) {
	b.t.Helper()
	until(b.t, "an admin token on stdout", func() bool {
		all := printedToken.FindAllStringSubmatch(b.log.all(), -1)
		if len(all) == 0 {
			return false
		}
		token = all[len(all)-1][1]
		return true
	})
	return token
}

// focused is the id of the element that has the focus, or its class.
func (p *tab) focused() string {
	p.t.Helper()
	return evaluate[string](p, "document.activeElement.id || document.activeElement.className")
}

// By the keyboard alone: sign in, add a meeting, watch it come alive, remove it.
func TestAnAdminAddsAMeetingByHand(t *testing.T) {
	t.Parallel()
	const id, password = "900487914", "Hush-host-1"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: password, Title: "Board"})
	m.Start()
	file := settings{heartbeat: steady}.write(t, cloud)
	b := runBoard(t, "serve", "--config", file)
	stored := filepath.Join(filepath.Dir(file), "data")

	p := openLive(t, b.url+"/feed", view{interrupted: true})
	p.waitContains("#feed-list", "No meetings on the board")
	p.call("sign in", chromedp.Focus(".feed-lead a"))
	p.press(kb.Enter)
	p.wait("document.activeElement.id === 'token'")
	first := b.adminToken()
	p.press("WRONG" + kb.Enter)
	p.waitContains(".field-fault", "This is not the current admin token.")
	p.wait("document.activeElement.id === 'token'")
	p.press(first + kb.Enter)
	p.wait("location.pathname === '/feed'")
	p.waitBoard("live")

	p.call("open the form", chromedp.Focus(".add > summary"))
	p.press(kb.Enter)
	p.press(kb.Tab)
	if at := p.focused(); at != "confID" {
		t.Fatalf("after the form was opened Tab leads to %q", at)
	}
	p.press("900 487/914" + kb.Tab + "Hush-wrong-2" + kb.Tab + "Board meeting" + kb.Enter)
	p.waitContains(".field-fault", "A meeting ID has digits only")
	p.wait("document.activeElement.id === 'confID'")
	if kept := evaluate[[]string](p, `[...document.querySelectorAll(".add input")].map((e) => e.value)`); !slices.Equal(kept, []string{"900 487/914", "", "Board meeting", ""}) {
		t.Errorf("what was entered: %q, want all of it but the password", kept)
	}
	p.call("select the ID", chromedp.Evaluate[chromedp.Void](`document.activeElement.select()`))
	p.press("900 487 914" + kb.Tab + password + kb.Enter)
	p.waitContains(".notice", "Meeting 900487914 was added.")
	p.wait("document.activeElement.className === 'notice'")
	p.waitContains("#"+row(id, "link"), "Live")
	p.waitContains("#"+row(id, "name"), "Board meeting 900487914 · added by hand")

	// It outlives a restart, in a file for the owner's eyes only; the session does not.
	file = filepath.Join(stored, "meetings-by-hand.json")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the meetings: %v, %v", info, err)
	}
	b.stop()
	p.waitBoard("reconnecting")
	b.restart()
	p.waitBoard("live")
	b.waitLink(id, "live")
	p.navigate(b.url + "/feed/sign-in")
	p.wait("document.activeElement.id === 'token'")
	p.press(b.adminToken() + kb.Enter)
	p.wait("location.pathname === '/feed'")

	p.navigate(b.url + "/feed/m/" + id)
	p.waitBoard("live")
	p.call("open what removes it", chromedp.Focus("#feed-hand-remove > summary"))
	p.press(kb.Enter)
	p.press(kb.Tab + kb.Enter)
	p.waitContains(".notice", "Meeting 900487914 was removed.")
	p.waitContains("#feed-list", "No meetings on the board")
	if got := b.meeting(id).ConfID; got != "" {
		t.Errorf("after it was removed the API still tells of %s", got)
	}
	if content, err := os.ReadFile(file); err != nil || strings.Contains(string(content), password) {
		t.Errorf("the password of a removed meeting is still stored, or: %v", err)
	}
	p.call("sign out", chromedp.Click(".feed-lead button"))
	p.wait(`document.querySelector(".feed-lead a") !== null && document.querySelector(".add") === null`)
	b.searchFor([]string{"Hush-"}, map[string]string{"the page": evaluate[string](p, "document.documentElement.outerHTML")}, "/feed", "/feed/sign-in")
}

// A meeting that was refused is tried again when an admin asks for it, and only then.
func TestAnAdminRetriesAMeeting(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	b := serve(t, cloud, settings{heartbeat: steady, meetings: []watched{{ConfID: id, HostPassword: "135790", Name: "Board"}}})
	b.waitLink(id, "refused") // there is no such meeting yet
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()

	p := open(t, b.url+"/feed/sign-in", view{})
	p.wait("document.activeElement.id === 'token'")
	p.press(b.adminToken() + kb.Enter)
	p.wait("location.pathname === '/feed'")
	p.waitBoard("live")
	p.waitContains("#"+row(id, "link"), "Not tried again by itself.")
	p.call("retry", chromedp.Click("#"+row(id, "retry")))
	p.waitContains(".notice", "Meeting 900487914 is being tried again.")
	p.waitContains("#"+row(id, "link"), "Live")
	p.wait(`document.getElementById("` + row(id, "retry") + `") === null`)
}

// The pages that only an admin sees, with what can be wrong on them, as axe and a narrow screen take them.
func TestAnAdminsPagesAreForEverybody(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	b := serve(t, cloud, settings{heartbeat: steady, meetings: []watched{{ConfID: id, HostPassword: "135790", Name: "Board"}}})
	b.waitLink(id, "refused")
	for _, v := range []view{{width: 1440, height: 900, interrupted: true}, {width: 320, height: 844, light: true, interrupted: true}} {
		p := open(t, b.url+"/feed/sign-in", v)
		for _, lang := range []string{"en", "zh"} {
			look := func(what string) {
				t.Helper()
				p.wait("document.readyState === 'complete'")
				where := what + " in " + lang
				p.axe(where)
				if wide := evaluate[int](p, "document.scrollingElement.scrollWidth - innerWidth"); wide > 0 {
					t.Errorf("%s at %d pixels is %d too wide: %s", where, v.width, wide, evaluate[string](p, widest))
				}
			}
			p.navigate(b.url + "/feed/sign-in?lang=" + lang)
			p.wait("document.activeElement.id === 'token'")
			p.press("WRONG" + kb.Enter)
			p.wait("document.querySelector('.field-fault') !== null && document.activeElement.id === 'token'")
			look("the sign-in with a wrong token")
			p.press(b.currentToken() + kb.Enter)
			p.wait("location.pathname === '/feed'")
			p.waitBoard("live")
			p.call("open the form", chromedp.Focus(".add > summary"))
			p.press(kb.Enter + kb.Tab + "?" + kb.Tab + "x" + kb.Enter)
			p.wait("document.querySelector('.field-fault') !== null")
			p.waitBoard("live")
			look("the feed with a wrong form")
			p.navigate(b.url + "/feed/m/" + id)
			p.waitBoard("live")
			look("the feed of a meeting")
			p.navigate(b.url + "/feed?lang=" + lang)
			p.call("sign out", chromedp.Click(".feed-lead button"))
			p.wait("document.querySelector('.add') === null")
		}
	}
}

// currentToken is the token in the board's data folder.
func (b *board) currentToken() string {
	b.t.Helper()
	config := b.args[slices.Index(b.args, "--config")+1]
	content, err := os.ReadFile(filepath.Join(filepath.Dir(config), "data", "admin-token"))
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}
