package cluster

import (
	"testing"
	"time"
)

// alone is a pen and a watcher of a core without a network. It notes some of what it is told.
type alone struct {
	heard   []Event
	taken   []Shard
	written map[string]shardRecord
}

func (*alone) put(string, []byte)    {}
func (*alone) remove(string, uint64) {}
func (*alone) erase(string)          {}
func (*alone) ask(string)            {}
func (*alone) say()                  {}
func (*alone) Suspend(Shard)         {}
func (*alone) Prepare(Shard)         {}
func (*alone) Ready(Shard) bool      { return true }
func (*alone) Drop(Shard)            {}

func (a *alone) Take(s Shard, _ uint64) { a.taken = append(a.taken, s) }
func (a *alone) Heard(e Event)          { a.heard = append(a.heard, e) }

func (a *alone) update(key string, value []byte, _ uint64) {
	if a.written == nil {
		a.written = make(map[string]shardRecord)
	}
	a.written[key], _ = decode[shardRecord](entry{value: value})
}

// at is a time of a test without a network.
func at(d time.Duration) moment { return moment{boot: time.Hour + d, wall: time.Unix(0, 0)} }

// renewal is a revision of a member's key.
func renewal(id string, beat, revision uint64) entry {
	return entry{key: memberKey + id, value: encode(memberRecord{Name: id, Beat: beat}), revision: revision}
}

// owned is a revision of a shard's key.
func owned(s Shard, r shardRecord, revision uint64) entry {
	return entry{key: shardKey + s.String(), value: encode(r), revision: revision}
}

func TestNobodyIsTakenForDeadBecauseTheNewsIsLate(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		happens func(c *core)
		dead    bool
	}{
		"it was silent while two renewals of ours were stored": {func(c *core) {
			c.came(renewal("other", 8, 3), at(0))
			c.do(at(2 * s))
			c.came(renewal("me", 2, 4), at(2*s))
			c.do(at(4600 * time.Millisecond)) // so late that it tells
			c.came(renewal("me", 3, 5), at(4600*time.Millisecond))
		}, true},
		"our renewal was sent before that, and seen late": {func(c *core) {
			c.came(renewal("other", 8, 3), at(0))
			c.do(at(2 * s))
			c.came(renewal("me", 2, 4), at(4600*time.Millisecond))
		}, false},
		"something was passed over that may have been its renewal": {func(c *core) {
			c.came(renewal("other", 8, 3), at(0))
			c.do(at(2 * s))
			c.came(renewal("me", 2, 4), at(2*s))
			c.do(at(4600 * time.Millisecond))
			c.came(renewal("me", 3, 6), at(4600*time.Millisecond))
		}, false},
		"nothing comes at all": {func(c *core) {
			c.came(renewal("other", 8, 3), at(0))
			for i := range 20 {
				c.do(at(time.Duration(i) * s))
			}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := &alone{}
			c := newCore("me", memberRecord{Name: "me"}, pace4s(), a, a)
			c.opened(at(-s))
			c.do(at(-s))
			c.came(renewal("other", 7, 1), at(-s))
			c.came(renewal("me", 1, 2), at(-s))
			test.happens(c)
			if dead := c.members["other"].dead; dead != test.dead {
				t.Errorf("dead: %v, heard %+v", dead, a.heard)
			}
		})
	}
}

func TestARecordOfAFormerLeaseIsWrittenAnewBeforeItCounts(t *testing.T) {
	a := &alone{}
	c := newCore("me", memberRecord{Name: "me"}, pace4s(), a, a)
	c.opened(at(0))
	c.do(at(0))
	c.came(owned(5, shardRecord{Owner: "me", Epoch: 7}, 1), at(0))
	c.came(renewal("me", 1, 2), at(0))
	c.do(at(0))
	if len(a.taken) != 0 {
		t.Errorf("shards %v are taken by what was written before the lease", a.taken)
	}
	again := a.written["shard.5"]
	if again.Owner != "me" || again.Epoch <= 7 {
		t.Fatalf("written: %+v", again)
	}
	c.came(owned(5, again, 3), at(0))
	c.do(at(0))
	if len(a.taken) != 1 || a.taken[0] != 5 {
		t.Errorf("taken: %v", a.taken)
	}
}

