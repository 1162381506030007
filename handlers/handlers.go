// Package handlers answers requests: one file per page or endpoint. A handler reads the current state, makes props and
// lets the templates draw them; a page that changes also has a view, which draws the same components for the stream.
package handlers

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// Board is where the current states are read; *conference.Registry is one.
type Board interface {
	// Get returns a meeting's state, nil if it is not on the board.
	Get(conference.ConfID) *conference.State
	// All returns all states in order of confID.
	All() []*conference.State
	// States returns the same in no order.
	States() []*conference.State
	// Observe calls f with every change, as conference.Registry does.
	Observe(f func(conference.Change)) (states []*conference.State, cancel func())
	// Totals returns what was received since the start.
	Totals() conference.Totals
	// Discovery returns how meetings are found.
	Discovery() conference.Discovery
}

// Streams serves live streams; *live.Hub is one.
type Streams interface {
	// Serve blocks for the life of one viewer's stream. Its errors are live's sentinels.
	Serve(w http.ResponseWriter, r *http.Request, v live.View, o live.ServeOptions) error
}

// Assets are the paths of the embedded assets, below the base path and with their content's hash.
type Assets interface {
	Path(name string) string
}

// Handlers are all pages and endpoints. The fields are set once, before the first request. Those that can be nil are marked.
type Handlers struct {
	Board   Board
	Streams Streams
	Assets  Assets
	Paths   Paths
	// Build identifies what is running; a page reloads itself when it changes.
	Build string
	// Now is the clock: time.Now, or that of the recording that is played.
	Now func() time.Time
	// Playback is the recording that is played; nil: the meetings are live.
	Playback Playback
	// Timeline is what happened in the meetings; nil: nobody keeps it.
	Timeline Timeline
	// Archive is where it is read what was stored of them; nil: nothing is. Storage tells how the storing fares; nil: nobody knows.
	Archive Archive
	Storage Storage
	// Whole makes states whole that another board knows; nil: there is no other.
	Whole Whole
	// Several tells of the boards that work as one with this one; nil: there is no other.
	Several Several
	// Rewinder knows how meetings were; nil: Timeline alone does.
	Rewinder Rewinder
	// Ready reports whether the process is neither starting nor stopping.
	Ready func() bool
	// Admins knows who may change something, and Keeper does it. If either is nil nobody can, and nothing is offered.
	Admins Admins
	Keeper Keeper
	// TokensPrinted: every admin token is printed; otherwise the first is, and the current one is in a file.
	TokensPrinted bool
	// Hook takes the enterprise's events; nil: there is no such endpoint.
	Hook Hook
	// Walls are the walls that have a name; nil: the board's file does not open, or there is none.
	Walls Walls
	// Closed: who is not signed in sees nothing but links and what is Public. Entry lets people sign in; nil: that is not done here.
	Closed bool
	Entry  Entry
	// SetUp makes the first admin's account; nil: there was one from the beginning.
	SetUp SetUp
	// Provider lets people sign in elsewhere, beside Entry, and ProviderButton is what leads there, empty for words in the language of
	// the page; nil: nobody can.
	Provider       Provider
	ProviderButton string
	// Public reports whether the status of a meeting may be seen by those who are not signed in; nil: of none.
	Public func(conference.ConfID) bool
	// Rules are what is watched for; nil: nobody is told.
	Rules Rules
	// Links are the links to single meetings; nil: there are none. PublicURL is scheme and host of their addresses; empty: as the
	// request that makes one has them.
	Links     Links
	PublicURL string
	// Silencer takes note of what needs a person, for admins; nil: nobody can.
	Silencer Silencer
	// Logger is told of what could not be done for an admin. nil: nobody is.
	Logger *slog.Logger

	names   aliases
	legends legends
	orders  orders
}

