package e2e

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// Everything that handles a secret is in use, and all faults come one after the other, at the log level that tells most.
func TestNoSecretLeavesTheBoardInAFaultyRun(t *testing.T) {
	t.Parallel()
	const (
		listed, byHand, mistyped = "900000001", "900000002", "900000003"
		key, hookKey             = "Hush-app/key+1", "Hush-hook key&2"
	)
	cloud := newCloud(t, brisk)
	cloud.SetApp(&simulator.App{ID: enterprise, Key: key})
	m := cloud.Add(simulator.MeetingConfig{ConfID: listed, HostPassword: `Hush-host <3> "x"`, Title: "Board"})
	other := cloud.Add(simulator.MeetingConfig{ConfID: byHand, HostPassword: "Hush-host/4 密码", Title: "Budget"})
	wrong := cloud.Add(simulator.MeetingConfig{ConfID: mistyped, HostPassword: "Hush-host-5"})
	for _, each := range []*simulator.Meeting{m, other, wrong} {
		each.Start()
	}
	other.Hide(true)
	wrong.Hide(true)

	further := ofEnterprise(t, key, map[string]any{"hook": map[string]any{"appID": enterprise, "keyFile": secretFile(t, hookKey)}})
	recordings := t.TempDir()
	further["record"] = map[string]any{"file": filepath.Join(recordings, "feed.jsonl")}
	s := settings{heartbeat: brisk, meetings: []watched{{ConfID: mistyped, HostPassword: "Hush-wrong-6"}}, further: further}
	file := s.write(t, cloud)
	b := runBoard(t, "serve", "--config", file)
	data := filepath.Join(filepath.Dir(file), "data")
	cloud.SendEvents(b.url+"/hooks/huawei", enterprise, hookKey)
	b.waitLink(listed, "live")
	b.waitLink(mistyped, "refused")

	// An admin mistypes the token and the form before both are right.
	first := b.adminToken()
	admin, session := b.adminClient()
	b.post(admin, http.StatusForbidden, "/feed/sign-in", url.Values{"token": {"Hush-token-7"}})
	b.post(admin, http.StatusSeeOther, "/feed/sign-in", url.Values{"token": {first}})
	b.post(admin, http.StatusUnprocessableEntity, "/feed", url.Values{"confID": {"?"}, "hostPassword": {"Hush-typed-8"}})
	b.post(admin, http.StatusSeeOther, "/feed", url.Values{"confID": {byHand}, "hostPassword": {other.HostPassword()}})
	b.post(admin, http.StatusSeeOther, "/feed/m/"+mistyped+"/retry", nil)
	b.waitLink(byHand, "live")

	following := map[string]func() string{}
	for _, path := range []string{"/", "/wall", "/m/" + listed, "/m/" + byHand, "/feed", "/feed/m/" + listed, "/feed/m/" + mistyped} {
		following[path] = follow(t, b.url+strings.TrimSuffix(path, "/")+"/events")
	}
	for n, fault := range simulator.Faults() {
		b.suffer(cloud, m, fault, n)
	}

	shown := map[string]string{}
	for _, path := range []string{"/m/" + listed, "/m/" + byHand, "/m/" + mistyped, "/feed", "/feed?lang=zh", "/feed/sign-in",
		"/feed/m/" + listed, "/feed/m/" + byHand, "/feed/m/" + mistyped, "/api/v1/meetings/" + listed, "/api/v1/meetings/" + byHand} {
		shown[path] = get(t, b.url+path, "Accept-Encoding", "identity").body
		shown[path+" for an admin"] = b.ask(admin, path)
	}
	for _, path := range []string{"/", "/?lang=zh", "/wall", "/api/v1/meetings", "/metrics", "/healthz"} {
		shown[path] = get(t, b.url+path, "Accept-Encoding", "identity").body
	}
	tokens := append(slices.Clone(cloud.Secrets()), first, b.currentToken(), session())
	b.stop()
	for path, text := range following {
		shown["the stream of "+path] = text()
	}
	shown["the log"] = strings.Replace(b.log.all(), "Admin token, for one sign-in on the page /feed: "+first, "", 1)
	keep(t, shown, recordings)
	keep(t, shown, data, "meetings-by-hand.json", "admin-token")

	tokens = slices.DeleteFunc(tokens, func(s string) bool { return s == "" })
	if len(tokens) < 100 {
		t.Errorf("only %d secrets were seen in all of the run", len(tokens))
	}
	for where, needs := range map[string]string{"the log": "reason=unavailable", "feed.jsonl": `"ConfBasicInfoNotify"`, "the stream of /m/" + listed: "head-reason"} {
		if !strings.Contains(shown[where], needs) {
			t.Errorf("%s is not what was to be searched: there is no %s in %d bytes", where, needs, len(shown[where]))
		}
	}
	searchIn(t, append(tokens, "Hush-"), shown)
}

