package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// maxText is the longest password, name or group that is taken in, in characters.
const maxText = 200

// addition is what was entered to add a meeting, and what is wrong with it. The password is not kept: it is entered again.
type addition struct {
	confID, name, group string
	// Faults are in the viewer's language, empty where there is none.
	fault, confIDFault, passwordFault, nameFault, groupFault string
	sent                                                     bool
}

func (a addition) wrong() bool {
	return a.fault != "" || a.confIDFault != "" || a.passwordFault != "" || a.nameFault != "" || a.groupFault != ""
}

// additionIn reads and judges the form.
func additionIn(form url.Values, t *text.Catalogue) (addition, Meeting) {
	a := addition{sent: true, confID: strings.TrimSpace(form.Get("confID")), name: strings.TrimSpace(form.Get("name")), group: strings.TrimSpace(form.Get("group"))}
	m := Meeting{ConfID: confIDTyped(a.confID), HostPassword: conference.NewSecret(form.Get("hostPassword")), Name: a.name, Group: a.group}
	switch {
	case m.ConfID == "":
		a.confIDFault = t.Feed.NoConfID
	case !m.ConfID.Valid():
		a.confIDFault = t.Feed.BadConfID
	}
	switch password := m.HostPassword.Reveal(); {
	case password == "":
		a.passwordFault = t.Feed.NoPassword
	case !oneLine(password):
		a.passwordFault = t.Feed.BadPassword
	}
	if !oneLine(a.name) {
		a.nameFault = t.Feed.BadText
	}
	if !oneLine(a.group) {
		a.groupFault = t.Feed.BadText
	}
	return a, m
}

// confIDTyped is a meeting ID as people write and paste it, in groups of three.
func confIDTyped(typed string) conference.ConfID {
	return conference.ConfID(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) { // Cf: marks that nobody sees and copying brings along
			return -1
		}
		return r
	}, typed))
}

// oneLine reports whether a text is as the settings would take it.
func oneLine(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxText && !strings.ContainsFunc(s, unicode.IsControl)
}

// readForm reads the body of a form, and nothing of the address: what is entered never stands there.
func readForm(c echo.Context) (url.Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, MaxBody)
	if err := r.ParseForm(); err != nil {
		if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
			return nil, echo.NewHTTPError(http.StatusRequestEntityTooLarge)
		}
		return nil, echo.NewHTTPError(http.StatusBadRequest) // the error can quote what was entered
	}
	return r.PostForm, nil
}

func (h *Handlers) addForm(t *text.Catalogue, a addition) *templates.AddForm {
	f := &templates.AddForm{Text: t, Path: h.Paths.Feed(feedQuery{}), Open: a.sent, Fault: a.fault,
		ConfID:   templates.Field{ID: "confID", Name: "confID", Label: t.ConfID, Value: a.confID, Hint: t.Feed.ConfIDHint, Fault: a.confIDFault, MaxLength: "100", Required: true},
		Password: templates.Field{ID: "hostPassword", Name: "hostPassword", Label: t.Feed.HostPassword, Hint: t.Feed.HostPasswordHint, Fault: a.passwordFault, MaxLength: "200", Required: true},
		Name:     templates.Field{ID: "name", Name: "name", Label: t.Feed.Optional(t.Feed.MeetingName), Value: a.name, Hint: t.Feed.NameHint, Fault: a.nameFault, MaxLength: "200"},
		Group:    templates.Field{ID: "group", Name: "group", Label: t.Feed.Optional(t.Group), Value: a.group, Hint: t.Feed.GroupHint, Fault: a.groupFault, MaxLength: "200"},
	}
	for _, field := range []*templates.Field{&f.ConfID, &f.Password, &f.Name, &f.Group} {
		if field.Fault != "" {
			field.First = true
			break
		}
	}
	return f
}

func (h *Handlers) add(c echo.Context) error {
	t := h.language(c)
	if !h.signedIn(c) {
		return h.sendSignIn(c, http.StatusForbidden, t.Feed.SignInFirst)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	a, m := additionIn(form, t)
	status := http.StatusUnprocessableEntity
	if !a.wrong() {
		switch replaced, err := h.Keeper.Add(c.Request().Context(), m); {
		case err == nil:
			done := addedParam
			if replaced {
				done = replacedParam
			}
			return c.Redirect(http.StatusSeeOther, h.Paths.Feed(feedQuery{})+"?"+done+"="+url.QueryEscape(string(m.ConfID)))
		case errors.Is(err, ErrListed):
			a.confIDFault, status = t.Feed.Listed, http.StatusConflict
		case errors.Is(err, ErrNotStored):
			a.fault, status = t.Feed.NotStored, http.StatusInternalServerError
			h.logError("add a meeting", m.ConfID, err)
		default:
			a.fault, status = t.Feed.NotPassed, http.StatusInternalServerError
			h.logError("add a meeting", m.ConfID, err)
		}
	}
	return h.sendFeed(c, status, feedQuery{}, h.feedLead(c, h.addForm(t, a)))
}

func (h *Handlers) retry(c echo.Context) error {
	return h.act(c, retriedParam, func(id conference.ConfID) error { return h.Keeper.Retry(c.Request().Context(), id) })
}

// retryList has the enterprise's list asked for again, by an admin: after some refusals nobody else does.
func (h *Handlers) retryList(c echo.Context) error {
	if !h.signedIn(c) {
		return h.sendSignIn(c, http.StatusForbidden, h.language(c).Feed.SignInFirst)
	}
	if h.Board.Discovery().Listing.State == conference.ListingOff {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	h.Keeper.Discover()
	return c.Redirect(http.StatusSeeOther, h.Paths.Feed(feedQuery{})+"?"+askedParam+"=list")
}

func (h *Handlers) remove(c echo.Context) error {
	return h.act(c, removedParam, func(id conference.ConfID) error { return h.Keeper.Remove(c.Request().Context(), id) })
}

// act does something about a meeting for an admin, and goes on to a page that tells so.
func (h *Handlers) act(c echo.Context, done string, do func(conference.ConfID) error) error {
	if !h.signedIn(c) {
		return h.sendSignIn(c, http.StatusForbidden, h.language(c).Feed.SignInFirst)
	}
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	switch err := do(id); {
	case errors.Is(err, ErrUnknown):
		return echo.NewHTTPError(http.StatusNotFound)
	case errors.Is(err, ErrNotByHand):
		return echo.NewHTTPError(http.StatusConflict)
	case err != nil:
		return fmt.Errorf("meeting %s: %w", id, err)
	}
	to, told := h.Paths.FeedMeeting(id), url.Values{}
	if done == removedParam {
		to = h.Paths.Feed(feedQuery{})
	} else if c.QueryParam(backParam) == "feed" {
		to, told = h.Paths.Feed(feedQuery{}), feedQueryOf(c).values()
	}
	told.Set(done, string(id))
	return c.Redirect(http.StatusSeeOther, to+"?"+told.Encode())
}

func (h *Handlers) logError(step string, id conference.ConfID, err error) {
	if h.Logger != nil {
		h.Logger.Error(step, "confID", string(id), "error", err)
	}
}
