package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
)

// Silencer lets admins take note of what needs a person. It waits for the disk; after an error nothing has changed. Its errors are the
// sentinels below and ErrUnknown. All methods are safe for concurrent use.
type Silencer interface {
	// Silence acknowledges or silences a concern of a meeting, now and after a restart, in place of what was said of it before. At and
	// Began are filled in.
	Silence(ctx context.Context, id conference.ConfID, q conference.Silence) error
	// Unsilence ends that by hand; what has ended already stays so.
	Unsilence(ctx context.Context, id conference.ConfID, c conference.Cause, by string) error
}

// Why a Silencer did nothing.
var (
	ErrNoConcern       = errors.New("there is no such concern any more")
	ErrSilenceUnstored = errors.New("the silence cannot be stored")
)

// The parameters of an address or a form that name a concern.
const (
	ruleParam    = "rule"
	fieldParam   = "field"
	profileParam = "profile"
)

// registerSilences adds the page where concerns are acknowledged and silenced, and what is done there.
func (h *Handlers) registerSilences(g *echo.Group) {
	if h.Silencer == nil {
		return
	}
	page(g, "/m/:confID/silence", h.silencePage)
	g.POST("/m/:confID/silence", h.silence)
	page(g, "/m/:confID/unsilence", h.unsilencePage)
	g.POST("/m/:confID/unsilence", h.unsilence)
}

// mayNote reports whether a request is that of an admin who can acknowledge and silence.
func (h *Handlers) mayNote(c echo.Context) bool { return h.Silencer != nil && visitor(c).Admin }

func (h *Handlers) silencePage(c echo.Context) error {
	return h.ofConcern(c, false, c.QueryParams())
}

func (h *Handlers) unsilencePage(c echo.Context) error {
	return h.ofConcern(c, true, c.QueryParams())
}

// ofConcern answers with the page about the concern that values name.
func (h *Handlers) ofConcern(c echo.Context, ends bool, v url.Values) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	if !h.mayNote(c) {
		return h.refuseMaker(c)
	}
	e := newSilenceEntry(v, ends, h.Now())
	e.by, e.asked = h.noter(c)
	return h.sendSilence(c, http.StatusOK, id, e)
}

// silence acknowledges or silences a concern for an admin.
func (h *Handlers) silence(c echo.Context) error {
	return h.note(c, false, func(id conference.ConfID, e *silenceEntry) error {
		return h.Silencer.Silence(c.Request().Context(), id, conference.Silence{Cause: e.cause, Seen: e.life == lifeSeen, By: e.by, Note: e.note, Until: e.until})
	})
}

// unsilence ends either for an admin.
func (h *Handlers) unsilence(c echo.Context) error {
	return h.note(c, true, func(id conference.ConfID, e *silenceEntry) error {
		return h.Silencer.Unsilence(c.Request().Context(), id, e.cause, e.by)
	})
}

// note does what a form says, and goes back to the meeting. What is wrong with the form is said on its page, with everything that was
// entered.
func (h *Handlers) note(c echo.Context, ends bool, do func(conference.ConfID, *silenceEntry) error) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	if !h.mayNote(c) {
		return h.refuseMaker(c)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	t := &h.language(c).Silence
	e := newSilenceEntry(form, ends, h.Now())
	h.enterName(c, form, &e)
	if e.judge(t); e.wrong() {
		return h.sendSilence(c, http.StatusUnprocessableEntity, id, e)
	}
	switch err := do(id, &e); {
	case errors.Is(err, ErrUnknown):
		return echo.NewHTTPError(http.StatusNotFound)
	case errors.Is(err, ErrNoConcern):
		e.gone = true
		return h.sendSilence(c, http.StatusConflict, id, e)
	case err != nil:
		h.logError("take note of a concern", id, err)
		e.fault = t.NotStored
		if ends {
			e.fault = t.NotUnstored
		}
		return h.sendSilence(c, http.StatusInternalServerError, id, e)
	}
	if e.asked {
		h.rememberName(c, e.by)
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Meeting(id)+"#"+concernID(e.cause))
}

// Who takes note of something under the admin token says their name; the browser remembers it as it does a choice.
const (
	nameCookie = "confboard_name"
	maxName    = 64
)

// noter is who takes note of something by a request: the account, or else asked is set and the name is the one that the browser remembers,
// which can be empty.
func (h *Handlers) noter(c echo.Context) (name string, asked bool) {
	if name := visitor(c).Name; name != "" {
		return name, false
	}
	if k, err := c.Cookie(nameCookie); err == nil {
		if name, err := url.QueryUnescape(k.Value); err == nil && goodName(name) {
			return name, true
		}
	}
	return "", true
}

// enterName takes the name from the form, where it is asked, or else from what is remembered.
func (h *Handlers) enterName(c echo.Context, form url.Values, e *silenceEntry) {
	e.by, e.asked = h.noter(c)
	if e.asked && form.Has("name") {
		e.by = strings.TrimSpace(form.Get("name"))
	}
}

func (h *Handlers) rememberName(c echo.Context, name string) {
	c.SetCookie(&http.Cookie{Name: nameCookie, Value: url.QueryEscape(name), Path: h.Paths.Cookies(), MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: c.IsTLS(), SameSite: http.SameSiteLaxMode})
}

func goodName(name string) bool {
	return name != "" && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, unicode.IsControl)
}

// sendSilence answers with the page about a concern. Of a concern that there is not any more it says so.
func (h *Handlers) sendSilence(c echo.Context, status int, id conference.ConfID, e silenceEntry) error {
	t := h.language(c)
	w := h.words(t.Lang)
	s := h.Board.Get(id)
	if s == nil {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	f := templates.SilenceForm{Text: t, Back: h.Paths.Meeting(id), Title: t.Silence.Title, Meeting: s.Title(), Ends: e.ends, Path: h.Paths.Silence(id, nil)}
	if e.ends {
		f.Title, f.Path = t.Silence.AgainTitle, h.Paths.Unsilence(id, nil)
	}
	for _, row := range w.concerns(s).Rows {
		if row.ID == concernID(e.cause) && (row.Held != nil || !e.ends) {
			f.Concern = row
		}
	}
	if e.gone || f.Concern.ID == "" {
		f.Gone, f.Title = true, t.Silence.GoneTitle
		if status == http.StatusOK {
			status = http.StatusNotFound
		}
	} else {
		f.Concern.Acts = &templates.ConcernActs{Cause: causeProps(e.cause)}
		e.fill(&f)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return send(c, status, h.frame(c, t, w.tab(f.Title+" · "+s.Title()+" · "+t.Product, false)), templates.SilenceRegion(f))
}

// Silence is where to post that a concern be acknowledged or silenced, and with a cause the page where that is chosen.
func (p Paths) Silence(id conference.ConfID, of *conference.Cause) string {
	return p.ofCause(id, "/silence", of)
}

// Unsilence is where to post that it counts again.
func (p Paths) Unsilence(id conference.ConfID, of *conference.Cause) string {
	return p.ofCause(id, "/unsilence", of)
}

func (p Paths) ofCause(id conference.ConfID, act string, of *conference.Cause) string {
	if of == nil {
		return p.Meeting(id) + act
	}
	named := causeProps(*of)
	v := url.Values{ruleParam: {named.Rule}}
	if named.Field != "" {
		v.Set(fieldParam, named.Field)
	}
	if named.Profile != "" {
		v.Set(profileParam, named.Profile)
	}
	return p.Meeting(id) + act + "?" + v.Encode()
}
