// Package recording records what goes from a source to the registry, and plays it again at any speed.
//
// A recording is a file of JSON Lines: one object a line, each with the time at which it happened by our clock. The first line is a
// header; the others are cleaned frames, as the cloud sent them but without secrets and links, frames that were refused, and news of
// meetings and of their links. When the file is full it gets a number and another one is begun, with a header and the state of all
// meetings at that moment ("carried" lines), so that each file can be played alone. The board goes on whatever becomes of its
// recording: what cannot be recorded is lost, which a line says where it happened, and after it the state is carried as well.
//
// Playing is deterministic: messages are applied with the times they were recorded with, and the registry gets its clock from the
// recording, so that the same files lead to the same states at any speed.
package recording

import (
	"fmt"
	"time"

	"confboard/feed/conference"
	"confboard/feed/line"
)

// format and version are in the header. A file of a later version is not played: what its lines mean is not known.
const (
	format  = "confboard recording"
	version = 1
)

// header is the first line of a file, and of each session that is appended to it.
type header struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// Started is when the file, or the session, was begun, by the clock of its lines.
	Started time.Time `json:"started"`
	// Session is the same for all files of one run of the recorder; Part numbers them from 1.
	Session string `json:"session"`
	Part    int    `json:"part"`
	// Names says whether people's names were recorded ("kept") or replaced ("pseudonyms").
	Names string `json:"names"`
	// Policy is what the recorded board judged by; the same leads to the same states.
	Policy policy `json:"policy"`
}

// The values of header.Names.
const (
	namesKept  = "kept"
	pseudonyms = "pseudonyms"
)

// policy is conference.Policy with durations as Go writes them.
type policy struct {
	Heartbeat  line.Duration `json:"heartbeat"`
	KeepEnded  line.Duration `json:"keepEnded"`
	EndingSoon line.Duration `json:"endingSoon"`
	NearEnd    line.Duration `json:"nearEnd,omitzero"`
}

func (p policy) domain() conference.Policy {
	return conference.Policy{Heartbeat: time.Duration(p.Heartbeat), KeepEnded: time.Duration(p.KeepEnded), EndingSoon: time.Duration(p.EndingSoon), NearEnd: time.Duration(p.NearEnd)}
}

func policyOf(p conference.Policy) policy {
	return policy{Heartbeat: line.Duration(p.Heartbeat), KeepEnded: line.Duration(p.KeepEnded), EndingSoon: line.Duration(p.EndingSoon), NearEnd: line.Duration(p.NearEnd)}
}

// check returns why a file with this header cannot be played.
func (h *header) check() error {
	switch {
	case h.Format != format:
		return errNoHeader
	case h.Version != version:
		return fmt.Errorf("it has version %d of the format, and only %d can be played", h.Version, version)
	case h.Policy.Heartbeat <= 0 || h.Policy.KeepEnded < 0 || h.Policy.EndingSoon < 0 || h.Policy.NearEnd < 0:
		return fmt.Errorf("its policy is none: %+v", h.Policy.domain())
	}
	return nil
}

// follows reports whether the file goes on exactly where the part with the other header ended.
func (h *header) follows(before *header) bool {
	return before != nil && h.Session == before.Session && h.Part == before.Part+1
}
