package conference

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"time"
)

// What is in a Snapshot. A type is named after what it writes; a pointer is nil where there is nothing to tell.
type (
	writtenBooking struct {
		Title string    `json:"title,omitempty"`
		Owner string    `json:"owner,omitempty"`
		Start time.Time `json:"start,omitzero"`
		End   time.Time `json:"end,omitzero"`
	}
	writtenLink struct {
		State        LinkState     `json:"state"`
		Since        time.Time     `json:"since,omitzero"`
		Reason       LinkReason    `json:"reason,omitempty"`
		Detail       string        `json:"detail,omitempty"`
		LastEcho     time.Time     `json:"lastEcho,omitzero"`
		RoundTrip    time.Duration `json:"roundTrip,omitempty"` // ns
		Connects     uint64        `json:"connects,omitempty"`
		ConnectedAt  time.Time     `json:"connectedAt,omitzero"`
		TokenAt      time.Time     `json:"tokenAt,omitzero"`
		TokenExpires time.Time     `json:"tokenExpires,omitzero"`
		Next         time.Time     `json:"next,omitzero"`
		Up           bool          `json:"up,omitempty"`
		Waiting      bool          `json:"waiting,omitempty"`
		Refused      bool          `json:"refused,omitempty"`
		StatusIn     bool          `json:"statusIn,omitempty"`
		Heard        time.Time     `json:"heard,omitzero"`
	}
	writtenBasic struct {
		DisplayID         string            `json:"displayID,omitempty"`
		Title             string            `json:"title,omitempty"`
		StartTime         time.Time         `json:"startTime,omitzero"`
		ScheduledStart    time.Time         `json:"scheduledStartTime,omitzero"`
		Owner             string            `json:"owner,omitempty"`
		OwnerID           string            `json:"ownerID,omitempty"`
		RecType           *writtenValue     `json:"recType,omitempty"`
		Media             *writtenValue     `json:"media,omitempty"`
		UserType          *writtenValue     `json:"userType,omitempty"`
		SupportWatermark  *writtenValue     `json:"supportWatermark,omitempty"`
		CallInRestriction *writtenValue     `json:"callInRestriction,omitempty"`
		ConfMode          string            `json:"confMode,omitempty"`
		Unlisted          map[string]string `json:"unlisted,omitempty"`
	}
	writtenSpeaker struct {
		PID    string `json:"pid"`
		Name   string `json:"name,omitempty"`
		Volume int64  `json:"speakingVolume,omitempty"`
	}
	writtenParticipant struct {
		PID        string            `json:"pid"`
		Attributes map[string]string `json:"pinfoMap,omitempty"`
	}
	writtenAttendance struct {
		Listed  int `json:"listed,omitempty"`
		Present int `json:"present,omitempty"`
		Hosts   int `json:"hosts,omitempty"`
		Others  int `json:"others,omitempty"`
	}
	writtenIntake struct {
		Last        *writtenEnvelope `json:"last,omitempty"`
		FullVersion FullVersion      `json:"fullVersion,omitempty"`
		FullTime    time.Time        `json:"fullTime,omitzero"`
		HasFull     bool             `json:"hasFull,omitempty"`
		FullHere    bool             `json:"fullHere,omitempty"`
		Sequence    Sequence         `json:"sequence,omitempty"`
		HasSequence bool             `json:"hasSequence,omitempty"`
		Partial     bool             `json:"partial,omitempty"`
		Past        bool             `json:"past,omitempty"`
		Gaps        [][2]Sequence    `json:"gaps,omitempty"` // the first and the last that are missing
		NewerDrops  int              `json:"newerDrops,omitempty"`
		Recent      []messageKey     `json:"recent,omitempty"`
		writtenTally
	}
	writtenTally struct {
		Applied uint64            `json:"applied,omitempty"`
		Refused uint64            `json:"refused,omitempty"`
		Dropped map[string]uint64 `json:"dropped,omitempty"`
	}
	// writtenEnvelope is without the meeting, which is the snapshot's, and that of an intake without the type, which is the intake's.
	writtenEnvelope struct {
		Type       MessageType `json:"type,omitempty"`
		MsgID      string      `json:"msgID,omitempty"`
		Mode       Mode        `json:"msgMode,omitempty"`
		Version    int64       `json:"version,omitempty"`
		CreateTime time.Time   `json:"createTime,omitzero"`
	}
	writtenCounts struct {
		writtenTally
		LastRefusal   *writtenRefusal   `json:"lastRefusal,omitempty"`
		LastDrop      *writtenDrop      `json:"lastDrop,omitempty"`
		GridsSetAside uint64            `json:"gridsSetAside,omitempty"`
		Passed        map[string]uint64 `json:"passed,omitempty"`
		Withheld      map[string]uint64 `json:"withheld,omitempty"`
	}
	writtenRefusal struct {
		Kind    RefusalKind `json:"kind"`
		Field   string      `json:"field,omitempty"`
		Type    MessageType `json:"type,omitempty"`
		Mode    Mode        `json:"msgMode,omitempty"`
		Excerpt string      `json:"excerpt,omitempty"`
		At      time.Time   `json:"at,omitzero"`
	}
	writtenDrop struct {
		Fate     string           `json:"fate"`
		Envelope *writtenEnvelope `json:"envelope,omitempty"`
		At       time.Time        `json:"at,omitzero"`
	}
	writtenCause struct {
		Rule    Rule   `json:"rule"`
		Field   string `json:"field,omitempty"` // for Drift
		Profile string `json:"profile,omitempty"`
	}
	writtenConcern struct {
		writtenCause
		Weight Weight        `json:"weight,omitempty"`
		After  time.Duration `json:"after,omitempty"` // ns
		Want   *writtenValue `json:"want,omitempty"`
		Since  time.Time     `json:"since,omitzero"`
		Active bool          `json:"active,omitempty"`
	}
	writtenSilence struct {
		writtenCause
		Seen  bool      `json:"seen,omitempty"`
		By    string    `json:"by,omitempty"`
		Note  string    `json:"note,omitempty"`
		At    time.Time `json:"at,omitzero"`
		Until time.Time `json:"until,omitzero"`
		Began time.Time `json:"began,omitzero"`
	}
)

