package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// Walls are the walls that have a name; *access.Walls is one. Errors that can be told apart are those of conference. All methods are safe
// for concurrent use; those with a context wait for the disk, and after an error nothing has changed unless they say otherwise.
type Walls interface {
	// Make makes a wall, of which Name, Query and By are given, and returns the token in its address.
	Make(ctx context.Context, w conference.Wall) (token conference.Secret, made conference.Wall, err error)
	// Open exchanges the token in a wall's address for a cookie; ok is false when it is nobody's. Keep renews the cookie of a request.
	Open(w http.ResponseWriter, r *http.Request, token string) (wall conference.Wall, ok bool)
	Keep(w http.ResponseWriter, r *http.Request)
	// Enter says that the page of a wall is open, until leave is called, and what it reports. owner is the wall's name to the streams; ok
	// is false when there is no such wall.
	Enter(id string, report conference.WallReport) (owner string, leave func(), ok bool)
	Get(id string) (w conference.Wall, ok bool)
	// List returns all walls in order of name.
	List() []conference.Wall
	Rename(ctx context.Context, id, name string) error
	// Show has a wall show another query.
	Show(ctx context.Context, id, query string) error
	// Readdress gives a wall another token; the old one lets nobody in any more.
	Readdress(ctx context.Context, id string) (token conference.Secret, err error)
	// Reload has the page of a wall loaded anew, at once or when it is back.
	Reload(id string) error
	// Remove removes a wall at once. An error means that this may not outlive a restart.
	Remove(ctx context.Context, id string) (found bool, err error)
}

// registerWalls adds the pages of walls with a name, and those where admins see to them.
func (h *Handlers) registerWalls(g *echo.Group) {
	page(g, "/w/:token", h.openWall)
	if h.Walls == nil {
		return
	}
	page(g, "/walls", h.allWalls)
	g.GET("/walls/events", h.allWallsStream)
	g.POST("/walls", h.makeWall)
	g.POST("/walls/:id/rename", h.renameWall)
	g.POST("/walls/:id/show", h.showOnWall)
	g.POST("/walls/:id/readdress", h.readdressWall)
	g.POST("/walls/:id/reload", h.reloadWall)
	g.POST("/walls/:id/remove", h.removeWall)
}

// The parameters of the address of a wall with a name: its ID, and in that of its stream the revision and the build of the page.
const (
	wallParam     = "wall"
	revisionParam = "revision"
	buildParam    = "build"
)

// screenHeader is where a wall's page tells the size of its screen when it asks for its stream.
const screenHeader = "Confboard-Screen"

// Why a screen sees no wall.
var (
	errNoWall = errors.New("this wall is let in no more")
	// errAway: which walls there are is not known, because the board's file does not open.
	errAway = errors.New("the board cannot look up its walls")
)

// namedWall is a wall that a page is about.
type namedWall struct {
	conference.Wall
	// itself: it is the wall's own screen that asks, and not somebody who looks at what it shows.
	itself bool
}

// namedWall is the wall with a name that a request is about, nil for none. The screen of a wall gets that wall, whatever it asks for.
func (h *Handlers) namedWall(c echo.Context) (*namedWall, error) {
	who, id := visitor(c), c.QueryParam(wallParam)
	itself := who.Wall != "" && (!who.Viewer || id == who.Wall)
	switch {
	case itself:
		id = who.Wall
	case id == "" && who.Viewer:
		return nil, nil
	case id == "":
		return nil, ErrSignedOut
	case h.Walls == nil:
		return nil, errAway
	case !who.Viewer:
		return nil, errNoWall
	}
	w, ok := h.Walls.Get(id)
	if !ok {
		return nil, errNoWall
	}
	return &namedWall{Wall: w, itself: itself}, nil
}

// values are the parameters of what it shows.
func (n *namedWall) values() url.Values {
	v, err := url.ParseQuery(n.Query)
	if err != nil { // it was made by wallValues
		return url.Values{}
	}
	return v
}

