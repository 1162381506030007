package huawei

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"confboard/feed/conference"
)

// The settings of the push of the enterprise's events. They want an administrator's login.
var (
	hookAPI       = api{"settings of the event push", "/v1/mmc/management/webhook/link-config"}
	hookStatusAPI = api{"switch of the event push", "/v1/mmc/management/webhook/change-status"}
)

// HookSettings is what the cloud knows of where it pushes the enterprise's events to. The key cannot be asked for.
type HookSettings struct {
	// ID is the cloud's own for these settings.
	ID string
	// AppID is what the cloud names itself by in each event.
	AppID string
	URL   string
	// Status is what is set, and StatusUnknown when the cloud says something else.
	Status HookStatus
}

// HookStatus is whether events are pushed.
type HookStatus int

// The statuses, with the numbers of the wire.
const (
	HookUnknown HookStatus = iota - 1
	HookOn
	HookOff
	HookLocked // by the cloud
)

// String is the status in a word.
func (s HookStatus) String() string {
	switch s {
	case HookOn:
		return "on"
	case HookOff:
		return "off"
	case HookLocked:
		return "locked"
	}
	return "unknown"
}

// Errors of the settings that are not the cloud's.
const (
	// ErrHookURL: the URL is not an https one, or has more than host and path.
	ErrHookURL = plainError("events can be pushed only to a URL that starts with https:// and has a host and a path and nothing else")
	// ErrNoHook: nothing is set up.
	ErrNoHook = plainError("no event push is set up")
)

// RegisterHook has the enterprise's events pushed to a URL: https, or http on a loopback host, for a cloud that is there too;
// otherwise the error is ErrHookURL. The cloud names itself by appID in each event and signs with key. It starts with
// SwitchHook. The answer is what the cloud has afterwards.
func (a *Account) RegisterHook(ctx context.Context, address, appID string, key conference.Secret) (HookSettings, error) {
	if !pushable(address) {
		return HookSettings{}, ErrHookURL
	}
	corp, f := a.corporation(ctx)
	if f != nil {
		return HookSettings{}, accountError(f)
	}
	body, err := json.Marshal(struct {
		CorpID        string `json:"corpId,omitempty"`
		SubscriberID  string `json:"subscriberId"`
		SubscriberKey string `json:"subscriberKey"`
		URL           string `json:"url"`
	}{corp, appID, key.Reveal(), address})
	if err != nil {
		return HookSettings{}, accountError(broken(hookAPI.step, err))
	}
	if f := a.command(ctx, call{api: hookAPI, method: http.MethodPost, body: body}); f != nil {
		return HookSettings{}, accountError(f)
	}
	return a.ShowHook(ctx)
}

// ShowHook asks for the settings; the error is ErrNoHook when there are none.
func (a *Account) ShowHook(ctx context.Context) (HookSettings, error) {
	corp, f := a.corporation(ctx)
	if f != nil {
		return HookSettings{}, accountError(f)
	}
	query := url.Values{}
	if corp != "" {
		query.Set("corpId", corp)
	}
	got, f := a.call(ctx, caller{rank: asked}, call{api: hookAPI, query: query})
	switch {
	case f != nil && f.status == http.StatusNotFound && f.code == "":
		return HookSettings{}, ErrNoHook
	case f != nil:
		return HookSettings{}, accountError(f)
	case codeOf(got.top) != "" || got.top == nil:
		return HookSettings{}, accountError(got.fault(hookAPI.step))
	}
	s := HookSettings{ID: printable(got.text("id")), AppID: printable(got.text("subscriberId")), URL: printableURL(got.text("url")), Status: HookUnknown}
	if s.ID == "" {
		return HookSettings{}, ErrNoHook
	}
	if n, ok := got.int("status"); ok && n >= 0 && n <= int64(HookLocked) {
		s.Status = HookStatus(n)
	}
	return s, nil
}

// SwitchHook switches the push on or off. Switching it on makes the cloud send meeting.verify at once, which has to be answered
// before it takes hold. The answer is what the cloud has afterwards.
func (a *Account) SwitchHook(ctx context.Context, on bool) (HookSettings, error) {
	s, err := a.ShowHook(ctx)
	if err != nil {
		return HookSettings{}, err
	}
	to := HookOff
	if on {
		to = HookOn
	}
	query := url.Values{"id": {s.ID}, "status": {strconv.Itoa(int(to))}}
	if f := a.command(ctx, call{api: hookStatusAPI, method: http.MethodPut, query: query}); f != nil {
		return HookSettings{}, accountError(f)
	}
	return a.ShowHook(ctx)
}

// RemoveHook ends the push and removes its settings; the error is ErrNoHook when there are none.
func (a *Account) RemoveHook(ctx context.Context) error {
	s, err := a.ShowHook(ctx)
	if err != nil {
		return err
	}
	return accountError(a.command(ctx, call{api: hookAPI, method: http.MethodDelete, query: url.Values{"id": {s.ID}}}))
}

// command makes a call whose answer need not have a body; one that has a code of refusal is a refusal.
func (a *Account) command(ctx context.Context, c call) *fault {
	got, f := a.call(ctx, caller{rank: asked}, c)
	if f == nil && codeOf(got.top) != "" {
		f = got.fault(c.step)
	}
	return f
}

// corporation is the ID of the enterprise by whose name its settings go; it can be empty.
func (a *Account) corporation(ctx context.Context) (string, *fault) {
	token, f := a.login.token(ctx, conference.Secret{})
	return token.corpID, f
}

func pushable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

// printableURL is a URL as it can be shown: without a user or a query, and empty if it is none.
func printableURL(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
