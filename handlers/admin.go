package handlers

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// Admins lets in who has the admin token; *access.Admin is one. All methods are safe for concurrent use.
type Admins interface {
	// SignIn lets in who has the token, which is good for once. address is the client's. When the token is wrong, ok is false
	// and wait is how long to wait before the next try; 0: none. An error says that nobody can be let in for now, because it cannot be
	// stored that the token is used.
	SignIn(w http.ResponseWriter, r *http.Request, address string, token conference.Secret) (wait time.Duration, ok bool, err error)
	// SignOut ends what SignIn began.
	SignOut(w http.ResponseWriter, r *http.Request)
}

// Keeper changes which meetings are watched. Its errors are the sentinels below. All methods are safe for concurrent use.
type Keeper interface {
	// Add watches a meeting, now and after a restart. One that was added before is replaced, and tried again if it was refused. When
	// it returns an error, nothing has changed.
	Add(ctx context.Context, m Meeting) (replaced bool, err error)
	// Remove forgets a meeting that was added.
	Remove(ctx context.Context, id conference.ConfID) error
	// Retry tries at once to connect to a meeting, whoever listed it.
	Retry(ctx context.Context, id conference.ConfID) error
	// Discover asks for the enterprise's list at once, also after a refusal. It does not wait, and does nothing if there is no such list.
	Discover()
}

// Meeting is one that an admin adds. Name and Group can be empty.
type Meeting struct {
	ConfID       conference.ConfID
	HostPassword conference.Secret
	Name, Group  string
}

// Why a Keeper did nothing.
var (
	ErrListed    = errors.New("the meeting is listed in the settings")
	ErrUnknown   = errors.New("no such meeting is watched")
	ErrNotByHand = errors.New("the meeting was not added by hand")
	ErrNotStored = errors.New("the meeting cannot be stored")
)

// MaxBody is the most that is read of a request's body, in bytes.
const MaxBody = 64 << 10

// What a page of the feed tells after something was done: the parameters of its address. They have no effect beside.
const (
	addedParam    = "added"
	replacedParam = "replaced"
	removedParam  = "removed"
	retriedParam  = "retried"
	askedParam    = "asked" // for the list
	// backParam says where to go when it is done.
	backParam = "back"
)

// registerFeed adds the pages of the feed, and what is done there.
func (h *Handlers) registerFeed(g *echo.Group) {
	page(g, "/feed", h.feed)
	g.GET("/feed/events", h.feedStream)
	page(g, "/feed/m/:confID", h.feedMeeting)
	g.GET("/feed/m/:confID/events", h.feedMeetingStream)
	if h.Hook != nil {
		g.POST(HookPath, h.receive)
	}
	if h.Admins != nil {
		page(g, "/feed/sign-in", h.signInPage)
		g.POST("/feed/sign-in", h.signIn)
		g.POST("/feed/sign-out", h.signOut)
	}
	if !h.changeable() {
		return
	}
	g.POST("/feed", h.add)
	g.POST("/feed/list/retry", h.retryList)
	g.POST("/feed/m/:confID/retry", h.retry)
	g.POST("/feed/m/:confID/remove", h.remove)
}

// changeable reports whether there is anything that an admin can do on the page of the feed.
func (h *Handlers) changeable() bool { return h.Keeper != nil && (h.Admins != nil || h.Closed) }

// signedIn reports whether a request is that of an admin who can do something.
func (h *Handlers) signedIn(c echo.Context) bool {
	return h.changeable() && visitor(c).Admin
}

// feedLead makes the props of what stands above the feed. form is the one to be corrected, nil for an empty one.
func (h *Handlers) feedLead(c echo.Context, form *templates.AddForm) templates.FeedLead {
	t := h.language(c)
	l := templates.FeedLead{Text: t}
	switch {
	case !h.changeable():
		return l
	case !h.signedIn(c):
		l.SignIn = h.Paths.SignIn()
		return l
	}
	l.Notice, l.Form = h.notice(c, t), form
	if h.linkMaker(c) {
		l.Links = h.Paths.AllLinks()
	}
	if visitor(c).Name == "" { // an account signs out on every page
		l.SignOut = h.Paths.SignOut()
	}
	if form == nil {
		l.Form = h.addForm(t, addition{})
	}
	return l
}

// notice tells an admin what was done before this page was asked for.
func (h *Handlers) notice(c echo.Context, t *text.Catalogue) templates.Notice {
	of := func(param string) (conference.ConfID, bool) {
		id := conference.ConfID(c.QueryParam(param))
		return id, id.Valid()
	}
	if !h.signedIn(c) || c.Request().Method == http.MethodPost {
		return templates.Notice{}
	}
	if id, ok := of(addedParam); ok {
		return templates.Notice{Text: t.Feed.Added(string(id)), Path: h.Paths.FeedMeeting(id), PathText: t.Feed.ShowAdded}
	}
	if id, ok := of(replacedParam); ok {
		return templates.Notice{Text: t.Feed.Replaced(string(id)), Path: h.Paths.FeedMeeting(id), PathText: t.Feed.ShowAdded}
	}
	if id, ok := of(removedParam); ok {
		return templates.Notice{Text: t.Feed.Removed(string(id))}
	}
	if id, ok := of(retriedParam); ok {
		return templates.Notice{Text: t.Feed.Retried(string(id))}
	}
	if c.QueryParam(askedParam) != "" {
		return templates.Notice{Text: t.Feed.ListAsked}
	}
	return templates.Notice{}
}

func (h *Handlers) signInPage(c echo.Context) error {
	if h.signedIn(c) {
		return c.Redirect(http.StatusSeeOther, h.Paths.Feed(feedQuery{}))
	}
	return h.sendSignIn(c, http.StatusOK, "")
}

func (h *Handlers) sendSignIn(c echo.Context, status int, fault string) error {
	t := h.language(c)
	hint := t.Feed.AdminTokenHint
	if h.TokensPrinted {
		hint = t.Feed.AdminTokenHintPrinted
	}
	p := h.frame(c, t, h.words(t.Lang).tab(t.Feed.SignIn+" · "+t.Product, false))
	p.AtFeed = true
	return send(c, status, p, templates.SignInRegion(templates.SignIn{Text: t, Path: h.Paths.SignIn(), Back: h.Paths.Feed(feedQuery{}),
		Token: templates.Field{ID: "token", Name: "token", Label: t.Feed.AdminToken, Hint: hint, Fault: fault, MaxLength: "200", Required: true, First: true}}))
}

func (h *Handlers) signIn(c echo.Context) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	wait, ok, err := h.Admins.SignIn(c.Response(), c.Request(), c.RealIP(), conference.NewSecret(form.Get("token")))
	switch {
	case err != nil:
		h.Logger.Error("an admin is not let in", "error", err)
		return h.sendSignIn(c, http.StatusInternalServerError, h.language(c).Feed.TokenUnstored)
	case ok:
		return c.Redirect(http.StatusSeeOther, h.Paths.Feed(feedQuery{}))
	case wait > 0:
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		return h.sendSignIn(c, http.StatusTooManyRequests, h.language(c).Feed.Wait(wait))
	}
	fault := h.language(c).Feed.WrongToken
	if h.TokensPrinted {
		fault = h.language(c).Feed.WrongTokenPrinted
	}
	return h.sendSignIn(c, http.StatusForbidden, fault)
}

func (h *Handlers) signOut(c echo.Context) error {
	h.Admins.SignOut(c.Response(), c.Request())
	return c.Redirect(http.StatusSeeOther, h.Paths.Feed(feedQuery{}))
}
