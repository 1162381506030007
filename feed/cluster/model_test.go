package cluster

import (
	"cmp"
	"container/heap"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// model is a cluster without machines: members with their cores, a bucket, and a network between them that delays, loses and holds up, all
// in one goroutine and by a clock of its own. The same seed gives the same history.
type model struct {
	t       *testing.T
	rand    *rand.Rand
	now     time.Duration
	queue   agenda
	counter int
	pace    pace

	members []*modelMember
	born    int
	last    uint64
	keys    map[string]entry
	life    int // of the bucket
	// leaderless: nothing is stored, and nothing begins to be read.
	leaderless bool
	backup     map[string]entry
	// slowest is how long a message takes at most.
	slowest time.Duration
	// epochs and lastTaken are of the last ones who took the shards.
	epochs    [Shards]uint64
	lastTaken [Shards]*modelMember
	// moved counts what watchers were told; failure is the first invariant that did not hold.
	moved   int
	failure string
	trace   []string
}

// modelMember is one member: its machine, its way to the bucket, and its watcher.
type modelMember struct {
	*model
	id   string
	core *core
	// offset and rate make its clock.
	offset time.Duration
	rate   float64
	// cut: nothing comes through, in that direction. paused: it does nothing, and what comes waits. gone: it does nothing any more.
	cutUp, cutDown, paused, gone bool
	// unread: nothing that it reads of the bucket comes, and no reading begins.
	unread  bool
	waiting []func()
	wake    int // the number of its timer

	// cold counts the shards that it took without having prepared them.
	cold int

	// The reading: its number, the life of the bucket it reads, when the newest message of it arrives, and whether one was lost.
	reading     int
	readingLife int
	begun       bool
	arrives     time.Duration
	lost        bool
	upArrives   time.Duration

	taken               [Shards]uint64
	prepared, suspended [Shards]bool
	// readied are the shards of which it has said that they are ready. unready: it never says so.
	readied [Shards]bool
	unready bool
}

func newModel(t *testing.T, seed uint64) *model {
	return &model{t: t, rand: rand.New(rand.NewPCG(seed, 7)), pace: pace4s(), keys: make(map[string]entry), backup: make(map[string]entry), slowest: 20 * time.Millisecond, now: time.Hour}
}

func (m *model) note(format string, args ...any) {
	m.trace = append(m.trace, fmt.Sprintf("%10.3f ", (m.now-time.Hour).Seconds())+fmt.Sprintf(format, args...))
}

// join starts a member.
func (m *model) join() *modelMember {
	m.born++
	n := &modelMember{model: m, id: fmt.Sprintf("m%d", m.born), offset: time.Duration(m.rand.Int64N(int64(time.Hour))), rate: 0.98 + 0.04*m.rand.Float64()}
	n.core = newCore(n.id, memberRecord{Name: n.id}, m.pace, n, n)
	n.core.spread = func(d time.Duration) time.Duration { return d - time.Duration(m.rand.Int64N(int64(d/2)+1)) }
	m.members = append(m.members, n)
	m.note("%s joins", n.id)
	n.read()
	n.act(func() {})
	return n
}

func (n *modelMember) clock() moment {
	return moment{boot: n.offset + time.Duration(float64(n.now)*n.rate), wall: time.Unix(0, 0).Add(n.now)}
}

// delay is how long a message takes.
func (m *model) delay() time.Duration {
	if m.rand.IntN(50) == 0 {
		return m.slowest + time.Duration(m.rand.Int64N(int64(m.slowest)+1))
	}
	return time.Duration(m.rand.Int64N(int64(m.slowest)+1)) / 2
}

// act lets the member do something now, or when it goes on, and then what follows from it.
func (n *modelMember) act(f func()) {
	if n.gone {
		return
	}
	if n.paused {
		n.waiting = append(n.waiting, f)
		return
	}
	f()
	if n.core.blind(n.clock().boot) {
		n.read()
	}
	next := n.core.do(n.clock())
	if n.core.finished {
		n.gone = true
		n.note("%s has left", n.id)
		return
	}
	n.wake++
	wake, in := n.wake, max(time.Duration(float64(next-n.clock().boot)/n.rate), 0)+time.Microsecond
	n.after(in, func() {
		if n.wake == wake {
			n.act(func() {})
		}
	})
}

// resume lets a member go on that was paused. Its timer and what came are served in any order.
func (n *modelMember) resume() {
	n.note("%s goes on", n.id)
	n.paused = false
	waiting := n.waiting
	n.waiting = nil
	if n.rand.IntN(2) == 0 {
		n.act(func() {})
	}
	for _, f := range waiting {
		n.act(f)
	}
	n.act(func() {})
}

// read begins to read the bucket anew, as the follower does.
func (n *modelMember) read() {
	m := n.model
	if n.reading > 0 && !n.begun {
		return // it is just beginning
	}
	n.reading++
	n.begun = false
	reading := n.reading
	var try func()
	try = func() {
		if n.gone || n.reading != reading {
			return
		}
		if n.cutUp || n.cutDown || n.paused || n.leaderless || n.unread {
			n.after(500*time.Millisecond, try)
			return
		}
		n.begun, n.lost, n.readingLife, n.arrives = true, false, n.life, n.now
		entries := make([]entry, 0, len(n.keys))
		for _, e := range n.keys {
			entries = append(entries, e)
		}
		slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.revision, b.revision) })
		n.deliver(reading, func() {
			n.core.opened(n.clock())
			for _, e := range entries {
				if !m.missed(e) {
					n.core.came(e, n.clock())
				}
			}
		})
	}
	n.after(n.delay(), try)
}

