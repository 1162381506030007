package bus

import "sync/atomic"

// counters only grow.
type counters struct {
	records, checkpoints, digests, bytes, failures, outbid atomic.Uint64
	applied, old, gaps, behind, unreadable, reads          atomic.Uint64

	known atomic.Bool
}

// Stats is what a bus has done since it was made, and what it holds.
type Stats struct {
	// Records, Checkpoints and Digests were published, in Bytes. Failures of them were not taken, for whatever reason, and Outbid
	// counts the meetings that another instance had taken over.
	Records, Checkpoints, Digests, Bytes, Failures, Outbid uint64
	// Applied messages of others; Old ones left out because they were of an owner of the past, or came twice; Gaps and Behind counts how often
	// records were missing; Unreadable those that were none; Reads the meetings that were read from their checkpoint.
	Applied, Old, Gaps, Behind, Unreadable, Reads uint64
	// Own is how many meetings are published, Queued how many of their records wait, and Whole how many meetings of others are whole.
	Own, Queued, Whole int
	// Open is whether the bus can be used, Known whether everything has been read, once, that others had told before.
	Open, Known bool
}

// Stats returns what the bus has done.
func (b *Bus) Stats() Stats {
	c := &b.counters
	s := Stats{Records: c.records.Load(), Checkpoints: c.checkpoints.Load(), Digests: c.digests.Load(), Bytes: c.bytes.Load(),
		Failures: c.failures.Load(), Outbid: c.outbid.Load(), Applied: c.applied.Load(), Old: c.old.Load(), Gaps: c.gaps.Load(),
		Behind: c.behind.Load(), Unreadable: c.unreadable.Load(), Reads: c.reads.Load(), Known: c.known.Load()}
	b.out.mu.Lock()
	s.Own, s.Queued, s.Open = len(b.out.meetings), b.out.queued, b.out.opened
	b.out.mu.Unlock()
	b.in.mu.Lock()
	defer b.in.mu.Unlock()
	for _, i := range b.in.interests {
		if i.whole {
			s.Whole++
		}
	}
	return s
}
