package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
)

// Archive is where it is read what was stored of meetings. Its methods wait for the disk.
type Archive interface {
	// Count returns how many meetings a query finds, Ended up to n of them after so many, those that began last first, and EndedAfter
	// those that come after one of them in that order.
	Count(ctx context.Context, q EndedQuery) (int, error)
	Ended(ctx context.Context, q EndedQuery, skip, n int) ([]timeline.Occurrence, error)
	EndedAfter(ctx context.Context, q EndedQuery, last timeline.Occurrence, n int) ([]timeline.Occurrence, error)
	// Occurrence returns one of them, which may be going on.
	Occurrence(ctx context.Context, id int64) (o timeline.Occurrence, found bool, err error)
	// Before returns up to n entries of one that come before another, newest first, 0 being after the newest; After those that come
	// after another, oldest first.
	Before(ctx context.Context, occurrence int64, seq uint64, n int) ([]timeline.Entry, error)
	After(ctx context.Context, occurrence int64, seq uint64, n int) ([]timeline.Entry, error)
	// Kept is for how long they are kept.
	Kept() time.Duration
}

// EndedQuery is which of the meetings that have ended, or left the board, are asked for.
type EndedQuery struct {
	// Words all occur in title, ID or owner, in any case and width.
	Words string
	// From and To bound when a meeting was in progress, in some part of the time between them; each can be zero.
	From, To time.Time
}

const (
	historyRows = 50
	// historyBatch is how many entries are read at a time to fill a page, historyMost how many at most.
	historyBatch = 1000
	historyMost  = 50_000
	// mostHistoryPage is the last page that is looked for.
	mostHistoryPage = 1_000_000

	dayParam    = "day"
	offsetParam = "offset"
	dayFormat   = "2006-01-02"
	// mostOffset is how far from UTC a zone can be.
	mostOffset = 16 * 60
)

// registerHistory adds the pages of meetings that have ended.
func (h *Handlers) registerHistory(g *echo.Group) {
	if h.Archive == nil {
		return
	}
	page(g, "/history", h.history)
	page(g, "/history/:id", h.pastOccurrence)
	g.GET("/history/export/:format", h.exportHistory)
	g.GET("/history/:id/export/:format", h.exportTimeline)
}

// historyQuery is what the page is asked for.
type historyQuery struct {
	words string
	// day is as it was written, empty for all; offset is that of its zone, in minutes east of UTC, empty for UTC.
	day, offset string
	page        int // from 1
	from, to    time.Time
}

// historyQueryOf reads a query. What cannot be read of it does not limit anything.
func historyQueryOf(c echo.Context) historyQuery {
	q := historyQuery{page: 1}
	if words := c.QueryParam("q"); utf8.ValidString(words) {
		q.words = strings.TrimSpace(string([]rune(words)[:min(len([]rune(words)), mostQuery)]))
	}
	minutes, err := strconv.Atoi(c.QueryParam(offsetParam))
	if err != nil || minutes < -mostOffset || minutes > mostOffset {
		minutes = 0
	}
	if day, err := time.Parse(dayFormat, c.QueryParam(dayParam)); err == nil && day.Year() >= 1971 && day.Year() < 3000 {
		q.day, q.from = day.Format(dayFormat), day.Add(-time.Duration(minutes)*time.Minute)
		q.to = q.from.Add(24 * time.Hour)
		if minutes != 0 {
			q.offset = strconv.Itoa(minutes)
		}
	}
	if n, err := strconv.Atoi(c.QueryParam(pageParam)); err == nil && n > 1 && n <= mostHistoryPage {
		q.page = n
	}
	return q
}

// mostQuery is how much of what is looked for counts, in characters.
const mostQuery = 100

func (q historyQuery) limited() bool { return q.words != "" || q.day != "" }

func (q historyQuery) ended() EndedQuery {
	return EndedQuery{Words: q.words, From: q.from, To: q.to}
}

