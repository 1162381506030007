package huawei

import (
	"container/heap"
	"crypto/sha256"
	"time"
)

// nonces remembers which events have come, for as long as their timestamps are accepted. It is bounded: the oldest one makes room,
// and from then on what is not younger than it is not taken any more.
type nonces struct {
	limit int
	seen  map[nonceKey]struct{}
	byAge nonceHeap
	// floor is the timestamp up to which events may have been forgotten.
	floor time.Time
}

// nonceKey stands for a nonce of any length.
type nonceKey [16]byte

type datedNonce struct {
	key nonceKey
	at  time.Time
}

func newNonces(limit int) *nonces { return &nonces{limit: limit, seen: map[nonceKey]struct{}{}} }

func keyOf(nonce string) nonceKey {
	sum := sha256.Sum256([]byte(nonce))
	return nonceKey(sum[:16])
}

func (n *nonces) has(nonce string) bool {
	_, ok := n.seen[keyOf(nonce)]
	return ok
}

// take remembers the nonce of an event with a timestamp. It reports false if it is remembered already, or may have been.
func (n *nonces) take(nonce string, at, now time.Time) bool {
	for len(n.byAge) > 0 && n.byAge[0].at.Before(now.Add(-oldestEvent)) {
		n.forget()
	}
	if n.has(nonce) || !at.After(n.floor) {
		return false
	}
	for len(n.byAge) >= n.limit {
		n.floor = later(n.floor, n.byAge[0].at)
		n.forget()
	}
	key := keyOf(nonce)
	n.seen[key] = struct{}{}
	heap.Push(&n.byAge, datedNonce{key, at})
	return true
}

func (n *nonces) forget() { delete(n.seen, heap.Pop(&n.byAge).(datedNonce).key) }

// nonceHeap has the oldest on top.
type nonceHeap []datedNonce

func (h nonceHeap) Len() int           { return len(h) }
func (h nonceHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h nonceHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *nonceHeap) Push(x any)        { *h = append(*h, x.(datedNonce)) }
func (h *nonceHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
