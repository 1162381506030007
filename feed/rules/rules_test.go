package rules_test

import (
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// meeting makes a live state from what was reported.
type meeting func(*conference.State)

func given(all ...meeting) *conference.State {
	s := &conference.State{ConfID: "900487914", Link: conference.Link{State: conference.Live}}
	for _, m := range all {
		m(s)
	}
	return s
}

func field(f conference.Field, n int64) meeting {
	return func(s *conference.State) { s.Status.Set(f, conference.Value{Presence: conference.Known, Int: n}) }
}

func mode(text string) meeting {
	return func(s *conference.State) {
		s.Status.Set(conference.StatusMode, conference.Value{Presence: conference.Known, Text: text})
	}
}

// layout has a screen for each list of IDs.
func layout(screens ...[]string) meeting {
	return func(s *conference.State) {
		l := &conference.Layout{}
		for i, ids := range screens {
			l.Screens = append(l.Screens, conference.Screen{Index: conference.Value{Presence: conference.Known, Int: int64(i + 1)}, IDs: ids})
		}
		s.Status.Set(conference.MultiPic, conference.Value{Presence: conference.Known, Layout: l})
	}
}

// people are in the meeting; each is a pid followed by attributes as KEY, value.
func people(list ...[]string) meeting {
	return func(s *conference.State) {
		m := conference.ParticipantsMessage{About: conference.About{ConfID: s.ConfID}, Envelope: conference.Envelope{Type: conference.ParticipantsType}}
		for _, p := range list {
			attributes := map[string]string{}
			for i := 1; i+1 < len(p); i += 2 {
				attributes[p[i]] = p[i+1]
			}
			m.Entries = append(m.Entries, conference.ParticipantEntry{PID: p[0], Attributes: conference.AttributesOf(attributes)})
		}
		next, _, _ := conference.Apply(s, m, conference.DefaultPolicy)
		next.Link = s.Link
		*s = *next
	}
}

func speaks(pid string) meeting {
	return func(s *conference.State) { s.Speakers = []conference.Speaker{{PID: pid}} }
}

// brief leaves what a board has that does not watch the meeting.
func brief(s *conference.State) { *s = *s.Briefly() }

func TestConditions(t *testing.T) {
	guest, host := []string{"a", "ROLE", "0", "TEL", "+9911"}, []string{"h", "ROLE", "1"}
	called := []string{"c", "ROLE", "0", "STATE", "1"}
	for _, k := range []struct {
		name  string
		given *conference.State
		want  []conference.Rule
	}{
		{"nothing reported is nothing to worry about", given(), nil},
		{"over its planned end", given(func(s *conference.State) { s.Overrun = true }), []conference.Rule{conference.Overrunning}},

		{"a meeting with its host", given(people(guest, host)), nil},
		{"a meeting without its host", given(people(guest)), []conference.Rule{conference.NoHost}},
		{"a host who is only being called is not there", given(people(guest, []string{"h", "ROLE", "1", "STATE", "1"})), []conference.Rule{conference.NoHost}},
		{"an empty meeting needs no host", given(people()), nil},
		{"one who is being called is not there", given(people(called)), nil},
		{"somebody whose role was not told can be the host", given(people(guest, []string{"x"})), nil},
		{"participants that are not known", given(func(s *conference.State) { people(guest)(s); s.ParticipantsIntake.HasFull = false }), nil},
		{"a meeting that has not begun", given(people(guest), func(s *conference.State) {
			s.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateSchedule})
		}), nil},

		{"recorded and unlocked", given(field(conference.RecState, 1), field(conference.Lock, 0)), []conference.Rule{conference.UnlockedRecording}},
		{"recorded and locked", given(field(conference.RecState, 1), field(conference.Lock, 1)), nil},
		{"recorded, and nothing is known of the lock", given(field(conference.RecState, 1)), nil},

		{"all screens have somebody", given(people(guest, host), layout([]string{"a"}, []string{"h"})), nil},
		{"a screen is found by the number too", given(people(guest, host), layout([]string{"+9911"})), nil},
		{"a screen whose participants have left", given(people(host), layout([]string{"h"}, []string{"a", "b"})), []conference.Rule{conference.BlankScreen}},
		{"one of two is enough", given(people(host), layout([]string{"h", "gone"})), nil},
		{"one who is being called is not on it yet", given(people(host, called), layout([]string{"c"})), []conference.Rule{conference.BlankScreen}},
		{"nobody was put on the screen", given(people(host), layout(nil)), nil},
		{"a screen for the presentation", given(people(host), layout([]string{"gone"}), func(s *conference.State) {
			s.Status.Layout().Screens[0].Share = conference.Value{Presence: conference.Known, Int: 1}
		}), nil},
		{"a layout that is not what people see", given(people(host), layout([]string{"gone"}), mode(conference.ModeRollCall)), nil},
		{"a layout that may not apply", given(people(host), layout([]string{"gone"}), func(s *conference.State) { s.LayoutDated = true }), nil},
		{"participants not known, so nobody is absent", given(layout([]string{"gone"})), nil},
		{"participants not here, so nobody is absent", given(people(host), layout([]string{"gone"}), brief), nil},
		{"participants not here, and still without a host", given(people(guest), brief), []conference.Rule{conference.NoHost}},

		{"the speaker is on a screen", given(people(guest, host), layout([]string{"+9911"}), mode(conference.ModeFixed), speaks("a")), nil},
		{"no screen shows the speaker", given(people(guest, host), layout([]string{"h"}), mode(conference.ModeFixed), speaks("a")), []conference.Rule{conference.UnseenSpeaker}},
		{"a layout that is not fixed can change by itself", given(people(guest, host), layout([]string{"h"}), mode(conference.ModeFree), speaks("a")), nil},
		{"voice activation shows the speaker", given(people(guest, host), layout([]string{"h"}), mode(conference.ModeFixed), speaks("a"), field(conference.VoiceActivation, 1)), nil},
		{"a screen that is filled by itself can show them", given(people(guest, host), layout([]string{"h"}, nil), mode(conference.ModeFixed), speaks("a")), nil},
		{"a speaker whom nobody knows", given(people(guest, host), layout([]string{"h"}), mode(conference.ModeFixed), speaks("stranger")), nil},
		{"somebody else is broadcast", given(people(guest, []string{"h", "ROLE", "1", "BROADCAST", "1"}), mode(conference.ModeBroadcast), speaks("a")), []conference.Rule{conference.UnseenSpeaker}},
		{"the speaker is broadcast", given(people(guest, []string{"h", "ROLE", "1", "BROADCAST", "1"}), mode(conference.ModeBroadcast), speaks("h")), nil},
		{"nobody knows who is broadcast", given(people(guest, host), mode(conference.ModeBroadcast), speaks("a")), nil},
	} {
		t.Run(k.name, func(t *testing.T) {
			var got []conference.Rule
			for _, c := range rules.Default().Conditions(k.given) {
				got = append(got, c.Cause.Rule)
			}
			if !slices.Equal(got, k.want) {
				t.Errorf("%v, want %v", got, k.want)
			}
			if len((&rules.Set{}).Conditions(k.given)) != 0 {
				t.Error("a set that watches nothing finds something")
			}
		})
	}
}

