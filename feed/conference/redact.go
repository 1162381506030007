package conference

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Redacted returns what may be shown of a meeting to somebody who is not signed in: a state of its own, made of what is listed
// here and of nothing else. It has no ID, no number, no field that is not listed, nothing of our own dealings with the cloud, and
// of people only what shows says.
//
// number gives every ID by which people are named in the meeting a number, from 1, always the same; label is what to call the one
// with a number. Both the pid and, unless names are shown, the name of a redacted participant is that label.
//
// The name of the state is the meeting's title, empty when it has none but its ID.
func (s *State) Redacted(shows Shows, number func(id string) int, label func(n int) string) *State {
	r := redaction{from: s, shows: shows, label: func(id string) string { return label(number(id)) }}
	out := &State{
		Brief: s.Brief, Name: r.title(), Occurrence: s.Occurrence, Status: r.status(), LayoutDated: s.LayoutDated, LastChange: s.LastChange,
		Link:         Link{State: s.Link.State, Since: s.Link.Since, LastEcho: s.Link.LastEcho, heard: s.Link.heard},
		StatusIntake: known(s.StatusIntake), EndingSoon: s.EndingSoon, NearEnd: s.NearEnd, Overrun: s.Overrun, EndedAt: s.EndedAt,
		Basic:   BasicInfo{StartTime: s.Basic.StartTime, ScheduledStart: s.Basic.ScheduledStart},
		Booking: Booking{Start: s.Booking.Start, End: s.Booking.End},
	}
	for _, c := range s.Concerns { // the others are the admins' own
		if c.Cause.Rule == Overrunning && s.Silenced(c.Cause) == nil {
			out.Concerns = append(out.Concerns, Concern{Condition: Condition{Cause: Cause{Rule: Overrunning}, Weight: c.Weight}, Since: c.Since, Active: c.Active})
		}
	}
	if shows.Names {
		out.Basic.Owner, out.Booking.Owner = MaskNumbers(s.Basic.Owner), MaskNumbers(s.Booking.Owner)
	}
	if shows.People {
		out.ParticipantsIntake = known(s.ParticipantsIntake)
	}
	if shows.People || shows.Names {
		out.SpeakersIntake = known(s.SpeakersIntake)
		for _, sp := range s.Speakers {
			out.Speakers = append(out.Speakers, Speaker{PID: r.id(sp.PID), Name: r.speaker(sp)})
		}
	}
	if shows.Layout && s.Custom != nil {
		out.Custom = &CustomLayout{Layout: Layout{PicNum: count(s.Custom.Layout.PicNum)}, Grid: s.Custom.Grid}
		out.gridCurrent = s.gridCurrent
	}
	out.Participants = r.participants()
	out.attendance = attendanceOf(out.Participants)
	if s.Brief && shows.People {
		out.attendance = s.attendance
	}
	return out
}

// known keeps of an intake whether anything is known, and whether everything is.
func known(in Intake) Intake {
	return Intake{Last: Envelope{Type: in.Last.Type}, HasFull: in.HasFull, Partial: in.Partial}
}

// redaction is a state on the way through Redacted.
type redaction struct {
	from  *State
	shows Shows
	label func(id string) string
}

// title is without the ID, with which one could try to join, however it is grouped.
func (r redaction) title() string {
	return strings.TrimSpace(without(r.from.Title(), string(r.from.ConfID)))
}

// without takes a number out of a text, also where its digits stand in groups or are as wide as Chinese characters.
func without(text, number string) string {
	given, wanted := []rune(text), []rune(number)
	matched := func(from []rune) int {
		at := 0
		for i, r := range from {
			if '０' <= r && r <= '９' {
				r += '0' - '０'
			}
			switch {
			case at < len(wanted) && r == wanted[at]:
				if at++; at == len(wanted) {
					return i + 1
				}
			case at == 0 || !groups(r):
				return 0
			}
		}
		return 0
	}
	out := make([]rune, 0, len(given))
	for i := 0; i < len(given); {
		if n := matched(given[i:]); n > 0 {
			i += n
			continue
		}
		out = append(out, given[i])
		i++
	}
	return string(out)
}

// groups reports whether a character stands between the groups of a number.
func groups(r rune) bool {
	return unicode.In(r, unicode.Zs, unicode.Pd, unicode.Cf) || strings.ContainsRune("().·_（）", r)
}

