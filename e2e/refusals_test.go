package e2e

import (
	"cmp"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

// The calls of the cloud that these tests answer for it.
const (
	controlTokenPath = "/v1/mmc/control/conferences/token"
	regionPath       = "/v1/mmc/management/conferences/region/info"
	loginPath        = "/v2/usg/acs/auth/appauth"
)

// sentence is what a person reads in both languages.
type sentence struct{ en, zh string }

func (s sentence) in(lang string) string {
	if lang == "zh" {
		return s.zh
	}
	return s.en
}

// When it is tried again.
var (
	later    = sentence{"Next try", "下次尝试"}
	notAgain = sentence{"Not tried again by itself.", "不会自动重试。"}
)

// refusal is a way in which the cloud does not give a meeting to the board, and what the board says.
type refusal struct {
	what    string
	prepare func(*simulator.Meeting)
	// answer is what the cloud answers to the call for a control token; zero: what it does by its rules.
	status int
	code   string
	// password is what the board knows; empty: the right one.
	password string

	link, word string
	says       sentence
	next       sentence
}

var refusals = []refusal{
	{what: "a wrong password", password: "246800", link: "refused", word: "CHECK", next: notAgain, says: sentence{
		"No such meeting, or a wrong host password. Correct it in the settings and restart, or add the meeting again on the page Feed; wrong passwords lock accounts.",
		"会议不存在或主持人密码错误。请在配置中更正密码并重启，或在“数据接入”页重新添加该会议；密码多次错误会导致锁定。"}},
	{what: "no password", password: "none", link: "refused", word: "CHECK", next: notAgain, says: sentence{
		"No host password is known. Give it in the settings and restart, or add the meeting on the page Feed.",
		"缺少主持人密码。请在配置中填写并重启，或在“数据接入”页添加该会议。"}},
	{what: "locked out", status: http.StatusLocked, code: "MMC.111071052", link: "refused", word: "CHECK", next: notAgain, says: sentence{
		"Locked after too many wrong passwords. Wait; then give the right one in the settings and restart, or add the meeting again on the page Feed.",
		"密码错误次数过多，已被锁定。请稍候，然后在配置中填写正确密码并重启，或在“数据接入”页重新添加该会议。"}},
	{what: "no right", status: http.StatusForbidden, code: "MMC.111070002", link: "refused", word: "CHECK", next: notAgain, says: sentence{
		"The cloud does not permit it. For a meeting, ask its organiser for host rights; for the list, the app needs an administrator’s.",
		"会议服务不允许该操作。若为会议，请向会议组织者索取主持人权限；若为企业列表，应用需要管理员权限。"}},
	{what: "another site", prepare: func(m *simulator.Meeting) { m.SetSite("elsewhere.example") }, link: "refused", word: "CHECK", next: notAgain, says: sentence{
		"The meeting is on another site of the cloud. Check cloud.endpoint.",
		"会议位于会议服务的另一站点，请检查 cloud.endpoint。"}},
	{what: "no subscription", prepare: func(m *simulator.Meeting) { m.RefuseSubscribe(99) }, link: "refused", word: "CHECK", next: later, says: sentence{
		"The cloud refuses to send the meeting’s status. What it said is on the page Feed, under Details; if it stays so, ask the cloud’s support.",
		"会议服务拒绝推送该会议的状态。其说明见“数据接入”页的详情；若持续如此，请联系会议服务的技术支持。"}},
	{what: "token not taken", status: http.StatusUnauthorized, code: "MMC.111070111", link: "connecting", word: "CONNECTING", next: later, says: sentence{
		"The cloud did not accept the token. Fetching a new one.",
		"会议服务不接受当前令牌，正在获取新令牌。"}},
	{what: "not available", status: http.StatusServiceUnavailable, link: "connecting", word: "CONNECTING", next: later, says: sentence{
		"The cloud is not available at the moment. Trying again.",
		"会议服务暂时不可用，正在重试。"}},
	{what: "not started", status: http.StatusBadRequest, code: "MMC.111070005", link: "waiting", word: "NOT STARTED", next: later, says: sentence{
		"The meeting has not started.", "会议尚未开始。"}},
	{what: "ended", prepare: (*simulator.Meeting).End, link: "ended", word: "ENDED", says: sentence{
		"The meeting has ended. What you see is its last known state.",
		"会议已结束，所见为最后已知状态。"}},
}

func TestEachRefusalHasAName(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	cloud.SetApp(&simulator.App{ID: enterprise, Key: "Hush-app-key"})
	var list []watched
	answers := map[string]refusal{}
	for i, r := range refusals {
		m := cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900000001 + i), HostPassword: "135790", Name: r.what})
		m.Hide(true) // the list would give the password
		m.Start()
		if r.prepare != nil {
			r.prepare(m)
		}
		w := watching(m)[0]
		switch r.password {
		case "":
		case "none":
			w.HostPassword = ""
		default:
			w.HostPassword = r.password
		}
		list = append(list, w)
		answers[w.ConfID] = r
	}
	cloud.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := answers[r.URL.Query().Get("conferenceID")]
			switch {
			case r.URL.Path == controlTokenPath && answer.status != 0:
				refuseCall(w, answer.status, answer.code)
			case r.URL.Path == regionPath: // the site that was asked already
				fmt.Fprintf(w, `{"regionUrl":%q}`, r.Host)
			default:
				next.ServeHTTP(w, r)
			}
		})
	})
	b := serve(t, cloud, settings{heartbeat: steady, meetings: list, further: ofEnterprise(t, "Hush-app-key", nil)})
	for i, r := range refusals {
		b.waitLink(list[i].ConfID, r.link)
	}

	p := open(t, b.url+"/", view{})
	for _, lang := range []string{"en", "zh"} {
		p.navigate(b.url + "/?lang=" + lang)
		p.waitBoard("live")
		for i, r := range refusals {
			if lang == "en" {
				p.waitContains("#"+card(list[i].ConfID, "mark"), r.word)
			}
			if r.link != "ended" { // a card says it in its mark
				p.waitContains("#"+card(list[i].ConfID, "fresh"), r.says.in(lang))
				p.waitContains("#"+card(list[i].ConfID, "fresh"), r.next.in(lang))
			}
		}
		for i, r := range refusals {
			p.navigate(b.url + "/m/" + list[i].ConfID + "?lang=" + lang)
			p.waitBoard("live")
			p.waitContains("#head", r.says.in(lang))
			p.waitContains("#head", r.next.in(lang))
		}
	}
	if n := cloud.Meeting(list[0].ConfID).Counts().ControlTokenCalls; n != 1 {
		t.Errorf("%s was tried %d times: that locks the meeting", refusals[0].what, n)
	}
}

