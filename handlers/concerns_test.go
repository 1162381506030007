package handlers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

// noteAt is when somebody takes note of something in these tests.
var noteAt = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// concerned is a live meeting with concerns that count, of which these are silenced.
func concerned(silences []conference.Silence, causes ...conference.Cause) *conference.State {
	s := &conference.State{ConfID: "101", Name: "Review", Link: conference.Link{State: conference.Live}, Silences: silences}
	for i, c := range causes {
		s.Concerns = append(s.Concerns, conference.Concern{Condition: conference.Condition{Cause: c, Weight: conference.Noteworthy}, Since: noteAt.Add(time.Duration(i) * time.Minute), Active: true})
	}
	return s
}

var (
	noHost   = conference.Cause{Rule: conference.NoHost}
	overrun  = conference.Cause{Rule: conference.Overrunning}
	unlocked = conference.Cause{Rule: conference.Drift, Field: conference.Lock, Profile: "board"}
)

func by(c conference.Cause, change func(*conference.Silence)) conference.Silence {
	q := conference.Silence{Cause: c, By: "Ann", At: noteAt}
	if change != nil {
		change(&q)
	}
	return q
}

func TestWhoSeesToAConcernIsSaid(t *testing.T) {
	english, chinese := words{text: text.For(text.English)}, words{text: text.For(text.Chinese)}
	said := func(w words, s *conference.State) (all []string) {
		for _, row := range w.concerns(s).Rows {
			line := row.Icon + ": " + row.Text
			if row.Not != "" {
				line += " " + row.Not
			}
			if h := row.Held; h != nil {
				line += " / " + strings.TrimSpace(h.Said+" "+h.Joint+" "+strings.TrimSuffix(h.Time.Text, ":00 UTC")) + " " + h.Note
			}
			all = append(all, strings.TrimSpace(line))
		}
		return all
	}
	seen := by(noHost, func(q *conference.Silence) { q.Seen, q.Note = true, "called her" })
	until := by(noHost, func(q *conference.Silence) { q.Until = noteAt.Add(time.Hour) })
	for _, k := range []struct {
		name   string
		given  *conference.State
		en, zh []string
		judged rules.Severity
		noted  bool
	}{
		{"nobody", concerned(nil, noHost), []string{"attention: Nobody in the meeting is its host."}, []string{"attention: 会议中没有主持人。"}, rules.Attention, false},
		{"somebody sees to it", concerned([]conference.Silence{seen}, noHost),
			[]string{"acknowledged: Nobody in the meeting is its host. / Acknowledged by Ann since 2026-03-02 09:00 called her"},
			[]string{"acknowledged: 会议中没有主持人。 / Ann 已确认 自 2026-03-02 09:00 called her"}, rules.Healthy, true},
		{"somebody silenced it until a time, and another counts", concerned([]conference.Silence{until}, noHost, overrun),
			[]string{"attention: Over its planned end.", "silenced: Nobody in the meeting is its host. / Silenced by Ann until 2026-03-02 10:00"},
			[]string{"attention: 已超过计划结束时间。", "silenced: 会议中没有主持人。 / Ann 已静默 至 2026-03-02 10:00"}, rules.Attention, true},
		{"somebody silenced it as long as the meeting lasts", concerned([]conference.Silence{by(noHost, nil)}, noHost),
			[]string{"silenced: Nobody in the meeting is its host. / Silenced by Ann until the meeting ends"},
			[]string{"silenced: 会议中没有主持人。 / Ann 已静默 至会议结束"}, rules.Healthy, true},
		{"what is silenced is not so at present", concerned([]conference.Silence{by(unlocked, nil)}),
			[]string{"silenced: What “board” expects of “Lock” Not the case at present. / Silenced by Ann until the meeting ends"},
			[]string{"silenced: “board”对“会议锁定”的要求 目前无此情况。 / Ann 已静默 至会议结束"}, rules.Healthy, false},
	} {
		t.Run(k.name, func(t *testing.T) {
			if got := said(english, k.given); !slices.Equal(got, k.en) {
				t.Errorf("%q, want %q", got, k.en)
			}
			if got := said(chinese, k.given); !slices.Equal(got, k.zh) {
				t.Errorf("%q, want %q", got, k.zh)
			}
			if rules.Judge(k.given) != k.judged || isNoted(k.given) != k.noted {
				t.Errorf("%s, noted %v", rules.Judge(k.given), isNoted(k.given))
			}
		})
	}
	gone := concerned([]conference.Silence{by(noHost, nil)})
	gone.Link.State = conference.Stale
	if got := said(english, gone)[0]; !strings.Contains(got, "Not known to be the case at present.") {
		t.Errorf("while the link is stale: %s", got)
	}
}

