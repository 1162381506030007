package conference

import (
	"strconv"
	"strings"
	"time"
)

// MaxInstant is the latest instant that is believed, in ms since 1970 UTC: later ones have no RFC 3339 form.
const MaxInstant = 253402300799999

// instant reads the text of ms since 1970 UTC. ok is false for 0, which the cloud sends where there is none, and for anything
// that is no instant.
func instant(text string) (t time.Time, ok bool) {
	ms, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || ms <= 0 || ms > MaxInstant {
		return time.Time{}, false
	}
	return time.UnixMilli(ms).UTC(), true
}
