package app

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/timeline"
	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// patience is how long a test waits for what has to happen. Nothing is asserted by it: on a busy machine a test takes longer and still passes.
const patience = 90 * time.Second

// lodge is the whole board on a real socket and a real file, with a source that only lives.
type lodge struct {
	t        *testing.T
	url      string
	board    board
	registry *conference.Registry
	db       *store.DB
	stdout   bytes.Buffer
	log      journal
	cloud    *watched // of a board that is one of several
	dataDir  string
	watches  atomic.Bool // its meetings are not another board's
	stop     func()
}

// journal is a log that may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// idle is a source that tells nothing.
type idle struct{}

func (idle) Run(ctx context.Context, _ conference.Sink) error {
	<-ctx.Done()
	return nil
}

// passwordOf everybody in these tests, and its hash.
const (
	passwordOf = "correct horse 7"
	hashOf     = "$argon2id$v=19$m=19456,t=2,p=1$FhfUObICSyyHXTugLq2iow$3otS0f7hn+MBRYFwwsmduAK8wnwzCS5+50XkRS2826M"
)

// databaseOf is what stands for a folder where the tests are given a server's database; otherwise the board's file does.
func databaseOf(t *testing.T, dir string) settings.Database {
	t.Helper()
	if !storetest.Given() {
		return settings.Database{}
	}
	return settings.Database{URL: storetest.Schema(t, dir)}
}

// openLodge starts a board with accounts ann, an admin, and bob, a viewer.
func openLodge(t *testing.T, s settings.Settings) *lodge {
	t.Helper()
	return openLodgeWith(t, s, map[string]access.Role{"ann": access.RoleAdmin, "bob": access.RoleViewer})
}

func openLodgeWith(t *testing.T, s settings.Settings, accounts map[string]access.Role) *lodge {
	t.Helper()
	return openLodgeOf(t, s, accounts, nil)
}

