package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	// digestMemory is what the digests may take: those of some 50,000 meetings.
	digestMemory = 128 << 20
	// goneFor is how long the streams tell that a meeting has left the board.
	goneFor = 10 * time.Minute
	// opening bounds how long it may take to make the streams ready, and then to begin to read: servers without a leader do not answer, and are
	// asked again.
	opening = 2 * time.Second
)

// streams are the two streams, once they have been made.
type streams struct {
	bus *Bus

	mu   sync.Mutex
	made [2]jetstream.Stream
}

// open makes the streams: as they are to be, whatever they were.
func (s *streams) open(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, opening)
	defer cancel()
	for i, c := range s.configs() {
		made, err := s.bus.js.Stream(ctx, c.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) || err == nil && !suits(&made.CachedInfo().Config, &c) {
			made, err = s.bus.js.CreateOrUpdateStream(ctx, c) // which is for the servers' leader, who may be away while the stream is not
		}
		if err != nil {
			return fmt.Errorf("make the stream %s: %w", c.Name, err)
		}
		s.mu.Lock()
		s.made[i] = made
		s.mu.Unlock()
	}
	return nil
}

// suits reports whether a stream is as it is to be.
func suits(is, want *jetstream.StreamConfig) bool {
	return is.Replicas == want.Replicas && is.MaxMsgsPerSubject == want.MaxMsgsPerSubject && is.MaxBytes == want.MaxBytes && is.Discard == want.Discard &&
		is.AllowRollup && slices.Equal(is.Subjects, want.Subjects) && is.Description == want.Description
}

// live and digests are nil before the first open.
func (s *streams) live() jetstream.Stream    { return s.get(0) }
func (s *streams) digests() jetstream.Stream { return s.get(1) }

func (s *streams) get(i int) jetstream.Stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.made[i]
}

func (s *streams) configs() [2]jetstream.StreamConfig {
	n, c := s.bus.names, &s.bus.config
	// Read is from the leader alone: a replica can be behind, and what is expected of a subject would be wrong.
	common := jetstream.StreamConfig{Storage: jetstream.MemoryStorage, Replicas: c.Replicas, Discard: jetstream.DiscardOld, AllowRollup: true, AllowMsgTTL: true}
	live, digests := common, common
	live.Name, live.Subjects = n.live(), []string{n.record("*")}
	live.Description = "Confboard: what was received of each meeting, from a checkpoint on"
	live.MaxMsgsPerSubject, live.MaxBytes = maxRecords+slackRecords, c.Memory
	digests.Name, digests.Subjects = n.digests(), []string{n.digest("*")}
	digests.Description = "Confboard: the newest state of each meeting without its people"
	digests.MaxMsgsPerSubject, digests.MaxBytes = 1, digestMemory
	return [...]jetstream.StreamConfig{live, digests}
}

// Room is what the streams of a bus with the prefix may take of a server's memory, in bytes, by their names. memory is as in Config.
func Room(prefix string, memory int64) map[string]int64 {
	n := names{prefix}
	return map[string]int64{n.live(): cmp.Or(memory, defaultMemory), n.digests(): digestMemory}
}

// Streams lists the names of the streams that a bus makes when it runs.
func (b *Bus) Streams() []string { return []string{b.names.live(), b.names.digests()} }
