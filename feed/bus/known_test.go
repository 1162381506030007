package bus

import "testing"

// A board is not ready for viewers before it knows what the others do.
func TestAnInstanceKnowsWhenItHasReadWhatWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.instance("a")
	eventually(t, "where nobody has told anything there is nothing to wait for", func() bool { return a.Stats().Known })
	ids := meetings(40)
	for _, id := range ids {
		a.meeting(id)
	}
	w.instance("b").settle(a, true, ids...) // everything has been told
	c := w.instance("c")
	eventually(t, "it knows", func() bool { return c.Stats().Known })
	if n := len(c.registry.States()); n != len(ids) {
		t.Errorf("it says that it knows all, and has %d meetings of %d", n, len(ids))
	}
	w.server.Stop()
	eventually(t, "there is no bus", func() bool { return !c.Stats().Open })
	if !c.Stats().Known {
		t.Error("it has forgotten what it knows")
	}
}
