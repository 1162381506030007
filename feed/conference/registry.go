package conference

import (
	"cmp"
	"container/heap"
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Registry holds the current state of every meeting in memory. Messages can come from anywhere and from any
// goroutine; they are applied one after the other. All methods are safe for concurrent use.
type Registry struct {
	policy Policy

	mu        sync.Mutex
	discovery Discovery
	meetings  map[ConfID]*meeting
	recalled  map[ConfID][]Silence // of meetings that are not on the board yet
	agenda    agenda
	totals    totals
	observers map[int]func(Change)
	nextKey   int
	wake      chan struct{} // tells Run that the head of the agenda changed; capacity 1
}

type meeting struct {
	state *State
	due   time.Time // zero: not in the agenda
	place int       // position in the agenda
}

// NewRegistry returns an empty registry that judges by the policy. Its clock stands still until Run is called.
func NewRegistry(p Policy) *Registry {
	return &Registry{policy: p, meetings: map[ConfID]*meeting{}, observers: map[int]func(Change){}, wake: make(chan struct{}, 1)}
}

// Policy returns that by which the registry judges.
func (r *Registry) Policy() Policy {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.policy
}

// SetPolicy makes the registry judge by another policy, and returns when every meeting has been judged by it. Messages do not wait for
// that. Of several calls at the same time any can be the last.
func (r *Registry) SetPolicy(p Policy, now time.Time) {
	r.mu.Lock()
	r.policy = p
	r.mu.Unlock()
	r.judgeAll(now)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell(Change{At: now, Received: now, Fields: []FieldChange{{Part: PartPolicy}}})
}

// judgedAtOnce is how many meetings are judged anew before messages have their turn.
const judgedAtOnce = 32

// judgeAll judges every meeting that there is; whoever comes later is judged then.
func (r *Registry) judgeAll(now time.Time) {
	r.mu.Lock()
	ids := slices.Collect(maps.Keys(r.meetings))
	r.mu.Unlock()
	for some := range slices.Chunk(ids, judgedAtOnce) {
		r.judge(some, now)
	}
}

func (r *Registry) judge(ids []ConfID, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		if held := r.meetings[id]; held != nil {
			after, change, due := Due(held.state, now, r.policy)
			r.store(id, after, due)
			r.tell(change)
		}
	}
}

// Apply applies a message and tells every observer what changed before it returns.
func (r *Registry) Apply(m Message) Outcome { return r.apply(m, r.totals.count) }

// Relay is Apply for what another instance received, which is not counted as if it was received here.
func (r *Registry) Relay(m Message) Outcome { return r.apply(m, r.totals.relay) }

func (r *Registry) apply(m Message, count func(Message, Fate)) Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d, ok := m.(DiscoveryMessage); ok {
		return r.applyDiscovery(d)
	}
	var before *State
	if held := r.meetings[m.Meeting()]; held != nil {
		before = held.state
	}
	after, change, outcome, due := apply(before, m, r.policy)
	if silences := r.recalled[m.Meeting()]; before == nil && after != nil && len(silences) > 0 {
		if _, told := m.(SnapshotMessage); !told { // a state has its own
			due = after.recall(silences, m.Received(), r.policy)
		}
		delete(r.recalled, m.Meeting())
	}
	count(m, outcome.Fate)
	if outcome.Fate != NotWatched {
		r.store(m.Meeting(), after, due)
	}
	r.tell(change)
	return outcome
}

// Recall gives meetings that are not on the board the silences that were in force when they were last: they have them from when they
// come onto it, and judge which of them are over. It is for a board that starts, before anything is told of its meetings.
func (r *Registry) Recall(silences map[ConfID][]Silence) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recalled = maps.Clone(silences)
}

func (r *Registry) applyDiscovery(m DiscoveryMessage) Outcome {
	after := r.discovery.applied(m)
	if after != r.discovery {
		r.discovery = after
		r.tell(Change{At: m.At, Received: m.At, Fields: []FieldChange{{Part: PartDiscovery}}})
	}
	return Outcome{Fate: Applied}
}

// Discovery returns how meetings are found at present.
func (r *Registry) Discovery() Discovery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.discovery
}

// Get returns the current state of a meeting, nil if it is not on the board.
func (r *Registry) Get(id ConfID) *State {
	r.mu.Lock()
	defer r.mu.Unlock()
	if held := r.meetings[id]; held != nil {
		return held.state
	}
	return nil
}

