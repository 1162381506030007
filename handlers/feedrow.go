package handlers

import (
	"strconv"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
)

// feedID is the DOM id of a meeting's row.
func feedID(id conference.ConfID) string { return "r-" + string(id) }

// feedPart is the DOM id of a part of a row.
func feedPart(id conference.ConfID, part string) string { return feedID(id) + "-" + part }

// list makes the props of the table, which shows these of so many meetings.
func (v *feedView) list(states []*conference.State, of int) templates.FeedList {
	l := templates.FeedList{Text: v.text, ID: "feed-list", Pager: v.pager(of), EmptyTitle: v.text.NoMeetings, EmptyHelp: v.text.NoMeetingsHelp}
	if v.query != (feedQuery{}) {
		l.EmptyTitle, l.EmptyHelp = v.text.Feed.NoneFound, v.text.Feed.NoneFoundHelp
	}
	for _, s := range states {
		l.Rows = append(l.Rows, v.row(s))
	}
	return l
}

func (v *feedView) pager(of int) templates.FeedPager {
	from := v.query.page * feedPage
	p := templates.FeedPager{Text: v.text, ID: "feed-pager", Range: v.text.Feed.Range(from+1, min(from+feedPage, of), of)}
	to := func(page int) string {
		q := v.query
		q.page = page
		return v.paths.Feed(q)
	}
	if v.query.page > 0 {
		p.Previous = to(min(v.query.page-1, max(0, (of-1)/feedPage)))
	}
	if from+feedPage < of {
		p.Next = to(v.query.page + 1)
	}
	return p
}

func (v *feedView) row(s *conference.State) templates.FeedRow {
	return templates.FeedRow{Text: v.text, ID: feedID(s.ConfID), Name: v.feedName(s), Link: v.feedLink(feedPart(s.ConfID, "link"), s),
		Connection: v.connection(s), Echo: v.echo(s), Token: v.token(s), Messages: v.messages(s), Acts: v.acts(s)}
}

func (v *feedView) feedName(s *conference.State) templates.FeedName {
	return templates.FeedName{ID: feedPart(s.ConfID, "name"), Title: s.Title(), TitleID: feedPart(s.ConfID, "title"), Path: v.paths.Meeting(s.ConfID),
		ConfID: string(s.ConfID), Origin: v.origin(s)}
}

func (w words) origin(s *conference.State) string {
	if word, ok := w.text.Feed.Origin[s.Origin]; ok {
		return word
	}
	return w.text.Feed.Origin[conference.FromSettings] // sources that know no other say none
}

// linkShape is the status class in whose shape and colour a link is drawn.
var linkShape = map[conference.LinkState]string{
	conference.Connecting: "pending", conference.Waiting: "scheduled", conference.Live: "live", conference.Stale: "attention",
	conference.Lost: "nodata", conference.Refusing: "attention", conference.Over: "ended",
}

func (w words) feedLink(id string, s *conference.State) templates.FeedLink {
	return templates.FeedLink{ID: id, Severity: linkShape[s.Link.State], State: w.text.Link[s.Link.State],
		SinceLabel: w.text.Since, Since: w.instant(s.Link.Since, "clock"), Reason: w.reason(s), Next: w.nextTry(s)}
}

// reason is why a meeting is not live, empty when there is nothing to tell.
func (w words) reason(s *conference.State) string {
	switch {
	case s.Link.State == conference.Live || s.Link.State == conference.Over:
		return ""
	case s.Link.Reason == conference.ReasonNone && s.Link.State != conference.Connecting && !s.Link.ConnectedAt.IsZero():
		return w.text.Feed.NotHeard
	}
	return w.text.Reason[s.Link.Reason]
}

// nextAttempt is when a link that is down is tried again; zero while it is up, and when it is not tried by itself.
func nextAttempt(s *conference.State) time.Time {
	if s.Link.ConnectedAt.IsZero() {
		return s.Link.Next
	}
	return time.Time{}
}

// nextTry says it.
func (w words) nextTry(s *conference.State) templates.NextTry {
	at := nextAttempt(s)
	switch {
	case !at.IsZero():
		return templates.NextTry{Text: w.text.Feed.NextTry, Time: w.instant(at, "in")}
	case s.Link.State == conference.Refusing:
		return templates.NextTry{Text: w.text.Feed.NotByItself}
	}
	return templates.NextTry{}
}

