package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/web/access"
)

// keeper keeps meetings in memory and notes what it was asked to do.
type keeper struct {
	mu    sync.Mutex
	done  []string
	added handlers.Meeting
	// replaced: meetings are there already.
	replaced bool
	err      error
}

func (k *keeper) note(what string, id conference.ConfID) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.done = append(k.done, what+" "+string(id))
	}
	return k.err
}

func (k *keeper) Add(_ context.Context, m handlers.Meeting) (bool, error) {
	k.added = m
	return k.replaced, k.note("add", m.ConfID)
}
func (k *keeper) Remove(_ context.Context, id conference.ConfID) error { return k.note("remove", id) }
func (k *keeper) Retry(_ context.Context, id conference.ConfID) error  { return k.note("retry", id) }
func (k *keeper) Discover()                                            { _ = k.note("ask for", "the list") }

func (k *keeper) said() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.done, ", ")
}

// office is a board whose meetings can be changed, and somebody in front of it with a browser that runs no scripts.
type office struct {
	*board
	keeper *keeper
	base   string
	tokens []conference.Secret
	host   string // under which the board is asked; empty: its address
	// heard is everything that was answered, headers included.
	heard strings.Builder
}

func openOffice(t *testing.T, o options) *office {
	t.Helper()
	f := &office{keeper: &keeper{}, base: o.base}
	o.visitors = &access.Visitors{Open: true}
	more := o.more
	o.more = func(h *handlers.Handlers) {
		if more != nil {
			more(h)
		}
		admin, err := access.NewAdmin(context.Background(), access.Config{Path: o.base + "/", PublicURL: o.publicURL, Issue: func(token conference.Secret) error {
			f.tokens = append(f.tokens, token)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		h.Admins, h.Keeper, o.visitors.Admin = admin, f.keeper, admin
	}
	f.board = start(t, o)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.client.Jar = jar
	return f
}

// post sends a form as a browser does from a page of the board. header are pairs of name and value.
func (f *office) post(t *testing.T, path string, form url.Values, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("POST", f.url+f.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Origin", f.url)
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	return f.hear(t, req)
}

func (f *office) get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", f.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f.hear(t, req)
}

func (f *office) hear(t *testing.T, req *http.Request) (*http.Response, string) {
	t.Helper()
	if f.host != "" {
		req.Host = f.host
	}
	res, err := f.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&f.heard, res.Header, string(body))
	return res, string(body)
}

// follow goes where a post leads.
func (f *office) follow(t *testing.T, res *http.Response) string {
	t.Helper()
	if res.StatusCode != http.StatusSeeOther {
		t.Fatalf("answered %s, want to be led on", res.Status)
	}
	_, body := f.get(t, res.Header.Get("Location"))
	return body
}

func (f *office) signIn(t *testing.T) string {
	t.Helper()
	res, _ := f.post(t, "/feed/sign-in", url.Values{"token": {f.tokens[len(f.tokens)-1].Reveal()}})
	return f.follow(t, res)
}

func want(t *testing.T, where, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("%s does not have %q:\n%.3000s", where, text, page)
		}
	}
}

func wantNot(t *testing.T, where, page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if i := strings.Index(page, text); i >= 0 {
			t.Errorf("%s has %q: …%s…", where, text, page[max(0, i-100):min(len(page), i+100)])
		}
	}
}

// adminsOwn is what stands on a page for admins only.
var adminsOwn = []string{`method="post"`, `type="password"`, "Sign out", "Add a meeting", "/retry", "/remove"}

