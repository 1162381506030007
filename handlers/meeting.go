package handlers

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// confIDOf is the meeting that a path names.
func confIDOf(c echo.Context) (conference.ConfID, error) {
	id := conference.ConfID(c.Param("confID"))
	if !id.Valid() {
		return "", echo.NewHTTPError(http.StatusNotFound)
	}
	return id, nil
}

func (h *Handlers) meeting(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	t := h.language(c)
	stream := h.Paths.MeetingStream(id, t.Lang)
	s := h.Board.Get(id)
	if s == nil { // the page comes alive when the meeting appears
		p := h.frame(c, t, h.words(t.Lang).tab(t.AbsentTitle, false))
		p.Stream, p.StreamID = stream, "stream-meeting"
		return send(c, http.StatusNotFound, p, templates.ProblemRegion(absent(t, h.Paths)))
	}
	m := h.words(t.Lang).meeting(s)
	p := h.frame(c, t, m.Tab)
	p.Stream, p.StreamID = stream, "stream-meeting"
	return send(c, http.StatusOK, p, templates.MeetingRegion(m))
}

func (h *Handlers) meetingStream(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	lang := h.streamLanguage(c)
	if h.Board.Get(id) != nil {
		return h.serveStream(c, &meetingView{words: h.words(lang), board: h.Board, id: id}, live.ServeOptions{})
	}
	// All unknown meetings share one topic. Its viewers are let go when their meeting appears, and come back to the meeting's own.
	return h.serveStream(c, &absentView{words: h.words(lang)}, live.ServeOptions{
		EndWhen: func(ch conference.Change) bool { return ch.ConfID == id && ch.After != nil },
		Moved:   func() bool { return h.Board.Get(id) != nil },
	})
}

func absent(t *text.Catalogue, paths Paths) templates.Problem {
	return templates.Problem{Text: t, Code: "404", Title: t.AbsentTitle, Help: t.AbsentHelp, Root: paths.Overview("")}
}

// absentView is the view of every page whose meeting is not on the board.
type absentView struct{ words }

// Key implements live.View.
func (v *absentView) Key() string { return "absent?lang=" + string(v.text.Lang) }

// Touched implements live.View.
func (v *absentView) Touched(conference.Change) []live.Touch { return nil }

// Render implements live.View.
func (v *absentView) Render(context.Context, []string) ([]byte, error) { return nil, nil }

// Region implements live.View.
func (v *absentView) Region(ctx context.Context) ([]byte, error) {
	return draw(ctx, templates.SwapRegion(v.tab(v.text.AbsentTitle, false)), templates.ProblemRegion(absent(v.text, v.paths)))
}

// meetingView is the view of one meeting's page.
type meetingView struct {
	words
	board Board
	id    conference.ConfID
	// drawn is the layout that every viewer has, zero when that is not known; only the topic's own goroutine uses it.
	drawn   templates.Layout
	started bool
}

// Key implements live.View.
func (v *meetingView) Key() string { return "meeting/" + string(v.id) + "?lang=" + string(v.text.Lang) }

// About tells the hub that changes of other meetings do not touch this view.
func (v *meetingView) About() (conference.ConfID, bool) { return v.id, true }

// The components of a meeting's page: these, a listed field's wire name behind "field/", and an unlisted one's behind "other/".
const (
	partHead     = "head"
	partTitle    = "title"
	partLayout   = "layout"
	partEnvelope = "envelope"
	partIntake   = "intake"
	partOther    = "other"
	partField    = "field/"
	partOtherRow = "other/"
)

// Touched implements live.View.
func (v *meetingView) Touched(c conference.Change) []live.Touch {
	if c.ConfID != v.id {
		return nil
	}
	if c.Has(conference.PartBoard, conference.PartName) {
		return []live.Touch{{Component: live.WholeRegion}}
	}
	var touched []string
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			touched = append(touched, partField+f.Field.WireName())
			switch f.Field {
			case conference.MultiPic, conference.PicNum, conference.StatusMode:
				touched = append(touched, partLayout)
			case conference.MeetingState:
				touched = append(touched, partHead)
			}
		case conference.PartUnlisted:
			if f.Old.Presence == f.New.Presence {
				touched = append(touched, partOtherRow+f.Name)
			} else {
				touched = append(touched, partOther)
			}
		case conference.PartLayoutDated:
			touched = append(touched, partLayout)
		case conference.PartLink, conference.PartClock, conference.PartOccurrence:
			touched = append(touched, partHead, partTitle)
		case conference.PartPartial, conference.PartEcho:
			touched = append(touched, partHead)
		case conference.PartEnvelope:
			touched = append(touched, partEnvelope)
			if !c.Before.LastChange.Equal(c.After.LastChange) {
				touched = append(touched, partHead)
			}
			if (c.Before.StatusIntake.Last.Type == "") != (c.After.StatusIntake.Last.Type == "") {
				touched = append(touched, partLayout)
			}
		case conference.PartCounts:
			touched = append(touched, partIntake)
		}
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	touches := make([]live.Touch, len(touched))
	for i, component := range touched {
		touches[i] = live.Touch{Component: component}
	}
	return touches
}

