package conference_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"confboard/feed/conference"
)

// marked fills everything that other packages can set with texts that can be told from any other, each its own.
func marked(v reflect.Value, path string) {
	if value, ok := v.Addr().Interface().(*conference.Value); ok { // which can hold a layout, and so itself
		value.Text = "MARK:" + path
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("MARK:" + path)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		marked(v.Elem(), path)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		marked(v.Index(0), path+"[]")
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		marked(key, path+" key")
		marked(value, path+" value")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				marked(v.Field(i), path+"."+f.Name)
			}
		}
	}
}

// texts collects every text that a value holds, unexported fields included.
func texts(v reflect.Value, to *[]string) {
	switch v.Kind() {
	case reflect.String:
		*to = append(*to, v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			texts(v.Elem(), to)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			texts(v.Index(i), to)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(key, to)
			texts(v.MapIndex(key), to)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), to)
		}
	}
}

func redacted(s *conference.State, shows conference.Shows) *conference.State {
	numbers := map[string]int{}
	return s.Redacted(shows, func(id string) int {
		if numbers[id] == 0 {
			numbers[id] = len(numbers) + 1
		}
		return numbers[id]
	}, func(n int) string { return fmt.Sprintf("Participant %d", n) })
}

// What is added to a state is not shown to strangers unless somebody says so in Redacted.
func TestARedactedStateHasWhatIsListedOnly(t *testing.T) {
	s := &conference.State{}
	marked(reflect.ValueOf(s).Elem(), "")
	for f := range conference.FieldCount {
		v := conference.Value{Presence: conference.Known}
		if f.Kind() == conference.KindLayout {
			v.Layout = &conference.Layout{}
			marked(reflect.ValueOf(v.Layout).Elem(), ".Layout")
		} else {
			v.Text = "MARK:status " + f.WireName()
		}
		s.Status.Set(f, v)
	}
	p := s.Participants[0]
	for _, key := range []string{"NAME", "TEL", "M", "T", "ROLE", "STATE", "HAND", "MUTE", "ADDTIME", "SIPTOKEN"} {
		p.Attributes.Set(key, "MARK:"+key)
	}
	status := []string{"MARK:.Name"} // the title
	for f := range conference.FieldCount {
		if k := f.Kind(); k == conference.KindEnum || k == conference.KindTime {
			status = append(status, "MARK:status "+f.WireName())
		}
	}
	status = append(status, "MARK:.Link.State", "MARK:.StatusIntake.Last.Type")
	for _, c := range []struct {
		shows conference.Shows
		more  []string
	}{
		{conference.Shows{}, nil},
		{conference.Shows{Layout: true}, nil},
		{conference.Shows{People: true}, []string{"MARK:.ParticipantsIntake.Last.Type", "MARK:.SpeakersIntake.Last.Type"}},
		{conference.Shows{Names: true}, []string{"MARK:.SpeakersIntake.Last.Type", "MARK:.Basic.Owner", "MARK:.Booking.Owner", "MARK:.Speakers[].Name"}},
		{conference.Shows{Names: true, People: true, Layout: true}, []string{"MARK:.ParticipantsIntake.Last.Type", "MARK:.SpeakersIntake.Last.Type",
			"MARK:.Basic.Owner", "MARK:.Booking.Owner", "MARK:.Speakers[].Name", "MARK:NAME"}},
	} {
		var all []string
		texts(reflect.ValueOf(redacted(s, c.shows)), &all)
		allowed := slices.Concat(status, c.more)
		for _, text := range all {
			if strings.Contains(text, "MARK") && !slices.Contains(allowed, text) {
				t.Errorf("%+v: a redacted state has %q", c.shows, text)
			}
		}
		for _, text := range allowed {
			if !slices.Contains(all, text) {
				t.Errorf("%+v: a redacted state does not have %q", c.shows, text)
			}
		}
	}
}

