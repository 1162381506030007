package handlers

import (
	"slices"
	"strconv"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
)

// draw makes the props of the whole page.
func (v *rulesView) draw() templates.Rules {
	book := v.rules.Book()
	set := book.Set()
	tally := tallied(set, v.board.All())
	r := templates.Rules{Text: v.text, Tab: v.tab(v.text.Rules.Title+" · "+v.text.Product, false)}
	if v.admin && len(book.Profiles) < rules.MaxProfiles {
		r.Add, r.Example = v.paths.NewProfile(), v.paths.NewProfile()+"?"+exampleParam
	}
	switch {
	case v.admin && r.Add == "":
		r.Fault = v.text.Rules.Full
	case !v.rules.Changeable() && !v.played:
		r.Fault = v.text.Rules.NotChangeable
	}
	for _, name := range rules.Builtin() {
		r.BuiltIn = append(r.BuiltIn, v.builtIn(book, set, name, tally))
	}
	for i := range set.Profiles {
		row := v.profile(&set.Profiles[i], i, tally)
		if i < len(book.Profiles) {
			v.own(&row, book, i)
		} else {
			row.ID, row.Origin = "settings-profile-"+strconv.Itoa(i-len(book.Profiles)+1), v.text.Rules.FromSettings
		}
		row.Count.ID = row.ID + "-count"
		r.Profiles = append(r.Profiles, row)
	}
	return r
}

// builtIn makes the props of a built-in rule.
func (v *rulesView) builtIn(book *rules.Book, set *rules.Set, name conference.Rule, tally tally) templates.Rule {
	t, id := v.text, "rule-"+string(name)
	limit := *set.Limit(name)
	row := templates.Rule{Text: t, ID: id, Mark: v.weightMark(limit.Weight), Name: t.Rules.Rule[name], Help: t.Rules.Holds[name], Origin: t.Rules.FromSettings,
		Count: templates.RuleCount{ID: id + "-count"}}
	if limit.Weight != conference.Unimportant {
		row.Lasts = t.Rules.Lasts(limit.After)
		row.Count.Text = t.Rules.NoneHolds
		if told := tally.rules[name]; len(told) > 0 {
			v.count(&row.Count, t.Rules.Holding(len(told)), told)
		}
	}
	if own := book.Limits[name]; own.Revision > 0 && !own.Unset {
		row.Origin, row.By, row.At = "", v.changedBy(own.Edit), v.instant(own.At, "clock")
		row.Settings = v.settingsSay(book, name)
	}
	if v.admin {
		row.Change = v.paths.RuleLimit(name)
	}
	return row
}

// settingsSay is what the settings say of a built-in rule.
func (w words) settingsSay(book *rules.Book, name conference.Rule) string {
	limit := book.Settings.Limit(name)
	said := w.weightMark(limit.Weight).Word
	if limit.Weight != conference.Unimportant {
		said += " " + w.text.Rules.Lasts(limit.After)
	}
	return w.text.Rules.SettingsSay(said)
}

// profile makes the props of a profile, wherever it was said.
func (v *rulesView) profile(p *rules.Profile, place int, tally tally) templates.Rule {
	t := v.text
	row := templates.Rule{Text: t, Mark: v.weightMark(p.Weight), Name: p.Name}
	for _, pattern := range []struct {
		given conference.Pattern
		words func(string) string
	}{{p.Title, t.Rules.ForTitle}, {p.ConfID, t.Rules.ForID}, {p.Group, t.Rules.ForGroup}} {
		if pattern.given != "" {
			row.For = append(row.For, pattern.words(string(pattern.given)))
		}
	}
	if len(row.For) == 0 {
		row.For = []string{t.Rules.Everybody}
	}
	for _, e := range p.Expect {
		said, _ := v.value(e.Field, e.Want)
		row.Expected = append(row.Expected, templates.Badge{Field: e.Field.WireName(), Icon: icon(e.Field, e.Want), Text: said, Tone: "on"})
	}
	row.Count.Text = t.Rules.Fits(tally.fits[place])
	if p.Weight != conference.Unimportant {
		row.Lasts = t.Rules.Lasts(p.Grace)
		told := tally.profiles[p.Name]
		if len(told) == 0 {
			row.Count.Text += " · " + t.Rules.NoneDiffers
		} else {
			v.count(&row.Count, row.Count.Text+" · "+t.Rules.Differing(len(told)), told)
		}
	}
	return row
}