func (n *namedWall) shows(c echo.Context) (text.Lang, wallQuery, wallLook) {
	given := n.values()
	lang := langOf(given, text.Match(c.Request().Header.Get("Accept-Language")))
	q, look := wallOf(given, lang)
	return lang, q, look
}

// openWall is the address that the browser of a screen is given: it leads to the wall, which has no secret in its address.
func (h *Handlers) openWall(c echo.Context) error {
	confided(c)
	if h.Walls == nil {
		return h.refuseWall(c, errAway)
	}
	w, ok := h.Walls.Open(c.Response(), c.Request(), c.Param("token"))
	if !ok {
		return h.refuseWall(c, errNoWall)
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.NamedWall(w.ID))
}

// refuseWall answers a screen that sees no wall, so that whoever stands before it knows why. The page tries again by itself.
func (h *Handlers) refuseWall(c echo.Context, why error) error {
	if !errors.Is(why, errNoWall) && !errors.Is(why, errAway) {
		return why
	}
	forgetChoices(c)
	t := h.language(c)
	status, title, help := http.StatusGone, t.Named.Refused, t.Named.RefusedHelp
	if errors.Is(why, errAway) {
		status, title, help = http.StatusServiceUnavailable, t.Named.Away, t.Named.AwayHelp
	}
	unlisted(c)
	p := h.frame(c, t, h.words(t.Lang).tab(title+" · "+t.Product, true))
	p.Theme = "dark"
	return sendFramed(c, status, templates.WallRefused(p), templates.WallRefusal(title, help))
}

func (h *Handlers) refuseWallStream(c echo.Context, why error) error {
	switch {
	case errors.Is(why, errNoWall):
		unlisted(c)
		return echo.NewHTTPError(http.StatusGone, why.Error())
	case errors.Is(why, errAway):
		return echo.NewHTTPError(http.StatusServiceUnavailable, why.Error())
	}
	return why
}

var (
	screenSize = regexp.MustCompile(`^[1-9][0-9]{1,4}x[1-9][0-9]{1,4}$`)
	buildName  = regexp.MustCompile(`^[0-9a-f]{1,32}$`)
)

// namedWallStream is the stream of a wall's own page. A page of another revision is told to load itself anew.
func (h *Handlers) namedWallStream(c echo.Context, n *namedWall) error {
	report := conference.WallReport{Build: c.QueryParam(buildParam), Screen: c.Request().Header.Get(screenHeader)}
	if !buildName.MatchString(report.Build) {
		report.Build = ""
	}
	if !screenSize.MatchString(report.Screen) {
		report.Screen = ""
	}
	lang, q, _ := n.shows(c)
	view, revision := h.wallView(q, lang), c.QueryParam(revisionParam)
	owner, leave, ok := h.Walls.Enter(n.ID, report)
	if !ok {
		return h.refuseWallStream(c, errNoWall)
	}
	h.Walls.Keep(c.Response(), c.Request())
	return h.serveStream(c, view, live.ServeOptions{Owner: owner, Left: leave, Moved: visitor(c).Ended, Outdated: func() bool {
		is, ok := h.Walls.Get(n.ID)
		return ok && strconv.FormatInt(is.Revision, 10) != revision
	}})
}

// NamedWall is the path of a wall with a name, Walls that of the list of all.
func (p Paths) NamedWall(id string) string {
	return p.join("/wall", url.Values{wallParam: {id}}, "")
}

// Walls is the path of the list of all walls with a name.
func (p Paths) Walls() string { return p.Base + "/walls" }

// WallAddress is the path that the browser of a wall's screen is given.
func (p Paths) WallAddress(token string) string { return p.Base + "/w/" + url.PathEscape(token) }

// namedWallStream is the path of the stream of a wall's own page.
func (p Paths) namedWallStream(w conference.Wall, build string) string {
	return p.join("/wall/events", url.Values{wallParam: {w.ID}, revisionParam: {strconv.FormatInt(w.Revision, 10)}, buildParam: {build}}, "")
}

// wallAct is where to post what is to be done to a wall.
func (p Paths) wallAct(id, act string) string {
	return p.Base + "/walls/" + url.PathEscape(id) + "/" + act
}
