package app

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

const pastID conference.ConfID = "900487914"

// formula is a title that a spreadsheet must not run.
const formula = `=HYPERLINK("https://elsewhere.example";"预算, ""Q3""")`

// end has a meeting end.
func (l *lodge) end(id conference.ConfID) {
	at := time.Now().Add(2 * time.Second)
	m := conference.StatusMessage{About: conference.About{ConfID: id, At: at}, Envelope: conference.Envelope{Type: conference.StatusType, ConfID: id,
		Mode: conference.Incremental, Sequence: 1 << 40, CreateTime: at}}
	m.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateDestroyed})
	l.registry.Apply(m)
}

// until asks for a page until it says something: what happens is stored a moment later.
func (p *person) until(path, want string) (body string) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if _, body = p.get(path); strings.Contains(body, want) {
			return body
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s does not say %q:\n%s", path, want, reading(body))
		}
	}
}

func TestAMeetingThatEndedIsInTheHistory(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, BasePath: "/board"})
	viewer, admin := l.signedIn("bob"), l.signedIn("ann")
	if _, body := viewer.get("/history"); !strings.Contains(reading(body), "No meeting has ended yet") {
		t.Errorf("at first: %s", reading(body))
	}
	l.meeting(pastID)
	l.registry.Apply(conference.WatchMessage{About: conference.About{ConfID: pastID, At: time.Now()}, Name: formula})
	l.end(pastID)
	body := viewer.until("/history", "1 meeting<")
	path := regexp.MustCompile(`href="/board(/history/\d+)"`).FindStringSubmatch(body)
	if path == nil || strings.Contains(body, "export") {
		t.Fatalf("a viewer sees %s", body)
	}
	for query, want := range map[string]string{"?q=owner+OLGA": "1 meeting", "?q=nobody": "No such meeting", "?day=2001-01-01": "No such meeting",
		"?day=" + time.Now().UTC().Format("2006-01-02"): "1 meeting", "?day=yesterday&offset=x&page=x": "1 meeting", "?page=7": "1 meeting"} {
		if res, body := viewer.get("/history" + query); res.StatusCode != http.StatusOK || !strings.Contains(reading(body), want) {
			t.Errorf("%s: %s, %s", query, res.Status, reading(body))
		}
	}
	res, one := viewer.get(path[1])
	for _, want := range []string{"The meeting ended", "Came onto this board", "Olga Owner", `=HYPERLINK`} {
		if !strings.Contains(reading(one), want) {
			t.Errorf("%s: %s does not say %q: %s", path[1], res.Status, want, reading(one))
		}
	}
	if strings.Contains(one, "Hush-chat2") || strings.Contains(one, "/events") {
		t.Errorf("%s", one)
	}
	for _, absent := range []string{"/history/1", "/history/x", "/history/0", path[1] + "?before=x"} {
		if res, _ := viewer.get(absent); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", absent, res.Status)
		}
	}

	exports := regexp.MustCompile(`href="/board(/history/[^"]*(?:csv|json)[^"]*)"`).FindAllStringSubmatch(admin.until("/history", "export")+admin.until(path[1], "export"), -1)
	if len(exports) != 4 {
		t.Fatalf("exports %q", exports)
	}
	for _, e := range exports {
		if res, _ := viewer.get(e[1]); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s for a viewer: %s", e[1], res.Status)
		}
		res, body := admin.get(e[1])
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment;") || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s, %v", e[1], res.Status, res.Header)
		}
		if strings.HasSuffix(e[1], "csv") {
			table(t, body)
		} else if !json.Valid([]byte(body)) || !strings.Contains(body, "HYPERLINK") {
			t.Errorf("%s: %s", e[1], body)
		}
	}
	if res, _ := admin.get("/history/export/xml"); res.StatusCode != http.StatusNotFound {
		t.Errorf("another format: %s", res.Status)
	}
}

// table reads a file as spreadsheets do.
func table(t *testing.T, body string) {
	t.Helper()
	body, marked := strings.CutPrefix(body, "\uFEFF")
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || !marked || len(rows) < 2 || !strings.Contains(body, "\r\n") {
		t.Fatalf("marked %v, %d rows, error %v: %q", marked, len(rows), err, body)
	}
	for _, row := range rows[1:] {
		for i, cell := range row {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") {
				t.Errorf("%s is %q", rows[0][i], cell)
			}
		}
		if i := slices.Index(rows[0], "title"); i >= 0 && row[i] != "'"+formula {
			t.Errorf("the title is %q", row[i])
		}
	}
}

func TestARestartBringsTheTimelineBack(t *testing.T) {
	s := settings.Settings{Access: settings.AccessOpen, DataDir: t.TempDir()}
	l := openLodge(t, s)
	l.person().until("/history", "No meeting") // it runs
	l.meeting(pastID)
	l.stop()

	l = openLodge(t, s)
	viewer := l.person()
	one := regexp.MustCompile(`href="(/history/\d+)"`).FindStringSubmatch(viewer.until("/history", "last seen")) // nobody saw how it ended
	if one == nil {
		t.Fatal("it leads nowhere")
	}
	l.meeting(pastID)
	body := viewer.until("/m/900487914", "The board was not running")
	if said := reading(body); strings.Count(said, "Came onto this board") != 1 || !strings.Contains(said, "Nobody saw what happened.") {
		t.Errorf("the page says %s", said)
	}
	if res, past := viewer.get("/m/900487914?at=last"); res.StatusCode != http.StatusOK || !strings.Contains(past, "PAST") {
		t.Errorf("how it was: %s", res.Status)
	}
	l.end(pastID)
	viewer.until(one[1], "The meeting ended")
	if said := reading(viewer.until("/history", "1 meeting<")); strings.Contains(said, "last seen") {
		t.Errorf("it ended, and the history says %s", said)
	}
}

// brokenDisk has every write of a timeline fail, or none.
func (l *lodge) brokenDisk(folder string, broken bool) {
	l.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, store.DBFile)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		l.t.Fatal(err)
	}
	change := "DROP TRIGGER full_disk"
	if broken {
		change = "CREATE TRIGGER full_disk BEFORE INSERT ON timeline BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
	}
	if _, err := db.ExecContext(l.t.Context(), change); err != nil {
		l.t.Error(err)
	}
	if err := db.Close(); err != nil {
		l.t.Error(err)
	}
}

// A disk without room is shown where an admin looks, with what to do, and the live board goes on.
func TestADiskWithoutRoomIsShownAndTheBoardGoesOn(t *testing.T) {
	storetest.AboutFiles(t)
	s := settings.Settings{Access: settings.AccessOpen, DataDir: t.TempDir(), History: settings.History{Stored: time.Hour, Names: time.Hour, Keep: time.Hour, Disk: 1e9}}
	l := openLodge(t, s)
	viewer := l.person()
	feed := viewer.stream("/feed/events")
	l.meeting(pastID)
	viewer.until("/feed", "Stored as it happens")
	l.brokenDisk(s.DataDir, true)
	l.end(pastID)
	feed.until("The disk is full or read-only")
	if said := reading(viewer.until("/m/900487914", "The meeting ended")); !strings.Contains(said, "Quarterly review") {
		t.Errorf("the live page says %s", said)
	}
	viewer.until("/metrics", `confboard_storage{state="failing"} 1`)
	l.brokenDisk(s.DataDir, false)
	viewer.until("/metrics", `confboard_storage{state="writing"} 1`)
	viewer.until("/history", "1 meeting<")
}
