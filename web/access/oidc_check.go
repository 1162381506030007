package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"golang.org/x/oauth2"
)

// OIDCFound is what was found out of something.
type OIDCFound uint8

// What was found out. Not every provider tells.
const (
	OIDCUnknown OIDCFound = iota
	OIDCTaken
	OIDCNotTaken
)

// OIDCVerdict is what a provider thinks of something. Said is its answer in short.
type OIDCVerdict struct {
	Found OIDCFound
	Said  string
}

// OIDCProof is what a provider thinks of a client.
type OIDCProof struct {
	// Client: it knows the client, and sends people back to the callback.
	Client OIDCVerdict
	// Secret: the client's secret was not refused.
	Secret OIDCVerdict
}

// ProveOIDC asks a provider what it thinks of the client, without anybody signing in. The error says why it is not reached.
func ProveOIDC(ctx context.Context, c OIDCConfig) (proof OIDCProof, err error) {
	o := &OIDC{config: c, client: newOIDCClient()}
	p, err := o.reach(ctx)
	if err != nil {
		return proof, err
	}
	if proof.Client, err = p.proveClient(ctx, c); err != nil {
		return proof, err
	}
	proof.Secret, err = p.proveSecret(ctx)
	return proof, err
}

// proveClient begins a sign-in in which the provider may not ask anybody anything. It sends the error back to the callback if that is
// the client's, and shows it to the person if not (OpenID Connect Core 1.0, 3.1.2.6).
func (p *reachedProvider) proveClient(ctx context.Context, c OIDCConfig) (OIDCVerdict, error) {
	address := p.oauth.AuthCodeURL(rand.Text(), oauth2.SetAuthURLParam("prompt", "none"), oauth2.SetAuthURLParam("nonce", rand.Text()),
		oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return OIDCVerdict{}, fmt.Errorf("ask for a sign-in: %w", err)
	}
	once := *p.client
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := once.Do(req)
	if err != nil {
		return OIDCVerdict{}, fmt.Errorf("ask for a sign-in: %w", unaddressed(err))
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body) // so that the connection can be used again
	v := OIDCVerdict{Said: fmt.Sprintf("status %d", res.StatusCode)}
	to, err := res.Location()
	switch {
	case err == nil && leadsBack(to, c.Callback):
		code := to.Query().Get("error")
		v.Said, v.Found = word(code), OIDCTaken
		if slices.Contains([]string{"unauthorized_client", "invalid_client", "invalid_scope", "invalid_request", "unsupported_response_type"}, code) {
			v.Found = OIDCNotTaken
		}
	case res.StatusCode >= 400 && res.StatusCode < 500:
		v.Found = OIDCNotTaken
	}
	return v, nil
}

func leadsBack(to *url.URL, callback string) bool {
	bare := *to
	bare.RawQuery, bare.Fragment = "", ""
	return bare.String() == callback
}

// proveSecret shows a code that nobody has given. Most providers look at the client first, and so refuse the code only if the secret is
// right.
func (p *reachedProvider) proveSecret(ctx context.Context) (OIDCVerdict, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, p.client)
	_, err := p.oauth.Exchange(ctx, rand.Text(), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	refused := (*oauth2.RetrieveError)(nil)
	if !errors.As(err, &refused) || refused.Response == nil {
		return OIDCVerdict{}, fmt.Errorf("ask for a token: %w", exchangeFault(ctx, err))
	}
	v := OIDCVerdict{Said: fmt.Sprintf("status %d, %s", refused.Response.StatusCode, word(refused.ErrorCode))}
	switch {
	case refused.ErrorCode == "invalid_grant":
		v.Found = OIDCTaken
	case refused.ErrorCode == "invalid_client", refused.ErrorCode == "unauthorized_client", refused.Response.StatusCode == http.StatusUnauthorized:
		v.Found = OIDCNotTaken
	}
	return v, nil
}

// unaddressed is an error of a call without its address, which has the parameters in it.
func unaddressed(err error) error {
	if call := (*url.Error)(nil); errors.As(err, &call) {
		return call.Err
	}
	return err
}
