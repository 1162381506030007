package handlers

import (
	"slices"
	"strconv"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
)

func (v *feedView) feedTab(all []*conference.State) templates.Tab {
	problems := 0
	for _, s := range all {
		if feedProblem(s.Link.State) {
			problems++
		}
	}
	return v.tab(v.text.Feed.Title(problems), problems > 0)
}

// states makes the props of the counters by link state.
func (v *feedView) states(all []*conference.State) templates.FeedStates {
	counts := map[conference.LinkState]int{}
	for _, s := range all {
		counts[s.Link.State]++
	}
	to := func(link conference.LinkState) string { return v.paths.Feed(feedQuery{link: link, q: v.query.q}) }
	out := templates.FeedStates{ID: "feed-states", Name: v.text.Feed.ByLink,
		Total: templates.Counter{Label: v.text.MeetingCount(len(all)), Path: to(""), Current: v.query.link == ""}}
	links := conference.LinkStates()
	slices.SortStableFunc(links, func(a, b conference.LinkState) int { return feedRank[a] - feedRank[b] })
	for _, link := range links {
		n := counts[link]
		out.States = append(out.States, templates.Counter{Icon: true, Severity: linkShape[link], Label: v.text.Link[link], Count: strconv.Itoa(n),
			Path: to(link), Zero: n == 0, Current: v.query.link == link})
	}
	return out
}

// frames makes the props of the totals of frames, those of all meetings on the board.
func (v *feedView) frames(all []*conference.State) templates.FeedFrames {
	var applied, dropped, refused, passed uint64
	if v.several != nil { // the meetings have those that other boards received, too
		return v.framesHere(v.board.Totals())
	}
	for _, s := range all {
		applied += s.Counts.Applied
		dropped += s.Counts.DroppedTotal()
		refused += s.Counts.Refused
		for _, n := range s.Counts.Passed {
			passed += n
		}
	}
	return v.framesOf(applied, dropped, refused, passed)
}

func (v *feedView) framesOf(applied, dropped, refused, passed uint64) templates.FeedFrames {
	return templates.FeedFrames{ID: "feed-frames", Title: v.text.Feed.Frames, Rows: []templates.CountRow{
		{Name: v.text.Applied, Count: grouped(applied)}, {Name: v.text.Feed.Dropped, Count: grouped(dropped)},
		{Name: v.text.Refused, Count: grouped(refused)}, {Name: v.text.Passed, Count: grouped(passed)},
	}}
}

// framesHere are those that this board received since its start, and apart from them what it applied of others.
func (v *feedView) framesHere(t conference.Totals) templates.FeedFrames {
	var applied, dropped, refused, passed uint64
	for _, f := range t.Frames {
		switch {
		case f.Fate == conference.Applied:
			applied += f.Count
		case f.Fate == conference.Refused:
			refused += f.Count
		case f.Fate == conference.Passed:
			passed += f.Count
		default:
			dropped += f.Count
		}
	}
	p := v.framesOf(applied, dropped, refused, passed)
	p.Title = v.text.FeedCluster.FramesHere
	p.Rows = append(p.Rows, templates.CountRow{Name: v.text.FeedCluster.Relayed, Count: grouped(t.Relayed)})
	return p
}

// overdue is by how much later than it was announced a list may come before that is told.
const overdue = time.Minute

