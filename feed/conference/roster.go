package conference

import "slices"

// roster is a list of participants as State holds it. Neither the list nor what is in it is ever modified.
type roster struct {
	list []*Participant // in order of joining
	attendance
}

// attendance is what the participants of a roster come to. It is counted as they change, because it is asked for with every message
// and a list can be long.
type attendance struct {
	bytes   int // of their texts
	listed  int // all of them
	present int // in the meeting: those who are being called are not
	hosts   int // of those present, who are the host
	others  int // of those present, who are known not to be the host
}

// add counts a participant; by is -1 for one who is counted no more.
func (a *attendance) add(p *Participant, by int) {
	a.bytes += by * p.size()
	a.listed += by
	if p.Calling() {
		return
	}
	a.present += by
	switch p.Role() {
	case Host:
		a.hosts += by
	case "":
	default:
		a.others += by
	}
}

func attendanceOf(list []*Participant) (a attendance) {
	for _, p := range list {
		a.add(p, 1)
	}
	return a
}

// applied returns the roster after a message. ok is false if the message leads beyond a limit. Of a participant of whom
// it says nothing new the same pointer stays, and of a roster of which it says nothing new the same list, so that
// finding the differences costs little.
func (r roster) applied(mode Mode, entries []ParticipantEntry) (next roster, ok bool) {
	if mode == Full {
		return r.replaced(entries)
	}
	return r.changed(entries)
}

// scanned is how many entries are looked up one by one. For more, an index of the whole list is cheaper.
const scanned = 16

// changed returns the roster after an incremental message.
func (r roster) changed(entries []ParticipantEntry) (next roster, ok bool) {
	next = roster{slices.Clone(r.list), r.attendance}
	var index map[string]int
	if len(entries) > scanned {
		index = indexed(next.list, len(entries))
	}
	differs, reorder, left := false, false, 0
	for _, e := range entries {
		i := next.find(e.PID, index)
		if e.Removed {
			if i >= 0 {
				next.add(next.list[i], -1)
				next.list[i] = nil // the others keep their places until the end
				delete(index, e.PID)
				differs = true
				left++
			}
			continue
		}
		var before, after *Participant
		if i < 0 {
			after = &Participant{PID: e.PID, Attributes: e.Attributes}
			if index != nil {
				index[e.PID] = len(next.list)
			}
			next.list = append(next.list, after)
		} else {
			before = next.list[i]
			after = before.with(e.Attributes)
			if after == before {
				continue
			}
			next.list[i] = after
			next.add(before, -1)
		}
		next.add(after, 1)
		if len(after.Attributes) > MaxAttributes {
			return r, false
		}
		differs = true
		reorder = reorder || before == nil || before.Attributes.Get(AttrAddTime) != after.Attributes.Get(AttrAddTime)
	}
	if !differs {
		return r, true
	}
	if left > 0 {
		next.list = slices.DeleteFunc(next.list, func(p *Participant) bool { return p == nil })
	}
	if len(next.list) > MaxParticipants || next.bytes > MaxParticipantsBytes {
		return r, false
	}
	if reorder {
		slices.SortStableFunc(next.list, byJoining)
	}
	return next, true
}

// replaced returns the roster after a full message. Who was on the list before keeps the place among those whose time of
// joining is not known, or the same.
func (r roster) replaced(entries []ParticipantEntry) (next roster, ok bool) {
	next, ok = roster{}.changed(entries)
	if !ok {
		return r, false
	}
	fresh := indexed(next.list, 0)
	list := make([]*Participant, 0, len(next.list))
	for _, known := range r.list {
		i, stays := fresh[known.PID]
		switch {
		case !stays:
			continue
		case next.list[i].equal(known):
			list = append(list, known)
		default:
			list = append(list, next.list[i])
		}
		delete(fresh, known.PID)
	}
	for _, p := range next.list {
		if _, joined := fresh[p.PID]; joined {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, byJoining)
	if slices.Equal(list, r.list) {
		return r, true
	}
	next.list = list
	return next, true
}

// find returns the place of a participant, -1 if there is none. index may be nil.
func (r roster) find(pid string, index map[string]int) int {
	if index != nil {
		if i, ok := index[pid]; ok {
			return i
		}
		return -1
	}
	return slices.IndexFunc(r.list, func(p *Participant) bool { return p != nil && p.PID == pid })
}

func indexed(list []*Participant, more int) map[string]int {
	index := make(map[string]int, len(list)+more)
	for i, p := range list {
		index[p.PID] = i
	}
	return index
}

// byJoining orders by the time of joining, an unknown one last.
func byJoining(a, b *Participant) int {
	at, aKnown := a.JoinedAt()
	bt, bKnown := b.JoinedAt()
	switch {
	case aKnown && bKnown:
		return at.Compare(bt)
	case aKnown:
		return -1
	case bKnown:
		return 1
	}
	return 0
}