// own adds what a profile of the page has beside one of the settings.
func (v *rulesView) own(row *templates.Rule, book *rules.Book, i int) {
	p, t := &book.Profiles[i], v.text
	row.ID = "profile-" + p.ID
	row.By, row.At = v.by(p.Edit), v.instant(p.At, "clock")
	if !v.admin {
		return
	}
	row.Change = v.paths.Profile(p.ID)
	last := len(book.Profiles) - 1
	if i > 0 {
		row.Up = &templates.RuleMove{Path: v.paths.Rules(), Profile: p.ID, Up: true, Before: book.Profiles[i-1].ID, Name: t.Rules.Up(p.Name)}
	}
	if i < last {
		row.Down = &templates.RuleMove{Path: v.paths.Rules(), Profile: p.ID, Name: t.Rules.Down(p.Name)}
		if i+1 < last {
			row.Down.Before = book.Profiles[i+2].ID
		}
	}
	if p.ID == v.moved { // the focus stays on the button, or goes to the other one where that has gone
		if row.Up != nil && (v.movedUp || row.Down == nil) {
			row.Up.First = true
		} else if row.Down != nil {
			row.Down.First = true
		}
	}
}

// changedBy says who made the last change of what the settings have as well.
func (w words) changedBy(e rules.Edit) string {
	e.Revision = max(e.Revision, 2)
	return w.by(e)
}

// by says who made the last change.
func (w words) by(e rules.Edit) string {
	t := &w.text.Rules
	switch {
	case e.By == "" && e.Revision > 1:
		return t.Changed
	case e.By == "":
		return t.Made
	case e.Revision > 1:
		return t.ChangedBy(e.By)
	}
	return t.MadeBy(e.By)
}

// weightMark is the class that a meeting is put in.
func (w words) weightMark(weight conference.Weight) templates.Mark {
	severity := rules.Ended // the quietest shape; its word is another
	switch weight {
	case conference.Urgent:
		severity = rules.Critical
	case conference.Noteworthy:
		severity = rules.Attention
	default:
		return templates.Mark{Severity: severity.String(), Word: w.text.Rules.Off}
	}
	return templates.Mark{Severity: severity.String(), Word: w.text.Severity[severity]}
}

// listedMeetings is how many meetings are named where many can be meant.
const listedMeetings = 20

// count adds the meetings that a rule is told about.
func (w words) count(c *templates.RuleCount, said string, told []told) {
	waiting := 0
	for _, m := range told {
		if !m.concern.Active {
			waiting++
		}
	}
	c.Text, c.Label = said, w.text.Rules.Which
	if waiting > 0 {
		c.Text += " · " + w.text.Rules.NotYet(waiting, len(told))
	}
	c.Which, c.More = w.meetings(told)
}

// meetings lists the first of some meetings, and says how many more there are.
func (w words) meetings(all []told) (listed []templates.RuleMeeting, more string) {
	for _, m := range all[:min(len(all), listedMeetings)] {
		link := templates.RuleMeeting{Path: w.paths.Meeting(m.state.ConfID), Title: m.state.Title()}
		if !m.concern.Since.IsZero() {
			link.Since = w.instant(m.concern.Since, "clock")
		}
		listed = append(listed, link)
	}
	if n := len(all) - len(listed); n > 0 {
		more = w.text.Rules.More(n)
	}
	return listed, more
}

// told is a meeting with what needs a person in it. Since of what would is zero.
type told struct {
	state   *conference.State
	concern conference.Concern
}

// tally is which meetings rules and profiles are about.
type tally struct {
	fits     []int // by the profiles' places
	profiles map[string][]told
	rules    map[conference.Rule][]told
}

// tallied counts the meetings that have not ended.
func tallied(set *rules.Set, all []*conference.State) tally {
	n := tally{fits: make([]int, len(set.Profiles)), profiles: map[string][]told{}, rules: map[conference.Rule][]told{}}
	for _, s := range all {
		if s.Link.State == conference.Over {
			continue
		}
		for i := range set.Profiles {
			if set.Profiles[i].Fits(s) {
				n.fits[i]++
			}
		}
		for _, c := range s.Concerns {
			if c.Cause.Rule != conference.Drift {
				n.rules[c.Cause.Rule] = append(n.rules[c.Cause.Rule], told{s, c})
				continue
			}
			held := n.profiles[c.Cause.Profile]
			if i := slices.IndexFunc(held, func(m told) bool { return m.state == s }); i < 0 {
				n.profiles[c.Cause.Profile] = append(held, told{s, c})
			} else if c.Active && !held[i].concern.Active { // of several fields that differ, the one that counts
				held[i].concern = c
			}
		}
	}
	return n
}

func countsOf(r templates.Rules) (all []templates.RuleCount) {
	for _, rows := range [][]templates.Rule{r.Profiles, r.BuiltIn} {
		for _, row := range rows {
			all = append(all, row.Count)
		}
	}
	return all
}

func sameCount(a, b templates.RuleCount) bool {
	return a.ID == b.ID && a.Text == b.Text && a.More == b.More && slices.Equal(a.Which, b.Which)
}