func TestOnlyAnAdminIsOfferedWhatCanBeDone(t *testing.T) {
	s := concerned([]conference.Silence{by(noHost, nil), by(unlocked, nil)}, noHost, overrun)
	acts := func(w words) (all []string) {
		for _, row := range w.concerns(s).Rows {
			if row.Acts != nil {
				all = append(all, fmt.Sprint(row.Acts.Cause.Rule, " ", row.Acts.Acknowledge != "", row.Acts.Silence != "", row.Acts.Again != ""))
			}
		}
		return all
	}
	if got := acts(words{text: text.For(text.English)}); got != nil {
		t.Errorf("a viewer is offered %q", got)
	}
	if got := acts(words{text: text.For(text.English), noting: true, past: true}); got != nil {
		t.Errorf("what is past can be changed: %q", got)
	}
	want := []string{"overrun true true false", "noHost false true true", "drift false false true"}
	if got := acts(words{text: text.For(text.English), noting: true}); !slices.Equal(got, want) {
		t.Errorf("an admin is offered %q, want %q", got, want)
	}
}

func TestWhatSomebodyHasTakenNoteOfIsOnTheCard(t *testing.T) {
	w := words{text: text.For(text.English)}
	both := []conference.Silence{by(noHost, func(q *conference.Silence) { q.Seen = true }), by(unlocked, nil)}
	if n := w.card(concerned(both, noHost, unlocked, overrun)).Fresh.Noted; n != (templates.FreshNoted{Icon: "acknowledged", Text: "Acknowledged by Ann: No host", More: "and 1 more"}) {
		t.Errorf("%+v", n)
	}
	if n := w.card(concerned(nil, noHost)).Fresh.Noted; n != (templates.FreshNoted{}) {
		t.Errorf("%+v", n)
	}
	stale := concerned(both, noHost)
	stale.Link.State = conference.Stale
	if c := w.card(stale); c.Severity != "attention" {
		t.Errorf("stale data was silenced away: %s", c.Severity)
	}
}

// The meetings of which somebody has taken note of something stand behind the problems, and before what never was one.
func TestTheOrderOfWhatWasAcknowledged(t *testing.T) {
	problem, noted, pending, healthy := concerned(nil, noHost), concerned([]conference.Silence{by(noHost, nil)}, noHost), concerned(nil), concerned(nil)
	pending.Link.State = conference.Connecting
	want := []*conference.State{problem, noted, pending, healthy}
	for i, s := range want {
		s.ConfID = conference.ConfID(fmt.Sprint(200 - i))
	}
	got := slices.SortedFunc(slices.Values([]*conference.State{healthy, pending, noted, problem}), inOrder)
	if !slices.Equal(got, want) {
		t.Errorf("%v", confIDs(got))
	}
}

func TestTheAPITellsWhoSeesToWhat(t *testing.T) {
	s := concerned([]conference.Silence{by(noHost, func(q *conference.Silence) { q.Until, q.Note = noteAt.Add(time.Hour), "n" }), by(overrun, func(q *conference.Silence) { q.Seen = true })}, noHost, unlocked)
	s.Concerns[1].Weight = conference.Urgent
	got, err := json.Marshal(apiConcerns(s))
	want := `[{"rule":"drift","field":"lock","profile":"board","severity":"critical","since":"2026-03-02T09:01:00Z","silence":null},` +
		`{"rule":"noHost","severity":"attention","since":"2026-03-02T09:00:00Z","silence":{"kind":"silenced","by":"Ann","note":"n","at":"2026-03-02T09:00:00Z","until":"2026-03-02T10:00:00Z"}},` +
		`{"rule":"overrun","since":null,"silence":{"kind":"acknowledged","by":"Ann","at":"2026-03-02T09:00:00Z","until":null}}]`
	if err != nil || string(got) != want {
		t.Errorf("%s, error %v, want %s", got, err, want)
	}
	if got, err := json.Marshal(apiConcerns(concerned(nil))); err != nil || string(got) != "[]" {
		t.Errorf("without any: %s, error %v", got, err)
	}
}

func TestATimeOfDayIsTheNextOne(t *testing.T) {
	english := &text.For(text.English).Silence
	evening := time.Date(2026, 3, 2, 15, 50, 30, 0, time.UTC) // 23:50 in UTC+8
	for _, k := range []struct {
		name, clock, zone string
		want              time.Time
		fault             string
	}{
		{"later today", "18:00", "0", time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC), ""},
		{"soon after midnight", "00:30", "480", time.Date(2026, 3, 2, 16, 30, 0, 0, time.UTC), ""},
		{"this very minute has passed, and tomorrow's is far", "15:50", "0", time.Time{}, english.TimePast},
		{"an hour ago", "14:50", "0", time.Time{}, english.TimePast},
		{"a zone that there is not is UTC", "18:00", "9999", time.Date(2026, 3, 2, 18, 0, 0, 0, time.UTC), ""},
		{"with seconds", "18:00:00", "0", time.Time{}, english.NoTime},
		{"nothing", "", "0", time.Time{}, english.NoTime},
	} {
		e := silenceEntry{by: "Ann", life: lifeTime, clock: k.clock, zone: k.zone, now: evening}
		if e.judge(english); e.timeFault != k.fault || k.fault == "" && !e.until.Equal(k.want) {
			t.Errorf("%s: until %s, %q", k.name, e.until, e.timeFault)
		}
	}
}
