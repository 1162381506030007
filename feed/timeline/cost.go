package timeline

import (
	"reflect"
	"unsafe"

	"confboard/feed/conference"
)

// What things take in memory, beside their texts. A kept state is a copy of the State, in its size class, with the msgIDs that it
// remembers; the rest it shares with the states around it as far as that did not change. A test holds these figures against
// the heap.
const (
	entryBytes  = int64(unsafe.Sizeof(Entry{})) * 5 / 4 // lists grow by a quarter or more
	personBytes = int64(unsafe.Sizeof(Person{}))
	screenBytes = int64(unsafe.Sizeof(conference.Screen{}))
	stateBytes  = 4096 + 600
	mapBytes    = 400 // an empty map
	pairBytes   = 40  // of a map
	// A participant and the list of its attributes, in its size class.
	personStateBytes = int64(unsafe.Sizeof(conference.Participant{})) + 64
	attributeBytes   = int64(unsafe.Sizeof(conference.Attribute{}))
	wordBytes        = 8
)

func (e *Entry) cost() int64 {
	n := entryBytes + texts(e.Name, e.Profile, e.By, e.Note) + valueCost(e.Old) + valueCost(e.New)
	for _, list := range [...][]Person{e.Joined, e.Left} {
		for i := range list {
			n += personBytes + texts(list[i].PID, list[i].Name, list[i].Tel)
		}
	}
	for i := range e.Acts {
		n += personBytes + 2*wordBytes + texts(e.Acts[i].PID, e.Acts[i].Name, e.Acts[i].Tel)
	}
	return n
}

func valueCost(v conference.Value) int64 { return texts(v.Text) + layoutCost(v.Layout) }

func layoutCost(l *conference.Layout) (n int64) {
	if l == nil {
		return 0
	}
	n = int64(unsafe.Sizeof(*l)) + mapCost(l.Unlisted)
	for i := range l.Screens {
		s := &l.Screens[i]
		n += screenBytes + 2*wordBytes*int64(len(s.IDs)) + texts(s.IDs...) + mapCost(s.Unlisted)
	}
	return n
}

func texts(all ...string) (n int64) {
	for _, text := range all {
		n += int64(len(text))
	}
	return n
}

func mapCost(m map[string]string) (n int64) {
	if len(m) == 0 {
		return 0
	}
	n = mapBytes + pairBytes*int64(len(m))
	for name, text := range m {
		n += texts(name, text)
	}
	return n
}

func momentsCost(moments []Moment) (n int64) {
	var last *conference.State
	for _, m := range moments {
		n += stateCost(last, m.State)
		last = m.State
	}
	return n
}

// stateCost is what a state takes beside the one before it, which can be nil.
func stateCost(before, s *conference.State) int64 {
	if before == nil {
		before = &conference.State{}
	}
	n := int64(stateBytes) + peopleCost(before.Participants, s.Participants) + peopleCost(before.WaitingRoom, s.WaitingRoom)
	if s.Custom != before.Custom && s.Custom != nil {
		n += int64(unsafe.Sizeof(*s.Custom)) + layoutCost(&s.Custom.Layout) + mapCost(s.Custom.Unlisted)
		if s.Custom.Grid != nil {
			n += int64(len(s.Custom.Grid.Places)) * int64(unsafe.Sizeof(conference.GridPlace{}))
		}
	}
	if l := s.Status.Layout(); l != before.Status.Layout() {
		n += layoutCost(l)
	}
	if !sameMap(before.Status.Unlisted, s.Status.Unlisted) {
		n += mapCost(s.Status.Unlisted)
	}
	if !sameMap(before.Basic.Unlisted, s.Basic.Unlisted) {
		n += mapCost(s.Basic.Unlisted)
	}
	return n
}

// peopleCost is what a list takes beside the one before it: its own, and the participants that are new or changed. Of a list in
// another order some may be counted that are not new.
func peopleCost(before, now []*conference.Participant) (n int64) {
	if len(now) == 0 || len(before) == len(now) && &before[0] == &now[0] {
		return 0
	}
	n = wordBytes * int64(len(now))
	i := 0
	for _, p := range now {
		switch {
		case i < len(before) && before[i] == p:
			i++
			continue
		case i+1 < len(before) && before[i+1] == p: // the one in between has left
			i += 2
			continue
		case i < len(before) && before[i].PID == p.PID:
			i++
		}
		n += personStateBytes + attributeBytes*int64(len(p.Attributes)) + texts(p.PID)
		for _, a := range p.Attributes {
			n += texts(a.Key, a.Value)
		}
	}
	return n
}

func sameMap(a, b map[string]string) bool {
	return reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
}
