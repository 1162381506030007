package cluster

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Keys of the bucket.
const (
	memberKey = "member." // and the member's ID
	shardKey  = "shard."  // and the shard's number
)

// memberRecord is what a member says of itself.
type memberRecord struct {
	Name    string    `json:"name"`
	Build   string    `json:"build,omitempty"`
	Started time.Time `json:"started"`
	// Leaving: it has what it has until others have it, and is to have nothing more.
	Leaving bool `json:"leaving,omitempty"`
	// Unable: it cannot watch meetings, and is to have none as long as others can.
	Unable bool `json:"unable,omitempty"`
	// Beat counts its renewals, from 1.
	Beat uint64 `json:"beat"`
}

// shardRecord is what the bucket says of a shard. The zero one is that of a shard that nobody ever had.
type shardRecord struct {
	Owner string `json:"owner"`
	// Epoch grows with each change of owner, and whenever an owner comes back that had lost its hold. It is not the key's revision, which
	// begins again when the bucket is lost: what was published under it elsewhere is still there then.
	Epoch uint64 `json:"epoch"`
	// Next is who is to have it next, and Ready that it watches already.
	Next  string `json:"next,omitempty"`
	Ready bool   `json:"ready,omitempty"`
}

// entry is a revision of a key.
type entry struct {
	key      string
	value    []byte
	revision uint64
	// stored is when, by the server's clock.
	stored  time.Time
	deleted bool
}

// member is the ID of the member whose key this is; empty: it is another key.
func (e entry) member() string {
	id, ok := strings.CutPrefix(e.key, memberKey)
	if !ok {
		return ""
	}
	return id
}

// shard is the shard whose key this is.
func (e entry) shard() (s Shard, ok bool) {
	number, ok := strings.CutPrefix(e.key, shardKey)
	n, err := strconv.ParseUint(number, 10, 8)
	return Shard(n), ok && err == nil && n < Shards && number == strconv.FormatUint(n, 10)
}

// decode reads a value; one that nobody understands, and a deleted one, is the zero T.
func decode[T any](e entry) (T, bool) {
	var v T
	if e.deleted || json.Unmarshal(e.value, &v) != nil {
		var none T
		return none, false
	}
	return v, true
}

func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("cluster: a record cannot be written: " + err.Error()) // they are texts, numbers and a time
	}
	return b
}