// values are the parameters of a page of it.
func (q historyQuery) values(page int) url.Values {
	v := url.Values{}
	for name, value := range map[string]string{"q": q.words, dayParam: q.day, offsetParam: q.offset} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if page > 1 {
		v.Set(pageParam, strconv.Itoa(page))
	}
	return v
}

// zone names the zone in which the day is meant.
func (q historyQuery) zone() string {
	minutes, err := strconv.Atoi(q.offset)
	if err != nil {
		return timelineZone
	}
	sign := "+"
	if minutes < 0 {
		sign, minutes = "−", -minutes
	}
	return fmt.Sprintf("UTC%s%d:%02d", sign, minutes/60, minutes%60)
}

func (h *Handlers) history(c echo.Context) error {
	ctx := c.Request().Context()
	q := historyQueryOf(c)
	count, err := h.Archive.Count(ctx, q.ended())
	if err != nil {
		return fmt.Errorf("count ended meetings: %w", err)
	}
	last := max(1, (count+historyRows-1)/historyRows)
	q.page = min(q.page, last)
	found, err := h.Archive.Ended(ctx, q.ended(), (q.page-1)*historyRows, historyRows)
	if err != nil {
		return fmt.Errorf("list ended meetings: %w", err)
	}
	t := h.language(c)
	w := h.words(t.Lang)
	x := &t.History
	p := templates.History{Text: t, Intro: x.Intro(x.Kept(h.Archive.Kept())), Count: x.Count(count), Zone: timelineZone,
		Find: templates.HistoryFind{Path: h.Paths.History(nil), Q: q.words, Day: q.day, Offset: q.offset, Zone: q.zone()}}
	for _, o := range found {
		p.Rows = append(p.Rows, w.historyRow(o))
	}
	p.EmptyTitle, p.EmptyHelp = x.EmptyTitle, x.EmptyHelp
	if q.limited() {
		p.Find.All, p.EmptyTitle, p.EmptyHelp = h.Paths.History(nil), x.NoMatchTitle, x.NoMatch
	}
	if q.page > 1 {
		p.Pager.Newer = h.Paths.History(q.values(q.page - 1))
	}
	if q.page < last {
		p.Pager.Older = h.Paths.History(q.values(q.page + 1))
	}
	p.Pager.Where = fmt.Sprintf("%d / %d", q.page, last)
	if visitor(c).Admin && count > 0 {
		p.Exports = h.exports(func(format string) string { return h.Paths.HistoryExport(format, q.values(1)) })
	}
	f := h.frame(c, t, w.tab(x.Title+" · "+t.Product, false))
	f.AtHistory = true
	return send(c, http.StatusOK, f, templates.HistoryRegion(p))
}

func (h *Handlers) exports(path func(format string) string) []templates.Choice {
	return []templates.Choice{{Name: "CSV", Path: path(csvFormat)}, {Name: "JSON", Path: path(jsonFormat)}}
}

// historyRow puts a meeting that has ended into words.
func (w words) historyRow(o timeline.Occurrence) templates.HistoryRow {
	r := templates.HistoryRow{Text: w.text, ID: "o-" + strconv.FormatInt(o.ID, 10), Title: o.Title, Path: w.paths.Occurrence(o.ID, timeline.AnyTopic, 0),
		Owner: o.Owner, People: strconv.Itoa(o.People)}
	if o.Title != string(o.ConfID) {
		r.ConfID = string(o.ConfID)
	}
	if r.Owner == "" {
		r.Owner = w.text.History.NoOwner
	}
	r.Began, r.Ended = w.ends(o)
	r.Lasted = w.lasted(o)
	r.Recorded, r.Recording = w.recorded(o.Recording)
	r.Concerns = w.tallies(o.Concerns)
	return r
}

// ends are when it began and ended, as far as was seen.
func (w words) ends(o timeline.Occurrence) (began, ended templates.Told) {
	x := &w.text.History
	began.Time = w.instant(o.Began, "clock")
	if o.Before {
		began.Note = x.BeganBefore
	}
	end, seen := o.End()
	ended.Time = w.instant(end, "clock")
	if !seen {
		ended.Note = x.EndUnseen
	}
	return began, ended
}