func TestAMemberWhoseKeyDidNotComeIsNotGone(t *testing.T) {
	a := &alone{}
	c := newCore("me", memberRecord{Name: "me"}, pace4s(), a, a)
	c.opened(at(0))
	c.do(at(0))
	c.came(renewal("other", 7, 1), at(0))
	c.came(owned(5, shardRecord{Owner: "other", Epoch: 7}, 2), at(0))
	c.came(owned(6, shardRecord{Owner: "stranger", Epoch: 7}, 3), at(0)) // nor was this one's key ever seen
	c.came(renewal("me", 1, 4), at(0))
	c.do(at(0))
	c.opened(at(time.Second))
	c.do(at(time.Second))
	c.came(owned(5, shardRecord{Owner: "other", Epoch: 7}, 2), at(time.Second))
	c.came(owned(6, shardRecord{Owner: "stranger", Epoch: 7}, 3), at(time.Second))
	c.came(renewal("me", 2, 5), at(time.Second))
	c.do(at(time.Second))
	for _, e := range a.heard {
		if e.Kind == Left || e.Kind == Died {
			t.Errorf("heard %+v", e)
		}
	}
	if len(a.written) != 0 {
		t.Errorf("written: %+v", a.written)
	}
	// When both are silent for long enough they are dead, and their shards are taken.
	c.do(at(3 * time.Second))
	c.came(renewal("me", 3, 6), at(3*time.Second))
	c.do(at(6 * time.Second))
	c.came(renewal("me", 4, 7), at(6*time.Second))
	c.do(at(6 * time.Second))
	if a.written["shard.5"].Owner != "me" || a.written["shard.6"].Owner != "me" {
		t.Errorf("written: %+v, heard %+v", a.written, a.heard)
	}
}

func TestAfterTheBucketLostWhatCameLastNothingIsTakenWhileAnybodyMayHoldIt(t *testing.T) {
	a := &alone{}
	c := newCore("me", memberRecord{Name: "me"}, pace4s(), a, a)
	c.opened(at(0))
	c.do(at(0))
	c.came(owned(5, shardRecord{Owner: "other", Epoch: 8}, 9), at(0))
	c.came(renewal("other", 7, 10), at(0))
	c.came(renewal("me", 1, 11), at(0))
	c.do(at(0))
	// It is as it was before the shard was the other one's.
	c.opened(at(time.Second))
	c.do(at(time.Second))
	c.came(owned(5, shardRecord{Owner: "me", Epoch: 7}, 3), at(time.Second))
	c.came(renewal("me", 2, 4), at(time.Second))
	c.do(at(time.Second))
	if len(a.written) != 0 {
		t.Errorf("written: %+v", a.written)
	}
	c.do(at(3 * time.Second))
	c.came(renewal("me", 3, 5), at(3*time.Second))
	c.do(at(5 * time.Second))
	if c.life != 0 || len(a.written) != 0 {
		t.Errorf("it has a lease, %+v are written", a.written)
	}
	c.do(at(5600 * time.Millisecond))
	c.came(renewal("me", 5, 6), at(5600*time.Millisecond))
	c.do(at(5600 * time.Millisecond))
	if again := a.written["shard.5"]; again.Owner != "me" || again.Epoch <= 8 {
		t.Errorf("written: %+v", a.written)
	}
}

func TestABucketThatWasRolledBackIsKnownByWhatWasWrittenSince(t *testing.T) {
	later := func(e entry) entry {
		e.stored = e.stored.Add(time.Second)
		return e
	}
	for _, k := range []struct {
		name  string
		since []entry // what the bucket has when it is read again, before the renewal
		held  bool
	}{
		{"it is the same", []entry{renewal("other", 7, 10), owned(5, shardRecord{Owner: "me", Epoch: 8}, 12)}, true},
		{"what has been replaced was read first", []entry{renewal("other", 7, 10), owned(5, shardRecord{Owner: "other", Epoch: 7}, 9), owned(5, shardRecord{Owner: "me", Epoch: 8}, 12)}, true},
		{"another shard has come", []entry{renewal("other", 7, 10), owned(5, shardRecord{Owner: "me", Epoch: 8}, 12), owned(6, shardRecord{Owner: "other", Epoch: 8}, 13)}, true},
		{"something else has the revision", []entry{later(renewal("other", 9, 10)), owned(5, shardRecord{Owner: "me", Epoch: 8}, 12)}, false},
		{"the shard is as it was before", []entry{owned(5, shardRecord{Owner: "other", Epoch: 7}, 9), renewal("other", 7, 10), renewal("third", 1, 13)}, false},
		{"somebody is back who was gone", []entry{renewal("third", 3, 8), renewal("other", 7, 10), owned(5, shardRecord{Owner: "me", Epoch: 8}, 12)}, false},
	} {
		a := &alone{}
		c := newCore("me", memberRecord{Name: "me"}, pace4s(), a, a)
		c.opened(at(0))
		c.do(at(0))
		for _, e := range []entry{renewal("other", 7, 10), renewal("me", 1, 11), owned(5, shardRecord{Owner: "me", Epoch: 8}, 12)} {
			c.came(e, at(0))
		}
		c.do(at(0))
		c.opened(at(time.Second))
		c.do(at(time.Second))
		for _, e := range append(k.since, renewal("me", 2, 14)) {
			c.came(e, at(time.Second))
		}
		if held := c.life != 0; held != k.held {
			t.Errorf("%s: there is a lease: %v", k.name, held)
		}
	}
}
