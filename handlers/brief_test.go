package handlers

import (
	"reflect"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// attendedMeeting is one with a host, somebody on a screen, somebody who is called and somebody who waits; two screens show people who are absent.
func attendedMeeting() *conference.State {
	at := func(pid, attributes string) *conference.Participant {
		p := &conference.Participant{PID: pid}
		for attribute := range strings.FieldsSeq(attributes) {
			key, value, _ := strings.Cut(attribute, "=")
			p.Attributes.Set(key, value)
		}
		return p
	}
	known := func(n int64) conference.Value { return conference.Value{Presence: conference.Known, Int: n} }
	return wallState(flag(conference.Lock, 0), mode(conference.ModeFixed),
		attended(at("h", "ROLE=1 NAME=Ann"), at("g", "ROLE=0 NAME=Bo HAND=1"), at("c", "STATE=1")),
		heard(func(e []conference.ParticipantEntry) conference.Message {
			return conference.WaitingMessage{Envelope: conference.Envelope{Type: conference.WaitingType, Mode: conference.Incremental}, Entries: e}
		}, at("w", "NAME=Wu")),
		func(s *conference.State) {
			s.ParticipantsIntake.HasFull = true
			s.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: &conference.Layout{PicNum: known(2),
				Screens: []conference.Screen{{Index: known(1), IDs: []string{"h"}}, {Index: known(2), IDs: []string{"gone"}}}}})
			s.Speakers = []conference.Speaker{{PID: "g", Name: "Bo"}}
			for _, rule := range []conference.Rule{conference.BlankScreen, conference.UnseenSpeaker} {
				s.Concerns = append(s.Concerns, conference.Concern{Condition: conference.Condition{Cause: conference.Cause{Rule: rule}, Weight: conference.Noteworthy}, Active: true})
			}
		})
}

// The overview and the walls have the brief state of what another board watches: they show the same.
func TestABriefStateShowsTheSameWhereNobodyIsNamed(t *testing.T) {
	whole := attendedMeeting()
	brief := whole.Briefly()
	for _, lang := range text.Langs() {
		w := words{text: text.For(lang), waitingRoom: true}
		if got, want := w.cardPeople(brief), w.cardPeople(whole); got != want || got.Text == "" {
			t.Errorf("%s: %+v on the card, want %+v", lang, got, want)
		}
		if got, want := w.tile(brief), w.tile(whole); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the tile is %+v, want %+v", lang, got, want)
		}
		for _, c := range brief.Concerns {
			said := w.concern(brief, c)
			if strings.Contains(said, "  ") || strings.HasPrefix(said, " ") || said == "" {
				t.Errorf("%s: %q has a hole", lang, said)
			}
		}
		if got := w.waiting(brief); !got.Known || got.Title != w.text.WaitingRoom(1) {
			t.Errorf("%s: waiting: %+v", lang, got)
		}
	}
	for i, f := range factList {
		if got, want := f.holds(brief), f.holds(whole); got != want {
			t.Errorf("fact %d, %s, holds %t, want %t", i, f.name, got, want)
		}
	}
}

// Where the list is wanted and is not here, nobody is said to be absent.
func TestAListThatIsNotHereIsNotAnEmptyOne(t *testing.T) {
	whole := attendedMeeting()
	brief := whole.Briefly()
	w := words{text: text.For(text.English), waitingRoom: true}
	people := w.people(brief)
	if !people.Known || !people.Brief || people.Title != w.people(whole).Title {
		t.Errorf("the people are %+v", people)
	}
	for name, of := range map[string]*dom{"the list": drawn(t, templates.PeopleView(people)), "the page": drawn(t, templates.MeetingRegion(w.meeting(brief)))} {
		html := of.html()
		if strings.Contains(html, w.text.NobodyHere) || strings.Contains(html, w.text.NotHere) || !strings.Contains(html, w.text.Participants(2)) ||
			!strings.Contains(html, w.text.FeedCluster.ListElsewhere) {
			t.Errorf("%s is %s", name, html)
		}
	}
	if html := drawn(t, templates.MeetingRegion(w.meeting(whole))).html(); !strings.Contains(html, w.text.NotHere) || strings.Contains(html, w.text.FeedCluster.ListElsewhere) {
		t.Error("of the whole state it is known who is not here")
	}
	if html := drawn(t, templates.WaitingView(w.waiting(brief))).html(); !strings.Contains(html, w.text.FeedCluster.ListElsewhere) {
		t.Errorf("who waits is not said to be elsewhere: %s", html)
	}
	empty := wallState(attended())
	empty.ParticipantsIntake.HasFull = true
	if html := drawn(t, templates.PeopleView(w.people(empty.Briefly()))).html(); !strings.Contains(html, w.text.NobodyHere) || strings.Contains(html, w.text.FeedCluster.ListElsewhere) {
		t.Errorf("of an empty meeting nothing is elsewhere: %s", html)
	}
	m, err := apiMeetingOf(brief, true)
	if err != nil || m.Participants != nil || m.Present == nil || *m.Present != 2 || m.WaitingRoom == nil || *m.WaitingRoom != 1 {
		t.Errorf("the API says %+v, error %v", m, err)
	}
	if m, err = apiMeetingOf(whole, true); err != nil || len(m.Participants) != 3 || *m.Present != 2 {
		t.Errorf("of the whole state the API says %+v, error %v", m, err)
	}
	shared := brief.Redacted(conference.Shows{People: true}, func(string) int { return 1 }, func(int) string { return "P" })
	if got := w.people(shared); !got.Brief || got.Title != w.text.Participants(2) {
		t.Errorf("by a link the people are %+v", got)
	}
	if shared = brief.Redacted(conference.Shows{}, func(string) int { return 1 }, func(int) string { return "P" }); shared.Present() != 0 {
		t.Error("a link that shows no people tells how many there are")
	}
}
