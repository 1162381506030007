package handlers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
)

const (
	csvFormat  = "csv"
	jsonFormat = "json"
	// byteOrderMark makes spreadsheets take a file for UTF-8, without which they show Chinese as other signs.
	byteOrderMark = "\uFEFF"
	// exportBatch is how many rows are read at a time, exportPatience how long a client may take for them.
	exportBatch    = 500
	exportPatience = 30 * time.Second
)

// exportFormat is the format of a file that is asked for by somebody who may have it.
func (h *Handlers) exportFormat(c echo.Context) (string, error) {
	if !visitor(c).Admin {
		return "", ErrAdminsOnly
	}
	format := c.Param("format")
	if format != csvFormat && format != jsonFormat {
		return "", echo.NewHTTPError(http.StatusNotFound)
	}
	return format, nil
}

// export is a file, a part at a time: next returns the next rows as they are written, none at the end.
type export struct {
	name, format string
	columns      []string
	// head is what stands before the rows in JSON, rows what they are called there.
	head map[string]any
	rows string
	next func(ctx context.Context) ([]exportRow, error)
}

// exportRow is one row: its cells, of which texts are guarded, and what it is in JSON.
type exportRow struct {
	cells []string
	value any
}

func (h *Handlers) sendFile(c echo.Context, e export) error {
	first, err := e.next(c.Request().Context()) // what fails at once is answered as any failure is
	if err != nil {
		return err
	}
	header := c.Response().Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.%s"`, e.name, e.format))
	header.Set("Content-Type", map[string]string{csvFormat: "text/csv; charset=utf-8; header=present", jsonFormat: "application/json"}[e.format])
	c.Response().WriteHeader(http.StatusOK)
	write := e.writeJSON
	if e.format == csvFormat {
		write = e.writeCSV
	}
	if err := write(c.Request().Context(), patient{c.Response()}, first); err != nil {
		if c.Request().Context().Err() == nil {
			h.logError("send "+e.name+"."+e.format, "", err)
		}
		panic(http.ErrAbortHandler) // the client has to see that the file is not whole
	}
	return nil
}

// patient writes as long as the client goes on taking, whatever the size.
type patient struct{ to *echo.Response }

func (p patient) Write(b []byte) (int, error) {
	err := http.NewResponseController(p.to.Writer).SetWriteDeadline(time.Now().Add(exportPatience))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.to.Write(b)
}

