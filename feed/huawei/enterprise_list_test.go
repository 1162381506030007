package huawei

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/simulator"
)

// listed is an account of a simulated enterprise in which n meetings are in progress.
func listed(t *testing.T, n int) (*simulator.Cloud, *Account) {
	t.Helper()
	cloud := simulator.New(simulator.Config{App: &simulator.App{ID: "app", Key: "key-s3cret"}})
	start := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	for i := range n {
		cloud.Add(simulator.MeetingConfig{
			ConfID: strconv.Itoa(900_000_000 + i), HostPassword: fmt.Sprint("pw", i), Title: fmt.Sprint("Meeting ", i), Owner: "wang",
			ScheduledStart: start.Add(time.Duration(i) * time.Minute), ScheduledEnd: start.Add(time.Duration(i+60) * time.Minute),
		}).Start()
	}
	endpoint, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cloud.Close()
		for _, v := range cloud.Violations() {
			t.Errorf("against the reference: %s", v)
		}
	})
	a, err := NewAccount(Config{Endpoint: endpoint, App: &App{ID: "app", Key: conference.NewSecret("key-s3cret")}})
	if err != nil {
		t.Fatal(err)
	}
	return cloud, a
}

// before runs f before each page is answered, with the number of the call from 0.
func before(cloud *simulator.Cloud, path string, f func(call int)) {
	call := 0
	cloud.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				f(call)
				call++
			}
			next.ServeHTTP(w, r)
		})
	})
}

// once checks that each meeting is there once, and returns them by ID.
func once(t *testing.T, entries []entry) map[string]entry {
	t.Helper()
	all := map[string]entry{}
	for _, e := range entries {
		if _, twice := all[string(e.id)]; twice {
			t.Errorf("%s is there twice", e.id)
		}
		all[string(e.id)] = e
	}
	return all
}

func TestListOfThreePagesIsReadWhole(t *testing.T) {
	cloud, a := listed(t, 1234)
	entries, f := a.inProgress(t.Context())
	if f != nil {
		t.Fatal(f)
	}
	if all := once(t, entries); len(all) != 1234 {
		t.Errorf("%d meetings", len(all))
	}
	if n := cloud.Calls(onlineAPI.path); n != 3 {
		t.Errorf("%d pages", n)
	}
	want := entry{id: "900000007", state: going, booking: conference.Booking{
		Title: "Meeting 7", Owner: "wang", Start: time.Date(2026, 3, 1, 8, 7, 0, 0, time.UTC), End: time.Date(2026, 3, 1, 9, 7, 0, 0, time.UTC)}}
	got := entries[7]
	if got.password.Reveal() != "pw7" {
		t.Errorf("host password %q", got.password.Reveal())
	}
	if got.password = (conference.Secret{}); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestListThatChangesWhileItIsReadLosesNothing(t *testing.T) {
	meeting := func(cloud *simulator.Cloud, i int) *simulator.Meeting {
		return cloud.Meeting(strconv.Itoa(900_000_000 + i))
	}
	for _, c := range []struct {
		name   string
		change func(cloud *simulator.Cloud, call int)
	}{
		{"one leaves before each page", func(cloud *simulator.Cloud, call int) { meeting(cloud, call).End() }},
		{"the last of a page leaves", func(cloud *simulator.Cloud, call int) {
			if call == 1 {
				meeting(cloud, 499).End()
			}
		}},
		{"more leave than pages overlap", func(cloud *simulator.Cloud, call int) {
			if call == 1 {
				for i := range 80 {
					meeting(cloud, i).End()
				}
			}
		}},
		{"a page leaves", func(cloud *simulator.Cloud, call int) {
			if call == 1 {
				for i := range 500 {
					meeting(cloud, i).End()
				}
			}
		}},
		{"nearly all leave", func(cloud *simulator.Cloud, call int) {
			if call == 2 {
				for i := range 1195 {
					meeting(cloud, i).End()
				}
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud, a := listed(t, 1200)
			before(cloud, onlineAPI.path, func(call int) { c.change(cloud, call) })
			entries, f := a.inProgress(t.Context())
			if f != nil {
				t.Fatal(f)
			}
			all := once(t, entries)
			for _, m := range cloud.Meetings() { // those that never left
				if _, there := all[m.ConfID()]; !there && m.InProgress() {
					t.Errorf("%s is lost", m.ConfID())
				}
			}
		})
	}
}

func TestListIsReadAsFarAsItGoes(t *testing.T) {
	record := func(i int) map[string]any {
		return map[string]any{"conferenceID": strconv.Itoa(100 + i), "startTime": "2026-03-01 08:00"}
	}
	records := func(from, to int) (all []any) {
		for i := from; i < to; i++ {
			all = append(all, record(i))
		}
		return all
	}
	// window is what a list of n answers.
	window := func(n, offset, limit int) []any { return records(min(offset, n), min(offset+limit, n)) }
	for _, c := range []struct {
		name  string
		page  func(offset, limit int) any
		want  int // meetings
		whole bool
		pages int // at most
	}{
		{"empty", func(int, int) any { return map[string]any{"count": 0, "data": []any{}} }, 0, true, 1},
		{"empty without data", func(int, int) any { return map[string]any{"count": 0} }, 0, true, 1},
		{"count as text", func(o, l int) any { return map[string]any{"count": "700", "data": window(700, o, l)} }, 700, true, 2},
		{"no count", func(o, l int) any { return map[string]any{"data": window(700, o, l)} }, 700, true, 3},
		{"smaller pages than were asked for", func(o, _ int) any { return map[string]any{"count": 100, "data": window(100, o, 20)} }, 100, true, 12},
		{"a record that is no meeting", func(int, int) any {
			return map[string]any{"count": 3, "data": []any{record(1), map[string]any{"conferenceID": "a b"}, record(2)}}
		}, 2, true, 1},
		{"a series listed by occurrence", func(int, int) any {
			return map[string]any{"count": 2, "data": []any{record(1), map[string]any{"conferenceID": "101", "startTime": "2026-03-02 08:00"}}}
		}, 1, true, 1},
		{"an offset that is not minded", func(_, l int) any { return map[string]any{"count": 700, "data": window(700, 0, l)} }, 500, false, 2},
		{"shorter than it says", func(o, l int) any { return map[string]any{"count": 700, "data": window(500, o, l)} }, 500, false, 20},
		{"without end", func(o, l int) any { return map[string]any{"count": 1 << 30, "data": records(o, o+l)} }, 20_100, false, 42},
		{"no list", func(int, int) any { return map[string]any{"count": 3} }, 0, false, 1},
		{"another kind of list", func(int, int) any { return map[string]any{"count": 1, "data": map[string]any{"1": record(1)}} }, 0, false, 1},
		{"an error with success", func(int, int) any { return map[string]any{"error_code": "MMC.111070002"} }, 0, false, 1},
		{"nothing", func(int, int) any { return nil }, 0, false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud, a := listed(t, 0)
			pages := 0
			cloud.Wrap(func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.URL.Path != onlineAPI.path {
						next.ServeHTTP(w, r)
						return
					}
					pages++
					offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
					limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
					_ = json.NewEncoder(w).Encode(c.page(offset, limit))
				})
			})
			entries, f := a.inProgress(t.Context())
			if n := len(once(t, entries)); (f == nil) != c.whole || n != min(n, c.want) || c.whole && n != c.want {
				t.Errorf("%d meetings, %v; want %d, whole %v", n, f, c.want, c.whole)
			}
			if pages > c.pages {
				t.Errorf("%d pages", pages)
			}
		})
	}
}

