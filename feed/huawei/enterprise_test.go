package huawei_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const (
	loginPath  = "/v2/usg/acs/auth/appauth"
	onlinePath = "/v1/mmc/management/conferences/online"
	bookedPath = "/v1/mmc/management/conferences"
	detailPath = "/v1/mmc/management/conferences/online/confDetail"
	appID      = "app-7f3a"
	appKey     = "app-key-s3cret-4417"
)

// enterprise is a simulated cloud whose enterprise can be logged in to.
func enterprise(c simulator.Config) *simulator.Cloud {
	c.App = &simulator.App{ID: appID, Key: appKey, UserID: "li"}
	return simulator.New(c)
}

// logged is what an account logs, and the check at the end of a test that no secret is in it.
func logged(t *testing.T, cloud *simulator.Cloud) *lockedBuffer {
	log := &lockedBuffer{}
	t.Cleanup(func() {
		noSecretIn(t, cloud, log.String())
		for _, v := range cloud.Violations() {
			t.Errorf("against the reference: %s", v)
		}
	})
	return log
}

func noSecretIn(t *testing.T, cloud *simulator.Cloud, text string) {
	t.Helper()
	for _, secret := range append(cloud.Secrets(), hookKey) {
		if len(secret) > 3 && strings.Contains(text, secret) {
			t.Errorf("the secret %q is in:\n%s", secret, text)
		}
	}
}

