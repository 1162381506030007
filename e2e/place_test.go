package e2e

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"confboard/feed/simulator"
)

func TestTheBoardWorksBelowABasePath(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, basePath: "/board", meetings: watching(m)})
	if !strings.HasSuffix(b.url, "/board") {
		t.Fatalf("the board says that it serves on %s", b.url)
	}
	b.waitLink(id, "live") // by the API below the base path

	p := openLive(t, b.url+"/", view{})
	p.waitText("#"+card(id, "lock"), "Unlocked")
	m.Set(map[string]any{"lock": 1})
	p.waitText("#"+card(id, "lock"), "Locked")

	// Along the links that people use.
	p.call("follow the card's link", chromedp.Click(chromedp.CSS("#"+card(id, "")+" h2 a")))
	p.wait("location.pathname === '/board/m/" + id + "'")
	p.waitBoard("live")
	p.waitText("#f-lock", "Locked")
	m.Set(map[string]any{"lock": 0})
	p.waitText("#f-lock", "Unlocked")
	p.call("choose Chinese", chromedp.Click(chromedp.CSS(`.choices a[lang="zh-CN"]`)))
	p.waitText("#f-lock", "未锁定")
	p.call("go home", chromedp.Click(chromedp.CSS("a.brand")))
	p.wait("location.pathname === '/board/'")
	p.waitText("#"+card(id, "lock"), "未锁定") // the cookie is valid for the base path
	p.waitBoard("live")

	assets := 0
	for _, path := range p.asked() {
		if !strings.HasPrefix(path, "/board/") {
			t.Errorf("the page asked for %s, above the base path", path)
		}
		if strings.HasPrefix(path, "/board/static/") {
			assets++
		}
	}
	if p.streams() == 0 || assets == 0 {
		t.Errorf("the browser asked for %d streams and %d assets: %v", p.streams(), assets, p.asked())
	}

	root := strings.TrimSuffix(b.url, "/board")
	if r := get(t, b.url); r.status != http.StatusPermanentRedirect || r.header.Get("Location") != "/board/" {
		t.Errorf("/board answered %d to %s", r.status, r.header.Get("Location"))
	}
	for _, path := range []string{"/", "/m/" + id, "/events", "/healthz", "/metrics", "/api/v1/meetings"} {
		if r := get(t, root+path); r.status != http.StatusNotFound {
			t.Errorf("%s answered %d above the base path, want 404", path, r.status)
		}
	}
}

func TestWithoutJavaScriptThePageShowsEverything(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board"})
	m.Start()
	m.Set(map[string]any{"lock": 1, "recState": 1, "recOccurred": 1, "mode": "FIXED", "picNum": 2, "confIMGroupId": "chat-7700",
		"multiPic": picture(10, ids("+99111240"), ids("+99111241", "+99111242")), "endTime": "4102444800000"})
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")

	page := plainText(get(t, b.url+"/m/"+id).body)
	for _, words := range []string{"LIVE", "Board", id, "2100-01-01 00:00:00 UTC", "Fixed layout", "In progress", "Voice activation on", "Locked", "Muted on entry",
		"Sharing open", "May unmute themselves", "Host does not see participants in turn", "2 screens", "Recording", "Set by a person: 2 screens",
		"chat-7700", "Chat on", "Was recorded at some time", "Captions off", "+99111240", "+99111242", "changes every 10 s",
		"audienceVideoLayout", "speakerVideoLayout", "waitingRoomState", "Last message", "The cloud answers in time"} {
		if !strings.Contains(page, words) {
			t.Errorf("the meeting's page does not say %q", words)
		}
	}
	overview := plainText(get(t, b.url+"/").body)
	for _, words := range []string{"LIVE", "Board", id, "2100-01-01 00:00:00 UTC", "Fixed layout", "In progress", "Locked", "Muted on entry", "Sharing open", "2 screens",
		"Recording", "Chat on", "Captions off", "1 meeting"} {
		if !strings.Contains(overview, words) {
			t.Errorf("the overview does not say %q", words)
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

// plainText is what a page says, blanks joined.
func plainText(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(page, " "))), " ")
}
