package recording

import "sync/atomic"

// Health is how a recording fares.
type Health struct {
	// Paused: nothing can be written for now, and what comes meanwhile is lost.
	Paused bool
	// Written and Lost count lines since the start.
	Written, Lost uint64
}

// health is what Run knows, for whoever asks.
type health struct {
	paused        atomic.Bool
	written, lost atomic.Uint64
}

// Health returns how the recording fares now.
func (r *Recorder) Health() Health {
	return Health{Paused: r.health.paused.Load(), Written: r.health.written.Load(), Lost: r.health.lost.Load()}
}

// lose counts lines that are not in the recording.
func (r *Recorder) lose(n uint64) {
	r.lost += n
	r.health.lost.Add(n)
}
