package huawei

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"confboard/feed/conference"
)

// The lists of meetings and the details of one: those in progress (meeting_21_0025, _0026), and those that have not ended,
// which are the booked ones too (meeting_21_0017, _0018).
var (
	onlineAPI       = api{"list of meetings in progress", "/v1/mmc/management/conferences/online"}
	onlineDetailAPI = api{"detail of a meeting in progress", "/v1/mmc/management/conferences/online/confDetail"}
	bookedAPI       = api{"list of booked meetings", "/v1/mmc/management/conferences"}
	bookedDetailAPI = api{"detail of a booked meeting", "/v1/mmc/management/conferences/confDetail"}
)

const (
	// pageLimit is the largest page that can be asked for.
	pageLimit = 500
	// pageBodyLimit is the largest page that is read, in bytes.
	pageBodyLimit = 8 << 20
	// listLimit is how many records of a list are read. An enterprise with more is not found whole.
	listLimit = 20_000
	// pagesLimit bounds the calls for one list, steps back included.
	pagesLimit = 100
	// pageOverlap is by how many records a page overlaps the one before.
	pageOverlap = 10
	// titleLimit is how much of a subject or a name is kept, in bytes.
	titleLimit = 512
)

const (
	errNoList      = plainError("no list in the answer")
	errListChanged = plainError("the list changed while it was read")
	errListTooLong = plainError("more meetings than are read")
)

// entry is what a list or a detail says of a meeting.
type entry struct {
	id      conference.ConfID
	booking conference.Booking
	// password is the host's; empty when it was not given.
	password conference.Secret
	state    meetingState
}

// meetingState is conferenceState, as far as it matters here.
type meetingState uint8

const (
	unsaid    meetingState = iota
	scheduled              // Schedule
	going                  // Creating, Created
	destroyed              // Destroyed
)

// entryOf reads a meeting of a list or a detail. Its number is conferenceID; vmrConferenceID is that of a room, which other meetings
// have too. ok is false when it has none.
//
// Times are taken to be UTC, as they are for the calls that book a meeting: the reference does not say so for the answers, and gives
// each a timeZoneID, which names the zone of the invitation and not that of these times. The meeting's own messages, which
// carry instants, correct them when it has started.
func entryOf(o object) (e entry, ok bool) {
	e = entry{
		id: conference.ConfID(strings.TrimSpace(o.text("conferenceID"))),
		booking: conference.Booking{
			Title: clip(o.text("subject")), Owner: clip(o.text("scheduserName")), // sic
			Start: listTime(o.text("startTime")), End: listTime(o.text("endTime")),
		},
		password: hostPassword(o["passwordEntry"]),
	}
	switch strings.ToLower(o.text("conferenceState")) {
	case "schedule":
		e.state = scheduled
	case "creating", "created":
		e.state = going
	case "destroyed":
		e.state = destroyed
	}
	return e, e.id.Valid()
}

// hostPassword returns the password of the role chair in a passwordEntry; empty when there is none.
func hostPassword(raw json.RawMessage) conference.Secret {
	var entries []object
	if json.Unmarshal(raw, &entries) != nil {
		return conference.Secret{}
	}
	for _, e := range entries {
		role := e.text("conferenceRole")
		if password := e.text("password"); password != "" && (strings.EqualFold(role, "chair") || role == "1") {
			return conference.NewSecret(password)
		}
	}
	return conference.Secret{}
}

// listTime reads a time of a list; zero when it is none.
func listTime(text string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime} {
		if t, err := time.Parse(layout, strings.TrimSpace(text)); err == nil {
			return t
		}
	}
	return time.Time{}
}

