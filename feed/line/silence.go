package line

import (
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// Cause is what can be taken note of: conference.Cause.
type Cause struct {
	Rule conference.Rule `json:"rule"`
	// Field is the wire name of the field that drifted, and Profile the name of what says so; empty but for conference.Drift.
	Field   string `json:"field,omitempty"`
	Profile string `json:"profile,omitempty"`
}

// Silence is what somebody has taken note of: conference.SilenceMessage.
type Silence struct {
	Cause
	Seen  bool      `json:"seen,omitempty"`
	By    string    `json:"by,omitempty"`
	Note  string    `json:"note,omitempty"`
	Made  time.Time `json:"made,omitzero"`
	Until time.Time `json:"until,omitzero"`
}

// Unsilence is the end of a silence by hand: conference.UnsilenceMessage.
type Unsilence struct {
	Cause
	By string `json:"by,omitempty"`
}

func causeOf(c conference.Cause) Cause {
	w := Cause{Rule: c.Rule, Profile: c.Profile}
	if c.Rule == conference.Drift {
		w.Field = c.Field.WireName()
	}
	return w
}

func (c *Cause) domain() conference.Cause {
	field, _ := conference.FieldByWireName(c.Field)
	return conference.Cause{Rule: c.Rule, Field: field, Profile: c.Profile}
}

// known reports whether there is such a field.
func (c *Cause) known() bool {
	_, listed := conference.FieldByWireName(c.Field)
	return listed || c.Field == ""
}

// silenceOf leaves out the note where names are replaced: it can name anybody.
func silenceOf(q conference.Silence, names *wire.Names) *Silence {
	w := &Silence{Cause: causeOf(q.Cause), Seen: q.Seen, By: names.Person(q.By), Note: q.Note, Made: q.At.UTC(), Until: q.Until.UTC()}
	if names != nil {
		w.Note = ""
	}
	return w
}

func (q *Silence) domain() conference.Silence {
	return conference.Silence{Cause: q.Cause.domain(), Seen: q.Seen, By: q.By, Note: q.Note, At: q.Made, Until: q.Until}
}
