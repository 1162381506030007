package app

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

const concernedID conference.ConfID = "900487914"

var (
	unlockedCause = conference.Cause{Rule: conference.Drift, Field: conference.Lock, Profile: `board's "own"`}
	noHostCause   = conference.Cause{Rule: conference.NoHost}
)

// concerned puts a meeting on the board that is not locked and should be, and has nobody as its host.
func (l *lodge) concerned() {
	l.t.Helper()
	l.bring()
	if s := l.registry.Get(concernedID); s.Weight() != conference.Urgent || len(s.Concerns) != 2 {
		l.t.Fatalf("the concerns are %+v", s.Concerns)
	}
}

// bring is the same, whatever is known of it.
func (l *lodge) bring() {
	set := &rules.Set{NoHost: rules.Limit{Weight: conference.Noteworthy}, Profiles: []rules.Profile{{Name: unlockedCause.Profile, Weight: conference.Urgent,
		Expect: []rules.Expectation{{Field: conference.Lock, Want: conference.Value{Presence: conference.Known, Int: 1}}}}}}
	policy := conference.DefaultPolicy
	policy.Rules = set
	l.registry.SetPolicy(policy, time.Now())
	l.meeting(concernedID)
	people := l.people(concernedID, 1)
	for i := range people.Entries {
		people.Entries[i].Attributes.Set("ROLE", "0")
	}
	l.registry.Apply(people)
	l.lock(0)
}

func (l *lodge) lock(n int64) {
	m := conference.StatusMessage{About: conference.About{ConfID: concernedID, At: time.Now()}, Envelope: conference.Envelope{Type: conference.StatusType, ConfID: concernedID,
		Mode: conference.Incremental, Sequence: conference.Sequence(time.Now().UnixNano()), CreateTime: time.Now().Add(time.Second)}}
	m.Status.Set(conference.Lock, conference.Value{Presence: conference.Known, Int: n})
	l.registry.Apply(m)
}

// silenced is what the board has of a concern, nil if it counts.
func (l *lodge) silenced(c conference.Cause) *conference.Silence {
	return l.registry.Get(concernedID).Silenced(c)
}

// noteForm names a concern, and what is done with it.
func noteForm(c conference.Cause, more ...string) url.Values {
	v := url.Values{"rule": {string(c.Rule)}}
	if c.Rule == conference.Drift {
		v.Set("field", c.Field.WireName())
		v.Set("profile", c.Profile)
	}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

const (
	silencePath   = "/m/" + string(concernedID) + "/silence"
	unsilencePath = "/m/" + string(concernedID) + "/unsilence"
)

func TestAConcernIsAcknowledgedAndAlertsAgain(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.concerned()
	ann, bob := l.signedIn("ann"), l.signedIn("bob")
	seen := bob.stream("/m/" + string(concernedID) + "/events?lang=en")
	overview := bob.stream("/events?lang=en")
	wall := bob.stream("/wall/events?lang=en")

	res, _ := ann.post(silencePath, noteForm(unlockedCause, "for", "seen"))
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/m/"+string(concernedID)+"#q-") {
		t.Fatalf("%s, to %s", res.Status, to)
	}
	q := l.silenced(unlockedCause)
	if q == nil || q.By != "ann" || !q.Seen || !q.Until.IsZero() || time.Since(q.At) > time.Minute || l.registry.Get(concernedID).Weight() != conference.Noteworthy {
		t.Fatalf("the board has %+v", q)
	}
	seen.until("Acknowledged by ann")
	seen.until("ann acknowledged: ") // in the timeline
	overview.until("Acknowledged by ann: ")
	wall.until("Unlocked, noted")
	want := *q
	want.Began = want.Began.UTC().Truncate(time.Millisecond) // the file has no more
	if rows, err := l.db.Silences(t.Context(), time.Now()); err != nil || len(rows) != 1 || rows[0].Silence != want || rows[0].ConfID != concernedID {
		t.Errorf("the file has %+v, error %v", rows, err)
	}

	_, page := ann.get("/m/" + string(concernedID))
	id := strings.TrimPrefix(res.Header.Get("Location"), "/m/"+string(concernedID)+"#")
	if !strings.Contains(page, `<li id="`+id+`"`) || !strings.Contains(page, "Alert again") {
		t.Errorf("the page does not have what was acknowledged: %s", reading(page))
	}
	if res, _ := ann.post(unsilencePath, noteForm(unlockedCause)); res.StatusCode != http.StatusSeeOther {
		t.Errorf("alert again: %s", res.Status)
	}
	if l.silenced(unlockedCause) != nil || l.registry.Get(concernedID).Weight() != conference.Urgent {
		t.Error("it does not count again")
	}
	seen.until("ann has it alert again: ")
	if rows, err := l.db.Silences(t.Context(), time.Now()); err != nil || len(rows) != 0 {
		t.Errorf("the file has %+v, error %v", rows, err)
	}
	if res, _ := ann.post(unsilencePath, noteForm(unlockedCause)); res.StatusCode != http.StatusSeeOther {
		t.Errorf("alert again, twice: %s", res.Status)
	}
}

