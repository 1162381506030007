package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/timeline"
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
	if !visitor(c).Viewer {
		return h.publicMeeting(c, id)
	}
	t := h.language(c)
	show := topicOf(c)
	stream := h.Paths.MeetingStream(id, show, t.Lang)
	rewinds := h.Timeline != nil && c.QueryParam(atParam) != ""
	s := h.Board.Get(id)
	if !rewinds {
		s = h.state(c.Request().Context(), id)
	}
	if s == nil { // the page comes alive when the meeting appears
		p := h.frame(c, t, h.words(t.Lang).tab(t.AbsentTitle, false))
		p.Stream, p.StreamID = stream, "stream-meeting"
		return send(c, http.StatusNotFound, p, templates.ProblemRegion(absent(t, h.Paths)))
	}
	if rewinds {
		return h.past(c, s)
	}
	v := h.meetingView(id, h.wordsFor(c, t.Lang), show)
	m := v.page(s)
	p := h.frame(c, t, m.Tab)
	p.Legend = h.legends.in(v.words)
	p.Stream, p.StreamID = stream, "stream-meeting"
	if h.linkMaker(c) {
		c.Response().Header().Set("Cache-Control", "no-store")
		p.Lead = templates.LinksLeadView(h.linksLead(c, id, t))
	}
	return send(c, http.StatusOK, p, templates.MeetingRegion(m))
}

func (h *Handlers) meetingStream(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	if !visitor(c).Viewer {
		return h.publicStream(c, id)
	}
	w := h.wordsFor(c, h.streamLanguage(c))
	return h.serveMeeting(c, id, w, h.meetingView(id, w, topicOf(c)))
}

func (h *Handlers) meetingView(id conference.ConfID, w words, show timeline.Topic) *meetingView {
	return &meetingView{words: w, board: h.Board, id: id, told: timelineView{history: h.Timeline, show: show}}
}

