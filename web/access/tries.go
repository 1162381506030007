package access

import (
	"sync"
	"time"
)

// Wrong tries from one address, for one name, and from all together: after so many at once there is a wait, and one more is free each
// so often.
const (
	tryEvery, triesAtOnce           = 30 * time.Second, 5
	tryOfNameEvery, triesOfNameOnce = time.Minute, 20
	tryOfAllEvery, triesOfAllAtOnce = 3 * time.Second, 50
	maxKeys                         = 10_000
)

// tries counts wrong tries by what they have in common, such as an address. Safe for concurrent use.
type tries struct {
	every  time.Duration
	atOnce int

	mu   sync.Mutex
	keys map[string]bucket
}

func newTries(every time.Duration, atOnce int) *tries {
	return &tries{every: every, atOnce: atOnce, keys: map[string]bucket{}}
}

// bucket is when all that was tried is forgotten.
type bucket struct{ until time.Time }

// waiting returns how long to wait before the next try with a key, 0 for no wait.
func (t *tries) waiting(key string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wait(t.keys[key], now)
}

func (t *tries) wait(b bucket, now time.Time) time.Duration {
	return max(0, b.until.Sub(now.Add(time.Duration(t.atOnce-1)*t.every)))
}

// wrong counts a wrong try and returns how long to wait before the next.
func (t *tries) wrong(key string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, there := t.keys[key]; !there && len(t.keys) >= maxKeys {
		t.makeRoom()
	}
	b := t.keys[key]
	if b.until.Before(now) {
		b.until = now
	}
	b.until = b.until.Add(t.every)
	if limit := now.Add(time.Duration(t.atOnce) * t.every); b.until.After(limit) {
		b.until = limit // what is tried while waiting does not make the wait longer
	}
	t.keys[key] = b
	return t.wait(b, now)
}

// sampled is how many keys are looked at to make room for another.
const sampled = 8

// makeRoom forgets one of some keys, those that would be forgotten first before others: a long wait is not forgotten because many
// come to wait for a short time.
func (t *tries) makeRoom() {
	var first string
	looked := 0
	for key, b := range t.keys { // begins anywhere
		if looked == 0 || b.until.Before(t.keys[first].until) {
			first = key
		}
		if looked++; looked == sampled {
			break
		}
	}
	delete(t.keys, first)
}