func TestAConcernIsSilencedUntilAnEnd(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.concerned()
	ann := l.signedIn("ann")
	for _, k := range []struct {
		life string
		want time.Duration
	}{{"15m", 15 * time.Minute}, {"1h", time.Hour}, {"4h", 4 * time.Hour}} {
		before := time.Now()
		if res, page := ann.post(silencePath, noteForm(noHostCause, "for", k.life, "note", " moved <b>& ")); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %s\n%s", k.life, res.Status, reading(page))
		}
		q := l.silenced(noHostCause)
		if q == nil || q.Seen || q.Note != "moved <b>&" || q.Until.Before(before.Add(k.want-time.Second)) || q.Until.After(time.Now().Add(k.want)) {
			t.Errorf("%s: the board has %+v", k.life, q)
		}
	}
	if res, _ := ann.post(silencePath, noteForm(noHostCause, "for", "meeting")); res.StatusCode != http.StatusSeeOther || !l.silenced(noHostCause).Until.IsZero() {
		t.Errorf("until the meeting ends: %s, %+v", res.Status, l.silenced(noHostCause))
	}
	_, page := l.signedIn("bob").get("/m/" + string(concernedID))
	if said := reading(page); !strings.Contains(said, "Silenced by ann until the meeting ends") || strings.Contains(page, "/silence") || strings.Contains(page, "/unsilence") {
		t.Errorf("a viewer reads %s", said)
	}
	l.registry.Apply(conference.LinkMessage{About: conference.About{ConfID: concernedID, At: time.Now()}, Event: conference.LinkEnded})
	l.fileHas(0)
}

// fileHas waits until the file has so many silences.
func (l *lodge) fileHas(n int) {
	l.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		rows, err := l.db.Silences(l.t.Context(), time.Now())
		if err == nil && len(rows) == n {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatalf("the file has %+v, error %v", rows, err)
		}
	}
}

func TestWhoMayAcknowledge(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.concerned()
	stranger, bob, ann := l.person(), l.signedIn("bob"), l.signedIn("ann")
	foreign := l.person("Sec-Fetch-Site", "cross-site")
	foreign.client.Jar = ann.client.Jar
	form := noteForm(unlockedCause, "for", "seen")
	for _, path := range []string{silencePath, unsilencePath} {
		if res, _ := stranger.post(path, form); res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusUnauthorized {
			t.Errorf("somebody who is not signed in: %s", res.Status)
		}
		if res, _ := bob.post(path, form); res.StatusCode != http.StatusForbidden {
			t.Errorf("a viewer: %s", res.Status)
		}
		if res, _ := bob.get(path + "?" + form.Encode()); res.StatusCode != http.StatusForbidden {
			t.Errorf("a viewer reads the page: %s", res.Status)
		}
		req := foreign.ask("POST", path+"?"+form.Encode(), nil)
		if req.Body.Close(); req.StatusCode != http.StatusForbidden {
			t.Errorf("another site's page: %s", req.Status)
		}
	}
	if res, _ := ann.post(silencePath+"?"+form.Encode(), nil); res.StatusCode == http.StatusSeeOther {
		t.Errorf("what is entered stands in the address: %s", res.Status)
	}
	if len(l.registry.Get(concernedID).Silences) != 0 {
		t.Error("something was silenced")
	}
}

