package handlers

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

func (h *Handlers) feed(c echo.Context) error {
	return h.sendFeed(c, http.StatusOK, feedQueryOf(c), h.feedLead(c, nil))
}

// sendFeed answers with the page of the feed.
func (h *Handlers) sendFeed(c echo.Context, status int, q feedQuery, lead templates.FeedLead) error {
	t, admin := h.language(c), h.signedIn(c)
	if admin {
		c.Response().Header().Set("Cache-Control", "no-store")
	}
	region := h.feedView(q, t.Lang, admin).draw(h.Board.All())
	p := h.frame(c, t, region.Tab)
	p.AtFeed = true
	p.Stream, p.StreamID = h.Paths.FeedStream(q, t.Lang), hashed("stream-feed", q.values().Encode())
	p.Lead = templates.FeedLeadView(lead)
	return send(c, status, p, templates.FeedRegion(region))
}

func (h *Handlers) feedStream(c echo.Context) error {
	return h.serveStream(c, h.feedView(feedQueryOf(c), h.streamLanguage(c), h.signedIn(c)), live.ServeOptions{})
}

// feedView draws the feed: as a page, and as the view of its topic.
type feedView struct {
	words
	board Board
	query feedQuery
	match feedMatcher
	now   func() time.Time
	// storage is nil when nobody knows how timelines are stored.
	storage Storage
	// several is nil where this board is the only one.
	several Several
	// admin: the rows have buttons. It is a variant of the page, as its language is.
	admin bool
	// played: the meetings are those of a recording, which has neither the enterprise's list nor its events.
	played bool
	// shown are the meetings whose rows the viewers have, once started; only the topic's own goroutine uses it. It may differ
	// from viewer to viewer while the order is on the agenda, and then the table goes to all.
	shown           []conference.ConfID
	started, uneven bool
	// rows is the same for Touched, which runs beside the topic's goroutine. It is stored before the states of these rows are
	// read, so that a change is either seen then or touches its row. nil: all may be shown.
	rows atomic.Pointer[map[conference.ConfID]bool]
}

func (h *Handlers) feedView(q feedQuery, lang text.Lang, admin bool) *feedView {
	return &feedView{words: h.words(lang), board: h.Board, query: q, match: q.matcher(), now: h.Now, admin: admin, played: h.Playback != nil, storage: h.Storage, several: h.Several}
}

// Key implements live.View.
func (v *feedView) Key() string {
	role := "viewer"
	if v.admin {
		role = "admin"
	}
	return "feed?lang=" + string(v.text.Lang) + "&role=" + role + "&" + v.query.values().Encode()
}

// The components of the feed, beside partOrder: the counters by link, the totals of frames, the enterprise's list and its
// events, the boards, and of a row, with its confID behind a slash, each cell.
const (
	partStates     = "states"
	partFrames     = "frames"
	partListing    = "listing"
	partEvents     = "events"
	partBoards     = "boards only"
	partName       = "name/"
	partLink       = "link/"
	partConnection = "connection/"
	partEcho       = "echo/"
	partToken      = "token/"
	partMessages   = "messages/"
	partActs       = "acts/"
)

// totalsEvery bounds how often totals are sent: frames and events come at any moment, from any meeting.
const totalsEvery = time.Second

// Touched implements live.View.
func (v *feedView) Touched(c conference.Change) []live.Touch {
	var touches []live.Touch
	touch := func(component string, every time.Duration) {
		touches = append(touches, live.Touch{Component: component, Every: every})
	}
	if c.Has(conference.PartDiscovery) {
		if v.played {
			return nil
		}
		touch(partListing, totalsEvery)
		touch(partEvents, totalsEvery)
		return touches
	}
	if c.Has(conference.PartBoard) {
		touch(partStates, totalsEvery)
		touch(partFrames, totalsEvery)
		touch(partOrder, reorderEvery)
		if v.several != nil {
			touch(partBoards, totalsEvery)
		}
		return touches
	}
	rows := v.rows.Load()
	shown := rows == nil || (*rows)[c.ConfID]
	cell := func(part string) {
		if shown {
			touch(part+string(c.ConfID), 0)
		}
	}
	moved := false
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartLink:
			moved = true
			cell(partLink)
			cell(partConnection)
			cell(partToken)
			cell(partActs)
			touch(partStates, totalsEvery)
			if v.several != nil {
				touch(partBoards, totalsEvery) // which counts those that have not ended
			}
		case conference.PartConnection:
			cell(partLink)
			cell(partConnection)
			cell(partToken)
		case conference.PartEcho:
			cell(partEcho)
		case conference.PartName:
			moved = true
			cell(partName)
		case conference.PartBasic:
			if f.Name == "title" {
				moved = true
				cell(partName)
			}
		case conference.PartCounts:
			cell(partMessages)
			touch(partFrames, totalsEvery)
		}
	}
	if moved {
		touch(partOrder, reorderEvery)
	}
	return touches
}

// overAll are the components that are drawn from the states of all meetings.
var overAll = []string{partStates, partFrames, partOrder, partBoards, BoardsChanged}

