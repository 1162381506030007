package handlers

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
)

// Timeline is where it is read what happened; *timeline.History is one. What it returns must not be modified.
type Timeline interface {
	// Entries returns what is kept of a meeting, Moments the states that are, both oldest first.
	Entries(conference.ConfID) []timeline.Entry
	Moments(conference.ConfID) []timeline.Moment
}

const (
	// timelineRows is how many rows a page has.
	timelineRows = 300
	// doingsEvery bounds how often is sent what participants did.
	doingsEvery = time.Second
	// mostNewRows is up to how many new rows are sent one by one; for more the whole section is.
	mostNewRows = 50

	timelineID   = "timeline"
	timelineZone = "UTC"

	showParam   = "show"
	beforeParam = "before"
	atParam     = "at"
)

// topicOf is the topic that is asked for, any if there is no such topic.
func topicOf(c echo.Context) timeline.Topic {
	if t := timeline.Topic(c.QueryParam(showParam)); t.Known() {
		return t
	}
	return timeline.AnyTopic
}

func (p Paths) timelineQuery(path string, show timeline.Topic, q url.Values) string {
	if show != timeline.AnyTopic {
		q.Set(showParam, string(show))
	}
	return p.join(path, q, "")
}

// MeetingShow is the path of a meeting's page whose timeline is about a topic.
func (p Paths) MeetingShow(id conference.ConfID, show timeline.Topic) string {
	return p.timelineQuery("/m/"+url.PathEscape(string(id)), show, url.Values{})
}

// MeetingAt is the path of the page that shows how a meeting was: at an instant in ms since 1970 UTC, or the word last.
func (p Paths) MeetingAt(id conference.ConfID, at string) string {
	return p.join("/m/"+url.PathEscape(string(id)), url.Values{atParam: {at}}, "")
}

// MeetingTimeline is the path of the page of what happened before an entry; 0: of the newest.
func (p Paths) MeetingTimeline(id conference.ConfID, show timeline.Topic, before uint64) string {
	q := url.Values{}
	if before > 0 {
		q.Set(beforeParam, strconv.FormatUint(before, 10))
	}
	return p.timelineQuery("/m/"+url.PathEscape(string(id))+"/timeline", show, q)
}