// serveMeeting serves the view of a page about one meeting, and while the meeting is not on the board, what all unknown ones
// share: viewers of that topic are let go when their meeting appears, and come back to its own.
func (h *Handlers) serveMeeting(c echo.Context, id conference.ConfID, w words, v live.View) error {
	if h.Board.Get(id) != nil {
		return h.serveStream(c, v, live.ServeOptions{})
	}
	return h.serveStream(c, &absentView{words: w}, live.ServeOptions{
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
	// told is what happened.
	told timelineView
}

// Key implements live.View.
func (v *meetingView) Key() string {
	key := "meeting/" + string(v.id) + "?lang=" + string(v.text.Lang)
	if v.told.show != timeline.AnyTopic {
		key += "&show=" + string(v.told.show)
	}
	if !v.waitingRoom {
		key += "&waiting=no"
	}
	if v.noting {
		key += "&role=admin"
	}
	return key
}

// About tells the hub that changes of other meetings do not touch this view.
func (v *meetingView) About() (conference.ConfID, bool) { return v.id, true }

// The components of a meeting's page: these, a listed field's wire name behind "field/", and an unlisted one's behind "other/".
const (
	partHead     = "head"
	partConcerns = "concerns"
	partTab      = "tab"
	partAbout    = "about"
	partSentence = "sentence"
	partSpeaking = "speaking"
	partPeople   = "people"
	partWaiting  = "waiting"
	partFocus    = "focus"
	partLayout   = "layout"
	partHeadEcho = "echo"
	partChanged  = "changed"
	partEnvelope = "envelope"
	partStamp    = "stamp" // of the envelope, what differs from message to message
	partIntake   = "intake"
	partApplied  = "applied"
	partOther    = "other"
	partField    = "field/"
	partOtherRow = "other/"
	partPerson   = "person/"
	partTimeline = "timeline"
)

// listEvery bounds how often the list of participants is sent as a whole: when many join or leave at once.
const listEvery = time.Second

// Touched implements live.View.
func (v *meetingView) Touched(c conference.Change) []live.Touch {
	if c.ConfID != v.id {
		return nil
	}
	if c.Has(conference.PartBoard) {
		return []live.Touch{{Component: live.WholeRegion}}
	}
	var touched []string
	touch := func(components ...string) { touched = append(touched, components...) }
	listed := false
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			touch(partField + f.Field.WireName())
			switch f.Field {
			case conference.MultiPic, conference.PicNum, conference.StatusMode:
				touch(partLayout)
			case conference.MeetingState:
				touch(partHead)
			case conference.PartViewNum, conference.MaxPartViewNum:
				touch(partFocus)
			case conference.EndTime:
				touch(partHead) // it may tell how long until then
				if (f.Old.Presence == conference.NotReported) != (f.New.Presence == conference.NotReported) {
					touch(partAbout) // which tells the booked end only while the cloud has told nothing of it
				}
			}
		case conference.PartUnlisted:
			if f.Old.Presence == f.New.Presence {
				touch(partOtherRow + f.Name)
			} else {
				touch(partOther)
			}
		case conference.PartName, conference.PartBasic:
			touch(partAbout, partTab)
			if !scheduledStart(c.Before).Equal(scheduledStart(c.After)) {
				touch(partHead) // the mark tells it
			}
		case conference.PartParticipants:
			touch(partLayout)
			if f.Name != "" && f.Old.Presence == f.New.Presence && !relisted(c, f.Name) {
				touch(partPerson + f.Name)
			} else {
				listed = true
			}
			if len(c.After.Speakers) > 0 {
				touch(partSpeaking) // their names may be known now
			}
		case conference.PartSpeakers:
			touch(partSpeaking, partLayout)
		case conference.PartWaiting:
			if v.waitingRoom {
				touch(partWaiting)
			}
		case conference.PartCustomLayout:
			touch(partLayout)
		case conference.PartLayoutDated:
			touch(partLayout)
		case conference.PartOccurrence:
			touch(partHead, partTab, partAbout)
		case conference.PartLink:
			touch(partHead, partTab, partAbout, partSpeaking, partLayout, partConcerns)
		case conference.PartClock:
			touch(partHead, partTab)
		case conference.PartConcerns, conference.PartSilences:
			touch(partHead, partTab, partConcerns)
		case conference.PartPartial:
			touch(partHead)
		case conference.PartEcho:
			touch(partOf(partHead, partHeadEcho, c.Before.Link.LastEcho))
		case conference.PartConnection:
			if !c.Before.Link.Next.Equal(c.After.Link.Next) {
				touch(partHead)
			}
		case conference.PartEnvelope:
			touch(envelopePart(c.Before.LastOfAny(), c.After.LastOfAny()))
			if !c.Before.LastChange.Equal(c.After.LastChange) {
				touch(partOf(partHead, partChanged, c.Before.LastChange))
			}
			if (c.Before.StatusIntake.Last.Type == "") != (c.After.StatusIntake.Last.Type == "") {
				touch(partLayout)
			}
		case conference.PartIntake:
			touch(partEnvelope)
			if f.Name == string(conference.SpeakersType) {
				touch(partSpeaking) // that nobody speaks is news when nothing was known
			}
		case conference.PartCounts:
			if onlyApplied(&c.Before.Counts, &c.After.Counts) {
				touch(partApplied)
			} else {
				touch(partIntake)
			}
		}
	}
	if anyConcern(c.After) && c.Has(conference.PartStatus, conference.PartParticipants, conference.PartSpeakers, conference.PartCustomLayout) {
		touch(partConcerns) // they name screens and speakers
	}
	if v.sentence(c.Before) != v.sentence(c.After) { // it tells of many parts, and most changes leave it as it is
		touch(partSentence)
	}
	now, later := v.told.touched(c)
	if now {
		touch(partTimeline)
	}
	if c.Has(conference.PartStatus, conference.PartBasic, conference.PartCustomLayout) && !sameOthers(c.Before, c.After) {
		touch(partOther)
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	touches := make([]live.Touch, len(touched))
	for i, component := range touched {
		touches[i] = live.Touch{Component: component}
	}
	if listed {
		touches = append(touches, live.Touch{Component: partPeople, Every: listEvery})
	}
	if later {
		touches = append(touches, live.Touch{Component: partTimeline, Every: doingsEvery})
	}
	return touches
}

// partOf is a part that tells an instant, or the whole while viewers have another element in its place: there was none.
func partOf(whole, part string, was time.Time) string {
	if was.IsZero() {
		return whole
	}
	return part
}

// envelopePart is what differs between the envelopes of two messages.
func envelopePart(was, is conference.Envelope) string {
	if was.Type != is.Type || was.Mode != is.Mode || is.CreateTime.IsZero() {
		return partEnvelope
	}
	return partOf(partEnvelope, partStamp, was.CreateTime)
}

// relisted reports whether a change of a participant shows beyond his own row: it moves him within the list, or he picked up and is now
// one of those who are counted.
func relisted(c conference.Change, pid string) bool {
	of := func(s *conference.State) (place int, calling bool) {
		for _, p := range s.Participants {
			if p.PID == pid {
				return rank(p), p.Calling()
			}
		}
		return -1, false
	}
	was, called := of(c.Before)
	is, calling := of(c.After)
	return was != is || called != calling
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
		v.drawn, v.told.drawn = templates.Layout{}, nil // it has not been sent
	}
	return m.bytes()
}

