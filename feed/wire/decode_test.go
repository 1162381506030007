package wire_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const meetingID = conference.ConfID("900487914")

var receivedAt = time.Date(2021, 1, 30, 8, 0, 0, 0, time.UTC)

// Every frame below testdata has beside it what it decodes to. status_full.json is the reference's own example
// (meeting_21_1513); the others of a message type follow the reference's tables; the rest are made up, one for each rule.
func TestFramesDecodeToTheirGoldenFiles(t *testing.T) {
	for _, path := range frameFiles(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			frame, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := dump(wire.Decode(frame, meetingID, receivedAt))
			golden := strings.TrimSuffix(path, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("decoded to\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func frameFiles(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/frames/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no frames: %v", err)
	}
	return paths
}

// dump writes a message out, one fact a line.
func dump(m conference.Message) string {
	var b strings.Builder
	switch m := m.(type) {
	case conference.PassedMessage:
		fmt.Fprintf(&b, "passed: %s\n", m.Type)
	case conference.RefusedMessage:
		fmt.Fprintf(&b, "refused: %s %s\n", m.Refusal.Kind, m.Refusal.Field)
	case conference.StatusMessage:
		e := m.Envelope
		mode, created := "full", "not sent"
		if e.Mode == conference.Incremental {
			mode = "incremental"
		}
		if !e.CreateTime.IsZero() {
			created = e.CreateTime.Format(time.RFC3339Nano)
		}
		fmt.Fprintf(&b, "%s %s: version %d, created %s, msgID %q\n", mode, e.Type, e.RawVersion(), created, e.MsgID)
		for f := range conference.FieldCount {
			if v := m.Status.Value(f); v.Presence != conference.NotReported {
				fmt.Fprintf(&b, "%s: %s\n", f.WireName(), dumpValue(f.Kind(), v))
			}
		}
		dumpLayout(&b, m.Status.Layout())
		dumpUnlisted(&b, "unlisted", m.Status.Unlisted)
		for _, name := range slices.Sorted(maps.Keys(m.Withheld)) {
			fmt.Fprintf(&b, "withheld %s: %d\n", name, m.Withheld[name])
		}
	}
	return b.String()
}

func dumpValue(k conference.Kind, v conference.Value) string {
	switch {
	case v.Presence == conference.NotReported:
		return "not reported"
	case v.Presence == conference.Empty:
		return "empty"
	case k == conference.KindText, k == conference.KindEnum:
		return fmt.Sprintf("%q", v.Text)
	case k == conference.KindTime:
		t, known := v.Time()
		return fmt.Sprintf("%s (%d), known %t: %s", v.Text, v.Int, known, t.Format(time.RFC3339Nano))
	case k == conference.KindLayout:
		return fmt.Sprintf("layout of %d screens", len(v.Layout.Screens))
	}
	return fmt.Sprint(v.Int)
}

func dumpLayout(b *strings.Builder, l *conference.Layout) {
	if l == nil {
		return
	}
	fmt.Fprintf(b, "layout: picNum %s, period %s\n", dumpValue(conference.KindScreens, l.PicNum), dumpValue(conference.KindCount, l.Period))
	for _, s := range l.Screens {
		fmt.Fprintf(b, "screen: index %s, ids %q, share %s\n", dumpValue(conference.KindCount, s.Index), s.IDs, dumpValue(conference.KindFlag, s.Share))
		dumpUnlisted(b, "screen unlisted", s.Unlisted)
	}
	dumpUnlisted(b, "layout unlisted", l.Unlisted)
}

func dumpUnlisted(b *strings.Builder, what string, unlisted map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(unlisted)) {
		fmt.Fprintf(b, "%s %q: %s\n", what, name, unlisted[name])
	}
}
