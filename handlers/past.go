package handlers

import (
	"context"
	"errors"
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

// Rewinder knows how meetings were, also as other boards know it.
type Rewinder interface {
	// Rewind returns how a meeting was at an instant, zero: as the newest state that is kept tells. With an error, which is one of those below,
	// somebody was not heard who may know more.
	Rewind(ctx context.Context, id conference.ConfID, at time.Time) (timeline.Rewound, error)
}

// Why a Rewinder has not heard somebody.
var (
	ErrPastAway  = errors.New("another board does not answer")
	ErrPastLarge = errors.New("the state of another board is too large to be sent")
)

// rewind asks the Rewinder, or the timeline where there is none.
func (h *Handlers) rewind(ctx context.Context, id conference.ConfID, at time.Time) (timeline.Rewound, error) {
	if h.Rewinder != nil {
		return h.Rewinder.Rewind(ctx, id, at)
	}
	return timeline.Rewind(h.Timeline.Moments(id), h.Timeline.Entries(id), at), nil
}

// past is the page of how a meeting was. It has no stream: what is past does not change.
func (h *Handlers) past(c echo.Context, s *conference.State) error {
	id := s.ConfID
	at, ok := instantOf(c.QueryParam(atParam))
	if !ok {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	r, err := h.rewind(c.Request().Context(), id, at)
	if at.IsZero() {
		if at = r.Last; !r.Known() {
			if h.Rewinder == nil {
				return echo.NewHTTPError(http.StatusNotFound)
			}
			at = h.Now()
		}
	}
	t := h.language(c)
	w := h.wordsFor(c, t.Lang)
	w.past = true
	bar := w.pastBar(id, r, at)
	title := s.Title()
	var region templ.Component
	if !r.Known() {
		region = templates.PastUnknown(bar, w.pastUnknown(id, c.QueryParam(atParam), title, bar, err))
	} else {
		title = r.Moment.State.Title()
		if r.Missing > 0 {
			bar.Missing = t.Timeline.Past.Missing(r.Missing)
		}
		if err != nil {
			bar.Unheard = t.Timeline.Past.Unheard
		}
		region = templates.PastRegion(bar, w.pastMeeting(r.Moment.State))
	}
	p := h.frame(c, t, w.tab(t.Timeline.Past.Tab(bar.Time.Text)+" · "+title, false))
	p.Legend = h.legends.in(w)
	return send(c, http.StatusOK, p, region)
}

// instantOf reads an instant: ms since 1970 UTC, RFC 3339, or zero for the last of which the state is kept.
func instantOf(text string) (at time.Time, ok bool) {
	if text == lastMoment {
		return time.Time{}, true
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), ms >= 0 && ms <= conference.MaxInstant
	}
	at, err := time.Parse(time.RFC3339Nano, strings.ReplaceAll(text, " ", "+")) // a plus sign that nobody escaped
	return at.UTC(), err == nil && at.UnixMilli() >= 0
}

// pastBar makes the props of what says that the page shows the past.
func (w words) pastBar(id conference.ConfID, r timeline.Rewound, at time.Time) templates.Past {
	p := templates.Past{Text: &w.text.Timeline.Past, Known: r.Known(), Time: w.instant(at, "exact"), Path: w.paths.Meeting(id)}
	if r.First.IsZero() {
		return p
	}
	ms := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	path := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return w.paths.MeetingAt(id, ms(t))
	}
	p.Min, p.Max, p.Value = ms(r.First), ms(r.Last), ms(at)
	switch {
	case at.Before(r.First):
		p.Value = p.Min
	case at.After(r.Last):
		p.Value = p.Max
	}
	if !r.Known() {
		p.First = path(r.First)
		return p
	}
	p.Time = w.instant(r.Moment.Received, "exact")
	p.Previous, p.Next = path(r.Previous), path(r.Next)
	return p
}

// pastUnknown makes the props of why nothing is shown of a moment. err is the Rewinder's.
func (w words) pastUnknown(id conference.ConfID, at, title string, bar templates.Past, err error) templates.PastNothing {
	t := &w.text.Timeline.Past
	p := templates.PastNothing{Title: title, Said: t.UnknownTitle, Help: t.UnknownHelp, Path: bar.First, Button: t.First}
	switch {
	case errors.Is(err, ErrPastAway):
		p.Said, p.Help = t.AwayTitle, t.AwayHelp
		p.Path, p.Button = w.paths.MeetingAt(id, at), t.Again
	case err != nil:
		p.Said, p.Help = t.AwayTitle, t.LargeHelp
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