// Register adds all routes to a group that stands at the base path.
func (h *Handlers) Register(g *echo.Group) {
	page(g, "/", h.overview)
	page(g, "/m/:confID", h.meeting)
	page(g, "/m/:confID/timeline", h.timelinePage)
	page(g, "/wall", h.wall)
	page(g, "/wall/setup", h.wallSetup)
	g.GET("/events", h.overviewStream)
	g.GET("/m/:confID/events", h.meetingStream)
	g.GET("/wall/events", h.wallStream)
	h.registerWalls(g)
	h.registerFeed(g)
	h.registerSignIn(g)
	h.registerLinks(g)
	h.registerSilences(g)
	h.registerHistory(g)
	h.registerRules(g)
	g.GET("/api/v1/meetings", h.apiMeetings)
	g.GET("/api/v1/meetings/:confID", h.apiMeeting)
	g.GET("/favicon.ico", h.icon)
	g.GET("/healthz", h.health)
	g.GET("/readyz", h.ready)
}

// page registers a page for GET and for HEAD, which link checkers and load balancers use.
func page(g *echo.Group, path string, f echo.HandlerFunc) {
	g.GET(path, f)
	g.HEAD(path, f)
}

// What a viewer can choose for all pages: the parameter of an address that says it, and the cookie that remembers it.
const (
	langParam   = "lang"
	langCookie  = "confboard_lang"
	themeParam  = "theme"
	themeCookie = "confboard_theme"
)

// The themes, in the order in which they are offered.
const themeSystem = "system"

var themes = []string{themeSystem, "light", "dark"}

// choice is what a viewer has chosen: in the address, which is remembered, or before. It is empty when nothing known has.
func (h *Handlers) choice(c echo.Context, param, cookie string, known func(string) bool) string {
	if v := c.QueryParam(param); known(v) {
		if c.Get(choicesForgotten) != nil {
			return v
		}
		c.SetCookie(&http.Cookie{Name: cookie, Value: v, Path: h.Paths.Cookies(), MaxAge: 365 * 24 * 3600,
			HttpOnly: true, Secure: c.IsTLS(), SameSite: http.SameSiteLaxMode})
		return v
	}
	if k, err := c.Cookie(cookie); err == nil && known(k.Value) {
		return k.Value
	}
	return ""
}

// forgetChoices keeps the choices in the address of a request from being remembered: those of a wall are for that screen, and
// whoever looks at its preview keeps the language and the theme of all other pages.
func forgetChoices(c echo.Context) { c.Set(choicesForgotten, true) }

const choicesForgotten = "choices-forgotten"

// language is the viewer's: as chosen, or as the browser asks.
func (h *Handlers) language(c echo.Context) *text.Catalogue {
	if v := h.choice(c, langParam, langCookie, func(v string) bool { return text.Lang(v).Known() }); v != "" {
		return text.For(text.Lang(v))
	}
	return text.For(text.Match(c.Request().Header.Get("Accept-Language")))
}

// theme is the viewer's: as chosen, or the system's.
func (h *Handlers) theme(c echo.Context) string {
	return cmp.Or(h.choice(c, themeParam, themeCookie, func(v string) bool { return slices.Contains(themes, v) }), themeSystem)
}

// streamLanguage is the language of a stream: the address says it, as the page wrote it there.
func (h *Handlers) streamLanguage(c echo.Context) text.Lang {
	if l := text.Lang(c.QueryParam(langParam)); l.Known() {
		return l
	}
	return text.Match(c.Request().Header.Get("Accept-Language"))
}

