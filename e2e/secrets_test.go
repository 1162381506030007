package e2e

import (
	"encoding/base64"
	"html"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"confboard/feed/simulator"
)

// witness stands in front of the simulated cloud and notes the tokens that pass, as only the cloud and its client know them.
type witness struct {
	mu     sync.Mutex
	tokens []string
}

// around notes what passes a cloud.
func (w *witness) around(cloud http.Handler) http.Handler {
	return http.HandlerFunc(func(to http.ResponseWriter, r *http.Request) {
		opening := r.URL.Query().Get("tmpToken")
		w.note(r.Header.Get("X-Conference-Authorization"), opening)
		if opening != "" { // the connection is taken over, so it has to be the real writer
			cloud.ServeHTTP(to, r)
			return
		}
		recorded := &recorder{ResponseWriter: to}
		cloud.ServeHTTP(recorded, r)
		for _, name := range []string{`"token":"`, `"tmpWsToken":"`, `"webSocketToken":"`, `"addressToken":"`} {
			if _, after, found := strings.Cut(recorded.text.String(), name); found {
				token, _, _ := strings.Cut(after, `"`)
				w.note(token)
			}
		}
	})
}

func (w *witness) note(tokens ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, token := range tokens {
		token = strings.TrimPrefix(token, "Basic ")
		if token != "" && !slices.Contains(w.tokens, token) {
			w.tokens = append(w.tokens, token)
		}
	}
}

func (w *witness) noted() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.tokens)
}

// recorder keeps a copy of an answer.
type recorder struct {
	http.ResponseWriter
	text strings.Builder
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.text.Write(p)
	return r.ResponseWriter.Write(p)
}

func TestNoSecretLeavesTheBoard(t *testing.T) {
	t.Parallel()
	const id, wrong = "900487914", "900487915"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "Hush-host-1", Name: "Board"})
	mistyped := cloud.Add(simulator.MeetingConfig{ConfID: wrong, HostPassword: "Hush-host-2"})
	m.Start()
	mistyped.Start()
	var w witness
	cloud.Wrap(w.around)

	list := watching(m, mistyped)
	list[1].HostPassword = "Hush-wrong-3"
	b := serve(t, cloud, settings{heartbeat: steady, meetings: list})
	b.waitLink(id, "live")
	b.waitLink(wrong, "refused")

	st := openStream(t, b.url+"/m/"+id+"/events")
	var streamed strings.Builder
	streamed.WriteString(st.next())
	p := openLive(t, b.url+"/m/"+id, view{interrupted: true}) // the board is stopped before the page
	for i, push := range []map[string]any{
		{"hostPassword": "Hush-pushed-4", "lock": 1},
		{"PWDS": []any{map[string]any{"role": "chair", "pwd": "Hush-pushed-5"}, "Hush-pushed-6"}, "lock": 0},
		{"guestJoinUri": "Hush-pushed-7", "lock": 1},
		{"details": map[string]any{"deep": []any{map[string]any{"more": map[string]any{"accessToken": "Hush-pushed-8", "kept": "in sight"}}}}, "lock": 0},
		{"homepage": "https://meeting.example/#/j/1/Hush-pushed-9", "clientSecretKey": "Hush-pushed-10", "lock": 1},
		{"details": map[string]any{"links": []any{"see wss://Hush-pushed-11.example"}, "kept": "in sight"}, "lock": 0},
		{"packed": `{"pwd":"Hush-pushed-12","kept":"in sight"}`, "lock": 1},
		{"multiPic": map[string]any{"picNum": 1, "joinUri": "Hush-pushed-13", "picInfos": []any{
			map[string]any{"index": 1, "share": 0, "id": ids("x"), "userToken": "Hush-pushed-14"}}}, "lock": 0},
	} {
		if i%2 == 0 {
			m.Set(push)
		} else {
			m.SetFull(push)
		}
		says := map[any]string{0: "Unlocked", 1: "Locked"}[push["lock"]]
		p.waitText("#f-lock", says)
		streamed.WriteString(st.until(says))
	}
	// Secrets in frames that are refused: what is wrong with them is said without quoting them.
	m.PushRaw([]byte(`{"action":"ConfDynamicInfoNotify","confID":"` + id + `","msgMode":1,"version":999,"lock":"Hush-pushed-15","pwd":"Hush-pushed-16"}`))
	m.PushRaw([]byte(`Hush-pushed-17`))
	m.PushRaw([]byte(`{"action":"InviteResultNotify","confID":"` + id + `","msgMode":0,"version":1,"createTime":1,"pwds":"Hush-pushed-18","guestJoinUri":"https://Hush-pushed-19"}`))
	p.waitContains("#intake", "InviteResultNotify 1")
	streamed.WriteString(st.until("InviteResultNotify 1"))
	p.waitContains("#intake", "Withheld")
	if got := b.meeting(id).Status["details"]; !strings.Contains(string(got), "in sight") {
		t.Errorf("what is no secret was left out, too: details are %s", got)
	}
	m.CutConnections() // the next connection takes further tokens
	until(t, "another connection", func() bool { return m.Counts().Connections == 2 })
	b.waitLink(id, "live")

	tokens := w.noted()
	if len(tokens) < 4 {
		t.Fatalf("%d tokens were seen, want at least two of each kind", len(tokens))
	}
	shown := map[string]string{"the stream": streamed.String(), "the page in the browser": evaluate[string](p, "document.documentElement.outerHTML")}
	b.searchFor(append(tokens, "Hush-"), shown, "/m/"+id, "/m/"+id+"/timeline", "/m/"+id+"?at=last", "/m/"+wrong, "/api/v1/meetings/"+id)
}