// Forget implements live.Rememberer.
func (v *meetingView) Forget() { v.drawn, v.told.drawn, v.started = templates.Layout{}, nil, false }

func (v *meetingView) part(m *message, s *conference.State, component string) {
	switch component {
	case partHead:
		h := v.head(s)
		m.swap(h.ID, templates.HeadView(h))
	case partConcerns:
		all := v.concerns(s)
		m.swap(all.ID, templates.ConcernsView(all))
	case partTab:
		m.add(templates.SwapTab(v.pageTab(s)))
	case partAbout:
		a := v.about(s)
		m.swap(a.ID, templates.AboutView(a))
	case partSentence:
		said := v.sentence(s)
		m.swap(said.ID, templates.SentenceView(said))
	case partSpeaking:
		sp := v.speaking(s)
		m.swap(sp.ID, templates.LineView(sp))
	case partPeople:
		p := v.people(s)
		m.swap(p.ID, templates.PeopleView(p))
	case partFocus:
		l := v.focus(s)
		m.swap(l.ID, templates.LineView(l))
	case partWaiting:
		p := v.waiting(s)
		m.swap(p.ID, templates.WaitingView(p))
	case partLayout:
		v.changedLayout(m, s)
	case partEnvelope:
		e := v.envelope(s)
		m.swap(e.ID, templates.EnvelopeView(e))
	case partHeadEcho:
		at := v.headEcho(s)
		m.swap(at.ID, templates.MomentView(at))
	case partChanged:
		at := v.headChanged(s)
		m.swap(at.ID, templates.MomentView(at))
	case partStamp:
		e := v.envelope(s)
		m.swap(e.Version.ID, templates.WordView(e.Version))
		m.swap(e.CreateTime.ID, templates.MomentView(e.CreateTime))
		m.swap(e.MsgID.ID, templates.WordView(e.MsgID))
	case partApplied:
		n := applied(s)
		m.swap(n.ID, templates.WordView(n))
	case partIntake:
		in := v.intake(s)
		m.swap(in.ID, templates.IntakeView(in))
	case partTimeline:
		v.told.send(m, v.words, v.id)
	case partOther:
		o := v.other(s)
		m.swap(o.ID, templates.OtherView(o))
	default:
		if name, ok := strings.CutPrefix(component, partField); ok {
			if f, listed := conference.FieldByWireName(name); listed {
				b := v.badge(fieldID(f), s, f)
				m.swap(b.ID, templates.BadgeView(b))
			}
		} else if pid, ok := strings.CutPrefix(component, partPerson); ok {
			for _, p := range s.Participants {
				if p.PID == pid {
					row := v.person(p)
					m.swap(row.ID, templates.PersonView(row))
				}
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

// page makes the props of the whole page.
func (v *meetingView) page(s *conference.State) templates.Meeting {
	m := v.meeting(s)
	m.Timeline = v.told.region(v.words, v.id)
	return m
}

// Region implements live.View.
func (v *meetingView) Region(ctx context.Context) ([]byte, error) {
	s := v.board.Get(v.id)
	if s == nil {
		v.drawn, v.told.drawn = templates.Layout{}, nil
		return draw(ctx, templates.SwapRegion(v.tab(v.text.AbsentTitle, false)), templates.ProblemRegion(absent(v.text, v.paths)))
	}
	m := v.page(s)
	if !v.started {
		v.started, v.drawn = true, m.Layout
	} else if !sameLayout(v.drawn, m.Layout) {
		v.drawn = templates.Layout{} // this viewer is ahead of the others: the next change sends everybody the whole layout
	}
	return draw(ctx, templates.SwapRegion(m.Tab), templates.MeetingRegion(m))
}
