package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// Rules are what is watched for, and where admins change it. Beside ErrNotStored its errors are those of rules.Book; after any of them nothing has
// changed. All methods are safe for concurrent use.
type Rules interface {
	// Book returns what is watched for now.
	Book() *rules.Book
	// Changeable reports whether it can be changed at all.
	Changeable() bool
	// PutProfile saves a profile, a new one when its ID is empty, and returns its ID. When it returns, every meeting has been judged by it; and so
	// for the others.
	PutProfile(ctx context.Context, p rules.OwnProfile) (id string, err error)
	RemoveProfile(ctx context.Context, id string, revision int64) error
	// MoveProfile is as in rules.Book.Move.
	MoveProfile(ctx context.Context, id, before string) error
	SetLimit(ctx context.Context, r conference.Rule, l rules.OwnLimit) error
}

// What the page of rules tells after something was done: the parameters of its address. They have no effect beside.
const (
	savedParam = "saved" // the ID of a profile, or the name of a rule
	unsetParam = "unset" // the name of a rule
	movedParam = "moved" // the ID of a profile
	upParam    = "up"    // it was moved up
	goneParam  = "removed"
)

// registerRules adds the page of what is watched for, and those where it is changed.
func (h *Handlers) registerRules(g *echo.Group) {
	if h.Rules == nil {
		return
	}
	page(g, "/rules", h.rules)
	g.GET("/rules/events", h.rulesStream)
	if !h.Rules.Changeable() {
		return
	}
	// What is posted goes to the page that the form is on, so that the links of an answer lead somewhere.
	g.POST("/rules", h.moveProfile)
	page(g, "/rules/profiles/new", h.newProfile)
	g.POST("/rules/profiles/new", h.addProfile)
	page(g, "/rules/profiles/:id", h.changeProfile)
	g.POST("/rules/profiles/:id", h.saveProfile)
	page(g, "/rules/built-in/:rule", h.changeLimit)
	g.POST("/rules/built-in/:rule", h.saveLimit)
}

// ruleMaker reports whether a request is that of an admin who can change what is watched for.
func (h *Handlers) ruleMaker(c echo.Context) bool { return h.Rules.Changeable() && visitor(c).Admin }

func (h *Handlers) rules(c echo.Context) error {
	t := h.language(c)
	return h.sendRules(c, http.StatusOK, templates.RulesLead{Notice: h.rulesNotice(c, t)})
}

// sendRules answers with the page of what is watched for.
func (h *Handlers) sendRules(c echo.Context, status int, lead templates.RulesLead) error {
	t, admin := h.language(c), h.ruleMaker(c)
	lead.Text = t
	v := h.rulesView(t.Lang, admin)
	if c.Request().Method == http.MethodGet {
		v.moved, v.movedUp = c.QueryParam(movedParam), c.QueryParams().Has(upParam)
	}
	region := v.draw()
	p := h.frame(c, t, region.Tab)
	p.AtRules = true
	p.Stream, p.StreamID = h.Paths.RulesStream(t.Lang), "stream-rules"
	p.Lead = templates.RulesLeadView(lead)
	return send(c, status, p, templates.RulesRegion(region))
}

// rulesNotice tells an admin what was done before the page was asked for.
func (h *Handlers) rulesNotice(c echo.Context, t *text.Catalogue) (n templates.Notice) {
	if !h.ruleMaker(c) {
		return n
	}
	asked, book := c.QueryParams(), h.Rules.Book()
	if p, ok := book.Profile(asked.Get(savedParam)); ok {
		n.Text = t.Rules.Saved(p.Name)
	}
	if name, known := t.Rules.Rule[conference.Rule(asked.Get(savedParam))]; known {
		n.Text = t.Rules.LimitSaved(name)
	}
	if name, known := t.Rules.Rule[conference.Rule(asked.Get(unsetParam))]; known {
		n.Text = t.Rules.LimitSet(name)
	}
	if asked.Has(goneParam) {
		n.Text = t.Rules.Removed
	}
	return n
}

func (h *Handlers) rulesStream(c echo.Context) error {
	return h.serveStream(c, h.rulesView(h.streamLanguage(c), h.ruleMaker(c)), live.ServeOptions{})
}

