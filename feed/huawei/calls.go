package huawei

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// CallTotal is how many calls of one kind had an outcome since the process started.
type CallTotal struct {
	// Step is what was asked for, such as control token.
	Step    string
	Outcome CallOutcome
	Count   uint64
}

// CallOutcome is how the cloud answered a call, by its status alone.
type CallOutcome string

// The outcomes.
const (
	CallAnswered  CallOutcome = "answered"  // 2xx
	CallRefused   CallOutcome = "refused"   // 4xx and what else is no success
	CallThrottled CallOutcome = "throttled" // 429
	CallFailed    CallOutcome = "failed"    // 5xx
	CallLost      CallOutcome = "lost"      // no answer
)

var callOutcomes = [...]CallOutcome{CallAnswered, CallRefused, CallThrottled, CallFailed, CallLost}

// calls passes calls on and counts them by what becomes of them. What is counted is fixed when it is made; safe for concurrent use.
type calls struct {
	to    http.RoundTripper
	apis  []api
	count [][len(callOutcomes)]atomic.Uint64 // by api
}

func newCalls(to http.RoundTripper, apis []api) *calls {
	return &calls{to, apis, make([][len(callOutcomes)]atomic.Uint64, len(apis))}
}

// RoundTrip implements http.RoundTripper.
func (c *calls) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.to.RoundTrip(r)
	outcome := len(callOutcomes) - 1
	if err == nil {
		outcome = outcomeOf(resp.StatusCode)
	}
	for i, a := range c.apis {
		if strings.HasSuffix(r.URL.Path, a.path) { // a site can have a path of its own before it
			c.count[i][outcome].Add(1)
		}
	}
	return resp, err
}

// outcomeOf is the index of the outcome with a status.
func outcomeOf(status int) int {
	switch {
	case status/100 == 2:
		return 0
	case status == http.StatusTooManyRequests:
		return 2
	case status/100 == 5:
		return 3
	}
	return 1
}

// CloseIdleConnections is for http.Client.
func (c *calls) CloseIdleConnections() {
	if to, ok := c.to.(interface{ CloseIdleConnections() }); ok {
		to.CloseIdleConnections()
	}
}

// Calls returns what became of all calls since the process started: each kind with each outcome.
func (c *Cloud) Calls() []CallTotal {
	var all []CallTotal
	for i, a := range c.calls.apis {
		for j, outcome := range callOutcomes {
			all = append(all, CallTotal{a.step, outcome, c.calls.count[i][j].Load()})
		}
	}
	return all
}