// Render implements live.View.
func (v *meetingView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	s := v.board.Get(v.id)
	if s == nil {
		return nil, nil // the whole region follows
	}
	for _, component := range components {
		v.part(&m, s, component)
	}
	if m.err != nil {
		v.drawn = templates.Layout{} // it has not been sent
	}
	return m.bytes()
}

// Forget implements live.Rememberer.
func (v *meetingView) Forget() { v.drawn, v.started = templates.Layout{}, false }

func (v *meetingView) part(m *message, s *conference.State, component string) {
	switch component {
	case partHead:
		h := v.head(s)
		m.swap(h.ID, templates.HeadView(h))
	case partTitle:
		m.add(templates.SwapTab(v.pageTab(s)))
	case partLayout:
		v.changedLayout(m, s)
	case partEnvelope:
		e := v.envelope(s)
		m.swap(e.ID, templates.EnvelopeView(e))
	case partIntake:
		in := v.intake(s)
		m.swap(in.ID, templates.IntakeView(in))
	case partOther:
		o := v.other(s)
		m.swap(o.ID, templates.OtherView(o))
	default:
		if name, ok := strings.CutPrefix(component, partField); ok {
			if f, listed := conference.FieldByWireName(name); listed {
				b := v.badge(fieldID(f), s, f)
				m.swap(b.ID, templates.BadgeView(b))
			}
		} else if name, ok := strings.CutPrefix(component, partOtherRow); ok {
			if _, reported := s.Status.Unlisted[name]; reported {
				r := otherRow(s, name)
				m.swap(r.ID, templates.OtherRowView(r))
			}
		}
	}
}

// changedLayout sends the screens that differ from what the viewers have, or the whole layout when its frame does.
func (v *meetingView) changedLayout(m *message, s *conference.State) {
	was, is := v.drawn, v.layout(s)
	v.drawn = is
	if !sameGrid(was, is) {
		m.swap(is.ID, templates.LayoutView(is))
		return
	}
	for i, screen := range is.Screens {
		if !sameScreen(was.Screens[i], screen) {
			m.swap(screen.ID, templates.ScreenView(screen))
		}
	}
}

// Region implements live.View.
func (v *meetingView) Region(ctx context.Context) ([]byte, error) {
	s := v.board.Get(v.id)
	if s == nil {
		v.drawn = templates.Layout{}
		return draw(ctx, templates.SwapRegion(v.tab(v.text.AbsentTitle, false)), templates.ProblemRegion(absent(v.text, v.paths)))
	}
	m := v.meeting(s)
	if !v.started {
		v.started, v.drawn = true, m.Layout
	} else if !sameLayout(v.drawn, m.Layout) {
		v.drawn = templates.Layout{} // this viewer is ahead of the others: the next change sends everybody the whole layout
	}
	return draw(ctx, templates.SwapRegion(m.Tab), templates.MeetingRegion(m))
}

// groups are the listed fields by what they are about. Every field is in one of them.
func (w words) groups() []struct {
	id, title string
	fields    []conference.Field
} {
	return []struct {
		id, title string
		fields    []conference.Field
	}{
		{"g-meeting", w.text.GroupMeeting, []conference.Field{conference.MeetingState, conference.StatusMode, conference.Lock, conference.EndTime}},
		{"g-sound", w.text.GroupSound, []conference.Field{conference.Mute, conference.CanUnmute, conference.VoiceActivation, conference.ForbiddenChat, conference.ConfIMGroupID}},
		{"g-recording", w.text.GroupRecording, []conference.Field{conference.RecState, conference.RecOccurred, conference.RealTimeSubtitle}},
		{"g-picture", w.text.GroupPicture, []conference.Field{conference.PicNum, conference.MultiPic, conference.LockSharing, conference.ChairView, conference.PartViewNum, conference.MaxPartViewNum}},
	}
}

func fieldID(f conference.Field) string { return "f-" + f.WireName() }