// All returns the current states in order of confID.
func (r *Registry) All() []*State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.all()
}

// States returns the current states in no order, which costs less.
func (r *Registry) States() []*State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.states()
}

func (r *Registry) states() []*State {
	states := make([]*State, 0, len(r.meetings))
	for _, held := range r.meetings {
		states = append(states, held.state)
	}
	return states
}

func (r *Registry) all() []*State {
	states := r.states()
	slices.SortFunc(states, func(a, b *State) int { return cmp.Compare(a.ConfID, b.ConfID) })
	return states
}

// Observe calls f with every change from now on and returns the states before the first of them, taken under the
// same lock. f is called one change at a time, in order, while the registry is locked: it must return at once and must
// not call the registry. cancel ends it; when cancel has returned, f is not called again.
func (r *Registry) Observe(f func(Change)) (states []*State, cancel func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := r.nextKey
	r.nextKey++
	r.observers[key] = f
	return r.all(), func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.observers, key)
	}
}

// Run is the registry's clock: one timer for all meetings. It returns nil when ctx ends.
func (r *Registry) Run(ctx context.Context) error { return r.RunBy(ctx, time.Now) }

// RunBy is Run by another clock, which goes as fast as time.Now.
func (r *Registry) RunBy(ctx context.Context, now func() time.Time) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	last := now()
	for {
		at := now()
		if wasSet(last, at) {
			r.judgeAll(at)
		}
		last = at
		timer.Reset(r.passTo(at))
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		case <-r.wake:
		}
	}
}

// clockLook is how often it is looked whether the clock on the wall was set. What depends on it, such as a planned end, is then judged anew.
const clockLook = 30 * time.Second

// wasSet reports whether the clock on the wall was set between two readings of it: by the monotonic reading another time has passed.
func wasSet(before, after time.Time) bool {
	const slewed = time.Second // as NTP does
	return (after.Round(0).Sub(before.Round(0)) - after.Sub(before)).Abs() > slewed
}

// passTo passes the time until now and returns how long to wait for what comes next.
func (r *Registry) passTo(now time.Time) time.Duration {
	wait := clockLook
	if next := r.Pass(now); !next.IsZero() {
		wait = min(wait, next.Sub(now))
	}
	return wait
}

// Pass applies everything that is due until the instant, and returns when something is due again (zero: only after the next
// message). It is for a clock other than Run, such as that of a recording.
func (r *Registry) Pass(now time.Time) (next time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.agenda) > 0 && !r.agenda[0].due.After(now) {
		head := r.agenda[0]
		id := head.state.ConfID
		after, change, due := Due(head.state, now, r.policy)
		r.store(id, after, due)
		r.tell(change)
	}
	if len(r.agenda) == 0 {
		return time.Time{}
	}
	return r.agenda[0].due
}

func (r *Registry) store(id ConfID, s *State, due time.Time) {
	held := r.meetings[id]
	if held == nil {
		held = &meeting{}
		r.meetings[id] = held
	}
	var head time.Time
	if len(r.agenda) > 0 {
		head = r.agenda[0].due
	}
	scheduled := !held.due.IsZero()
	switch {
	case s == nil || due.IsZero():
		if scheduled {
			heap.Remove(&r.agenda, held.place)
		}
		held.due = time.Time{}
	case scheduled:
		held.due = due
		heap.Fix(&r.agenda, held.place)
	default:
		held.due = due
		heap.Push(&r.agenda, held)
	}
	held.state = s
	if s == nil {
		delete(r.meetings, id)
	}
	if len(r.agenda) > 0 && (head.IsZero() || r.agenda[0].due.Before(head)) {
		select {
		case r.wake <- struct{}{}:
		default:
		}
	}
}

func (r *Registry) tell(c Change) {
	if c.Empty() {
		return
	}
	for _, f := range r.observers {
		f(c)
	}
}

// agenda is a heap of the meetings that are due at some time, the earliest first.
type agenda []*meeting

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].due.Before(a[j].due) }
func (a agenda) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].place, a[j].place = i, j
}
func (a *agenda) Push(x any) {
	m := x.(*meeting)
	m.place = len(*a)
	*a = append(*a, m)
}
func (a *agenda) Pop() any {
	old := *a
	m := old[len(old)-1]
	old[len(old)-1] = nil
	*a = old[:len(old)-1]
	return m
}
