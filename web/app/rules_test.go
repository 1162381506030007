package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/handlers"
	"confboard/web/settings"
	"confboard/web/store"
)

// expecting is the form of a profile that counts at once.
func expecting(name string, more ...string) url.Values {
	form := url.Values{"name": {name}, "severity": {"alert"}, "grace": {"0s"}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// profile saves a new profile and returns its ID.
func (p *person) profile(form url.Values) string {
	p.t.Helper()
	res, page := p.post("/rules/profiles/new", form)
	if res.StatusCode != http.StatusSeeOther {
		p.t.Fatalf("save a profile: %s\n%s", res.Status, reading(page))
	}
	_, id, _ := strings.Cut(res.Header.Get("Location"), "saved=")
	return id
}

// names are those of the profiles on the page, as they count.
func (p *person) profiles() (names []string) {
	p.t.Helper()
	_, page := p.get("/rules")
	page, _, _ = strings.Cut(page, `id="built-in-title"`)
	for _, found := range regexp.MustCompile(`-name"><bdi>([^<]*)</bdi>`).FindAllStringSubmatch(page, -1) {
		names = append(names, found[1])
	}
	return names
}

func (l *lodge) severity(id conference.ConfID) rules.Severity { return rules.Judge(l.registry.Get(id)) }

const quarterly conference.ConfID = "900487914" // locked, as lodge.meeting makes it

func TestAProfileCountsAtOnceAndAfterARestart(t *testing.T) {
	s := settings.Settings{Access: settings.AccessAccounts, DataDir: t.TempDir()}
	s.Rules.Profiles = []rules.Profile{{Name: "File", Weight: conference.Noteworthy, Expect: []rules.Expectation{{Field: conference.RecState, Want: conference.Value{Presence: conference.Known}}}}}
	l := openLodge(t, s)
	l.meeting(quarterly)
	ann, bob := l.signedIn("ann"), l.signedIn("bob")
	overview, list := bob.stream("/events?lang=en"), bob.stream("/rules/events?lang=en")
	if got := l.severity(quarterly); got != rules.Healthy {
		t.Fatalf("at first: %s", got)
	}
	id := ann.profile(expecting("Open", "title", "quarter*", "expect.locked", "no"))
	if got := l.severity(quarterly); got != rules.Critical {
		t.Errorf("saved: %s", got)
	}
	overview.until("ALERT")
	list.until("1 differs")
	if _, page := bob.get("/rules"); !strings.Contains(page, "Made here by ann") || !strings.Contains(page, "title quarter*") ||
		strings.Contains(page, "/rules/profiles/") || strings.Contains(page, "/rules/built-in/") {
		t.Errorf("a viewer reads: %s", reading(page))
	}
	ann.profile(expecting("Second", "expect.chat", "no"))
	if got := ann.profiles(); !slices.Equal(got, []string{"Open", "Second", "File"}) {
		t.Errorf("they count in the order %v", got)
	}
	if res, _ := ann.post("/rules", url.Values{"profile": {id}, "before": {""}}); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/rules?moved="+id {
		t.Errorf("moved: %s to %s", res.Status, res.Header.Get("Location"))
	}
	for name, someone := range map[string]*person{"an admin": ann, "a viewer": bob} {
		if _, page := someone.get("/"); !strings.Contains(page, `href="/rules"`) {
			t.Errorf("the overview of %s does not lead to the rules", name)
		}
	}
	_, page := ann.get("/rules?moved=" + id)
	if n := strings.Count(page, " autofocus"); n != 1 || !strings.Contains(page, `title="Move “Open” up" autofocus`) {
		t.Errorf("the focus is not on the button that is left: %d", n)
	}
	if !strings.Contains(page, "From the settings") || strings.Contains(page, "Change “File”") {
		t.Error("a profile of the settings is not marked, or can be changed")
	}
	l.stop()

	l = openLodgeWith(t, s, nil) // the accounts are there
	l.meeting(quarterly)
	if got := l.severity(quarterly); got != rules.Critical {
		t.Errorf("after a restart: %s", got)
	}
	ann = l.signedIn("ann")
	if got := ann.profiles(); !slices.Equal(got, []string{"Second", "Open", "File"}) {
		t.Errorf("after a restart they count in the order %v", got)
	}
	if res, page := ann.post("/rules/profiles/"+id, url.Values{"remove": {"1"}, "revision": {"1"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("removed: %s\n%s", res.Status, reading(page))
	}
	if got := l.severity(quarterly); got != rules.Healthy {
		t.Errorf("removed: %s", got)
	}
}

func TestTryingSaysWhatWouldBeToldAndChangesNothing(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	l.meeting(quarterly)
	l.meeting("900487915")
	admin := l.admin()
	for _, k := range []struct {
		name string
		form url.Values
		want []string
	}{
		{"some differ", expecting("A", "title", "quarter*", "expect.locked", "no", "grace", "5m"), []string{"It fits 2 meetings on the board, of which 2 are live.", "2 meetings differ and would be told about 5 min from now, if it lasts:", "/m/900487914"}},
		{"none differs", expecting("A", "expect.locked", "yes"), []string{"No meeting would be told about now."}},
		{"it is off", expecting("A", "expect.locked", "no", "severity", "off"), []string{"Off: nobody would be told, though 2 meetings differ:"}},
		{"nothing is known of it", expecting("A", "expect.chat", "no"), []string{"No meeting would be told about now."}},
		{"another pattern", expecting("A", "confID", "*915", "expect.locked", "no"), []string{"It fits 1 meeting on the board, of which 1 is live.", "1 meeting differs and would be told about at once:"}},
	} {
		k.form.Set("try", "1")
		res, page := admin.post("/rules/profiles/new", k.form)
		if res.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", k.name, res.Status)
		}
		for _, want := range k.want {
			if !strings.Contains(reading(page), want) && !strings.Contains(page, want) {
				t.Errorf("%s: it does not say %q", k.name, want)
			}
		}
		if !strings.Contains(page, `value="A"`) {
			t.Errorf("%s: what was entered is lost", k.name)
		}
	}
	if _, page := admin.post("/rules/built-in/noHost", url.Values{"severity": {"check"}, "after": {"1m"}, "revision": {"0"}, "try": {"1"}}); !strings.Contains(page, "2 meetings on the board are live.") {
		t.Errorf("of a rule: %s", reading(page))
	}
	if got := admin.profiles(); len(got) > 0 || l.severity(quarterly) != rules.Healthy {
		t.Errorf("trying made %v", got)
	}
}

func TestWhatIsRefusedComesBackAsItWasEntered(t *testing.T) {
	s := settings.Settings{Access: settings.AccessOpen}
	s.Rules.Profiles = []rules.Profile{{Name: "File"}}
	l := openLodge(t, s)
	admin := l.admin()
	admin.profile(expecting("Taken", "expect.locked", "yes"))
	long := strings.Repeat("x", 201)
	for _, k := range []struct {
		name, field, entered, says, id string
	}{
		{"no name", "name", "  ", "Give it a name", "rule-name"},
		{"a name of another", "name", "Taken", "another profile of this name", "rule-name"},
		{"a name of the settings", "name", "File", "another profile of this name", "rule-name"},
		{"a name that is too long", "name", long, "at most 200 characters", "rule-name"},
		{"a pattern that is too long", "title", long, "at most 200 characters", "rule-title"},
		{"a control character", "group", "a\x00b", "at most 200 characters", "rule-group"},
		{"a severity that there is not", "severity", "loud", "Choose one of these", "rule-severity"},
		{"a duration without a unit", "grace", "5", "A number with its unit, from 0 s to 24 h", "rule-grace"},
		{"a duration that is too long", "grace", "25h", "A number with its unit", "rule-grace"},
		{"screens that cannot be", "expect.screens", "0", "A whole number from 1 to 256", "rule-expect-screens"},
		{"a mode that there is not", "expect.mode", "LOUD", "Choose one of these", "rule-expect-mode"},
	} {
		form := expecting("Kept & “quoted”", "expect.locked", "no", "title", "T*")
		form.Set(k.field, k.entered)
		res, page := admin.post("/rules/profiles/new", form)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(reading(page), k.says) {
			t.Errorf("%s: %s\n%s", k.name, res.Status, reading(page))
		}
		field := regexp.MustCompile(`<(?:input|select) id="` + k.id + `"[^>]*>`).FindString(page)
		if !strings.Contains(field, " autofocus") || !strings.Contains(field, `aria-invalid="true"`) || !strings.Contains(field, `aria-describedby="`+k.id+`-fault`) {
			t.Errorf("%s: the field is %s", k.name, field)
		}
		if k.field != "name" && !strings.Contains(page, `value="Kept &amp; “quoted”"`) || !strings.Contains(page, `<option value="no" selected>Unlocked</option>`) {
			t.Errorf("%s: what was entered is lost", k.name)
		}
	}
	res, page := admin.post("/rules/profiles/new", expecting("Nothing"))
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, `aria-describedby="rule-what-fault rule-what-help"`) || !strings.Contains(page, "Nothing is expected yet") {
		t.Errorf("nothing is expected: %s", res.Status)
	}
	for target, want := range map[string]int{"/rules/profiles/none": http.StatusNotFound, "/rules/built-in/none": http.StatusNotFound, "/rules/built-in/drift": http.StatusNotFound} {
		if res, _ := admin.get(target); res.StatusCode != want {
			t.Errorf("%s: %s", target, res.Status)
		}
	}
	if res, _ := admin.post("/rules/profiles/new", url.Values{"name": {strings.Repeat("x", handlers.MaxBody)}}); res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a body that is too large: %s", res.Status)
	}
	if got := admin.profiles(); !slices.Equal(got, []string{"Taken", "File"}) {
		t.Errorf("there are %v", got)
	}
	full := *l.board.rules.Book()
	full.Profiles = slices.Repeat(full.Profiles, rules.MaxProfiles)
	l.board.rules.book.Store(&full)
	if res, page := admin.post("/rules/profiles/new", expecting("one more", "expect.chat", "no")); res.StatusCode != http.StatusConflict || !strings.Contains(page, `value="one more"`) {
		t.Errorf("one too many: %s", res.Status)
	}
}