// searchFor stops the board and fails the test for every secret in what was shown so far, in the pages and answers of the
// common paths and of the further ones, and in the log.
func (b *board) searchFor(secrets []string, shown map[string]string, paths ...string) {
	b.t.Helper()
	for _, path := range append(paths, "/", "/?lang=zh", "/wall", "/api/v1/meetings", "/metrics", "/healthz") {
		shown[path] = get(b.t, b.url+path, "Accept-Encoding", "identity").body
	}
	b.stop()
	shown["the log"] = b.log.all()
	for _, name := range b.files() {
		content, err := os.ReadFile(name)
		if err != nil {
			b.t.Fatal(err)
		}
		shown[filepath.Base(name)] = string(content)
	}
	searchIn(b.t, secrets, shown)
}

// files are those in which the board keeps what it was told.
func (b *board) files() []string {
	b.t.Helper()
	i := slices.Index(b.args, "--config")
	if i < 0 {
		return nil
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(b.args[i+1]), "data", "confboard.db*"))
	if err != nil || len(names) == 0 {
		b.t.Errorf("the board keeps nothing: %v", err)
	}
	return names
}

// searchIn fails the test for every secret, however it is written, in what was shown.
func searchIn(t testing.TB, secrets []string, shown map[string]string) {
	t.Helper()
	var written []string
	for _, secret := range secrets {
		for _, w := range spellings(secret) {
			if !slices.Contains(written, w) {
				written = append(written, w)
			}
		}
	}
	for where, text := range shown {
		for _, word := range []string{text, unquoted(text)} {
			for _, secret := range written {
				if i := strings.Index(word, secret); i >= 0 {
					t.Errorf("%s holds a secret: %q", where, word[max(0, i-80):min(len(word), i+40)])
				}
			}
		}
	}
}

// spellings are the ways in which a secret may be written: as it is, and as URLs, HTML, JSON, Go and base64 write it. Of base64 it is
// as much as does not depend on what follows.
func spellings(secret string) []string {
	const sextet = 6
	whole := len(secret) * 8 / sextet
	return []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), strings.Trim(strconv.Quote(secret), `"`), strings.Trim(jsonText(secret), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret))[:whole], base64.URLEncoding.EncodeToString([]byte(secret))[:whole],
	}
}

func TestASecretIsFoundHoweverItIsWritten(t *testing.T) {
	const secret = `a/b+c "d" <e> & é 密`
	b64 := base64.RawStdEncoding.EncodeToString([]byte("Basic of " + secret)) // nine bytes before it leave it where it is
	for _, text := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), html.EscapeString(secret), jsonText(secret), strconv.Quote(secret),
		base64.StdEncoding.EncodeToString([]byte(secret + " and more")), base64.RawURLEncoding.EncodeToString([]byte(secret)), b64} {
		if !slices.ContainsFunc(spellings(secret), func(s string) bool { return strings.Contains(text, s) }) {
			t.Errorf("not found in %q", text)
		}
	}
}

// unquoted is a text with the escapes of URLs taken off, if it has any.
func unquoted(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
