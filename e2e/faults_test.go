package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// shown is what the board shows of a meeting while a fault lasts.
type shown struct {
	links   []string // in the API, any of them
	reasons []string // likewise; empty: none is given
	marks   []string // the word of the status, on the meeting's page and on its card
	silent  bool     // only a heartbeat that is not echoed can tell
	ends    bool     // it is about how a meeting ends
	// patient: the next try by itself is minutes away, and an event from the cloud brings it forward.
	patient bool
	// meanwhile is what else the API tells of the meeting; nil: nothing.
	meanwhile func(*trial, meetingAnswer) bool
}

var (
	staleNow    = shown{links: []string{"stale"}, marks: []string{"CHECK"}}
	lostInTime  = shown{links: []string{"stale", "lost"}, marks: []string{"CHECK", "NO DATA"}, silent: true}
	refusedThen = shown{links: []string{"refused"}, marks: []string{"CHECK"}, patient: true}
)

func (s shown) because(reasons ...string) shown {
	s.reasons = reasons
	return s
}

// stillLive is a fault that a viewer does not notice, and that does to the meeting what a test can see.
func stillLive(meanwhile func(*trial, meetingAnswer) bool) shown {
	return shown{links: []string{"live"}, marks: []string{"LIVE"}, meanwhile: meanwhile}
}

func refusesFrames(_ *trial, a meetingAnswer) bool { return a.Messages.Refused > 0 }

func drops(fate string) func(*trial, meetingAnswer) bool {
	return func(_ *trial, a meetingAnswer) bool { return a.Messages.Dropped[fate] > 0 }
}

// goesOn: what was changed since the fault began has arrived.
func goesOn(_ *trial, a meetingAnswer) bool { return string(a.Status["partViewNum"]) != "0" }

// onAnotherConnection: the clock was moved, which cut the first one.
func onAnotherConnection(tr *trial, a meetingAnswer) bool {
	return tr.meeting.Counts().Connections > 1 && goesOn(tr, a)
}

func appliesIncrements(tr *trial, a meetingAnswer) bool {
	return a.Messages.Applied > tr.applied && a.LastMessage.Mode == "incremental"
}

// faultTable says of each fault what the board shows.
var faultTable = map[simulator.Fault]shown{
	simulator.Refused:                staleNow.because("unreachable"),
	simulator.Delayed:                stillLive(goesOn),
	simulator.HalfOpenCalls:          staleNow.because("unreachable"),
	simulator.HalfOpenSockets:        lostInTime.because("unreachable"),
	simulator.CutMidFrame:            staleNow.because("closed", "unreachable"),
	simulator.GarbageFrames:          stillLive(refusesFrames),
	simulator.OversizedFrames:        stillLive(refusesFrames),
	simulator.HugeFrames:             staleNow.because("unexpected"),
	simulator.DuplicatedFrames:       stillLive(drops("repeated")),
	simulator.ReorderedIncrements:    stillLive(drops("olderSequence")),
	simulator.MissingIncrements:      stillLive(appliesIncrements),
	simulator.EchoWithheld:           lostInTime.because("noEcho"),
	simulator.SubscriptionUnanswered: staleNow.because("unreachable"),
	simulator.EndWithoutDestroyed:    {links: []string{"ended"}, marks: []string{"ENDED"}, ends: true},
	simulator.Status401:              refusedThen.because("notPermitted"),
	simulator.Status403:              refusedThen.because("notPermitted"),
	simulator.Status412:              staleNow.because("unexpected"),
	simulator.Status429:              staleNow.because("unavailable"),
	simulator.Status500:              staleNow.because("unavailable"),
	simulator.Status503:              staleNow.because("unavailable"),
	simulator.HTMLAnswer:             staleNow.because("unexpected"),
	simulator.HTMLBadGateway:         staleNow.because("unavailable"),
	simulator.Redirected:             staleNow.because("unexpected"),
	simulator.TruncatedAnswer:        staleNow.because("unexpected"),
	simulator.OversizedAnswer:        staleNow.because("unexpected"),
	simulator.ErrorInSuccess:         staleNow.because("unexpected"),
	simulator.ClockAhead:             stillLive(onAnotherConnection),
	simulator.ClockBehind:            stillLive(onAnotherConnection),
}

