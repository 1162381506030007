package huawei

import (
	"errors"
	"net/http"
	"testing"
)

// answers is a transport that answers with the next status; 0 is no answer.
type answers []int

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	status := (*a)[0]
	*a = (*a)[1:]
	if status == 0 {
		return nil, errors.New("unreachable")
	}
	return &http.Response{StatusCode: status, Body: http.NoBody}, nil
}

func TestCallsAreCountedByWhatBecameOfThem(t *testing.T) {
	statuses := answers{200, 204, 400, 403, 302, 429, 500, 503, 0, 200, 200}
	asked := len(statuses)
	c := &Cloud{calls: newCalls(&statuses, []api{controlTokenAPI, webSocketTokenAPI})}
	for i := range asked {
		path := "/site" + controlTokenAPI.path
		switch i {
		case asked - 2:
			path = webSocketTokenAPI.path
		case asked - 1:
			path = "/none/of/ours"
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://cloud.example"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := c.calls.RoundTrip(req); err == nil {
			resp.Body.Close()
		}
	}
	want := map[string]map[CallOutcome]uint64{
		controlTokenAPI.step:   {CallAnswered: 2, CallRefused: 3, CallThrottled: 1, CallFailed: 2, CallLost: 1},
		webSocketTokenAPI.step: {CallAnswered: 1},
	}
	got := c.Calls()
	if len(got) != len(want)*len(callOutcomes) {
		t.Errorf("%d numbers", len(got))
	}
	for _, n := range got {
		if n.Count != want[n.Step][n.Outcome] {
			t.Errorf("%s %s: %d, want %d", n.Step, n.Outcome, n.Count, want[n.Step][n.Outcome])
		}
	}
}
