package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// providerTimeout bounds each call of the provider.
	providerTimeout = 10 * time.Second
	// maxProviderAnswer bounds its answers, in bytes.
	maxProviderAnswer = 1 << 20

	// How soon a provider that was not reached is tried again, and how often one is asked what it is like now.
	discoverSoon, discoverLater, discoverAgain = 2 * time.Second, time.Minute, time.Hour
)

// reachedProvider is an OpenID provider that was reached. Its keys are asked for again when it signs with one that is not known.
type reachedProvider struct {
	oauth    oauth2.Config
	oidc     *oidc.Provider
	verifier *oidc.IDTokenVerifier
	client   *http.Client
}

// newOIDCClient never sends a secret on to where a provider may redirect it.
func newOIDCClient() *http.Client {
	return &http.Client{Timeout: providerTimeout, Transport: boundedAnswers{http.DefaultTransport},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			switch {
			case via[0].Method != http.MethodGet || via[0].Header.Get("Authorization") != "":
				return http.ErrUseLastResponse
			case len(via) > 5:
				return errors.New("too many redirects")
			}
			return guarded(r.URL.String())
		}}
}

// boundedAnswers cuts answers that are too long.
type boundedAnswers struct{ http.RoundTripper }

func (b boundedAnswers) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxProviderAnswer), res.Body}
	}
	return res, err
}

// guarded is an error unless an address is encrypted or on this machine.
func guarded(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return errors.New("it names no address")
	}
	here := u.Hostname() == "localhost"
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		here = ip.IsLoopback()
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && here) {
		return fmt.Errorf("%s is not encrypted", u.Host)
	}
	return nil
}

