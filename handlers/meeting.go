package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
	partTab      = "tab"
	partAbout    = "about"
	partSentence = "sentence"
	partSpeaking = "speaking"
	partPeople   = "people"
	partWaiting  = "waiting"
	partLayout   = "layout"
	partEnvelope = "envelope"
	partIntake   = "intake"
	partOther    = "other"
	partField    = "field/"
	partOtherRow = "other/"
	partPerson   = "person/"
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
			}
		case conference.PartUnlisted:
			if f.Old.Presence == f.New.Presence {
				touch(partOtherRow + f.Name)
			} else {
				touch(partOther)
			}
		case conference.PartName, conference.PartBasic:
			touch(partAbout, partTab)
		case conference.PartParticipants:
			touch(partLayout)
			if f.Name != "" && f.Old.Presence == f.New.Presence && !reranked(c, f.Name) {
				touch(partPerson + f.Name)
			} else {
				listed = true
			}
		case conference.PartSpeakers:
			touch(partSpeaking, partLayout)
		case conference.PartWaiting:
			touch(partWaiting)
		case conference.PartLayoutDated, conference.PartCustomLayout:
			touch(partLayout)
		case conference.PartOccurrence:
			touch(partHead, partTab, partAbout)
		case conference.PartLink, conference.PartClock:
			touch(partHead, partTab)
		case conference.PartPartial, conference.PartEcho:
			touch(partHead)
		case conference.PartEnvelope:
			touch(partEnvelope)
			if !c.Before.LastChange.Equal(c.After.LastChange) {
				touch(partHead)
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
			touch(partIntake)
		}
	}
	if v.sentence(c.Before) != v.sentence(c.After) { // it tells of many parts, and most changes leave it as it is
		touch(partSentence)
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
	return touches
}

// reranked reports whether a change moves a participant within the list.
func reranked(c conference.Change, pid string) bool {
	of := func(s *conference.State) int {
		for _, p := range s.Participants {
			if p.PID == pid {
				return rank(p)
			}
		}
		return -1
	}
	return of(c.Before) != of(c.After)
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
		m.swap(sp.ID, templates.SpeakingView(sp))
	case partPeople:
		p := v.people(s)
		m.swap(p.ID, templates.PeopleView(p))
	case partWaiting:
		p := v.waiting(s)
		m.swap(p.ID, templates.WaitingView(p))
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
		Text: w.text, Tab: w.pageTab(s), About: w.about(s), Head: w.head(s), Sentence: w.sentence(s), Layout: w.layout(s), Speaking: w.speaking(s),
		People: w.people(s), Waiting: w.waiting(s), Envelope: w.envelope(s), Intake: w.intake(s), Other: w.other(s),
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

// about makes the props of the page's top.
func (w words) about(s *conference.State) templates.About {
	a := templates.About{ID: "about", Title: s.Title()}
	add := func(name, said string) {
		if said != "" {
			a.Facts = append(a.Facts, templates.Fact{Name: name, Text: said})
		}
	}
	at := func(name string, t time.Time, show string) {
		if !t.IsZero() {
			a.Facts = append(a.Facts, templates.Fact{Name: name, Time: w.instant(t, show)})
		}
	}
	add(w.text.ConfID, string(s.ConfID))
	add(w.text.Group, s.Group)
	if s.Name != "" && s.Basic.Title != s.Name {
		add(w.text.CloudTitle, s.Basic.Title)
	}
	add(w.text.Owner, s.Basic.Owner)
	at(w.text.Scheduled, s.Basic.ScheduledStart, "clock")
	at(w.text.Started, s.Basic.StartTime, "clock")
	if !s.Ended() {
		at(w.text.Running, s.Basic.StartTime, "since")
	}
	add(w.text.RecordingTypeName, w.listed(w.text.RecordingType, s.Basic.RecType))
	add(w.text.MediaTypeName, w.listed(w.text.MediaType, s.Basic.Media))
	return a
}

// listed is the word for a number of a list, the number marked unknown if it is not on it, empty if none is known.
func (w words) listed(list map[string]string, v conference.Value) string {
	if v.Presence != conference.Known {
		return ""
	}
	number := strconv.FormatInt(v.Int, 10)
	if word, ok := list[number]; ok {
		return word
	}
	return w.text.Unknown(number)
}

// sentence says the state in plain words.
func (w words) sentence(s *conference.State) templates.Sentence {
	is := func(f conference.Field, value int64) bool {
		n, known := s.Status.Int(f)
		return known && n == value
	}
	f := text.Facts{
		Ended: s.Ended(), Scheduled: !s.Ended() && s.Status.Text(conference.MeetingState) == conference.StateSchedule,
		Mode: s.Status.Text(conference.StatusMode),
	}
	if !f.Ended && s.StatusIntake.Last.Type != "" {
		captions, known := s.Status.Int(conference.RealTimeSubtitle)
		f.Locked, f.Unlocked = is(conference.Lock, 1), is(conference.Lock, 0)
		f.Muted, f.MayUnmute, f.MayNotUnmute = is(conference.Mute, 1), is(conference.CanUnmute, 1), is(conference.CanUnmute, 0)
		f.Recording, f.NotRecording, f.RecordedBefore = is(conference.RecState, 1), is(conference.RecState, 0), is(conference.RecOccurred, 1)
		f.SharingLocked, f.ChatOff, f.Captions = is(conference.LockSharing, 1), is(conference.ForbiddenChat, 1), known && captions != 0
		f.Screens, _ = s.Status.Int(conference.PicNum)
		if l := s.Status.Layout(); l != nil && l.PicNum.Presence == conference.Known && !s.LayoutDated {
			f.Screens = l.PicNum.Int
		}
		if who := s.Named(); who != nil {
			f.Named = personName(who)
		}
	} else {
		f.Mode = ""
	}
	return templates.Sentence{ID: "sentence", Text: w.text.Sentence(f)}
}

// waiting says how many people wait to be let in.
func (w words) waiting(s *conference.State) templates.Waiting {
	out := templates.Waiting{ID: "waiting"}
	if n := len(s.WaitingRoom); n > 0 {
		out.Text = w.text.WaitingRoom(n)
	}
	return out
}

func (w words) pageTab(s *conference.State) templates.Tab {
	severity := rules.Judge(s)
	return w.tab(fmt.Sprintf("%s · %s · %s", w.text.Severity[severity], s.Title(), w.text.Product), severity.Problem())
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
	last := s.LastOfAny()
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
	return templates.OtherRow{ID: hashed("o", name), Name: name, Value: s.Status.Unlisted[name]}
}
