package bus

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2" // three times as fast as gzip, and a list of people becomes a fifth

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/timeline"
)

// format is the version of what is written here. A reader leaves a meeting alone that is told in a newer one.
const format = 1

const (
	// maxBody is the most that a record may be when it is unpacked: the state of the largest meeting, several times.
	maxBody = 16 << 20
	// maxPacked is more than that takes when it is packed.
	maxPacked = maxBody + maxBody/4
	// packFrom is from which size on a record is packed.
	packFrom = 4 << 10
	// maxRows is how many entries of a timeline a record may bring.
	maxRows = 1000
	// packed begins what is packed; what is not begins with a brace.
	packed = 's'
)

// Why a record is not taken.
var (
	errFormat  = errors.New("it is written by a newer version")
	errRecord  = errors.New("it is no record")
	errMeeting = errors.New("it is about another meeting")
)

// head is what every record and digest begins with.
type head struct {
	Format int    `json:"v"`
	Member string `json:"by"`
	Epoch  uint64 `json:"epoch"`
	// Number grows from record to record of a meeting. That of a digest is the number of the last record in it.
	Number uint64 `json:"n"`
}

// after reports whether what has the head comes later than a position.
func (h head) after(epoch, number uint64) bool {
	return h.Epoch > epoch || h.Epoch == epoch && h.Number > number
}

// written is the written form of a record, a checkpoint, a digest, or that a meeting has left the board: JSON in one line, and the state, which
// is much longer than the rest, in a second one, so that neither is gone through twice.
type written struct {
	head
	// Previous is the Number of the record before this one. A checkpoint has it only if who has all up to that one finds nothing new in it.
	Previous uint64 `json:"after,omitempty"`
	// A record has a Line, Rows or both.
	Line *line.Line `json:"line,omitempty"`
	Rows []row      `json:"rows,omitempty"`
	Gone bool       `json:"gone,omitempty"`
	// state is set for a checkpoint and for a digest.
	state []byte
}

// row is timeline.Stored.
type row struct {
	Seq      uint64          `json:"seq"`
	Group    uint64          `json:"group"`
	Kind     string          `json:"kind"`
	At       time.Time       `json:"at"`
	Received time.Time       `json:"received"`
	Body     json.RawMessage `json:"body"`
	Personal json.RawMessage `json:"personal,omitempty"`
	// Forgotten: there was something personal.
	Forgotten bool `json:"forgotten,omitempty"`
}

// record is a record, a checkpoint or a digest as it is applied.
type record struct {
	head
	previous uint64
	// state is set for a checkpoint and for a digest; message can be nil: entries alone.
	state   *conference.State
	message conference.Message
	entries []timeline.Entry
	gone    bool
}

// rowsOf writes entries. One that cannot be written is left out.
func rowsOf(entries []timeline.Entry) []row {
	rows := make([]row, 0, len(entries))
	for i := range entries {
		s, err := entries[i].Store()
		if err != nil {
			continue
		}
		r := row{Seq: s.Seq, Group: s.Group, Kind: s.Kind, At: s.At, Received: s.Received, Body: json.RawMessage(s.Body)}
		switch s.Personal {
		case "":
		case timeline.Forgotten:
			r.Forgotten = true
		default:
			r.Personal = json.RawMessage(s.Personal)
		}
		rows = append(rows, r)
	}
	return rows
}

// entriesOf reads rows. One of a kind that this version does not know is left out.
func entriesOf(rows []row) []timeline.Entry {
	if len(rows) == 0 {
		return nil
	}
	entries := make([]timeline.Entry, 0, len(rows))
	for i := range rows {
		r := &rows[i]
		s := timeline.Stored{Seq: r.Seq, Group: r.Group, Kind: r.Kind, At: r.At, Received: r.Received, Body: string(r.Body), Personal: string(r.Personal)}
		if r.Forgotten {
			s.Personal = timeline.Forgotten
		}
		if e, ok := s.Entry(); ok && e.Seq > 0 {
			entries = append(entries, e)
		}
	}
	return entries
}

// encode writes a record as it is published.
func encode(w *written) ([]byte, error) {
	w.Format = format
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(w); err != nil {
		return nil, fmt.Errorf("write a record: %w", err)
	}
	b.Write(w.state)
	text := b.Bytes()
	if len(text) < packFrom {
		return text, nil
	}
	body := make([]byte, 1+s2.MaxEncodedLen(len(text)))
	body[0] = packed
	return body[:1+len(s2.Encode(body[1:], text))], nil
}

// unpack returns the text of what was published.
func unpack(body []byte) ([]byte, error) {
	if len(body) == 0 || body[0] != packed {
		return body, nil
	}
	if n, err := s2.DecodedLen(body[1:]); err != nil || n > maxBody {
		return nil, errRecord
	}
	text, err := s2.Decode(nil, body[1:])
	if err != nil {
		return nil, errRecord
	}
	return text, nil
}

// open reads what was published as far as its first line tells, and leaves the state as it is. It has the body's memory.
func open(body []byte) (w written, err error) {
	text, err := unpack(body)
	if err != nil {
		return w, err
	}
	begin, state, _ := bytes.Cut(text, []byte("\n"))
	// What encoding/json says could quote names.
	if err := json.Unmarshal(begin, &w); err != nil {
		var h head
		if json.Unmarshal(begin, &h) == nil && h.Format > format {
			return w, errFormat
		}
		return w, errRecord
	}
	switch {
	case w.Format > format:
		return w, errFormat
	case w.Format < 1 || w.Epoch == 0 || w.Number == 0 || w.Previous >= w.Number || !conference.ConfID(w.Member).Valid() || len(w.Rows) > maxRows:
		return w, errRecord
	}
	w.state = state
	return w, nil
}

// decode reads what was published about a meeting. It keeps nothing of the body's memory.
func decode(body []byte, id conference.ConfID) (*record, error) {
	w, err := open(body)
	if err != nil {
		return nil, err
	}
	return w.record(id)
}

// record returns what was written about a meeting.
func (w *written) record(id conference.ConfID) (r *record, err error) {
	r = &record{head: w.head, previous: w.Previous, entries: entriesOf(w.Rows), gone: w.Gone}
	switch {
	case w.Gone:
	case len(w.state) > 0:
		if r.state, err = line.ReadState(w.state); err != nil {
			return nil, fmt.Errorf("%w: %w", errRecord, err)
		}
		if r.state.ConfID != id {
			return nil, errMeeting
		}
	case w.Line != nil:
		if err := w.Line.Check(); err != nil {
			return nil, fmt.Errorf("%w: %w", errRecord, err)
		}
		if w.Line.ConfID != id {
			return nil, errMeeting
		}
		r.message = w.Line.Message()
	case len(w.Rows) == 0:
		return nil, errRecord
	}
	return r, nil
}