func TestByHandWithoutScripts(t *testing.T) {
	for _, base := range []string{"", "/board"} {
		f := openOffice(t, options{base: base})
		f.watch("900000001", "Weekly review")
		f.registry.Apply(conference.LinkMessage{About: conference.About{ConfID: "900000001", At: time.Now()}, Event: conference.LinkRefused, Reason: conference.ReasonPassword})
		f.registry.Apply(conference.WatchMessage{About: conference.About{ConfID: "900000002", At: time.Now()}, Origin: conference.ByHand})

		_, page := f.get(t, base+"/feed")
		want(t, "the feed of a viewer", page, "Weekly review", "Not tried again by itself.", base+"/feed/sign-in")
		wantNot(t, "the feed of a viewer", page, adminsOwn...)
		_, page = f.get(t, base+"/feed/m/900000002")
		wantNot(t, "a meeting's feed of a viewer", page, adminsOwn...)
		_, page = f.get(t, base+"/feed/sign-in")
		want(t, "the sign-in", page, `action="`+base+`/feed/sign-in"`, `type="password"`, `autocomplete="off"`, "autofocus")

		res, page := f.post(t, "/feed/sign-in", url.Values{"token": {"Hush-wrong-1"}})
		if res.StatusCode != http.StatusForbidden || len(res.Cookies()) > 0 {
			t.Errorf("a wrong token: %s, cookies %v", res.Status, res.Cookies())
		}
		want(t, "the sign-in after a wrong token", page, "This is not the current admin token", `aria-invalid="true"`, `aria-describedby="token-fault token-hint"`)

		page = f.signIn(t)
		want(t, "the feed of an admin", page, "Add a meeting", "Sign out", base+"/feed/m/900000001/retry")
		if res, _ := f.get(t, base+"/feed/sign-in"); res.StatusCode != http.StatusSeeOther {
			t.Errorf("the sign-in of an admin: %s", res.Status)
		}

		res, page = f.post(t, "/feed", url.Values{"confID": {"90/0"}, "hostPassword": {"Hush-host-2\nx"}, "name": {"Budget <b>"}, "group": {strings.Repeat("x", 201)}})
		if res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a wrong form: %s", res.Status)
		}
		want(t, "the form", page, `value="90/0"`, `value="Budget &lt;b&gt;"`, "A meeting ID has digits only", "A host password is one line", "One line of at most", "<details class=\"panel add\" open")
		if n := strings.Count(page, "autofocus"); n != 1 {
			t.Errorf("%d elements want the focus, want the first wrong field alone", n)
		}

		res, _ = f.post(t, "/feed", url.Values{"confID": {" 900 487\u00a0914\u200b "}, "hostPassword": {"Hush-host-3 "}, "name": {" Budget "}, "group": {"Nord"}})
		page = f.follow(t, res)
		want(t, "the feed", page, "Meeting 900487914 was added.", base+"/feed/m/900487914")
		if got := f.keeper.added; got.ConfID != "900487914" || got.HostPassword.Reveal() != "Hush-host-3 " || got.Name != "Budget" || got.Group != "Nord" {
			t.Errorf("added %+v", got)
		}

		res, _ = f.post(t, "/feed/m/900000001/retry?back=feed&link=refused", nil)
		if to := res.Header.Get("Location"); to != base+"/feed?link=refused&retried=900000001" {
			t.Errorf("after a retry from the table: %s", to)
		}
		want(t, "the feed", f.follow(t, res), "Meeting 900000001 is being tried again.")
		res, _ = f.post(t, "/feed/m/900000001/retry", nil)
		want(t, "the meeting's feed", f.follow(t, res), "Meeting 900000001 is being tried again.", "listed in the settings", "Try again now")
		_, page = f.get(t, base+"/feed/m/900000002")
		want(t, "the feed of a meeting added by hand", page, base+"/feed/m/900000002/remove", "Remove this meeting")
		res, _ = f.post(t, "/feed/m/900000002/remove", nil)
		want(t, "the feed", f.follow(t, res), "Meeting 900000002 was removed.")
		if got := f.keeper.said(); got != "add 900487914, retry 900000001, retry 900000001, remove 900000002" {
			t.Errorf("done: %s", got)
		}

		res, _ = f.post(t, "/feed/sign-out", nil)
		page = f.follow(t, res)
		wantNot(t, "the feed after signing out", page, adminsOwn...)
		wantNot(t, "what was answered", f.heard.String(), "Hush-", f.tokens[0].Reveal(), f.tokens[1].Reveal())
		f.stop()
	}
}

func TestAMeetingAddedAgainIsSaidToBeReplaced(t *testing.T) {
	f := openOffice(t, options{})
	f.signIn(t)
	f.registry.Apply(conference.WatchMessage{About: conference.About{ConfID: "900487914", At: time.Now()}, Origin: conference.ByHand})
	_, page := f.get(t, "/feed/m/900487914")
	want(t, "its page", page, "To correct its host password, name or group, add it again")
	f.keeper.replaced = true
	res, _ := f.post(t, "/feed", url.Values{"confID": {"900487914"}, "hostPassword": {"Hush-host-1"}})
	want(t, "the feed", f.follow(t, res), "Meeting 900487914 was added again, in place of what was entered before.", "/feed/m/900487914")
}

// After some refusals nobody but an admin has the enterprise's list asked for.
func TestAnAdminHasTheListAskedForAgain(t *testing.T) {
	f := openOffice(t, options{base: "/board"})
	fares := func(state conference.ListingState, reason conference.LinkReason) {
		f.registry.Apply(conference.DiscoveryMessage{At: time.Now(), Listing: &conference.Listing{State: state, Reason: reason, Since: time.Now()}})
	}
	const button = `action="/board/feed/list/retry"`
	fares(conference.ListingRefused, conference.ReasonAccountLocked)
	_, page := f.get(t, "/board/feed")
	want(t, "the feed of a viewer", page, "Have it unlocked, then try again.", "Not tried again by itself.")
	wantNot(t, "the feed of a viewer", page, button)

	want(t, "the feed of an admin", f.signIn(t), button, "Ask again now")
	res, _ := f.post(t, "/feed/list/retry", nil)
	want(t, "the feed", f.follow(t, res), "The enterprise’s list is being asked for.")
	if got := f.keeper.said(); got != "ask for the list" {
		t.Errorf("done: %s", got)
	}
	_, lines := f.stream(t, "/board/feed/events?lang=en")
	await(t, lines, button)
	fares(conference.ListingCurrent, "")
	_, page = f.get(t, "/board/feed")
	wantNot(t, "the feed while the list is up to date", page, button)
}

