package app

import (
	"context"
	"sync"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// told has the timeline of an own meeting stored as far as the others have it: if this instance dies, whoever goes on stores the rest, or tells
// of it as of what it found.
func (i *instance) told(id conference.ConfID, seq uint64) { i.archive.told(id, seq) }

// Want implements handlers.Whole. What was stored of the timeline before this instance heard of the meeting belongs to it.
func (i *instance) Want(ctx context.Context, id conference.ConfID) error {
	if err := i.bus.Want(ctx, id); err != nil {
		return err
	}
	i.lengthen(ctx, id)
	return nil
}

// Hold implements handlers.Whole.
func (i *instance) Hold(id conference.ConfID) (release func()) {
	i.shorts.add(id, i.house.history.Short(id))
	return i.bus.Hold(id)
}

// adopt keeps what another instance put into the timeline of a meeting.
func (i *instance) adopt(id conference.ConfID, epoch uint64, entries []timeline.Entry) {
	i.house.history.Adopt(id, epoch, entries)
	i.shorts.add(id, i.house.history.Short(id))
}

// adopted has the pages of a meeting show what is in the timeline, if they do not know: where the clock of another instance made it no change
// comes after it, and what was missing comes with a state in which nothing differs.
func (i *instance) adopted(id conference.ConfID) {
	if s := i.house.registry.Get(id); s != nil && i.house.history.Unshown(id) {
		now := time.Now()
		i.house.hub.Notify(conference.Change{ConfID: id, At: now, Received: now, Cause: conference.SnapshotMessage{State: s}, Before: s, After: s})
	}
}

// lengthen gives a timeline its beginning, as it was stored.
func (i *instance) lengthen(ctx context.Context, id conference.ConfID) {
	if i.archive == nil || !i.house.history.Short(id) {
		return
	}
	stored, err := i.archive.stored(ctx, id)
	if err != nil {
		i.logger.Debug("the beginning of a timeline is not shown", "meeting", id, "error", err)
		return
	}
	i.house.history.Complete(id, stored)
	i.adopted(id)
}

const (
	// lengthenEvery is how often it is tried to give a timeline its beginning, and lengthenTries how many times: the last before what the others
	// tell may be stored in a moment.
	lengthenEvery = time.Second
	lengthenTries = 10
)

// shorts are meetings that somebody looks at and whose timelines lack the beginning, and how often that was looked for.
type shorts struct {
	mu    sync.Mutex
	tries map[conference.ConfID]int
	wake  chan struct{} // capacity 1
}

func newShorts() *shorts {
	return &shorts{tries: map[conference.ConfID]int{}, wake: make(chan struct{}, 1)}
}

// add adds a meeting, if it is one.
func (s *shorts) add(id conference.ConfID, is bool) {
	if !is {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.tries[id]; there {
		return
	}
	s.tries[id] = 0
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// due are all whose turn it is, each as often as may be.
func (s *shorts) due() (ids []conference.ConfID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, tries := range s.tries {
		if s.tries[id]++; tries >= lengthenTries {
			delete(s.tries, id)
			continue
		}
		ids = append(ids, id)
	}
	return ids
}

func (s *shorts) done(id conference.ConfID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tries, id)
}

// complete gives timelines their beginnings until ctx ends.
func (i *instance) complete(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-i.shorts.wake:
		}
		for ids := i.shorts.due(); len(ids) > 0 && ctx.Err() == nil; ids = i.shorts.due() {
			for _, id := range ids {
				if i.lengthen(ctx, id); !i.house.history.Short(id) {
					i.shorts.done(id)
				}
			}
			select {
			case <-ctx.Done():
			case <-time.After(lengthenEvery):
			}
		}
	}
}

// recall has meetings go on from what is stored of which the bus has nothing: it lost its memory, or all instances were stopped.
func (i *instance) recall(ctx context.Context, meetings []conference.ConfID, now time.Time) {
	if i.archive == nil {
		return
	}
	var interrupted []conference.ConfID
	for _, id := range meetings {
		s := i.house.registry.Get(id)
		if s == nil {
			interrupted = append(interrupted, id)
			continue
		}
		stored, err := i.archive.stored(ctx, id)
		if err != nil {
			i.logger.Warn("timelines begin anew of meetings that another instance watched", "error", err)
			return
		}
		i.house.history.Recall(id, stored)
		i.archive.resume(s, i.house.history.Entries(id), now)
		i.adopted(id)
	}
	if err := i.archive.recall(ctx, interrupted, i.house.history); err != nil {
		i.logger.Warn("timelines begin anew of meetings that another instance watched", "error", err)
	}
}

// listenFor is how long an instance that has just been started waits for what the others tell before it goes on with their meetings.
const listenFor = 2 * time.Second

// listen waits until it is known what the others told before.
func (i *instance) listen(ctx context.Context) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(listenFor); !i.bus.Stats().Known && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