// reach asks the provider what it is like (OpenID Connect Discovery 1.0).
func (o *OIDC) reach(ctx context.Context) (*reachedProvider, error) {
	ctx, cancel := context.WithTimeout(ctx, providerTimeout)
	defer cancel()
	ctx = oidc.ClientContext(ctx, o.client)
	found, err := oidc.NewProvider(ctx, o.config.Issuer)
	if mismatch := (*oidc.IssuerMismatchError)(nil); errors.As(err, &mismatch) {
		return nil, fmt.Errorf("it calls itself %s, and has to be set exactly so", oneLine(mismatch.Discovered))
	}
	if err != nil {
		return nil, fmt.Errorf("ask the OpenID provider what it is like: %s", oneLine(err.Error()))
	}
	var more struct {
		AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
		Keys        string   `json:"jwks_uri"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, fmt.Errorf("read what the OpenID provider is like: %w", err)
	}
	endpoint := found.Endpoint()
	for what, address := range map[string]string{"authorization_endpoint": endpoint.AuthURL, "token_endpoint": endpoint.TokenURL, "jwks_uri": more.Keys} {
		if err := guarded(address); err != nil {
			return nil, fmt.Errorf("%s of the OpenID provider: %w", what, err)
		}
	}
	// Never found out by trying: the first wrong way would spend the code.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if len(more.AuthMethods) > 0 && !slices.Contains(more.AuthMethods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	c := o.config
	return &reachedProvider{
		oauth: oauth2.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret.Reveal(), Endpoint: endpoint, RedirectURL: c.Callback,
			Scopes: append([]string{oidc.ScopeOpenID}, slices.DeleteFunc(slices.Clone(c.Scopes), func(s string) bool { return s == oidc.ScopeOpenID })...)},
		oidc: found, verifier: found.VerifierContext(ctx, &oidc.Config{ClientID: c.ClientID, Now: c.Now}), client: o.client,
	}, nil
}

// discover reaches the provider, keeps trying while it is not there, and asks again now and then. One that was reached stays known.
func (o *OIDC) discover(ctx context.Context) {
	failing := false
	for soon := discoverSoon; ; {
		p, err := o.reach(ctx)
		wait := discoverAgain
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			if failing || !o.Reachable() {
				o.config.Logger.Info("people can sign in by OpenID Connect", "issuer", o.config.Issuer)
			}
			o.provider.Store(p)
			soon, failing = discoverSoon, false
		default:
			if !failing {
				o.config.Logger.Error("the OpenID provider is not reached; it is tried again", "issuer", o.config.Issuer, "error", err)
			}
			wait, failing = soon, true
			soon = min(2*soon, discoverLater)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// authorize is the address at which somebody signs in.
func (p *reachedProvider) authorize(a attempt, lang string) string {
	options := []oauth2.AuthCodeOption{oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)}
	if lang != "" {
		options = append(options, oauth2.SetAuthURLParam("ui_locales", lang))
	}
	return p.oauth.AuthCodeURL(a.state, options...)
}

// exchange has a code turned into what the provider says of somebody. Its errors are ErrOIDCDown, ErrOIDCStale, ErrOIDCAnswer and that
// of ctx; they quote neither code nor tokens.
func (p *reachedProvider) exchange(ctx context.Context, c OIDCConfig, a attempt, code string) (claims, error) {
	if code == "" {
		return claims{}, fmt.Errorf("%w: it has no code", ErrOIDCAnswer)
	}
	call := oidc.ClientContext(ctx, p.client)
	token, err := p.oauth.Exchange(call, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return claims{}, exchangeFault(ctx, err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return claims{}, fmt.Errorf("%w: it has no ID token", ErrOIDCAnswer)
	}
	id, err := p.verifier.Verify(call, raw)
	if err != nil {
		return claims{}, fmt.Errorf("%w: %s", ErrOIDCAnswer, oneLine(err.Error()))
	}
	said := claims{subject: id.Subject}
	var party struct {
		AZP string `json:"azp"`
	}
	if err := errors.Join(id.Claims(&said.all), id.Claims(&party)); err != nil {
		return claims{}, fmt.Errorf("%w: its claims cannot be read", ErrOIDCAnswer)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.nonce)) != 1:
		return claims{}, fmt.Errorf("%w: its nonce is that of another sign-in", ErrOIDCAnswer)
	case party.AZP != "" && party.AZP != c.ClientID, party.AZP == "" && len(id.Audience) > 1:
		return claims{}, fmt.Errorf("%w: it was made for another client", ErrOIDCAnswer)
	case id.Subject == "":
		return claims{}, fmt.Errorf("%w: it has no subject", ErrOIDCAnswer)
	}
	if said.find(c.NameClaim) == nil || said.find(c.GroupsClaim) == nil && len(c.AdminGroups)+len(c.ViewerGroups) > 0 {
		return said, p.more(call, token, &said)
	}
	return said, nil
}

// more adds what only the UserInfo endpoint says, if there is one.
func (p *reachedProvider) more(ctx context.Context, token *oauth2.Token, said *claims) error {
	if p.oidc.UserInfoEndpoint() == "" {
		return nil
	}
	info, err := p.oidc.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return fmt.Errorf("%w: ask who it is: %s", ErrOIDCDown, oneLine(err.Error()))
	}
	var further map[string]any
	if err := info.Claims(&further); err != nil || info.Subject != said.subject {
		return fmt.Errorf("%w: what it says of somebody is about somebody else", ErrOIDCAnswer)
	}
	for name, v := range further {
		if _, there := said.all[name]; !there {
			said.all[name] = v
		}
	}
	return nil
}

// exchangeFault says why a code was not taken. Of the provider's answer only the error's name is told: the rest can quote what we sent.
func exchangeFault(ctx context.Context, err error) error {
	refused := (*oauth2.RetrieveError)(nil)
	network := (*url.Error)(nil)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &refused) && refused.ErrorCode == "invalid_grant":
		return fmt.Errorf("%w: the provider does not take the code", ErrOIDCStale)
	case errors.As(err, &refused) && refused.Response != nil && refused.Response.StatusCode >= 500:
		return fmt.Errorf("%w: status %d", ErrOIDCDown, refused.Response.StatusCode)
	case errors.As(err, &refused) && refused.Response != nil:
		return fmt.Errorf("%w: status %d, %s", ErrOIDCAnswer, refused.Response.StatusCode, word(refused.ErrorCode))
	case errors.As(err, &network):
		return fmt.Errorf("%w: %w", ErrOIDCDown, network.Err)
	}
	return fmt.Errorf("%w: it is not what a token endpoint answers", ErrOIDCAnswer)
}

// oneLine makes what a library says, which can have a whole answer in it, fit for the log.
func oneLine(text string) string {
	const most = 300
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if letters := []rune(text); len(letters) > most {
		text = string(letters[:most]) + "…"
	}
	return text
}