func (v *feedView) connection(s *conference.State) templates.FeedLines {
	l := templates.FeedLines{ID: feedPart(s.ConfID, "connection")}
	if s.Link.ConnectedAt.IsZero() {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.notConnected(s), Tone: "quiet"})
	} else {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Since + " ", Time: v.instant(s.Link.ConnectedAt, "clock")})
	}
	if n := s.Link.Connects; n > 1 {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Feed.Reconnects(n - 1), Tone: "quiet"})
	}
	l.Lines = append(l.Lines, v.watchLine(v.several, s)...)
	return l
}

func (v *feedView) echo(s *conference.State) templates.FeedLines {
	l := templates.FeedLines{ID: feedPart(s.ConfID, "echo")}
	if s.Link.LastEcho.IsZero() {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Never, Tone: "quiet"})
		return l
	}
	l.Lines = append(l.Lines, templates.FeedLine{Time: v.instant(s.Link.LastEcho, "ago")})
	if s.Link.RoundTrip > 0 {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Feed.RoundTrip(s.Link.RoundTrip), Tone: "quiet"})
	}
	return l
}

func (v *feedView) token(s *conference.State) templates.FeedLines {
	l := templates.FeedLines{ID: feedPart(s.ConfID, "token")}
	if none := v.noToken(s); none != "" {
		l.Lines = append(l.Lines, templates.FeedLine{Text: none, Tone: "quiet"})
		return l
	}
	l.Lines = append(l.Lines, templates.FeedLine{Time: v.instant(s.Link.TokenAt, "ago")})
	if !s.Link.TokenExpires.IsZero() {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Feed.ValidUntil + " ", Time: v.instant(s.Link.TokenExpires, "clock"), Tone: "quiet"})
	}
	return l
}

// noToken says that there is no control token, empty if there is. The source does not tell that it gives one up; after an end or a
// refusal none is in use.
func (w words) noToken(s *conference.State) string {
	switch {
	case s.Link.TokenAt.IsZero():
		return w.text.Feed.NoToken
	case s.Link.State == conference.Over || s.Link.State == conference.Refusing:
		return w.text.Feed.TokenUnused
	}
	return ""
}

func (v *feedView) messages(s *conference.State) templates.FeedLines {
	l := templates.FeedLines{ID: feedPart(s.ConfID, "messages"), Lines: []templates.FeedLine{{Text: v.text.Feed.AppliedN(grouped(s.Counts.Applied))}}}
	if n := s.Counts.DroppedTotal(); n > 0 {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Feed.DroppedN(grouped(n)), Tone: "quiet"})
	}
	if n := s.Counts.Refused; n > 0 {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Feed.RefusedN(grouped(n)), Tone: "odd"})
	}
	if ahead := s.ClockAhead(); ahead > late {
		l.Lines = append(l.Lines, templates.FeedLine{Text: v.text.Feed.ClockAhead(ahead), Tone: "odd"})
	}
	return l
}

func (v *feedView) acts(s *conference.State) templates.FeedActs {
	a := templates.FeedActs{Text: v.text, ID: feedPart(s.ConfID, "acts"), TitleID: feedPart(s.ConfID, "title"), Details: v.paths.FeedMeeting(s.ConfID),
		RetryButtonID: feedPart(s.ConfID, "retry")}
	if v.admin && s.Link.State != conference.Live {
		a.Retry = v.paths.FeedRetry(s.ConfID, &v.query)
	}
	return a
}

// grouped writes a number with a comma between each three digits.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// factOr is a time with its name, or what is said when there is no such time.
func (w words) factOr(name string, t time.Time, show, never string) templates.Fact {
	if t.IsZero() {
		return templates.Fact{Name: name, Text: never}
	}
	return templates.Fact{Name: name, Time: w.instant(t, show)}
}

// fact is a time with its name, left out when there is no such time.
func (w words) fact(name string, t time.Time, show string) []templates.Fact {
	if t.IsZero() {
		return nil
	}
	return []templates.Fact{{Name: name, Time: w.instant(t, show)}}
}
