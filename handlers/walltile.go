package handlers

import (
	"cmp"
	"slices"
	"strconv"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
)

// tileID is the DOM id of a meeting's tile on a wall.
func tileID(id conference.ConfID) string { return "w-" + string(id) }

func tilePart(id conference.ConfID, part string) string { return tileID(id) + "-" + part }

func (w words) tile(s *conference.State) templates.WallTile {
	severity := rules.Judge(s)
	return templates.WallTile{
		ID: tileID(s.ConfID), Severity: severity.String(), Problem: severity.Problem(), Title: s.Title(),
		Mark: w.mark(tilePart(s.ConfID, "mark"), s), Number: w.tileNumber(s, severity), Marks: w.tileMarks(s, severity),
	}
}

// maxTileMarks is how many state marks a tile has: more cannot be taken in from afar.
const maxTileMarks = 3

// wallFields are the fields that can have a state mark, the most notable first. Recording leads, because it concerns everybody
// in the room; then what people see is not the usual; then what they are kept from doing.
var wallFields = []conference.Field{
	conference.RecState, conference.StatusMode, conference.Lock, conference.LockSharing, conference.ForbiddenChat,
	conference.Mute, conference.RealTimeSubtitle,
}

// tileMarks are the most notable state marks of a tile. First comes why the meeting needs a person, then the fields that are
// not as usual, in the order of wallFields. Where nothing is known, or nothing that still counts, there are none: old
// states never look live.
func (w words) tileMarks(s *conference.State, severity rules.Severity) []templates.WallMark {
	var marks []templates.WallMark
	switch {
	case severity == rules.NoData || severity == rules.Pending || severity == rules.Ended:
		return nil
	case s.Link.State == conference.Stale || s.Link.State == conference.Refusing:
		marks = append(marks, templates.WallMark{ID: tilePart(s.ConfID, "link"), Icon: "nodata", Tone: "why", Text: w.text.Link[s.Link.State]})
	}
	marks = append(marks, w.tileConcerns(s)...)
	if s.EndingSoon {
		marks = append(marks, templates.WallMark{ID: tilePart(s.ConfID, "end"), Icon: "end", Tone: "on", Text: w.text.WallEndingSoon})
	}
	for _, f := range wallFields {
		if slices.ContainsFunc(marks, func(m templates.WallMark) bool { return m.ID == tilePart(s.ConfID, f.WireName()) }) {
			continue // it says so already, as what is wrong
		}
		b := w.badge(tilePart(s.ConfID, f.WireName()), s, f)
		if b.Tone == "on" || b.Tone == "rec" || b.Tone == "odd" {
			marks = append(marks, templates.WallMark{ID: b.ID, Icon: b.Icon, Tone: b.Tone, Text: cmp.Or(w.short(f, s.Status.Value(f)), b.Text)})
		}
	}
	return marks[:min(len(marks), maxTileMarks)]
}

// short is a value in fewer words than elsewhere, empty where there are none.
func (w words) short(f conference.Field, v conference.Value) string {
	switch {
	case f == conference.RecState && v.Int == 1:
		return w.text.WallRecording
	case f == conference.StatusMode && v.Text == conference.ModeBroadcast:
		return w.text.WallBroadcast
	}
	return ""
}

// tileNumber is the one number of a tile: how many are in the meeting, or its planned start or end while that is not known. A
// meeting whose data cannot be relied on has none.
func (w words) tileNumber(s *conference.State, severity rules.Severity) templates.WallNumber {
	n := templates.WallNumber{ID: tilePart(s.ConfID, "number")}
	switch severity {
	case rules.NoData, rules.Pending, rules.Ended:
		return n
	case rules.Scheduled:
		if start := scheduledStart(s); !start.IsZero() {
			n.Label, n.Time = w.text.WallPlannedStart, w.instant(start, "clock")
		}
		return n
	}
	if present, known := inMeeting(s); known {
		n.Icon, n.Label, n.Count = "people", w.text.WallParticipants(present), strconv.Itoa(present)
	} else if end := plannedEnd(s); !end.IsZero() {
		n.Label, n.Time = w.text.WallPlannedEnd, w.instant(end, "clock")
	}
	return n
}
