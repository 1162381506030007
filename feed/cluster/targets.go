package cluster

import (
	"cmp"
	"hash/fnv"
	"slices"
)

// owners says who has each shard, or is to have it, by the member's ID; empty: nobody.
type owners [Shards]string

// share says who is to have each shard, of the members that can have any, when these are the owners. Everybody gets a fair share:
// nobody more than one shard above anybody else. What can stay stays; no more moves than fair shares need. What has to move goes to the
// member that scores highest for it, of those with room. It depends on nothing else, not on the order of the members either, and it stays the
// same while what has to move does.
func share(members []string, now owners) owners {
	var to owners
	if len(members) == 0 {
		return to
	}
	count := make(map[string]int, len(members))
	for _, m := range members {
		count[m] = 0
	}
	for _, o := range now {
		if _, can := count[o]; can {
			count[o]++
		}
	}
	room := rooms(count)

	// Those who have more than their share keep the shards for which they score highest.
	kept := make(map[string][]Shard, len(members))
	for i, o := range now {
		if _, can := count[o]; can {
			kept[o] = append(kept[o], Shard(i))
		}
	}
	for m, shards := range kept {
		slices.SortFunc(shards, func(a, b Shard) int { return cmp.Compare(score(m, b), score(m, a)) })
		keep := min(len(shards), room[m])
		for _, s := range shards[:keep] {
			to[s] = m
		}
		room[m] -= keep
	}
	for i := range to {
		if to[i] != "" {
			continue
		}
		best, most := "", uint64(0)
		for m, n := range room {
			if n == 0 {
				continue
			}
			if sc := score(m, Shard(i)); best == "" || sc > most || sc == most && m < best {
				best, most = m, sc
			}
		}
		to[i] = best
		room[best]--
	}
	return to
}

// rooms says how many shards each may have, given how many it has. What is left over when all have the same goes to those who have so
// many already, and then by their IDs.
func rooms(count map[string]int) map[string]int {
	least, over := Shards/len(count), Shards%len(count)
	members := make([]string, 0, len(count))
	for m := range count {
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b string) int {
		if x, y := count[a] > least, count[b] > least; x != y {
			if x {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	room := make(map[string]int, len(members))
	for i, m := range members {
		room[m] = least
		if i < over {
			room[m]++
		}
	}
	return room
}

// score is how much a shard is a member's (rendezvous hashing).
func score(member string, s Shard) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(member))
	_, _ = h.Write([]byte{byte(s)})
	// The last bytes have little weight in FNV's upper bits: mixed once more (the finalizer of MurmurHash3).
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
