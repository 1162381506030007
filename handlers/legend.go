package handlers

import (
	"bytes"
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

// legends are the legend of every page, drawn once for each language. Its zero value is ready; safe for concurrent use.
type legends struct {
	mu    sync.Mutex
	drawn map[text.Lang][]byte
}

func (l *legends) in(w words) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, to io.Writer) error {
		b, err := l.draw(w)
		if err == nil {
			_, err = to.Write(b)
		}
		return err
	})
}

func (l *legends) draw(w words) ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b := l.drawn[w.text.Lang]; b != nil {
		return b, nil
	}
	b, err := draw(context.Background(), templates.LegendView(w.legend())) // for all, not for whoever asks first
	if err != nil {
		return nil, err
	}
	if l.drawn == nil {
		l.drawn = map[text.Lang][]byte{}
	}
	l.drawn[w.text.Lang] = bytes.Clone(b)
	return b, nil
}

// legend explains the marks of a page. It has no list of its own: every mark is drawn by what draws it on the pages.
func (w words) legend() templates.Legend {
	t := &w.text.Legend
	l := templates.Legend{Text: w.text, ID: "legend"}
	statuses := templates.LegendPart{Title: t.Statuses}
	for _, s := range rules.Severities() {
		statuses.Rows = append(statuses.Rows, templates.LegendRow{Help: t.Severity[s],
			Marks: []templates.Mark{{ID: "legend-" + s.String(), Severity: s.String(), Word: w.text.Severity[s]}}})
	}
	l.Parts = append(l.Parts, statuses)
	for _, g := range w.groups() {
		part := templates.LegendPart{Title: g.title}
		for _, f := range g.fields {
			part.Rows = append(part.Rows, templates.LegendRow{Badges: w.legendBadges(f), Help: t.Fields[f]})
		}
		l.Parts = append(l.Parts, part)
	}
	other := templates.LegendPart{Title: t.Other}
	for _, k := range []struct {
		id, help string
		value    conference.Value
	}{
		{"none", t.NotReported, conference.Value{}},
		{"empty", t.SentEmpty, conference.Value{Presence: conference.Empty}},
		{"unknown", t.Unknown, conference.Value{Presence: conference.Known, Int: 7}},
	} {
		other.Rows = append(other.Rows, templates.LegendRow{Badges: []templates.Badge{w.sample("legend-"+k.id, conference.Lock, k.value)}, Help: k.help})
	}
	people := templates.LegendPart{Title: t.People, Rows: []templates.LegendRow{{}}}
	for k := range personKinds {
		people.Rows[0].People = append(people.Rows[0].People, w.personMark(k))
	}
	l.Parts = append(l.Parts, other, people)
	return l
}

// legendBadges are those that a field can have, or one with its name where it takes numbers or text.
func (w words) legendBadges(f conference.Field) (badges []templates.Badge) {
	for _, v := range listedValues(f) {
		badges = append(badges, w.sample("legend-"+f.WireName()+"-"+key(f, v), f, v))
	}
	if badges == nil {
		badges = []templates.Badge{{ID: "legend-" + f.WireName(), Field: f.WireName(), Icon: icon(f, conference.Value{}), Text: w.text.Fields[f].Name, Tone: "quiet"}}
	}
	return badges
}

// sample is the badge of a field that has a value.
func (w words) sample(id string, f conference.Field, v conference.Value) templates.Badge {
	var s conference.State
	s.Status.Set(f, v)
	return w.badge(id, &s, f)
}

// states are the listed values of the meeting's state, in their order.
var states = []string{conference.StateSchedule, conference.StateCreated, conference.StateDestroyed}

// listedValues are the values of a field that have words; none of one that takes numbers or text.
func listedValues(f conference.Field) (values []conference.Value) {
	switch f.Kind() {
	case conference.KindFlag, conference.KindSwitch:
		for n := range int64(2) {
			values = append(values, conference.Value{Presence: conference.Known, Int: n})
		}
	case conference.KindEnum:
		list := states
		if f == conference.StatusMode {
			list = modes
		}
		for _, word := range list {
			values = append(values, conference.Value{Presence: conference.Known, Text: word})
		}
	}
	return values
}