// plain is an instant without what only this process understands.
func plain(t time.Time) time.Time { return t.Round(0).UTC() }

// writeAll and readAll keep a list that is nil apart from one that is empty.
func writeAll[T, W any](all []T, write func(T) W) []W { return readAll(all, write) }

func readAll[W, T any](all []W, read func(W) T) []T {
	if all == nil {
		return nil
	}
	out := make([]T, len(all))
	for i := range all {
		out[i] = read(all[i])
	}
	return out
}

func writeBooking(b Booking) writtenBooking {
	return writtenBooking{b.Title, b.Owner, plain(b.Start), plain(b.End)}
}

func (w writtenBooking) read() Booking { return Booking(w) }

func writeLink(l *Link) writtenLink {
	return writtenLink{State: l.State, Since: plain(l.Since), Reason: l.Reason, Detail: l.Detail, LastEcho: plain(l.LastEcho), RoundTrip: l.RoundTrip,
		Connects: l.Connects, ConnectedAt: plain(l.ConnectedAt), TokenAt: plain(l.TokenAt), TokenExpires: plain(l.TokenExpires), Next: plain(l.Next),
		Up: l.up, Waiting: l.waiting, Refused: l.refused, StatusIn: l.statusIn, Heard: plain(l.heard)}
}

func (w *writtenLink) read() Link {
	return Link{State: w.State, Since: w.Since, Reason: w.Reason, Detail: w.Detail, LastEcho: w.LastEcho, RoundTrip: w.RoundTrip,
		Connects: w.Connects, ConnectedAt: w.ConnectedAt, TokenAt: w.TokenAt, TokenExpires: w.TokenExpires, Next: w.Next,
		up: w.Up, waiting: w.Waiting, refused: w.Refused, statusIn: w.StatusIn, heard: w.Heard}
}

