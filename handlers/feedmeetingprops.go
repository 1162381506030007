package handlers

import (
	"fmt"
	"strconv"
	"strings"

	"confboard/feed/conference"
	"confboard/templates"
)

func (v *feedMeetingView) feedMeetingTab(s *conference.State) templates.Tab {
	return v.tab(fmt.Sprintf("%s · %s · %s", v.text.Link[s.Link.State], s.Title(), v.text.Feed.Name), feedProblem(s.Link.State))
}

// feedAbout makes the props of the top of the page of a meeting's feed.
func (v *feedMeetingView) feedAbout(s *conference.State) templates.About {
	a := templates.About{ID: "about", Title: s.Title(), Path: v.paths.Meeting(s.ConfID), Facts: []templates.Fact{
		{Name: v.text.ConfID, Text: string(s.ConfID)}, {Name: v.text.Feed.OriginName, Text: v.origin(s)},
	}}
	if s.Group != "" {
		a.Facts = append(a.Facts, templates.Fact{Name: v.text.Group, Text: s.Group})
	}
	return a
}

// status makes the props of the link at length.
func (v *feedMeetingView) status(s *conference.State) templates.FeedStatus {
	l := &s.Link
	out := templates.FeedStatus{Text: v.text, ID: "feed-link", Link: v.feedLink("feed-link-state", s), Help: v.text.LinkHelp[l.State]}
	add := func(facts ...templates.Fact) { out.Facts = append(out.Facts, facts...) }
	add(v.watchFact(v.several, s)...)
	if l.Detail != "" {
		add(templates.Fact{Name: v.text.Feed.CloudSaid, Text: l.Detail})
	}
	if l.ConnectedAt.IsZero() {
		add(templates.Fact{Name: v.text.Feed.Connection, Text: v.notConnected(s)})
	}
	add(v.fact(v.text.Feed.ConnectedSince, l.ConnectedAt, "clock")...)
	if l.Connects > 0 {
		add(templates.Fact{Name: v.text.Feed.LastConnect, Text: v.text.Feed.Connects(l.Connects) + v.text.ListComma + v.text.Feed.Reconnects(l.Connects-1)})
	}
	echo := v.factOr(v.text.LastEcho, l.LastEcho, "ago", v.text.Never)
	if l.RoundTrip > 0 {
		echo.Text = v.text.Feed.RoundTrip(l.RoundTrip)
	}
	add(echo)
	if none := v.noToken(s); none != "" {
		add(templates.Fact{Name: v.text.Feed.Token, Text: none})
		return out
	}
	add(v.fact(v.text.Feed.Token, l.TokenAt, "ago")...)
	add(v.fact(v.text.Feed.TokenUntil, l.TokenExpires, "clock")...)
	return out
}

// byType makes the props of the messages by type.
func (v *feedMeetingView) byType(s *conference.State) templates.FeedMessages {
	out := templates.FeedMessages{Text: v.text, ID: "feed-messages"}
	for _, in := range s.Intakes() {
		k := templates.FeedType{Type: string(in.Type), Applied: grouped(in.Tally.Applied), Refused: grouped(in.Tally.Refused),
			Dropped: grouped(in.Tally.DroppedTotal()), Last: v.instant(in.Last.CreateTime, "clock")}
		var reasons []string
		for _, fate := range conference.DropFates() {
			if n := in.Tally.Dropped[fate]; n > 0 {
				reasons = append(reasons, v.text.Pair(v.text.Feed.DropReason[fate], grouped(n)))
			}
		}
		k.Reasons = strings.Join(reasons, v.text.ListComma)
		switch {
		case in.Last.Type == "":
		case s.Brief && in.Type != conference.StatusType: // a brief state knows only that there was one
			k.Last = templates.Instant{Text: v.text.FeedCluster.KnownThere}
		default:
			k.LastMode = v.modeWord(in.Last.Mode)
		}
		if in.Partial {
			k.Partial = v.text.Feed.Partial
		}
		out.Types = append(out.Types, k)
	}
	out.Rows = append(out.Rows, namedCounts(v.text.Passed, v.text.ListComma, s.Counts.Passed)...)
	out.Rows = append(out.Rows, namedCounts(v.text.Withheld, v.text.ListComma, s.Counts.Withheld)...)
	if n := s.Counts.GridsSetAside; n > 0 {
		out.Rows = append(out.Rows, templates.CountRow{Name: v.text.GridsSetAside, Count: grouped(n)})
	}
	if ahead := s.ClockAhead(); ahead > late {
		out.Rows = append(out.Rows, templates.CountRow{Name: v.text.Feed.Clock, Count: v.text.Feed.ClockAhead(ahead)})
	}
	return out
}

func (w words) modeWord(m conference.Mode) string {
	if m == conference.Incremental {
		return w.text.Incremental
	}
	return w.text.Full
}

// last makes the props of what was refused and dropped last.
func (v *feedMeetingView) last(s *conference.State) templates.FeedLast {
	out := templates.FeedLast{Text: v.text, ID: "feed-last", NoRefusal: v.text.Feed.NoneRefused, NoDrop: v.text.Feed.NoneDropped}
	if r := s.Counts.LastRefusal; r.Kind != "" {
		out.Excerpt = r.Excerpt
		out.Refusal = append(out.Refusal, templates.Fact{Name: v.text.Feed.Why, Text: v.text.Refusal[r.Kind]})
		if r.Field != "" {
			out.Refusal = append(out.Refusal, templates.Fact{Name: v.text.Feed.Where, Text: r.Field})
		}
		if r.Type != "" {
			out.Refusal = append(out.Refusal, templates.Fact{Name: v.text.MessageType, Text: string(r.Type)},
				templates.Fact{Name: v.text.MessageMode, Text: v.modeWord(r.Mode)})
		}
		out.Refusal = append(out.Refusal, v.fact(v.text.Feed.At, r.At, "clock")...)
	}
	if d := s.Counts.LastDrop; !d.At.IsZero() {
		version := v.text.Version
		if d.Envelope.Mode == conference.Incremental {
			version = v.text.Sequence
		}
		out.Drop = append(out.Drop, templates.Fact{Name: v.text.Feed.Why, Text: v.text.Feed.DropReason[d.Fate]},
			templates.Fact{Name: v.text.MessageType, Text: string(d.Envelope.Type)}, templates.Fact{Name: v.text.MessageMode, Text: v.modeWord(d.Envelope.Mode)},
			templates.Fact{Name: version, Text: strconv.FormatInt(d.Envelope.RawVersion(), 10)})
		out.Drop = append(out.Drop, v.fact(v.text.CreateTime, d.Envelope.CreateTime, "clock")...)
		out.Drop = append(out.Drop, v.fact(v.text.Feed.At, d.At, "clock")...)
	}
	return out
}

// byHand makes the props of what an admin can do, nil for everybody else.
func (v *feedMeetingView) byHand(s *conference.State) *templates.FeedByHand {
	if !v.admin {
		return nil
	}
	b := &templates.FeedByHand{Text: v.text, ID: "feed-hand"}
	if s.Link.State != conference.Live {
		b.Retry = v.paths.FeedRetry(s.ConfID, nil)
	}
	switch s.Origin {
	case conference.ByHand:
		b.Remove, b.Help = v.paths.FeedRemove(s.ConfID), v.text.Feed.Correct
	case conference.Found:
		b.Help = v.text.Feed.RemoveFound
	default:
		b.Help = v.text.Feed.RemoveListed
	}
	return b
}
