package handlers

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

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
		Text: w.text, Tab: w.pageTab(s), About: w.about(s), Head: w.head(s), Concerns: w.concerns(s), Sentence: w.sentence(s), Layout: w.layout(s), Speaking: w.speaking(s),
		People: w.people(s), Waiting: w.waiting(s), Focus: w.focus(s), Envelope: w.envelope(s), Intake: w.intake(s), Other: w.other(s),
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
	add(w.text.Owner, ownerOf(s))
	at(w.text.Scheduled, scheduledStart(s), "clock")
	if s.Status.Value(conference.EndTime).Presence == conference.NotReported { // otherwise its badge tells
		at(w.text.PlannedEnd, s.Booking.End, "clock")
	}
	at(w.text.Started, s.Basic.StartTime, "clock")
	if isLive(s) && !w.past {
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

// focus says how many participants are being focused on, and how many can be.
func (w words) focus(s *conference.State) templates.Line {
	out := templates.Line{ID: "focus", Icon: "focus"}
	n, known := s.Status.Int(conference.PartViewNum)
	if most, limited := s.Status.Int(conference.MaxPartViewNum); known && limited {
		out.Text = w.text.Pair(w.text.Fields[conference.PartViewNum].Name, w.text.FocusedOf(n, most))
	}
	return out
}

// waiting draws who waits to be let in.
func (w words) waiting(s *conference.State) templates.People {
	out := templates.People{Text: w.text, ID: "waiting"}
	if n := s.Waiting(); n > 0 && w.waitingRoom {
		out.Known, out.Title = true, w.text.WaitingRoom(n)
		for _, p := range s.WaitingRoom {
			row := w.person(p)
			row.ID = hashed("w", p.PID)
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

func (w words) pageTab(s *conference.State) templates.Tab {
	severity := rules.Judge(s)
	return w.tab(fmt.Sprintf("%s · %s · %s", w.text.Severity[severity], s.Title(), w.text.Product), severity.Problem())
}

func (w words) head(s *conference.State) templates.Head {
	mark := w.timedMark("mark", s)
	mark.Told = true
	h := templates.Head{
		Text: w.text, ID: "head", Severity: rules.Judge(s).String(), Mark: mark,
		Help: w.text.LinkHelp[s.Link.State], Link: w.text.Link[s.Link.State],
		LinkSince: w.instant(s.Link.Since, "clock"), Echo: w.headEcho(s), LastChange: w.headChanged(s),
	}
	if s.Link.State != conference.Live && s.Link.State != conference.Over {
		h.Reason, h.Next = w.reason(s), w.nextTry(s)
		if !w.closed {
			h.Feed = w.paths.FeedMeeting(s.ConfID)
		}
	}
	h.End = w.headEnd(s)
	if s.Partial() {
		h.Notes = append(h.Notes, w.text.Partial)
	}
	if s.Occurrence > 1 {
		h.Occurrence = strconv.Itoa(s.Occurrence)
	}
	return h
}

// headEcho and headChanged are the instants of a head that change by themselves.
func (w words) headEcho(s *conference.State) templates.Moment {
	return templates.Moment{ID: "echo", Instant: w.instant(s.Link.LastEcho, "ago")}
}

func (w words) headChanged(s *conference.State) templates.Moment {
	return templates.Moment{ID: "changed", Instant: w.instant(s.LastChange, "ago")}
}

// headEnd says how long until the planned end, or since. The board says which of the two; the browser ticks.
func (w words) headEnd(s *conference.State) templates.HeadEnd {
	end, _ := s.Status.Value(conference.EndTime).Time()
	switch {
	case s.Overrun:
		return templates.HeadEnd{Text: w.text.Timeline.Over, Time: w.instant(end, "since")}
	case s.EndingSoon:
		return templates.HeadEnd{Text: w.text.Timeline.EndsIn, Time: w.instant(end, "in")}
	}
	return templates.HeadEnd{}
}

func (w words) envelope(s *conference.State) templates.Envelope {
	last := s.LastOfAny()
	e := templates.Envelope{Text: w.text, ID: "envelope", Known: last.Type != "", Type: string(last.Type),
		Version:    templates.Word{ID: "envelope-version", Text: strconv.FormatInt(last.RawVersion(), 10)},
		MsgID:      templates.Word{ID: "envelope-msgid", Text: last.MsgID},
		CreateTime: templates.Moment{ID: "envelope-time", Instant: w.instant(last.CreateTime, "clock")}, Mode: w.text.Full, VersionLabel: w.text.Version}
	if last.Mode == conference.Incremental {
		e.Mode, e.VersionLabel = w.text.Incremental, w.text.Sequence
	}
	return e
}

func (w words) intake(s *conference.State) templates.Intake {
	n := &s.Counts
	in := templates.Intake{Text: w.text, ID: "intake", Applied: applied(s)}
	for _, fate := range conference.DropFates() {
		if n.Dropped[fate] > 0 {
			in.Rows = append(in.Rows, templates.CountRow{Name: w.text.Dropped[fate], Count: strconv.FormatUint(n.Dropped[fate], 10)})
		}
	}
	in.Rows = append(in.Rows, templates.CountRow{Name: w.text.Refused, Count: strconv.FormatUint(n.Refused, 10)})
	in.Rows = append(in.Rows, namedCounts(w.text.Passed, w.text.ListComma, n.Passed)...)
	in.Rows = append(in.Rows, namedCounts(w.text.Withheld, w.text.ListComma, n.Withheld)...)
	if n.GridsSetAside > 0 {
		in.Rows = append(in.Rows, templates.CountRow{Name: w.text.GridsSetAside, Count: strconv.FormatUint(uint64(n.GridsSetAside), 10)})
	}
	if last := n.LastRefusal; last.Kind != "" {
		in.Refusal, in.At = w.text.Refusal[last.Kind], w.instant(last.At, "clock")
		if last.Field != "" {
			in.Refusal = w.text.Pair(in.Refusal, last.Field)
		}
	}
	return in
}

// applied is how many frames were.
func applied(s *conference.State) templates.Word {
	return templates.Word{ID: "applied", Text: strconv.FormatUint(s.Counts.Applied, 10)}
}

// onlyApplied reports whether what is shown of two counts differs in nothing else.
func onlyApplied(a, b *conference.Counts) bool {
	return a.Dropped == b.Dropped && a.Refused == b.Refused && a.LastRefusal == b.LastRefusal && a.GridsSetAside == b.GridsSetAside &&
		maps.Equal(a.Passed, b.Passed) && maps.Equal(a.Withheld, b.Withheld)
}

// namedCounts is one row for counters that have names, none if there are no such counters.
func namedCounts(name, comma string, counts map[string]uint64) []templates.CountRow {
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
	return []templates.CountRow{{Name: name, Count: strconv.FormatUint(total, 10), Detail: strings.Join(details, comma)}}
}

func (w words) other(s *conference.State) templates.Other {
	o := templates.Other{Text: w.text, ID: "other"}
	for _, name := range s.Status.UnlistedNames() {
		o.Rows = append(o.Rows, otherRow(s, name))
	}
	for _, of := range others(s) {
		for _, name := range slices.Sorted(maps.Keys(of.unlisted)) {
			full := of.where + "." + name
			o.Rows = append(o.Rows, templates.OtherRow{ID: hashed("o", full), Name: full, Value: of.unlisted[name]})
		}
	}
	return o
}

// placed are the unlisted fields of a part of a message.
type placed struct {
	where    string
	unlisted map[string]string
}

// others are the unlisted fields beside those of the status itself, by where they stood.
func others(s *conference.State) []placed {
	var all []placed
	if l := s.Status.Layout(); l != nil {
		all = append(all, placed{"multiPic", l.Unlisted})
		for _, screen := range l.Screens {
			all = append(all, placed{"multiPic.picInfos." + strconv.FormatInt(screen.Index.Int, 10), screen.Unlisted})
		}
	}
	all = append(all, placed{string(conference.BasicType), s.Basic.Unlisted})
	if s.Custom != nil {
		all = append(all, placed{string(conference.CustomLayoutType), s.Custom.Unlisted})
	}
	return slices.DeleteFunc(all, func(p placed) bool { return len(p.unlisted) == 0 })
}

func sameOthers(a, b *conference.State) bool {
	return slices.EqualFunc(others(a), others(b), func(x, y placed) bool { return x.where == y.where && maps.Equal(x.unlisted, y.unlisted) })
}

// otherRow draws an unlisted field. Its wire name can be anything, so its DOM id is made of a hash.
func otherRow(s *conference.State, name string) templates.OtherRow {
	return templates.OtherRow{ID: hashed("o", name), Name: name, Value: s.Status.Unlisted[name]}
}
