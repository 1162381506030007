package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// linkView is the view of one meeting for those who are not signed in. It draws redacted states only, so that it cannot show what
// they do not have.
type linkView struct {
	words
	board Board
	id    conference.ConfID
	shows conference.Shows
	names *aliases
}

func (h *Handlers) linkView(id conference.ConfID, shows conference.Shows, lang text.Lang) *linkView {
	return &linkView{words: h.words(lang), board: h.Board, id: id, shows: shows, names: &h.names}
}

// Key implements live.View. Links that show the same share a topic.
func (v *linkView) Key() string {
	return fmt.Sprintf("link/%s?lang=%s&names=%t&people=%t&layout=%t", v.id, v.text.Lang, v.shows.Names, v.shows.People, v.shows.Layout)
}

// About implements live.OfMeeting.
func (v *linkView) About() (conference.ConfID, bool) { return v.id, true }

// state is what may be shown of the meeting, nil when it is not on the board.
func (v *linkView) state() *conference.State {
	s := v.board.Get(v.id)
	if s == nil {
		return nil
	}
	r := s.Redacted(v.shows, v.names.of(s, v.shows.People, v.board), v.text.Share.Participant)
	if r.Name == "" {
		r.Name = v.text.Share.Untitled
	}
	return r
}

// Touched implements live.View. What is not shown touches nothing but the time of the last change.
func (v *linkView) Touched(c conference.Change) []live.Touch {
	if c.ConfID != v.id {
		return nil
	}
	if c.Has(conference.PartBoard) {
		return []live.Touch{{Component: live.WholeRegion}}
	}
	var touched []string
	touch := func(when bool, components ...string) {
		if when {
			touched = append(touched, components...)
		}
	}
	who, listed := v.shows.Names || v.shows.People, false
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			touch(v.has(f.Field), partField+f.Field.WireName())
			touch(f.Field != conference.MultiPic && f.Field != conference.ConfIMGroupID, partSentence)
			touch(f.Field == conference.EndTime || f.Field == conference.MeetingState, partHead)
			touch(v.shows.Layout && slices.Contains([]conference.Field{conference.MultiPic, conference.PicNum, conference.StatusMode}, f.Field), partLayout)
			touch(v.shows.Layout && f.Field == conference.MultiPic, partSentence) // which counts its screens
		case conference.PartName, conference.PartBasic:
			touch(true, partAbout, partTab, partHead) // the mark tells when it is to start
		case conference.PartOccurrence, conference.PartLink:
			touch(true, partHead, partAbout, partTab, partSentence)
			touch(who, partSpeaking)
			touch(v.shows.Layout, partLayout)
		case conference.PartClock, conference.PartConcerns, conference.PartSilences:
			touch(true, partHead, partTab)
		case conference.PartPartial:
			touch(true, partHead)
		case conference.PartEcho:
			touch(true, partOf(partHead, partHeadEcho, c.Before.Link.LastEcho))
		case conference.PartParticipants:
			listed = listed || v.shows.People
			touch(who, partSentence, partSpeaking)
			touch(v.shows.Layout, partLayout)
		case conference.PartSpeakers:
			touch(who, partSpeaking)
			touch(who && v.shows.Layout, partLayout)
		case conference.PartEnvelope: // when the status has changed is told, whatever it was
			touch(!c.Before.LastChange.Equal(c.After.LastChange), partOf(partHead, partChanged, c.Before.LastChange))
			known := (c.Before.StatusIntake.Last.Type == "") != (c.After.StatusIntake.Last.Type == "")
			touch(known, partSentence)
			touch(known && v.shows.Layout, partLayout)
		case conference.PartIntake:
			touch(who && f.Name == string(conference.SpeakersType), partSpeaking) // that nobody speaks is news when nothing was known
		case conference.PartCustomLayout:
			touch(v.shows.Layout, partLayout)
		case conference.PartLayoutDated:
			touch(v.shows.Layout, partLayout, partSentence)
		}
	}
	slices.Sort(touched)
	var touches []live.Touch
	for _, component := range slices.Compact(touched) {
		touches = append(touches, live.Touch{Component: component})
	}
	if listed {
		touches = append(touches, live.Touch{Component: partPeople, Every: listEvery})
	}
	return touches
}

