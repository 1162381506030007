package handlers

import (
	"net/url"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates/text"
)

// Paths makes every path of the board, so that a base path such as /board is respected everywhere. Base is empty or
// begins with a slash and does not end with one.
type Paths struct{ Base string }

// Overview is the path of the overview. only is empty for all meetings.
func (p Paths) Overview(only string) string { return overviewQuery{only: only}.path(p) }

// Meeting is the path of a meeting's page: the address that people share.
func (p Paths) Meeting(id conference.ConfID) string {
	return p.Base + "/m/" + url.PathEscape(string(id))
}

// MeetingStream is the path of the stream of a meeting's page whose timeline is about a topic.
func (p Paths) MeetingStream(id conference.ConfID, show timeline.Topic, lang text.Lang) string {
	q := url.Values{}
	if show != timeline.AnyTopic {
		q.Set(showParam, string(show))
	}
	return p.join("/m/"+url.PathEscape(string(id))+"/events", q, lang)
}

// Wall is the path of a wall with these parameters.
func (p Paths) Wall(v url.Values) string { return p.join("/wall", v, "") }

// WallSetup is the path of the page where a wall's address is put together.
func (p Paths) WallSetup() string { return p.Base + "/wall/setup" }

// Asset is the path of an asset, given its path below the base.
func (p Paths) Asset(path string) string { return p.Base + path }

// Cookies is the path for which cookies are set.
func (p Paths) Cookies() string { return p.Base + "/" }

func (p Paths) join(path string, q url.Values, lang text.Lang) string {
	if lang != "" {
		q.Set(langParam, string(lang))
	}
	if len(q) == 0 {
		return p.Base + path
	}
	return p.Base + path + "?" + q.Encode()
}

// chosen is the requested page with another choice. It is a query alone, relative to the page: a path that a stranger made up,
// such as //elsewhere.example, must not become a link that leaves the board.
func chosen(u *url.URL, param, value string) string {
	q := u.Query()
	q.Set(param, value)
	return "?" + q.Encode()
}

// Feed is the path of the page of the feed.
func (p Paths) Feed(q feedQuery) string { return p.join("/feed", q.values(), "") }

// FeedStream is the path of the stream of that page.
func (p Paths) FeedStream(q feedQuery, lang text.Lang) string {
	return p.join("/feed/events", q.values(), lang)
}

// FeedMeeting is the path of the page of one meeting's feed.
func (p Paths) FeedMeeting(id conference.ConfID) string { return p.feedMeeting(id, "") }

// FeedMeetingStream is the path of the stream of that page.
func (p Paths) FeedMeetingStream(id conference.ConfID, lang text.Lang) string {
	return p.join("/feed/m/"+url.PathEscape(string(id))+"/events", url.Values{}, lang)
}

// FeedRetry is where to post that a meeting be tried again. It leads back to the page of the feed if that is given, and otherwise
// to the meeting's.
func (p Paths) FeedRetry(id conference.ConfID, back *feedQuery) string {
	path := p.feedMeeting(id, "/retry")
	if back == nil {
		return path
	}
	v := back.values()
	v.Set(backParam, "feed")
	return path + "?" + v.Encode()
}

// FeedListRetry is where to post that the enterprise's list be asked for.
func (p Paths) FeedListRetry() string { return p.Base + "/feed/list/retry" }

// FeedRemove is where to post that a meeting be removed.
func (p Paths) FeedRemove(id conference.ConfID) string { return p.feedMeeting(id, "/remove") }

func (p Paths) feedMeeting(id conference.ConfID, act string) string {
	return p.Base + "/feed/m/" + url.PathEscape(string(id)) + act
}

// Rules is the path of the page of what is watched for.
func (p Paths) Rules() string { return p.Base + "/rules" }

// RulesStream is the path of the stream of that page.
func (p Paths) RulesStream(lang text.Lang) string { return p.join("/rules/events", url.Values{}, lang) }

// NewProfile is the path of the form for another profile.
func (p Paths) NewProfile() string { return p.Base + "/rules/profiles/new" }

// Profile is the path of the form of a profile.
func (p Paths) Profile(id string) string { return p.Base + "/rules/profiles/" + url.PathEscape(id) }

// RuleLimit is the path of the form of a built-in rule.
func (p Paths) RuleLimit(r conference.Rule) string {
	return p.Base + "/rules/built-in/" + url.PathEscape(string(r))
}

// SignIn is the path of the page where an admin signs in, and where the form is posted.
func (p Paths) SignIn() string { return p.Base + "/feed/sign-in" }

// SignOut is where to post that an admin signs out.
func (p Paths) SignOut() string { return p.Base + "/feed/sign-out" }
