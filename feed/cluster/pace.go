package cluster

import "time"

// pace are the times of the protocol. All members have the same: what is safe follows from dead being longer than hold, by more than clocks
// of machines differ in that time.
type pace struct {
	// renew is how often a member renews its key. A renewal may take hold less renew, there and back, and no shard is lost.
	renew time.Duration
	// hold is how long a member holds on, from when it sent the last renewal that came back.
	hold time.Duration
	// dead is after how long without a renewal a member counts as dead, from when the last one was seen.
	dead time.Duration
	// doubt is after how long without a renewal it is asked after. If it is not connected, others begin to watch what it has, and take it when it is dead.
	doubt time.Duration
	// word is for how long it counts that a member has said that its renewals do not come back. When all say so, what a member had when its lease ended
	// is watched for as long as idle at the most. It is less than dead by as much as a member has to be given to come back.
	word, idle time.Duration
	// blind is after how long without any renewal of its own a member follows the bucket anew.
	blind time.Duration
	// linger is how long an owner that goes on waits for the next one to be ready. Then it looks at others first, for as long again.
	linger time.Duration
	// ready is how often a watcher is asked whether they are.
	ready time.Duration
	// again is how long to wait before a change is written again that was not seen to happen; it doubles, up to hold.
	again time.Duration
	// forget is after how long the key of a dead member is removed.
	forget time.Duration
	// atOnce is how many shards are handed to one member at the same time to level the shares, by all owners together, but by each one at
	// least. One that leaves hands over all.
	atOnce int
}

// pace4s is that of the program.
func pace4s() pace {
	return pace{
		renew: 500 * time.Millisecond, hold: 4 * time.Second, dead: 4500 * time.Millisecond, doubt: 1500 * time.Millisecond, word: 2500 * time.Millisecond, idle: 15 * time.Second, blind: 3 * time.Second,
		linger: 10 * time.Minute, ready: 100 * time.Millisecond, again: 500 * time.Millisecond, forget: time.Minute, atOnce: 8,
	}
}

// faster is the same n times as fast.
func (p pace) faster(n int) pace {
	for _, d := range []*time.Duration{&p.renew, &p.hold, &p.dead, &p.doubt, &p.word, &p.idle, &p.blind, &p.linger, &p.ready, &p.again, &p.forget} {
		*d /= time.Duration(n)
	}
	return p
}
