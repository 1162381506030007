package handlers

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"confboard/templates"
	"confboard/templates/text"
)

// Provider lets people sign in where their organisation does, by OpenID Connect. All methods are safe for concurrent use.
type Provider interface {
	// Reachable reports whether it has been reached.
	Reachable() bool
	// Begin begins a sign-in after which somebody wants to go to a page, and returns the address to which the browser is to be sent.
	// lang is the person's language, such as zh-CN. The error is ErrProviderDown.
	Begin(w http.ResponseWriter, r *http.Request, to, lang string) (address string, err error)
	// Finish lets in whom the provider has sent back. address is the client's. to is the page that was wanted as far as that is known,
	// whether or not there is an error, which is one of those below or that of ctx.
	Finish(ctx context.Context, w http.ResponseWriter, r *http.Request, address string) (to string, err error)
	// SignOut ends what Finish began, if anything; with everywhere, also in all other browsers.
	SignOut(w http.ResponseWriter, r *http.Request, everywhere bool)
}

// Why a Provider did not let somebody in.
var (
	ErrProviderDown    = errors.New("the provider cannot be reached")
	ErrProviderStale   = errors.New("the sign-in is over, or was begun elsewhere")
	ErrProviderDenied  = errors.New("the provider did not allow the sign-in")
	ErrProviderRefused = errors.New("in none of the groups that may see the board")
	ErrProviderAnswer  = errors.New("the answer of the provider is not accepted")
	ErrProviderMany    = errors.New("too many sign-ins failed")
)

// providerFaults are the faults as the address of the sign-in page names them. Nothing that the provider said stands there.
var providerFaults = []struct {
	err    error
	name   string
	status int
	words  func(*text.ProviderText) text.ProviderFault
}{
	{ErrProviderDown, "down", http.StatusServiceUnavailable, func(t *text.ProviderText) text.ProviderFault { return t.Down }},
	{ErrProviderStale, "over", http.StatusBadRequest, func(t *text.ProviderText) text.ProviderFault { return t.Stale }},
	{ErrProviderDenied, "denied", http.StatusForbidden, func(t *text.ProviderText) text.ProviderFault { return t.Denied }},
	{ErrProviderRefused, "group", http.StatusForbidden, func(t *text.ProviderText) text.ProviderFault { return t.Refused }},
	{ErrProviderAnswer, "answer", http.StatusBadGateway, func(t *text.ProviderText) text.ProviderFault { return t.Answer }},
	{ErrProviderMany, "many", http.StatusTooManyRequests, func(t *text.ProviderText) text.ProviderFault { return t.Many }},
}

// faultParam names a fault.
const faultParam = "fault"

// The routes at which a provider's sign-in begins, and to which the provider sends people back.
const (
	ProviderPath = "/sign-in/provider"
	CallbackPath = "/sign-in/callback"
)

func (h *Handlers) registerProvider(g *echo.Group) {
	if h.Provider == nil {
		return
	}
	g.GET(ProviderPath, h.providerBegin)
	g.GET(CallbackPath, h.providerCallback)
}

// providerBegin sends the browser to the provider. A link leads here and no form: forms must not lead to another site.
func (h *Handlers) providerBegin(c echo.Context) error {
	to := h.Paths.local(c.QueryParam(toParam))
	address, err := h.Provider.Begin(c.Response(), c.Request(), to, h.language(c).HTMLLang)
	if err != nil {
		return h.providerFailed(c, to, err)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Redirect(http.StatusSeeOther, address)
}

// providerCallback lets in whom the provider has sent back. It never answers with a page of its own, so that its address, which has a
// code in it, stays in no history.
func (h *Handlers) providerCallback(c echo.Context) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("Referrer-Policy", "no-referrer")
	to, err := h.Provider.Finish(c.Request().Context(), c.Response(), c.Request(), c.RealIP())
	to = h.Paths.local(to)
	if err != nil {
		return h.providerFailed(c, to, err)
	}
	h.Entry.SignOut(c.Response(), c.Request(), false) // one person at a time
	return c.Redirect(http.StatusSeeOther, to)
}

// providerFailed leads to the sign-in page, which says what happened.
func (h *Handlers) providerFailed(c echo.Context, to string, err error) error {
	for _, f := range providerFaults {
		if errors.Is(err, f.err) {
			c.Response().Header().Set("Cache-Control", "no-store")
			return c.Redirect(http.StatusSeeOther, h.Paths.AccountSignIn()+"?"+url.Values{faultParam: {f.name}, toParam: {to}}.Encode())
		}
	}
	return err
}

// providerSignIn is how the sign-in page leads to the provider, nil when it does not, and with which status it is sent.
func (h *Handlers) providerSignIn(c echo.Context, t *text.Catalogue, status int, to string) (*templates.ProviderSignIn, int) {
	if h.Provider == nil {
		return nil, status
	}
	s := &templates.ProviderSignIn{Text: t, Button: cmp.Or(h.ProviderButton, t.Provider.Button)}
	if !h.Provider.Reachable() {
		s.Fault = t.Provider.Down
		return s, status
	}
	// The provider sends people back to the public address, whichever one they came by: the cookies have to be there.
	s.Path = h.PublicURL + h.Paths.Base + ProviderPath + "?" + url.Values{toParam: {h.Paths.local(to)}}.Encode()
	for _, f := range providerFaults {
		if c.Path() == h.Paths.AccountSignIn() && c.QueryParam(faultParam) == f.name {
			s.Fault, status = f.words(&t.Provider), f.status
		}
	}
	return s, status
}
