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
)

// SetUp makes the account of a board's first admin. All methods are safe for concurrent use.
type SetUp interface {
	// Open reports whether nobody is an admin yet.
	Open() bool
	// Make makes the account for who has the code that the board printed, which is good for once, and signs them in. address is the
	// client's. The error is one of those below, or says that the account could not be stored; wait goes with ErrWrongCode: how long to
	// wait before the next try, 0: none.
	Make(ctx context.Context, w http.ResponseWriter, r *http.Request, address string, code conference.Secret, name string, password conference.Secret) (wait time.Duration, err error)
}

// Why a SetUp made no account.
var (
	ErrSetUpDone   = errors.New("there is an admin already")
	ErrWrongCode   = errors.New("not the current code")
	ErrBadName     = errors.New("not a name")
	ErrBadPassword = errors.New("not a password that can be set")
	ErrNameTaken   = errors.New("there is an account of this name")
)

// SetUpPath is the route where a board is set up. The code stands behind the # of its address, where the page's script finds it: browsers
// send that part to nobody.
const SetUpPath = "/setup"

// SetUp is the path of the page where a board is set up.
func (p Paths) SetUp() string { return p.Base + SetUpPath }

// setUpOpen reports whether the board waits for its first admin.
func (h *Handlers) setUpOpen() bool { return h.SetUp != nil && h.SetUp.Open() }

func (h *Handlers) setUpPage(c echo.Context) error {
	if !h.setUpOpen() {
		return h.sendSetUpDone(c)
	}
	return h.sendSetUp(c, http.StatusOK, h.setUpForm(c))
}

// setUpForm is the form as it is asked for first.
func (h *Handlers) setUpForm(c echo.Context) templates.SetUp {
	t := h.language(c)
	return templates.SetUp{Text: t, Path: h.Paths.SetUp(),
		Code:     templates.Field{ID: "code", Name: "code", Label: t.SetUp.Code, Hint: t.SetUp.CodeHint, MaxLength: "200", Required: true, First: true},
		Name:     templates.Field{ID: "name", Name: "name", Label: t.SetUp.Name, Hint: t.SetUp.NameHint, MaxLength: "64", Required: true},
		Password: templates.Field{ID: "password", Name: "password", Label: t.SetUp.Password, Hint: t.SetUp.PasswordHint, MaxLength: "200", Required: true},
		Again:    templates.Field{ID: "again", Name: "again", Label: t.SetUp.Again, MaxLength: "200", Required: true}}
}

func (h *Handlers) sendSetUp(c echo.Context, status int, s templates.SetUp) error {
	t := h.language(c)
	c.Response().Header().Set("Cache-Control", "no-store")
	p := h.frame(c, t, h.words(t.Lang).tab(t.SetUp.Title+" · "+t.Product, false))
	return send(c, status, p, templates.SetUpRegion(s))
}

// sendSetUpDone answers who comes after the first admin.
func (h *Handlers) sendSetUpDone(c echo.Context) error {
	t := h.language(c)
	p := templates.Problem{Text: t, Code: strconv.Itoa(http.StatusGone), Root: h.Paths.Overview(""), Title: t.SetUp.Done, Help: t.SetUp.DoneHelp}
	return send(c, http.StatusGone, h.frame(c, t, h.words(t.Lang).tab(p.Title+" · "+t.Product, false)), templates.ProblemRegion(p))
}

func (h *Handlers) setUp(c echo.Context) error {
	if !h.setUpOpen() {
		return h.sendSetUpDone(c)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	s, words := h.setUpForm(c), h.language(c).SetUp
	if s.Name.Value = form.Get("name"); !oneLine(s.Name.Value) {
		s.Name.Value = ""
	}
	password, status := form.Get("password"), http.StatusUnprocessableEntity
	if password != form.Get("again") {
		s.Again.Fault, s.Again.First, s.Code.First = words.Differ, true, false
		return h.sendSetUp(c, status, s)
	}
	wait, err := h.SetUp.Make(c.Request().Context(), c.Response(), c.Request(), c.RealIP(),
		conference.NewSecret(form.Get("code")), form.Get("name"), conference.NewSecret(password))
	wrong := &s.Code
	switch {
	case err == nil:
		return c.Redirect(http.StatusSeeOther, h.Paths.Overview(""))
	case errors.Is(err, ErrSetUpDone):
		return h.sendSetUpDone(c)
	case errors.Is(err, ErrWrongCode) && wait > 0:
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		wrong.Fault, status = h.language(c).Feed.Wait(wait), http.StatusTooManyRequests
	case errors.Is(err, ErrWrongCode):
		wrong.Fault, status = words.WrongCode, http.StatusForbidden
	case errors.Is(err, ErrBadName):
		wrong = &s.Name
		wrong.Fault = words.BadName
	case errors.Is(err, ErrNameTaken):
		wrong = &s.Name
		wrong.Fault = words.Taken
	case errors.Is(err, ErrBadPassword):
		wrong = &s.Password
		wrong.Fault = words.BadPassword
	default:
		if h.Logger != nil {
			h.Logger.Error("the first account was not made", "error", err)
		}
		s.Fault, status = words.NotStored, http.StatusInternalServerError
	}
	s.Code.First, wrong.First = false, true
	return h.sendSetUp(c, status, s)
}
