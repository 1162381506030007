package timeline

import (
	"slices"
	"strings"
	"unicode/utf8"

	"confboard/feed/conference"
)

// MaxText is the longest text of a value that an entry holds, in bytes. What is cut off ends with an ellipsis.
const MaxText = 1024

// MaxPeople is the most participants that an entry names. Of more who joined or left at once the others are not in the timeline.
const MaxPeople = 5000

// Touches reports whether there can be another entry with a change: one that it makes, or that was adopted with the state that another
// board told.
func Touches(c conference.Change) bool {
	if told(c) {
		return !c.After.Brief
	}
	for i := range c.Fields {
		if touches(c, &c.Fields[i]) {
			return true
		}
	}
	return geometryChanged(c)
}

// told reports whether a change is not what happened to the meeting, but that another board told its state.
func told(c conference.Change) bool {
	_, told := c.Cause.(conference.SnapshotMessage)
	return told && c.After != nil
}

// DoingsOnly reports whether a change can make no other entry than one of what participants did.
func DoingsOnly(c conference.Change) bool {
	if told(c) {
		return false
	}
	for i := range c.Fields {
		if f := &c.Fields[i]; touches(c, f) && !(f.Part == conference.PartParticipants && f.Old.Presence == f.New.Presence) {
			return false
		}
	}
	return !geometryChanged(c)
}

func touches(c conference.Change, f *conference.FieldChange) bool {
	switch f.Part {
	case conference.PartStatus, conference.PartUnlisted, conference.PartBasic, conference.PartOccurrence:
		return true
	case conference.PartLink:
		return f.Old.Text != f.New.Text && f.New.Text != string(conference.Over)
	case conference.PartConcerns:
		return true
	case conference.PartSilences: // what ends with its concern, or with the meeting, is told by that
		return f.New.Presence == conference.Known || f.New.Text != "" || c.Before.Silenced(*f.Cause).Over(c.Received)
	case conference.PartParticipants:
		return f.Name != "" && (f.Old.Presence != f.New.Presence || acted(f))
	case conference.PartBoard:
		return c.After != nil
	}
	return false
}

// Entries lists what a change did, without Seq and Group: what frames the rest first (a new occurrence, the link), then fields in the
// order of the reference, then people and concerns. It is nil when there is nothing to tell. A meeting that leaves the board makes none,
// nor does a state that another board told: what happened is in that board's entries.
func Entries(c conference.Change) []Entry {
	if told(c) {
		return nil
	}
	if c.Before == nil || c.After == nil {
		if c.After == nil {
			return nil
		}
		return []Entry{{Kind: Watched, At: c.At, Received: c.Received, First: true}}
	}
	if !Touches(c) {
		return nil
	}
	b := builder{c: c}
	b.frame()
	for i := range c.Fields {
		if f := &c.Fields[i]; touches(c, f) {
			b.field(f)
		}
	}
	if geometryChanged(c) {
		grid, ok := c.After.Grid()
		e := b.entry(Geometry, c.Before.CustomIntake, c.After.CustomIntake)
		if ok {
			e.New = number(len(grid.Places))
		}
		b.add(e)
	}
	if len(b.people.Joined)+len(b.people.Left) > 0 {
		b.add(b.people)
	}
	if len(b.doings.Acts) > 0 {
		b.add(b.doings)
	}
	b.list = append(b.list, b.concerns...)
	return b.list
}

// builder collects the entries of one change.
type builder struct {
	c        conference.Change
	list     []Entry
	people   Entry
	doings   Entry
	concerns []Entry
	next     int                                // where in the list of now to look for somebody
	prior    int                                // the same in that of before
	gone     map[string]*conference.Participant // who was there; made when somebody has left
}

func (b *builder) add(e Entry) { b.list = append(b.list, e) }

// entry begins an entry that a message made, whose type was taken in as told.
func (b *builder) entry(k Kind, before, after conference.Intake) Entry {
	return Entry{Kind: k, At: b.c.At, Received: b.c.Received,
		Found: !before.FullHere && after.FullHere, First: before.Last.Type == "" || !before.HasFull && !before.Partial}
}

// frame adds the beginning or the end of an occurrence.
func (b *builder) frame() {
	before, after := b.c.Before, b.c.After
	e := Entry{At: b.c.At, Received: b.c.Received, New: number(after.Occurrence)}
	switch {
	case after.Occurrence != before.Occurrence:
		e.Kind = Began
	case after.Ended() && !before.Ended():
		e.Kind = Ended
	default:
		return
	}
	b.add(e)
}

