package handlers

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
)

// Entry lets people sign in with a name and a password; *access.Accounts is one. All methods are safe for concurrent use.
type Entry interface {
	// SignIn lets in who knows an account's password. address is the client's. When name or password is wrong, ok is false; wait is
	// how long to wait before the next try, 0: none. An error is that of ctx, or that too many sign in at the moment.
	SignIn(ctx context.Context, w http.ResponseWriter, r *http.Request, address, name string, password conference.Secret) (wait time.Duration, ok bool, err error)
	// SignOut ends what SignIn began; with everywhere, also in all other browsers.
	SignOut(w http.ResponseWriter, r *http.Request, everywhere bool)
}

// toParam is where to go after signing in.
const toParam = "to"

func (h *Handlers) registerSignIn(g *echo.Group) {
	if h.Entry == nil {
		return
	}
	page(g, "/sign-in", h.accountSignInPage)
	g.POST("/sign-in", h.accountSignIn)
	g.POST("/sign-out", h.accountSignOut)
	page(g, "/account", h.account)
	page(g, SetUpPath, h.setUpPage)
	g.POST(SetUpPath, h.setUp)
	h.registerProvider(g)
}

// SignedOut answers who has to sign in first: in place of the page, whatever that is and whether or not there is one, so that
// nothing can be told from it.
func (h *Handlers) SignedOut(c echo.Context) error {
	to := ""
	if m := c.Request().Method; m == http.MethodGet || m == http.MethodHead {
		to = h.Paths.local(c.Request().URL.RequestURI())
	}
	return h.sendAccountSignIn(c, http.StatusUnauthorized, to, "", "")
}

// AdminsOnly answers a viewer who asks for what is an admin's.
func (h *Handlers) AdminsOnly(c echo.Context) error {
	t := h.language(c)
	p := templates.Problem{Text: t, Code: strconv.Itoa(http.StatusForbidden), Root: h.Paths.Overview(""), Title: t.Account.AdminsOnly, Help: t.Account.AdminsOnlyHelp}
	return send(c, http.StatusForbidden, h.frame(c, t, h.words(t.Lang).tab(p.Title+" · "+t.Product, false)), templates.ProblemRegion(p))
}

func (h *Handlers) accountSignInPage(c echo.Context) error {
	to := h.Paths.local(c.QueryParam(toParam))
	if visitor(c).Name != "" {
		return c.Redirect(http.StatusSeeOther, to)
	}
	return h.sendAccountSignIn(c, http.StatusOK, to, "", "")
}

func (h *Handlers) sendAccountSignIn(c echo.Context, status int, to, name, fault string) error {
	t := h.language(c)
	c.Response().Header().Set("Cache-Control", "no-store")
	p := h.frame(c, t, h.words(t.Lang).tab(t.Account.SignIn+" · "+t.Product, false))
	s := templates.AccountSignIn{Text: t, Help: t.Account.ProxyHelp}
	if h.Entry != nil {
		s.Help, s.Path, s.To = t.Account.Help, h.Paths.AccountSignIn(), to
		s.Name = templates.Field{ID: "name", Name: "name", Label: t.Account.Name, Value: name, MaxLength: "64", Required: true, First: fault == ""}
		s.Password = templates.Field{ID: "password", Name: "password", Label: t.Account.Password, Fault: fault, MaxLength: "200", Required: true, First: fault != ""}
	}
	if s.Provider, status = h.providerSignIn(c, t, status, to); s.Provider != nil {
		s.Help, s.Name.First = t.Provider.Help, false // it is behind the other way
	}
	switch {
	case h.setUpOpen() && h.Provider == nil: // through which admins come, too
		s.SetUp = h.Paths.SetUp()
	case h.Admins != nil && h.Entry == nil:
		s.Token = h.Paths.SignIn()
	}
	return send(c, status, p, templates.AccountSignInRegion(s))
}

func (h *Handlers) accountSignIn(c echo.Context) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	to, name := h.Paths.local(form.Get(toParam)), form.Get("name")
	wait, ok, err := h.Entry.SignIn(c.Request().Context(), c.Response(), c.Request(), c.RealIP(), name, conference.NewSecret(form.Get("password")))
	switch {
	case err != nil:
		return err
	case ok:
		if h.Provider != nil {
			h.Provider.SignOut(c.Response(), c.Request(), false) // one person at a time
		}
		return c.Redirect(http.StatusSeeOther, to)
	}
	if !oneLine(name) {
		name = ""
	}
	t := h.language(c)
	if wait > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
		return h.sendAccountSignIn(c, http.StatusTooManyRequests, to, name, t.Feed.Wait(wait))
	}
	return h.sendAccountSignIn(c, http.StatusUnauthorized, to, name, t.Account.Wrong)
}

// account is the page of the account that is signed in.
func (h *Handlers) account(c echo.Context) error {
	t, who := h.language(c), visitor(c)
	c.Response().Header().Set("Cache-Control", "no-store")
	p := h.frame(c, t, h.words(t.Lang).tab(who.Name+" · "+t.Product, false))
	if p.Account == nil { // signed in by a token
		return c.Redirect(http.StatusSeeOther, h.Paths.Overview(""))
	}
	role := t.Account.RoleViewer
	if who.Admin {
		role = t.Account.RoleAdmin
	}
	return send(c, http.StatusOK, p, templates.AccountRegion(*p.Account, role))
}

func (h *Handlers) accountSignOut(c echo.Context) error {
	form, err := readForm(c)
	if err != nil {
		return err
	}
	h.Entry.SignOut(c.Response(), c.Request(), form.Has("everywhere"))
	if h.Provider != nil {
		h.Provider.SignOut(c.Response(), c.Request(), form.Has("everywhere"))
	}
	if h.Admins != nil {
		h.Admins.SignOut(c.Response(), c.Request())
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Overview(""))
}

// local is an address on this board, as it was asked for; anything else becomes the overview.
func (p Paths) local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Fragment != "" || !strings.HasPrefix(to, p.Base+"/") ||
		strings.HasPrefix(to, "//") || strings.Contains(to, `\`) || strings.ContainsFunc(to, unicode.IsControl) ||
		!strings.HasPrefix(path.Clean(u.Path)+"/", p.Base+"/") { // it leads out by ..
		return p.Overview("")
	}
	return to
}

// Account is the path of the page of the account that is signed in.
func (p Paths) Account() string { return p.Base + "/account" }

// AccountSignIn is the path of the page where people sign in with an account.
func (p Paths) AccountSignIn() string { return p.Base + "/sign-in" }

// AccountSignOut is where to post that one signs out.
func (p Paths) AccountSignOut() string { return p.Base + "/sign-out" }
