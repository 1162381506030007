package timeline

import "time"

// Health is how the writing of a journal fares.
type Health struct {
	State HealthState
	// Since is when State began.
	Since time.Time
	// Waiting is how many entries wait to be written, Oldest when the oldest of them came; zero when there is none.
	Waiting int
	Oldest  time.Time
	// Written, Lost and Errors count since the start: entries, those that were left out, and writes that failed.
	Written, Lost, Errors uint64
	// LastWrite is when a write succeeded last, Next when a failed one is tried again; each can be zero.
	LastWrite, Next time.Time
	// Bytes is the size of what is kept, 0 if that is not known; Cap what it may be, 0 where that is not the board's affair.
	Bytes, Cap int64
	// Server: it is kept in a server's database, not in a file of the board.
	Server bool
}

// HealthState is a word for it.
type HealthState string

// The states.
const (
	Writing HealthState = "writing" // all is well
	Behind  HealthState = "behind"  // entries wait for longer than they should
	Failing HealthState = "failing" // the disk is full, read-only or broken, or the database away: it is tried again
	Broken  HealthState = "broken"  // the file is damaged: somebody has to do something
	Closed  HealthState = "closed"  // there is no file to write to
)

// HealthStates lists all of them.
func HealthStates() []HealthState { return []HealthState{Writing, Behind, Failing, Broken, Closed} }

// Health returns how the writing fares now.
func (j *Journal) Health() Health {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.health
	h.Waiting += j.waitingNow()
	if len(j.queue) > 0 && (h.Oldest.IsZero() || j.queue[0].received.Before(h.Oldest)) {
		h.Oldest = j.queue[0].received
	}
	if since := j.untold.oldest(); h.Oldest.IsZero() || !since.IsZero() && since.Before(h.Oldest) {
		h.Oldest = since
	}
	if h.State == Writing && h.Waiting > 0 && j.config.Now().Sub(h.Oldest) > lateAfter {
		h.State, h.Since = Behind, h.Oldest.Add(lateAfter)
	}
	return h
}

// wrote notes a write that succeeded.
func (j *Journal) wrote(entries int) {
	j.mu.Lock()
	now, was := j.config.Now(), j.health.State
	if was != Writing {
		j.health.State, j.health.Since = Writing, now
	}
	j.health.Written += uint64(entries)
	j.health.LastWrite, j.health.Next, j.health.Oldest, j.health.Waiting = now, time.Time{}, time.Time{}, 0
	j.mu.Unlock()
	if was != Writing {
		j.config.Logger.Info("timelines are stored again")
	}
	j.changed()
}

// failed notes a write that did not succeed, and is tried again after a delay.
func (j *Journal) failed(err error, entries int, delay time.Duration) {
	j.mu.Lock()
	now, was := j.config.Now(), j.health.State
	state := Failing
	if j.config.Damaged != nil && j.config.Damaged(err) {
		state = Broken
	}
	if was != state {
		j.health.State, j.health.Since = state, now
	}
	j.health.Errors++
	j.health.Waiting = entries
	if j.health.Oldest.IsZero() {
		j.health.Oldest = now
	}
	j.health.Next = now.Add(delay)
	j.mu.Unlock()
	if was != state {
		j.config.Logger.Error("timelines are not stored for now, and wait in memory", "error", err)
	}
	j.changed()
}

func (j *Journal) measured(bytes int64) {
	j.mu.Lock()
	j.health.Bytes = bytes
	j.mu.Unlock()
	j.changed()
}

func (j *Journal) changed() {
	if j.config.Changed != nil {
		j.config.Changed()
	}
}
