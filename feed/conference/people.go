package conference

import "strings"

// appendPeopleChanges appends one change for each participant who joined, changed or left, in that list's order, those who
// left last. Lists in which nothing differs are the same list: see roster.
func appendPeopleChanges(to []FieldChange, part Part, before, after []*Participant, knownDiffers bool) []FieldChange {
	if knownDiffers {
		to = append(to, FieldChange{Part: part})
	}
	if sameList(before, after) {
		return to
	}
	// Most often the same people are there in the same order, or one joined at the end: those need no index.
	same := 0
	for same < len(before) && same < len(after) {
		if b, a := before[same], after[same]; b != a {
			if b.PID != a.PID {
				break
			}
			to = appendPersonChange(to, part, b, a)
		}
		same++
	}
	before, after = before[same:], after[same:]
	gone := make(map[string]*Participant, len(before))
	for _, p := range before {
		gone[p.PID] = p
	}
	for _, p := range after {
		to = appendPersonChange(to, part, gone[p.PID], p)
		delete(gone, p.PID)
	}
	for _, p := range before {
		if _, left := gone[p.PID]; left {
			to = append(to, FieldChange{Part: part, Name: p.PID, Old: Value{Presence: Known}})
		}
	}
	return to
}

func sameList(a, b []*Participant) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// appendPersonChange appends what differs of one participant; before is nil for one who joined.
func appendPersonChange(to []FieldChange, part Part, before, after *Participant) []FieldChange {
	switch {
	case before == nil:
		return append(to, FieldChange{Part: part, Name: after.PID, New: Value{Presence: Known}})
	case before.equal(after):
		return to
	}
	return append(to, FieldChange{Part: part, Name: after.PID,
		Old: Value{Presence: Known, Text: differing(before, after)}, New: Value{Presence: Known, Text: differing(after, before)}})
}

// differing writes the attributes of p that q does not have with the same value.
func differing(p, q *Participant) string {
	var b strings.Builder
	for _, a := range p.Attributes {
		if other, ok := q.Attributes.Lookup(a.Key); ok && other == a.Value {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(a.Key)
		b.WriteByte('=')
		b.WriteString(a.Value)
	}
	return b.String()
}