// refuseCall answers as the cloud does.
func refuseCall(w http.ResponseWriter, status int, code string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error_code":%q,"error_msg":"REFUSED_BY_TEST"}`, code)
}

// What is the matter between here and the cloud, for all meetings alike.
func TestEachWayNotToReachTheCloudHasAName(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	unknown := httptest.NewUnstartedServer(cloud)
	unknown.Config.ErrorLog = log.New(io.Discard, "", 0) // every handshake fails
	unknown.StartTLS()
	t.Cleanup(unknown.Close)
	certificate := sentence{"The cloud’s certificate was not accepted. Check the clock, the proxy and cloud.endpoint.",
		"会议服务的证书未通过验证，请检查系统时间、代理和 cloud.endpoint。"}
	for _, c := range []struct {
		what     string
		endpoint string
		environ  []string
		says     sentence
	}{
		{what: "nobody there", endpoint: "http://127.0.0.1:1", says: sentence{
			"The cloud cannot be reached. Check the network if this lasts.", "无法连接会议服务。若持续如此，请检查网络。"}},
		{what: "a certificate of nobody known", endpoint: unknown.URL, says: certificate},
		{what: "no TLS", endpoint: strings.Replace(cloud.URL(), "http://", "https://", 1), says: certificate},
		// A name server is not even asked for a label of 64 characters.
		{what: "no such host", endpoint: "https://" + strings.Repeat("x", 64) + ".example", says: sentence{
			"The cloud’s host name cannot be found. Check cloud.endpoint and the name server.", "无法解析会议服务的主机名，请检查 cloud.endpoint 和域名服务器。"}},
		{what: "a proxy that is away", endpoint: "https://meeting.example", environ: []string{"HTTPS_PROXY=http://127.0.0.1:1"}, says: sentence{
			"The proxy between here and the cloud refuses the connection or cannot be reached. Check the proxy settings.",
			"中间的代理拒绝连接或无法访问，请检查代理设置。"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			s := settings{heartbeat: steady, meetings: []watched{{ConfID: boardID, HostPassword: "135790"}},
				further: map[string]any{"cloud": map[string]any{"endpoint": c.endpoint}}}
			b := &board{t: t, args: []string{"serve", "--config", s.write(t, cloud)}, environ: c.environ}
			b.run()
			until(t, "a reason", func() bool { return b.meeting(boardID).Freshness.Reason != "" })
			for _, lang := range []string{"en", "zh"} {
				p := openLive(t, b.url+"/m/"+boardID+"?lang="+lang, view{})
				p.waitContains("#head", c.says.in(lang))
				p.waitContains("#head", later.in(lang))
			}
		})
	}
}

// The enterprise's list is refused by name too.
func TestEachRefusalOfTheListHasAName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		key  string
		// status and code are what the cloud answers to a login; zero: what it does by its rules.
		status int
		code   string
		says   sentence
		next   sentence
	}{
		{what: "a wrong key", key: "Hush-wrong-key", next: notAgain, says: sentence{
			"The cloud does not accept the app ID or its key. Correct cloud.app in the settings and restart; if it was put right in the cloud, try again.",
			"会议服务不接受应用 ID 或其密钥。请更正配置中的 cloud.app 后重启；若已在会议服务侧修正，请立即重试。"}},
		{what: "clocks apart", status: http.StatusUnauthorized, code: "USG.206010057", next: sentence{"Next", "下次"}, says: sentence{
			"This machine’s clock and the cloud’s are too far apart. Set the clock.",
			"本机时钟与会议服务的时钟相差过大，请校准时钟。"}},
		{what: "a locked account", status: http.StatusLocked, code: "USG.201040031", next: notAgain, says: sentence{
			"The enterprise’s account is disabled or locked. Have it unlocked, then try again.",
			"企业账号已停用或被锁定。请解锁后重试。"}},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			cloud := newCloud(t, steady)
			cloud.SetApp(&simulator.App{ID: enterprise, Key: "Hush-app-key"})
			if c.status != 0 {
				cloud.Wrap(func(next http.Handler) http.Handler {
					return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						if r.URL.Path == loginPath {
							refuseCall(w, c.status, c.code)
							return
						}
						next.ServeHTTP(w, r)
					})
				})
			}
			b := serve(t, cloud, settings{heartbeat: steady, further: ofEnterprise(t, cmp.Or(c.key, "Hush-app-key"), nil)})
			for _, lang := range []string{"en", "zh"} {
				p := openLive(t, b.url+"/feed?lang="+lang, view{})
				p.waitContains("#feed-listing", c.says.in(lang))
				p.waitContains("#feed-listing", c.next.in(lang))
			}
			if n := cloud.Calls(loginPath); c.next == notAgain && n > 1 {
				t.Errorf("%d logins: an account must not be locked by us", n)
			}
		})
	}
}
