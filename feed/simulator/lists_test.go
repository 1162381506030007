package simulator

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// office is an enterprise with meetings in each phase: three run, one is booked, one has ended.
func office(t *testing.T) (s *served, token string) {
	t.Helper()
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s = serve(t, Config{App: enterprise(), Now: func() time.Time { return noon }})
	s.m.End() // without a start: it has ended
	for i, mc := range []MeetingConfig{
		{ConfID: "1003", Title: "Budget", Owner: "li", ScheduledStart: noon.Add(-time.Hour), ScheduledEnd: noon.Add(time.Hour)},
		{ConfID: "1001", Title: "Design review", Owner: "wang", ScheduledStart: noon.Add(-2 * time.Hour)},
		{ConfID: "1002", Title: "安全例会", Owner: adminAccount},
		{ConfID: "1000", Title: "Town hall", Owner: "li", ScheduledStart: noon.Add(24 * time.Hour), ScheduledEnd: noon.Add(26 * time.Hour)},
	} {
		mc.HostPassword = fmt.Sprint(7_000_000 + i)
		m := s.cloud.Add(mc)
		if i < 3 {
			m.Start()
			m.Join(Participant{PID: "p", Info: map[string]string{"STATE": "0"}})
			m.Join(Participant{PID: "q", Info: map[string]string{"STATE": "1"}})
		}
	}
	return s, s.accessToken("")
}

// ids are those of the meetings in a list.
func ids(answer map[string]any) string {
	var all []string
	data, _ := answer["data"].([]any)
	for _, m := range data {
		all = append(all, m.(map[string]any)["conferenceID"].(string))
	}
	return strings.Join(all, " ")
}

func TestListsHaveTheMeetingsTheyAreAbout(t *testing.T) {
	s, token := office(t)
	user := s.accessToken("li")
	for _, c := range []struct {
		name, path, query, token, want string
		count                          float64
	}{
		{"in progress, the earliest first", onlinePath, "queryAll=true", token, "1001 1003 1002", 3},
		{"not ended, booked ones included", bookedPath, "queryAll=true", token, "1001 1003 1002 1000", 4},
		{"the latest first", bookedPath, "queryAll=true&sortType=DSC_StartTIME", token, "1000 1002 1003 1001", 4},
		{"one's own unless all are asked for", onlinePath, "", token, "1002", 1},
		{"one's own, of the user", bookedPath, "", user, "1003 1000", 2},
		{"all, of a user who is an administrator", onlinePath, "queryAll=true", user, "1001 1003 1002", 3},
		{"a page", bookedPath, "queryAll=true&offset=1&limit=2", token, "1003 1002", 4},
		{"past the last page", bookedPath, "queryAll=true&offset=9", token, "", 4},
		{"found by subject", bookedPath, "queryAll=true&searchKey=" + url.QueryEscape("例会"), token, "1002", 1},
		{"found by subject in another case", bookedPath, "queryAll=true&searchKey=town", token, "1000", 1},
		{"found by owner", bookedPath, "queryAll=true&searchKey=wang", token, "1001", 1},
		{"found by ID", bookedPath, "queryAll=true&searchKey=1003", token, "1003", 1},
	} {
		status, answer := s.call(c.path+"?"+c.query, withAccess(c.token))
		if got := ids(answer); status != 200 || got != c.want || answer["count"] != c.count {
			t.Errorf("%s: %d %q of %v, want %q of %v", c.name, status, got, answer["count"], c.want, c.count)
		}
	}
	s.cloud.Meeting("1003").Hide(true)
	if _, answer := s.call(onlinePath+"?queryAll=true", withAccess(token)); ids(answer) != "1001 1002" {
		t.Errorf("with a hidden meeting: %s", ids(answer))
	}
	if !s.cloud.Meeting("1003").InProgress() {
		t.Error("hiding ends the meeting")
	}
	if v := s.cloud.Violations(); len(v) > 0 {
		t.Errorf("violations %q", v)
	}
}

func TestPagesOfAListAreOfTheSizeThatIsAskedFor(t *testing.T) {
	s := serve(t, Config{App: enterprise()})
	for i := range 730 {
		s.cloud.Add(MeetingConfig{ConfID: fmt.Sprint(10_000 + i)}).Start()
	}
	token := s.accessToken("")
	for query, want := range map[string]int{"": 20, "&limit=500": 500, "&offset=500&limit=500": 230, "&offset=1000&limit=500": 0} {
		_, answer := s.call(onlinePath+"?queryAll=true"+query, withAccess(token))
		if got := len(answer["data"].([]any)); got != want || answer["count"] != 730.0 {
			t.Errorf("%q: %d of %v, want %d", query, got, answer["count"], want)
		}
	}
	for _, query := range []string{"limit=501", "limit=0", "offset=-1", "limit=x", "queryAll=1", "searchKey=", "searchKey=" + strings.Repeat("x", 129)} {
		if status, answer := s.call(onlinePath+"?"+query, withAccess(token)); status != 400 || answer["error_code"] != codeParameter {
			t.Errorf("%s: %d %v", query, status, answer)
		}
	}
	if len(s.cloud.Violations()) == 0 {
		t.Error("a page over the limit is no violation")
	}
}