// id is the label by which the redacted state names whoever an ID names.
func (r redaction) id(id string) string {
	if p := r.from.Find(id); p != nil {
		id = p.PID
	}
	return r.label(id)
}

func (r redaction) name(p *Participant) string {
	if name := p.Name(); r.shows.Names && name != "" {
		return MaskNumbers(name)
	}
	return r.label(p.PID)
}

func (r redaction) speaker(sp Speaker) string {
	if p := r.from.Find(sp.PID); p != nil && p.Name() != "" {
		return r.name(p)
	}
	if r.shows.Names && sp.Name != "" {
		return MaskNumbers(sp.Name)
	}
	return r.id(sp.PID)
}

// status keeps the listed fields but the chat group's ID, and the layout where it is shown.
func (r redaction) status() (out Status) {
	for f := range FieldCount {
		switch f {
		case ConfIMGroupID:
		case MultiPic:
			if v := r.from.Status.Value(f); r.shows.Layout {
				v.Layout = r.layout(v.Layout)
				out.Set(f, v)
			}
		default:
			v := r.from.Status.Value(f)
			if k := f.Kind(); k != KindEnum && k != KindTime {
				v = count(v)
			}
			out.Set(f, v)
		}
	}
	return out
}

// count keeps of a value whether it is known, and its number.
func count(v Value) Value { return Value{Presence: v.Presence, Int: v.Int} }

func (r redaction) layout(l *Layout) *Layout {
	if l == nil {
		return nil
	}
	out := &Layout{PicNum: count(l.PicNum), Period: count(l.Period)}
	for _, s := range l.Screens {
		screen := Screen{Index: count(s.Index), Share: count(s.Share), AutoPolling: count(s.AutoPolling)}
		for _, id := range s.IDs {
			screen.IDs = append(screen.IDs, r.id(id))
		}
		out.Screens = append(out.Screens, screen)
	}
	return out
}

// participants are all, or else those whom something else that is shown names.
func (r redaction) participants() (out []*Participant) {
	named := r.from.Named()
	if !r.shows.Names && !r.shows.People {
		named = nil
	}
	for _, p := range r.from.Participants {
		if !r.shows.People && p != named && (!r.shows.Layout || !r.onScreen(p)) {
			continue // without a number, which would tell how many there are
		}
		attributes := Attributes{{AttrName, r.name(p)}}
		switch {
		case r.shows.People:
			r.copyState(p, &attributes)
		case p == named:
			for _, key := range [...]string{AttrBroadcast, AttrRollCall} {
				copyFlag(p, &attributes, key)
			}
		}
		out = append(out, &Participant{PID: r.label(p.PID), Attributes: attributes})
	}
	return out
}

func (r redaction) onScreen(p *Participant) bool {
	l := r.from.Status.Layout()
	return l != nil && slices.ContainsFunc(l.Screens, func(s Screen) bool {
		return slices.ContainsFunc(s.IDs, func(id string) bool { return r.from.Find(id) == p })
	})
}

// copyState copies what a participant is and does, as far as it is of the values that are listed.
func (r redaction) copyState(p *Participant, to *Attributes) {
	switch role := p.Role(); role {
	case Ordinary, Host, Attendee:
		to.Set(AttrRole, string(role))
	}
	for _, key := range [...]string{AttrState, AttrHand, AttrBroadcast, AttrRollCall, AttrShare, AttrMute, AttrVideo, AttrCoHost, AttrIsCoHost} {
		copyFlag(p, to, key)
	}
	if _, ok := p.JoinedAt(); ok {
		to.Set(AttrAddTime, p.Attributes.Get(AttrAddTime))
	}
}

func copyFlag(p *Participant, to *Attributes, key string) {
	if on, known := flag(p.Attributes.Get(key)); known {
		to.Set(key, map[bool]string{false: "0", true: "1"}[on])
	}
}

// numbers are five digits or more, with at most three characters between two of them; see groups.
var numbers = regexp.MustCompile(`\+?\p{Nd}(?:[\p{Zs}\p{Pd}\p{Cf}().·_（）]{0,3}\p{Nd}){4,}`)

// MaskNumbers replaces the digits of what can be a call number, five of them or more, all but the last two: people who dial in
// are called by their number.
func MaskNumbers(text string) string {
	return numbers.ReplaceAllStringFunc(text, func(number string) string {
		digits := []rune(strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Nd, r) {
				return r
			}
			return -1
		}, number))
		return "••• " + string(digits[len(digits)-2:])
	})
}
