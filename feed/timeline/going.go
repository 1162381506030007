package timeline

import (
	"context"
	"fmt"
	"slices"
	"time"

	"confboard/feed/conference"
)

// An ID of an occurrence is the second in which the board first had it in hand, since 1970 UTC; the number of the instance; and a count
// within both. So IDs are in order of time, whoever gives them, and no two instances give the same. Before there were instances an ID was
// the millisecond alone, which is less than any of these. Until 2090 they have 15 digits, which spreadsheets and JavaScript keep exactly.
const (
	instanceBits = 10
	countBits    = 8 // when there are more in a second, they are of the next
)

// nextID returns an ID that is greater than the last one, whatever the clock says.
func nextID(last int64, now time.Time, instance int64) int64 {
	tick, count := max(now.Unix(), 0), int64(0)
	if before := last >> (instanceBits + countBits); tick <= before {
		tick, count = before, last&(1<<countBits-1)+1
	}
	if count == 1<<countBits {
		tick, count = tick+1, 0
	}
	return tick<<(instanceBits+countBits) | instance<<countBits | count
}

// resume finds the stored occurrences with which meetings go on of which something is to be written for the first time.
func (j *Journal) resume(ctx context.Context, items []item) error {
	if j.config.Going == nil {
		return nil
	}
	var unknown []conference.ConfID
	inherited := map[conference.ConfID]bool{}
	for i := range items {
		it := &items[i]
		if j.open[it.confID] == nil && !it.released && !slices.Contains(unknown, it.confID) {
			unknown = append(unknown, it.confID)
			inherited[it.confID] = it.inherited
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	going, err := j.config.Going(ctx, unknown, j.config.Now().Add(-resumeWithin))
	if err != nil {
		return fmt.Errorf("find with what meetings go on: %w", err)
	}
	for _, o := range going {
		f := follow(o.Occurrence, o.Summary)
		f.stored, f.unproven = o.LastSeq, !inherited[o.ConfID]
		j.open[o.ConfID] = f
		j.lastID = max(j.lastID, o.ID) // the next occurrence of the meeting comes after it, whatever the clocks of the two boards say
	}
	return nil
}

// continues reports whether what is noted continues a stored occurrence. Who knew nothing of the meeting begins its numbers anew: then it is
// another occurrence to us, lest its entries be taken for those that have the same numbers.
func (f *follower) continues(it *item) bool {
	if !f.unproven || len(it.entries) == 0 {
		return true
	}
	f.unproven = false
	return it.entries[0].Seq > f.stored
}

// comesBack is how many items there are before one of a meeting that was released before it: with which occurrence it goes on is known
// when that has been written.
func comesBack(items []item) int {
	var released map[conference.ConfID]bool
	for i := range items {
		switch it := &items[i]; {
		case released[it.confID]:
			return i
		case it.released:
			if released == nil {
				released = map[conference.ConfID]bool{}
			}
			released[it.confID] = true
		}
	}
	return len(items)
}

// less reports whether more was stored of an occurrence than the boards have of the meeting, with which this one goes on: the entries to come get
// numbers that are given away. If another says so they are of another occurrence, whose numbers begin anew: what the boards have came after all that
// is stored. Otherwise they have lost what came last.
func (it *item) less(f *follower) (is, another bool) {
	n := len(it.entries)
	if !it.all || f == nil || n == 0 || f.stored <= it.entries[n-1].Seq {
		return false, false
	}
	return true, it.entries[n-1].Received.UnixMilli() > f.Until.UnixMilli()
}

// void takes note that what was stored after the entries of an item did not happen.
func (f *follower) void(it *item) Void {
	v := Void{f.ID, it.entries[len(it.entries)-1].Seq, f.stored}
	f.stored = v.After
	return v
}

// has reports whether the meeting of an item is still this board's: it has not been released since.
func (j *Journal) has(it *item) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.shares[it.confID] == it.share
}

// stored parts the entries of an inherited item: into those of the occurrence that are stored, or at least later ones are, and those that are to come.
func (it *item) stored(f *follower) (known, rest []Entry) {
	n, _ := slices.BinarySearchFunc(it.entries, f.stored+1, bySeq)
	known, rest = it.entries[:n], it.entries[n:]
	first := slices.IndexFunc(known, func(e Entry) bool { return e.Received.UnixMilli() >= f.Watched.UnixMilli() })
	if first < 0 { // all are of the one before
		return nil, rest
	}
	return known[first:], rest
}
