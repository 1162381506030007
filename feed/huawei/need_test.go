package huawei

import (
	"maps"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
)

// A full status answers every subscription. It used to reset the delay, and a type that the cloud never sent in full was
// asked for every ten seconds.
func TestDelayOfAskingGrowsUntilNothingIsNeeded(t *testing.T) {
	status := func(mode conference.Mode) conference.Message {
		return conference.StatusMessage{Envelope: conference.Envelope{Type: conference.StatusType, Mode: mode}}
	}
	people := func(mode conference.Mode) conference.Message {
		return conference.ParticipantsMessage{Envelope: conference.Envelope{Type: conference.ParticipantsType, Mode: mode}}
	}
	applied, asks := conference.Outcome{Fate: conference.Applied}, conference.Outcome{Fate: conference.Applied, AskFull: true}
	s := newSession(&watch{cloud: &Cloud{config: Config{Delays: Delays{AskMin: time.Hour, AskMax: 8 * time.Hour}}}}, nil)
	s.ask = time.NewTimer(time.Hour)
	defer s.ask.Stop()
	for _, step := range []struct {
		name    string
		message conference.Message
		outcome conference.Outcome
		needs   []conference.MessageType
		grown   bool
	}{
		{"a full status is what a new connection needs", status(conference.Full), applied, nil, false},
		{"participants without a full message", people(conference.Incremental), asks, []conference.MessageType{conference.ParticipantsType}, true},
		{"a full status does not help", status(conference.Full), applied, []conference.MessageType{conference.ParticipantsType}, true},
		{"a status out of order", status(conference.Incremental), conference.Outcome{Fate: conference.DroppedOlderSequence, AskFull: true},
			[]conference.MessageType{conference.StatusType, conference.ParticipantsType}, true},
		{"full participants that are dropped", people(conference.Full), conference.Outcome{Fate: conference.DroppedRepeated},
			[]conference.MessageType{conference.StatusType, conference.ParticipantsType}, true},
		{"full participants", people(conference.Full), applied, []conference.MessageType{conference.StatusType}, true},
		{"a full status", status(conference.Full), applied, nil, false},
		{"a message of a type that is not used", conference.PassedMessage{}, conference.Outcome{Fate: conference.Passed}, nil, false},
	} {
		s.note(step.message, step.outcome)
		if got := slices.Sorted(maps.Keys(s.needs)); !slices.Equal(got, step.needs) || (s.askDelay.bound > 0) != step.grown {
			t.Errorf("%s: needs %v, delay %s; want %v, grown %t", step.name, got, s.askDelay.bound, step.needs, step.grown)
		}
	}
}
