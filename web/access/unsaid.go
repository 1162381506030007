package access

import (
	"log/slog"
	"sync"
	"time"
)

// sayEvery is the least time between two lines of the log about wrong tries that were not worth one each.
const sayEvery = 5 * time.Minute

// unsaid counts wrong tries that the log was not told of. Safe for concurrent use.
type unsaid struct {
	mu   sync.Mutex
	n    int
	said time.Time // when the last line about them was
}

// warn logs a wrong try of what. Who tries in spite of the wait does not fill the log: such tries are counted, and the log gets their
// number now and then, with the try at hand.
func (u *unsaid) warn(logger *slog.Logger, what, address string, wait time.Duration, now time.Time) {
	if wait == 0 {
		logger.Warn("a wrong "+what+" was tried", "address", address)
		return
	}
	u.mu.Lock()
	u.n++
	n := u.n
	quiet := now.Sub(u.said) < sayEvery
	if !quiet {
		u.n, u.said = 0, now
	}
	u.mu.Unlock()
	if !quiet {
		logger.Warn("a wrong "+what+" was tried faster than it may be", "tries", n, "last address", address, "wait", wait)
	}
}