// say brings to the others that this member's renewals do not come back.
func (n *modelMember) say() {
	for _, o := range n.members {
		if o != n && !n.cutUp && !o.cutDown {
			n.after(n.delay(), func() { o.act(func() { o.core.said(n.id, o.clock().boot) }) })
		}
	}
}

// deliver brings something of a reading to its reader, in order.
func (n *modelMember) deliver(reading int, f func()) {
	if n.cutDown || n.unread {
		n.lost = true
		return
	}
	n.arrives = max(n.arrives, n.now+n.delay())
	n.after(n.arrives-n.now, func() {
		if n.reading != reading {
			return
		}
		if n.lost {
			n.act(n.read) // a gap
			return
		}
		n.act(f)
	})
}

// The member's pen.
func (n *modelMember) put(key string, value []byte) { n.send(entry{key: key, value: value}, nil) }

// answer brings to a member that a renewal is stored.
func (n *modelMember) answer() {
	if !n.cutDown {
		n.after(n.delay(), func() { n.act(func() { n.core.stored(n.clock().boot) }) })
	}
}
func (n *modelMember) update(key string, value []byte, revision uint64) {
	n.send(entry{key: key, value: value}, &revision)
}
func (n *modelMember) remove(key string, revision uint64) {
	if revision == 0 {
		n.send(entry{key: key, deleted: true}, nil)
	} else {
		n.send(entry{key: key, deleted: true}, &revision)
	}
}
func (n *modelMember) erase(key string) { delete(n.keys, key) }

// ask asks after a member. One that is cut off or paused may be there or not.
func (n *modelMember) ask(id string) {
	of := n.member(id)
	there := !of.gone && (!of.cutUp && !of.cutDown && !of.paused || n.rand.IntN(2) == 0)
	if !there && !n.cutUp && !n.cutDown {
		n.after(n.delay()+n.delay(), func() { n.act(func() { n.core.nobody(id, n.clock().boot) }) })
	}
}

// send brings a change to the bucket: in order, but for what is held up for long when the way is cut.
func (n *modelMember) send(e entry, over *uint64) {
	if n.cutUp {
		if n.rand.IntN(4) == 0 { // it lay in some buffer
			n.after(time.Duration(n.rand.Int64N(int64(10*time.Second))), func() { n.apply(e, over) })
		}
		return
	}
	n.upArrives = max(n.upArrives, n.now+n.delay())
	n.after(n.upArrives-n.now, func() { n.apply(e, over) })
}

// apply stores a change, and shows it to all who read.
func (m *model) apply(e entry, over *uint64) {
	if m.leaderless || over != nil && m.keys[e.key].revision != *over {
		return
	}
	m.last++
	e.revision, e.stored = m.last, time.Unix(0, 0).Add(m.now)
	m.keys[e.key] = e
	if by := m.member(e.member()); by != nil && !e.deleted {
		by.answer()
	}
	for _, n := range m.members {
		if n.begun && n.readingLife == m.life && !n.gone {
			n.deliver(n.reading, func() {
				if !m.missed(e) {
					n.core.came(e, n.clock())
				}
			})
		}
	}
}

// missed reports whether a reader that is late is not shown something that has been replaced meanwhile.
func (m *model) missed(e entry) bool {
	return m.keys[e.key].revision > e.revision && m.rand.IntN(2) == 0
}

// loseBucket is what happens when the servers come back without what they had.
func (m *model) loseBucket() {
	m.note("the bucket is lost")
	m.life++
	m.last = 0
	clear(m.keys)
}

// rollBack is what happens when the servers come back with what they had some time ago. It does not happen where a member has not seen
// anything newer: nobody can tell then, and the protocol does not claim to.
func (m *model) rollBack() {
	var highest uint64
	for _, e := range m.backup {
		highest = max(highest, e.revision)
	}
	for _, n := range m.living() {
		if n.core.last <= highest {
			return
		}
	}
	m.note("the bucket is as it was")
	m.life++
	m.last, m.keys = highest, maps.Clone(m.backup)
}

// The member's watcher.
func (n *modelMember) Prepare(s Shard) {
	if n.prepared[s] || n.taken[s] != 0 || n.suspended[s] {
		n.fail("%s prepares shard %v a second time", n.id, s)
	}
	n.prepared[s] = true
}

func (n *modelMember) Ready(s Shard) bool {
	if !n.prepared[s] {
		n.fail("%s is asked about shard %v, which it does not prepare", n.id, s)
	}
	ready := !n.unready && n.rand.IntN(10) == 0
	n.readied[s] = n.readied[s] || ready
	return ready
}

