package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
)

var _ access.OIDCStore = vault{}

// OIDCSessions implements access.OIDCStore.
func (v vault) OIDCSessions(ctx context.Context) ([]access.OIDCSession, error) {
	all, err := v.DB.OIDCSessions(ctx)
	return converted(all, err, func(s store.OIDCSession) access.OIDCSession { return access.OIDCSession(s) })
}

// OIDCSession implements access.OIDCStore.
func (v vault) OIDCSession(ctx context.Context, digest string) (access.OIDCSession, bool, error) {
	s, found, err := v.DB.OIDCSession(ctx, digest)
	return access.OIDCSession(s), found, err
}

// PutOIDCSession implements access.OIDCStore.
func (v vault) PutOIDCSession(ctx context.Context, s access.OIDCSession) error {
	return v.DB.PutOIDCSession(ctx, store.OIDCSession(s))
}

// oidcConfig is what the settings say of the provider.
func oidcConfig(s settings.Settings) access.OIDCConfig {
	o := s.OIDC
	return access.OIDCConfig{
		Issuer: o.Issuer, ClientID: o.ClientID, ClientSecret: o.ClientSecret, Callback: s.PublicURL + s.BasePath + handlers.CallbackPath,
		Scopes: o.Scopes, NameClaim: o.NameClaim, GroupsClaim: o.GroupsClaim, AdminGroups: o.AdminGroups, ViewerGroups: o.ViewerGroups,
		SessionAge: o.SessionAge, Path: s.BasePath + "/", PublicURL: s.PublicURL,
	}
}

// newOIDC lets people sign in at a provider; nil when the settings have none.
func newOIDC(ctx context.Context, s settings.Settings, db *store.DB, hub *live.Hub, logger *slog.Logger) (*access.OIDC, error) {
	if !s.OIDC.Enabled() {
		return nil, nil
	}
	c := oidcConfig(s)
	c.Store, c.Ended, c.Logger = vault{db}, hub.End, logger
	if s.Cluster.Enabled() {
		c.Shared = s.Cluster.Secret
	}
	return access.NewOIDC(ctx, c)
}

// oidcEntry is an access.OIDC as the pages see it.
type oidcEntry struct{ *access.OIDC }

var _ handlers.Provider = oidcEntry{}

// Begin implements handlers.Provider.
func (e oidcEntry) Begin(w http.ResponseWriter, r *http.Request, to, lang string) (string, error) {
	address, err := e.OIDC.Begin(w, r, to, lang)
	return address, asShown(err)
}

// Finish implements handlers.Provider.
func (e oidcEntry) Finish(ctx context.Context, w http.ResponseWriter, r *http.Request, address string) (string, error) {
	to, err := e.OIDC.Finish(ctx, w, r, address)
	return to, asShown(err)
}

// asShown gives a fault the kind by which the pages know it.
func asShown(err error) error {
	for _, kind := range []struct{ ours, shown error }{
		{access.ErrOIDCDown, handlers.ErrProviderDown}, {access.ErrOIDCStale, handlers.ErrProviderStale}, {access.ErrOIDCDenied, handlers.ErrProviderDenied},
		{access.ErrOIDCRefused, handlers.ErrProviderRefused}, {access.ErrOIDCAnswer, handlers.ErrProviderAnswer}, {access.ErrOIDCTooMany, handlers.ErrProviderMany},
	} {
		if errors.Is(err, kind.ours) {
			return fmt.Errorf("%w: %w", kind.shown, err)
		}
	}
	return err
}

// checkOIDC asks the provider of the settings whether it is there and takes the board for what it should be. said is what was found out,
// a line each.
func checkOIDC(ctx context.Context, s settings.Settings) (said []string, err error) {
	if !s.OIDC.Enabled() {
		return nil, nil
	}
	c := oidcConfig(s)
	proof, err := access.ProveOIDC(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("oidc.issuer: %w", err)
	}
	var wrong []error
	for _, p := range []struct {
		of                  access.OIDCVerdict
		right, wrong, setat string
	}{
		{proof.Client, "it knows the client " + c.ClientID + ", and sends people back to " + c.Callback,
			"it does not take the client " + c.ClientID + " with the redirect URI " + c.Callback, "oidc.clientID"},
		{proof.Secret, "it takes the client's secret", "it does not take the client's secret", "oidc.clientSecretFile"},
	} {
		switch p.of.Found {
		case access.OIDCTaken:
			said = append(said, "  "+p.right)
		case access.OIDCNotTaken:
			wrong = append(wrong, fmt.Errorf("%s: %s (%s)", p.setat, p.wrong, p.of.Said))
		default:
			said = append(said, "  only a sign-in tells whether "+p.right+" ("+p.of.Said+")")
		}
	}
	said = append([]string{"The OpenID provider " + c.Issuer + " answers:"}, said...)
	return said, errors.Join(wrong...)
}