// Whoever has the admin token has no account, and says their name once.
func TestTheAdminTokensHolderSaysTheirName(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen, BasePath: "/board"})
	l.concerned()
	if res, page := l.person().post(silencePath, noteForm(unlockedCause, "for", "seen")); res.StatusCode != http.StatusForbidden || !strings.Contains(page, `name="token"`) {
		t.Errorf("somebody without the token: %s", res.Status)
	}
	admin := l.admin()
	res, page := admin.post(silencePath, noteForm(unlockedCause, "for", "seen"))
	if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "Enter your name.") || !regexp.MustCompile(`value="seen" checked`).MatchString(page) ||
		!strings.Contains(page, `action="/board`+silencePath+`"`) {
		t.Fatalf("without a name: %s\n%s", res.Status, page)
	}
	const name = "李娜 & “Ann”; =,"
	if res, page := admin.post(silencePath, noteForm(unlockedCause, "for", "seen", "name", " "+name+" ")); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("with a name: %s\n%s", res.Status, reading(page))
	}
	if res, _ := admin.post(silencePath, noteForm(noHostCause, "for", "seen")); res.StatusCode != http.StatusSeeOther {
		t.Errorf("with a name that is remembered: %s", res.Status)
	}
	for _, c := range []conference.Cause{unlockedCause, noHostCause} {
		if q := l.silenced(c); q == nil || q.By != name {
			t.Errorf("the board has %+v", q)
		}
	}
	if _, page := admin.get(silencePath + "?" + noteForm(unlockedCause).Encode()); !strings.Contains(page, `value="李娜 &amp; “Ann”; =,"`) {
		t.Error("the page does not have the name that is remembered")
	}
	if res, _ := admin.post(silencePath, noteForm(unlockedCause, "for", "seen", "name", strings.Repeat("x", 65))); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a name that is too long: %s", res.Status)
	}
}

func TestWhatCannotBeSilencedIsSaid(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.concerned()
	ann := l.signedIn("ann")
	now := time.Now().UTC()
	east := 60 * (12 - now.Hour()) // min; it is midday where the viewer is, so that an hour ago was today
	anHourAgo := now.Add(time.Duration(east-60) * time.Minute).Format("15:04")
	for _, k := range []struct {
		name   string
		form   url.Values
		status int
		said   string
	}{
		{"no end", noteForm(unlockedCause), 422, "Choose for how long."},
		{"an end that is not offered", noteForm(unlockedCause, "for", "9h"), 422, "Choose for how long."},
		{"no time of day", noteForm(unlockedCause, "for", "time"), 422, "Enter a time of day"},
		{"a time that is none", noteForm(unlockedCause, "for", "time", "time", "25:00"), 422, "Enter a time of day"},
		{"a time that has passed", noteForm(unlockedCause, "for", "time", "time", anHourAgo, "zone", fmt.Sprint(east)), 422, "This time has passed."},
		{"a note that is too long", noteForm(unlockedCause, "for", "seen", "note", strings.Repeat("会", 201)), 422, "One line of at most 200 characters."},
		{"a note of two lines", noteForm(unlockedCause, "for", "seen", "note", "a\nb"), 422, "One line of at most 200 characters."},
		{"a concern that there is not", noteForm(conference.Cause{Rule: conference.BlankScreen}, "for", "seen"), 409, "It is no longer so"},
		{"a concern of another profile", noteForm(conference.Cause{Rule: conference.Drift, Field: conference.Lock, Profile: "x"}, "for", "1h"), 409, "It is no longer so"},
		{"nothing", url.Values{"for": {"1h"}}, 409, "It is no longer so"},
	} {
		res, page := ann.post(silencePath, k.form)
		if said := reading(page); res.StatusCode != k.status || !strings.Contains(said, k.said) {
			t.Errorf("%s: %s, %s", k.name, res.Status, said)
		}
		if note := k.form.Get("note"); k.status == 422 && note != "" && !strings.Contains(note, "\n") && !strings.Contains(page, note) {
			t.Errorf("%s: what was entered is lost", k.name)
		}
	}
	if len(l.registry.Get(concernedID).Silences) != 0 {
		t.Error("something was silenced")
	}
	if res, _ := ann.post("/m/900000000/silence", noteForm(unlockedCause, "for", "seen")); res.StatusCode != http.StatusNotFound {
		t.Errorf("a meeting that is not on the board: %s", res.Status)
	}
	if res, page := ann.get(silencePath + "?rule=overrun"); res.StatusCode != http.StatusNotFound || !strings.Contains(page, "It is no longer so") {
		t.Errorf("the page of a concern that there is not: %s", res.Status)
	}
}