func TestMemberSeesHisOwnMeetingsOnly(t *testing.T) {
	app := enterprise()
	app.Member = true
	s, _ := office(t)
	s.cloud.SetApp(app)
	user := s.accessToken("li")
	if _, answer := s.call(onlinePath+"?queryAll=true", withAccess(user)); ids(answer) != "1003" {
		t.Errorf("the list has %s", ids(answer))
	}
	if status, _ := s.call(detailPath+"?conferenceID=1001", withAccess(user)); status != 403 {
		t.Errorf("another's detail: %d", status)
	}
}

func TestListedMeetingIsDescribedAsTheReferenceSays(t *testing.T) {
	s, token := office(t)
	_, answer := s.call(bookedPath+"?queryAll=true", withAccess(token))
	for i, want := range []string{"2026-03-01 10:00 2026-03-01 11:00 Created", "2026-03-01 11:00 2026-03-01 13:00 Created",
		"2026-03-01 12:00 2026-03-01 13:00 Created", "2026-03-02 12:00 2026-03-02 14:00 Schedule"} {
		m := answer["data"].([]any)[i].(map[string]any)
		if got := fmt.Sprint(m["startTime"], " ", m["endTime"], " ", m["conferenceState"]); got != want {
			t.Errorf("meeting %d: %s, want %s", i, got, want)
		}
		if m["onlineAttendeeAmount"] != nil || m["role"] != nil {
			t.Errorf("meeting %d has what belongs to the online list or the detail: %v", i, m)
		}
	}
	_, answer = s.call(onlinePath+"?queryAll=true", withAccess(token))
	m := answer["data"].([]any)[1].(map[string]any)
	if m["onlineAttendeeAmount"] != 1.0 || m["subject"] != "Budget" || m["scheduserName"] != "li" || m["chairJoinUri"] == "" {
		t.Errorf("described as %v", m)
	}
	if got := fmt.Sprint(m["passwordEntry"].([]any)[0]); got != "map[conferenceRole:chair password:7000000]" {
		t.Errorf("password %s", got)
	}
}

func TestPasswordsInListsAndDetailsAreSwitched(t *testing.T) {
	roles := func(m map[string]any) (all string) {
		entries, _ := m["passwordEntry"].([]any)
		for _, e := range entries {
			all += e.(map[string]any)["conferenceRole"].(string) + " "
		}
		return all
	}
	for _, c := range []struct {
		name             string
		lists, details   Passwords
		inList, inDetail string
	}{
		{"all in both", AllPasswords, AllPasswords, "chair general ", "chair general "},
		{"in the detail only", NoPasswords, AllPasswords, "", "chair general "},
		{"the general one in the list", GeneralPassword, AllPasswords, "general ", "chair general "},
		{"in neither", NoPasswords, GeneralPassword, "", "general "},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, token := office(t)
			s.cloud.Meeting("1001").ShowPasswords(c.lists, c.details)
			_, list := s.call(onlinePath+"?queryAll=true", withAccess(token))
			if got := roles(list["data"].([]any)[0].(map[string]any)); got != c.inList {
				t.Errorf("in the list: %q, want %q", got, c.inList)
			}
			_, detail := s.call(onlineDetailPath+"?conferenceID=1001", withAccess(token))
			if got := roles(detail["conferenceData"].(map[string]any)); got != c.inDetail {
				t.Errorf("in the detail: %q, want %q", got, c.inDetail)
			}
		})
	}
}

func TestDetailsAreOfMeetingsThatCanBeSeen(t *testing.T) {
	s, token := office(t)
	for _, c := range []struct {
		name, path, id, token string
		status                int
	}{
		{"in progress", onlineDetailPath, "1001", token, 200},
		{"in progress, of those not ended", detailPath, "1001", token, 200},
		{"booked", detailPath, "1000", token, 200},
		{"booked, of those in progress", onlineDetailPath, "1000", token, 400},
		{"ended", detailPath, id, token, 400},
		{"unknown", detailPath, "9", token, 400},
		{"without a login", detailPath, "1001", "", 401},
		{"the region of one", regionPath, "1001", token, 200},
		{"the region without a login", regionPath, "1001", "", 401},
		{"the region of an unknown one", regionPath, "9", token, 400},
	} {
		if status, answer := s.call(c.path+"?conferenceID="+c.id, withAccess(c.token)); status != c.status {
			t.Errorf("%s: %d %v, want %d", c.name, status, answer, c.status)
		}
	}
	s.cloud.Meeting("1001").SetSite("r1.example:8443")
	_, answer := s.call(regionPath+"?conferenceID=1001", withAccess(token))
	if answer["regionUrl"] != "r1.example:8443" || answer["regionIP"] != "r1.example" {
		t.Errorf("region %v", answer)
	}
}
