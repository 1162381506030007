package huawei_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// direct answers calls by a handler without a socket, so that fake time can pass.
type direct struct{ to http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w := httptest.NewRecorder()
	d.to.ServeHTTP(w, r)
	return w.Result(), nil
}

func inFakeTime(t *testing.T, config simulator.Config, test func(t *testing.T, cloud *simulator.Cloud, a *huawei.Account)) {
	synctest.Test(t, func(t *testing.T) {
		cloud := enterprise(config)
		defer cloud.Close()
		a, err := huawei.NewAccount(huawei.Config{
			Endpoint: "http://127.0.0.1:1", App: &huawei.App{ID: appID, Key: conference.NewSecret(appKey)},
			HTTPClient: &http.Client{Transport: direct{cloud}},
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, cloud, a)
	})
}

func TestLoginIsRenewedAtNineTenthsOfItsTime(t *testing.T) {
	inFakeTime(t, simulator.Config{AccessTokenLife: 10 * time.Hour}, func(t *testing.T, cloud *simulator.Cloud, a *huawei.Account) {
		for _, c := range []struct {
			after  time.Duration
			logins int
		}{{0, 1}, {8*time.Hour + 59*time.Minute, 1}, {2 * time.Minute, 2}, {8*time.Hour + 59*time.Minute, 2}, {2 * time.Minute, 3}} {
			time.Sleep(c.after)
			if _, err := a.ShowHook(t.Context()); !errors.Is(err, huawei.ErrNoHook) {
				t.Error(err)
			}
			if n := cloud.Logins(); n != c.logins {
				t.Errorf("%v later: %d logins, want %d", c.after, n, c.logins)
			}
		}
	})
}

func TestLoginThatCannotBeRenewedIsUsedToItsEnd(t *testing.T) {
	inFakeTime(t, simulator.Config{AccessTokenLife: 10 * time.Hour}, func(t *testing.T, cloud *simulator.Cloud, a *huawei.Account) {
		show := func() conference.LinkReason {
			_, err := a.ShowHook(t.Context())
			return reason(t, err)
		}
		if r := show(); r != conference.ReasonNone {
			t.Fatal(r)
		}
		failed := 0
		cloud.Wrap(answering(loginPath, func(w http.ResponseWriter, _ *http.Request) {
			failed++
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		time.Sleep(9*time.Hour + 30*time.Minute)
		for range 20 {
			if r := show(); r != conference.ReasonNone {
				t.Errorf("while it is valid: %q", r)
			}
		}
		if failed != 1 {
			t.Errorf("%d attempts to renew it at once", failed)
		}
		time.Sleep(31 * time.Minute)
		if r := show(); r != conference.ReasonUnavailable {
			t.Errorf("when it is not valid any more: %q", r)
		}
		cloud.Wrap(nil)
		time.Sleep(5 * time.Minute)
		if r := show(); r != conference.ReasonNone {
			t.Errorf("when the cloud is back: %q", r)
		}
	})
}

func TestAttemptsToLogInGrowRare(t *testing.T) {
	inFakeTime(t, simulator.Config{}, func(t *testing.T, cloud *simulator.Cloud, a *huawei.Account) {
		attempts := 0
		cloud.Wrap(answering(loginPath, func(w http.ResponseWriter, _ *http.Request) {
			attempts++
			w.Header().Set("Retry-After", "2")
			w.WriteHeader(http.StatusTooManyRequests)
		}))
		for range 3600 {
			_, _ = a.ShowHook(t.Context()) // refused each time
			time.Sleep(time.Second)
		}
		// 2, 2, 4 … s, then every 2.5 to 5 min.
		if attempts < 12+8 || attempts > 12+24 {
			t.Errorf("%d attempts in an hour", attempts)
		}
	})
}
