package app

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/web/seal"
)

// findingsLimit is the most that findings can be when they have been unpacked, in bytes: of the longest list that is read.
const findingsLimit = 64 << 20

// writtenFindings are huawei.Findings as one instance sends them to the others, of which some can be newer: what they do not know they
// leave.
type writtenFindings struct {
	Meetings []writtenFound `json:"meetings"`
	Listing  writtenListing `json:"listing"`
}

type writtenFound struct {
	ConfID     conference.ConfID `json:"confID"`
	Password   string            `json:"password"`
	Group      string            `json:"group,omitempty"`
	Title      string            `json:"title,omitempty"`
	Owner      string            `json:"owner,omitempty"`
	Start      time.Time         `json:"start,omitzero"`
	End        time.Time         `json:"end,omitzero"`
	InProgress bool              `json:"inProgress,omitempty"`
}

type writtenListing struct {
	State       conference.ListingState `json:"state"`
	Since       time.Time               `json:"since,omitzero"`
	Reason      conference.LinkReason   `json:"reason,omitempty"`
	Complete    time.Time               `json:"complete,omitzero"`
	Next        time.Time               `json:"next,omitzero"`
	SignedIn    time.Time               `json:"signedIn,omitzero"`
	Found       int                     `json:"found"`
	Booked      int                     `json:"booked"`
	PassedOver  int                     `json:"passedOver"`
	Unwatchable int                     `json:"unwatchable"`
}

// sealFindings writes what was found, packed and sealed: it has host passwords.
func sealFindings(key *seal.Key, f huawei.Findings) ([]byte, error) {
	w := writtenFindings{Meetings: make([]writtenFound, len(f.Meetings)), Listing: writtenListing(f.Listing)}
	for i, m := range f.Meetings {
		w.Meetings[i] = writtenFound{ConfID: m.ConfID, Password: m.HostPassword.Reveal(), Group: m.Group, Title: m.Booking.Title, Owner: m.Booking.Owner,
			Start: m.Booking.Start, End: m.Booking.End, InProgress: m.InProgress}
	}
	var packed bytes.Buffer
	packer, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return nil, fmt.Errorf("pack findings: %w", err)
	}
	if err := json.NewEncoder(packer).Encode(w); err != nil {
		return nil, fmt.Errorf("write findings: %w", err)
	}
	if err := packer.Close(); err != nil {
		return nil, fmt.Errorf("pack findings: %w", err)
	}
	return key.Seal(packed.Bytes(), ""), nil
}

// openFindings reads what another instance has found. The error quotes nothing of it; it is seal.ErrBroken when it was sealed with another
// key, as by an instance with another app.
func openFindings(key *seal.Key, sealed []byte) (huawei.Findings, error) {
	packed, err := key.Open(sealed, "")
	if err != nil {
		return huawei.Findings{}, fmt.Errorf("open findings: %w", err)
	}
	var w writtenFindings
	if err := json.NewDecoder(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), findingsLimit)).Decode(&w); err != nil {
		return huawei.Findings{}, fmt.Errorf("read findings: %T", err) // its text can quote them
	}
	f := huawei.Findings{Listing: conference.Listing(w.Listing)}
	for _, m := range w.Meetings {
		f.Meetings = append(f.Meetings, huawei.FoundMeeting{InProgress: m.InProgress, Meeting: huawei.Meeting{
			ConfID: m.ConfID, HostPassword: conference.NewSecret(m.Password), Group: m.Group, Origin: conference.Found,
			Booking: conference.Booking{Title: m.Title, Owner: m.Owner, Start: m.Start, End: m.End}}})
	}
	return f, nil
}
