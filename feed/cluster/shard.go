package cluster

import (
	"hash/fnv"
	"strconv"

	"confboard/feed/conference"
)

// Shards is how many shards there are. It is the same for ever: instances that count differently would watch meetings twice.
const Shards = 128

// Shard is one of them, from 0.
type Shard uint8

// ShardOf is the shard of a meeting.
func ShardOf(id conference.ConfID) Shard {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return Shard(h.Sum32() % Shards)
}

func (s Shard) String() string { return strconv.Itoa(int(s)) }