func writeBasic(b *BasicInfo) writtenBasic {
	return writtenBasic{DisplayID: b.DisplayID, Title: b.Title, StartTime: plain(b.StartTime), ScheduledStart: plain(b.ScheduledStart), Owner: b.Owner, OwnerID: b.OwnerID,
		RecType: writeValue(b.RecType), Media: writeValue(b.Media), UserType: writeValue(b.UserType), SupportWatermark: writeValue(b.SupportWatermark),
		CallInRestriction: writeValue(b.CallInRestriction), ConfMode: b.ConfMode, Unlisted: b.Unlisted}
}

func (w *writtenBasic) read() BasicInfo {
	return BasicInfo{DisplayID: w.DisplayID, Title: w.Title, StartTime: w.StartTime, ScheduledStart: w.ScheduledStart, Owner: w.Owner, OwnerID: w.OwnerID,
		RecType: w.RecType.read(), Media: w.Media.read(), UserType: w.UserType.read(), SupportWatermark: w.SupportWatermark.read(),
		CallInRestriction: w.CallInRestriction.read(), ConfMode: w.ConfMode, Unlisted: w.Unlisted}
}

func writeSpeaker(s Speaker) writtenSpeaker { return writtenSpeaker(s) }

func (w writtenSpeaker) read() Speaker { return Speaker(w) }

func writeParticipant(p *Participant) writtenParticipant {
	return writtenParticipant{PID: p.PID, Attributes: p.Attributes.Map()}
}

// readPeople returns a list and what it comes to, within the limits of a roster.
func readPeople(all []writtenParticipant) (list []*Participant, a attendance, err error) {
	list = readAll(all, func(w writtenParticipant) *Participant {
		return &Participant{PID: w.PID, Attributes: AttributesOf(w.Attributes)}
	})
	a = attendanceOf(list)
	if a.bytes > MaxParticipantsBytes {
		return nil, a, errors.New("too much of participants")
	}
	there := make(map[string]bool, len(list))
	for _, p := range list {
		if p.PID == "" || there[p.PID] {
			return nil, a, errors.New("participants who cannot be told apart")
		}
		if len(p.Attributes) > MaxAttributes {
			return nil, a, errors.New("too much of one participant")
		}
		there[p.PID] = true
	}
	return list, a, nil
}

func writeAttendance(a attendance) *writtenAttendance {
	if a == (attendance{}) {
		return nil
	}
	return &writtenAttendance{Listed: a.listed, Present: a.present, Hosts: a.hosts, Others: a.others}
}

// possible reports whether a list can come to it.
func (w *writtenAttendance) possible() bool {
	return w == nil || min(w.Present, w.Hosts, w.Others) >= 0 && w.Listed <= MaxParticipants && w.Present <= w.Listed && max(w.Hosts, w.Others) <= w.Present
}

func (w *writtenAttendance) read() attendance {
	if w == nil {
		return attendance{}
	}
	return attendance{listed: w.Listed, present: w.Present, hosts: w.Hosts, others: w.Others}
}

func writeIntake(in *Intake) *writtenIntake {
	if reflect.ValueOf(*in).IsZero() {
		return nil
	}
	w := writtenIntake{Last: writeEnvelope(in.Last), FullVersion: in.FullVersion, FullTime: plain(in.FullTime), HasFull: in.HasFull, FullHere: in.FullHere,
		Sequence: in.Sequence, HasSequence: in.HasSequence, Partial: in.Partial, Past: in.past, NewerDrops: in.newerDrops, Recent: in.recent,
		writtenTally: writeTally(in.Tally)}
	if w.Last != nil {
		w.Last.Type = ""
	}
	for _, g := range in.gaps {
		w.Gaps = append(w.Gaps, [2]Sequence{g.first, g.last})
	}
	return &w
}

func (w *writtenIntake) read(t MessageType, id ConfID) Intake {
	if w == nil {
		return Intake{}
	}
	in := Intake{Last: w.Last.read(t, id), FullVersion: w.FullVersion, FullTime: w.FullTime, HasFull: w.HasFull, FullHere: w.FullHere,
		Sequence: w.Sequence, HasSequence: w.HasSequence, Partial: w.Partial, past: w.Past, newerDrops: w.NewerDrops, recent: w.Recent, Tally: w.writtenTally.read()}
	for _, g := range w.Gaps {
		in.gaps = append(in.gaps, gap{g[0], g[1]})
	}
	return in
}