// suffer lets a fault of the whole cloud strike until the API shows it, and waits until the meeting is live again.
func (b *board) suffer(cloud *simulator.Cloud, m *simulator.Meeting, fault simulator.Fault, n int) {
	b.t.Helper()
	tr := &trial{fault: fault, want: faultTable[fault], meeting: m}
	if slices.Contains(tr.want.links, "stale") { // the heartbeat is brisk, and nobody waits here
		tr.want.links = append(slices.Clone(tr.want.links), "lost")
	}
	timesOut := slices.Contains(tr.want.reasons, "unreachable") // which takes its time, and says nothing that a refused call does not say
	b.event(cloud, simulator.Event{Name: "meeting.end", ConfID: m.ConfID(), Signature: fmt.Sprintf("%064d", n)}, http.StatusUnauthorized)
	tr.begin(b.meeting(m.ConfID()), cloud.Inject)
	cloud.ExpireAccessTokens()                                                               // the next list takes a login
	b.event(cloud, simulator.Event{Name: "meeting.create", Time: time.Now()}, http.StatusOK) // whatever the cloud's clock says
	round := 0
	until(b.t, fault.String()+" is shown", func() bool {
		round++
		m.Set(map[string]any{"partViewNum": round, "hostPwd": fmt.Sprint("Hush-pushed-", n), "link": "https://Hush-pushed.example"})
		a := b.meeting(m.ConfID())
		return tr.told(a) || timesOut && slices.Contains(tr.want.links, a.Freshness.Link)
	})
	cloud.Clear()
	if tr.want.ends {
		m.Start()
	}
	b.event(cloud, simulator.Event{Name: "meeting.started", ConfID: m.ConfID()}, http.StatusOK)
	b.waitLink(m.ConfID(), "live")
}

// event pushes an event to the board.
func (b *board) event(cloud *simulator.Cloud, e simulator.Event, want int) {
	b.t.Helper()
	if answer, err := cloud.SendEvent(b.t.Context(), e); err != nil || answer.Status != want {
		b.t.Errorf("%s was answered %d, %v, want %d", e.Name, answer.Status, err, want)
	}
}

// adminClient asks as a browser does, with cookies; session is what keeps it signed in.
func (b *board) adminClient() (c *http.Client, session func() string) {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	own := *client
	own.Jar = jar
	return &own, func() string {
		u, err := url.Parse(b.url)
		if err != nil {
			b.t.Fatal(err)
		}
		longest := ""
		for _, cookie := range jar.Cookies(u) {
			if len(cookie.Value) > len(longest) {
				longest = cookie.Value
			}
		}
		if len(longest) < 20 {
			b.t.Error("there is no session")
		}
		return longest
	}
}

// post sends a form; the status of the answer has to be as wanted.
func (b *board) post(as *http.Client, want int, path string, form url.Values) {
	b.t.Helper()
	res, err := as.PostForm(b.url+path, form)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		b.t.Errorf("POST %s answered %s, want %d: %.2000s", path, res.Status, want, body)
	}
	searchIn(b.t, []string{"Hush-"}, map[string]string{"the answer to POST " + path: string(body), "where it leads": res.Header.Get("Location")})
}

// ask is what somebody gets to see.
func (b *board) ask(as *http.Client, path string) string {
	b.t.Helper()
	res, err := as.Get(b.url + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(body)
}

// follow reads a stream until it ends. text waits for that, and returns all of it.
func follow(t *testing.T, address string) (text func() string) {
	t.Helper()
	s := openStream(t, address)
	var all []byte
	ended := make(chan struct{})
	go func() { // text waits for it
		defer close(ended)
		all, _ = io.ReadAll(s.in) // the board may end it in any way
	}()
	return func() string {
		<-ended
		return string(all)
	}
}

// keep adds the files of a folder to what is searched, but for those that may hold secrets, which have to be for their owner only.
func keep(t *testing.T, shown map[string]string, folder string, secret ...string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s: %v", d.Name(), info.Mode())
		}
		if slices.Contains(secret, d.Name()) {
			return nil
		}
		content, err := os.ReadFile(path)
		shown[d.Name()] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