func TestProfilesSayWhatIsExpected(t *testing.T) {
	want := func(f conference.Field, n int64) rules.Expectation {
		return rules.Expectation{Field: f, Want: conference.Value{Presence: conference.Known, Int: n}}
	}
	board := rules.Profile{Name: "board", Title: "board*", Expect: []rules.Expectation{want(conference.Lock, 1), want(conference.RealTimeSubtitle, 1)},
		Grace: time.Minute, Weight: conference.Urgent}
	all := rules.Profile{Name: "all", Expect: []rules.Expectation{want(conference.Lock, 0), want(conference.ForbiddenChat, 1)}, Weight: conference.Noteworthy}
	off := board
	off.Weight = conference.Unimportant
	titled := func(s *conference.State) { s.Basic.Title = "Board of directors" }
	for _, k := range []struct {
		name     string
		profiles []rules.Profile
		given    *conference.State
		want     []conference.Cause
	}{
		{"as expected", []rules.Profile{board}, given(titled, field(conference.Lock, 1)), nil},
		{"not as expected", []rules.Profile{board}, given(titled, field(conference.Lock, 0)), []conference.Cause{{Rule: conference.Drift, Field: conference.Lock, Profile: "board"}}},
		{"not reported is not known to differ", []rules.Profile{board}, given(titled), nil},
		{"another meeting", []rules.Profile{board}, given(field(conference.Lock, 0)), nil},
		{"captions in another language are captions", []rules.Profile{board}, given(titled, field(conference.RealTimeSubtitle, 5)), nil},
		{"the first profile with an opinion counts, field by field", []rules.Profile{board, all},
			given(titled, field(conference.Lock, 1), field(conference.ForbiddenChat, 0)), []conference.Cause{{Rule: conference.Drift, Field: conference.ForbiddenChat, Profile: "all"}}},
		{"what does not matter settles nothing", []rules.Profile{off, all}, given(titled, field(conference.Lock, 1)),
			[]conference.Cause{{Rule: conference.Drift, Field: conference.Lock, Profile: "all"}}},
	} {
		t.Run(k.name, func(t *testing.T) {
			var got []conference.Cause
			for _, c := range (&rules.Set{Profiles: k.profiles}).Conditions(k.given) {
				got = append(got, c.Cause)
			}
			if !slices.Equal(got, k.want) {
				t.Errorf("%v, want %v", got, k.want)
			}
		})
	}
}

