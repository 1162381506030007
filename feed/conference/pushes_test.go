package conference_test

import (
	"strings"
	"time"

	"confboard/feed/conference"
)

// envelope is that of a full message made that long after the start, or with a sequence of an incremental one.
func envelope(t conference.MessageType, after time.Duration, sequence ...conference.Sequence) conference.Envelope {
	at := start.Add(after)
	e := conference.Envelope{Type: t, ConfID: meetingID, Mode: conference.Full, Version: conference.FullVersion(at.UnixMilli()), CreateTime: at}
	if len(sequence) > 0 {
		e.Mode, e.Version, e.Sequence = conference.Incremental, 0, sequence[0]
	}
	return e
}

// joined is an entry of a participant with attributes written as KEY=value.
func joined(pid string, attributes ...string) conference.ParticipantEntry {
	e := conference.ParticipantEntry{PID: pid}
	for _, a := range attributes {
		key, value, _ := strings.Cut(a, "=")
		e.Attributes.Set(key, value)
	}
	return e
}

func left(pid string) conference.ParticipantEntry {
	return conference.ParticipantEntry{PID: pid, Removed: true}
}

func people(after time.Duration, entries ...conference.ParticipantEntry) conference.ParticipantsMessage {
	return conference.ParticipantsMessage{About: about(after), Envelope: envelope(conference.ParticipantsType, after), Entries: entries}
}

func peopleChange(sequence conference.Sequence, after time.Duration, entries ...conference.ParticipantEntry) conference.ParticipantsMessage {
	return conference.ParticipantsMessage{About: about(after), Envelope: envelope(conference.ParticipantsType, after, sequence), Entries: entries}
}

func waiting(after time.Duration, entries ...conference.ParticipantEntry) conference.WaitingMessage {
	return conference.WaitingMessage{About: about(after), Envelope: envelope(conference.WaitingType, after), Entries: entries}
}

func waitingChange(sequence conference.Sequence, after time.Duration, entries ...conference.ParticipantEntry) conference.WaitingMessage {
	return conference.WaitingMessage{About: about(after), Envelope: envelope(conference.WaitingType, after, sequence), Entries: entries}
}

func basic(after time.Duration, info conference.BasicInfo) conference.BasicMessage {
	return conference.BasicMessage{About: about(after), Envelope: envelope(conference.BasicType, after), Basic: info}
}

func basicChange(sequence conference.Sequence, after time.Duration, info conference.BasicInfo) conference.BasicMessage {
	return conference.BasicMessage{About: about(after), Envelope: envelope(conference.BasicType, after, sequence), Basic: info}
}

func speaking(after time.Duration, speakers ...conference.Speaker) conference.SpeakersMessage {
	return conference.SpeakersMessage{About: about(after), Envelope: envelope(conference.SpeakersType, after), Speakers: speakers}
}

func speaker(pid string, volume int64) conference.Speaker {
	return conference.Speaker{PID: pid, Name: "name of " + pid, Volume: volume}
}

func custom(after time.Duration, c conference.CustomLayout) conference.CustomLayoutMessage {
	return conference.CustomLayoutMessage{About: about(after), Envelope: envelope(conference.CustomLayoutType, after), Custom: c}
}

func customChange(sequence conference.Sequence, after time.Duration, c conference.CustomLayout) conference.CustomLayoutMessage {
	return conference.CustomLayoutMessage{About: about(after), Envelope: envelope(conference.CustomLayoutType, after, sequence), Custom: c}
}

// geometry is a custom layout of screens side by side.
func geometry(screens int) conference.CustomLayout {
	var places []conference.GridPlace
	for i := range screens {
		places = append(places, conference.GridPlace{Screen: i + 1, Left: i, Top: 0, XSize: 1, YSize: 1})
	}
	grid, fault := conference.NewGrid(screens, 1, places)
	return conference.CustomLayout{Layout: conference.Layout{PicNum: known(int64(screens))}, Grid: grid, GridFault: fault}
}

// pids writes who is on a list.
func pids(list []*conference.Participant) string {
	var all []string
	for _, p := range list {
		all = append(all, p.PID)
	}
	return strings.Join(all, " ")
}
