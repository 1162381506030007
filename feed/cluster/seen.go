package cluster

// View is what is known of the instances, and of who owns what, all of one moment.
type View struct {
	// Members are as Membership.Members returns them.
	Members []Member
	// Owners are the members that own the shards, by ID: empty where nobody that lives does, and everywhere without a lease, because it
	// cannot be known then.
	Owners [Shards]string
	// Held is as Membership.Held reports it.
	Held bool
}

// View returns what is known now. It is for people and what they are shown; who decides by it asks Owner. The slice is shared.
func (m *Membership) View() View {
	p := m.picture.Load()
	v := View{Members: p.members, Held: p.held && m.clock() < p.until}
	if v.Held {
		for i, o := range p.owners {
			v.Owners[i] = o.member
		}
	}
	return v
}
