package web

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"confboard/web/access"
)

// BuildMetrics shows what is running.
func BuildMetrics(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "confboard_build_info", Help: "1, labelled with the version of the board and of Go.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version()}}, func() float64 { return 1 })
}

// CallCount is how many calls of one kind, such as control_token, had an outcome.
type CallCount struct {
	Call, Outcome string
	Count         uint64
}

// CallMetrics shows the calls of the cloud, and how many a minute the settings allow, to all boards together. There are few kinds and outcomes.
func CallMetrics(counts func() []CallCount, perMinute int) prometheus.Collector {
	return callMetrics{counts, perMinute}
}

type callMetrics struct {
	counts    func() []CallCount
	perMinute int
}

var (
	callsDesc     = describe("cloud_calls_total", "Calls of the cloud's REST interface by kind and by how they were answered.", "call", "outcome")
	callLimitDesc = describe("cloud_calls_limit", "Calls a minute that the settings allow, to all boards together; 0 is any number.")
)

// Describe implements prometheus.Collector.
func (m callMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- callsDesc
	to <- callLimitDesc
}

// Collect implements prometheus.Collector.
func (m callMetrics) Collect(to chan<- prometheus.Metric) {
	teller(to).gauge(callLimitDesc, float64(m.perMinute))
	for _, c := range m.counts() {
		teller(to).counter(callsDesc, c.Count, c.Call, c.Outcome)
	}
}

// SignInMetrics shows the sign-ins.
func SignInMetrics(v *access.Visitors) prometheus.Collector { return signInMetrics{v} }

type signInMetrics struct{ visitors *access.Visitors }

var signInsDesc = describe("sign_ins_total", "Sign-ins by way and outcome; those that came before their time were not looked at and count as waiting.", "way", "outcome")

// Describe implements prometheus.Collector.
func (m signInMetrics) Describe(to chan<- *prometheus.Desc) { to <- signInsDesc }

// Collect implements prometheus.Collector.
func (m signInMetrics) Collect(to chan<- prometheus.Metric) {
	tell := teller(to)
	for way, n := range m.visitors.SignIns() {
		tell.counter(signInsDesc, n.Right, way, "right")
		tell.counter(signInsDesc, n.Wrong, way, "wrong")
		tell.counter(signInsDesc, n.Waiting, way, "waiting")
	}
}

// RecordingMetrics shows how a recording fares: whether it is paused, and how many lines were written and lost.
func RecordingMetrics(health func() (paused bool, written, lost uint64)) prometheus.Collector {
	return recordingMetrics{health}
}

type recordingMetrics struct {
	health func() (paused bool, written, lost uint64)
}

var (
	pausedDesc        = describe("recording_paused", "1 while the recording cannot be written, otherwise 0.")
	recordedDesc      = describe("recording_lines_total", "Lines of the recording that were written.")
	recordingLostDesc = describe("recording_lost_lines_total", "Lines that the recording lacks.")
)

// Describe implements prometheus.Collector.
func (m recordingMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m recordingMetrics) Collect(to chan<- prometheus.Metric) {
	tell := teller(to)
	paused, written, lost := m.health()
	tell.flag(pausedDesc, paused)
	tell.counter(recordedDesc, written)
	tell.counter(recordingLostDesc, lost)
}
