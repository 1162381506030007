package app

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// shown are the metrics of a running board: of each its labels, and of these the values.
type shown map[string]map[string][]string

// metricsOf are those of a board that has all parts, somebody who looks at it, and something to tell.
func metricsOf(t *testing.T) (shown, string) {
	t.Helper()
	l := openMember(t, settings.Settings{Access: settings.AccessAccounts,
		OIDC:   settings.OIDC{Issuer: "http://127.0.0.1:1", ClientID: "board", SessionAge: 1e12},
		Record: settings.Record{File: filepath.Join(t.TempDir(), "feed.jsonl"), MaxSize: 1e6, Keep: 1, Names: settings.RecordNames}}, clustertest.Start(t).URL(), "a")
	becomes(t, "it watches everything", func() bool { return l.board.instance.watches(quarterly) })
	l.meeting(quarterly)
	ann := l.signedIn("ann")
	ann.stream("/m/900487914/events?lang=en")
	becomes(t, "the meeting is told of", func() bool { return l.board.instance.bus.Stats().Digests > 0 })
	_, text := ann.get("/metrics")
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := shown{}
	for name, family := range families {
		labels := map[string][]string{"job": nil, "instance": nil} // which Prometheus adds
		for _, m := range family.Metric {
			if m.Histogram != nil {
				labels["le"] = nil
			}
			for _, label := range m.Label {
				labels[label.GetName()] = append(labels[label.GetName()], label.GetValue())
			}
		}
		all[name] = labels
	}
	return all, text
}

// A label whose values somebody from outside makes up, or of which each meeting has its own, would grow without end.
func TestMetricsAreWellFormedAndBounded(t *testing.T) {
	all, text := metricsOf(t)
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "confboard_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	for name, labels := range all {
		for label, values := range labels {
			slices.Sort(values)
			if n := len(slices.Compact(values)); n > 30 && strings.HasPrefix(name, "confboard_") {
				t.Errorf("%s has %d values of %s", name, n, label)
			}
		}
	}
	for _, hidden := range []string{"900487914", "Quarterly", "ann", "Petra", "127.0.0.1"} {
		if regexp.MustCompile(`(?m)^confboard_.*\b` + regexp.QuoteMeta(hidden) + `\b`).MatchString(text) {
			t.Errorf("the metrics name %s", hidden)
		}
	}
	for _, want := range []string{
		fmt.Sprintf(`confboard_build_info{goversion=%q,version=%q} 1`, runtime.Version(), Version()),
		`confboard_frames_total{fate="applied",type="` + string(conference.StatusType) + `"} 1`,
		`confboard_frames_total{fate="refused",type="other"} 1`,
		`confboard_link_connects_total 1`,
		`confboard_view_viewers{view="meeting"} 1`,
		`confboard_sign_ins_total{outcome="right",way="password"} 1`,
		`confboard_recording_paused 0`,
		`confboard_cluster_members{leaving="no"} 1`,
		`confboard_cluster_lease_held 1`,
		`confboard_cluster_shards{watched="here"} 128`,
		`confboard_cluster_shards_taken_total{how="found"} 128`,
		`confboard_cluster_meetings{watched="here"} 1`,
		`confboard_nats_connected 1`,
		`confboard_bus_open 1`,
		`confboard_bus_meetings{kind="own"} 1`,
		`confboard_cloud_calls_limit 100`,
		`confboard_cloud_calls_total{call="control_token",outcome="answered"} 0`,
		`confboard_http_requests_total{kind="page",status="3xx"} 1`, // the sign-in
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("there is no %s", want)
		}
	}
}

// expression is one of Prometheus, and where it stands.
type expression struct{ where, text string }