// openLodgeOf gives the board to change before it runs, if anybody wants to change it.
func openLodgeOf(t *testing.T, s settings.Settings, accounts map[string]access.Role, change func(*board)) *lodge {
	t.Helper()
	if s.DataDir == "" {
		s.DataDir = t.TempDir()
	}
	if !s.Database.Enabled() {
		s.Database = databaseOf(t, s.DataDir)
	}
	db, err := openStore(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if s.Access == settings.AccessAccounts {
		for name, role := range accounts {
			account := store.Account{Name: name, Role: string(role), Hash: hashOf, Created: time.UnixMilli(1), Changed: time.UnixMilli(1)}
			if err := db.AddAccount(t.Context(), account); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := &lodge{t: t, db: db, dataDir: s.DataDir}
	l.watches.Store(true)
	logger := slog.New(slog.NewTextHandler(&l.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	policy := conference.DefaultPolicy
	policy.Rules = &s.Rules
	rooms, err := newHouse(policy, timeline.DefaultLimits, live.Options{}, logger)
	if err != nil {
		t.Fatal(err)
	}
	l.registry = rooms.registry
	entrance, err := newEntrance(t.Context(), s, rooms.hub, &tokenDesk{stdout: &l.stdout, folder: s.DataDir, setUp: "http://board.example" + s.BasePath + "/setup"}, logger)
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := newRecorder(s.Record, policy, time.Now, logger)
	if err != nil {
		t.Fatal(err)
	}
	var keeps handlers.Keeper = noKeeper{}
	if s.Cluster.Enabled() {
		l.cloud = &watched{meetings: map[conference.ConfID]huawei.Meeting{}}
		if keeps, err = openKeeper(t.Context(), s, l.cloud, nil, entrance.db, logger); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.url = "http://" + listener.Addr().String() + s.BasePath
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	archive := newArchive(t.Context(), entrance.db, cmp.Or(s.History, settings.History{Stored: 30 * 24 * time.Hour, Names: 7 * 24 * time.Hour, Keep: 24 * time.Hour, Disk: 1e9}), rooms.history, rooms.hub, logger)
	l.board = board{rules: newRulebook(t.Context(), rooms.registry, entrance.db, time.Now, logger), archive: archive, storage: entrance.storage(archive, s.History), house: rooms, listener: listener, listen: "127.0.0.1:0", publicURL: s.PublicURL, basePath: s.BasePath, trustedProxies: s.TrustedProxies,
		access: s.Access, entrance: entrance, keeper: keeps, owns: func(conference.ConfID) bool { return l.watches.Load() }, hook: noHook{}, source: idle{}, calls: noCalls, recorder: recorder, logger: logger}
	if change != nil {
		change(&l.board)
	}
	go func() { ended <- l.board.run(ctx) }()
	l.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the board ended with %v", err)
		}
	})
	t.Cleanup(l.stop)
	return l
}

// person asks with a browser of its own. header are sent with every request.
type person struct {
	t      *testing.T
	base   string
	client *http.Client
	header http.Header
}

func (l *lodge) person(header ...string) *person {
	l.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		l.t.Fatal(err)
	}
	p := &person{t: l.t, base: l.url, header: http.Header{}, client: &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	for i := 0; i+1 < len(header); i += 2 {
		p.header.Set(header[i], header[i+1])
	}
	return p
}

// signedIn is a person with an account.
func (l *lodge) signedIn(name string) *person {
	l.t.Helper()
	p := l.person()
	if res, body := p.post("/sign-in", url.Values{"name": {name}, "password": {passwordOf}}); res.StatusCode != http.StatusSeeOther {
		l.t.Fatalf("%s signs in: %s\n%s", name, res.Status, reading(body))
	}
	return p
}

// admin is a person with the admin token.
func (l *lodge) admin() *person {
	l.t.Helper()
	tokens := regexp.MustCompile(`/feed: (\S+)`).FindStringSubmatch(l.stdout.String())
	if tokens == nil {
		l.t.Fatalf("no token on stdout: %s", l.stdout.String())
	}
	p := l.person()
	if res, _ := p.post("/feed/sign-in", url.Values{"token": {tokens[1]}}); res.StatusCode != http.StatusSeeOther {
		l.t.Fatalf("sign in with the token: %s", res.Status)
	}
	return p
}

func (p *person) ask(method, path string, form url.Values) *http.Response {
	p.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	address := path
	if !strings.HasPrefix(path, "http") {
		address = p.base + path
	}
	req, err := http.NewRequestWithContext(p.t.Context(), method, address, body)
	if err != nil {
		p.t.Fatal(err)
	}
	for name, values := range p.header {
		req.Header[name] = values
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := p.client.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	return res
}

func (p *person) read(res *http.Response) (*http.Response, string) {
	p.t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res, string(body)
}

func (p *person) get(path string) (*http.Response, string) { return p.read(p.ask("GET", path, nil)) }

func (p *person) post(path string, form url.Values) (*http.Response, string) {
	if form == nil {
		form = url.Values{}
	}
	return p.read(p.ask("POST", path, form))
}

// stream is an open stream. It is read to the end as it comes.
type stream struct {
	t    *testing.T
	mu   sync.Mutex
	text strings.Builder
	over chan struct{}
}

func (p *person) stream(path string) *stream {
	p.t.Helper()
	res := p.ask("GET", path, nil)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		p.t.Fatalf("%s: %s", path, res.Status)
	}
	s := &stream{t: p.t, over: make(chan struct{})}
	go func() {
		defer close(s.over)
		defer res.Body.Close()
		lines := bufio.NewReader(res.Body)
		for {
			line, err := lines.ReadString('\n')
			s.mu.Lock()
			s.text.WriteString(line)
			s.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	s.until("event: clock")
	return s
}

func (s *stream) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// until waits until the stream has sent a text.
func (s *stream) until(want string) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(s.said(), want); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the stream did not say %q:\n%.2000s", want, s.said())
		}
	}
}

// ends waits for the end of the stream.
func (s *stream) ends(reason string) {
	s.t.Helper()
	select {
	case <-s.over:
	case <-time.After(patience):
		s.t.Fatal("the stream did not end")
	}
	if !strings.Contains(s.said(), `{"reason":"`+reason+`"}`) {
		s.t.Errorf("the stream ended without saying that it was %s: …%s", reason, s.said()[max(0, len(s.said())-300):])
	}
}

// reading is what of a page is to be read.
func reading(page string) string {
	page = regexp.MustCompile(`(?s)<svg class="sprite".*?</svg>`).ReplaceAllString(page, "")
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")), " ")
}

var counted = regexp.MustCompile(`\b[0-9a-f]{12,}\b`)

// told is what was sent without the ids, instants and hashes in it, whose digits can be any.
func told(sent string) string { return counted.ReplaceAllString(sent, "") }

// meeting puts a meeting with people, a layout and fields that nobody lists on the board.
func (l *lodge) meeting(id conference.ConfID) {
	about := conference.About{ConfID: id, At: time.Now()}
	version := conference.FullVersion(about.At.UnixMilli())
	envelope := func(kind conference.MessageType) conference.Envelope {
		return conference.Envelope{Type: kind, ConfID: id, Version: version, CreateTime: about.At, MsgID: "Hush-msgid"}
	}
	number := func(n int64) conference.Value { return conference.Value{Presence: conference.Known, Int: n} }
	l.registry.Apply(conference.WatchMessage{About: about, Group: "Hush-group"})
	l.registry.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
	basic := conference.BasicInfo{Title: "Quarterly review", Owner: "Olga Owner", OwnerID: "Hush-owner", DisplayID: "Hush-display", StartTime: about.At, Unlisted: map[string]string{"hushBasic": `"Hush-1"`}}
	l.registry.Apply(conference.BasicMessage{About: about, Envelope: envelope(conference.BasicType), Basic: basic})
	l.registry.Apply(l.people(id, 0))
	waiting := []conference.ParticipantEntry{{PID: "Hush-wait", Attributes: conference.AttributesOf(map[string]string{"NAME": "Walter Waiting", "TEL": "+4930555001"})}}
	l.registry.Apply(conference.WaitingMessage{About: about, Envelope: envelope(conference.WaitingType), Entries: waiting})
	l.registry.Apply(conference.SpeakersMessage{About: about, Envelope: envelope(conference.SpeakersType), Speakers: []conference.Speaker{{PID: "pid-1", Name: "Petra Present", Volume: 5}}})
	m := conference.StatusMessage{About: about, Envelope: envelope(conference.StatusType)}
	m.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateCreated})
	m.Status.Set(conference.StatusMode, conference.Value{Presence: conference.Known, Text: conference.ModeBroadcast})
	m.Status.Set(conference.Lock, number(1))
	m.Status.Set(conference.ConfIMGroupID, conference.Value{Presence: conference.Known, Text: "Hush-chat"})
	m.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: &conference.Layout{PicNum: number(2), Unlisted: map[string]string{"hushLayout": "1"}, Screens: []conference.Screen{
		{Index: number(1), IDs: []string{"+4930555777", "pid-2"}, Unlisted: map[string]string{"hushScreen": "1"}}, {Index: number(2), IDs: []string{"+4930555999"}}}}})
	m.Status.Unlisted = map[string]string{"hushStatus": `"Hush-2"`}
	l.registry.Apply(m)
	l.registry.Apply(conference.RefusedMessage{About: about, Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "hushField", Excerpt: "Hush-3", At: about.At}})
}

