package handlers

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
)

const (
	// late is by how much later than it was made a message is received for that to be told.
	late = 5 * time.Second
	// mostText is how much of a value is shown, in characters.
	mostText = 80
)

// timelineRow puts a row of the timeline into words.
func (w words) timelineRow(links timelineLinks, r timeline.Row) templates.TimelineRow {
	e := r.Newest()
	out := templates.TimelineRow{ID: rowID(r), Told: len(r), Made: r[len(r)-1].Received, Icon: w.entryIcon(e), Time: w.instant(e.At, "second")}
	if links.at != nil && !e.Received.Before(links.since) {
		out.Path = links.at(strconv.FormatInt(e.Received.UnixMilli(), 10))
	}
	switch {
	case e.Kind == timeline.People, e.Kind == timeline.Doings:
		out.Pieces, out.Details = w.peopleRow(r)
	case len(r) > 1:
		said := w.text.Timeline.First
		if !e.First {
			said, out.Open = w.text.Timeline.FoundMany, true
		}
		out.Icon, out.Pieces = "state", []templates.Piece{{Text: said(len(r))}}
		for _, each := range slices.Backward(r) {
			out.Details = append(out.Details, templates.TimelineDetail{Pieces: w.entryPieces(each)})
		}
	default:
		out.Pieces = w.entryPieces(e)
	}
	switch e.Kind {
	case timeline.Watched, timeline.Began, timeline.Ended:
		out.Tone = "mark"
	case timeline.Resumed, timeline.Unstored:
		out.Tone = "lost"
	case timeline.Raised:
		out.Tone = "raised"
	case timeline.Link:
		if e.New.Text != string(conference.Live) {
			out.Tone, out.Note = "lost", w.text.Reason[e.Reason]
		}
	}
	if e.Found && !e.First && out.Note == "" {
		out.Note = w.text.Timeline.Found
	}
	if lag := e.Received.Sub(e.At); out.Icon != "people" && (lag > late || lag < -late) {
		out.Received = w.instant(e.Received, "second")
	}
	return out
}

// rowID is the DOM id of a row.
func rowID(r timeline.Row) string { return "t-" + strconv.FormatUint(r.ID(), 10) }

func (w words) entryIcon(e *timeline.Entry) string {
	switch e.Kind {
	case timeline.Watched:
		return "scheduled"
	case timeline.Began:
		return "play"
	case timeline.Ended, timeline.Cleared:
		return "ended"
	case timeline.Link:
		if e.New.Text == string(conference.Live) {
			return "live"
		}
		return "nodata"
	case timeline.Status:
		return icon(e.Field, e.New)
	case timeline.Geometry:
		return "screens"
	case timeline.People, timeline.Doings:
		return "people"
	case timeline.Resumed, timeline.Unstored:
		return "nodata"
	case timeline.Raised, timeline.Unsilenced:
		return "attention"
	case timeline.Acknowledged, timeline.Silenced:
		return silenceIcon(e.Kind == timeline.Acknowledged)
	}
	return "state"
}

func (w words) entryPieces(e *timeline.Entry) []templates.Piece {
	t := &w.text.Timeline
	said := func(text string) []templates.Piece { return []templates.Piece{{Text: text}} }
	switch e.Kind {
	case timeline.Watched:
		return said(t.Watched)
	case timeline.Began:
		return said(t.Began(e.New.Int))
	case timeline.Ended:
		return said(t.Ended)
	case timeline.Link:
		word := func(v conference.Value) templates.Piece {
			return templates.Piece{Text: w.text.Link[conference.LinkState(v.Text)]}
		}
		return w.became(w.text.TheLink, "label", word(e.Old), word(e.New), true)
	case timeline.Status:
		return w.fieldPieces(e)
	case timeline.Unlisted:
		if e.Faded {
			return w.became(e.Name, "wire", templates.Piece{}, templates.Piece{Text: t.Forgotten}, false)
		}
		return w.became(e.Name, "wire", w.unlistedPiece(e.Old), w.unlistedPiece(e.New), !e.First)
	case timeline.Basic:
		return w.basicPieces(e)
	case timeline.Geometry:
		if e.New.Presence == conference.Known {
			return said(t.Geometry)
		}
		return said(t.NoGeometry)
	case timeline.Resumed:
		at := func(i time.Time) templates.Piece { return templates.Piece{Class: "new", Time: w.instant(i, "clock")} }
		return []templates.Piece{{Text: t.Resumed[0]}, at(e.Since), {Text: t.Resumed[1]}, at(e.At), {Text: t.Resumed[2]}}
	case timeline.Unstored:
		return said(t.Unstored(e.New.Int))
	case timeline.Raised:
		return said(t.Raised(w.entryConcern(e)))
	case timeline.Cleared:
		return said(t.Cleared(w.entryConcern(e)))
	case timeline.Acknowledged, timeline.Silenced, timeline.Unsilenced:
		return w.silencePieces(e)
	}
	return nil
}

