package huawei

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"confboard/feed/conference"
)

// Account is the enterprise's account with the cloud, by which its meetings are found and the push of its events is set up. It
// logs in by itself, when a call needs it. All methods are safe for concurrent use and end with their context; their errors are
// *AccountError.
type Account struct {
	endpoint *url.URL
	http     *http.Client
	pace     map[api]*gate // read only
	login    *login
}

// AccountError is why a call of the enterprise's account did not succeed. Its text holds no secret.
type AccountError struct {
	// Reason names it for people.
	Reason conference.LinkReason
	err    error
}

// Error implements error.
func (e *AccountError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *AccountError) Unwrap() error { return e.err }

func accountError(f *fault) error {
	if f == nil {
		return nil
	}
	return &AccountError{Reason: f.reason, err: f}
}

var errNoApp = errors.New("no app ID")

// NewAccount returns the account of a configuration, for whoever needs no meetings. App is required. Nothing is called yet.
func NewAccount(c Config) (*Account, error) {
	cloud, err := New(c)
	if err != nil {
		return nil, err
	}
	if cloud.account == nil {
		return nil, errNoApp
	}
	return cloud.account, nil
}

func newAccount(c Config, endpoint *url.URL, client *http.Client, pace map[api]*gate) *Account {
	a := &Account{endpoint: endpoint, http: client, pace: pace}
	// Logins are bounded by delays of their own.
	a.login = newLogin(*c.App, c.Delays, c.Logger, func(ctx context.Context, header http.Header, body []byte) (answer, *fault) {
		return exchange(ctx, client, call{api: loginAPI, method: http.MethodPost, site: endpoint, header: header, body: body})
	})
	return a
}

// checkDiscovery returns what is wrong with the settings of finding meetings.
func (c Config) checkDiscovery() error {
	var faults []error
	if c.App != nil {
		switch {
		case c.App.ID == "":
			faults = append(faults, errNoApp)
		case c.App.Key.IsZero():
			faults = append(faults, errors.New("app ID without its key"))
		}
	}
	if c.DiscoverEvery < 0 {
		faults = append(faults, fmt.Errorf("interval of finding meetings %v is negative", c.DiscoverEvery))
	}
	for i, r := range c.Select {
		if err := r.check(); err != nil {
			faults = append(faults, fmt.Errorf("watch rule %d: %w", i+1, err))
		}
	}
	return errors.Join(faults...)
}

// accountAPIs are the calls with the account's access token, but for that of a meeting's region.
func accountAPIs() []api {
	return []api{onlineAPI, onlineDetailAPI, bookedAPI, bookedDetailAPI, hookAPI, hookStatusAPI}
}

// call makes a call with the account's access token when its turn has come. If the token is not taken any more, a fresh one is tried,
// once.
func (a *Account) call(ctx context.Context, who caller, c call) (answer, *fault) {
	c.site = a.endpoint
	token, f := a.login.token(ctx, conference.Secret{})
	for again := true; f == nil; again = false {
		if err := a.pace[c.api].wait(ctx, who); err != nil {
			return answer{}, broken(c.step, err)
		}
		c.header = http.Header{"X-Access-Token": {token.token.Reveal()}}
		got, f := exchange(ctx, a.http, c)
		if f == nil || f.status != http.StatusUnauthorized || !again {
			return got, f
		}
		token, f = a.login.token(ctx, token.token)
		if f != nil {
			return answer{}, f
		}
	}
	return answer{}, f
}