// sentences are what a person reads of a reason.
var sentences = map[string]string{
	"unreachable":  "The cloud cannot be reached. Check the network if this lasts.",
	"unavailable":  "The cloud is not available at the moment. Trying again.",
	"closed":       "The cloud closed the connection. Connecting again.",
	"noEcho":       "The cloud stopped answering. Connecting again.",
	"notPermitted": "The cloud does not permit it. For a meeting, ask its organiser for host rights; for the list, the app needs an administrator’s.",
	"unexpected":   "The cloud gave an answer that Confboard does not understand. See the log.",
}

// Each fault strikes a meeting of its own, all at the same time; what is the matter with one must not show on another.
func TestEveryFaultIsShownAndHealsByItself(t *testing.T) {
	silent, others := []simulator.Fault{}, []simulator.Fault{}
	for _, f := range simulator.Faults() {
		want, known := faultTable[f]
		switch {
		case !known:
			t.Errorf("%s: the table does not say what the board shows", f)
		case want.silent:
			silent = append(silent, f)
		default:
			others = append(others, f)
		}
	}
	t.Run("noticed by silence", func(t *testing.T) {
		t.Parallel()
		tryFaults(t, brisk, silent)
	})
	t.Run("noticed without", func(t *testing.T) {
		t.Parallel()
		tryFaults(t, steady, others)
	})
}

// untouched is a meeting without a fault, on the same board as those with one.
const untouched = "900000000"