func clip(text string) string {
	text = strings.TrimSpace(text)
	if len(text) <= titleLimit {
		return text
	}
	end := titleLimit
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// page is one page of a list.
type page struct {
	records []record
	count   int64 // of the whole list when the page was made; -1 when it was not said
}

// record is an entry, and what tells it from the others. A series can be listed once for each occurrence.
type record struct {
	key   string
	entry entry
	ok    bool // it is a meeting
}

// page asks for the page of a list that starts at a record.
func (a *Account) page(ctx context.Context, from api, query url.Values, offset int) (page, *fault) {
	query.Set("offset", strconv.Itoa(offset))
	query.Set("limit", strconv.Itoa(pageLimit))
	got, f := a.call(ctx, caller{}, call{api: from, query: query, limit: pageBodyLimit})
	if f != nil {
		return page{}, f
	}
	p := page{count: -1}
	if n, ok := got.top.int("count"); ok {
		p.count = n
	}
	var objects []object
	if raw, there := got.top["data"]; json.Unmarshal(raw, &objects) != nil && (there || p.count != 0) {
		f := got.fault(from.step)
		f.err = errNoList
		return page{}, f
	}
	for _, o := range objects {
		r := record{key: o.text("conferenceID") + "\x00" + o.text("startTime") + "\x00" + o.text("cycleSubConfID")}
		r.entry, r.ok = entryOf(o)
		p.records = append(p.records, r)
	}
	return p, nil
}

// list asks for all pages of a list. With a fault it is half a list.
//
// A list is sorted by start, and offset counts its records, so that it shifts under our hands when a meeting leaves it between two
// pages. Each page therefore overlaps the one before: a record that is known already proves that none was missed. If
// there is none, more has left than the overlap, and the page is asked for again from further back.
func (a *Account) list(ctx context.Context, from api, query url.Values) ([]entry, *fault) {
	var (
		entries []entry
		keys    = map[string]bool{}
		ids     = map[conference.ConfID]bool{}
		offset  int
		back    = pageOverlap
	)
	for range pagesLimit {
		p, f := a.page(ctx, from, query, offset)
		if f != nil {
			return entries, f
		}
		joined, fresh := offset == 0, false
		for _, r := range p.records {
			joined = joined || keys[r.key]
		}
		if !joined {
			back *= 2
			offset = max(0, offset-back)
			continue
		}
		for _, r := range p.records {
			if keys[r.key] {
				continue
			}
			fresh = true
			keys[r.key] = true
			if r.ok && !ids[r.entry.id] {
				ids[r.entry.id] = true
				entries = append(entries, r.entry)
			}
		}
		end := offset + len(p.records)
		switch {
		case end >= listLimit && (fresh || int64(end) < p.count):
			return entries, halfList(from, errListTooLong)
		case p.count < 0 && !fresh, p.count >= 0 && int64(end) >= p.count && int64(len(keys)) >= p.count:
			return entries, nil
		case !fresh, p.count >= 0 && int64(end) >= p.count: // it is longer than what could be read of it
			return entries, halfList(from, errListChanged)
		}
		back = pageOverlap
		offset = end - min(back, len(p.records)/2)
	}
	return entries, halfList(from, errListChanged)
}

// halfList is the fault of a list that came, but not whole.
func halfList(from api, err error) *fault {
	return &fault{step: from.step, verdict: tryAgain, reason: conference.ReasonUnexpected, err: err}
}

// inProgress lists the meetings in progress: of the whole enterprise for an administrator, their own for others.
func (a *Account) inProgress(ctx context.Context) ([]entry, *fault) {
	return a.list(ctx, onlineAPI, url.Values{"queryAll": {"true"}})
}

// notEnded lists the meetings that have not ended and start within a week, those in progress included.
func (a *Account) notEnded(ctx context.Context) ([]entry, *fault) {
	return a.list(ctx, bookedAPI, url.Values{"queryAll": {"true"}, "queryConfMode": {"AWEEK"}, "sortType": {"ASC_StartTIME"}})
}

// detail asks for one meeting; from is onlineDetailAPI or bookedDetailAPI. Only one participant is asked for, as those come
// with it.
func (a *Account) detail(ctx context.Context, from api, id conference.ConfID, who rank) (entry, *fault) {
	query := about(id)
	query.Set("limit", "1")
	got, f := a.call(ctx, caller{id: id, rank: who}, call{api: from, query: query})
	if f != nil {
		return entry{}, f
	}
	e, ok := entryOf(objectOf(got.top["conferenceData"]))
	if !ok || e.id != id {
		return entry{}, got.fault(from.step)
	}
	return e, nil
}
