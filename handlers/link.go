package handlers

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// Links are the links to single meetings; *access.Links is one. All methods are safe for concurrent use.
type Links interface {
	// Make makes a link, of which ID and Created are set, and returns the token in its address. After an error there is none.
	Make(ctx context.Context, s conference.Share) (token conference.Secret, made conference.Share, err error)
	// Open returns the link with a token and its name to the streams; ok is false when it does not open, for whatever reason.
	Open(token string) (s conference.Share, owner string, ok bool)
	// Opens reports whether the link with an ID opens still.
	Opens(id string) bool
	// List returns the links of a meeting, or all of them for an empty ID, the newest first.
	List(id conference.ConfID) []conference.Share
	// Revoke takes a link back at once. An error means that this may not outlive a restart.
	Revoke(ctx context.Context, id string) (found bool, err error)
}

// registerLinks adds the pages behind links, and those where links are made.
func (h *Handlers) registerLinks(g *echo.Group) {
	if h.Links == nil {
		return
	}
	page(g, "/s/:token", h.link)
	g.GET("/s/:token/events", h.linkStream)
	page(g, "/s/:token/badge.svg", h.linkBadge)
	page(g, "/links", h.allLinks)
	page(g, "/m/:confID/links", h.meetingLinks)
	g.POST("/m/:confID/links", h.makeLink)
	g.POST("/links/:id/revoke", h.revokeLink)
}

// link is the page behind a link. As it is sent it says nothing of the meeting, and everybody gets the same: what makes previews of
// links reads no further, and the browser's stream brings the rest. plain asks for the page with everything in it, for browsers
// without scripts.
func (h *Handlers) link(c echo.Context) error {
	share, _, ok := h.Links.Open(c.Param("token"))
	if !ok {
		return h.noLink(c)
	}
	t := h.language(c)
	confided(c)
	p := h.frame(c, t, h.words(t.Lang).tab(t.Share.Untitled+" · "+t.Product, false))
	p.Stream, p.StreamID = h.Paths.LinkStream(c.Param("token"), t.Lang), "stream-link"
	if c.QueryParams().Has(plainParam) {
		h.state(c.Request().Context(), share.ConfID) // so that there is all of it to be shown
		tab, region := h.linkView(share.ConfID, share.Shows, t.Lang).draw()
		p.Tab = tab
		return sendFramed(c, http.StatusOK, templates.LinkFrame(p), templates.LinkRegion(region))
	}
	return sendFramed(c, http.StatusOK, templates.LinkFrame(p), templates.LinkLoading(t))
}

// plainParam asks for a page that needs no script.
const plainParam = "plain"

// confided keeps an address that has a link's token to whoever was given it.
func confided(c echo.Context) {
	unlisted(c)
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
}

// unlisted keeps a page out of caches and search engines.
func unlisted(c echo.Context) {
	header := c.Response().Header()
	header.Set("Cache-Control", "no-store")
	header.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
}

// noLink answers for every link that does not open, and for those that there never were: they look the same.
func (h *Handlers) noLink(c echo.Context) error {
	t := h.language(c)
	confided(c)
	p := h.frame(c, t, h.words(t.Lang).tab(t.Share.GoneTitle+" · "+t.Product, false))
	return sendFramed(c, http.StatusGone, templates.LinkFrame(p), templates.LinkGone(t))
}

func (h *Handlers) linkStream(c echo.Context) error {
	share, owner, ok := h.Links.Open(c.Param("token"))
	if !ok {
		confided(c)
		return echo.NewHTTPError(http.StatusGone, "this link does not open any more")
	}
	return h.serveStream(c, h.linkView(share.ConfID, share.Shows, h.streamLanguage(c)),
		live.ServeOptions{Owner: owner, Moved: func() bool { return !h.Links.Opens(share.ID) }})
}

// linkBadge is a picture of a meeting's status class, for other pages to show. It names nothing.
func (h *Handlers) linkBadge(c echo.Context) error {
	t := text.For(text.English) // whatever the browser asks for, because the picture is kept by caches
	if l := text.Lang(c.QueryParam(langParam)); l.Known() {
		t = text.For(l)
	}
	status, badge := http.StatusGone, templates.LinkBadge{Severity: rules.Ended.String(), Word: t.Share.BadgeGone}
	if share, _, ok := h.Links.Open(c.Param("token")); ok {
		status = http.StatusOK
		severity := rules.Scheduled
		if s := h.linkView(share.ConfID, conference.Shows{}, t.Lang).state(); s != nil {
			severity = rules.Judge(s)
		}
		badge = templates.LinkBadge{Severity: severity.String(), Word: t.Severity[severity]}
	}
	badge.Measure()
	body, err := draw(c.Request().Context(), templates.LinkBadgeView(badge))
	if err != nil {
		return err
	}
	confided(c)
	header := c.Response().Header()
	header.Set("Cache-Control", "public, max-age=10")
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return c.Blob(status, "image/svg+xml", body)
}

// publicMeeting is a meeting's own page for people who are not signed in, where its status is public. What may not be seen and what is
// not there is answered alike.
func (h *Handlers) publicMeeting(c echo.Context, id conference.ConfID) error {
	if !h.public(id) {
		return ErrSignedOut
	}
	t := h.language(c)
	tab, region := h.linkView(id, conference.Shows{}, t.Lang).draw()
	p := h.frame(c, t, tab)
	p.Stream, p.StreamID = h.Paths.MeetingStream(id, timeline.AnyTopic, t.Lang), "stream-public"
	if h.Entry != nil {
		p.Lead = templates.SeeMoreView(t, h.Paths.AccountSignIn()+"?"+url.Values{toParam: {h.Paths.Meeting(id)}}.Encode())
	}
	return sendFramed(c, http.StatusOK, templates.LinkFrame(p), templates.LinkRegion(region))
}

func (h *Handlers) publicStream(c echo.Context, id conference.ConfID) error {
	if !h.public(id) {
		return ErrSignedOut
	}
	return h.serveStream(c, h.linkView(id, conference.Shows{}, h.streamLanguage(c)), live.ServeOptions{})
}

// public reports whether people who are not signed in see the status of a meeting.
func (h *Handlers) public(id conference.ConfID) bool { return h.Public != nil && h.Public(id) }

// Link is the path of the page behind a link, LinkStream that of its stream.
func (p Paths) Link(token string) string { return p.Base + "/s/" + url.PathEscape(token) }

// LinkStream is the path of the stream of the page behind a link.
func (p Paths) LinkStream(token string, lang text.Lang) string {
	return p.join("/s/"+url.PathEscape(token)+"/events", url.Values{}, lang)
}

// MeetingLinks is the path of the page where links to a meeting are made, AllLinks that of the list of all.
func (p Paths) MeetingLinks(id conference.ConfID) string { return p.Meeting(id) + "/links" }

// AllLinks is the path of the list of all links.
func (p Paths) AllLinks() string { return p.Base + "/links" }

// RevokeLink is where to post that a link be revoked.
func (p Paths) RevokeLink(id string) string {
	return p.Base + "/links/" + url.PathEscape(id) + "/revoke"
}