func (w words) lasted(o timeline.Occurrence) string {
	length, exact := o.Length()
	said := w.text.Timeline.Duration(length)
	if !exact {
		said = w.text.History.AtLeast(said)
	}
	return said
}

// recorded says for how long it was recorded, and what is missing of it.
func (w words) recorded(r timeline.Recording) (said []templates.Piece, any bool) {
	var length time.Duration
	gaps, unseen := 0, false
	for _, s := range r.Stretches {
		switch {
		case s.State == timeline.Gap:
			gaps++
		case s.State == timeline.Unseen:
			unseen = true
		case !s.To.IsZero():
			length += s.To.Sub(s.From)
		}
	}
	x := &w.text.History
	if length > 0 {
		said = append(said, templates.Piece{Class: "new", Text: w.text.Timeline.Duration(length)})
	}
	var missing []string
	if gaps > 0 {
		missing = append(missing, x.Gaps(gaps))
	}
	if unseen {
		missing = append(missing, x.PartUnseen)
	}
	if r.Earlier && length == 0 {
		missing = append(missing, w.text.Timeline.Earlier)
	}
	if len(missing) > 0 {
		said = append(said, templates.Piece{Class: "old", Text: strings.Join(missing, w.text.ListComma)})
	}
	if len(said) == 0 {
		return []templates.Piece{{Text: x.NotRecorded}}, false
	}
	return said, true
}

// tallies names what needed a person, and how often.
func (w words) tallies(all []timeline.Tally) (said []string) {
	for _, t := range all {
		e := timeline.Entry{Rule: t.Rule, Field: t.Field, Profile: t.Profile, New: t.Want}
		said = append(said, w.text.History.Times(w.entryConcern(&e), t.Times))
	}
	return said
}

// occurrenceOf is the occurrence that a path names.
func (h *Handlers) occurrenceOf(c echo.Context) (timeline.Occurrence, error) {
	id, err := strconv.ParseInt(c.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return timeline.Occurrence{}, echo.NewHTTPError(http.StatusNotFound)
	}
	o, found, err := h.Archive.Occurrence(c.Request().Context(), id)
	if err != nil {
		return o, fmt.Errorf("read an ended meeting: %w", err)
	}
	if !found {
		return o, echo.NewHTTPError(http.StatusNotFound)
	}
	return o, nil
}

