package access

import (
	"sync"
	"time"
)

// Wrong tries from one address, and from all together: after so many at once there is a wait, and one more is free each so often.
const (
	tryEvery, triesAtOnce           = 30 * time.Second, 5
	tryOfAllEvery, triesOfAllAtOnce = 3 * time.Second, 50
	maxAddresses                    = 10_000
)

// tries counts wrong tries. Its zero value has none. Safe for concurrent use.
type tries struct {
	mu        sync.Mutex
	addresses map[string]bucket
	all       bucket
}

// bucket is when all that was tried is forgotten.
type bucket struct{ until time.Time }

// add counts a try and returns how long to wait before the next.
func (b *bucket) add(now time.Time, every time.Duration, atOnce int) time.Duration {
	full := time.Duration(atOnce) * every
	if b.until.Before(now) {
		b.until = now
	}
	b.until = b.until.Add(every)
	if limit := now.Add(full); b.until.After(limit) {
		b.until = limit // what is tried while waiting does not make the wait longer
	}
	return max(0, b.until.Sub(now)-(full-every))
}

// wrong counts a wrong try and returns how long to wait before the next.
func (t *tries) wrong(address string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.addresses == nil {
		t.addresses = map[string]bucket{}
	}
	if len(t.addresses) >= maxAddresses {
		for k, b := range t.addresses {
			if !b.until.After(now) {
				delete(t.addresses, k)
			}
		}
		if len(t.addresses) >= maxAddresses {
			clear(t.addresses) // the limit of all holds
		}
	}
	own := t.addresses[address]
	wait := own.add(now, tryEvery, triesAtOnce)
	t.addresses[address] = own
	return max(wait, t.all.add(now, tryOfAllEvery, triesOfAllAtOnce))
}
