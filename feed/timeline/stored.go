package timeline

import (
	"encoding/json"
	"fmt"
	"time"

	"confboard/feed/conference"
)

// Stored is an entry as it is written to the disk. What is about people, or can be, stands apart from the rest: it is kept for less
// long.
type Stored struct {
	// Occurrence is that of an Occurrence; Seq and Group are as in Entry.
	Occurrence int64
	Seq, Group uint64
	// Kind is a word of its own.
	Kind         string
	At, Received time.Time
	// Body and Personal are JSON; Personal is empty when there is nothing to it, and Forgotten once it has been removed.
	Body, Personal string
}

// Forgotten stands for what has been removed.
const Forgotten = "-"

// masked stands for a name that has been removed where it matters that there was one.
const masked = "•••"

// kindWords are the words by which kinds are stored. One that was used is never given to another kind.
var kindWords = map[Kind]string{
	Watched: "watched", Began: "began", Ended: "ended", Link: "link", Status: "status", Unlisted: "unlisted", Basic: "basic",
	Geometry: "geometry", People: "people", Raised: "raised", Cleared: "cleared", Doings: "doings", Acknowledged: "acknowledged", Silenced: "silenced", Unsilenced: "unsilenced", Resumed: "resumed", Unstored: "unstored",
}

var kindByWord = func() map[string]Kind {
	m := make(map[string]Kind, len(kindWords))
	for k, word := range kindWords {
		m[word] = k
	}
	return m
}()

// Word is the kind as it is stored and exported.
func (k Kind) Word() string { return kindWords[k] }

// What is in Stored.Body and Stored.Personal. Fields are those of Entry, under their wire names where they have one.
type (
	storedBody struct {
		Found   bool         `json:"found,omitempty"`
		First   bool         `json:"first,omitempty"`
		Field   string       `json:"field,omitempty"`
		Name    string       `json:"name,omitempty"`
		Old     *storedValue `json:"old,omitempty"`
		New     *storedValue `json:"new,omitempty"`
		Reason  string       `json:"reason,omitempty"`
		Since   int64        `json:"since,omitempty"` // ms since 1970
		Rule    string       `json:"rule,omitempty"`
		Profile string       `json:"profile,omitempty"`
		Until   int64        `json:"until,omitempty"`
		Named   bool         `json:"named,omitempty"` // By is
		Joined  int          `json:"joined,omitempty"`
		Left    int          `json:"left,omitempty"`
		Acts    []Deed       `json:"acts,omitempty"`
	}
	storedPersonal struct {
		Old    *storedValue `json:"old,omitempty"`
		New    *storedValue `json:"new,omitempty"`
		Joined []Person     `json:"joined,omitempty"`
		Left   []Person     `json:"left,omitempty"`
		Acts   []Person     `json:"acts,omitempty"`
		By     string       `json:"by,omitempty"`
		Note   string       `json:"note,omitempty"`
	}
	storedValue struct {
		Empty bool   `json:"empty,omitempty"`
		Int   int64  `json:"int,omitempty"`
		Text  string `json:"text,omitempty"`
		// Layout is the number of screens and of those that were set, and nothing of who is on them.
		Layout *storedLayout `json:"layout,omitempty"`
	}
	storedLayout struct {
		PicNum  *storedValue `json:"picNum,omitempty"`
		Screens int          `json:"screens,omitempty"`
	}
)

// personal reports whether the values of an entry are about people, or may be: nobody documented what an unlisted field has.
func (e *Entry) personal() bool {
	switch e.Kind {
	case Unlisted:
		return true
	case Basic:
		switch e.Name {
		case "displayID", "title", "startTime", "scheduledStartTime", "recType", "media", "userType", "supportWatermark", "callInRestriction", "confMode":
			return false
		}
		return true
	}
	return false
}