// timelinePage is a page of what is older. It does not change, so it has no stream.
func (h *Handlers) timelinePage(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	s := h.state(c.Request().Context(), id)
	if s == nil || h.Timeline == nil {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	before, err := strconv.ParseUint(c.QueryParam(beforeParam), 10, 64)
	if err != nil && c.QueryParam(beforeParam) != "" {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	t := h.language(c)
	w := h.words(t.Lang)
	show := topicOf(c)
	links := w.meetingLinks(id, h.Timeline.Moments(id))
	links.show = func(topic timeline.Topic) string { return h.Paths.MeetingTimeline(id, topic, before) }
	props := w.timeline(h.Timeline.Entries(id), links, show, before, nil)
	if before > 0 {
		props.Older.Newest = h.Paths.MeetingShow(id, show) + "#" + timelineID
	}
	about := templates.About{ID: "about", Title: s.Title(), Path: h.Paths.Meeting(id)}
	p := h.frame(c, t, w.tab(t.Timeline.Title+" · "+s.Title()+" · "+t.Product, false))
	return send(c, http.StatusOK, p, templ.Join(templates.AboutView(about), templates.TimelineView(props)))
}

// timelineLinks are where a timeline leads.
type timelineLinks struct {
	// show is the path of the same with another topic, older of what came before an entry.
	show  func(timeline.Topic) string
	older func(topic timeline.Topic, before uint64) string
	// at is the path of how the meeting was at an instant, which is known from since on, or may be if that is zero; nil: it is not known.
	at    func(instant string) string
	since time.Time
	// earlier is the path of earlier meetings with the same ID; empty: there is none.
	earlier string
}

// meetingLinks are those of a meeting on the board, of which these states are kept.
func (w words) meetingLinks(id conference.ConfID, moments []timeline.Moment) timelineLinks {
	l := timelineLinks{
		show:  func(show timeline.Topic) string { return w.paths.MeetingShow(id, show) + "#" + timelineID },
		older: func(show timeline.Topic, before uint64) string { return w.paths.MeetingTimeline(id, show, before) },
	}
	if w.stored {
		l.earlier = w.paths.Earlier(id)
	}
	if len(moments) > 0 || w.rewinds {
		l.at = func(instant string) string { return w.paths.MeetingAt(id, instant) }
	}
	if len(moments) > 0 && !w.rewinds {
		l.since = moments[0].Received
	}
	return l
}

// timeline makes the props of what happened before an entry, 0: of the newest. drawn, which can be nil, has rows that were made
// before, in the same words: one in which nothing has joined is used again.
func (w words) timeline(entries []timeline.Entry, links timelineLinks, show timeline.Topic, before uint64, drawn map[string]*templates.TimelineRow) templates.Timeline {
	t := w.emptyTimeline(links, show)
	t.Recording, t.Ends = w.stretches(timeline.RecordingOf(entries)), w.movedEnds(timeline.Moved(entries))
	if len(entries) > 0 && links.at != nil {
		t.Rewind = links.at(lastMoment)
	}
	rows, older := timeline.Fold(entries, show, before, timelineRows)
	t.Rows = make([]templates.TimelineRow, len(rows))
	for i, r := range rows {
		if row := drawn[rowID(r)]; row != nil && row.Told == len(r) && row.Made.Equal(r[len(r)-1].Received) {
			t.Rows[i] = *row
		} else {
			t.Rows[i] = w.timelineRow(links, r)
		}
	}
	if older {
		t.Older.Older = links.older(show, rows[len(rows)-1].ID())
	}
	return t
}

// emptyTimeline is one without rows.
func (w words) emptyTimeline(links timelineLinks, show timeline.Topic) templates.Timeline {
	t := templates.Timeline{Text: &w.text.Timeline, ID: timelineID, Zone: timelineZone, Older: templates.TimelineOlder{ID: "timeline-older"}}
	t.Earlier = templates.Choice{Name: w.text.History.Earlier, Path: links.earlier}
	for _, topic := range timeline.Topics() {
		t.Topics = append(t.Topics, templates.Choice{Name: w.text.Timeline.Topics[topic], Current: topic == show, Path: links.show(topic)})
	}
	return t
}

// timelineView is the part of a meeting's view that tells what happened. The zero one tells nothing.
type timelineView struct {
	history Timeline // nil: nothing is kept
	show    timeline.Topic
	// drawn is what every viewer has, or less; nil when that is not known. Rows are sent so that a viewer who is ahead has none twice.
	drawn *templates.Timeline
}

// touched reports whether a change can be seen, and whether it is time to send it later: what participants do comes at any moment,
// from many, and joins what is told of others.
func (v *timelineView) touched(c conference.Change) (now, later bool) {
	if v.history == nil || !timeline.Touches(c) {
		return false, false
	}
	doings := timeline.DoingsOnly(c)
	return !doings, doings
}

// region makes the props of the whole section, nil if nothing is kept.
func (v *timelineView) region(w words, id conference.ConfID) *templates.Timeline {
	if v.history == nil {
		return nil
	}
	t := w.timeline(v.history.Entries(id), w.meetingLinks(id, v.history.Moments(id)), v.show, 0, nil)
	if v.drawn == nil {
		v.drawn = &t
	}
	return &t
}

// send adds what differs from what the viewers have.
func (v *timelineView) send(m *message, w words, id conference.ConfID) {
	if v.history == nil {
		return
	}
	was, had := v.drawn, map[string]*templates.TimelineRow{}
	if was != nil {
		for i := range was.Rows {
			had[was.Rows[i].ID] = &was.Rows[i]
		}
	}
	is := w.timeline(v.history.Entries(id), w.meetingLinks(id, v.history.Moments(id)), v.show, 0, had)
	v.drawn = &is
	if was == nil || was.Rewind != is.Rewind || !sendRows(m, had, is.Rows) {
		m.swap(is.ID, templates.TimelineView(is))
		return
	}
	if !reflect.DeepEqual(was.Recording, is.Recording) {
		m.swap(is.Recording.ID, templates.StretchesView(is.Recording))
	}
	if !reflect.DeepEqual(was.Ends, is.Ends) {
		m.swap(is.Ends.ID, templates.StretchesView(is.Ends))
	}
	if was.Older != is.Older {
		m.swap(is.Older.ID, templates.TimelineOlderView(is.Text.Older, is.Text.Newest, is.Older))
	}
}

// sendRows adds the rows that are new, those that others have joined, and takes away those that have gone. had are the rows that the
// viewers have, by ID; it is used up. It reports false when the whole list has to follow.
func sendRows(m *message, had map[string]*templates.TimelineRow, is []templates.TimelineRow) bool {
	first := slices.IndexFunc(is, func(r templates.TimelineRow) bool { return had[r.ID] != nil })
	if first < 0 || first > mostNewRows {
		return len(had) == 0 && len(is) == 0
	}
	for i := range is[first:] {
		r := &is[first+i]
		before := had[r.ID]
		delete(had, r.ID)
		if before == nil { // it came out from under a row that has gone
			return false
		}
		if before.Told != r.Told || !before.Made.Equal(r.Made) {
			m.swap(r.ID, templates.TimelineRowView(*r))
		}
	}
	if fresh := is[:first]; first > 0 {
		rows := make([]templ.Component, first)
		for i := range fresh {
			m.add(templates.Remove(fresh[i].ID)) // of a viewer who has it already
			rows[i] = templates.TimelineRowView(fresh[i])
		}
		m.add(templates.InsertBefore(is[first].ID), rows...)
	}
	for id := range had {
		m.add(templates.Remove(id))
	}
	return true
}