func TestTheLaterOfTwoAdminsIsTold(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	ann, other := l.signedIn("ann"), l.signedIn("ann")
	id := ann.profile(expecting("Board", "expect.locked", "yes"))
	where := "/rules/profiles/" + id
	mine, theirs := expecting("Mine", "expect.locked", "yes", "revision", "1"), expecting("Theirs", "expect.locked", "no", "revision", "1")
	if res, _ := other.post(where, theirs); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	for _, button := range []string{"try", ""} {
		form := url.Values{}
		for name, values := range mine {
			form[name] = values
		}
		if button != "" {
			form.Set(button, "1")
		}
		res, page := ann.post(where, form)
		if res.StatusCode != http.StatusConflict || !strings.Contains(reading(page), "ann has changed this after you opened it") {
			t.Fatalf("the later one: %s\n%s", res.Status, reading(page))
		}
		for _, want := range []string{`value="Mine"`, `<option value="yes" selected>Locked</option>`, "Now: Theirs", "Now: Unlocked", `name="revision" value="2"`} {
			if !strings.Contains(page, want) {
				t.Errorf("the page does not have %s", want)
			}
		}
	}
	if res, page := ann.post(where, url.Values{"remove": {"1"}, "revision": {"1"}}); res.StatusCode != http.StatusConflict || !strings.Contains(page, `value="Theirs"`) || !strings.Contains(page, "was not removed") {
		t.Errorf("the removal of an older one: %s", res.Status)
	}
	mine.Set("revision", "2")
	if res, _ := ann.post(where, mine); res.StatusCode != http.StatusSeeOther {
		t.Errorf("saved again: %s", res.Status)
	}
	if res, _ := other.post(where, url.Values{"remove": {"1"}, "revision": {"3"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("removed: %s", res.Status)
	}
	mine.Set("revision", "3")
	res, page := ann.post(where, mine)
	if res.StatusCode != http.StatusConflict || !strings.Contains(page, `value="Mine"`) || !strings.Contains(page, `action="/rules/profiles/new"`) || strings.Contains(page, `name="revision"`) {
		t.Errorf("saved though it was removed: %s", res.Status)
	}
	if res, _ := ann.post("/rules", url.Values{"profile": {id}, "before": {""}}); res.StatusCode != http.StatusConflict {
		t.Errorf("moved though it was removed: %s", res.Status)
	}

	limit := url.Values{"severity": {"alert"}, "after": {"1h"}, "revision": {"0"}}
	if res, _ := ann.post("/rules/built-in/overrun", limit); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	if _, page := ann.get("/rules"); !strings.Contains(reading(page), "Changed here by ann") || !strings.Contains(page, "The settings say: OFF") {
		t.Errorf("a rule that was changed: %s", reading(page))
	}
	limit.Set("severity", "check")
	if res, page := other.post("/rules/built-in/overrun", limit); res.StatusCode != http.StatusConflict || !strings.Contains(page, "Now: ALERT") || !strings.Contains(page, `<option value="check" selected>`) {
		t.Errorf("the later one of a rule: %s", res.Status)
	}
	if res, _ := ann.post("/rules/built-in/overrun", url.Values{"unset": {"1"}, "revision": {"1"}}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("back to the settings: %s", res.Status)
	}
	if set := l.registry.Policy().Rules.(*rules.Set); set.Overrun != (rules.Limit{}) {
		t.Errorf("the settings do not count again: %+v", set.Overrun)
	}
}

func TestWhatCannotBeStoredChangesNothing(t *testing.T) {
	db, err := store.OpenDB(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	policy := conference.DefaultPolicy
	policy.Rules = rules.Default()
	registry := conference.NewRegistry(policy)
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	book := newRulebook(t.Context(), registry, db, time.Now, quiet)
	p := rules.OwnProfile{Profile: rules.Profile{Name: "A", Weight: conference.Urgent, Expect: []rules.Expectation{{Field: conference.Lock, Want: conference.Value{Presence: conference.Known, Int: 1}}}}}
	id, err := book.PutProfile(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	before := registry.Policy().Rules
	refused := func(ctx context.Context, want error) {
		t.Helper()
		changed := p
		changed.ID, changed.Revision = id, 1
		for what, err := range map[string]error{
			"change":  second(book.PutProfile(ctx, changed)),
			"add":     second(book.PutProfile(ctx, rules.OwnProfile{Profile: rules.Profile{Name: "B"}})),
			"remove":  book.RemoveProfile(ctx, id, 1),
			"move":    book.MoveProfile(ctx, id, ""),
			"a limit": book.SetLimit(ctx, conference.NoHost, rules.OwnLimit{}),
		} {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if len(book.Book().Profiles) != 1 || len(book.Book().Limits) != 0 || registry.Policy().Rules != before {
			t.Errorf("something has changed: %+v", book.Book())
		}
	}
	refused(gone, handlers.ErrNotStored)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	refused(t.Context(), handlers.ErrNotStored)
	if book = newRulebook(t.Context(), registry, db, time.Now, quiet); book.Changeable() || len(book.Book().Profiles) > 0 {
		t.Error("without its file the board offers to change rules")
	}
}

func second(_ string, err error) error { return err }

// A part of a profile could be for other meetings than the whole: what cannot be read is left out, said so, and kept.
func TestAProfileThatCannotBeReadIsLeftOut(t *testing.T) {
	dir := t.TempDir()
	db, err := store.OpenDB(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	good := map[string]string{"name": "Good", "severity": "check", "grace": "1m", "expect.locked": "yes"}
	for id, said := range map[string]map[string]string{"1": good, "2": {"name": "Later", "expect.aura": "bright"}, "3": {"name": "Odd", "title": "Board*", "expect.screens": "many"}} {
		if err := db.PutProfile(t.Context(), store.Profile{ID: id, Edit: store.Edit{Revision: 1, At: time.Now()}, Said: said}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.PutLimit(t.Context(), store.Limit{Rule: "noHost", Edit: store.Edit{Revision: 1}, Severity: "loud", After: "1m"}); err != nil {
		t.Fatal(err)
	}
	var log journal
	book := newRulebook(t.Context(), conference.NewRegistry(rules.Policy()), db, time.Now, slog.New(slog.NewTextHandler(&log, nil)))
	if set := book.Book().Set(); len(set.Profiles) != 1 || set.Profiles[0].Name != "Good" || set.Profiles[0].Grace != time.Minute || set.NoHost != rules.Default().NoHost {
		t.Errorf("%+v", set)
	}
	for _, name := range []string{"Later", "Odd", "noHost"} {
		if !strings.Contains(log.String(), name) {
			t.Errorf("the log does not tell of %s: %s", name, log.String())
		}
	}
	if kept, err := db.Profiles(t.Context()); err != nil || len(kept) != 3 {
		t.Errorf("%d are kept, %v", len(kept), err)
	}
}
