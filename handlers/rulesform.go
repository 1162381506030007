package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

const (
	// exampleParam asks for a form with something in it.
	exampleParam = "example"
	// The buttons of a form beside that which saves.
	tryButton    = "try"
	removeButton = "remove"
	unsetButton  = "unset"
)

// ruleDraft is what was entered in a form, and what is wrong with it.
type ruleDraft struct {
	// said is the text of each field, by the name of its entry.
	said map[string]string
	// faults are those of fields, fault that of the whole and expectFault that nothing is expected, in the viewer's language.
	faults             map[string]string
	fault, expectFault string
	// revision is the one that is replaced, 0 for none.
	revision int64
	// now is what counts now, where somebody else was faster; nil where nobody was.
	now   map[string]string
	tried *templates.RuleTrial
}

func (d *ruleDraft) wrong() bool { return d.fault != "" || d.expectFault != "" || len(d.faults) > 0 }

// ruleIn reads what was entered. What is not said of an aspect is not expected.
func ruleIn[T any](entries []rules.Entry[T], form url.Values, t *text.Catalogue) (of T, d ruleDraft) {
	d = ruleDraft{said: make(map[string]string, len(entries)), faults: map[string]string{}, revision: revisionIn(form)}
	for _, e := range entries {
		entered := strings.TrimSpace(strings.ToValidUTF8(form.Get(e.Name), ""))
		d.said[e.Name] = entered
		if e.Aspect != nil && entered == "" {
			continue
		}
		if err := e.Read(&of, entered); err != nil {
			d.faults[e.Name] = ruleFault(e, t)
		}
	}
	return of, d
}

// ruleFault says what is taken in place of what was entered.
func ruleFault[T any](e rules.Entry[T], t *text.Catalogue) string {
	switch e.Kind {
	case rules.Span:
		return t.Rules.BadSpan(time.Duration(e.Min), time.Duration(e.Max))
	case rules.Number:
		return t.Rules.BadNumber(e.Min, e.Max)
	case rules.Word:
		return t.Rules.BadWord
	}
	return t.Rules.BadText
}

// writtenAs is what the fields of a form say.
func writtenAs[T any](entries []rules.Entry[T], of *T) map[string]string {
	said := make(map[string]string, len(entries))
	for _, e := range entries {
		said[e.Name] = e.Write(of)
	}
	return said
}

func (h *Handlers) newProfile(c echo.Context) error {
	if !h.ruleMaker(c) {
		return h.refuseMaker(c)
	}
	d := ruleDraft{said: map[string]string{}}
	for _, e := range rules.ProfileEntries() {
		d.said[e.Name] = e.Preset
	}
	t := h.language(c)
	if c.QueryParams().Has(exampleParam) {
		d.said = t.Rules.ExampleSaid(d.said)
	}
	return h.sendRuleForm(c, http.StatusOK, h.profileForm(t, "", d))
}

func (h *Handlers) changeProfile(c echo.Context) error {
	if !h.ruleMaker(c) {
		return h.refuseMaker(c)
	}
	p, ok := h.Rules.Book().Profile(c.Param("id"))
	if !ok {
		return echo.NewHTTPError(http.StatusNotFound)
	}
	d := ruleDraft{said: writtenAs(rules.ProfileEntries(), &p.Profile), revision: p.Revision}
	return h.sendRuleForm(c, http.StatusOK, h.profileForm(h.language(c), p.ID, d))
}

func (h *Handlers) addProfile(c echo.Context) error { return h.putProfile(c, "") }

func (h *Handlers) saveProfile(c echo.Context) error { return h.putProfile(c, c.Param("id")) }

