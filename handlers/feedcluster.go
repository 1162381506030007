package handlers

import (
	"slices"
	"strconv"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
)

// Several tells of the boards that work as one with this one. Its methods do not wait.
type Several interface {
	// Boards returns what is known of them now.
	Boards() Boards
	// Watch says which one watches a meeting.
	Watch(conference.ConfID) Watch
}

// BoardsChanged is what live.Hub is told when one came or went, another board watches a meeting than before, or something has become of NATS.
const BoardsChanged = "boards"

// Boards are those that work as one, as this one sees them.
type Boards struct {
	// Members are those that live, by name; while Held is false, those that did when it was last known.
	Members []BoardMember
	// Connected is whether there is a connection with NATS, Trouble what NATS said last of what cannot be done, empty if all can.
	Connected bool
	Trouble   string
	// Joined is whether the others have been seen since the start, Held whether this board has a lease, and so may watch meetings, and
	// News whether it hears what the others tell.
	Joined, Held, News bool
	// Unreadable counts what others told and this one did not understand.
	Unreadable uint64
}

// BoardMember is a board.
type BoardMember struct {
	// ID is of each start.
	ID, Name, Build string
	Started         time.Time
	// Leaving: it is being stopped. Unable: it does not reach the cloud. Self: it is this one.
	Leaving, Unable, Self bool
}

// Mixed reports whether the boards are of different builds.
func (b *Boards) Mixed() bool {
	return slices.ContainsFunc(b.Members, func(m BoardMember) bool { return m.Build != b.Members[0].Build })
}

// unable counts the boards that do not reach the cloud.
func (b *Boards) unable() (n int) {
	for _, m := range b.Members {
		if m.Unable {
			n++
		}
	}
	return n
}

// CloudReached reports whether this board reaches the cloud, if anybody does.
func (b *Boards) CloudReached() bool {
	return !slices.ContainsFunc(b.Members, func(m BoardMember) bool { return m.Self && m.Unable })
}

// Watch says which board watches a meeting.
type Watch struct {
	// Known is false while this board has no lease: then it cannot know.
	Known bool
	// ID and Name are the board's, empty when there is none. Self: it is this one.
	ID, Name string
	Self     bool
}

// boards makes the props of the boards, nil where this one is alone.
func (v *feedView) boards(all []*conference.State) *templates.FeedBoards {
	if v.several == nil {
		return nil
	}
	b, watched := v.several.Boards(), map[string]int{}
	for _, s := range all {
		if w := v.several.Watch(s.ConfID); w.Known && !s.Ended() {
			watched[w.ID]++
		}
	}
	x := &v.text.FeedCluster
	p := &templates.FeedBoards{Text: v.text, ID: "feed-boards", Name: x.Title}
	p.Icon, p.State, p.Notes = v.boardsState(&b, watched[""])
	if !b.Held {
		p.Name = x.LastKnown
	}
	if len(b.Members) > 0 && b.Mixed() {
		p.Notes = append(p.Notes, x.Mixed)
	}
	add := func(name string, is bool, yes, no string) {
		if is {
			no = yes
		}
		p.Facts = append(p.Facts, templates.Fact{Name: name, Text: no})
	}
	add(x.NATS, b.Connected, x.Connected, x.NotConnected)
	add(x.Lease, b.Held, x.Held, x.NotHeld)
	add(x.News, b.News, x.Coming, x.NotComing)
	if b.Trouble != "" {
		p.Facts = append(p.Facts, templates.Fact{Name: x.Said, Text: b.Trouble})
	}
	if b.Unreadable > 0 {
		p.Facts = append(p.Facts, templates.Fact{Name: x.Unreadable, Text: grouped(b.Unreadable)})
	}
	for _, m := range b.Members {
		r := templates.FeedBoard{Name: m.Name, Version: m.Build, Running: v.instant(m.Started, "clock"), Meetings: x.NotKnown}
		if m.Self {
			r.Self = x.ThisBoard
		}
		switch {
		case m.Leaving:
			r.Remark = x.Leaving
		case m.Unable:
			r.Remark = x.Unable
		}
		if b.Held {
			r.Meetings = strconv.Itoa(watched[m.ID])
		}
		p.Rows = append(p.Rows, r)
	}
	return p
}

// boardsState is how the boards fare: the worst that is the matter.
func (v *feedView) boardsState(b *Boards, unwatched int) (icon, state string, notes []string) {
	x := &v.text.FeedCluster
	switch {
	case !b.Connected:
		return "nodata", x.Away, []string{x.AwayHelp}
	case !b.Joined:
		return "pending", x.Joining, []string{x.JoiningHelp}
	case !b.Held:
		return "nodata", x.NoLease, []string{x.NoLeaseHelp}
	case !b.News:
		return "attention", x.NoNews, []string{x.NoNewsHelp}
	case unwatched > 0:
		return "attention", x.Unwatched(unwatched), []string{x.UnwatchedHelp}
	case b.unable() > 0:
		return "attention", x.WithoutCloud(b.unable()), []string{x.WithoutCloudHelp}
	case len(b.Members) < 2:
		return "attention", x.Alone, []string{x.AloneHelp}
	}
	return "live", x.Together(len(b.Members)), nil
}

// sendBoards sends the boards, and of each row what depends on who watches its meeting.
func (v *feedView) sendBoards(m *message, all []*conference.State, rows bool) {
	p := v.boards(all)
	m.swap(p.ID, templates.FeedBoardsView(*p))
	if !rows {
		return
	}
	for _, id := range v.shown {
		v.cell(m, partConnection+string(id))
	}
}

// watchLine says in a cell which board watches a meeting; nothing where there is only one board.
func (w words) watchLine(several Several, s *conference.State) []templates.FeedLine {
	if several == nil || s.Ended() {
		return nil
	}
	x, watch := &w.text.FeedCluster, several.Watch(s.ConfID)
	switch {
	case !watch.Known:
		return []templates.FeedLine{{Text: x.ByNotKnown, Tone: "quiet"}}
	case watch.ID == "":
		return []templates.FeedLine{{Text: x.ByNobody, Tone: "odd"}}
	case watch.Self:
		return []templates.FeedLine{{Text: x.ByThis, Tone: "quiet"}}
	}
	return []templates.FeedLine{{Text: x.By(watch.Name), Tone: "quiet"}}
}

// watchFact is the same on the page of a meeting's feed.
func (w words) watchFact(several Several, s *conference.State) []templates.Fact {
	if several == nil || s.Ended() {
		return nil
	}
	x, watch := &w.text.FeedCluster, several.Watch(s.ConfID)
	f := templates.Fact{Name: x.WatchedBy, Text: watch.Name}
	switch {
	case !watch.Known:
		f.Text = x.NotKnown
	case watch.ID == "":
		f.Text = x.Nobody
	case watch.Self:
		f.Text = watch.Name + w.text.ListComma + x.ThisBoard
	}
	return []templates.Fact{f}
}

// unheard reports whether the board that watches a meeting may have a connection of which this one does not hear.
func unheard(s *conference.State) bool {
	return s.Link.Reason == conference.ReasonNoBus || s.Link.Reason == conference.ReasonNewerInstance
}

// notConnected says of a meeting that it has no connection, or that it is not known here.
func (w words) notConnected(s *conference.State) string {
	if unheard(s) {
		return w.text.FeedCluster.NotKnownHere
	}
	return w.text.Feed.NotConnected
}