// has reports whether a field has a badge here.
func (v *linkView) has(f conference.Field) bool {
	return f != conference.ConfIMGroupID && (f != conference.MultiPic || v.shows.Layout)
}

// Render implements live.View.
func (v *linkView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	s := v.state()
	if s == nil {
		return nil, nil // the whole region follows
	}
	for _, component := range components {
		switch component {
		case partTab:
			m.add(templates.SwapTab(v.pageTab(s)))
		case partAbout:
			a := v.linkAbout(s)
			m.swap(a.ID, templates.LinkAboutView(a))
		case partHead:
			h := v.linkHead(s)
			m.swap(h.ID, templates.LinkHeadView(h))
		case partHeadEcho:
			at := v.headEcho(s)
			m.swap(at.ID, templates.MomentView(at))
		case partChanged:
			at := v.headChanged(s)
			m.swap(at.ID, templates.MomentView(at))
		case partSentence:
			said := v.sentence(s)
			m.swap(said.ID, templates.SentenceView(said))
		case partSpeaking:
			sp := v.speaking(s)
			m.swap(sp.ID, templates.LineView(sp))
		case partPeople:
			p := v.people(s)
			m.swap(p.ID, templates.PeopleView(p))
		case partLayout:
			l := v.layout(s)
			m.swap(l.ID, templates.LayoutView(l))
		default:
			name, _ := strings.CutPrefix(component, partField)
			if f, listed := conference.FieldByWireName(name); listed {
				b := v.badge(fieldID(f), s, f)
				m.swap(b.ID, templates.BadgeView(b))
			}
		}
	}
	return m.bytes()
}

// Region implements live.View.
func (v *linkView) Region(ctx context.Context) ([]byte, error) {
	tab, region := v.draw()
	return draw(ctx, templates.SwapRegion(tab), templates.LinkRegion(region))
}

// draw makes the props of the whole page.
func (v *linkView) draw() (templates.Tab, templates.LinkMeeting) {
	s := v.state()
	if s == nil {
		return v.tab(v.text.Share.Untitled+" · "+v.text.Product, false), templates.LinkMeeting{Text: v.text}
	}
	m := templates.LinkMeeting{Text: v.text, Here: true, About: v.linkAbout(s), Head: v.linkHead(s), Sentence: v.sentence(s)}
	for _, g := range v.groups() {
		group := templates.Group{ID: g.id, Title: g.title}
		for _, f := range g.fields {
			if v.has(f) {
				group.Badges = append(group.Badges, v.badge(fieldID(f), s, f))
			}
		}
		m.Groups = append(m.Groups, group)
	}
	if v.shows.Layout {
		layout := v.layout(s)
		m.Layout = &layout
	}
	if v.shows.People {
		people := v.people(s)
		m.People = &people
	}
	if v.shows.Names || v.shows.People {
		speaking := v.speaking(s)
		m.Speaking = &speaking
	}
	return v.pageTab(s), m
}

func (v *linkView) linkAbout(s *conference.State) templates.About {
	a := templates.About{ID: "about", Title: s.Title()}
	if s.Basic.Owner != "" {
		a.Facts = append(a.Facts, templates.Fact{Name: v.text.Owner, Text: s.Basic.Owner})
	}
	if !s.Basic.ScheduledStart.IsZero() {
		a.Facts = append(a.Facts, templates.Fact{Name: v.text.Scheduled, Time: v.instant(s.Basic.ScheduledStart, "clock")})
	}
	if !s.Basic.StartTime.IsZero() {
		a.Facts = append(a.Facts, templates.Fact{Name: v.text.Started, Time: v.instant(s.Basic.StartTime, "clock")})
	}
	return a
}

func (v *linkView) linkHead(s *conference.State) templates.LinkHead {
	mark := v.timedMark("mark", s)
	mark.Told = true
	h := templates.LinkHead{Text: v.text, ID: "head", Severity: rules.Judge(s).String(), Mark: mark, Help: v.text.LinkHelp[s.Link.State],
		Echo: v.headEcho(s), LastChange: v.headChanged(s)}
	h.End = v.headEnd(s)
	if s.Partial() {
		h.Notes = append(h.Notes, v.text.Partial)
	}
	return h
}
