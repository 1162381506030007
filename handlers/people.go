package handlers

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"confboard/feed/conference"
	"confboard/templates"
)

// peopleID is the DOM id of the list of participants.
const peopleID = "people"

// hashed makes a DOM id of a text that can be anything.
func hashed(prefix, text string) string {
	h := fnv.New64a()
	h.Write([]byte(text))
	return fmt.Sprintf("%s-%x", prefix, h.Sum64())
}

// personName is what to call a participant: the name, else the number, else the pid.
func personName(p *conference.Participant) string { return cmp.Or(p.Name(), p.Tel(), p.PID) }

// people draws the participants, hosts first, then co-hosts, then in order of joining.
func (w words) people(s *conference.State) templates.People {
	out := templates.People{Text: w.text, ID: peopleID, Known: knowsPeople(s), Brief: s.Brief && s.Listed() > 0, Title: w.text.Participants(s.Present())} // as the card and the wall count
	if out.Known && !s.ParticipantsIntake.HasFull {
		out.Title = w.text.SomeParticipants
	}
	for _, p := range inRank(s.Participants) {
		out.Rows = append(out.Rows, w.person(p))
	}
	return out
}

// inMeeting counts the participants that are in the meeting; those who are being called are not. It is not known before all
// of them were reported.
func inMeeting(s *conference.State) (n int, known bool) {
	return s.Present(), s.ParticipantsIntake.HasFull
}

// knowsPeople reports whether anything is known of the participants: a full list, or somebody.
func knowsPeople(s *conference.State) bool {
	return s.ParticipantsIntake.HasFull || s.Listed() > 0
}

func inRank(all []*conference.Participant) []*conference.Participant {
	ranked := slices.Clone(all)
	slices.SortStableFunc(ranked, func(a, b *conference.Participant) int { return cmp.Compare(rank(a), rank(b)) })
	return ranked
}

func rank(p *conference.Participant) int {
	switch {
	case p.Role() == conference.Host:
		return 0
	case p.CoHost():
		return 1
	case p.Role() == conference.Attendee:
		return 3
	}
	return 2
}

// personKind is something that a mark says of a participant: in the list, on a screen, or on both.
type personKind int

const (
	personSpeaking personKind = iota
	personHost
	personHand
	personMuted
	personShares
	personBroadcast
	personFloor
	personVoice
	personCalling
	personAbsent
	personKinds
)

var personIcons = [personKinds]string{"voice", "host", "hand", "mute", "share", "mode", "floor", "phone", "calling", "absent"}

// personMark draws one.
func (w words) personMark(k personKind) templates.PersonMark {
	t := w.text
	said := [personKinds]string{t.Speaking, t.Roles[conference.Host], t.HandRaised, t.Muted, t.Sharing, t.Broadcasting, t.HasFloor, t.Voice, t.Calling, t.NotHere}
	return templates.PersonMark{Icon: personIcons[k], Word: said[k]}
}

func personID(pid string) string { return hashed("p", pid) }

func (w words) person(p *conference.Participant) templates.Person {
	out := templates.Person{ID: personID(p.PID), Name: personName(p)}
	if tel := p.Tel(); tel != out.Name {
		out.Number = tel
	}
	if role := p.Role(); role != "" && role != conference.Ordinary {
		word, listed := w.text.Roles[role]
		if !listed {
			word = w.text.Unknown(string(role))
		}
		out.Role = word
	}
	if p.CoHost() && p.Role() != conference.Host {
		out.Role = w.text.CoHost
	}
	if at, ok := p.JoinedAt(); ok {
		out.JoinedLabel, out.Joined = w.text.Joined, w.instant(at, "clock")
	}
	add := func(when bool, k personKind) {
		if when {
			out.Marks = append(out.Marks, w.personMark(k))
		}
	}
	muted, _ := p.Muted()
	video, knowsVideo := p.Video()
	add(p.Calling(), personCalling)
	add(p.HandRaised(), personHand)
	add(p.Broadcast(), personBroadcast)
	add(p.RollCall(), personFloor)
	add(p.Sharing(), personShares)
	add(muted, personMuted)
	add(knowsVideo && !video, personVoice)
	return out
}

// isLive reports whether what is known can be told as going on now. Who speaks, for how long a meeting has run and whether it
// is over its end are not known once the link is not live.
func isLive(s *conference.State) bool { return s.Link.State == conference.Live }

// speaking says who is speaking, the loudest first.
func (w words) speaking(s *conference.State) templates.Line {
	out := templates.Line{ID: "speaking", Icon: "voice"}
	if s.SpeakersIntake.Last.Type == "" || !isLive(s) {
		return out
	}
	names := make([]string, 0, len(s.Speakers))
	for _, sp := range s.Speakers {
		name := sp.Name
		if p := s.Find(sp.PID); p != nil && p.Name() != "" {
			name = p.Name()
		}
		names = append(names, cmp.Or(name, sp.PID))
	}
	out.Text = w.text.NobodySpeaks
	if len(names) > 0 {
		out.Text = w.text.SpeakingNow(strings.Join(names, w.text.ListComma))
	}
	return out
}
