package line

import (
	"encoding/json"
	"fmt"

	"confboard/feed/conference"
)

// WriteState writes a state as JSON in one line: the whole of it, or without its lists of people. See conference.Snapshot.
func WriteState(s *conference.State, brief bool) ([]byte, error) {
	text, err := json.Marshal(s.Snapshot(brief))
	if err != nil {
		return nil, fmt.Errorf("write a state: %w", err)
	}
	return text, nil
}

// ReadState returns the state that was written. The error, which quotes nothing of the text, is conference.ErrSnapshot for one that is of
// another format or makes no sense. The text is to be of a size that can be expected.
func ReadState(text []byte) (*conference.State, error) {
	var read conference.Snapshot
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%w: it is no JSON of one", conference.ErrSnapshot)
	}
	s, err := read.State()
	if err != nil {
		return nil, err
	}
	if !validUnlisted(s) {
		return nil, fmt.Errorf("%w: a field that is not listed is no JSON", conference.ErrSnapshot)
	}
	return s, nil
}

// validUnlisted reports whether the fields that are not listed are JSON, as which they are sent on.
func validUnlisted(s *conference.State) bool {
	all := []map[string]string{s.Status.Unlisted, s.Basic.Unlisted}
	of := func(l *conference.Layout) {
		all = append(all, l.Unlisted)
		for i := range l.Screens {
			all = append(all, l.Screens[i].Unlisted)
		}
	}
	if l := s.Status.Layout(); l != nil {
		of(l)
	}
	if s.Custom != nil {
		of(&s.Custom.Layout)
		all = append(all, s.Custom.Unlisted)
	}
	for _, unlisted := range all {
		for _, text := range unlisted {
			if !json.Valid([]byte(text)) {
				return false
			}
		}
	}
	return true
}