// writeCSV writes as RFC 4180 says, in UTF-8 with a mark in front that spreadsheets need.
func (e export) writeCSV(ctx context.Context, to io.Writer, rows []exportRow) (err error) {
	if _, err := io.WriteString(to, byteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(to)
	out.UseCRLF = true
	if err := out.Write(e.columns); err != nil {
		return err
	}
	for len(rows) > 0 {
		for _, r := range rows {
			for i := range r.cells {
				r.cells[i] = guarded(r.cells[i])
			}
			if err := out.Write(r.cells); err != nil {
				return err
			}
		}
		if rows, err = e.next(ctx); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// guarded keeps a spreadsheet from taking a text for a formula: a title is written by whoever books a meeting.
func guarded(cell string) string {
	for _, sign := range [...]string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"} {
		if strings.HasPrefix(cell, sign) {
			return "'" + cell
		}
	}
	return cell
}

func (e export) writeJSON(ctx context.Context, to io.Writer, rows []exportRow) (err error) {
	begin := "{"
	for name, value := range e.head {
		raw, err := json.Marshal(value)
		if err != nil {
			return err
		}
		begin += fmt.Sprintf("%q:%s,\n", name, raw)
	}
	if _, err := fmt.Fprintf(to, "%s%q:[", begin, e.rows); err != nil {
		return err
	}
	between := "\n"
	for len(rows) > 0 {
		for _, r := range rows {
			raw, err := json.Marshal(r.value)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(to, "%s%s", between, raw); err != nil {
				return err
			}
			between = ",\n"
		}
		if rows, err = e.next(ctx); err != nil {
			return err
		}
	}
	_, err = io.WriteString(to, "\n]}\n")
	return err
}

// exportedMeeting is a meeting that has ended, for programs.
type exportedMeeting struct {
	ID     int64             `json:"id"`
	ConfID conference.ConfID `json:"confID"`
	Title  string            `json:"title"`
	Owner  string            `json:"owner"`
	// Began is null for one that was not seen in progress; Before says that it began then or earlier. Ended is null when that was not
	// seen; Seen is when it was seen last.
	Began    *time.Time          `json:"began"`
	Before   bool                `json:"beganBefore"`
	Ended    *time.Time          `json:"ended"`
	Seen     *time.Time          `json:"lastSeen"`
	People   int                 `json:"mostParticipants"`
	Recorded []exportedStretch   `json:"recording"`
	Moves    []exportedMove      `json:"plannedEndMoved"`
	Concerns []exportedAttention `json:"neededAttention"`
}

type (
	exportedStretch struct {
		State  string     `json:"state"`
		From   *time.Time `json:"from"`
		To     *time.Time `json:"to"`
		Before bool       `json:"fromBefore,omitempty"`
	}
	exportedMove struct {
		At   time.Time `json:"at"`
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
	}
	exportedAttention struct {
		Rule    conference.Rule `json:"rule"`
		Field   string          `json:"field,omitempty"`
		Profile string          `json:"profile,omitempty"`
		Times   int             `json:"times"`
	}
)

var stretchWords = map[timeline.StretchState]string{timeline.Unseen: "unseen", timeline.Recorded: "recorded", timeline.Gap: "gap"}

func exported(o timeline.Occurrence) exportedMeeting {
	m := exportedMeeting{ID: o.ID, ConfID: o.ConfID, Title: o.Title, Owner: o.Owner, Began: known(o.Began), Before: o.Before, Ended: known(o.Ended),
		Seen: known(o.Until), People: o.People, Recorded: []exportedStretch{}, Moves: []exportedMove{}, Concerns: []exportedAttention{}}
	for _, s := range o.Recording.Stretches {
		m.Recorded = append(m.Recorded, exportedStretch{State: stretchWords[s.State], From: known(s.From), To: known(s.To), Before: s.Before})
	}
	for _, e := range o.Moves {
		m.Moves = append(m.Moves, exportedMove{e.At.UTC(), e.From, e.To})
	}
	for _, t := range o.Concerns {
		c := exportedAttention{Rule: t.Rule, Profile: t.Profile, Times: t.Times}
		if t.Rule == conference.Drift {
			c.Field = t.Field.WireName()
		}
		m.Concerns = append(m.Concerns, c)
	}
	return m
}

// exportHistory is a file with all meetings that a query finds.
func (h *Handlers) exportHistory(c echo.Context) error {
	format, err := h.exportFormat(c)
	if err != nil {
		return err
	}
	q := historyQueryOf(c).ended()
	w := h.words(h.language(c).Lang)
	var last timeline.Occurrence
	return h.sendFile(c, export{name: "meetings", format: format, rows: "meetings",
		columns: []string{"id", "confID", "title", "owner", "began", "beganBefore", "ended", "lastSeen", "seconds", "mostParticipants", "recordedSeconds", "recordingGaps", "recordingPartlyUnseen", "neededAttention"},
		next: func(ctx context.Context) (rows []exportRow, err error) {
			var found []timeline.Occurrence
			if last.ID == 0 {
				found, err = h.Archive.Ended(ctx, q, 0, exportBatch)
			} else {
				found, err = h.Archive.EndedAfter(ctx, q, last, exportBatch)
			}
			if err != nil {
				return nil, fmt.Errorf("read ended meetings: %w", err)
			}
			for _, o := range found {
				rows = append(rows, exportRow{cells: w.exportCells(o), value: exported(o)})
				last = o
			}
			return rows, nil
		}})
}

func (w words) exportCells(o timeline.Occurrence) []string {
	length, _ := o.Length()
	var recorded time.Duration
	gaps, unseen := 0, false
	for _, s := range o.Recording.Stretches {
		switch s.State {
		case timeline.Gap:
			gaps++
		case timeline.Unseen:
			unseen = true
		case timeline.Recorded:
			if !s.To.IsZero() {
				recorded += s.To.Sub(s.From)
			}
		}
	}
	return []string{strconv.FormatInt(o.ID, 10), string(o.ConfID), o.Title, o.Owner, stamp(o.Began), strconv.FormatBool(o.Before), stamp(o.Ended), stamp(o.Until),
		wholeSeconds(length), strconv.Itoa(o.People), wholeSeconds(recorded), strconv.Itoa(gaps), strconv.FormatBool(unseen), strings.Join(w.tallies(o.Concerns), "; ")}
}

func wholeSeconds(d time.Duration) string { return strconv.FormatInt(int64(d.Seconds()), 10) }

// stamp is an instant in RFC 3339, empty for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// exportedEntry is an entry of a timeline, for programs.
type exportedEntry struct {
	Seq      uint64    `json:"seq"`
	At       time.Time `json:"at"`
	Received time.Time `json:"received"`
	Kind     string    `json:"kind"`
	// Field is the wire name.
	Field   string          `json:"field,omitempty"`
	Old     any             `json:"old,omitempty"`
	New     any             `json:"new,omitempty"`
	Found   bool            `json:"found,omitempty"`
	First   bool            `json:"first,omitempty"`
	Rule    conference.Rule `json:"rule,omitempty"`
	Profile string          `json:"profile,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Since   *time.Time      `json:"since,omitempty"`
	Until   *time.Time      `json:"until,omitempty"`
	By      string          `json:"by,omitempty"`
	Note    string          `json:"note,omitempty"`
	Joined  []exportedName  `json:"joined,omitempty"`
	Left    []exportedName  `json:"left,omitempty"`
	Acts    []exportedName  `json:"acts,omitempty"`
	// Faded: what it said of people is not kept any more.
	Faded bool   `json:"namesRemoved,omitempty"`
	Text  string `json:"text"`
}

type exportedName struct {
	timeline.Person
	Did timeline.Deed `json:"did,omitempty"`
}

// exportTimeline is a file with the timeline of one meeting.
func (h *Handlers) exportTimeline(c echo.Context) error {
	format, err := h.exportFormat(c)
	if err != nil {
		return err
	}
	o, err := h.occurrenceOf(c)
	if err != nil {
		return err
	}
	w := h.words(h.language(c).Lang)
	last := uint64(0)
	return h.sendFile(c, export{name: fmt.Sprintf("timeline-%s-%d", o.ConfID, o.ID), format: format, head: map[string]any{"meeting": exported(o)}, rows: "entries",
		columns: []string{"seq", "at", "received", "kind", "field", "old", "new", "people", "by", "note", "text"},
		next: func(ctx context.Context) (rows []exportRow, err error) {
			found, err := h.Archive.After(ctx, o.ID, last, exportBatch)
			if err != nil {
				return nil, fmt.Errorf("read a timeline: %w", err)
			}
			for i := range found {
				e := w.exportedEntry(&found[i])
				last = e.Seq
				rows = append(rows, exportRow{value: e, cells: []string{strconv.FormatUint(e.Seq, 10), stamp(e.At), stamp(e.Received), e.Kind, e.Field,
					cellText(found[i].Old), cellText(found[i].New), strings.Join(w.namesIn(&found[i]), "; "), e.By, e.Note, e.Text}})
			}
			return rows, nil
		}})
}

func (w words) exportedEntry(e *timeline.Entry) exportedEntry {
	out := exportedEntry{Seq: e.Seq, At: e.At.UTC(), Received: e.Received.UTC(), Kind: e.Kind.Word(), Field: e.Name, Old: exportedValue(e.Old), New: exportedValue(e.New),
		Found: e.Found, First: e.First, Rule: e.Rule, Profile: e.Profile, Reason: string(e.Reason), Since: known(e.Since), Until: known(e.Until),
		By: e.By, Note: e.Note, Faded: e.Faded}
	if e.Kind == timeline.Status || e.Rule == conference.Drift {
		out.Field = e.Field.WireName()
	}
	for _, p := range e.Joined {
		out.Joined = append(out.Joined, exportedName{Person: p})
	}
	for _, p := range e.Left {
		out.Left = append(out.Left, exportedName{Person: p})
	}
	for _, a := range e.Acts {
		out.Acts = append(out.Acts, exportedName{a.Person, a.Did})
	}
	out.Text = w.sentenceOf(e)
	return out
}

// sentenceOf is an entry in words, in one line.
func (w words) sentenceOf(e *timeline.Entry) string {
	if len(e.Joined)+len(e.Left)+len(e.Acts) > mostNames {
		return w.counts(timeline.Row{e}, e.First)
	}
	var said []string
	for _, p := range w.timelineRow(timelineLinks{}, timeline.Row{e}).Pieces {
		said = append(said, piece(p))
	}
	return strings.Join(said, " ")
}

func piece(p templates.Piece) string {
	switch {
	case p.Class == "arrow":
		return "→"
	case p.Time.ISO != "":
		return p.Time.Text
	}
	return p.Text
}

// namesIn lists whom an entry names.
func (w words) namesIn(e *timeline.Entry) (names []string) {
	for _, p := range e.Joined {
		names = append(names, w.nameOf(p))
	}
	for _, p := range e.Left {
		names = append(names, w.nameOf(p))
	}
	for _, a := range e.Acts {
		names = append(names, w.nameOf(a.Person))
	}
	return names
}

// exportedValue is null for what was empty, and nothing for what was not reported. Of a layout it is the number of screens.
func exportedValue(v conference.Value) any {
	switch {
	case v.Presence == conference.NotReported:
		return nil
	case v.Presence == conference.Empty:
		return json.RawMessage("null")
	case v.Layout != nil:
		return len(v.Layout.Screens)
	case v.Text != "":
		return v.Text
	}
	return v.Int
}

func cellText(v conference.Value) string {
	if v.Presence != conference.Known {
		return ""
	}
	return fmt.Sprint(exportedValue(v))
}
