package handlers

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// For how long something can be acknowledged or silenced, by the value in the form.
const (
	lifeSeen    = "seen"    // acknowledged: until it is over
	lifeMeeting = "meeting" // until the meeting ends
	lifeTime    = "time"    // until a time of day
)

// silenceLife is one of the others.
type silenceLife struct {
	value string
	lasts time.Duration
}

// silenceLives are these as they are offered.
var silenceLives = []silenceLife{{"15m", 15 * time.Minute}, {"1h", time.Hour}, {"4h", 4 * time.Hour}}

const (
	// tomorrow is how far ahead a time of day of the next day can be: a longer time is one that has passed.
	tomorrow = 12 * time.Hour
	// farthestZone is by how much a zone can differ from UTC.
	farthestZone = 14 * 60 // min
)

// silenceEntry is what was entered to acknowledge or silence something, or to end that, and what is wrong with it.
type silenceEntry struct {
	cause conference.Cause
	ends  bool
	now   time.Time
	// zone is the viewer's by how much it is ahead of UTC.
	life, clock, zone string
	until             time.Time
	note, by          string
	// asked: the name is asked for.
	asked bool
	// Faults are in the viewer's language, empty where there is none; gone: there is no such concern any more.
	fault, lifeFault, timeFault, noteFault, nameFault string
	gone                                              bool
}

func newSilenceEntry(v url.Values, ends bool, now time.Time) silenceEntry {
	return silenceEntry{cause: causeOf(v), ends: ends, now: now, life: v.Get("for"), clock: strings.TrimSpace(v.Get("time")), zone: v.Get("zone"), note: strings.TrimSpace(v.Get("note"))}
}

func (e *silenceEntry) wrong() bool {
	return e.fault != "" || e.lifeFault != "" || e.timeFault != "" || e.noteFault != "" || e.nameFault != ""
}

// judge finds what is wrong with the entry, and until when it is.
func (e *silenceEntry) judge(t *text.SilenceText) {
	switch {
	case e.by == "":
		e.nameFault = t.NoName
	case !goodName(e.by):
		e.nameFault = t.BadName
	}
	if e.ends {
		return
	}
	if !oneLine(e.note) {
		e.noteFault = t.BadNote
	}
	switch e.life {
	case lifeSeen, lifeMeeting:
	case lifeTime:
		e.judgeTime(t)
	default:
		i := slices.IndexFunc(silenceLives, func(l silenceLife) bool { return l.value == e.life })
		if i < 0 {
			e.lifeFault = t.NoChoice
			return
		}
		e.until = e.now.Add(silenceLives[i].lasts)
	}
}

// judgeTime finds when the time of day comes next: today, or tomorrow if that is soon.
func (e *silenceEntry) judgeTime(t *text.SilenceText) {
	minutes, err := strconv.Atoi(e.zone)
	if err != nil || minutes < -farthestZone || minutes > farthestZone {
		minutes = 0
	}
	zone := time.FixedZone("", minutes*60)
	clock, err := time.Parse("15:04", e.clock)
	if err != nil {
		e.timeFault = t.NoTime
		return
	}
	now := e.now.In(zone)
	e.until = time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
	if next := e.until.AddDate(0, 0, 1); !e.until.After(e.now) && next.Sub(e.now) <= tomorrow {
		e.until = next
	}
	if !e.until.After(e.now) {
		e.timeFault = t.TimePast
	}
}

// fill puts the entry into its form. The first field that is wrong has the focus.
func (e *silenceEntry) fill(f *templates.SilenceForm) {
	t := &f.Text.Silence
	f.Fault, f.LivesFault = e.fault, e.lifeFault
	chosen := e.life
	if chosen == "" {
		chosen = silenceLives[0].value
	}
	add := func(value, label, help string) {
		f.Lives = append(f.Lives, templates.SilenceLife{Value: value, Label: label, Help: help, Chosen: value == chosen, TimeOfDay: value == lifeTime})
	}
	add(lifeSeen, t.Seen, t.SeenHelp)
	for _, l := range silenceLives {
		add(l.value, t.SilenceFor(l.lasts), "")
	}
	add(lifeMeeting, t.SilenceWithMeeting, "")
	add(lifeTime, t.AtTime, "")
	f.Time = templates.Field{ID: "time", Name: "time", Value: e.clock, Fault: e.timeFault}
	f.Note = templates.Field{ID: "note", Name: "note", Label: f.Text.Feed.Optional(t.NoteLabel), Value: e.note, Hint: t.NoteHint, Fault: e.noteFault, MaxLength: strconv.Itoa(maxText)}
	fields := []*templates.Field{&f.Time, &f.Note}
	if e.asked {
		f.Name = &templates.Field{ID: "name", Name: "name", Label: t.Name, Value: e.by, Hint: t.NameHint, Fault: e.nameFault, MaxLength: strconv.Itoa(maxName), Required: true}
		fields = append(fields, f.Name)
	}
	for _, field := range fields {
		if field.Fault != "" {
			field.First = true
			break
		}
	}
}