// people is a message of those who take part; more come with n.
func (l *lodge) people(id conference.ConfID, n int) conference.ParticipantsMessage {
	at := time.Now()
	m := conference.ParticipantsMessage{About: conference.About{ConfID: id, At: at}, Entries: []conference.ParticipantEntry{
		{PID: "pid-1", Attributes: conference.AttributesOf(map[string]string{"NAME": "Petra Present", "TEL": "+4930555777", "ROLE": "1", "BROADCAST": "1"})},
		{PID: "pid-2", Attributes: conference.AttributesOf(map[string]string{"NAME": "+4930555888", "TEL": "+4930555888"})},
		{PID: "pid-3", Attributes: conference.AttributesOf(map[string]string{"TEL": "+4930555666", "HUSHATTR": "Hush-4"})}},
		Envelope: conference.Envelope{Type: conference.ParticipantsType, ConfID: id, CreateTime: at, Version: conference.FullVersion(at.UnixMilli()) + conference.FullVersion(n)}}
	for i := range n {
		m.Entries = append(m.Entries, conference.ParticipantEntry{PID: fmt.Sprintf("pid-new-%d", i), Attributes: conference.AttributesOf(map[string]string{"NAME": fmt.Sprintf("Nadia New %d", i), "TEL": "+4930555444"})})
	}
	return m
}

// noCalls are those of a cloud that nobody asks.
func noCalls() []huawei.CallTotal {
	return []huawei.CallTotal{{Step: "control token", Outcome: huawei.CallAnswered}, {Step: "control token", Outcome: huawei.CallThrottled}}
}

// noKeeper changes nothing.
type noKeeper struct{}

func (noKeeper) Add(context.Context, handlers.Meeting) (bool, error) { return false, nil }
func (noKeeper) Remove(context.Context, conference.ConfID) error     { return nil }
func (noKeeper) Discover()                                           {}
func (noKeeper) Retry(context.Context, conference.ConfID) error      { return nil }

// noHook refuses all events.
type noHook struct{}

func (noHook) Receive([]byte) ([]byte, error) {
	return nil, &conference.EventError{Fault: conference.EventMalformed}
}
