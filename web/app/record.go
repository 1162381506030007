package app

import (
	"fmt"
	"log/slog"
	"time"

	"confboard/feed/conference"
	"confboard/feed/recording"
	"confboard/web/settings"
)

// recordFlags are the settings of recording, for the commands that have not all of them.
var recordFlags = []string{"record.file", "record.maxSize", "record.keep", "record.names"}

// newRecorder opens the recording that the settings ask for; nil when they ask for none.
func newRecorder(s settings.Record, policy conference.Policy, now func() time.Time, logger *slog.Logger) (*recording.Recorder, error) {
	if !s.Enabled() {
		return nil, nil
	}
	r, err := recording.New(recording.Config{File: s.File, MaxSize: s.MaxSize, Keep: s.Keep, Pseudonyms: s.Names == settings.RecordPseudonyms,
		Policy: policy, Now: now, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("record.file: %w", err)
	}
	return r, nil
}
