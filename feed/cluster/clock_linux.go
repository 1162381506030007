package cluster

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot is a clock that nobody sets and that goes on while the machine is suspended: a lease has then run out. The clock of
// time.Now stops meanwhile, and a machine that wakes up would believe in a lease that others have taken over.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		// Linux has it since 2.6.39.
		panic("cluster: CLOCK_BOOTTIME: " + err.Error())
	}
	return time.Duration(t.Nano())
}