// listing makes the props of the enterprise's list.
func (v *feedView) listing(l conference.Listing, now time.Time) templates.FeedPanel {
	p := templates.FeedPanel{ID: "feed-listing", Title: v.text.Feed.Listing, State: v.text.Feed.ListingState[l.State], Icon: "pending", SinceLabel: v.text.Since}
	switch l.State {
	case conference.ListingOff:
		p.Icon, p.Reason = "ended", v.text.Feed.ListingOff
		return p
	case conference.ListingCurrent:
		p.Icon = "live"
		if !l.Next.IsZero() {
			due := l.Next.Add(overdue)
			p.Due, p.Late, p.Overdue = v.instant(due, "").ISO, !now.Before(due), v.text.Feed.Overdue
		}
	case conference.ListingFailing, conference.ListingRefused:
		p.Icon = "attention"
		if v.admin {
			p.Act, p.ActText = v.paths.FeedListRetry(), v.text.Feed.ListAgain
		}
	}
	if !l.Since.IsZero() {
		p.Since = v.instant(l.Since, "clock")
	}
	switch {
	case l.State == conference.ListingCurrent:
	case l.Reason == conference.ReasonNotPermitted:
		p.Reason = v.text.Feed.ListingNotPermitted
	default:
		p.Reason = v.text.Reason[l.Reason]
	}
	p.Facts = append(p.Facts, v.factOr(v.text.Feed.LastList, l.Complete, "ago", v.text.Never))
	switch {
	case !l.Next.IsZero():
		p.Facts = append(p.Facts, templates.Fact{Name: v.text.Feed.NextList, Time: v.instant(l.Next, "in")})
	case l.State == conference.ListingRefused:
		p.Facts = append(p.Facts, templates.Fact{Name: v.text.Feed.NextList, Text: v.text.Feed.NotByItself})
	}
	p.Facts = append(p.Facts, v.fact(v.text.Feed.SignedIn, l.SignedIn, "ago")...)
	if l.Complete.IsZero() {
		return p
	}
	for _, n := range []struct {
		name  string
		count int
		quiet bool // told only when there are some
	}{
		{v.text.Feed.InProgress, l.Found, false}, {v.text.Feed.Booked, l.Booked, false},
		{v.text.Feed.PassedOver, l.PassedOver, true}, {v.text.Feed.Unwatchable, l.Unwatchable, true},
	} {
		if n.count > 0 || !n.quiet {
			p.Facts = append(p.Facts, templates.Fact{Name: n.name, Text: strconv.Itoa(n.count)})
		}
	}
	return p
}

// events makes the props of the enterprise's events.
func (v *feedView) events(e conference.Events) templates.FeedPanel {
	p := templates.FeedPanel{ID: "feed-events", Title: v.text.Feed.Events, Icon: "live", State: v.text.Feed.EventsOn}
	switch {
	case !e.Enabled:
		p.Icon, p.State, p.Reason = "ended", v.text.Feed.EventsOff, v.text.Feed.EventsHelp
		return p
	case e.Last.IsZero():
		p.Icon, p.State = "pending", v.text.Feed.EventsNone
	default:
		p.Facts = append(p.Facts, templates.Fact{Name: v.text.Feed.LastEvent, Time: v.instant(e.Last, "ago"), Text: e.LastKind})
	}
	if v.several != nil {
		p.Reason = v.text.FeedCluster.EventsHere
	}
	p.Facts = append(p.Facts, templates.Fact{Name: v.text.Feed.Accepted, Text: grouped(e.Accepted)})
	if e.Repeated > 0 {
		p.Facts = append(p.Facts, templates.Fact{Name: v.text.Feed.Repeated, Text: grouped(e.Repeated)})
	}
	p.Facts = append(p.Facts, templates.Fact{Name: v.text.Refused, Text: grouped(e.Refused)})
	if !e.LastRefused.IsZero() {
		p.Facts = append(p.Facts, templates.Fact{Name: v.text.LastRefusal, Time: v.instant(e.LastRefused, "ago"), Text: v.text.Feed.EventFault[e.LastFault]})
	}
	return p
}

// find makes the props of the search.
func (v *feedView) find() templates.FeedFind {
	f := templates.FeedFind{Text: v.text, Path: v.paths.Feed(feedQuery{}), Q: v.query.q, Link: string(v.query.link), Label: v.text.Feed.FindLabel, Example: v.text.Feed.FindBy}
	if v.query.q != "" {
		f.Clear = v.paths.Feed(feedQuery{link: v.query.link})
	}
	return f
}
