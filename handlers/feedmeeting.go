package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/web/live"
)

func (h *Handlers) feedMeeting(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	t := h.language(c)
	lead := templates.FeedMeetingLeadView(h.Paths.Feed(feedQuery{}), templates.FeedLead{Text: t, Notice: h.notice(c, t)})
	stream := h.Paths.FeedMeetingStream(id, t.Lang)
	s := h.state(c.Request().Context(), id)
	if s == nil { // the page comes alive when the meeting appears
		p := h.frame(c, t, h.words(t.Lang).tab(t.AbsentTitle, false))
		p.Stream, p.StreamID, p.AtFeed, p.Lead = stream, "stream-feed-meeting", true, lead
		return send(c, http.StatusNotFound, p, templates.ProblemRegion(absent(t, h.Paths)))
	}
	m := h.feedMeetingView(id, h.words(t.Lang), h.signedIn(c)).draw(s)
	p := h.frame(c, t, m.Tab)
	p.Stream, p.StreamID, p.AtFeed, p.Lead = stream, "stream-feed-meeting", true, lead
	return send(c, http.StatusOK, p, templates.FeedMeetingRegion(m))
}

func (h *Handlers) feedMeetingStream(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	w := h.words(h.streamLanguage(c))
	return h.serveMeeting(c, id, w, h.feedMeetingView(id, w, h.signedIn(c)))
}

// feedMeetingView draws the feed of one meeting: as a page, and as the view of its topic.
type feedMeetingView struct {
	words
	board Board
	id    conference.ConfID
	admin bool
	// several is nil where this board is the only one.
	several Several
}

func (h *Handlers) feedMeetingView(id conference.ConfID, w words, admin bool) *feedMeetingView {
	return &feedMeetingView{words: w, board: h.Board, id: id, admin: admin, several: h.Several}
}

// Key implements live.View.
func (v *feedMeetingView) Key() string {
	role := "viewer"
	if v.admin {
		role = "admin"
	}
	return "feed/" + string(v.id) + "?lang=" + string(v.text.Lang) + "&role=" + role
}

// About tells the hub that changes of other meetings do not touch this view.
func (v *feedMeetingView) About() (conference.ConfID, bool) { return v.id, true }

// The components of the page, beside partTab and partAbout.
const (
	partFeedLink     = "link"
	partFeedHand     = "hand"
	partFeedMessages = "messages"
	partFeedLast     = "last"
)

// messagesEvery bounds how often the counters of messages are sent.
const messagesEvery = 500 * time.Millisecond

// Touched implements live.View.
func (v *feedMeetingView) Touched(c conference.Change) []live.Touch {
	if c.ConfID != v.id {
		return nil
	}
	if c.Has(conference.PartBoard) {
		return []live.Touch{{Component: live.WholeRegion}}
	}
	var touches []live.Touch
	touch := func(component string, every time.Duration) {
		touches = append(touches, live.Touch{Component: component, Every: every})
	}
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartLink:
			touch(partFeedLink, 0)
			touch(partTab, 0)
			if v.admin {
				touch(partFeedHand, 0)
			}
		case conference.PartConnection, conference.PartEcho:
			touch(partFeedLink, 0)
		case conference.PartName, conference.PartBasic:
			touch(partAbout, 0)
			touch(partTab, 0)
			if v.admin {
				touch(partFeedHand, 0)
			}
		case conference.PartCounts:
			touch(partFeedMessages, messagesEvery)
			if c.Before.Counts.LastRefusal != c.After.Counts.LastRefusal || c.Before.Counts.LastDrop != c.After.Counts.LastDrop {
				touch(partFeedLast, messagesEvery)
			}
		case conference.PartIntake, conference.PartEnvelope, conference.PartPartial:
			touch(partFeedMessages, messagesEvery)
		}
	}
	return touches
}

// Heard implements live.Listener.
func (v *feedMeetingView) Heard(what string) []live.Touch {
	if what != BoardsChanged || v.several == nil {
		return nil
	}
	return []live.Touch{{Component: partFeedLink}}
}

// Render implements live.View.
func (v *feedMeetingView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	s := v.board.Get(v.id)
	if s == nil {
		return nil, nil // the whole region follows
	}
	for _, component := range components {
		switch component {
		case partTab:
			m.add(templates.SwapTab(v.feedMeetingTab(s)))
		case partAbout:
			a := v.feedAbout(s)
			m.swap(a.ID, templates.AboutView(a))
		case partFeedLink:
			l := v.status(s)
			m.swap(l.ID, templates.FeedStatusView(l))
		case partFeedHand:
			if b := v.byHand(s); b != nil {
				m.swap(b.ID, templates.FeedByHandView(*b))
			}
		case partFeedMessages:
			n := v.byType(s)
			m.swap(n.ID, templates.FeedMessagesView(n))
		case partFeedLast:
			l := v.last(s)
			m.swap(l.ID, templates.FeedLastView(l))
		}
	}
	return m.bytes()
}

// Region implements live.View.
func (v *feedMeetingView) Region(ctx context.Context) ([]byte, error) {
	s := v.board.Get(v.id)
	if s == nil {
		return draw(ctx, templates.SwapRegion(v.tab(v.text.AbsentTitle, false)), templates.ProblemRegion(absent(v.text, v.paths)))
	}
	m := v.draw(s)
	return draw(ctx, templates.SwapRegion(m.Tab), templates.FeedMeetingRegion(m))
}

// draw makes the props of the whole page.
func (v *feedMeetingView) draw(s *conference.State) templates.FeedMeeting {
	return templates.FeedMeeting{Text: v.text, Tab: v.feedMeetingTab(s), About: v.feedAbout(s), Link: v.status(s), Messages: v.byType(s), Last: v.last(s), Admin: v.byHand(s)}
}
