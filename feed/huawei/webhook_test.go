package huawei_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

func TestEventPushIsSetUpSwitchedAndRemoved(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	a := account(t, cloud, nil)
	done := &effects{}
	hook, err := huawei.NewHook(huawei.HookConfig{AppID: hookApp, Key: conference.NewSecret(hookKey), Effects: done, To: conference.NewRegistry(conference.DefaultPolicy)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer, err := hook.Receive(body)
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write(answer)
	}))
	defer server.Close()
	ctx := t.Context()

	none := func(when string, err error) {
		t.Helper()
		if !errors.Is(err, huawei.ErrNoHook) {
			t.Errorf("%s: %v", when, err)
		}
	}
	_, err = a.ShowHook(ctx)
	none("show", err)
	_, err = a.SwitchHook(ctx, true)
	none("switch on", err)
	none("remove", a.RemoveHook(ctx))

	address := server.URL + "/hooks/huawei"
	s, err := a.RegisterHook(ctx, address, hookApp, conference.NewSecret(hookKey))
	if err != nil || s.ID == "" || s.AppID != hookApp || s.URL != address || s.Status != huawei.HookOff {
		t.Fatalf("registered %+v, %v", s, err)
	}
	if s, err = a.SwitchHook(ctx, true); err != nil || s.Status != huawei.HookOn {
		t.Fatalf("switched on %+v, %v", s, err)
	}
	m := addMeeting(cloud, "1001", "Pushed")
	m.Start()
	board := &board{t: t, log: &lockedBuffer{}, registry: conference.NewRegistry(conference.DefaultPolicy)}
	board.until("event", func() bool { return done.all() == "changed, started 1001" })
	if s, err = a.SwitchHook(ctx, false); err != nil || s.Status != huawei.HookOff {
		t.Errorf("switched off %+v, %v", s, err)
	}
	if err := a.RemoveHook(ctx); err != nil {
		t.Errorf("remove: %v", err)
	}
	_, err = a.ShowHook(ctx)
	none("show afterwards", err)
}

func TestEventPushIsNotSwitchedOnForWhoDoesNotAnswer(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	a := account(t, cloud, nil)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	if _, err := a.RegisterHook(t.Context(), server.URL, hookApp, conference.NewSecret(hookKey)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SwitchHook(t.Context(), true); reason(t, err) != conference.ReasonUnexpected {
		t.Error(err)
	}
	if s, err := a.ShowHook(t.Context()); err != nil || s.Status != huawei.HookOff {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestEventsArePushedToHTTPSOnly(t *testing.T) {
	cloud := enterprise(simulator.Config{})
	a := account(t, cloud, nil)
	for address, ok := range map[string]bool{
		"https://board.example/hooks/huawei":     true,
		"https://board.example:8443/hook":        true,
		"http://127.0.0.1:8080/hooks/huawei":     true,
		"http://board.example/hooks/huawei":      false,
		"https://u:p4ssw@board.example/":         false,
		"https://board.example/?key=secret-4711": false,
		"https://board.example/#x":               false,
		"board.example":                          false,
		"https:///hooks":                         false,
		"":                                       false,
	} {
		_, err := a.RegisterHook(t.Context(), address, hookApp, conference.NewSecret(hookKey))
		if errors.Is(err, huawei.ErrHookURL) == ok {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestSettingsOfTheEventPushAreReadAsTheyComeInMany(t *testing.T) {
	for _, c := range []struct {
		name, body string
		status     huawei.HookStatus
		reason     conference.LinkReason
		none       bool
	}{
		{"on", `{"returnCode":0,"id":"7","subscriberId":"a","url":"https://b","status":0}`, huawei.HookOn, "", false},
		{"locked, as text", `{"returnCode":"0","id":"7","status":"2"}`, huawei.HookLocked, "", false},
		{"a status that nobody listed", `{"id":"7","status":9}`, huawei.HookUnknown, "", false},
		{"no status", `{"id":"7"}`, huawei.HookUnknown, "", false},
		{"wrapped", `{"returnCode":0,"data":{"id":"7","status":1}}`, huawei.HookOff, "", false},
		{"none", `{"returnCode":0}`, 0, "", true},
		{"an error with success", `{"returnCode":111070002,"id":"7"}`, 0, conference.ReasonNotPermitted, false},
		{"a page", `<html>`, 0, conference.ReasonUnexpected, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud := enterprise(simulator.Config{})
			cloud.Wrap(answering("/v1/mmc/management/webhook/link-config", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(c.body)) }))
			s, err := account(t, cloud, nil).ShowHook(t.Context())
			if errors.Is(err, huawei.ErrNoHook) != c.none || reason(t, err) != c.reason || err == nil && s.Status != c.status {
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}

func TestStatusesHaveWords(t *testing.T) {
	for s, want := range map[huawei.HookStatus]string{huawei.HookOn: "on", huawei.HookOff: "off", huawei.HookLocked: "locked", huawei.HookUnknown: "unknown", 9: "unknown"} {
		if s.String() != want {
			t.Errorf("%d: %s", s, s)
		}
	}
}
