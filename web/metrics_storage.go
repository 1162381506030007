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
	storageDesc        = prometheus.NewDesc("confboard_storage", "1 for the state of the storing of timelines, 0 for all others.", []string{"state"}, nil)
	storageWaitingDesc = prometheus.NewDesc("confboard_storage_waiting", "Entries of timelines that wait to be stored.", nil, nil)
	storageAgeDesc     = prometheus.NewDesc("confboard_storage_behind_seconds", "For how long the oldest of them has waited.", nil, nil)
	storageWrittenDesc = prometheus.NewDesc("confboard_storage_written_total", "Entries stored.", nil, nil)
	storageLostDesc    = prometheus.NewDesc("confboard_storage_lost_total", "Entries left out because too many waited.", nil, nil)
	storageErrorsDesc  = prometheus.NewDesc("confboard_storage_errors_total", "Writes that failed; they are tried again.", nil, nil)
	storageBytesDesc   = prometheus.NewDesc("confboard_storage_bytes", "Size of what is in the board's file.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m storageMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m storageMetrics) Collect(to chan<- prometheus.Metric) {
	h := m.storage.Health()
	tell := func(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, kind, value, labels...)
	}
	for _, state := range timeline.HealthStates() {
		is := 0.0
		if state == h.State {
			is = 1
		}
		tell(storageDesc, prometheus.GaugeValue, is, string(state))
	}
	behind := 0.0
	if !h.Oldest.IsZero() {
		behind = max(0, time.Since(h.Oldest).Seconds())
	}
	tell(storageWaitingDesc, prometheus.GaugeValue, float64(h.Waiting))
	tell(storageAgeDesc, prometheus.GaugeValue, behind)
	tell(storageWrittenDesc, prometheus.CounterValue, float64(h.Written))
	tell(storageLostDesc, prometheus.CounterValue, float64(h.Lost))
	tell(storageErrorsDesc, prometheus.CounterValue, float64(h.Errors))
	tell(storageBytesDesc, prometheus.GaugeValue, float64(h.Bytes))
}
