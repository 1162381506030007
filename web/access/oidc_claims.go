package access

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// maxName bounds what somebody is called, in characters.
const maxName = 64

// person is somebody whom a provider has signed in. Issuer and subject together say who it is: a subject means nothing without its
// issuer, and e-mail addresses are given to other people by and by.
type person struct {
	issuer, subject, name string
	role                  Role
}

// claims are what a provider says of somebody.
type claims struct {
	subject string
	all     map[string]any
}

// person finds out what to call somebody and what they may do; ErrOIDCRefused when nothing.
func (c claims) person(config OIDCConfig) (person, error) {
	p := person{issuer: config.Issuer, subject: c.subject}
	for _, claim := range []string{config.NameClaim, "name", "email"} {
		text, _ := c.find(claim).(string)
		if p.name = cleanPersonName(text); p.name != "" {
			break
		}
	}
	if p.name == "" {
		p.name = cleanPersonName(c.subject)
	}
	groups := c.groups(config.GroupsClaim)
	role, ok := roleOf(groups, config.AdminGroups, config.ViewerGroups)
	if !ok {
		return p, fmt.Errorf("%w: %s, of whom %s lists %d groups", ErrOIDCRefused, p.name, config.GroupsClaim, len(groups))
	}
	p.role = role
	return p, nil
}

// find returns the claim of a name, nil when there is none. Dots lead into objects where no claim has the whole name.
func (c claims) find(name string) any {
	if v, there := c.all[name]; there {
		return v
	}
	var at any = c.all
	for part := range strings.SplitSeq(name, ".") {
		inside, is := at.(map[string]any)
		if !is {
			return nil
		}
		at = inside[part]
	}
	return at
}

// groups are those of a claim: a list of texts, or a single one.
func (c claims) groups(claim string) (groups []string) {
	switch v := c.find(claim).(type) {
	case string:
		groups = append(groups, v)
	case []any:
		for _, item := range v {
			if group, is := item.(string); is {
				groups = append(groups, group)
			}
		}
	}
	return groups
}

// roleOf is the role of somebody in these groups; ok is false when they may see nothing. Without viewers everybody may see the board.
func roleOf(groups, admins, viewers []string) (role Role, ok bool) {
	in := func(these []string) bool {
		return slices.ContainsFunc(these, func(g string) bool { return slices.Contains(groups, g) })
	}
	switch {
	case in(admins):
		return RoleAdmin, true
	case len(viewers) == 0 || in(viewers):
		return RoleViewer, true
	}
	return RoleNone, false
}

// cleanPersonName makes one short line of a name.
func cleanPersonName(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if letters := []rune(text); len(letters) > maxName {
		text = string(letters[:maxName-1]) + "…"
	}
	return text
}
