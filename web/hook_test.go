package web_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/handlers"
)

// hook answers every event alike.
type hook struct {
	answer string
	err    error
	got    []byte
}

func (h *hook) Receive(body []byte) ([]byte, error) {
	h.got = body
	return []byte(h.answer), h.err
}

func TestEvents(t *testing.T) {
	refused := func(f conference.EventFault) error { return &conference.EventError{Fault: f} }
	for _, k := range []struct {
		name   string
		hook   hook
		body   string
		header []string
		status int
		said   string
	}{
		{"an event", hook{}, `{"appID":"a"}`, nil, http.StatusOK, ""},
		{"a verification", hook{answer: `{"event":"meeting.verify","nonce":"n"}`}, `{"appID":"a"}`, nil, http.StatusOK, `{"event":"meeting.verify","nonce":"n"}`},
		{"an event under another name, from elsewhere and of another type, as the cloud sends it", hook{}, `{}`,
			[]string{"Host", "callback.example", "Origin", "https://cloud.example", "Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain"}, http.StatusOK, ""},
		{"what is no event", hook{err: refused(conference.EventMalformed)}, `Hush-1`, nil, http.StatusBadRequest, "not an event"},
		{"another app's event", hook{err: refused(conference.EventApp)}, `{"x":"Hush-1"}`, nil, http.StatusForbidden, "another app ID"},
		{"a wrong signature", hook{err: refused(conference.EventSignature)}, `{"x":"Hush-1"}`, nil, http.StatusUnauthorized, "signature"},
		{"an old event", hook{err: refused(conference.EventTime)}, `{"x":"Hush-1"}`, nil, http.StatusForbidden, "time"},
		{"a fault that nobody knows", hook{err: refused("odd")}, `{"x":"Hush-1"}`, nil, http.StatusBadRequest, "refused"},
		{"a failure of ours", hook{err: errors.New("Hush-1")}, `{"x":"Hush-1"}`, nil, http.StatusInternalServerError, `"status":500`},
		{"64 KiB", hook{}, strings.Repeat("x", handlers.MaxBody), nil, http.StatusOK, ""},
		{"more than 64 KiB", hook{}, strings.Repeat("x", handlers.MaxBody+1), nil, http.StatusRequestEntityTooLarge, "64 KiB"},
	} {
		t.Run(k.name, func(t *testing.T) {
			b := start(t, options{base: "/board", more: func(h *handlers.Handlers) { h.Hook = &k.hook }})
			f := &office{board: b}
			req, err := http.NewRequest("POST", b.url+"/board"+handlers.HookPath, strings.NewReader(k.body))
			if err != nil {
				t.Fatal(err)
			}
			for i := 0; i+1 < len(k.header); i += 2 {
				if k.header[i] == "Host" {
					req.Host = k.header[i+1]
				}
				req.Header.Set(k.header[i], k.header[i+1])
			}
			res, answer := f.hear(t, req)
			if res.StatusCode != k.status || !strings.Contains(answer, k.said) || strings.Contains(answer, "Hush") {
				t.Errorf("%s: %s", res.Status, answer)
			}
			if kind := res.Header.Get("Content-Type"); k.status >= 400 && kind != "application/problem+json" || k.status == 200 && answer != "" && !strings.HasPrefix(kind, "application/json") {
				t.Errorf("type %s", kind)
			}
			if k.status != http.StatusRequestEntityTooLarge && string(k.hook.got) != k.body {
				t.Errorf("the hook got %d bytes, not what was sent", len(k.hook.got))
			}
		})
	}
}