func tryFaults(t *testing.T, heartbeat time.Duration, faults []simulator.Fault) {
	const appID, key = "app-1", "Hush-hook-key"
	cloud := newCloud(t, heartbeat)
	well := cloud.Add(simulator.MeetingConfig{ConfID: untouched, HostPassword: "135790", Name: "no fault"})
	well.Start()
	list := watching(well)
	var pending []*trial
	for _, f := range faults {
		m := cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprintf("9%08d", f), HostPassword: "135790", Name: f.String()})
		m.Start()
		pending = append(pending, &trial{fault: f, want: faultTable[f], meeting: m})
		list = append(list, watching(m)...)
	}
	b := serve(t, cloud, settings{heartbeat: heartbeat, meetings: list,
		further: map[string]any{"cloud": map[string]any{"hook": map[string]any{"appID": appID, "keyFile": secretFile(t, key)}}}})
	cloud.SendEvents(b.url+"/hooks/huawei", appID, key)
	until(t, "all meetings live", func() bool {
		all := b.meetings()
		return !slices.ContainsFunc(list, func(w watched) bool { return all[w.ConfID].Freshness.Link != "live" })
	})
	healthy := b.meetings()
	for _, tr := range pending {
		tr.begin(healthy[tr.meeting.ConfID()], tr.meeting.Inject)
	}

	deadline := time.Now().Add(trialPatience)
	for round := 1; len(pending) > 0; round++ {
		api, overview := b.meetings(), b.read("/")
		pending = slices.DeleteFunc(pending, func(tr *trial) bool {
			return tr.step(t, cloud, round, sight{api[tr.meeting.ConfID()], b.read("/m/" + tr.meeting.ConfID()), overview.byID(card(tr.meeting.ConfID(), ""))})
		})
		if time.Now().After(deadline) {
			for _, tr := range pending {
				t.Errorf("%s: waited in vain until it %s; at last %s", tr.fault, tr.waitsFor(), tr.last)
			}
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	if a := well.Counts(); a.Connections != 1 && heartbeat == steady {
		t.Errorf("the meeting without a fault was connected %d times", a.Connections)
	}
	if v := cloud.Violations(); len(v) > 0 {
		t.Errorf("the board broke the cloud's rules: %q", v)
	}
}

// trialPatience is long because a meeting that was down for long waits up to a minute for its next try.
const trialPatience = 3 * time.Minute

// trial is a fault that strikes a meeting, is shown, and is healed.
type trial struct {
	fault   simulator.Fault
	want    shown
	meeting *simulator.Meeting
	// fields are those that the board had of the meeting, applied the messages.
	fields  []string
	applied uint64
	// seen are the places in which the board has shown the present stage.
	api, page, card bool
	healing         bool
	last            sight
}

// sight is a look at the meeting: by the API, on its page, and on the overview.
type sight struct {
	api        meetingAnswer
	page, card document
}

// String says what was seen.
func (s sight) String() string {
	return fmt.Sprintf("link %q for %q, page %q, card %q", s.api.Freshness.Link, s.api.Freshness.Reason, s.page.byID("head").text(), s.card.text())
}

// begin lets the fault strike: the meeting, or more.
func (tr *trial) begin(a meetingAnswer, inject func(...simulator.Fault)) {
	tr.fields, tr.applied = slices.Sorted(maps.Keys(a.Status)), a.Messages.Applied
	inject(tr.fault)
	switch {
	case tr.want.ends:
		tr.meeting.End()
	case tr.fault.Sleeps():
		tr.meeting.CutConnections()
	}
}

// step goes on with what is seen, and reports whether the trial is over.
func (tr *trial) step(t *testing.T, cloud *simulator.Cloud, round int, now sight) (over bool) {
	tr.last = now
	if tr.healing {
		tr.api = now.api.Freshness.Link == "live" && now.api.Freshness.Reason == "" && !now.api.Partial && tr.same(now.api)
		tr.page = now.says("LIVE") && now.page.byClass("head-reason").text() == ""
		tr.card = strings.HasPrefix(now.card.text(), "LIVE")
		return tr.api && tr.page && tr.card
	}
	// Looked at one after the other, in a fault that comes and goes: each has to be right once.
	tr.api = tr.api || tr.told(now.api)
	tr.page = tr.page || slices.ContainsFunc(tr.want.marks, now.says) && tr.explained(now.page.byClass("head-reason").text(), now.page.byClass("head-next").text())
	tr.card = tr.card || slices.ContainsFunc(tr.want.marks, func(word string) bool { return strings.HasPrefix(now.card.text(), word) }) &&
		tr.explained(now.card.byClass("fresh-reason").text(), now.card.byClass("fresh-next").text())
	if !tr.api || !tr.page || !tr.card {
		tr.meeting.Set(map[string]any{"partViewNum": round})
		return false
	}
	tr.heal(t, cloud)
	return false
}

// told reports whether the API shows the fault.
func (tr *trial) told(a meetingAnswer) bool {
	return slices.Contains(tr.want.links, a.Freshness.Link) &&
		(len(tr.want.reasons) == 0 && a.Freshness.Reason == "" || slices.Contains(tr.want.reasons, a.Freshness.Reason)) &&
		(tr.want.meanwhile == nil || tr.want.meanwhile(tr, a))
}

// explained reports whether a sentence is that of a reason, and says when it is tried again.
func (tr *trial) explained(sentence, next string) bool {
	if len(tr.want.reasons) == 0 {
		return sentence == ""
	}
	return strings.HasPrefix(next, "Next try") && slices.ContainsFunc(tr.want.reasons, func(r string) bool { return strings.HasPrefix(sentence, sentences[r]) })
}

// heal ends the fault, after which nothing is done to the board.
func (tr *trial) heal(t *testing.T, cloud *simulator.Cloud) {
	t.Logf("%s: %s %s", tr.fault, tr.last.api.Freshness.Link, tr.last.api.Freshness.Reason)
	tr.healing = true
	tr.meeting.Set(map[string]any{"lock": 1, "mode": "FIXED"}) // nobody may be there to be told
	tr.meeting.Clear()
	switch {
	case tr.want.ends:
		tr.meeting.Start()
	case tr.want.patient:
		if answer, err := cloud.SendEvent(t.Context(), simulator.Event{Name: "meeting.started", ConfID: tr.meeting.ConfID()}); err != nil || answer.Status != 200 {
			t.Errorf("%s: the event was answered %d, %v", tr.fault, answer.Status, err)
		}
	}
}

func (tr *trial) waitsFor() string {
	if tr.healing {
		return "healed"
	}
	return fmt.Sprintf("was shown (by the API: %t, on the page: %t, on the overview: %t)", tr.api, tr.page, tr.card)
}

// same reports whether the board's status is the cloud's, field by field.
func (tr *trial) same(a meetingAnswer) bool {
	if !slices.Equal(slices.Sorted(maps.Keys(a.Status)), tr.fields) {
		return false
	}
	for name, got := range a.Status {
		want, err := json.Marshal(tr.meeting.Field(name))
		if err != nil || !bytes.Equal(got, want) {
			return false
		}
	}
	return true
}

// says reports whether the mark of the meeting's page has the word.
func (s sight) says(word string) bool { return strings.HasPrefix(s.page.byID("mark").text(), word) }

// meetings are those that the API lists.
func (b *board) meetings() map[string]meetingAnswer {
	b.t.Helper()
	var list struct{ Meetings []meetingAnswer }
	if r := get(b.t, b.url+"/api/v1/meetings"); json.Unmarshal([]byte(r.body), &list) != nil {
		b.t.Fatalf("the API's list: %s", r.body)
	}
	all := map[string]meetingAnswer{}
	for _, m := range list.Meetings {
		all[m.ConfID] = m
	}
	return all
}

// secretFile writes a secret to a file of its own.
func secretFile(t *testing.T, secret string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
