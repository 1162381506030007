package huawei

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
)

// A full status answers every subscription. It used to reset the delay, and a type that the cloud never sent in full was
// asked for every ten seconds; so was one of which every increment was refused, because the full message in between met the need.
func TestDelayOfAskingGrowsUntilNothingIsNeededForLong(t *testing.T) {
	envelope := func(kind conference.MessageType, mode conference.Mode) conference.Envelope {
		return conference.Envelope{Type: kind, Mode: mode}
	}
	status := func(mode conference.Mode) conference.Message {
		return conference.StatusMessage{Envelope: envelope(conference.StatusType, mode)}
	}
	people := func(mode conference.Mode) conference.Message {
		return conference.ParticipantsMessage{Envelope: envelope(conference.ParticipantsType, mode)}
	}
	refused := conference.RefusedMessage{Refusal: conference.Refusal{Type: conference.WaitingType, Mode: conference.Incremental}}
	waiting := conference.WaitingMessage{Envelope: envelope(conference.WaitingType, conference.Full)}
	applied, asks := conference.Outcome{Fate: conference.Applied}, conference.Outcome{Fate: conference.Applied, AskFull: true}
	asksRefused := conference.Outcome{Fate: conference.Refused, AskFull: true}
	const firstAsk, secondAsk, thirdAsk, fourthAsk = 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 8 * time.Hour // bounds of the next delay
	s := newSession(newWatch(&Cloud{config: Config{Delays: Delays{AskMin: time.Hour, AskMax: 8 * time.Hour}, Logger: slog.New(slog.DiscardHandler)}}, "1"), nil, new(allowance))
	now := time.Now()
	s.needs.add(conference.StatusType, now) // as run does
	for _, step := range []struct {
		name    string
		after   time.Duration
		message conference.Message
		outcome conference.Outcome
		needs   []conference.MessageType
		bound   time.Duration
	}{
		{"a full status is what a new connection needs", 0, status(conference.Full), applied, nil, firstAsk},
		{"participants without a full message, at once", time.Second, people(conference.Incremental), asks, []conference.MessageType{conference.ParticipantsType}, secondAsk},
		{"a full status does not help", time.Second, status(conference.Full), applied, []conference.MessageType{conference.ParticipantsType}, secondAsk},
		{"a status out of order", time.Second, status(conference.Incremental), conference.Outcome{Fate: conference.DroppedOlderSequence, AskFull: true},
			[]conference.MessageType{conference.ParticipantsType, conference.StatusType}, secondAsk},
		{"full participants that are dropped", time.Second, people(conference.Full), conference.Outcome{Fate: conference.DroppedRepeated},
			[]conference.MessageType{conference.ParticipantsType, conference.StatusType}, secondAsk},
		{"full participants", time.Second, people(conference.Full), applied, []conference.MessageType{conference.StatusType}, secondAsk},
		{"a full status", time.Second, status(conference.Full), applied, nil, secondAsk},
		{"a refused increment soon afterwards", time.Second, refused, asksRefused, []conference.MessageType{conference.WaitingType}, thirdAsk},
		{"its full message", time.Second, waiting, applied, nil, thirdAsk},
		{"the next refused increment", time.Second, refused, asksRefused, []conference.MessageType{conference.WaitingType}, fourthAsk},
		{"its full message", time.Second, waiting, applied, nil, fourthAsk},
		{"a message of a type that is not used", time.Second, conference.PassedMessage{}, conference.Outcome{Fate: conference.Passed}, nil, fourthAsk},
		{"a refused increment after a long time", 9 * time.Hour, refused, asksRefused, []conference.MessageType{conference.WaitingType}, firstAsk},
	} {
		now = now.Add(step.after)
		s.note(step.message, step.outcome, now)
		if got := s.needs.types; !slices.Equal(got, step.needs) || s.needs.delay.bound != step.bound {
			t.Errorf("%s: needs %v, delay %s; want %v, %s", step.name, got, s.needs.delay.bound, step.needs, step.bound)
		}
		if asking := !s.needs.at.IsZero(); asking != (len(step.needs) > 0) {
			t.Errorf("%s: asks %t", step.name, asking)
		}
	}
}