// moveProfile moves a profile directly before the one that is named, or to the end.
func (h *Handlers) moveProfile(c echo.Context) error {
	if !h.ruleMaker(c) {
		return h.refuseMaker(c)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	t, id := h.language(c), form.Get("profile")
	switch err := h.Rules.MoveProfile(c.Request().Context(), id, form.Get("before")); {
	case errors.Is(err, rules.ErrGone), errors.Is(err, rules.ErrChanged):
		return h.sendRules(c, http.StatusConflict, templates.RulesLead{Fault: t.Rules.MoveConflict})
	case err != nil:
		h.logError("move a profile", "", err)
		return h.sendRules(c, http.StatusInternalServerError, templates.RulesLead{Fault: t.Rules.NotStored})
	}
	told := url.Values{movedParam: {id}}
	if form.Has(upParam) {
		told.Set(upParam, "")
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Rules()+"?"+told.Encode())
}

// removeProfile removes a profile as it was when its form was made.
func (h *Handlers) removeProfile(c echo.Context, id string, revision int64) error {
	t := h.language(c)
	err := h.Rules.RemoveProfile(c.Request().Context(), id, revision)
	if now, there := h.Rules.Book().Profile(id); there && errors.Is(err, rules.ErrChanged) {
		d := ruleDraft{said: writtenAs(rules.ProfileEntries(), &now.Profile), revision: now.Revision, fault: t.Rules.RemoveConflict}
		return h.sendRuleForm(c, http.StatusConflict, h.profileForm(t, id, d))
	}
	if err != nil && !errors.Is(err, rules.ErrGone) && !errors.Is(err, rules.ErrChanged) { // which are as was wanted
		h.logError("remove a profile", "", err)
		return h.sendRules(c, http.StatusInternalServerError, templates.RulesLead{Fault: t.Rules.NotStored})
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Rules()+"?"+goneParam)
}

// revisionIn is the revision that a form was made from; 0 for none.
func revisionIn(form url.Values) int64 {
	n, err := strconv.ParseInt(form.Get("revision"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// rulesView draws what is watched for: as a page, and as the view of its topic.
type rulesView struct {
	words
	board Board
	rules Rules
	// admin: there are buttons. It is a variant of the page, as its language is.
	admin bool
	// played: the meetings are those of a recording, of which nobody expects to change anything.
	played bool
	// moved is the profile whose button has the focus on the page; no stream knows it.
	moved   string
	movedUp bool
	// shown are the counts that the viewers have, once started; only the topic's goroutine uses it. uneven: some viewers have others, and all
	// counts go to everybody next.
	shown           []templates.RuleCount
	started, uneven bool
}

func (h *Handlers) rulesView(lang text.Lang, admin bool) *rulesView {
	return &rulesView{words: h.words(lang), board: h.Board, rules: h.Rules, admin: admin, played: h.Playback != nil}
}

// Key implements live.View.
func (v *rulesView) Key() string {
	role := "viewer"
	if v.admin {
		role = "admin"
	}
	return "rules?lang=" + string(v.text.Lang) + "&role=" + role
}

const (
	partRuleCounts = "counts"
	// ruleCountsEvery bounds how often all meetings are counted.
	ruleCountsEvery = 2 * time.Second
)

// Touched implements live.View.
func (v *rulesView) Touched(c conference.Change) []live.Touch {
	switch {
	case c.Has(conference.PartPolicy):
		return []live.Touch{{Component: live.WholeRegion}}
	case mayMove(c):
		return []live.Touch{{Component: partRuleCounts, Every: ruleCountsEvery}}
	}
	return nil
}

// Render implements live.View. There is only one component.
func (v *rulesView) Render(ctx context.Context, _ []string) ([]byte, error) {
	m := message{ctx: ctx}
	counts := countsOf(v.draw())
	for i, count := range counts {
		if v.uneven || i >= len(v.shown) || !sameCount(count, v.shown[i]) {
			m.swap(count.ID, templates.RuleCountView(count))
		}
	}
	v.shown, v.uneven = counts, m.err != nil
	return m.bytes()
}

// Forget implements live.Rememberer.
func (v *rulesView) Forget() { v.shown, v.started, v.uneven = nil, false, false }

// Region implements live.View.
func (v *rulesView) Region(ctx context.Context) ([]byte, error) {
	r := v.draw()
	counts := countsOf(r)
	v.uneven = v.uneven || v.started && !slices.EqualFunc(v.shown, counts, sameCount)
	v.shown, v.started = counts, true
	return draw(ctx, templates.SwapRegion(r.Tab), templates.RulesRegion(r))
}