// Store returns an entry as it is written to the disk, of no occurrence yet.
func (e *Entry) Store() (s Stored, err error) {
	s = Stored{Seq: e.Seq, Group: e.Group, Kind: e.Kind.Word(), At: e.At, Received: e.Received}
	body := storedBody{Found: e.Found, First: e.First, Name: e.Name, Reason: string(e.Reason), Since: msOf(e.Since),
		Rule: string(e.Rule), Profile: e.Profile, Until: msOf(e.Until), Named: e.By != "", Joined: len(e.Joined), Left: len(e.Left)}
	personal := storedPersonal{Joined: e.Joined, Left: e.Left, By: e.By, Note: e.Note}
	if e.Kind == Status || e.Rule == conference.Drift {
		body.Field = e.Field.WireName()
	}
	old, now := storeValue(e.Old), storeValue(e.New)
	if e.personal() {
		personal.Old, personal.New = old, now
	} else {
		body.Old, body.New = old, now
	}
	for _, a := range e.Acts {
		body.Acts = append(body.Acts, a.Did)
		personal.Acts = append(personal.Acts, a.Person)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return s, fmt.Errorf("store an entry: %w", err)
	}
	s.Body = string(raw)
	if e.Faded {
		s.Personal = Forgotten
	} else if personal.Old != nil || personal.New != nil || personal.By != "" || personal.Note != "" ||
		len(personal.Joined)+len(personal.Left)+len(personal.Acts) > 0 {
		if raw, err = json.Marshal(personal); err != nil {
			return s, fmt.Errorf("store an entry: %w", err)
		}
		s.Personal = string(raw)
	}
	return s, nil
}

// Entry returns what was stored. ok is false for one of a kind that this version does not know, or that cannot be read.
func (s *Stored) Entry() (e Entry, ok bool) {
	kind, ok := kindByWord[s.Kind]
	var body storedBody
	if !ok || json.Unmarshal([]byte(s.Body), &body) != nil {
		return e, false
	}
	e = Entry{Seq: s.Seq, Group: s.Group, Kind: kind, At: s.At, Received: s.Received, Found: body.Found, First: body.First, Name: body.Name,
		Old: body.Old.value(), New: body.New.value(), Reason: conference.LinkReason(body.Reason), Since: timeOf(body.Since),
		Rule: conference.Rule(body.Rule), Profile: body.Profile, Until: timeOf(body.Until), Faded: s.Personal == Forgotten}
	if body.Field != "" {
		if e.Field, ok = conference.FieldByWireName(body.Field); !ok {
			return e, false
		}
	}
	var personal storedPersonal
	if s.Personal != "" && !e.Faded && json.Unmarshal([]byte(s.Personal), &personal) != nil {
		return e, false
	}
	if e.personal() {
		e.Old, e.New = personal.Old.value(), personal.New.value()
	}
	e.Joined, e.Left = crowd(personal.Joined, body.Joined), crowd(personal.Left, body.Left)
	e.By, e.Note = personal.By, personal.Note
	if e.Faded && body.Named { // it was somebody
		e.By = masked
	}
	acts := crowd(personal.Acts, len(body.Acts))
	for i, did := range body.Acts {
		e.Acts = append(e.Acts, Act{Person: acts[i], Did: did})
	}
	return e, true
}

// crowd is n people: those that are known, or as many without names.
func crowd(known []Person, n int) []Person {
	if len(known) == n {
		return known
	}
	return make([]Person, n)
}

func storeValue(v conference.Value) *storedValue {
	if v.Presence == conference.NotReported {
		return nil
	}
	s := &storedValue{Empty: v.Presence == conference.Empty, Int: v.Int, Text: v.Text}
	if v.Layout != nil {
		s.Layout = &storedLayout{PicNum: storeValue(v.Layout.PicNum), Screens: len(v.Layout.Screens)}
	}
	return s
}

func (s *storedValue) value() conference.Value {
	if s == nil {
		return conference.Value{}
	}
	v := conference.Value{Presence: conference.Known, Int: s.Int, Text: s.Text}
	if s.Empty {
		v.Presence = conference.Empty
	}
	if s.Layout != nil {
		v.Layout = &conference.Layout{PicNum: s.Layout.PicNum.value()}
		if s.Layout.Screens > 0 && s.Layout.Screens <= conference.MaxScreens {
			v.Layout.Screens = make([]conference.Screen, s.Layout.Screens)
		}
	}
	return v
}

// Times are stored in ms since 1970 UTC, 0 for none.
func msOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func timeOf(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