func (n *modelMember) Take(s Shard, epoch uint64) {
	n.moved++
	if last := n.lastTaken[s]; epoch < n.epochs[s] || epoch == n.epochs[s] && last != n {
		n.fail("%s takes shard %v with epoch %d, %s had %d", n.id, s, epoch, last.id, n.epochs[s])
	}
	n.epochs[s], n.lastTaken[s] = epoch, n
	if !n.prepared[s] && !n.suspended[s] {
		n.cold++
	}
	n.taken[s], n.prepared[s], n.readied[s], n.suspended[s] = epoch, false, false, false
}

func (n *modelMember) Suspend(s Shard) {
	n.moved++
	if n.taken[s] == 0 || n.leased() {
		n.fail("%s suspends shard %v, which it has not, or has", n.id, s)
	}
	n.taken[s], n.suspended[s] = 0, true
}

func (n *modelMember) Drop(s Shard) {
	n.moved++
	if n.taken[s] == 0 && !n.prepared[s] && !n.suspended[s] {
		n.fail("%s drops shard %v, which it has not", n.id, s)
	}
	if slot := &n.core.shards[s]; n.taken[s] != 0 && slot.passing == slot.revision && slot.passing != 0 { // by itself
		if next := n.member(slot.Next); next == nil || !next.readied[s] {
			n.fail("%s lets go of shard %v for %s, which is not ready", n.id, s, slot.Next)
		}
	}
	n.taken[s], n.prepared[s], n.suspended[s] = 0, false, false
}

func (n *modelMember) Heard(e Event) {
	n.note("%s hears: %s %s, %d shards", n.id, e.Kind, e.Member.ID, len(e.Shards))
}

// leased reports whether this member would publish for what it has taken: as Membership.Owner says.
func (n *modelMember) leased() bool {
	return !n.gone && n.core.life != 0 && n.clock().boot < n.core.until
}

func (n *modelMember) holds(s Shard) bool { return n.taken[s] != 0 && n.leased() }

func (m *model) fail(format string, args ...any) {
	if m.failure == "" {
		m.failure = fmt.Sprintf(format, args...)
		m.note("FAILED: %s", m.failure)
	}
}

// check fails if a shard is held twice.
func (m *model) check() {
	var holders [Shards]*modelMember
	for _, n := range m.members {
		if !n.leased() {
			continue
		}
		for s, epoch := range n.taken {
			if epoch == 0 {
				continue
			}
			if h := holders[s]; h != nil {
				m.fail("shard %d is held by %s (epoch %d) and %s (epoch %d)", s, h.id, h.taken[s], n.id, epoch)
			}
			holders[s] = n
		}
	}
}

// run lets time pass.
func (m *model) run(d time.Duration) {
	m.t.Helper()
	for end := m.now + d; ; {
		if len(m.queue) == 0 || m.queue[0].at > end {
			m.now = end
			return
		}
		next := heap.Pop(&m.queue).(appointment)
		m.now = next.at
		next.f()
		m.check()
		if m.failure != "" {
			m.t.Fatalf("%s\n%s", m.failure, strings.Join(m.trace[max(0, len(m.trace)-60):], "\n"))
		}
	}
}

// untilSettled lets time pass until each shard is held, and everybody has a fair share; at most this long.
func (m *model) untilSettled(limit time.Duration) {
	m.t.Helper()
	for end := m.now + limit; !m.settled(); {
		if m.now >= end {
			m.t.Fatalf("not settled after %v: %v\n%s", limit, m.held(), strings.Join(m.trace[max(0, len(m.trace)-60):], "\n"))
		}
		m.run(100 * time.Millisecond)
	}
}

// held is how many shards each living member holds.
func (m *model) held() map[string]int {
	count := make(map[string]int)
	for _, n := range m.members {
		if n.gone {
			continue
		}
		count[n.id] = 0
		for s := range Shard(Shards) {
			if n.holds(s) {
				count[n.id]++
			}
		}
	}
	return count
}

func (m *model) settled() bool {
	count := m.held()
	sum := 0
	for _, n := range count {
		sum += n
		if n < Shards/len(count) || n > Shards/len(count)+1 {
			return false
		}
	}
	return sum == Shards || len(count) == 0
}

// member is the one with an ID; nil: there is none.
func (m *model) member(id string) *modelMember {
	i := slices.IndexFunc(m.members, func(n *modelMember) bool { return n.id == id })
	if i < 0 {
		return nil
	}
	return m.members[i]
}

func (m *model) living() []*modelMember {
	return slices.DeleteFunc(slices.Clone(m.members), func(n *modelMember) bool { return n.gone })
}

func (m *model) after(d time.Duration, f func()) {
	m.counter++
	heap.Push(&m.queue, appointment{m.now + d, m.counter, f})
}

// appointment is something that happens at a time; of several at the same time, in the order in which they were made.
type appointment struct {
	at     time.Duration
	number int
	f      func()
}

type agenda []appointment

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at < a[j].at || a[i].at == a[j].at && a[i].number < a[j].number
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(appointment)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}
