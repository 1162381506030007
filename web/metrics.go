package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"confboard/feed/conference"
)

// Everything is counted where it happens and only read here. No label names a meeting, a person or an address, so their number is
// bounded.

// otherLabel stands for whatever has no name of its own.
const otherLabel = "other"

// teller writes metrics.
type teller chan<- prometheus.Metric

func (to teller) gauge(desc *prometheus.Desc, value float64, labels ...string) {
	to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
}

func (to teller) counter(desc *prometheus.Desc, count uint64, labels ...string) {
	to <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(count), labels...)
}

// flag tells whether something is the case.
func (to teller) flag(desc *prometheus.Desc, is bool) {
	value := 0.0
	if is {
		value = 1
	}
	to.gauge(desc, value)
}

// states tells which of some states is that of now: 1 for it, 0 for all others.
func (to teller) states(desc *prometheus.Desc, is string, all ...string) {
	for _, state := range all {
		value := 0.0
		if state == is {
			value = 1
		}
		to.gauge(desc, value, state)
	}
}

// seconds are those since 1970, 0 for no time.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// describe makes a description of a metric.
func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("confboard_"+name, help, labels, nil)
}

// Feed is what the metrics tell of the meetings; *conference.Registry is one.
type Feed interface {
	All() []*conference.State
	Totals() conference.Totals
	Discovery() conference.Discovery
}

// FeedMetrics shows the links to the cloud, what became of the frames, and how the enterprise's list and its events fare.
func FeedMetrics(f Feed) prometheus.Collector { return feedMetrics{f} }

type feedMetrics struct{ feed Feed }

var (
	meetingsDesc = describe("meetings", "Meetings on the board by the state of their link to the cloud.", "link")
	framesDesc   = describe("frames_total", "Frames that this board received, by message type and by what became of them.", "type", "fate")
	relayedDesc  = describe("frames_relayed_total", "Frames that other boards received and this one applied, of meetings that somebody looks at here.")
	connectsDesc = describe("link_connects_total", "Connections made to the cloud.")
	faultsDesc   = describe("link_faults_total", "Connections, and attempts to make one, that ended with a fault, by reason.", "reason")
	echoesDesc   = describe("heartbeat_echoes_total", "Heartbeats that the cloud has echoed.")
	listingDesc  = describe("listing", "1 for the state of the enterprise's list of meetings, 0 for all others.", "state")
	listedDesc   = describe("listing_complete_timestamp_seconds", "When the last complete list came, in seconds since 1970; 0 before the first.")
	eventsDesc   = describe("hook_events_total", "Events that the cloud has pushed, by what became of them.", "outcome")
)

// Describe implements prometheus.Collector.
func (m feedMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m feedMetrics) Collect(to chan<- prometheus.Metric) {
	tell := teller(to)
	links := map[conference.LinkState]int{}
	for _, s := range m.feed.All() {
		links[s.Link.State]++
	}
	for _, link := range conference.LinkStates() {
		tell.gauge(meetingsDesc, float64(links[link]), string(link))
	}
	t := m.feed.Totals()
	for _, f := range t.Frames {
		kind := string(f.Type)
		if kind == "" {
			kind = otherLabel
		}
		tell.counter(framesDesc, f.Count, kind, f.Fate.String())
	}
	tell.counter(relayedDesc, t.Relayed)
	tell.counter(connectsDesc, t.Connects)
	tell.counter(echoesDesc, t.Echoes)
	for _, reason := range conference.LinkReasons() {
		tell.counter(faultsDesc, t.Faults[reason], string(reason))
	}
	tell.counter(faultsDesc, t.Faults[conference.ReasonNone], otherLabel)
	m.collectDiscovery(tell)
}

func (m feedMetrics) collectDiscovery(tell teller) {
	d := m.feed.Discovery()
	is := string(d.Listing.State)
	if d.Listing.State == conference.ListingOff {
		is = "off"
	}
	tell.states(listingDesc, is, "off", string(conference.ListingAsking), string(conference.ListingCurrent), string(conference.ListingFailing), string(conference.ListingRefused))
	tell.gauge(listedDesc, seconds(d.Listing.Complete))
	tell.counter(eventsDesc, d.Events.Accepted, "accepted")
	tell.counter(eventsDesc, d.Events.Repeated, "repeated")
	tell.counter(eventsDesc, d.Events.Refused, "refused")
}
