package huawei_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

// otherHost is another name of the cloud, which is another site to it.
func otherHost(c *huawei.Config) string {
	return strings.Replace(strings.TrimPrefix(c.Endpoint, "http://"), "127.0.0.1", "localhost", 1)
}

func TestMeetingOnAnotherSiteIsFoundThere(t *testing.T) {
	for name, app := range map[string]*simulator.App{
		"asked for without an account":      nil,
		"asked for with an account's token": {ID: "app", Key: "app-key-of-the-enterprise"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := running(simulator.Config{App: app})
			b := start(t, cloud, patient, func(c *huawei.Config) {
				cloud.Meeting(meetingID).SetSite(otherHost(c))
				if app != nil {
					c.App = &huawei.App{ID: app.ID, Key: conference.NewSecret(app.Key)}
				}
			})
			b.untilLink(conference.Live)
			b.meeting.CutConnections()
			b.until("live again", func() bool { return b.sink.count(conference.LinkUp) == 2 && b.state().Link.State == conference.Live })
			if n := cloud.Calls(regionPath); n != 1 {
				t.Errorf("the region was asked for %d times", n)
			}
			if v := cloud.Violations(); len(v) > 0 {
				t.Errorf("violations %q", v)
			}
		})
	}
}

func TestMeetingOnASiteThatIsNotToldIsLeftToPeople(t *testing.T) {
	for name, region := range map[string]http.HandlerFunc{
		"no right to ask":              func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"no right to ask, by its code": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"error_code":"MMC.111070002"}`)) },
		"no address": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"regionUrl":"r1.example.com?a=b"}`))
		},
		"an insecure address": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(`{"regionUrl":"http://192.0.2.1"}`))
		},
		"the site it is not on": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(`{"regionUrl":"` + r.Host + `"}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			cloud := running(simulator.Config{})
			cloud.Meeting(meetingID).SetSite("elsewhere.example.com")
			cloud.Wrap(answering(regionPath, func(w http.ResponseWriter, r *http.Request) { asked.Add(1); region(w, r) }))
			b := start(t, cloud, patient, nil)
			if s := b.untilLink(conference.Refusing); s.Link.Reason != conference.ReasonWrongSite || !s.Link.Next.IsZero() {
				t.Errorf("link %+v", s.Link)
			}
			b.done(b.client.Look(meetingID)) // it is not for an event to try again
			if n := asked.Load(); n != 1 {
				t.Errorf("asked %d times", n)
			}
			b.meeting.SetSite("")
			b.done(b.client.Retry(meetingID))
			b.untilLink(conference.Live)
		})
	}
}

// What the cloud has not said properly it may say in a while.
func TestMeetingOnASiteThatIsNotToldProperlyIsTriedAgain(t *testing.T) {
	for _, c := range []struct {
		name   string
		region http.HandlerFunc
		app    bool
		reason conference.LinkReason
	}{
		{"a page of a proxy", fixed(200, "<html>"), false, conference.ReasonWrongSite},
		{"a redirect", fixed(302, ""), false, conference.ReasonWrongSite},
		{"a body over the limit", fixed(200, strings.Repeat("x", 2<<20)), false, conference.ReasonWrongSite},
		{"a code that means nothing to us", fixed(400, `{"error_code":"MMC.199999999"}`), false, conference.ReasonWrongSite},
		{"a code that means something of another call", fixed(400, `{"error_code":"MMC.111070005"}`), false, conference.ReasonWrongSite},
		{"an answer without an address", fixed(200, `{"regionIP":"192.0.2.1"}`), false, conference.ReasonWrongSite},
		{"no right of the account", fixed(403, ""), true, conference.ReasonWrongSite},
		{"a login that is refused for the clock", nil, true, conference.ReasonClock},
	} {
		t.Run(c.name, func(t *testing.T) {
			var app *simulator.App
			if c.app {
				app = &simulator.App{ID: appID, Key: appKey}
			}
			cloud := running(simulator.Config{App: app})
			b := start(t, cloud, patient, func(config *huawei.Config) {
				cloud.Meeting(meetingID).SetSite(otherHost(config))
				path, answer := regionPath, c.region
				if answer == nil {
					path, answer = loginPath, fixed(401, `{"error_code":"USG.206010057"}`)
				}
				cloud.Wrap(answering(path, answer))
				if c.app {
					config.App, config.DiscoverEvery = &huawei.App{ID: appID, Key: conference.NewSecret(appKey)}, never
				}
			})
			if s := b.untilLink(conference.Refusing); s.Link.Reason != c.reason || s.Link.Next.IsZero() {
				t.Errorf("link %+v", s.Link)
			}
			cloud.Wrap(nil)
			b.untilLink(conference.Live)
		})
	}
}

// A meeting's site is asked for in the account's name again and again; an app key that is wrong is tried once all the same, lest
// the account is locked.
func TestSiteThatIsNotToldForAWrongAppKeyMakesNoFurtherLogins(t *testing.T) {
	cloud := running(simulator.Config{App: &simulator.App{ID: appID, Key: appKey}})
	var logins, asked atomic.Int32
	b := start(t, cloud, patient, func(config *huawei.Config) {
		cloud.Meeting(meetingID).SetSite(otherHost(config))
		config.App, config.DiscoverEvery = &huawei.App{ID: appID, Key: conference.NewSecret("wrong")}, never
		cloud.Wrap(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case loginPath:
					logins.Add(1)
				case controlTokenPath:
					asked.Add(1)
				}
				next.ServeHTTP(w, r)
			})
		})
	})
	b.until("asked twenty times", func() bool { return asked.Load() >= 20 })
	if n := logins.Load(); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestRegionThatCannotBeAskedForNowIsAskedForAgain(t *testing.T) {
	cloud := running(simulator.Config{})
	b := start(t, cloud, patient, func(c *huawei.Config) {
		cloud.Meeting(meetingID).SetSite(otherHost(c))
		cloud.Wrap(answering(regionPath, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }))
	})
	b.until("told", func() bool { s := b.state(); return s != nil && s.Link.Reason == conference.ReasonUnavailable })
	cloud.Wrap(nil)
	b.untilLink(conference.Live)
}