func writeTally(t Tally) writtenTally {
	w := writtenTally{Applied: t.Applied, Refused: t.Refused}
	for _, fate := range DropFates() {
		if n := t.Dropped[fate]; n > 0 {
			if w.Dropped == nil {
				w.Dropped = map[string]uint64{}
			}
			w.Dropped[fate.String()] = n
		}
	}
	return w
}

func (w *writtenTally) read() Tally {
	t := Tally{Applied: w.Applied, Refused: w.Refused}
	for _, fate := range DropFates() {
		t.Dropped[fate] = w.Dropped[fate.String()]
	}
	return t
}

func writeEnvelope(e Envelope) *writtenEnvelope {
	if e.Type == "" {
		return nil
	}
	return &writtenEnvelope{Type: e.Type, MsgID: e.MsgID, Mode: e.Mode, Version: e.RawVersion(), CreateTime: plain(e.CreateTime)}
}

// read returns the envelope, of a message of a type unless it has one of its own.
func (w *writtenEnvelope) read(t MessageType, id ConfID) Envelope {
	if w == nil {
		return Envelope{}
	}
	e := Envelope{Type: cmp.Or(w.Type, t), ConfID: id, MsgID: w.MsgID, Mode: w.Mode, CreateTime: w.CreateTime}
	if e.Mode == Full {
		e.Version = FullVersion(w.Version)
	} else {
		e.Sequence = Sequence(w.Version)
	}
	return e
}

func writeCounts(c *Counts) writtenCounts {
	w := writtenCounts{writtenTally: writeTally(Tally{Applied: c.Applied, Refused: c.Refused, Dropped: c.Dropped}),
		GridsSetAside: c.GridsSetAside, Passed: c.Passed, Withheld: c.Withheld}
	if r := c.LastRefusal; r.Kind != "" {
		w.LastRefusal = &writtenRefusal{r.Kind, r.Field, r.Type, r.Mode, r.Excerpt, plain(r.At)}
	}
	if d := c.LastDrop; !d.At.IsZero() {
		w.LastDrop = &writtenDrop{Fate: d.Fate.String(), Envelope: writeEnvelope(d.Envelope), At: plain(d.At)}
	}
	return w
}

func (w *writtenCounts) read(id ConfID) Counts {
	t := w.writtenTally.read()
	c := Counts{Applied: t.Applied, Refused: t.Refused, Dropped: t.Dropped, GridsSetAside: w.GridsSetAside, Passed: w.Passed, Withheld: w.Withheld}
	if w.LastRefusal != nil {
		c.LastRefusal = Refusal(*w.LastRefusal)
	}
	if d := w.LastDrop; d != nil {
		fates := DropFates()
		if i := slices.IndexFunc(fates, func(f Fate) bool { return f.String() == d.Fate }); i >= 0 {
			c.LastDrop = Drop{Fate: fates[i], Envelope: d.Envelope.read("", id), At: d.At}
		}
	}
	return c
}

func writeCause(c Cause) writtenCause {
	w := writtenCause{Rule: c.Rule, Profile: c.Profile}
	if c.Rule == Drift {
		w.Field = c.Field.WireName()
	}
	return w
}

func (w *writtenCause) cause() Cause {
	field, _ := FieldByWireName(w.Field)
	return Cause{Rule: w.Rule, Field: field, Profile: w.Profile}
}

func writeConcern(c Concern) writtenConcern {
	return writtenConcern{writeCause(c.Cause), c.Weight, c.After, writeValue(c.Want), plain(c.Since), c.Active}
}

func (w writtenConcern) read() Concern {
	return Concern{Condition: Condition{Cause: w.cause(), Weight: w.Weight, After: w.After, Want: w.Want.read()}, Since: w.Since, Active: w.Active}
}

func writeSilence(q Silence) writtenSilence {
	return writtenSilence{writeCause(q.Cause), q.Seen, q.By, q.Note, plain(q.At), plain(q.Until), plain(q.Began)}
}

func (w writtenSilence) read() Silence {
	return Silence{Cause: w.cause(), Seen: w.Seen, By: w.By, Note: w.Note, At: w.At, Until: w.Until, Began: w.Began}
}
