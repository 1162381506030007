package settings

import (
	"slices"
	"strings"
	"testing"
)

func TestOpenIDConnectIsSetWholeOrNotAtAll(t *testing.T) {
	const whole = "access: accounts\npublicURL: https://board.example/board\nbasePath: /board\noidc:\n  issuer: https://login.example/realms/one\n  clientID: board\n  clientSecretEnv: SECRET\n  adminGroups: [admins]\n"
	without := func(line string) string { return strings.Replace(whole, line, "", 1) }
	with := func(before, after string) string { return strings.Replace(whole, before, after, 1) }
	for _, c := range []struct{ name, file, fault string }{
		{"whole", whole, ""},
		{"http on this machine", with("https://login.example/realms/one", "http://127.0.0.1:8081"), ""},
		{"no issuer", without("  issuer: https://login.example/realms/one\n"), "oidc.issuer: it is missing, and oidc."},
		{"no client", without("  clientID: board\n"), "c.yaml:5: oidc.clientID: it is missing"},
		{"no secret", without("  clientSecretEnv: SECRET\n"), "c.yaml:5: oidc.clientSecretFile: the client's secret is missing; give this or oidc.clientSecretEnv"},
		{"two secrets", with("  clientID: board", "  clientID: board\n  clientSecretFile: secret"), "oidc.clientSecretEnv: clientSecretFile is given as well"},
		{"a secret that is not there", with("SECRET", "OTHER"), "the variable OTHER is not set, or empty"},
		{"no public URL", without("publicURL: https://board.example/board\n"), "c.yaml:4: publicURL: it is empty; with oidc.issuer it is needed"},
		{"another access", with("access: accounts", "access: open"), "c.yaml:5: oidc.issuer: it counts with access: accounts only"},
		{"a provider without encryption", with("https://login.example/realms/one", "http://login.example"), "would send the client's secret unprotected"},
		{"the provider's description", with("realms/one", ".well-known/openid-configuration"), "leave /.well-known/openid-configuration out"},
		{"a secret in place of a variable", with("SECRET", password), "oidc.clientSecretEnv: the value (not shown) is not the name of a variable"},
		{"a scope with a blank", whole + "  scopes: [\"profile groups\"]\n", "\"profile groups\" has a blank"},
		{"an empty claim", whole + "  groupsClaim: \"\"\n", "\"\" is not the name of a claim"},
		{"too long a session", whole + "  sessionAge: 721h\n", "allowed: 5m to 720h"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := faults(t, Sources{Environ: []string{"SECRET=" + password}, ConfigFile: write(t, "c.yaml", c.file)})
			switch {
			case c.fault == "" && len(got) > 0:
				t.Errorf("refused: %q", got)
			case c.fault != "" && !slices.ContainsFunc(got, func(line string) bool { return strings.Contains(line, c.fault) }):
				t.Errorf("%q, want %q", got, c.fault)
			}
		})
	}
}

func TestWarningsOfOpenIDConnect(t *testing.T) {
	s := mustLoad(t, Sources{Environ: []string{"SECRET=" + password}, ConfigFile: write(t, "c.yaml",
		"access: accounts\npublicURL: http://board.example\noidc: {issuer: https://login.example, clientID: board, clientSecretEnv: SECRET}\n")})
	var of []string
	for _, w := range s.Warnings {
		of = append(of, w.Setting)
	}
	if !slices.Equal(of, []string{"publicURL", "oidc.adminGroups"}) {
		t.Errorf("warned of %q", of)
	}
}