func (b *builder) field(f *conference.FieldChange) {
	before, after := b.c.Before, b.c.After
	switch f.Part {
	case conference.PartLink:
		e := Entry{Kind: Link, At: b.c.At, Received: b.c.Received, Old: f.Old, New: f.New, Reason: after.Link.Reason, Since: after.Link.Heard()}
		// It frames what comes with it: fields are certain from there on.
		b.list = slices.Insert(b.list, b.framed(), e)
	case conference.PartStatus, conference.PartUnlisted:
		e := b.entry(Status, before.StatusIntake, after.StatusIntake)
		e.Field, e.Name, e.Old, e.New = f.Field, f.Name, short(f.Old), short(f.New)
		if f.Part == conference.PartUnlisted {
			e.Kind = Unlisted
		}
		b.add(e)
	case conference.PartBasic:
		e := b.entry(Basic, before.BasicIntake, after.BasicIntake)
		e.Name, e.Old, e.New = f.Name, short(f.Old), short(f.New)
		b.add(e)
	case conference.PartParticipants:
		b.person(f)
	case conference.PartConcerns:
		b.concern(f)
	case conference.PartSilences:
		b.silence(f)
	}
}

// framed is the number of entries that say where an occurrence begins or ends.
func (b *builder) framed() int {
	n := 0
	for n < len(b.list) && (b.list[n].Kind == Began || b.list[n].Kind == Ended) {
		n++
	}
	return n
}

// person adds who joined or left. When a new occurrence begins, those of the last are forgotten, which says nothing of when they left.
func (b *builder) person(f *conference.FieldChange) {
	if b.c.After.Occurrence != b.c.Before.Occurrence && f.New.Presence != conference.Known {
		return
	}
	if f.Old.Presence == f.New.Presence {
		b.acts(f.Name)
		return
	}
	if len(b.people.Joined)+len(b.people.Left) == 0 {
		b.people = b.entry(People, b.c.Before.ParticipantsIntake, b.c.After.ParticipantsIntake)
	}
	if len(b.people.Joined)+len(b.people.Left) >= MaxPeople {
		return
	}
	if f.New.Presence == conference.Known {
		b.people.Joined = append(b.people.Joined, b.joiner(f.Name))
		return
	}
	if b.gone == nil {
		b.gone = make(map[string]*conference.Participant, len(b.c.Before.Participants))
		for _, p := range b.c.Before.Participants {
			b.gone[p.PID] = p
		}
	}
	b.people.Left = append(b.people.Left, person(b.gone[f.Name], f.Name))
}

// joiner finds who joined.
func (b *builder) joiner(pid string) Person {
	return person(find(b.c.After.Participants, &b.next, pid), pid)
}

// find looks for somebody from a place on. Changes list participants in their order, so one walk finds them all, but for those
// who have been moved.
func find(in []*conference.Participant, from *int, pid string) *conference.Participant {
	for i := *from; i < len(in); i++ {
		if in[i].PID == pid {
			*from = i
			return in[i]
		}
	}
	for i := range min(*from, len(in)) {
		if in[i].PID == pid {
			return in[i]
		}
	}
	return nil
}

func person(p *conference.Participant, pid string) Person {
	if p == nil {
		return Person{PID: pid}
	}
	return Person{PID: pid, Name: p.Name(), Tel: p.Tel()}
}

// concern adds what needs a person since, or does not any more.
func (b *builder) concern(f *conference.FieldChange) {
	if f.New.Presence == conference.Known {
		b.concerns = append(b.concerns, b.about(Raised, b.c.After, *f.Cause))
	} else {
		b.concerns = append(b.concerns, b.about(Cleared, b.c.Before, *f.Cause))
	}
}

// silence adds who has taken note of something, or that it counts again.
func (b *builder) silence(f *conference.FieldChange) {
	e := b.about(Unsilenced, b.c.After, *f.Cause)
	e.By = f.New.Text
	if q := b.c.After.Silenced(*f.Cause); q != nil {
		e.Kind, e.By, e.Note, e.Until = Silenced, q.By, q.Note, q.Until
		if q.Seen {
			e.Kind = Acknowledged
		}
	}
	b.concerns = append(b.concerns, e)
}

// about begins an entry about a concern, with what a state tells of it.
func (b *builder) about(k Kind, of *conference.State, c conference.Cause) Entry {
	e := Entry{Kind: k, At: b.c.At, Received: b.c.Received, Rule: c.Rule, Field: c.Field, Profile: c.Profile}
	if i := slices.IndexFunc(of.Concerns, func(held conference.Concern) bool { return held.Cause == c }); i >= 0 {
		e.New = of.Concerns[i].Want
	}
	return e
}

// geometryChanged reports whether the exact places of the screens differ.
func geometryChanged(c conference.Change) bool {
	if c.Before == nil || c.After == nil || !c.Has(conference.PartCustomLayout, conference.PartStatus) {
		return false
	}
	old, had := c.Before.Grid()
	now, has := c.After.Grid()
	if old == now || had != has {
		return had != has
	}
	return old.X != now.X || old.Y != now.Y || !slices.Equal(old.Places, now.Places)
}

func number(n int) conference.Value {
	return conference.Value{Presence: conference.Known, Int: int64(n)}
}

// short bounds the text of a value.
func short(v conference.Value) conference.Value {
	const ellipsis = "…"
	if len(v.Text) > MaxText {
		cut := MaxText - len(ellipsis)
		for cut > 0 && !utf8.RuneStart(v.Text[cut]) {
			cut--
		}
		v.Text = strings.Clone(v.Text[:cut]) + ellipsis
	}
	return v
}
