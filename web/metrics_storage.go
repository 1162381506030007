package web

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"confboard/feed/timeline"
	"confboard/handlers"
)

// StorageMetrics shows how timelines are stored.
func StorageMetrics(s handlers.Storage) prometheus.Collector { return storageMetrics{s} }

type storageMetrics struct{ storage handlers.Storage }

var (
	storageDesc        = describe("storage", "1 for the state of the storing of timelines, 0 for all others.", "state")
	storageWaitingDesc = describe("storage_waiting", "Entries of timelines that wait to be stored.")
	storageAgeDesc     = describe("storage_behind_seconds", "For how long the oldest of them has waited.")
	storageWrittenDesc = describe("storage_written_total", "Entries stored.")
	storageLostDesc    = describe("storage_lost_total", "Entries left out because too many waited.")
	storageErrorsDesc  = describe("storage_errors_total", "Writes that failed; they are tried again.")
	storageBytesDesc   = describe("storage_bytes", "Size of what is in the board's file.")
)

// Describe implements prometheus.Collector.
func (m storageMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m storageMetrics) Collect(to chan<- prometheus.Metric) {
	tell, h := teller(to), m.storage.Health()
	var all []string
	for _, state := range timeline.HealthStates() {
		all = append(all, string(state))
	}
	behind := 0.0
	if !h.Oldest.IsZero() {
		behind = max(0, time.Since(h.Oldest).Seconds())
	}
	tell.states(storageDesc, string(h.State), all...)
	tell.gauge(storageWaitingDesc, float64(h.Waiting))
	tell.gauge(storageAgeDesc, behind)
	tell.counter(storageWrittenDesc, h.Written)
	tell.counter(storageLostDesc, h.Lost)
	tell.counter(storageErrorsDesc, h.Errors)
	tell.gauge(storageBytesDesc, float64(h.Bytes))
}

// FollowMetrics shows how the board follows what commands and other boards store: when it was last up to date, and how many looks came to
// nothing.
func FollowMetrics(health func() (current time.Time, failures uint64)) prometheus.Collector {
	return followMetrics{health}
}

type followMetrics struct {
	health func() (current time.Time, failures uint64)
}

var (
	followedDesc       = describe("storage_followed_timestamp_seconds", "When the board last saw that it has accounts, links and rules as they are stored, in seconds since 1970; 0 before the first time.")
	followFailuresDesc = describe("storage_follow_failures_total", "Times when it could not see that, because the database did not answer.")
)

// Describe implements prometheus.Collector.
func (m followMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m followMetrics) Collect(to chan<- prometheus.Metric) {
	current, failures := m.health()
	teller(to).gauge(followedDesc, seconds(current))
	teller(to).counter(followFailuresDesc, failures)
}
