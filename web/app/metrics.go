package app

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"confboard/web"
)

// metrics are those of all parts that this board has.
func (b board) metrics() *prometheus.Registry {
	all := prometheus.NewRegistry()
	all.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		web.BuildMetrics(Version()), web.FeedMetrics(b.registry), web.StreamMetrics(b.hub))
	if b.storage != nil {
		all.MustRegister(web.StorageMetrics(b.storage))
	}
	if f := b.entrance.follower; f != nil {
		all.MustRegister(web.FollowMetrics(f.Health))
	}
	if v := b.entrance.visitors; v != nil {
		all.MustRegister(web.SignInMetrics(v))
	}
	if b.calls != nil {
		all.MustRegister(web.CallMetrics(b.callCounts, b.callsPerMinute))
	}
	if b.instance != nil {
		all.MustRegister(web.ClusterMetrics(b.instance.figures))
	}
	if b.recorder != nil {
		all.MustRegister(web.RecordingMetrics(func() (paused bool, written, lost uint64) {
			h := b.recorder.Health()
			return h.Paused, h.Written, h.Lost
		}))
	}
	return all
}

// callCounts names the calls as labels are.
func (b board) callCounts() []web.CallCount {
	totals := b.calls()
	counts := make([]web.CallCount, len(totals))
	for i, t := range totals {
		counts[i] = web.CallCount{Call: strings.ReplaceAll(strings.ToLower(t.Step), " ", "_"), Outcome: string(t.Outcome), Count: t.Count}
	}
	return counts
}
