package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"confboard/feed/conference"
)

// schema is the version of the file. One that adds a field is another version: an older board would lose the field.
const schema = 1

// document is the file. Unlike Meeting it has the passwords as text, so it is never printed.
type document struct {
	Schema   int     `json:"schema"`
	Meetings []entry `json:"meetings"`
}

type entry struct {
	ConfID       conference.ConfID `json:"confID"`
	HostPassword string            `json:"hostPassword,omitempty"`
	Name         string            `json:"name,omitempty"`
	Group        string            `json:"group,omitempty"`
	Added        string            `json:"added"` // RFC 3339
}

func encode(list []Meeting) ([]byte, error) {
	d := document{Schema: schema, Meetings: make([]entry, len(list))}
	for i, m := range list {
		d.Meetings[i] = entry{m.ConfID, m.HostPassword.Reveal(), m.Name, m.Group, m.Added.Format(time.RFC3339Nano)}
	}
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetEscapeHTML(false) // for people who repair it
	encoder.SetIndent("", "  ")
	err := encoder.Encode(d)
	return content.Bytes(), err
}

// decode returns an ErrDamaged or ErrNewer for what encode has not written. It quotes nothing of the content, which has
// passwords.
func decode(content []byte) ([]Meeting, error) {
	var version struct {
		Schema int `json:"schema"`
	}
	if err := json.Unmarshal(content, &version); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, describe(content, err))
	}
	switch {
	case version.Schema > schema:
		return nil, fmt.Errorf("%w: its schema is %d and this version knows %d; run the newer version, or move the file away", ErrNewer, version.Schema, schema)
	case version.Schema < 1:
		return nil, fmt.Errorf("%w: it has no schema number", ErrDamaged)
	}
	var d document
	decoder := json.NewDecoder(bytes.NewReader(content)) // sound JSON, and nothing after it: it has been parsed once
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, describe(content, err))
	}
	if len(d.Meetings) > MaxMeetings {
		return nil, fmt.Errorf("%w: it has %d meetings, more than %d", ErrDamaged, len(d.Meetings), MaxMeetings)
	}
	list := make([]Meeting, len(d.Meetings))
	seen := make(map[conference.ConfID]bool, len(d.Meetings))
	for i, e := range d.Meetings {
		added, err := time.Parse(time.RFC3339Nano, e.Added)
		if err != nil {
			return nil, fmt.Errorf("%w: entry %d: added is not a time", ErrDamaged, i+1)
		}
		list[i] = Meeting{ConfID: e.ConfID, HostPassword: conference.NewSecret(e.HostPassword), Name: e.Name, Group: e.Group, Added: added.UTC()}
		if err := list[i].validate(); err != nil {
			return nil, fmt.Errorf("%w: entry %d: %w", ErrDamaged, i+1, err)
		}
		if seen[e.ConfID] {
			return nil, fmt.Errorf("%w: entry %d: %s is listed twice", ErrDamaged, i+1, e.ConfID)
		}
		seen[e.ConfID] = true
	}
	return list, nil
}

// describe says where the JSON goes wrong.
func describe(content []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	line := func(offset int64) int {
		return 1 + bytes.Count(content[:min(offset, int64(len(content)))], []byte("\n"))
	}
	switch {
	case len(bytes.TrimSpace(content)) == 0:
		return "it is empty"
	case errors.As(err, &syntax):
		return fmt.Sprintf("line %d is not JSON", line(syntax.Offset))
	case errors.As(err, &kind):
		return fmt.Sprintf("line %d has a value of a wrong kind", line(kind.Offset))
	}
	return "it has a field that this version does not know"
}
