package cluster

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"confboard/feed/conference"
)

func TestEverybodyHasAFairShareAndNoMoreMovesThanThatNeeds(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		var members []string
		var now owners
		for step := range 30 {
			if n := len(members); n == 0 || n < 40 && r.IntN(2) == 0 {
				members = append(members, fmt.Sprintf("member-%d-%d", step, r.Uint64()))
			} else {
				i := r.IntN(n)
				members = slices.Delete(members, i, i+1)
			}
			to := share(members, now)
			assertFair(t, members, to)
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}

			shuffled := slices.Clone(members)
			r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			if share(shuffled, now) != to {
				t.Fatalf("seed %d, step %d: it depends on the order of the members", seed, step)
			}
			if share(members, to) != to {
				t.Fatalf("seed %d, step %d: what is fair moves again", seed, step)
			}
			if len(members) == 0 {
				now = to
				continue
			}
			if moved, need := moves(now, to), needed(members, now); moved != need {
				t.Fatalf("seed %d, step %d: %d shards move and %d have to", seed, step, moved, need)
			}
			// However the moves are mixed, the rest stays as it was decided.
			half := now
			for i := range half {
				if r.IntN(2) == 0 {
					half[i] = to[i]
				}
			}
			if share(members, half) != to {
				t.Fatalf("seed %d, step %d: half-way it is decided anew", seed, step)
			}
			now = to
		}
	}
}

func assertFair(t *testing.T, members []string, to owners) {
	t.Helper()
	count := make(map[string]int)
	for _, o := range to {
		count[o]++
	}
	if len(members) == 0 {
		if count[""] != Shards {
			t.Errorf("nobody is there, and shards are given: %v", count)
		}
		return
	}
	least := Shards / len(members)
	for _, m := range members {
		if n := count[m]; n < least || n > least+1 {
			t.Errorf("%s of %d members has %d shards", m, len(members), n)
		}
		delete(count, m)
	}
	if len(count) != 0 {
		t.Errorf("shards for nobody or for strangers: %v", count)
	}
}

func moves(from, to owners) (n int) {
	for i := range from {
		if from[i] != to[i] {
			n++
		}
	}
	return n
}

// needed is how many shards have to move at least: those without an owner who can have any, and what owners have above the best shares.
func needed(members []string, now owners) (n int) {
	count := make(map[string]int)
	for _, o := range now {
		if slices.Contains(members, o) {
			count[o]++
		} else {
			n++
		}
	}
	least, over := Shards/len(members), Shards%len(members)
	for _, m := range members {
		if count[m] > least {
			if over > 0 {
				over--
				n += count[m] - least - 1
			} else {
				n += count[m] - least
			}
		}
	}
	return n
}

func TestTheFirstSharesAreScattered(t *testing.T) {
	// Whoever comes gets shards of everybody, and not the first ones of all.
	to := share([]string{"a", "b", "c", "d"}, owners{})
	changes := 0
	for i := 1; i < Shards; i++ {
		if to[i] != to[i-1] {
			changes++
		}
	}
	if changes < Shards/2 {
		t.Errorf("in the order of the shards the owner changes only %d times", changes)
	}
}

func TestMeetingsAreSpreadOverTheShards(t *testing.T) {
	for name, id := range map[string]func(i int) string{
		"one after the other": func(i int) string { return fmt.Sprint(900000000 + i) },
		"every tenth":         func(i int) string { return fmt.Sprint(900000000 + 10*i) },
		"at random":           func(int) string { return fmt.Sprint(100000000 + rand.IntN(900000000)) },
	} {
		t.Run(name, func(t *testing.T) {
			const meetings = 100 * Shards
			var count [Shards]int
			for i := range meetings {
				count[ShardOf(conference.ConfID(id(i)))]++
			}
			if least, most := slices.Min(count[:]), slices.Max(count[:]); least < 40 || most > 200 {
				t.Errorf("from %d to %d meetings in a shard, 100 on average", least, most)
			}
		})
	}
}

func BenchmarkShare(b *testing.B) {
	members := make([]string, 10)
	for i := range members {
		members[i] = fmt.Sprintf("member-%d", i)
	}
	now := share(members[1:], owners{})
	for b.Loop() {
		share(members, now)
	}
}
