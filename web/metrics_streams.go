package web

import (
	"github.com/prometheus/client_golang/prometheus"

	"confboard/web/live"
)

// StreamMetrics shows the streams.
func StreamMetrics(h *live.Hub) prometheus.Collector { return streamMetrics{h} }

type streamMetrics struct{ hub *live.Hub }

var (
	viewersDesc        = describe("viewers", "Open streams.")
	viewViewersDesc    = describe("view_viewers", "Open streams by the kind of page; those of all kinds are confboard_viewers.", "view")
	refusedDesc        = describe("viewers_refused_total", "Streams that were refused, by the limit that was reached.", "reason")
	topicsDesc         = describe("topics", "Different pages that are open, or were until a moment ago.")
	rendersDesc        = describe("renders_total", "Renderings for streams; each serves all viewers of its topic.")
	renderErrorsDesc   = describe("render_errors_total", "Renderings that failed.")
	renderDurationDesc = describe("render_duration_seconds", "How long renderings took: of a whole region, or of components.", "what")
	deliveriesDesc     = describe("deliveries_total", "Events written to viewers.")
	skippedDesc        = describe("deliveries_skipped_total", "Events left out because the viewer's page had what is in them.")
	handOverDesc       = describe("hand_over_duration_seconds", "From a change until what it touches was handed over to the viewers, the joining of bursts included.")
	writeDurationDesc  = describe("write_duration_seconds", "From the hand-over of an event until it was written to a viewer; of a sample of the viewers.")
	waitingDesc        = describe("events_waiting", "Events that wait to be written; one that waits for three viewers counts three times.")
	waitingMostDesc    = describe("events_waiting_most", "Events that wait for the viewer that is furthest behind.")
	cutsDesc           = describe("cuts_total", "Viewers cut because they did not read.")
)

// Describe implements prometheus.Collector.
func (m streamMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m streamMetrics) Collect(to chan<- prometheus.Metric) {
	tell, s := teller(to), m.hub.Stats()
	tell.gauge(viewersDesc, float64(s.Viewers))
	for kind, n := range s.ViewersByKind {
		tell.gauge(viewViewersDesc, float64(n), kind)
	}
	for reason, n := range s.Refused {
		tell.counter(refusedDesc, n, string(reason))
	}
	tell.gauge(topicsDesc, float64(s.Topics))
	tell.counter(rendersDesc, s.Renders)
	tell.counter(renderErrorsDesc, s.RenderErrors)
	tell.times(renderDurationDesc, s.Regions, "region")
	tell.times(renderDurationDesc, s.Components, "components")
	tell.counter(deliveriesDesc, s.Deliveries)
	tell.counter(skippedDesc, s.Skipped)
	tell.times(handOverDesc, s.HandOver)
	tell.times(writeDurationDesc, s.Writing)
	tell.gauge(waitingDesc, float64(s.Untaken))
	tell.gauge(waitingMostDesc, float64(s.UntakenMost))
	tell.counter(cutsDesc, s.Cuts)
}

func (to teller) times(desc *prometheus.Desc, t live.Times, labels ...string) {
	to <- prometheus.MustNewConstHistogram(desc, t.Count, t.Sum.Seconds(), t.Within, labels...)
}
