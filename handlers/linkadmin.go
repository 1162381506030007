package handlers

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// linkLives are how long a link can be made to last, by the value in its form; 0 is without end. The first is offered first.
var linkLives = []struct {
	value string
	lasts time.Duration
}{
	{"8h", 8 * time.Hour}, {"1h", time.Hour}, {"24h", 24 * time.Hour}, {"168h", 7 * 24 * time.Hour}, {"720h", 30 * 24 * time.Hour}, {"0", 0},
}

// linkMaker reports whether a request is that of an admin who can make links.
func (h *Handlers) linkMaker(c echo.Context) bool { return h.Links != nil && visitor(c).Admin }

// refuseMaker answers who may not make links.
func (h *Handlers) refuseMaker(c echo.Context) error {
	if h.Closed {
		return ErrAdminsOnly
	}
	return h.sendSignIn(c, http.StatusForbidden, h.language(c).Feed.SignInFirst)
}

func (h *Handlers) allLinks(c echo.Context) error {
	if !h.linkMaker(c) {
		return h.refuseMaker(c)
	}
	return h.sendLinks(c, http.StatusOK, "", templates.Links{})
}

func (h *Handlers) meetingLinks(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	if !h.linkMaker(c) {
		return h.refuseMaker(c)
	}
	return h.sendLinks(c, http.StatusOK, id, templates.Links{})
}

// makeLink makes a link and answers with the page that shows its address, once: it stands nowhere else.
func (h *Handlers) makeLink(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	if !h.linkMaker(c) {
		return h.refuseMaker(c)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	t := h.language(c)
	share, note := conference.Share{ConfID: id, By: visitor(c).Name, WithMeeting: form.Has("withMeeting"),
		Shows: conference.Shows{Names: form.Has("names"), People: form.Has("people"), Layout: form.Has("layout")}}, strings.TrimSpace(form.Get("note"))
	share.Note = note
	known := false
	for _, life := range linkLives {
		if known = form.Get("expires") == life.value; known {
			if life.lasts > 0 {
				share.Expires = time.Now().Add(life.lasts)
			}
			break
		}
	}
	if !oneLine(note) || !known {
		return h.sendLinks(c, http.StatusUnprocessableEntity, id, templates.Links{Fault: t.Share.BadForm})
	}
	token, made, err := h.Links.Make(c.Request().Context(), share.Of(h.Board.Get(id), time.Now()))
	switch {
	case errors.Is(err, conference.ErrTooManyLinks):
		return h.sendLinks(c, http.StatusConflict, id, templates.Links{Fault: t.Share.TooMany})
	case err != nil:
		h.logError("make a link", id, err)
		return h.sendLinks(c, http.StatusInternalServerError, id, templates.Links{Fault: t.Share.NotStored})
	}
	address := h.origin(c) + h.Paths.Link(token.Reveal())
	code, err := qrCode(address)
	if err != nil {
		return err
	}
	return h.sendLinks(c, http.StatusOK, id, templates.Links{Made: &templates.MadeLink{ID: made.ID, Address: address, Badge: address + "/badge.svg", QR: code}})
}

func (h *Handlers) revokeLink(c echo.Context) error {
	if !h.linkMaker(c) {
		return h.refuseMaker(c)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	found, err := h.Links.Revoke(c.Request().Context(), c.Param("id"))
	if !found {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	id := conference.ConfID(form.Get("confID"))
	if !id.Valid() {
		id = ""
	}
	if err != nil {
		h.logError("revoke a link", id, err)
		return h.sendLinks(c, http.StatusInternalServerError, id, templates.Links{Fault: h.language(c).Share.RevokedForNow})
	}
	to := h.Paths.AllLinks()
	if id != "" {
		to = h.Paths.MeetingLinks(id)
	}
	return c.Redirect(http.StatusSeeOther, to+"?revoked")
}

// sendLinks answers with the links of a meeting and a form for another one, or with all links for an empty ID.
func (h *Handlers) sendLinks(c echo.Context, status int, id conference.ConfID, l templates.Links) error {
	t := h.language(c)
	w := h.words(t.Lang)
	unlisted(c)
	l.Text, l.Title, l.Back, l.BackText = t, t.Share.AllLinks, h.Paths.Overview(""), t.BackToOverview
	if id != "" {
		l.Title, l.Back, l.BackText = t.Share.LinksTo(h.titleOf(id)), h.Paths.Meeting(id), t.Share.BackToMeeting
		l.Form = &templates.LinkForm{Text: t, Path: h.Paths.MeetingLinks(id)}
		for _, life := range linkLives {
			l.Form.Lives = append(l.Form.Lives, templates.Option{Value: life.value, Label: t.Share.Lasts(life.lasts)})
		}
		l.All = h.Paths.AllLinks()
	}
	if c.QueryParams().Has("revoked") && c.Request().Method == http.MethodGet {
		l.Notice.Text = t.Share.Revoked
	}
	now := time.Now()
	for _, s := range h.Links.List(id) {
		row := templates.LinkRow{ID: "l-" + s.ID, ConfID: string(s.ConfID), Note: s.Note, By: s.By, Shows: t.Share.Shows(s.Shows), State: t.Share.State[s.State(now)],
			Created: w.instant(s.Created, "clock"), Seen: w.instant(s.Seen, "ago"), New: l.Made != nil && l.Made.ID == s.ID}
		if id == "" {
			row.Meeting, row.MeetingPath = h.titleOf(s.ConfID), h.Paths.MeetingLinks(s.ConfID)
		}
		if !s.Expires.IsZero() {
			row.Expires = w.instant(s.Expires, "clock")
		} else {
			row.Expires.Text = t.Share.NoExpiry
		}
		row.WithMeeting = s.WithMeeting
		if s.State(now) == conference.ShareOpen {
			row.Open, row.Revoke = true, h.Paths.RevokeLink(s.ID)
		}
		l.Rows = append(l.Rows, row)
	}
	p := h.frame(c, t, w.tab(l.Title+" · "+t.Product, false))
	return send(c, status, p, templates.LinksRegion(l))
}

func (h *Handlers) titleOf(id conference.ConfID) string {
	if s := h.Board.Get(id); s != nil {
		return s.Title()
	}
	return string(id)
}

// origin is scheme and host under which people reach the board: as it was set, or as this request did.
func (h *Handlers) origin(c echo.Context) string {
	if h.PublicURL != "" {
		return h.PublicURL
	}
	scheme := "http"
	if c.IsTLS() {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: c.Request().Host}).String()
}

// qrCode draws a text as the dark squares of a QR code, with the margin of four squares that readers need.
func qrCode(content string) (templates.QR, error) {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return templates.QR{}, fmt.Errorf("draw a QR code: %w", err)
	}
	const margin = 4
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && dark(code.At(x, y)) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+margin, y+margin, x-from, x-from)
			}
		}
	}
	return templates.QR{Path: path.String(), ViewBox: fmt.Sprintf("0 0 %d %d", size+2*margin, size+2*margin)}, nil
}

func dark(c interface{ RGBA() (r, g, b, a uint32) }) bool {
	r, _, _, _ := c.RGBA()
	return r < 0x8000
}

// linksLead stands above a meeting's page for those who can make links to it.
func (h *Handlers) linksLead(c echo.Context, id conference.ConfID, t *text.Catalogue) templates.LinksLead {
	open := 0
	for _, s := range h.Links.List(id) {
		if s.State(time.Now()) == conference.ShareOpen {
			open++
		}
	}
	return templates.LinksLead{Text: t.Share.Share, Path: h.Paths.MeetingLinks(id), Open: t.Share.OpenLinks(open)}
}
