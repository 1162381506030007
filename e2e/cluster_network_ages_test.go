package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// ages finds out how old is what boards call live: the meetings are given numbers, as their partViewNum, each higher than the one before.
type ages struct {
	mu    sync.Mutex
	given map[string][]given // by confID
	most  time.Duration
}

type given struct {
	number int
	at     time.Time
}

// set notes that a meeting has just been given a number.
func (a *ages) set(confID string, number int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.given == nil {
		a.given = map[string][]given{}
	}
	a.given[confID] = append(a.given[confID], given{number, time.Now()})
}

// see looks at a board, if it can be reached.
func (a *ages) see(ctx context.Context, url string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/meetings", nil)
	if err != nil {
		return
	}
	asked := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	var list struct{ Meetings []meetingAnswer }
	if json.NewDecoder(res.Body).Decode(&list) != nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range list.Meetings {
		number, err := strconv.Atoi(string(m.Status["partViewNum"]))
		if err != nil || m.Freshness.Link != "live" {
			continue
		}
		all := a.given[m.ConfID]
		if next := slices.IndexFunc(all, func(g given) bool { return g.number > number }); next >= 0 {
			a.most = max(a.most, asked.Sub(all[next].at)) // it was right until then
		}
	}
}

// told returns how old something was at the most, and begins anew.
func (a *ages) told() time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	most := a.most.Round(10 * time.Millisecond)
	a.most = 0
	return most
}