func TestARedactedMeetingIsCoherent(t *testing.T) {
	b := connected(t)
	b.apply(conference.WatchMessage{About: about(0), Name: "Review of 900487914"})
	person := func(pid, name, tel string) conference.ParticipantEntry {
		return conference.ParticipantEntry{PID: pid, Attributes: conference.AttributesOf(map[string]string{"NAME": name, "TEL": tel, "HAND": "true", "BROADCAST": map[bool]string{true: "1"}[pid == "a"]})}
	}
	envelope := func(kind conference.MessageType) conference.Envelope {
		return conference.Envelope{Type: kind, ConfID: meetingID, Version: conference.FullVersion(start.UnixMilli()), CreateTime: start}
	}
	b.apply(conference.ParticipantsMessage{About: about(0), Envelope: envelope(conference.ParticipantsType), Entries: []conference.ParticipantEntry{
		person("a", "Ann Berg", "+99111240"), person("b", "+86 138 0013 8000", "+8613800138000"), person("c", "", "+99111242")}})
	b.apply(conference.SpeakersMessage{About: about(0), Envelope: envelope(conference.SpeakersType), Speakers: []conference.Speaker{{PID: "a", Name: "Ann Berg", Volume: 9}}})
	b.apply(full(0, word(conference.StatusMode, conference.ModeBroadcast), func(m *conference.StatusMessage) {
		m.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: &conference.Layout{PicNum: known(2), Screens: []conference.Screen{
			{Index: known(1), IDs: []string{"+99111240", "c"}}, {Index: known(2), IDs: []string{"+999"}}}}})
	}))
	say := func(s *conference.State) string {
		var said []string
		for _, p := range s.Participants {
			said = append(said, fmt.Sprintf("%s is %s hand %v", p.PID, p.Name(), p.HandRaised()))
		}
		if l := s.Status.Layout(); l != nil {
			for _, screen := range l.Screens {
				for _, id := range screen.IDs {
					name := "nobody"
					if p := s.Find(id); p != nil {
						name = p.Name()
					}
					said = append(said, "screen "+id+" "+name)
				}
			}
		}
		if p := s.Named(); p != nil {
			said = append(said, "broadcast "+p.Name())
		}
		for _, sp := range s.Speakers {
			said = append(said, "speaks "+sp.PID+" "+sp.Name)
		}
		return strings.Join(said, "; ")
	}
	for _, c := range []struct {
		shows  conference.Shows
		expect string
	}{
		{conference.Shows{}, ""},
		{conference.Shows{Names: true}, "Participant 1 is Ann Berg hand false; broadcast Ann Berg; speaks Participant 1 Ann Berg"},
		{conference.Shows{People: true}, "Participant 1 is Participant 1 hand true; Participant 2 is Participant 2 hand true; Participant 3 is Participant 3 hand true; " +
			"broadcast Participant 1; speaks Participant 1 Participant 1"},
		{conference.Shows{Layout: true}, "Participant 1 is Participant 1 hand false; Participant 2 is Participant 2 hand false; " +
			"screen Participant 1 Participant 1; screen Participant 2 Participant 2; screen Participant 3 nobody"},
		{conference.Shows{Names: true, People: true, Layout: true}, "Participant 1 is Ann Berg hand true; Participant 4 is ••• 00 hand true; Participant 2 is Participant 2 hand true; " +
			"screen Participant 1 Ann Berg; screen Participant 2 Participant 2; screen Participant 3 nobody; broadcast Ann Berg; speaks Participant 1 Ann Berg"},
	} {
		numbers := map[string]int{"a": 1}
		if !c.shows.Layout {
			numbers["b"] = 2
		}
		s := b.state.Redacted(c.shows, func(id string) int {
			if numbers[id] == 0 {
				numbers[id] = len(numbers) + 1
			}
			return numbers[id]
		}, func(n int) string { return fmt.Sprintf("Participant %d", n) })
		if got := say(s); got != c.expect {
			t.Errorf("%+v\ngot  %s\nwant %s", c.shows, got, c.expect)
		}
		if s.Title() != "Review of" || s.Link.State != conference.Live {
			t.Errorf("%+v: title %q, link %s", c.shows, s.Title(), s.Link.State)
		}
	}
}

func TestNumbersInNamesAreMasked(t *testing.T) {
	for given, expect := range map[string]string{
		"Ann Berg":                 "Ann Berg",
		"Room 1204":                "Room 1204",
		"+86 138-0013-8000":        "••• 00",
		"Guest +99111240 Nord":     "Guest ••• 40 Nord",
		"(089) 123 45-67":          "(••• 67",
		"张伟13800138000":            "张伟••• 00",
		"１３８００１３８０００":              "••• ００",
		"138\u00a00013\u00a08000":  "••• 00",
		"138\u20110013\u20118000":  "••• 00",
		"（010）6552_9988":           "（••• 88",
		"\u2066138\u20690013 8000": "\u2066••• 00",
		"":                         "",
	} {
		if got := conference.MaskNumbers(given); got != expect {
			t.Errorf("%q: %q, want %q", given, got, expect)
		}
	}
}

// A title is what people typed, and they type the ID as it is told: in groups.
func TestATitleHasNoMeetingID(t *testing.T) {
	for given, expect := range map[string]string{
		"Review of 900487914":         "Review of",
		"Review 900 487 914 (weekly)": "Review  (weekly)",
		"900-487-914":                 "",
		"900\u00a0487\u00a0914 评审":    "评审",
		"会议号：９００４８７９１４":               "会议号：",
		"Review 900 487 915":          "Review 900 487 915",
		"Review 2026-11-23":           "Review 2026-11-23",
		"9004 879":                    "9004 879",
	} {
		s := &conference.State{ConfID: "900487914", Name: given}
		if got := redacted(s, conference.Shows{}).Name; got != expect {
			t.Errorf("%q: %q, want %q", given, got, expect)
		}
	}
}

// The number of somebody on a screen does not tell how many others are in the meeting.
func TestNobodyWhoIsNotShownGetsANumber(t *testing.T) {
	s := &conference.State{ConfID: "900487914"}
	for i := range 40 {
		s.Participants = append(s.Participants, &conference.Participant{PID: fmt.Sprint("pid-", i), Attributes: conference.AttributesOf(map[string]string{"NAME": "Somebody"})})
	}
	s.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: &conference.Layout{Screens: []conference.Screen{{Index: known(1), IDs: []string{"pid-39"}}}}})
	for _, shows := range []conference.Shows{{}, {Layout: true}, {Names: true, Layout: true}} {
		most := 0
		s.Redacted(shows, func(string) int { most++; return most }, func(n int) string { return fmt.Sprint(n) })
		if shown := 3; most > shown { // on the screen, and what the participant is called and named by
			t.Errorf("%+v: %d numbers were given", shows, most)
		}
	}
}
