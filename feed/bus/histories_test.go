package bus

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"confboard/feed/conference"
)

// steps is how many things happen in a history; CONFBOARD_HISTORIES multiplies them.
func steps(t *testing.T) int {
	times := 1
	if set := os.Getenv("CONFBOARD_HISTORIES"); set != "" {
		n, err := strconv.Atoi(set)
		if err != nil {
			t.Fatal("CONFBOARD_HISTORIES:", err)
		}
		times = n
	}
	return 10 * times
}

// history is three instances to which anything happens.
type history struct {
	t         *testing.T
	world     *world
	random    *rand.Rand
	instances []*instance
	ids       []conference.ConfID
	sources   map[conference.ConfID]*source
	wanted    map[string]map[conference.ConfID]bool // by instance
}

// Whatever happens, in the end everybody has what the owners have.
func TestWhateverHappensAllHaveTheSameStates(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Log("seed", seed)
	w := newWorld(t)
	h := &history{t: t, world: w, random: rand.New(rand.NewPCG(seed, 0)), ids: meetings(6), sources: map[conference.ConfID]*source{}, wanted: map[string]map[conference.ConfID]bool{}}
	for _, name := range []string{"a", "b", "c"} {
		h.instances = append(h.instances, w.instance(name))
		h.wanted[name] = map[conference.ConfID]bool{}
	}
	for _, i := range h.instances {
		eventually(t, "the bus is open", func() bool { return i.Stats().Open })
	}
	for n, id := range h.ids {
		h.sources[id] = h.instances[n%3].meeting(id)
	}
	for range steps(t) {
		h.goOn(h.random.IntN(80))
		h.happen()
		h.goOn(h.random.IntN(20))
		if h.random.IntN(3) == 0 {
			h.settle()
		}
	}
	h.settle()
}

func (h *history) owner(id conference.ConfID) *instance {
	for _, i := range h.instances {
		if i.name == h.world.roster.owner(id).member {
			return i
		}
	}
	h.t.Fatal("a meeting without an owner")
	return nil
}

func (h *history) goOn(n int) {
	for range n {
		id := h.ids[h.random.IntN(len(h.ids))]
		h.owner(id).feed(h.sources[id].next()...)
	}
}

func (h *history) happen() {
	id := h.ids[h.random.IntN(len(h.ids))]
	n := h.random.IntN(len(h.instances))
	i := h.instances[n]
	switch what := h.random.IntN(9); what {
	case 0: // servers that are away, and have lost what was in memory
		h.world.server.Stop()
		h.goOn(30)
		h.world.server.Start()
	case 1: // an instance that starts again, and goes on with what it owned
		h.settle() // its states would be lost with it
		old := i
		old.stop()
		i = h.world.instance(old.name)
		h.instances[n] = i
		eventually(h.t, "the bus is open", func() bool { return i.Stats().Open })
		clear(h.wanted[i.name])
		for _, id := range h.ids {
			if h.owner(id) == i {
				h.give(id, i, old.registry.Get(id))
			}
		}
	case 2, 3: // another owner
		if owner := h.owner(id); owner != i {
			h.settle()
			eventually(h.t, "all is published", owner.idle)
			found := i.inherits(id)
			if found[id].State == nil || !same(h.world, found[id].State, owner.registry.Get(id)) {
				h.t.Fatalf("inherited %+v", found[id])
			}
			h.give(id, i, found[id].State)
		}
	case 4:
		i.MemberGone(h.owner(id).name) // who is alive
		h.goOn(10)
	case 5:
		if err := h.owner(id).streams.live().Purge(h.t.Context()); err != nil {
			h.t.Log("purge:", err)
		}
	case 6:
		if err := i.js.DeleteStream(h.t.Context(), i.Streams()[h.random.IntN(2)]); err != nil {
			h.t.Log("delete:", err)
		}
	case 7, 8:
		if h.owner(id) != i {
			i.Hold(id)
			h.wanted[i.name][id] = true
		}
	}
}

// give makes an instance the owner of a meeting.
func (h *history) give(id conference.ConfID, to *instance, s *conference.State) {
	h.world.roster.give(id, to.name)
	for _, i := range h.instances {
		i.Reassigned()
	}
	to.feed(conference.SnapshotMessage{About: conference.About{ConfID: id, At: h.world.clock.now()}, State: s})
}

// settle waits until all have the states of the owners. Every meeting is told of once more before, as it is at least every minute: that a
// member lives after all shows by nothing else.
func (h *history) settle() {
	h.t.Helper()
	for _, id := range h.ids {
		owner := h.owner(id)
		owner.feed(conference.LinkMessage{About: h.sources[id].about(), Event: conference.LinkEcho})
		for _, i := range h.instances {
			if i != owner {
				i.settle(owner, !h.wanted[i.name][id], id)
			}
		}
	}
}