// became tells what a thing was and is. Without with, only what it is.
func (w words) became(name, class string, old, new templates.Piece, with bool) []templates.Piece {
	var p []templates.Piece
	switch {
	case class == "label" && name != "":
		p = append(p, templates.Piece{Class: class, Text: strings.TrimSpace(w.text.Pair(name, ""))})
	case name != "":
		p = append(p, templates.Piece{Class: class, Text: name})
	}
	if with {
		old.Class = cmp.Or(old.Class, "old")
		p = append(p, old, templates.Piece{Class: "arrow", Text: w.text.Timeline.Then})
	}
	new.Class = cmp.Or(new.Class, "new")
	return append(p, new)
}

// fieldPieces tells of a listed field. A flag's words say what it is about, other fields are named.
func (w words) fieldPieces(e *timeline.Entry) []templates.Piece {
	if e.Field == conference.EndTime {
		if p := w.endPieces(e); p != nil {
			return p
		}
	}
	word := func(v conference.Value) (p templates.Piece, itself bool) {
		switch v.Presence {
		case conference.NotReported:
			return templates.Piece{Text: w.text.NotReported}, false
		case conference.Empty:
			return templates.Piece{Text: w.text.SentEmpty}, false
		}
		p.Text, p.Time = w.value(e.Field, v)
		p.Text = cut(p.Text)
		switch e.Field.Kind() {
		case conference.KindFlag, conference.KindSwitch:
			return p, true
		}
		return p, false
	}
	old, _ := word(e.Old)
	new, itself := word(e.New)
	if e.Field == conference.MultiPic && old == new {
		new.Text = w.text.Timeline.LayoutOther
	}
	name := w.text.Fields[e.Field].Name
	if itself {
		name = ""
	}
	return w.became(name, "label", old, new, !e.First)
}

// endPieces tells of the planned end, nil when there is no instant in it.
func (w words) endPieces(e *timeline.Entry) []templates.Piece {
	t := &w.text.Timeline
	old, had := e.Old.Time()
	now, has := e.New.Time()
	at := func(i time.Time) templates.Piece { return templates.Piece{Class: "new", Time: w.instant(i, "clock")} }
	switch {
	case had && has:
		p := []templates.Piece{{Text: t.EndMoved[0]}, at(old), {Text: t.EndMoved[1]}, at(now)}
		if t.EndMoved[2] != "" {
			p = append(p, templates.Piece{Text: t.EndMoved[2]})
		}
		return p
	case has && e.Old.Presence != conference.NotReported:
		return []templates.Piece{{Text: t.EndSet}, at(now)}
	case had:
		return []templates.Piece{{Text: t.EndTaken}}
	}
	return nil
}

func (w words) unlistedPiece(v conference.Value) templates.Piece {
	if v.Presence == conference.NotReported {
		return templates.Piece{Text: w.text.NotReported}
	}
	return templates.Piece{Class: "wire", Text: cut(v.Text)}
}

// basicPieces tells of a field of the basic information, by its name in words where it has one.
func (w words) basicPieces(e *timeline.Entry) []templates.Piece {
	name, class := w.text.Timeline.Basic[e.Name], "label"
	if name == "" {
		name, class = e.Name, "wire"
	}
	if e.Faded {
		return w.became(name, class, templates.Piece{}, templates.Piece{Text: w.text.Timeline.Forgotten}, false)
	}
	word := func(v conference.Value) templates.Piece {
		switch v.Presence {
		case conference.NotReported:
			return templates.Piece{Text: w.text.NotReported}
		case conference.Empty:
			return templates.Piece{Text: w.text.SentEmpty}
		}
		switch e.Name {
		case "startTime", "scheduledStartTime":
			if at, ok := v.Time(); ok {
				return templates.Piece{Time: w.instant(at, "clock")}
			}
		case "recType":
			return templates.Piece{Text: w.listed(w.text.RecordingType, v)}
		case "media":
			return templates.Piece{Text: w.listed(w.text.MediaType, v)}
		}
		return templates.Piece{Class: "name", Text: cut(cmp.Or(v.Text, strconv.FormatInt(v.Int, 10)))}
	}
	return w.became(name, class, word(e.Old), word(e.New), e.Old.Presence != conference.NotReported)
}

// entryConcern names a concern without what it was about then, of which no more than the rule is kept.
func (w words) entryConcern(e *timeline.Entry) string {
	if e.Rule == conference.Drift {
		want, _ := w.value(e.Field, e.New)
		return w.text.Timeline.Expected(e.Profile, want)
	}
	return cmp.Or(w.text.ConcernShort[e.Rule], string(e.Rule))
}

// cut bounds a text that is shown.
func cut(text string) string {
	if utf8.RuneCountInString(text) <= mostText {
		return text
	}
	return fmt.Sprintf("%s…", string([]rune(text)[:mostText]))
}
