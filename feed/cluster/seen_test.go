package cluster

import "testing"

func TestEveryInstanceSeesWhoOwnsWhatWhileItHasALease(t *testing.T) {
	g := newGroup(t)
	a, b := g.join(), g.join()
	g.untilShared(a, b)
	g.until("both see the same", func() bool { return a.View().Owners == b.View().Owners })
	v, counted := a.View(), map[string]int{}
	for _, owner := range v.Owners {
		counted[owner]++
	}
	for _, m := range v.Members {
		if counted[m.ID] != m.Shards || !v.Held {
			t.Errorf("held %t, and of %s %d shards, want %d", v.Held, m.Name, counted[m.ID], m.Shards)
		}
	}
	a.proxy.Cut()
	g.until("without a lease nobody is known to own anything", func() bool { return !a.View().Held })
	if v := a.View(); v.Owners != [Shards]string{} || len(v.Members) != 2 {
		t.Errorf("%d members, owners %v", len(v.Members), v.Owners)
	}
}