// Without it a browser says neither where a form comes from, over plain http, nor that a proxy's connection is encrypted.
func TestPagesLetBrowsersNameTheOriginOfAForm(t *testing.T) {
	f := openOffice(t, options{})
	res, _ := f.get(t, "/feed/sign-in")
	if policy := res.Header.Get("Referrer-Policy"); policy != "same-origin" {
		t.Errorf("Referrer-Policy %q", policy)
	}
	f.host = "192.0.2.7:8080"
	f.signIn(t)
	if res, _ := f.post(t, "/feed", url.Values{"confID": {"900487914"}, "hostPassword": {"Hush"}}, "Sec-Fetch-Site", "", "Origin", "http://192.0.2.7:8080"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("a form under the board's address in the network: %s", res.Status)
	}
}

func TestTheHintFitsWhereTheNextTokenIs(t *testing.T) {
	for _, k := range []struct {
		printed         bool
		hint, wrong, no string
	}{
		{false, "in the file admin-token of the board", "look again in the file admin-token", "printed the next"},
		{true, "then the next one is printed", "the board has printed the next one", "admin-token"},
	} {
		f := openOffice(t, options{more: func(h *handlers.Handlers) { h.TokensPrinted = k.printed }})
		_, page := f.get(t, "/feed/sign-in")
		want(t, "the sign-in", page, k.hint)
		_, page = f.post(t, "/feed/sign-in", url.Values{"token": {"Hush"}})
		want(t, "the sign-in after a wrong token", page, k.wrong)
		wantNot(t, "the sign-in", page, k.no)
		f.stop()
	}
}

func TestWhatAKeeperCannotDoIsSaid(t *testing.T) {
	f := openOffice(t, options{})
	f.signIn(t)
	form := url.Values{"confID": {"900487914"}, "hostPassword": {"Hush-host-1"}, "name": {"Budget"}}
	for _, k := range []struct {
		err    error
		path   string
		status int
		said   string
	}{
		{handlers.ErrListed, "/feed", http.StatusConflict, "Correct it there and restart the board."},
		{fmt.Errorf("%w: Hush-disk", handlers.ErrNotStored), "/feed", http.StatusInternalServerError, "it could not be stored"},
		{errors.New("Hush-odd"), "/feed", http.StatusInternalServerError, "The meeting was not added."},
		{handlers.ErrUnknown, "/feed/m/900487914/retry", http.StatusNotFound, "There is no such page"},
		{handlers.ErrNotByHand, "/feed/m/900487914/remove", http.StatusConflict, "Not added by hand"},
		{errors.New("Hush-odd"), "/feed/m/900487914/remove", http.StatusInternalServerError, "Something went wrong on the board"},
		{nil, "/feed/m/%3Cb%3E/remove", http.StatusNotFound, "There is no such page"},
		{nil, "/feed/list/retry", http.StatusNotFound, "There is no such page"}, // no list is asked for
	} {
		f.keeper.err = k.err
		res, page := f.post(t, k.path, form)
		if res.StatusCode != k.status {
			t.Errorf("%s with %v: %s", k.path, k.err, res.Status)
		}
		want(t, k.path, page, k.said)
		if k.path == "/feed" {
			want(t, "the form", page, `value="900487914"`, `value="Budget"`)
		}
	}
	wantNot(t, "what was answered", f.heard.String(), "Hush-")
}

