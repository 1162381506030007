package app

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// Two thousand meetings that lose their links every second for ten minutes once were more than a million lines.
func TestTheSameWordsAreLoggedABoundedNumberOfTimes(t *testing.T) {
	storetest.NotAboutStorage(t)
	synctest.Test(t, func(t *testing.T) {
		const meetings, minutes = 2000, 10
		var written bytes.Buffer
		logger, tell := newLogger(&written, settings.Log{Level: slog.LevelInfo})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- tell(ctx) }()
		log := logger.With("confID", "900487914")
		for range minutes * 60 {
			for range meetings {
				log.Warn("meeting not connected", "reason", "unreachable")
			}
			logger.Info("something else")
			time.Sleep(time.Second)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		text := written.String()
		if n := strings.Count(text, "msg=\"meeting not connected\""); n < repeatsAtMost || n > (minutes+1)*repeatsAtMost {
			t.Errorf("%d lines of %d", n, minutes*60*meetings)
		}
		if n := strings.Count(text, "msg=\"something else\""); n != minutes*60 {
			t.Errorf("of other words %d lines, want all %d", n, minutes*60)
		}
		told := 0
		for line := range strings.Lines(text) {
			if strings.Contains(line, "left out") {
				if !strings.Contains(line, "level=WARN") || !strings.Contains(line, `words="meeting not connected"`) || strings.Contains(line, "confID") {
					t.Errorf("it is told by %s", line)
				}
				told++
			}
		}
		if told < minutes-1 || told > minutes+2 {
			t.Errorf("that lines were left out is told %d times in %d minutes", told, minutes)
		}
	})
}

func TestWhoWantsToSeeEverythingDoes(t *testing.T) {
	var written bytes.Buffer
	logger, _ := newLogger(&written, settings.Log{Level: slog.LevelDebug})
	for range 10 * repeatsAtMost {
		logger.Warn("meeting not connected")
	}
	if n := strings.Count(written.String(), "\n"); n != 10*repeatsAtMost {
		t.Errorf("%d lines", n)
	}
}

func TestTheLogIsWrittenAsItIsWanted(t *testing.T) {
	var written bytes.Buffer
	logger, _ := newLogger(&written, settings.Log{Level: slog.LevelWarn, Format: settings.LogJSON})
	logger.Info("not wanted")
	logger.With("confID", "1").Warn("meeting refused", "reason", "password")
	var line struct{ Level, Msg, ConfID, Reason string }
	if err := json.Unmarshal(written.Bytes(), &line); err != nil || line.Level != "WARN" || line.Msg != "meeting refused" || line.ConfID != "1" || line.Reason != "password" {
		t.Errorf("%v: %s", err, written.String())
	}
}
