//go:build !linux

package cluster

import "time"

// began is where the clock begins.
var began = time.Now()

// sinceBoot is a clock that nobody sets. On these systems, which are for development, it stops while the machine is suspended.
func sinceBoot() time.Duration { return time.Since(began) }
