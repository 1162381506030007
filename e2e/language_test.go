package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"confboard/feed/simulator"
)

func TestThePageAndItsUpdatesAreInChineseWhenAskedFor(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "安全例会"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")

	p := openLive(t, b.url+"/m/"+id+"?lang=zh", view{})
	p.waitText("#f-lock", "未锁定")
	p.waitText(statusWord, "实时")
	p.waitText("h1", "安全例会")
	m.Set(map[string]any{"lock": 1, "picNum": 9})
	p.waitText("#f-lock", "已锁定")
	p.waitText("#f-picNum", "9 画面")
	p.wait(`document.documentElement.lang === "zh-CN"`)
	p.wait(`document.title === "实时 · 安全例会 · Confboard"`)

	// The choice is remembered, for other pages and without the parameter.
	p.navigate(b.url + "/")
	p.waitBoard("live")
	p.waitText("#"+card(id, "lock"), "已锁定")
	m.Set(map[string]any{"lock": 0})
	p.waitText("#"+card(id, "lock"), "未锁定")
	p.wait(`document.documentElement.lang === "zh-CN"`)

	// It can be taken back by the link on the page.
	p.call("choose English", chromedp.Click(chromedp.CSS(`.choices a[lang="en"]`)))
	p.wait(`document.documentElement.lang === "en"`)
	p.waitText("#"+card(id, "lock"), "Unlocked")

	// Somebody whose browser asks for Chinese gets it.
	asked := openLive(t, b.url+"/m/"+id, view{lang: "fr;q=0.9, zh-Hans-CN, en;q=0.5"})
	asked.waitText("#f-lock", "未锁定")
	m.Set(map[string]any{"lock": 1})
	asked.waitText("#f-lock", "已锁定")
	openLive(t, b.url+"/m/"+id, view{}).waitText("#f-lock", "Locked")
}

func TestTheLanguageIsTheOneChosenOrTheOneAskedFor(t *testing.T) {
	t.Parallel()
	b := serve(t, newCloud(t, steady), settings{heartbeat: steady})
	cases := []struct{ what, path, accept, cookie, want string }{
		{"nothing is asked for", "/", "", "", "en"},
		{"the browser asks for Chinese", "/", "zh-CN,zh;q=0.9,en;q=0.8", "", "zh-CN"},
		{"the browser asks for a language that there is not", "/", "sw", "", "en"},
		{"the browser prefers English", "/", "en-GB,zh;q=0.5", "", "en"},
		{"the address outdoes the browser", "/?lang=zh", "en", "", "zh-CN"},
		{"the choice of before outdoes the browser", "/", "en", "confboard_lang=zh", "zh-CN"},
		{"the address outdoes the choice of before", "/?lang=en", "zh", "confboard_lang=zh", "en"},
		{"an unknown language in the address counts as none", "/?lang=xx", "zh", "", "zh-CN"},
		{"the header is nonsense", "/", ";;;q=,,\"", "", "en"},
		{"an unknown meeting", "/m/900000000?lang=zh", "", "", "zh-CN"},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			r := get(t, b.url+c.path, "Accept-Language", c.accept, "Cookie", c.cookie)
			if want := `<html lang="` + c.want + `"`; !strings.Contains(r.body, want) {
				t.Errorf("the page has no %s: %.200s", want, r.body)
			}
			set := r.header.Get("Set-Cookie")
			if chosen := strings.Contains(c.path, "lang=zh") || strings.Contains(c.path, "lang=en"); chosen != (set != "") {
				t.Errorf("Set-Cookie is %q", set)
			}
		})
	}
}