// putProfile saves a profile, a new one without an ID, or says what would become of it.
func (h *Handlers) putProfile(c echo.Context, id string) error {
	if !h.ruleMaker(c) {
		return h.refuseMaker(c)
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	if id != "" && form.Has(removeButton) {
		return h.removeProfile(c, id, revisionIn(form))
	}
	t := h.language(c)
	said, d := ruleIn(rules.ProfileEntries(), form, t)
	if said.Name == "" && d.faults[rules.EntryName] == "" {
		d.faults[rules.EntryName] = t.Rules.NoName
	}
	if len(said.Expect) == 0 && !expectsWrongly(d.faults) {
		d.expectFault = t.Rules.NothingExpected
	}
	p := rules.OwnProfile{ID: id, Edit: rules.Edit{By: visitor(c).Name}, Profile: said}
	if id != "" {
		p.Revision = d.revision
	}
	if d.wrong() {
		return h.sendRuleForm(c, http.StatusUnprocessableEntity, h.profileForm(t, p.ID, d))
	}
	if form.Has(tryButton) {
		next, err := h.Rules.Book().Put(p)
		if err != nil {
			return h.refuseProfile(c, p, d, err)
		}
		d.tried = h.words(t.Lang).profileTrial(next, said, h.Board.All())
		return h.sendRuleForm(c, http.StatusOK, h.profileForm(t, p.ID, d))
	}
	id, err = h.Rules.PutProfile(c.Request().Context(), p)
	if err != nil {
		return h.refuseProfile(c, p, d, err)
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Rules()+"?"+savedParam+"="+url.QueryEscape(id))
}

// expectsWrongly reports whether something that cannot be is expected.
func expectsWrongly(faults map[string]string) bool {
	for name := range faults {
		if strings.HasPrefix(name, rules.ExpectPrefix) {
			return true
		}
	}
	return false
}

// refuseProfile answers with what was entered, and why it was not saved.
func (h *Handlers) refuseProfile(c echo.Context, p rules.OwnProfile, d ruleDraft, why error) error {
	t, status := h.language(c), http.StatusConflict
	switch now, there := h.Rules.Book().Profile(p.ID); {
	case errors.Is(why, rules.ErrNameTaken):
		d.faults[rules.EntryName], status = t.Rules.NameTaken, http.StatusUnprocessableEntity
	case errors.Is(why, rules.ErrTooMany):
		d.fault = t.Rules.Full
	case errors.Is(why, rules.ErrChanged) && there:
		d.fault, d.revision, d.now = t.Rules.Conflict(now.By), now.Revision, writtenAs(rules.ProfileEntries(), &now.Profile)
	case errors.Is(why, rules.ErrChanged), errors.Is(why, rules.ErrGone):
		d.fault, d.revision, p.ID = t.Rules.Gone, 0, ""
	default:
		h.logError("save a profile", "", why)
		d.fault, status = t.Rules.NotStored, http.StatusInternalServerError
	}
	return h.sendRuleForm(c, status, h.profileForm(t, p.ID, d))
}

// limitOf returns the built-in rule of a request, or an error that is a 404.
func limitOf(c echo.Context) (conference.Rule, error) {
	name := conference.Rule(c.Param("rule"))
	if !slices.Contains(rules.Builtin(), name) {
		return "", echo.NewHTTPError(http.StatusNotFound)
	}
	return name, nil
}

func (h *Handlers) changeLimit(c echo.Context) error {
	if !h.ruleMaker(c) {
		return h.refuseMaker(c)
	}
	name, err := limitOf(c)
	if err != nil {
		return err
	}
	book := h.Rules.Book()
	d := ruleDraft{said: writtenAs(rules.LimitEntries(), book.Set().Limit(name)), revision: book.Limits[name].Revision}
	return h.sendRuleForm(c, http.StatusOK, h.limitForm(h.language(c), name, d))
}

// saveLimit saves a built-in rule, or says what would become of it.
func (h *Handlers) saveLimit(c echo.Context) error {
	if !h.ruleMaker(c) {
		return h.refuseMaker(c)
	}
	name, err := limitOf(c)
	if err != nil {
		return err
	}
	form, err := readForm(c)
	if err != nil {
		return err
	}
	if form.Has(unsetButton) {
		return h.unsetLimit(c, name, revisionIn(form))
	}
	t := h.language(c)
	said, d := ruleIn(rules.LimitEntries(), form, t)
	if d.wrong() {
		return h.sendRuleForm(c, http.StatusUnprocessableEntity, h.limitForm(t, name, d))
	}
	own := rules.OwnLimit{Edit: rules.Edit{Revision: d.revision, By: visitor(c).Name}, Limit: said}
	if form.Has(tryButton) {
		next, err := h.Rules.Book().SetLimit(name, own)
		if err != nil {
			return h.refuseLimit(c, name, d, err)
		}
		d.tried = h.words(t.Lang).limitTrial(next, name, said, h.Board.All())
		return h.sendRuleForm(c, http.StatusOK, h.limitForm(t, name, d))
	}
	if err := h.Rules.SetLimit(c.Request().Context(), name, own); err != nil {
		return h.refuseLimit(c, name, d, err)
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Rules()+"?"+savedParam+"="+url.QueryEscape(string(name)))
}

// unsetLimit has the settings count again.
func (h *Handlers) unsetLimit(c echo.Context, name conference.Rule, revision int64) error {
	own := rules.OwnLimit{Edit: rules.Edit{Revision: revision, By: visitor(c).Name}, Unset: true}
	if err := h.Rules.SetLimit(c.Request().Context(), name, own); err != nil {
		d := ruleDraft{said: writtenAs(rules.LimitEntries(), h.Rules.Book().Settings.Limit(name)), revision: revision}
		return h.refuseLimit(c, name, d, err)
	}
	return c.Redirect(http.StatusSeeOther, h.Paths.Rules()+"?"+unsetParam+"="+url.QueryEscape(string(name)))
}

func (h *Handlers) refuseLimit(c echo.Context, name conference.Rule, d ruleDraft, why error) error {
	t, status := h.language(c), http.StatusConflict
	if errors.Is(why, rules.ErrChanged) {
		book := h.Rules.Book()
		now := book.Limits[name]
		d.fault, d.revision, d.now = t.Rules.Conflict(now.By), now.Revision, writtenAs(rules.LimitEntries(), book.Set().Limit(name))
	} else {
		h.logError("save a rule", "", why)
		d.fault, status = t.Rules.NotStored, http.StatusInternalServerError
	}
	return h.sendRuleForm(c, status, h.limitForm(t, name, d))
}

// sendRuleForm answers with a form.
func (h *Handlers) sendRuleForm(c echo.Context, status int, f templates.RuleForm) error {
	p := h.frame(c, f.Text, h.words(f.Text.Lang).tab(f.Title+" · "+f.Text.Product, false))
	p.AtRules = true
	return send(c, status, p, templates.RuleFormRegion(f))
}

// profileForm makes the props of the form of a profile, a new one without an ID.
func (h *Handlers) profileForm(t *text.Catalogue, id string, d ruleDraft) templates.RuleForm {
	w := h.words(t.Lang)
	f := templates.RuleForm{Text: t, Title: t.Rules.NewProfile, Back: h.Paths.Rules(), Path: h.Paths.NewProfile(), Fault: d.fault, Tried: d.tried}
	if now, ok := h.Rules.Book().Profile(id); ok {
		f.Title, f.Path, f.Removable, f.Revision = t.Rules.Change(now.Name), h.Paths.Profile(id), true, strconv.FormatInt(d.revision, 10)
	}
	which := templates.RuleFormPart{ID: "rule-which", Title: t.Rules.WhichMeetings, Help: t.Rules.WhichHelp}
	what := templates.RuleFormPart{ID: "rule-what", Title: t.Rules.WhatExpected, Help: t.Rules.WhatExpectedHelp, Fault: d.expectFault}
	when := templates.RuleFormPart{ID: "rule-when", Title: t.Rules.WhenDiffers}
	for _, e := range rules.ProfileEntries() {
		part := &which
		switch {
		case e.Aspect != nil:
			part = &what
		case e.Name == rules.EntrySeverity, e.Name == rules.EntryGrace:
			part = &when
		}
		part.Fields = append(part.Fields, ruleField(w, e, d))
	}
	f.Parts = []templates.RuleFormPart{which, what, when}
	focusFirst(f.Parts)
	return f
}

// limitForm makes the props of the form of a built-in rule.
func (h *Handlers) limitForm(t *text.Catalogue, name conference.Rule, d ruleDraft) templates.RuleForm {
	w, book := h.words(t.Lang), h.Rules.Book()
	part := templates.RuleFormPart{ID: "rule-when", Title: t.Rules.WhenHolds, Help: t.Rules.Holds[name]}
	for _, e := range rules.LimitEntries() {
		part.Fields = append(part.Fields, ruleField(w, e, d))
	}
	f := templates.RuleForm{Text: t, Title: t.Rules.Change(t.Rules.Rule[name]), Back: h.Paths.Rules(), Path: h.Paths.RuleLimit(name), Fault: d.fault,
		Revision: strconv.FormatInt(d.revision, 10), Parts: []templates.RuleFormPart{part}, Tried: d.tried}
	if own := book.Limits[name]; own.Revision > 0 && !own.Unset {
		f.SettingsSay = w.settingsSay(book, name)
	}
	focusFirst(f.Parts)
	return f
}

// focusFirst puts the focus on the first that is wrong.
func focusFirst(parts []templates.RuleFormPart) {
	for i := range parts {
		if parts[i].Fault != "" {
			parts[i].First = true
			return
		}
		for j := range parts[i].Fields {
			if f := &parts[i].Fields[j]; f.Fault != "" {
				f.First = true
				return
			}
		}
	}
}

// entryID is the DOM id of the field of an entry.
func entryID(entry string) string { return "rule-" + strings.ReplaceAll(entry, ".", "-") }

// ruleField makes the props of the field of an entry.
func ruleField[T any](w words, e rules.Entry[T], d ruleDraft) templates.RuleField {
	t := w.text
	f := templates.RuleField{Field: templates.Field{ID: entryID(e.Name), Name: e.Name, Label: t.Rules.Labels[e.Name], Value: d.said[e.Name],
		Hint: t.Rules.Hints[e.Name], Fault: d.faults[e.Name], Required: e.Name == rules.EntryName || e.Kind == rules.Span}}
	if e.Aspect != nil {
		f.Label = t.Fields[e.Aspect.Field].Name
		if e.Kind == rules.Word {
			f.Options = append(f.Options, templates.Option{Label: t.Rules.NoMatter, Chosen: f.Value == ""})
		}
	}
	for _, value := range e.Values {
		f.Options = append(f.Options, templates.Option{Value: value, Label: w.ruleWord(e.Aspect, value), Chosen: f.Value == value})
	}
	switch e.Kind {
	case rules.Number:
		f.Min, f.Max = strconv.FormatInt(e.Min, 10), strconv.FormatInt(e.Max, 10)
	case rules.Text, rules.Wildcard, rules.Span:
		f.MaxLength = strconv.Itoa(rules.MaxText)
	}
	if now, differs := d.now[e.Name], d.now != nil && d.now[e.Name] != d.said[e.Name]; differs {
		if len(f.Options) > 0 {
			now = w.ruleWord(e.Aspect, now)
		}
		if now == "" {
			now = t.Rules.Unsaid
		}
		f.Now, f.Hint = true, t.Rules.Meanwhile(now)
	}
	return f
}

// ruleWord is what people call one of the words that an entry takes: of an aspect, or the name of a weight.
func (w words) ruleWord(a *rules.Aspect, value string) string {
	if a == nil {
		weight, err := rules.ReadWeight(value)
		if err != nil {
			return value
		}
		return w.text.Rules.Weight[weight]
	}
	want, err := a.Read(value)
	if err != nil {
		return ""
	}
	said, _ := w.value(a.Field, want)
	return said
}