// pastOccurrence is the page of one meeting that has ended. What is past does not change, so it has no stream.
func (h *Handlers) pastOccurrence(c echo.Context) error {
	o, err := h.occurrenceOf(c)
	if err != nil {
		return err
	}
	before, err := strconv.ParseUint(c.QueryParam(beforeParam), 10, 63)
	if err != nil && c.QueryParam(beforeParam) != "" {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	show := topicOf(c)
	rows, older, err := h.storedRows(c.Request().Context(), o.ID, show, before)
	if err != nil {
		return err
	}
	t := h.language(c)
	w := h.words(t.Lang)
	p := templates.PastMeeting{Text: t, Back: h.Paths.History(nil), Concerns: w.tallies(o.Concerns), About: w.aboutPast(o), Timeline: w.storedTimeline(o, show, before, rows, older)}
	p.None = len(rows) == 0 && show == timeline.AnyTopic && before == 0
	if o.Ended.IsZero() && o.Left.IsZero() && h.Board.Get(o.ConfID) != nil {
		p.GoesOn = h.Paths.Meeting(o.ConfID)
	}
	if visitor(c).Admin && !p.None {
		p.Exports = h.exports(func(format string) string { return h.Paths.OccurrenceExport(o.ID, format) })
	}
	f := h.frame(c, t, w.tab(o.Title+" · "+t.History.Title+" · "+t.Product, false))
	return send(c, http.StatusOK, f, templates.PastMeetingRegion(p))
}

// storedRows reads entries, the newest first, until they fill a page.
func (h *Handlers) storedRows(ctx context.Context, id int64, show timeline.Topic, before uint64) (rows []timeline.Row, older bool, err error) {
	var entries []timeline.Entry // oldest first
	for from := before; ; from = entries[0].Seq {
		more, err := h.Archive.Before(ctx, id, from, historyBatch)
		if err != nil {
			return nil, false, fmt.Errorf("read a timeline: %w", err)
		}
		all := make([]timeline.Entry, 0, len(more)+len(entries))
		for i := len(more) - 1; i >= 0; i-- {
			all = append(all, more[i])
		}
		entries = append(all, entries...)
		rows, older = timeline.Fold(entries, show, before, timelineRows)
		switch {
		case older, len(more) == 0:
			return rows, older, nil
		case len(entries) >= historyMost:
			return rows, len(rows) > 0, nil
		}
	}
}

func (w words) storedTimeline(o timeline.Occurrence, show timeline.Topic, before uint64, rows []timeline.Row, older bool) templates.Timeline {
	links := timelineLinks{
		show:  func(topic timeline.Topic) string { return w.paths.Occurrence(o.ID, topic, 0) },
		older: func(topic timeline.Topic, before uint64) string { return w.paths.Occurrence(o.ID, topic, before) },
	}
	t := w.emptyTimeline(links, show)
	t.Recording, t.Ends = w.stretches(o.Recording), w.movedEnds(o.Moves)
	for _, r := range rows {
		t.Rows = append(t.Rows, w.timelineRow(links, r))
	}
	if older {
		t.Older.Older = links.older(show, rows[len(rows)-1].ID())
	}
	if before > 0 {
		t.Older.Newest = links.show(show)
	}
	return t
}

// aboutPast is the head of the page of a meeting that has ended.
func (w words) aboutPast(o timeline.Occurrence) templates.About {
	x := &w.text.History
	a := templates.About{ID: "about", Title: o.Title}
	add := func(name, text string) { a.Facts = append(a.Facts, templates.Fact{Name: name, Text: text}) }
	at := func(name string, t templates.Told) {
		if t.Note != "" {
			name += " (" + t.Note + ")"
		}
		a.Facts = append(a.Facts, templates.Fact{Name: name, Time: t.Time})
	}
	add(w.text.ConfID, string(o.ConfID))
	if o.Owner != "" {
		add(x.Owner, o.Owner)
	}
	if o.Began.IsZero() {
		return a
	}
	began, ended := w.ends(o)
	at(x.Began, began)
	if !o.Ended.IsZero() || !o.Left.IsZero() {
		at(x.Ended, ended)
	}
	add(x.Lasted, w.lasted(o))
	add(x.People, strconv.Itoa(o.People))
	return a
}

// History is the path of the page of ended meetings, with these parameters.
func (p Paths) History(v url.Values) string { return p.join("/history", v, "") }

// HistoryExport is the path of a file with all of them.
func (p Paths) HistoryExport(format string, v url.Values) string {
	return p.join("/history/export/"+format, v, "")
}

// Earlier is the path of the page of the ended meetings with an ID.
func (p Paths) Earlier(id conference.ConfID) string {
	return p.History(url.Values{"q": {string(id)}})
}

// Occurrence is the path of the page of one of them: what happened before an entry, 0: of the newest.
func (p Paths) Occurrence(id int64, show timeline.Topic, before uint64) string {
	q := url.Values{}
	if before > 0 {
		q.Set(beforeParam, strconv.FormatUint(before, 10))
	}
	return p.timelineQuery("/history/"+strconv.FormatInt(id, 10), show, q)
}

// OccurrenceExport is the path of a file with its timeline.
func (p Paths) OccurrenceExport(id int64, format string) string {
	return p.join("/history/"+strconv.FormatInt(id, 10)+"/export/"+format, nil, "")
}