// frame is what every page shares.
func (h *Handlers) frame(c echo.Context, t *text.Catalogue, tab templates.Tab) templates.Page {
	now := h.Now()
	p := templates.Page{
		Text: t, Tab: tab, Root: h.Paths.Overview(""), Build: h.Build, Now: strconv.FormatInt(now.UnixMilli(), 10),
		Clock: now.UTC().Format("2006-01-02 15:04:05") + " UTC",
		CSS:   h.Paths.Asset(h.Assets.Path("app.css")),
		JS:    h.Paths.Asset(h.Assets.Path("app.js")),
	}
	for _, l := range text.Langs() {
		other := text.For(l)
		p.Languages = append(p.Languages, templates.Choice{
			Name: other.OwnName, HTMLLang: other.HTMLLang, Path: chosen(c.Request().URL, langParam, string(l)), Current: l == t.Lang})
	}
	who := visitor(c)
	if who.Viewer && h.Archive != nil {
		p.History = h.Paths.History(nil)
	}
	switch {
	case who.Admin && h.Walls != nil:
		p.Walls = h.Paths.Walls()
	case who.Viewer:
		p.Walls = h.Paths.WallSetup()
	}
	if who.Viewer && h.Rules != nil {
		p.Rules = h.Paths.Rules()
	}
	if !h.Closed || who.Admin {
		p.Feed = h.Paths.Feed(feedQuery{})
	}
	if who.Name != "" {
		p.Account = &templates.AccountMenu{Text: t, Name: who.Name}
		if h.Entry != nil {
			p.Account.Path, p.Account.SignOut = h.Paths.Account(), h.Paths.AccountSignOut()
		}
	}
	h.tellPlayback(&p, t, now)
	theme := h.theme(c)
	if theme != themeSystem {
		p.Theme = theme
	}
	for _, name := range themes {
		p.Themes = append(p.Themes, templates.Choice{Name: t.Themes[name], Icon: name, Path: chosen(c.Request().URL, themeParam, name), Current: name == theme})
	}
	return p
}

func send(c echo.Context, status int, p templates.Page, region templ.Component) error {
	return sendFramed(c, status, templates.Frame(p), region)
}

// sendFramed draws a page into memory and only then answers, so that a fault is a clean 500 and never half a page.
func sendFramed(c echo.Context, status int, frame, region templ.Component) error {
	body, err := draw(c.Request().Context(), frame, region)
	if err != nil {
		return err
	}
	header := c.Response().Header()
	if header.Get("Cache-Control") == "" {
		header.Set("Cache-Control", "no-cache")
	}
	header.Add("Vary", "Accept-Language, Cookie")
	return c.HTMLBlob(status, body)
}

// drawnRoom is room for most pages, so that their buffer does not grow step by step.
const drawnRoom = 64 << 10

// draw renders a component, with others inside it.
func draw(ctx context.Context, outer templ.Component, inner ...templ.Component) ([]byte, error) {
	if len(inner) > 0 {
		ctx = templ.WithChildren(ctx, templ.Join(inner...))
	}
	var b bytes.Buffer
	b.Grow(drawnRoom)
	if err := outer.Render(ctx, &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// message collects the parts of one message of a stream.
type message struct {
	ctx context.Context
	b   bytes.Buffer
	err error
}

func (m *message) add(outer templ.Component, inner ...templ.Component) {
	if m.err != nil {
		return
	}
	ctx := m.ctx
	if len(inner) > 0 {
		ctx = templ.WithChildren(ctx, templ.Join(inner...))
	}
	m.err = outer.Render(ctx, &m.b)
}

// swap adds a component that replaces the element with the id.
func (m *message) swap(id string, c templ.Component) { m.add(templates.Swap(id), c) }

func (m *message) bytes() ([]byte, error) { return m.b.Bytes(), m.err }

// serveStream serves a view to one viewer.
func (h *Handlers) serveStream(c echo.Context, v live.View, o live.ServeOptions) error {
	o.Address = c.RealIP()
	h.hold(v, &o)
	switch who := visitor(c); {
	case o.Owner != "":
	case who.Owner != "":
		o.Owner = who.Owner
		moved := o.Moved
		o.Moved = func() bool { return who.Ended() || moved != nil && moved() }
	default:
		o.For = who.Asks
	}
	return h.Streams.Serve(c.Response().Writer, c.Request(), v, o) // not Echo's own, whose Flush hides errors
}
