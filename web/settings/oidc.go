package settings

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// OIDC is the provider at which people can sign in instead of with an account of the board.
type OIDC struct {
	// Issuer is its URL, exactly as it was set. Empty: there is none. Otherwise ClientID, ClientSecret and Settings.PublicURL are set,
	// and Settings.Access is AccessAccounts.
	Issuer, ClientID string
	ClientSecret     conference.Secret
	// Scopes are asked for beside openid.
	Scopes []string
	// NameClaim and GroupsClaim are the claims that say what to call somebody and in which groups they are.
	NameClaim, GroupsClaim string
	// AdminGroups are those of admins, ViewerGroups those of viewers; empty: everybody whom the provider signs in is one.
	AdminGroups, ViewerGroups []string
	// SessionAge is after how long everybody signs in again.
	SessionAge time.Duration
	// Button is what stands on the button that leads to the provider; empty: words in the language of the page.
	Button string
}

// Enabled reports whether people can sign in at a provider.
func (o OIDC) Enabled() bool { return o.Issuer != "" }

// oidcTable lists the settings of OpenID Connect.
func oidcTable(d *draft) []setting {
	o := &d.OIDC
	return []setting{
		{path: "oidc.issuer", value: text{&o.Issuer, "URL", "https:// or, on this machine, http://; exactly as the provider writes it", readIssuer}, preset: "",
			doc: "OpenID provider at which people sign in, beside the accounts of `access: accounts`. It needs `publicURL`."},
		{path: "oidc.clientID", value: text{&o.ClientID, "client ID", identifier, readIdentifier}, preset: "",
			doc: "What the provider calls the board."},
		{path: "oidc.clientSecretFile", value: path{&d.clientSecret.file, "file", ""}, preset: "",
			doc: "File with the client's secret in its first line. Either this or `oidc.clientSecretEnv`."},
		{path: "oidc.clientSecretEnv", value: text{&d.clientSecret.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds the client's secret."},
		{path: "oidc.scopes", value: identifiers{&o.Scopes}, preset: "profile",
			doc: "What is asked for beside `openid`; some providers name groups only when `groups` is asked for."},
		{path: "oidc.nameClaim", value: text{&o.NameClaim, "claim", identifier, readClaim}, preset: "preferred_username",
			doc: "Claim that says what to call somebody; without it `name`, `email` or `sub` does."},
		{path: "oidc.groupsClaim", value: text{&o.GroupsClaim, "claim", identifier, readClaim}, preset: "groups",
			doc: "Claim that lists somebody's groups; dots lead into objects, as in `realm_access.roles`."},
		{path: "oidc.adminGroups", value: labels{&o.AdminGroups}, preset: "",
			doc: "Groups whose members are admins."},
		{path: "oidc.viewerGroups", value: labels{&o.ViewerGroups}, preset: "",
			doc: "Groups whose members may see the board; empty is everybody whom the provider signs in."},
		{path: "oidc.sessionAge", value: duration{&o.SessionAge, 5 * time.Minute, 720 * time.Hour}, preset: "12h",
			doc: "After how long everybody signs in again; other groups count from then on."},
		{path: "oidc.button", value: text{&o.Button, "text", rules.TextRange, rules.ReadText}, preset: "",
			doc: "What stands on the button that leads to the provider; empty is words in the language of the page."},
	}
}

// readIssuer leaves the text as it is: with a slash at its end, or without, it is the name of another provider.
func readIssuer(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := readURL(text)
	switch {
	case err != nil:
		return "", err
	case strings.HasSuffix(u.Path, "/.well-known/openid-configuration"):
		return "", fmt.Errorf("%s is where the provider describes itself; leave /.well-known/openid-configuration out", quoted(text))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", fmt.Errorf("%s would send the client's secret unprotected over the network", quoted(text))
	}
	return text, nil
}

func readClaim(text string) (string, error) {
	if text == "" {
		return "", fmt.Errorf("%s is not the name of a claim", quoted(text))
	}
	return readIdentifier(text)
}

// identifiers is a list of texts without blanks.
type identifiers struct{ to *[]string }

func (v identifiers) kind() string          { return "list" }
func (v identifiers) item() string          { return "a text" }
func (v identifiers) allowed() string       { return "texts of " + identifier + ", without commas" }
func (v identifiers) set(text string) error { return setItems(v, text) }

func (v identifiers) setList(items []string) error {
	return readItems(v.to, items, readIdentifier)
}

// checkOIDC applies the rules of OpenID Connect.
func (l *loader) checkOIDC() {
	const issuer, clientID, byFile, byEnv = "oidc.issuer", "oidc.clientID", "oidc.clientSecretFile", "oidc.clientSecretEnv"
	s := l.settings
	if !l.sound(issuer, clientID, byFile, byEnv) {
		return
	}
	if !s.OIDC.Enabled() {
		for _, other := range []struct {
			path string
			set  bool
		}{{clientID, s.OIDC.ClientID != ""}, {byFile, l.clientSecret.file != ""}, {byEnv, l.clientSecret.variable != ""},
			{"oidc.adminGroups", len(s.OIDC.AdminGroups) > 0}, {"oidc.viewerGroups", len(s.OIDC.ViewerGroups) > 0}} {
			if other.set {
				l.refuse(issuer, l.origin(other.path), "it is missing, and "+other.path+" is set without it", nil)
				return
			}
		}
		return
	}
	if s.Access != AccessAccounts && l.sound("access") {
		l.refuse(issuer, l.origin(issuer), "it counts with access: accounts only", nil)
	}
	if s.OIDC.ClientID == "" {
		l.refuse(clientID, l.origin(issuer), "it is missing; the provider gives it when the board is registered there", nil)
	}
	if l.clientSecret == (secretSource{}) {
		l.refuse(byFile, l.origin(issuer), "the client's secret is missing; give this or "+byEnv, nil)
	} else {
		s.OIDC.ClientSecret = l.fetch(l.clientSecret, byFile, byEnv)
	}
	l.checkReturn()
	if len(s.OIDC.AdminGroups) == 0 && l.sound("oidc.adminGroups") {
		l.warn("oidc.adminGroups", "it is empty: nobody who signs in at the provider is an admin")
	}
}

// checkReturn looks at the address to which a provider sends people back.
func (l *loader) checkReturn() {
	if !l.sound("publicURL", "basePath") {
		return
	}
	u, err := url.Parse(l.settings.PublicURL) // without fault, it has been read before
	switch {
	case l.settings.PublicURL == "":
		l.refuse("publicURL", l.origin("oidc.issuer"), "it is empty; with oidc.issuer it is needed, because the provider sends people back to it", nil)
	case err == nil && u.Scheme == "http" && !loopback(u.Hostname()):
		l.warn("publicURL", "it is not encrypted, so whoever listens can be signed in as somebody else; providers may refuse to send people back to it")
	}
}
