package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"confboard/feed/simulator"
)

// unlike tells in what the board's state of a meeting that is live differs from the cloud's.
func unlike(a meetingAnswer, m *simulator.Meeting) string {
	if a.Title != m.Title() {
		return fmt.Sprintf("title %q, want %q", a.Title, m.Title())
	}
	for _, name := range []string{"lock", "mode", "recState", "endTime"} {
		if _, there := a.Status[name]; !there {
			return "no " + name
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Status)) {
		var got, want any
		written, err := json.Marshal(m.Field(name))
		if err != nil || json.Unmarshal(a.Status[name], &got) != nil || json.Unmarshal(written, &want) != nil || !reflect.DeepEqual(got, want) {
			return fmt.Sprintf("%s is %s, want %s", name, a.Status[name], written)
		}
	}
	var people []struct {
		PID        string
		Attributes map[string]string
	}
	if err := json.Unmarshal(a.Participants, &people); err != nil {
		return err.Error()
	}
	got, want := map[string]map[string]string{}, map[string]map[string]string{}
	for _, p := range people {
		got[p.PID] = p.Attributes
	}
	for _, p := range m.Participants() {
		want[p.PID] = p.Info
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("participants are %v, want %v", got, want)
	}
	var loud []simulator.Speaker
	if err := json.Unmarshal(a.Speakers, &loud); err != nil {
		return err.Error()
	}
	if len(loud) != len(m.Speakers()) {
		return fmt.Sprintf("speakers are %s, want %v", a.Speakers, m.Speakers())
	}
	return ""
}
