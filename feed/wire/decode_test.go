package wire_test

import (
	"flag"
	"os"
	"path/filepath"
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
// (meeting_21_1513), and those named as_in_the_reference follow its examples, with names and numbers replaced; the others
// that are named only after a message type follow the reference's tables; the rest are made up, one for each rule.
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
