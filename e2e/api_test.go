package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"confboard/feed/simulator"
)

func TestTheAPIGivesEachFieldOneTypeHoweverItWasPushed(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")

	cases := []struct {
		field  string
		pushed any
		want   string // the JSON in the API
	}{
		{"lock", true, `1`},
		{"lock", false, `0`},
		{"lock", "1", `1`},
		{"lock", 0, `0`},
		{"lock", 3, `3`},
		{"lock", nil, `null`},
		{"recState", "0", `0`},
		{"realTimeSubtitle", true, `1`},
		{"picNum", "4", `4`},
		{"picNum", 9, `9`},
		{"partViewNum", "12", `12`},
		{"endTime", 4102444800000, `"4102444800000"`},
		{"endTime", "4102444800001", `"4102444800001"`},
		{"mode", "FIXED", `"FIXED"`},
		{"mode", "PANORAMA", `"PANORAMA"`},
		{"confIMGroupId", "", `""`},
		{"confIMGroupId", nil, `null`},
		{"multiPic", picture(10, ids("a", "b"), ids()), `{"period":10,"picInfos":[{"id":["a","b"],"index":1,"share":0},{"id":[],"index":2,"share":0}],"picNum":2}`},
		{"multiPic", nil, `null`},
		{"lanChannels", []any{1, "two", nil}, `[1,"two",null]`},
		{"allowAudience", true, `true`},
		{"futureField", map[string]any{"a": 1}, `{"a":1}`},
		{"futureField", nil, `null`},
	}
	for _, c := range cases {
		m.SetFull(map[string]any{c.field: c.pushed})
		var got string
		until(t, c.field+" as "+c.want, func() bool {
			got = string(b.meeting(id).Status[c.field])
			return got == c.want
		})
	}

	m.Unset("lock", "futureField")
	m.PushFull()
	until(t, "fields that are not reported to be absent", func() bool {
		status := b.meeting(id).Status
		_, lock := status["lock"]
		_, future := status["futureField"]
		return !lock && !future
	})
}

func TestTheAPIsAnswersAreAsDesigned(t *testing.T) {
	t.Parallel()
	const id, other = "900487914", "900487915"
	cloud := newCloud(t, brisk)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board"})
	late := cloud.Add(simulator.MeetingConfig{ConfID: other, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: brisk, meetings: watching(m, late)})
	b.waitLink(id, "live")
	b.waitLink(other, "waiting")
	until(t, "an echo", func() bool { return b.meeting(id).Freshness.LastEcho != nil })

	a := b.meeting(id)
	if a.ConfID != id || a.Title != "Board" || a.Partial || string(a.Participants) != "[]" || string(a.Speakers) != "[]" {
		t.Errorf("the meeting is %+v", a)
	}
	if a.LastMessage == nil || a.LastMessage.Mode != full || a.LastMessage.MsgID == "" || a.LastMessage.Version == 0 {
		t.Fatalf("the last message is %+v", a.LastMessage)
	}
	for what, text := range map[string]string{"createTime": a.LastMessage.CreateTime, "lastEcho": *a.Freshness.LastEcho, "lastChange": *a.Freshness.LastChange} {
		if at, err := time.Parse(time.RFC3339, text); err != nil || time.Since(at).Abs() > time.Hour {
			t.Errorf("%s is %q", what, text)
		}
	}
	if l := b.meeting(other); l.LastMessage != nil || len(l.Status) != 0 || l.Title != other || string(l.Participants) != "null" || string(l.Speakers) != "null" {
		t.Errorf("a meeting that has not started is %+v", l)
	}

	list := get(t, b.url+"/api/v1/meetings")
	var all struct{ Meetings []meetingAnswer }
	if err := json.Unmarshal([]byte(list.body), &all); err != nil || len(all.Meetings) != 2 || all.Meetings[0].ConfID != id {
		t.Errorf("the list is %s (%v)", list.body, err)
	}
	if got := list.header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		t.Errorf("the list is %s", got)
	}

	for _, path := range []string{"/api/v1/meetings/900000000", "/api/v1/meetings/%3Cb%3E", "/api/v1/nothing"} {
		r := get(t, b.url+path)
		var problem struct {
			Type, Title string
			Status      int
		}
		if err := json.Unmarshal([]byte(r.body), &problem); err != nil || r.status != http.StatusNotFound || problem.Status != http.StatusNotFound ||
			problem.Title == "" || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s answered %d %s: %s", path, r.status, r.header.Get("Content-Type"), r.body)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if r := get(t, b.url+path); r.status != http.StatusOK {
			t.Errorf("%s answered %d", path, r.status)
		}
	}

	// The board is healthy whatever the cloud does.
	cloud.Refuse(http.StatusInternalServerError, "")
	m.CutConnections()
	until(t, "the link not to be live", func() bool { return b.meeting(id).Freshness.Link != "live" })
	for _, path := range []string{"/healthz", "/readyz"} {
		if r := get(t, b.url+path); r.status != http.StatusOK {
			t.Errorf("%s answered %d while the cloud was away", path, r.status)
		}
	}
}

func TestMetricsCanBeReadWithAndWithoutCompression(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	b := serve(t, cloud, settings{heartbeat: steady})
	for _, encoding := range []string{"identity", ""} { // empty: the client asks for gzip and takes it off
		var header []string
		if encoding != "" {
			header = []string{"Accept-Encoding", encoding}
		}
		r := get(t, b.url+"/metrics", header...)
		parser := expfmt.NewTextParser(model.UTF8Validation)
		families, err := parser.TextToMetricFamilies(strings.NewReader(r.body))
		if err != nil {
			t.Errorf("with Accept-Encoding %q the metrics cannot be parsed: %.200v", encoding, err)
			continue
		}
		for _, name := range []string{"confboard_meetings", "confboard_frames_total", "confboard_viewers", "confboard_cuts_total", "go_goroutines", "process_resident_memory_bytes"} {
			if families[name] == nil {
				t.Errorf("with Accept-Encoding %q there is no metric %s", encoding, name)
			}
		}
	}
}

func TestEveryAnswerCarriesTheHeadersThatKeepItSafe(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	b := serve(t, cloud, settings{heartbeat: steady})
	for _, path := range []string{"/", "/m/900487914", "/nothing", "/api/v1/meetings", "/healthz", "/metrics"} {
		h := get(t, b.url+path).header
		policy := h.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		if got := h.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s has X-Content-Type-Options %q", path, got)
		}
		if got := h.Get("Server") + h.Get("X-Powered-By"); got != "" {
			t.Errorf("%s names its server: %s", path, got)
		}
	}
}