func TestATimeOfDayIsInTheViewersZone(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
	l.concerned()
	ann := l.signedIn("ann")
	for _, zone := range []int{0, 8 * 60, -5 * 60, 5*60 + 30} {
		at := time.Now().In(time.FixedZone("", zone*60)).Add(2 * time.Hour).Truncate(time.Minute)
		if res, page := ann.post(silencePath, noteForm(unlockedCause, "for", "time", "time", at.Format("15:04"), "zone", fmt.Sprint(zone))); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s\n%s", res.Status, reading(page))
		}
		if q := l.silenced(unlockedCause); !q.Until.Equal(at) {
			t.Errorf("%d minutes ahead: until %s, want %s", zone, q.Until, at)
		}
	}
}

func TestSilencesOutliveARestart(t *testing.T) {
	folder := t.TempDir()
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen, DataDir: folder})
	l.concerned()
	admin := l.admin()
	admin.post(silencePath, noteForm(unlockedCause, "for", "seen", "name", "Ann", "note", "at 3 pm"))
	admin.post(silencePath, noteForm(noHostCause, "for", "meeting"))
	l.stop()

	l = openLodge(t, settings.Settings{Access: settings.AccessOpen, DataDir: folder})
	if res, _ := l.person().get("/healthz"); res.StatusCode != http.StatusOK { // it has read its file
		t.Fatal(res.Status)
	}
	l.bring()
	for _, c := range []conference.Cause{unlockedCause, noHostCause} {
		if q := l.silenced(c); q == nil || q.By != "Ann" {
			t.Errorf("%s: the board has %+v", c.Rule, q)
		}
	}
	if s := l.registry.Get(concernedID); s.Weight() != conference.Unimportant {
		t.Errorf("weight %d", s.Weight())
	}
	if _, page := l.person().get("/m/" + string(concernedID)); !strings.Contains(reading(page), "“at 3 pm”") {
		t.Errorf("the page says %s", reading(page))
	}
	l.lock(1)
	l.registry.Pass(time.Now().Add(15 * time.Second)) // what was acknowledged has gone
	l.fileHas(1)
	l.registry.Apply(conference.UnwatchMessage{About: conference.About{ConfID: concernedID, At: time.Now()}})
	l.fileHas(0)
}

// A disk that takes nothing refuses the change, and nothing else.
func TestAFullDiskRefusesASilenceAndNothingElse(t *testing.T) {
	storetest.AboutFiles(t)
	folder := t.TempDir()
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, DataDir: folder})
	l.concerned()
	ann := l.signedIn("ann")
	if res, _ := ann.post(silencePath, noteForm(noHostCause, "for", "1h")); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.Status)
	}
	l.fill(folder)
	res, page := ann.post(silencePath, noteForm(unlockedCause, "for", "seen", "note", "as entered"))
	if said := reading(page); res.StatusCode != http.StatusInternalServerError || !strings.Contains(said, "it could not be stored") || !strings.Contains(page, "as entered") {
		t.Errorf("silence: %s, %s", res.Status, said)
	}
	if res, page := ann.post(unsilencePath, noteForm(noHostCause)); res.StatusCode != http.StatusInternalServerError || !strings.Contains(reading(page), "It stays as it is") {
		t.Errorf("alert again: %s, %s", res.Status, reading(page))
	}
	if l.silenced(unlockedCause) != nil || l.silenced(noHostCause) == nil {
		t.Errorf("the board has %+v", l.registry.Get(concernedID).Silences)
	}
	if !strings.Contains(l.log.String(), "take note of a concern") {
		t.Error("the log does not say why")
	}
	l.lock(1)
	if res, page := ann.get("/m/" + string(concernedID)); res.StatusCode != http.StatusOK || !strings.Contains(page, "Locked") {
		t.Errorf("the meeting: %s", res.Status)
	}
}

// fill has the disk refuse what is to be written of silences.
func (l *lodge) fill(folder string) {
	l.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, store.DBFile)+"?_pragma=busy_timeout(60000)") // the board writes, too
	if err != nil {
		l.t.Fatal(err)
	}
	for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
		if _, err := db.ExecContext(l.t.Context(), fmt.Sprintf("CREATE TRIGGER full_%s BEFORE %[1]s ON silence BEGIN SELECT RAISE(ABORT, 'the disk is full'); END", change)); err != nil {
			l.t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		l.t.Fatal(err)
	}
}
