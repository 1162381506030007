package web

import (
	"github.com/prometheus/client_golang/prometheus"

	"confboard/handlers"
)

// Cluster is what is counted of a board that is one of several.
type Cluster struct {
	Boards handlers.Boards
	// Shards are the parts in which the meetings are shared out, Meetings the meetings that have not ended.
	Shards, Meetings Watched
	// Handed counts the shards that this board took over from one that handed them over, Found those that had no owner any more, or none yet.
	Handed, Found uint64
	// Events counts what has become of boards, by kind.
	Events map[string]uint64
	// Of the connection with NATS.
	Reconnects, ReceivedBytes, SentBytes uint64
	Bus                                  Bus
}

// Watched says of how many things this board watches them, another one, and none. While that cannot be known they are Unknown.
type Watched struct{ Here, Elsewhere, Nowhere, Unknown int }

// Bus is what the boards have told each other of their meetings.
type Bus struct {
	Open bool
	// Own are the meetings that this board tells of, Queued the records of them that wait, and Whole the others' meetings of which it has all.
	Own, Queued, Whole int
	// Records, Checkpoints and Digests were published, in Bytes; Failures of them were not taken, and Outbid were another board's by then.
	Records, Checkpoints, Digests, Bytes, Failures, Outbid uint64
	// Of what others told: Applied; Old, left out as repeated or outdated; Unreadable. Gaps and Behind count how often something was missing, Reads
	// how often a meeting was read from its checkpoint.
	Applied, Old, Unreadable, Gaps, Behind, Reads uint64
}

// ClusterMetrics shows how a board that is one of several fares.
func ClusterMetrics(figures func() Cluster) prometheus.Collector { return clusterMetrics{figures} }

type clusterMetrics struct{ figures func() Cluster }

var (
	boardsDesc         = describe("cluster_members", "Boards that work as one, as this one sees them, by whether they are being stopped.", "leaving")
	buildsDesc         = describe("cluster_versions", "Different versions among the boards.")
	leaseDesc          = describe("cluster_lease_held", "1 while this board may watch meetings because it can renew its lease, otherwise 0.")
	cloudReachedDesc   = describe("cluster_cloud_reached", "0 while this board does not reach the cloud although others do, so that they take over its meetings, otherwise 1.")
	shardsDesc         = describe("cluster_shards", "The parts in which the meetings are shared out, by who watches them; unknown while this board has no lease.", "watched")
	sharedDesc         = describe("cluster_meetings", "Meetings that have not ended, by who watches them; unknown while this board has no lease.", "watched")
	takenDesc          = describe("cluster_shards_taken_total", "Parts that this board has taken over: handed over by their owner, or found without one.", "how")
	boardEventsDesc    = describe("cluster_events_total", "What has become of boards: others have joined, left and died, and this one has held and lost its lease.", "kind")
	natsConnectedDesc  = describe("nats_connected", "1 while there is a connection with NATS, otherwise 0.")
	natsReconnectsDesc = describe("nats_reconnects_total", "Connections with NATS that were made again.")
	natsReceivedDesc   = describe("nats_received_bytes_total", "What has come from NATS.")
	natsSentDesc       = describe("nats_sent_bytes_total", "What was sent to NATS.")
	busOpenDesc        = describe("bus_open", "1 while the boards can tell each other of their meetings, otherwise 0.")
	busMeetingsDesc    = describe("bus_meetings", "Meetings that this board tells the others of (own), and others' meetings of which it has all (whole).", "kind")
	busQueuedDesc      = describe("bus_queued_records", "Records of meetings that wait to be published.")
	busPublishedDesc   = describe("bus_published_total", "Messages that this board has published of its meetings, by kind.", "kind")
	busBytesDesc       = describe("bus_published_bytes_total", "The size of what was published.")
	busFailuresDesc    = describe("bus_publish_failures_total", "Messages that were not taken; others take their place.")
	busOutbidDesc      = describe("bus_outbid_total", "Meetings that another board had taken over while this one still held them.")
	busReceivedDesc    = describe("bus_received_total", "Messages of other boards by what became of them.", "fate")
	busMissedDesc      = describe("bus_missed_total", "How often messages of other boards were missing: not there (gap), or too late (behind).", "kind")
	busReadsDesc       = describe("bus_reads_total", "Meetings of others that were read from their checkpoint.")
)

// Describe implements prometheus.Collector.
func (m clusterMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m clusterMetrics) Collect(to chan<- prometheus.Metric) {
	tell, f := teller(to), m.figures()
	versions, leaving := map[string]bool{}, 0
	for _, b := range f.Boards.Members {
		versions[b.Build] = true
		if b.Leaving {
			leaving++
		}
	}
	tell.gauge(boardsDesc, float64(len(f.Boards.Members)-leaving), "no")
	tell.gauge(boardsDesc, float64(leaving), "yes")
	tell.gauge(buildsDesc, float64(len(versions)))
	tell.flag(leaseDesc, f.Boards.Held)
	tell.flag(cloudReachedDesc, f.Boards.CloudReached())
	tell.watched(shardsDesc, f.Shards)
	tell.watched(sharedDesc, f.Meetings)
	tell.counter(takenDesc, f.Handed, "handed")
	tell.counter(takenDesc, f.Found, "found")
	for kind, n := range f.Events {
		tell.counter(boardEventsDesc, n, kind)
	}
	tell.flag(natsConnectedDesc, f.Boards.Connected)
	tell.counter(natsReconnectsDesc, f.Reconnects)
	tell.counter(natsReceivedDesc, f.ReceivedBytes)
	tell.counter(natsSentDesc, f.SentBytes)
	m.collectBus(tell, f.Bus)
}

func (m clusterMetrics) collectBus(tell teller, b Bus) {
	tell.flag(busOpenDesc, b.Open)
	tell.gauge(busMeetingsDesc, float64(b.Own), "own")
	tell.gauge(busMeetingsDesc, float64(b.Whole), "whole")
	tell.gauge(busQueuedDesc, float64(b.Queued))
	tell.counter(busPublishedDesc, b.Records, "record")
	tell.counter(busPublishedDesc, b.Checkpoints, "checkpoint")
	tell.counter(busPublishedDesc, b.Digests, "digest")
	tell.counter(busBytesDesc, b.Bytes)
	tell.counter(busFailuresDesc, b.Failures)
	tell.counter(busOutbidDesc, b.Outbid)
	tell.counter(busReceivedDesc, b.Applied, "applied")
	tell.counter(busReceivedDesc, b.Old, "old")
	tell.counter(busReceivedDesc, b.Unreadable, "unreadable")
	tell.counter(busMissedDesc, b.Gaps, "gap")
	tell.counter(busMissedDesc, b.Behind, "behind")
	tell.counter(busReadsDesc, b.Reads)
}

func (to teller) watched(desc *prometheus.Desc, w Watched) {
	to.gauge(desc, float64(w.Here), "here")
	to.gauge(desc, float64(w.Elsewhere), "elsewhere")
	to.gauge(desc, float64(w.Nowhere), "nowhere")
	to.gauge(desc, float64(w.Unknown), "unknown")
}
