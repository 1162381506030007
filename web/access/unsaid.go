package access

import "time"

// sayEvery is the least time between two lines of the log about wrong tries that were not worth one each.
const sayEvery = 5 * time.Minute

// unsaid counts wrong tries that the log was not told of.
type unsaid struct {
	n    int
	said time.Time // when the last line about them was
}

// warn logs a wrong try. Who tries in spite of the wait does not fill the log: such tries are counted, and the log gets their number
// now and then, with the try at hand.
func (a *Admin) warn(address string, wait time.Duration, now time.Time) {
	if wait == 0 {
		a.config.Logger.Warn("a wrong admin token was tried", "address", address)
		return
	}
	a.mu.Lock()
	a.unsaid.n++
	n := a.unsaid.n
	quiet := now.Sub(a.unsaid.said) < sayEvery
	if !quiet {
		a.unsaid = unsaid{said: now}
	}
	a.mu.Unlock()
	if !quiet {
		a.config.Logger.Warn("wrong admin tokens were tried faster than they may be", "tries", n, "last address", address, "wait", wait)
	}
}