// dashboard reads the expressions of the dashboard.
func dashboard(t *testing.T) (all []expression) {
	t.Helper()
	text, err := os.ReadFile("monitoring/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		UID, Title    string
		SchemaVersion int
		Templating    struct {
			List []struct{ Name, Type, Definition string }
		}
		Panels []struct {
			ID          int
			Type, Title string
			Datasource  struct{ UID string }
			GridPos     struct{ H, W, X, Y int }
			Targets     []struct {
				RefID, Expr string
				Datasource  struct{ UID string }
			}
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || d.SchemaVersion == 0 || len(d.Templating.List) == 0 || d.Templating.List[0].Type != "datasource" {
		t.Errorf("the dashboard is %q with uid %q and the variables %v", d.Title, d.UID, d.Templating.List)
	}
	for _, v := range d.Templating.List[1:] {
		all = append(all, expression{"variable " + v.Name, v.Definition})
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %d, %q: its ID is taken or its place is not on the page", p.ID, p.Title)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, is := taken[[2]int{x, y}]; is {
					t.Fatalf("%s lies on %s", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("%s: data source %q, %d targets", p.Title, p.Datasource.UID, len(p.Targets))
		}
		for _, target := range p.Targets {
			all = append(all, expression{p.Title, target.Expr})
		}
	}
	return all
}

// alerts reads the expressions of the alert rules.
func alerts(t *testing.T) (all []expression) {
	t.Helper()
	text, err := os.ReadFile("monitoring/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr         string
				For                 string
				Labels, Annotations map[string]string
			}
		}
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || seen[r.Alert] || !slices.Contains([]string{"warning", "critical"}, r.Labels["severity"]) || r.Annotations["summary"] == "" {
				t.Errorf("alert %q: severity %q, summary %q", r.Alert, r.Labels["severity"], r.Annotations["summary"])
			}
			if _, err := model.ParseDuration(r.For); r.For != "" && err != nil {
				t.Errorf("%s: %v", r.Alert, err)
			}
			seen[r.Alert] = true
			all = append(all, expression{r.Alert, r.Expr})
		}
	}
	return all
}

var (
	metricName = regexp.MustCompile(`\b(?:confboard|process|go)_[a-z0-9_]+\b`)
	selector   = regexp.MustCompile(`\b((?:confboard|process|go)_[a-z0-9_]+)\{([^}]*)\}`)
	matcher    = regexp.MustCompile(`(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"`)
	grouping   = regexp.MustCompile(`\bby \(([^)]*)\)`)
)

// family is the metric that a name in an expression is of.
func (s shown) family(name string) (string, bool) {
	for _, end := range []string{"", "_bucket", "_sum", "_count"} {
		base, cut := strings.CutSuffix(name, end)
		if labels, there := s[base]; cut && there {
			_, histogram := labels["le"]
			return base, histogram == (end != "")
		}
	}
	return name, false
}

func TestTheDashboardAndTheAlertsShowWhatThereIs(t *testing.T) {
	storetest.NotAboutStorage(t)
	all, _ := metricsOf(t)
	used := map[string]bool{}
	for _, e := range slices.Concat(dashboard(t), alerts(t)) {
		if strings.Count(e.text, "(") != strings.Count(e.text, ")") || strings.Count(e.text, "{") != strings.Count(e.text, "}") {
			t.Errorf("%s: brackets in %s", e.where, e.text)
		}
		labels := map[string]bool{}
		for _, name := range metricName.FindAllString(e.text, -1) {
			family, there := all.family(name)
			if !there {
				t.Errorf("%s: there is no metric %s", e.where, name)
				continue
			}
			used[family] = true
			for label := range all[family] {
				labels[label] = true
			}
		}
		for _, s := range selector.FindAllStringSubmatch(e.text, -1) {
			family, _ := all.family(s[1])
			for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
				label, values := m[1], strings.Split(m[3], "|")
				for _, value := range values {
					if known, there := all[family][label]; !there || label != "job" && !slices.Contains(known, value) {
						t.Errorf("%s: %s has no %s=%q", e.where, s[1], label, value)
					}
				}
			}
		}
		for _, g := range grouping.FindAllStringSubmatch(e.text, -1) {
			for label := range strings.SplitSeq(g[1], ",") {
				if !labels[strings.TrimSpace(label)] {
					t.Errorf("%s: no metric has the label %s in %s", e.where, label, e.text)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(name, "confboard_") && !used[name] {
			t.Errorf("neither the dashboard nor an alert has %s", name)
		}
	}
}