func TestOnlyWhatLastsAndIsNotSilencedCounts(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	policy := conference.DefaultPolicy
	policy.Rules = &rules.Set{Profiles: []rules.Profile{{Name: "p", Grace: time.Minute, Weight: conference.Urgent,
		Expect: []rules.Expectation{{Field: conference.Lock, Want: conference.Value{Presence: conference.Known, Int: 1}}}}}}
	var s *conference.State
	about := func(after time.Duration) conference.About {
		return conference.About{ConfID: "900487914", At: start.Add(after)}
	}
	apply := func(m conference.Message) { s, _, _ = conference.Apply(s, m, policy) }
	pass := func(after time.Duration) { s, _, _ = conference.Due(s, start.Add(after), policy) }
	expect := func(step string, want rules.Severity) {
		t.Helper()
		if got := rules.Judge(s); got != want {
			t.Errorf("%s: %s, want %s", step, got, want)
		}
	}
	apply(conference.WatchMessage{About: about(0)})
	apply(conference.LinkMessage{About: about(0), Event: conference.LinkUp})
	unlocked := conference.StatusMessage{About: about(0), Envelope: conference.Envelope{Type: conference.StatusType, Version: 1}}
	unlocked.Status.Set(conference.Lock, conference.Value{Presence: conference.Known})
	apply(unlocked)
	expect("at first", rules.Healthy)
	pass(59 * time.Second)
	expect("within the grace period", rules.Healthy)
	pass(60 * time.Second)
	expect("after it", rules.Critical)
	cause := s.Concerns[0].Cause
	apply(conference.SilenceMessage{About: about(61 * time.Second), Silence: conference.Silence{Cause: cause, By: "Li", Until: start.Add(70 * time.Second)}})
	expect("silenced", rules.Healthy)
	pass(70 * time.Second)
	expect("when the silence is over", rules.Critical)
	apply(conference.SilenceMessage{About: about(71 * time.Second), Silence: conference.Silence{Cause: cause, By: "Li", Seen: true}})
	expect("acknowledged", rules.Healthy)
	apply(conference.UnsilenceMessage{About: about(72 * time.Second), Cause: cause, By: "Li"})
	expect("and taken back", rules.Critical)
	apply(conference.SilenceMessage{About: about(73 * time.Second), Silence: conference.Silence{Cause: cause, By: "Li"}})
	apply(conference.LinkMessage{About: about(74 * time.Second), Event: conference.LinkDown})
	expect("silenced, and the link is down", rules.Attention)
	pass(10 * time.Minute)
	expect("and lost", rules.NoData)
}