// meeting makes the props of a meeting's page.
func (w words) meeting(s *conference.State) templates.Meeting {
	m := templates.Meeting{
		Text: w.text, Tab: w.pageTab(s), Title: title(s), ConfID: string(s.ConfID), GroupName: s.Group,
		Head: w.head(s), Layout: w.layout(s), Envelope: w.envelope(s), Intake: w.intake(s), Other: w.other(s),
	}
	for _, g := range w.groups() {
		group := templates.Group{ID: g.id, Title: g.title}
		for _, f := range g.fields {
			group.Badges = append(group.Badges, w.badge(fieldID(f), s, f))
		}
		m.Groups = append(m.Groups, group)
	}
	return m
}

func (w words) pageTab(s *conference.State) templates.Tab {
	severity := rules.Judge(s)
	return w.tab(fmt.Sprintf("%s · %s · %s", w.text.Severity[severity], title(s), w.text.Product), severity.Problem())
}

func (w words) head(s *conference.State) templates.Head {
	h := templates.Head{
		Text: w.text, ID: "head", Severity: rules.Judge(s).String(), Mark: w.mark("mark", s),
		Help: w.text.LinkHelp[s.Link.State], Link: w.text.Link[s.Link.State],
		LinkSince: w.instant(s.Link.Since, "clock"), Echo: w.instant(s.Link.LastEcho, "ago"), LastChange: w.instant(s.LastChange, "ago"),
	}
	if s.Link.State != conference.Live && s.Link.State != conference.Over {
		h.Reason = w.text.Reason[s.Link.Reason]
	}
	switch {
	case s.Overrun:
		h.Notes = append(h.Notes, w.text.OverrunNote)
	case s.EndingSoon:
		h.Notes = append(h.Notes, w.text.EndingSoonNote)
	}
	if s.Partial() {
		h.Notes = append(h.Notes, w.text.Partial)
	}
	if s.Occurrence > 1 {
		h.Occurrence = strconv.Itoa(s.Occurrence)
	}
	return h
}

func (w words) envelope(s *conference.State) templates.Envelope {
	last := s.StatusIntake.Last
	e := templates.Envelope{Text: w.text, ID: "envelope", Known: last.Type != "", Type: string(last.Type), Version: strconv.FormatInt(last.RawVersion(), 10),
		MsgID: last.MsgID, CreateTime: w.instant(last.CreateTime, "clock"), Mode: w.text.Full, VersionLabel: w.text.Version}
	if last.Mode == conference.Incremental {
		e.Mode, e.VersionLabel = w.text.Incremental, w.text.Sequence
	}
	return e
}

func (w words) intake(s *conference.State) templates.Intake {
	n := &s.Counts
	in := templates.Intake{Text: w.text, ID: "intake", Rows: []templates.CountRow{{Name: w.text.Applied, Count: strconv.FormatUint(n.Applied, 10)}}}
	for _, fate := range conference.DropFates() {
		if n.Dropped[fate] > 0 {
			in.Rows = append(in.Rows, templates.CountRow{Name: w.text.Dropped[fate], Count: strconv.FormatUint(n.Dropped[fate], 10)})
		}
	}
	in.Rows = append(in.Rows, templates.CountRow{Name: w.text.Refused, Count: strconv.FormatUint(n.Refused, 10)})
	in.Rows = append(in.Rows, namedCounts(w.text.Passed, n.Passed)...)
	in.Rows = append(in.Rows, namedCounts(w.text.Withheld, n.Withheld)...)
	if last := n.LastRefusal; last.Kind != "" {
		in.Refusal, in.At = w.text.Refusal[last.Kind], w.instant(last.At, "clock")
		if last.Field != "" {
			in.Refusal = w.text.Pair(in.Refusal, last.Field)
		}
	}
	return in
}

// namedCounts is one row for counters that have names, none if there are no such counters.
func namedCounts(name string, counts map[string]uint64) []templates.CountRow {
	if len(counts) == 0 {
		return nil
	}
	var total uint64
	details := make([]string, 0, len(counts))
	for n, count := range counts {
		total += count
		details = append(details, fmt.Sprintf("%s %d", n, count))
	}
	slices.Sort(details)
	return []templates.CountRow{{Name: name, Count: strconv.FormatUint(total, 10), Detail: strings.Join(details, ", ")}}
}

func (w words) other(s *conference.State) templates.Other {
	o := templates.Other{Text: w.text, ID: "other"}
	for _, name := range s.Status.UnlistedNames() {
		o.Rows = append(o.Rows, otherRow(s, name))
	}
	return o
}

// otherRow draws an unlisted field. Its wire name can be anything, so its DOM id is made of a hash.
func otherRow(s *conference.State, name string) templates.OtherRow {
	h := fnv.New64a()
	h.Write([]byte(name))
	return templates.OtherRow{ID: fmt.Sprintf("o-%x", h.Sum64()), Name: name, Value: s.Status.Unlisted[name]}
}