// Nothing changes unless an admin asks for it, by POST, on a page of the board.
func TestWhoMayChangeSomething(t *testing.T) {
	changes := []string{"/feed", "/feed/m/900487914/retry", "/feed/m/900487914/remove", "/feed/list/retry"}
	form := url.Values{"confID": {"900487914"}, "hostPassword": {"Hush-host-1"}}
	for _, k := range []struct {
		name   string
		admin  bool
		header []string
		status int
		said   string
	}{
		{"a viewer", false, nil, http.StatusForbidden, "Your session has ended"},
		{"another site's page", true, []string{"Sec-Fetch-Site", "cross-site"}, http.StatusForbidden, "Sent from another page"},
		{"another site's page in an old browser", true, []string{"Sec-Fetch-Site", "", "Origin", "https://elsewhere.example"}, http.StatusForbidden, "Sent from another page"},
		{"a name that is not the board's", true, []string{"Host", "elsewhere.example"}, http.StatusMisdirectedRequest, "set publicURL"},
		{"a made-up session", false, []string{"Cookie", "confboard_admin=guess"}, http.StatusForbidden, "Your session has ended"},
	} {
		t.Run(k.name, func(t *testing.T) {
			f := openOffice(t, options{})
			if k.admin {
				f.signIn(t)
			}
			for _, path := range changes {
				res, page := f.post(t, path, form, k.header...)
				if res.StatusCode != k.status {
					t.Errorf("%s: %s", path, res.Status)
				}
				want(t, path, page, k.said)
			}
			if done := f.keeper.said(); done != "" {
				t.Errorf("done: %s", done)
			}
		})
	}
	t.Run("asking by GET", func(t *testing.T) {
		f := openOffice(t, options{})
		f.signIn(t)
		for _, path := range append(changes, "/feed/sign-out") {
			f.get(t, path+"?"+form.Encode())
		}
		if _, page := f.get(t, "/feed"); f.keeper.said() != "" || !strings.Contains(page, "Sign out") {
			t.Errorf("done: %q, or signed out", f.keeper.said())
		}
	})
	t.Run("what is entered in the address", func(t *testing.T) {
		f := openOffice(t, options{})
		f.signIn(t)
		if res, _ := f.post(t, "/feed?"+form.Encode(), nil); res.StatusCode != http.StatusUnprocessableEntity || f.keeper.said() != "" {
			t.Errorf("%s, done: %q", res.Status, f.keeper.said())
		}
	})
	t.Run("under the public name", func(t *testing.T) {
		f := openOffice(t, options{publicURL: "http://board.example"})
		f.host = "board.example"
		f.signIn(t)
		if res, _ := f.post(t, changes[1], nil, "Origin", "http://board.example"); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s", res.Status)
		}
	})
	t.Run("a body that is too large", func(t *testing.T) {
		f := openOffice(t, options{})
		f.signIn(t)
		res, page := f.post(t, "/feed", url.Values{"name": {strings.Repeat("x", handlers.MaxBody)}})
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%s", res.Status)
		}
		want(t, "the answer", page, "Too large")
	})
	t.Run("a form that is none", func(t *testing.T) {
		f := openOffice(t, options{})
		f.signIn(t)
		req, err := http.NewRequest("POST", f.url+"/feed", strings.NewReader("hostPassword=Hush-%zz"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if res, page := f.hear(t, req); res.StatusCode != http.StatusBadRequest || strings.Contains(page, "Hush") {
			t.Errorf("%s: %.300s", res.Status, page)
		}
	})
}

func TestWrongTokensAreTold(t *testing.T) {
	f := openOffice(t, options{})
	var res *http.Response
	var page string
	for range 6 {
		res, page = f.post(t, "/feed/sign-in", url.Values{"token": {"Hush"}})
	}
	if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "30" {
		t.Errorf("%s, Retry-After %q", res.Status, res.Header.Get("Retry-After"))
	}
	want(t, "the sign-in", page, "Too many wrong tries. Wait 30 s before the next.")
	want(t, "the feed of who has the right token all the same", f.signIn(t), "Sign out")
}

func TestTheStreamIsOfTheSameRole(t *testing.T) {
	f := openOffice(t, options{})
	f.watch("900000001", "Weekly review")
	_, lines := f.stream(t, "/feed/events?lang=en")
	await(t, lines, "900000001")
	if strings.Contains(lines.Text(), "/retry") {
		t.Errorf("a viewer's stream has %s", lines.Text())
	}
	f.signIn(t)
	_, lines = f.stream(t, "/feed/events?lang=en")
	await(t, lines, "/feed/m/900000001/retry")
	_, lines = f.stream(t, "/feed/m/900000009/events?lang=en")
	await(t, lines, "No such meeting on this board")
	f.watch("900000009", "")
	_, lines = f.stream(t, "/feed/m/900000009/events?lang=en")
	await(t, lines, "feed-messages")
}

// A board that plays a recording has nothing to be changed.
func TestWithoutAKeeperNothingIsOffered(t *testing.T) {
	b := start(t, options{})
	_, page := b.ask(t, "GET", "/feed")
	wantNot(t, "the feed", page, append(adminsOwn, "Sign in")...)
	for path, status := range map[string]int{"/feed/sign-in": 404, "/feed": 405, "/feed/m/1/retry": 404, "/hooks/huawei": 404} {
		if res, _ := b.ask(t, "POST", path); res.StatusCode != status {
			t.Errorf("POST %s: %s", path, res.Status)
		}
	}
}