func TestHalfAListIsAFaultWithWhatCame(t *testing.T) {
	cloud, a := listed(t, 700)
	cloud.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == onlineAPI.path && r.URL.Query().Get("offset") != "0" {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	entries, f := a.inProgress(t.Context())
	if len(entries) != 500 || f == nil || f.reason != conference.ReasonUnavailable {
		t.Errorf("%d meetings, %v", len(entries), f)
	}
}

func TestPageOverItsLimitIsRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == loginAPI.path {
			_, _ = w.Write([]byte(`{"accessToken":"t","validPeriod":"43200"}`))
			return
		}
		fmt.Fprintf(w, `{"count":1,"data":[{"conferenceID":"1","subject":%q}]}`, strings.Repeat("x", pageBodyLimit))
	}))
	defer server.Close()
	a, err := NewAccount(Config{Endpoint: server.URL, App: &App{ID: "app", Key: conference.NewSecret("k")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, f := a.inProgress(t.Context()); !errors.Is(f, errTooLarge) || f.reason != conference.ReasonUnexpected {
		t.Error(f)
	}
}

func TestEntriesAreReadAsTheyComeInMany(t *testing.T) {
	for _, c := range []struct{ name, json, password string }{
		{"both roles", `{"passwordEntry":[{"conferenceRole":"general","password":"g"},{"conferenceRole":"chair","password":"h"}]}`, "h"},
		{"only guests", `{"passwordEntry":[{"conferenceRole":"general","password":"g"}]}`, ""},
		{"none", `{}`, ""},
		{"null", `{"passwordEntry":null}`, ""},
		{"another kind", `{"passwordEntry":"h"}`, ""},
		{"a number", `{"passwordEntry":[{"conferenceRole":"chair","password":135790}]}`, "135790"},
		{"in capitals", `{"passwordEntry":[{"conferenceRole":"CHAIR","password":"h"}]}`, "h"},
		{"by the number of the role", `{"passwordEntry":[{"conferenceRole":1,"password":"h"}]}`, "h"},
		{"by the number of the role as text", `{"passwordEntry":[{"conferenceRole":"1","password":"h"}]}`, "h"},
		{"empty", `{"passwordEntry":[{"conferenceRole":"chair","password":""}]}`, ""},
	} {
		if e, _ := entryOf(objectOf([]byte(c.json))); e.password.Reveal() != c.password {
			t.Errorf("%s: password %q", c.name, e.password.Reveal())
		}
	}
	for text, want := range map[string]time.Time{
		"2026-03-01 08:05":    time.Date(2026, 3, 1, 8, 5, 0, 0, time.UTC),
		"2026-03-01 08:05:30": time.Date(2026, 3, 1, 8, 5, 30, 0, time.UTC),
		"":                    {},
		"soon":                {},
	} {
		if got := listTime(text); !got.Equal(want) {
			t.Errorf("time %q is %v", text, got)
		}
	}
	e, ok := entryOf(objectOf([]byte(`{"conferenceID":914083136,"vmrConferenceID":"1","vmrFlag":1,"subject":"` + strings.Repeat("会", 300) + `"}`)))
	if !ok || e.id != "914083136" || len(e.booking.Title) != 510 || strings.Trim(e.booking.Title, "会") != "" {
		t.Errorf("%v %+v", ok, e)
	}
	if _, ok := entryOf(objectOf([]byte(`{"vmrConferenceID":"914083136"}`))); ok {
		t.Error("the number of a room is taken for a meeting")
	}
}