// account returns the account of a simulated cloud over real sockets; change can alter its configuration, and may be nil.
func account(t *testing.T, cloud *simulator.Cloud, change func(*huawei.Config)) *huawei.Account {
	t.Helper()
	endpoint, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	c := huawei.Config{
		Endpoint: endpoint, App: &huawei.App{ID: appID, Key: conference.NewSecret(appKey)},
		Logger: slog.New(slog.NewTextHandler(logged(t, cloud), &slog.HandlerOptions{Level: slog.LevelDebug})),
		Delays: huawei.Delays{BackoffMin: time.Hour, BackoffMax: time.Hour, Refused: time.Hour}, // a call that waits for it is seen
	}
	if change != nil {
		change(&c)
	}
	a, err := huawei.NewAccount(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// reason names an account's error; "none" if there was none that is meant to be counted.
func reason(t *testing.T, err error) conference.LinkReason {
	t.Helper()
	var a *huawei.AccountError
	switch {
	case err == nil || errors.Is(err, huawei.ErrNoHook):
		return conference.ReasonNone
	case !errors.As(err, &a) || a.Reason == conference.ReasonNone:
		t.Fatalf("no reason: %v", err)
	}
	return a.Reason
}

func TestSixteenCallersAtOnceMakeOneLogin(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	a := account(t, cloud, nil)
	for round, want := range []int{1, 2} {
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				if _, err := a.ShowHook(t.Context()); !errors.Is(err, huawei.ErrNoHook) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		all.Wait()
		if n := cloud.Logins(); n != want {
			t.Errorf("round %d: %d logins, want %d", round, n, want)
		}
		cloud.ExpireAccessTokens()
	}
}

func TestSixteenCallersAtOnceShareAFailedLogin(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	var logins atomic.Int64
	cloud.Wrap(answering(loginPath, func(w http.ResponseWriter, _ *http.Request) {
		logins.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}))
	a := account(t, cloud, nil)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := a.ShowHook(t.Context()); reason(t, err) != conference.ReasonUnavailable {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := logins.Load(); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestUnauthorizedTwiceInARowIsOneLoginAndAnError(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	var calls int
	cloud.Wrap(answering("/v1/mmc/management/webhook/link-config", func(w http.ResponseWriter, _ *http.Request) {
		calls++
		w.WriteHeader(http.StatusUnauthorized)
	}))
	a := account(t, cloud, nil)
	if _, err := a.ShowHook(t.Context()); reason(t, err) != conference.ReasonNotPermitted {
		t.Error(err)
	}
	if cloud.Logins() != 2 || calls != 2 {
		t.Errorf("%d logins, %d calls", cloud.Logins(), calls)
	}
}

func TestLoginsAreJudged(t *testing.T) {
	respond := func(status int, body string) func(c *simulator.Cloud) {
		return func(c *simulator.Cloud) {
			c.Wrap(answering(loginPath, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "req-1")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			}))
		}
	}
	for _, c := range []struct {
		name   string
		cloud  func(*simulator.Cloud)
		app    huawei.App
		reason conference.LinkReason
		logins int // that are asked for by two calls one after the other
	}{
		{"right", nil, huawei.App{}, conference.ReasonNone, 1},
		{"right, for a user", nil, huawei.App{UserID: "li"}, conference.ReasonNone, 1},
		{"unknown app", nil, huawei.App{ID: "other"}, conference.ReasonAppLogin, 1},
		{"unknown user", nil, huawei.App{UserID: "nobody"}, conference.ReasonAppLogin, 1},
		{"wrong key", nil, huawei.App{Key: conference.NewSecret("wrong")}, conference.ReasonAppLogin, 1},
		{"account disabled", respond(412, `{"error_code":"USG.206010001"}`), huawei.App{}, conference.ReasonAccountLocked, 1},
		{"account locked", respond(423, ``), huawei.App{}, conference.ReasonAccountLocked, 1},
		{"unauthorized without a code", respond(401, ``), huawei.App{}, conference.ReasonAppLogin, 1},
		{"signature expired though the clocks agree", respond(401, `{"error_code":"USG.206010057"}`), huawei.App{}, conference.ReasonClock, 1},
		{"unavailable", respond(503, `<html>`), huawei.App{}, conference.ReasonUnavailable, 1},
		{"too many", respond(429, ``), huawei.App{}, conference.ReasonUnavailable, 1},
		{"success without a token", respond(200, `{"validPeriod":43200}`), huawei.App{}, conference.ReasonUnexpected, 1},
		{"success without a body", respond(200, ``), huawei.App{}, conference.ReasonUnexpected, 1},
		{"success with an error body", respond(200, `{"error_code":"USG.206010025"}`), huawei.App{}, conference.ReasonAppLogin, 1},
		{"a redirect", respond(302, ``), huawei.App{}, conference.ReasonUnexpected, 1},
		{"truncated", respond(200, `{"accessToken":"secret-that-`), huawei.App{}, conference.ReasonUnexpected, 1},
		{"too large", respond(200, strings.Repeat(" ", 1<<20+1)), huawei.App{}, conference.ReasonUnexpected, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := enterprise(simulator.Config{})
			if c.cloud != nil {
				c.cloud(cloud)
			}
			asked := 0
			a := account(t, cloud, func(config *huawei.Config) {
				config.HTTPClient = &http.Client{Transport: counting{&asked}}
				if c.app.ID != "" {
					config.App.ID = c.app.ID
				}
				if !c.app.Key.IsZero() {
					config.App.Key = c.app.Key
				}
				config.App.UserID = c.app.UserID
			})
			for range 2 {
				_, err := a.ShowHook(t.Context())
				if got := reason(t, err); got != c.reason {
					t.Errorf("reason %q of %v", got, err)
				}
				if err != nil {
					noSecretIn(t, cloud, err.Error())
				}
			}
			if asked != c.logins {
				t.Errorf("%d logins asked for", asked)
			}
		})
	}
}

// counting counts logins.
type counting struct{ n *int }

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == loginPath {
		*c.n++
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestLoginWithAClockThatIsOff(t *testing.T) {
	for name, off := range map[string]time.Duration{"an hour behind the cloud's": time.Hour, "an hour ahead of the cloud's": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			cloud := enterprise(simulator.Config{Now: func() time.Time { return time.Now().Add(off) }})
			a := account(t, cloud, nil)
			for range 2 {
				if _, err := a.ShowHook(t.Context()); !errors.Is(err, huawei.ErrNoHook) {
					t.Error(err)
				}
			}
			if cloud.Logins() != 1 {
				t.Errorf("%d logins", cloud.Logins())
			}
		})
	}
}

func TestLoginEndsWithItsContext(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	reached := make(chan struct{})
	cloud.Wrap(answering(loginPath, func(_ http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	}))
	a := account(t, cloud, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	if _, err := a.ShowHook(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// That one gave up says nothing about the login.
	cloud.Wrap(nil)
	if _, err := a.ShowHook(t.Context()); !errors.Is(err, huawei.ErrNoHook) {
		t.Error(err)
	}
}

func TestAccountNeedsItsApp(t *testing.T) {
	key := conference.NewSecret("k")
	for name, app := range map[string]*huawei.App{"no app": nil, "no ID": {Key: key}, "no key": {ID: "a"}} {
		if _, err := huawei.NewAccount(huawei.Config{Endpoint: "https://example.com", App: app}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
