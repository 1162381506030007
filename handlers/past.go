package handlers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/templates"
)

// lastMoment is the word for the newest moment of which the state is kept.
const lastMoment = "last"

// past is the page of how a meeting was. It has no stream: what is past does not change.
func (h *Handlers) past(c echo.Context, s *conference.State) error {
	id := s.ConfID
	moments := h.Timeline.Moments(id)
	at, ok := chosenMoment(c.QueryParam(atParam), moments)
	if !ok {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	t := h.language(c)
	w := h.wordsFor(c, t.Lang)
	w.past = true
	i := timeline.At(moments, at)
	bar := w.pastBar(id, moments, i, at)
	title := s.Title()
	var region templ.Component
	if i < 0 {
		region = templates.PastUnknown(bar, title)
	} else {
		m := moments[i]
		title = m.State.Title()
		if n := timeline.Missing(h.Timeline.Entries(id), m, at); n > 0 {
			bar.Missing = t.Timeline.Past.Missing(n)
		}
		region = templates.PastRegion(bar, w.pastMeeting(m.State))
	}
	p := h.frame(c, t, w.tab(t.Timeline.Past.Tab(bar.Time.Text)+" · "+title, false))
	p.Legend = h.legends.in(w)
	return send(c, http.StatusOK, p, region)
}

// chosenMoment reads an instant: ms since 1970 UTC, RFC 3339, or the last of which the state is kept.
func chosenMoment(text string, moments []timeline.Moment) (at time.Time, ok bool) {
	if text == lastMoment {
		if n := len(moments); n > 0 {
			return moments[n-1].Received, true
		}
		return time.Time{}, false
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), ms >= 0 && ms <= conference.MaxInstant
	}
	at, err := time.Parse(time.RFC3339Nano, strings.ReplaceAll(text, " ", "+")) // a plus sign that nobody escaped
	return at.UTC(), err == nil && at.UnixMilli() >= 0
}

// pastBar makes the props of what says that the page shows the past. i is the place of the moment that is shown, -1 if there is none.
func (w words) pastBar(id conference.ConfID, moments []timeline.Moment, i int, at time.Time) templates.Past {
	p := templates.Past{Text: &w.text.Timeline.Past, Known: i >= 0, Time: w.instant(at, "exact"), Path: w.paths.Meeting(id)}
	n := len(moments)
	if n == 0 {
		return p
	}
	ms := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	path := func(i int) string { return w.paths.MeetingAt(id, ms(moments[i].Received)) }
	first, last := moments[0].Received, moments[n-1].Received
	p.Min, p.Max, p.Value = ms(first), ms(last), ms(at)
	switch {
	case at.Before(first):
		p.Value = p.Min
	case at.After(last):
		p.Value = p.Max
	}
	if i < 0 {
		p.First = path(0)
		return p
	}
	p.Time = w.instant(moments[i].Received, "exact")
	// Moments of the same millisecond are one to the address: the last.
	same := func(j int) bool { return ms(moments[j].Received) == ms(moments[i].Received) }
	previous, next := i, i
	for previous >= 0 && same(previous) {
		previous--
	}
	for next < n && same(next) {
		next++
	}
	if previous >= 0 {
		p.Previous = path(previous)
	}
	if next < n {
		p.Next = path(next)
	}
	return p
}

// pastMeeting makes the props of how a meeting was. w.past is set, so that nothing ticks.
func (w words) pastMeeting(s *conference.State) templates.Meeting {
	then := *s
	then.Speakers = nil // who speaks changes all the time, and only what was so when something else changed is kept
	m := w.meeting(&then)
	t := &w.text.Timeline.Past
	m.Past = true
	h := &m.Head
	severity := rules.Judge(s)
	h.Severity, h.Mark = "past", templates.Mark{ID: h.Mark.ID, Severity: "past", Word: t.Mark}
	h.Help = t.Status(w.text.SeverityCount[severity])
	h.Next, h.Feed, h.End = templates.NextTry{}, "", templates.HeadEnd{}
	h.Link, m.Concerns.Name = t.Link(h.Link), t.Concerns
	return m
}
