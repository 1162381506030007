package web

import (
	"github.com/prometheus/client_golang/prometheus"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/web/live"
)

// boardMetrics shows the board to Prometheus. Everything is counted where it happens and only read here; no label
// names a meeting, so their number is bounded.
type boardMetrics struct{ board handlers.Board }

// BoardMetrics collects how many meetings have which link, and what became of the frames of those on the board.
func BoardMetrics(b handlers.Board) prometheus.Collector { return boardMetrics{b} }

var (
	meetingsDesc = prometheus.NewDesc("confboard_meetings", "Meetings on the board by the state of their link to the cloud.", []string{"link"}, nil)
	framesDesc   = prometheus.NewDesc("confboard_frames", "Frames of the meetings now on the board, by what became of them.", []string{"fate"}, nil)
)

// Describe implements prometheus.Collector.
func (m boardMetrics) Describe(to chan<- *prometheus.Desc) {
	to <- meetingsDesc
	to <- framesDesc
}

// Collect implements prometheus.Collector.
func (m boardMetrics) Collect(to chan<- prometheus.Metric) {
	links := map[conference.LinkState]int{}
	frames := map[conference.Fate]uint64{}
	for _, s := range m.board.All() {
		links[s.Link.State]++
		frames[conference.Applied] += s.Counts.Applied
		frames[conference.Refused] += s.Counts.Refused
		for _, fate := range conference.DropFates() {
			frames[fate] += s.Counts.Dropped[fate]
		}
		for _, n := range s.Counts.Passed {
			frames[conference.Passed] += n
		}
	}
	gauge := func(desc *prometheus.Desc, value float64, label string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, label)
	}
	for _, link := range conference.LinkStates() {
		gauge(meetingsDesc, float64(links[link]), string(link))
	}
	for _, fate := range append(conference.DropFates(), conference.Applied, conference.Refused, conference.Passed) {
		gauge(framesDesc, float64(frames[fate]), fate.String())
	}
}

// StreamMetrics shows the streams.
func StreamMetrics(h *live.Hub) prometheus.Collector { return streamMetrics{h} }

type streamMetrics struct{ hub *live.Hub }

var (
	viewersDesc    = prometheus.NewDesc("confboard_viewers", "Open streams.", nil, nil)
	topicsDesc     = prometheus.NewDesc("confboard_topics", "Different pages that are open, or were until a moment ago.", nil, nil)
	rendersDesc    = prometheus.NewDesc("confboard_renders_total", "Renderings for streams; each serves all viewers of its topic.", nil, nil)
	deliveriesDesc = prometheus.NewDesc("confboard_deliveries_total", "Events written to viewers.", nil, nil)
	cutsDesc       = prometheus.NewDesc("confboard_cuts_total", "Viewers cut because they did not read.", nil, nil)
	faultsDesc     = prometheus.NewDesc("confboard_render_errors_total", "Renderings that failed.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m streamMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m streamMetrics) Collect(to chan<- prometheus.Metric) {
	s := m.hub.Stats()
	tell := func(desc *prometheus.Desc, kind prometheus.ValueType, value float64) {
		to <- prometheus.MustNewConstMetric(desc, kind, value)
	}
	tell(viewersDesc, prometheus.GaugeValue, float64(s.Viewers))
	tell(topicsDesc, prometheus.GaugeValue, float64(s.Topics))
	tell(rendersDesc, prometheus.CounterValue, float64(s.Renders))
	tell(deliveriesDesc, prometheus.CounterValue, float64(s.Deliveries))
	tell(cutsDesc, prometheus.CounterValue, float64(s.Cuts))
	tell(faultsDesc, prometheus.CounterValue, float64(s.RenderErrors))
}