// Render implements live.View.
func (v *feedView) Render(ctx context.Context, components []string) ([]byte, error) {
	m := message{ctx: ctx}
	var all []*conference.State
	if slices.ContainsFunc(components, func(c string) bool { return slices.Contains(overAll, c) }) {
		all = v.board.All()
	}
	sent := slices.Contains(components, partOrder) && v.reorder(&m, all)
	for _, component := range components {
		switch component {
		case partStates:
			states := v.states(all)
			m.add(templates.SwapTab(v.feedTab(all)))
			m.swap(states.ID, templates.FeedStatesView(states))
		case partFrames:
			frames := v.frames(all)
			m.swap(frames.ID, templates.FeedFramesView(frames))
		case partListing:
			p := v.listing(v.board.Discovery().Listing, v.now())
			m.swap(p.ID, templates.FeedPanelView(p))
		case partEvents:
			p := v.events(v.board.Discovery().Events)
			m.swap(p.ID, templates.FeedPanelView(p))
		case StorageChanged:
			p := v.stored(v.storage.Health())
			m.swap(p.ID, templates.FeedPanelView(p))
		case partBoards, BoardsChanged:
			v.sendBoards(&m, all, component == BoardsChanged && !sent)
		case partOrder:
		default:
			if !sent { // the table has the cells
				v.cell(&m, component)
			}
		}
	}
	v.uneven = (v.uneven && !sent) || m.err != nil // what was noted as shown has not been sent
	return m.bytes()
}

// cell draws a cell. Its row may have left meanwhile; then there is nothing to draw.
func (v *feedView) cell(m *message, component string) {
	kind, id, _ := strings.Cut(component, "/")
	s := v.board.Get(conference.ConfID(id))
	if s == nil || !slices.Contains(v.shown, s.ConfID) {
		return
	}
	switch kind + "/" {
	case partName:
		n := v.feedName(s)
		m.swap(n.ID, templates.FeedNameView(n))
	case partLink:
		l := v.feedLink(feedPart(s.ConfID, "link"), s)
		m.swap(l.ID, templates.FeedLinkView(l))
	case partConnection:
		l := v.connection(s)
		m.swap(l.ID, templates.FeedLinesView(l))
	case partEcho:
		l := v.echo(s)
		m.swap(l.ID, templates.FeedLinesView(l))
	case partToken:
		l := v.token(s)
		m.swap(l.ID, templates.FeedLinesView(l))
	case partMessages:
		l := v.messages(s)
		m.swap(l.ID, templates.FeedLinesView(l))
	case partActs:
		a := v.acts(s)
		m.swap(a.ID, templates.FeedActsView(a))
	}
}

// reorder sends the table if its rows or their order differ from what the viewers have, and otherwise where it stands
// in the whole. sent tells that the table was.
func (v *feedView) reorder(m *message, all []*conference.State) (sent bool) {
	ordered := feedOrder(v.match, all)
	ids := confIDs(v.query.window(ordered))
	if !v.uneven && slices.Equal(v.shown, ids) {
		p := v.pager(len(ordered))
		m.swap(p.ID, templates.FeedPagerView(p))
		return false
	}
	list := v.list(v.show(ids), len(ordered))
	m.swap(list.ID, templates.FeedListView(list))
	return true
}

// show notes that these rows are shown and returns their newest states.
func (v *feedView) show(ids []conference.ConfID) []*conference.State {
	rows := make(map[conference.ConfID]bool, len(ids))
	for _, id := range ids {
		rows[id] = true
	}
	v.shown = ids
	v.rows.Store(&rows)
	states := make([]*conference.State, 0, len(ids))
	for _, id := range ids {
		if s := v.board.Get(id); s != nil { // if it left, the order is on the agenda
			states = append(states, s)
		}
	}
	return states
}

// Forget implements live.Rememberer.
func (v *feedView) Forget() {
	v.started, v.uneven, v.shown = false, false, nil
	v.rows.Store(nil)
}

// Region implements live.View. It shows the newest table; where the other viewers have an older one, the order is on the
// agenda and brings everybody the same.
func (v *feedView) Region(ctx context.Context) ([]byte, error) {
	all := v.board.All()
	ordered := feedOrder(v.match, all)
	ids := confIDs(v.query.window(ordered))
	v.uneven = v.uneven || (v.started && !slices.Equal(v.shown, ids))
	v.started = true
	f := v.region(all, v.list(v.show(ids), len(ordered)))
	return draw(ctx, templates.SwapRegion(f.Tab), templates.FeedRegion(f))
}

// draw makes the props of the whole page.
func (v *feedView) draw(all []*conference.State) templates.Feed {
	ordered := feedOrder(v.match, all)
	return v.region(all, v.list(v.query.window(ordered), len(ordered)))
}

func (v *feedView) region(all []*conference.State, list templates.FeedList) templates.Feed {
	f := templates.Feed{Text: v.text, Tab: v.feedTab(all), States: v.states(all), Frames: v.frames(all), Boards: v.boards(all), Find: v.find(), List: list}
	if !v.played {
		d := v.board.Discovery()
		f.Ways = []templates.FeedPanel{v.listing(d.Listing, v.now()), v.events(d.Events)}
	}
	if v.storage != nil {
		f.Ways = append(f.Ways, v.stored(v.storage.Health()))
	}
	return f
}

func confIDs(states []*conference.State) []conference.ConfID {
	ids := make([]conference.ConfID, len(states))
	for i, s := range states {
		ids[i] = s.ConfID
	}
	return ids
}
