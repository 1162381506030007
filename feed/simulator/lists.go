package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	pageDefault = 20
	pageLimit   = 500
	searchLimit = 128 // characters
)

// listTime is how lists write an instant; it is UTC.
const listTime = "2006-01-02 15:04"

// Passwords says which passwords a list or a detail gives of a meeting.
type Passwords uint8

const (
	AllPasswords    Passwords = iota // of the host and of guests
	NoPasswords                      // no passwordEntry at all
	GeneralPassword                  // of guests only
)

// listing is how a meeting appears in lists and details.
type listing struct {
	start, end        time.Time // as booked
	booked            bool      // by the configuration; otherwise start and end follow each start
	hidden            bool
	inLists, inDetail Passwords
	numbersAsText     bool
}

func newListing(mc MeetingConfig, now time.Time) listing {
	l := listing{start: mc.ScheduledStart, end: mc.ScheduledEnd, booked: !mc.ScheduledStart.IsZero() || !mc.ScheduledEnd.IsZero()}
	if l.start.IsZero() {
		l.start = now
	}
	if l.end.IsZero() {
		l.end = l.start.Add(time.Hour)
	}
	return l
}

// begin moves what was not booked to an instant at which the meeting starts, and returns when it ends: as booked, or, when it was
// not booked or comes back later than that, after an hour.
func (l *listing) begin(now time.Time) (end time.Time) {
	if !l.booked {
		l.start, l.end = now, now.Add(time.Hour)
	}
	if !l.end.After(now) {
		return now.Add(time.Hour)
	}
	return l.end
}

// Hide takes the meeting out of the lists, or puts it back. It goes on, and its detail can be asked for.
func (m *Meeting) Hide(hidden bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listing.hidden = hidden
}

// ShowPasswords says which passwords the lists give, and which the details.
func (m *Meeting) ShowPasswords(inLists, inDetails Passwords) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listing.inLists, m.listing.inDetail = inLists, inDetails
}

// WriteNumbersAsText makes REST answers about the meeting write numbers, such as the role, as text.
func (m *Meeting) WriteNumbersAsText(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.listing.numbersAsText = on
}

func (m *Meeting) writesNumbersAsText() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.listing.numbersAsText
}

// Owner is who booked the meeting.
func (m *Meeting) Owner() string { return m.owner }

// row is what is known of a meeting to find and to sort it.
type row struct {
	meeting *Meeting
	phase   phase
	start   time.Time
	subject string
}

func (m *Meeting) row() (r row, listed bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return row{meeting: m, phase: m.phase, start: m.listing.start, subject: m.subject()}, !m.listing.hidden
}

// subject is the meeting's title; the caller holds m.mu.
func (m *Meeting) subject() string {
	title, _ := m.basic["title"].(string)
	return cmp.Or(title, m.name)
}

// serveOnline lists the meetings in progress, the earliest first (meeting_21_0025).
func (c *Cloud) serveOnline(w http.ResponseWriter, r *http.Request) {
	c.serveList(w, r, func(row row) bool { return row.phase == running }, true)
}

// serveBooked lists the meetings that have not ended (meeting_21_0017).
func (c *Cloud) serveBooked(w http.ResponseWriter, r *http.Request) {
	c.serveList(w, r, func(row row) bool { return row.phase != ended }, false)
}

func (c *Cloud) serveList(w http.ResponseWriter, r *http.Request, wanted func(row) bool, online bool) {
	l, ok := c.loggedIn(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	offset, limit, ok := c.page(w, r)
	if !ok {
		return
	}
	all := l.adminType != member && q.Get("queryAll") == "true"
	var rows []row
	for _, m := range c.Meetings() {
		row, listed := m.row()
		if listed && wanted(row) && (all || m.owner == l.user) && row.matches(q.Get("searchKey")) {
			rows = append(rows, row)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.start.Compare(b.start) }) // those of one minute by their ID
	if q.Get("sortType") == "DSC_StartTIME" {
		slices.Reverse(rows)
	}
	data := []map[string]any{}
	for _, row := range rows[min(offset, len(rows)):min(offset+limit, len(rows))] {
		data = append(data, row.meeting.listed(online))
	}
	c.answer(w, http.StatusOK, map[string]any{"offset": offset, "limit": limit, "count": len(rows), "data": data})
}

// page reads offset, limit and searchKey, and refuses what the reference does not allow.
func (c *Cloud) page(w http.ResponseWriter, r *http.Request) (offset, limit int, ok bool) {
	q := r.URL.Query()
	limit = pageDefault
	var err error
	for name, into := range map[string]*int{"offset": &offset, "limit": &limit} {
		if q.Has(name) && err == nil {
			*into, err = strconv.Atoi(q.Get(name))
		}
	}
	all := q.Get("queryAll")
	key := q.Get("searchKey")
	if err != nil || offset < 0 || limit < 1 || limit > pageLimit || !slices.Contains([]string{"", "true", "false"}, all) ||
		q.Has("searchKey") && key == "" || utf8.RuneCountInString(key) > searchLimit {
		c.violate("%s: offset, limit, queryAll or searchKey out of range", r.URL.Path)
		c.refuse(w, r, http.StatusBadRequest, codeParameter, "PARAMETER_ERROR")
		return 0, 0, false
	}
	return offset, limit, true
}

// matches reports whether the key is found in the subject, the owner or the ID.
func (r row) matches(key string) bool {
	key = strings.ToLower(key)
	return strings.Contains(strings.ToLower(r.subject), key) || strings.Contains(strings.ToLower(r.meeting.owner), key) ||
		strings.Contains(r.meeting.confID, key)
}

// serveOnlineDetail is the detail of a meeting in progress (meeting_21_0026).
func (c *Cloud) serveOnlineDetail(w http.ResponseWriter, r *http.Request) {
	c.serveOne(w, r, func(p phase) bool { return p == running })
}

// serveDetail is the detail of a meeting that has not ended (meeting_21_0018).
func (c *Cloud) serveDetail(w http.ResponseWriter, r *http.Request) {
	c.serveOne(w, r, func(p phase) bool { return p != ended })
}

func (c *Cloud) serveOne(w http.ResponseWriter, r *http.Request, wanted func(phase) bool) {
	l, ok := c.loggedIn(w, r)
	if !ok {
		return
	}
	offset, limit, ok := c.page(w, r)
	if !ok {
		return
	}
	m := c.Meeting(r.URL.Query().Get("conferenceID"))
	switch {
	case m == nil || !wanted(m.phaseNow()):
		c.refuse(w, r, http.StatusBadRequest, codeNotFound, "CONF_DATA_NOT_FOUND")
	case l.adminType == member && m.owner != l.user:
		c.refuse(w, r, http.StatusForbidden, codeNoAuthority, "USER_NO_AUTHORITY")
	default:
		invited := map[string]any{"offset": offset, "limit": limit, "count": 0, "data": []any{}}
		c.answer(w, http.StatusOK, map[string]any{"conferenceData": m.detailed(), "data": invited})
	}
}

// serveRegion names the host of the site that has the meeting. The real call wants an access token; ours answers
// without one when no application can log in, where a site was named, because nothing else can be found out here.
func (c *Cloud) serveRegion(w http.ResponseWriter, r *http.Request) {
	m := c.Meeting(r.URL.Query().Get("conferenceID"))
	if c.app() != nil {
		if _, ok := c.loggedIn(w, r); !ok {
			return
		}
	} else if m == nil || m.site() == "" {
		c.refuse(w, r, http.StatusUnauthorized, codeNoAuthority, "USER_NO_AUTHORITY")
		return
	}
	if m == nil {
		c.refuse(w, r, http.StatusBadRequest, codeNotFound, "CONF_DATA_NOT_FOUND")
		return
	}
	site := cmp.Or(m.site(), r.Host)
	host, _, err := net.SplitHostPort(site)
	if err != nil {
		host = site
	}
	c.answer(w, http.StatusOK, map[string]any{"regionIP": host, "regionUrl": site})
}

// listed is the meeting in a list.
func (m *Meeting) listed(online bool) map[string]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	info := m.info(m.listing.inLists)
	if online {
		inside := 0
		for _, p := range m.present {
			if p.inside() {
				inside++
			}
		}
		info["onlineAttendeeAmount"] = inside
	}
	return m.written(info)
}

// detailed is the meeting in a detail.
func (m *Meeting) detailed() map[string]any {
	m.mu.Lock()
	defer m.mu.Unlock()
	info := m.info(m.listing.inDetail)
	info["role"] = "chair"
	return m.written(info)
}

func (m *Meeting) written(info map[string]any) map[string]any {
	if m.listing.numbersAsText {
		numbersToText(info)
	}
	return info
}

// info is what lists and details have in common (ConferenceInfo in meeting_21_0017 and _0025).
func (m *Meeting) info(passwords Passwords) map[string]any {
	state := "Schedule"
	if m.phase == running {
		state = "Created"
	}
	info := map[string]any{
		"conferenceID": m.confID, "subject": m.subject(), "size": 0, "timeZoneID": "56",
		"startTime": m.listing.start.UTC().Format(listTime), "endTime": m.listing.end.UTC().Format(listTime),
		"mediaTypes": "Voice,Video,HDVideo,Data", "conferenceState": state, "language": "zh-CN", "accessNumber": "+991110",
		"userUUID": uuid(m.owner), "scheduserName": m.owner, "conferenceType": 0, "confType": "FUTURE", "isAutoMute": 1, "isAutoRecord": 0,
		"chairJoinUri": m.secrets.chairJoinURI, "guestJoinUri": m.secrets.guestJoinURI, "audienceJoinUri": m.secrets.audienceJoinURI,
		"liveAddress": m.secrets.liveAddress, "auxAddress": m.secrets.auxAddress, "recordType": 2,
		"confConfigInfo": map[string]any{"enableWaitingRoom": true, "guestPwd": m.secrets.guestPassword},
		"vmrFlag":        0, "webinar": false, "confMode": "COMMON", "concurrentParticipants": 0,
		"confUUID": m.uuid(),
	}
	switch passwords {
	case AllPasswords:
		info["passwordEntry"] = []map[string]string{
			{"conferenceRole": "chair", "password": m.hostPassword}, {"conferenceRole": "general", "password": m.secrets.guestPassword},
		}
	case GeneralPassword:
		info["passwordEntry"] = []map[string]string{{"conferenceRole": "general", "password": m.secrets.guestPassword}}
	}
	return info
}

// uuid is the UUID of the present occurrence; the caller holds m.mu.
func (m *Meeting) uuid() string { return uuid(fmt.Sprintf("%s/%d", m.confID, m.occurrence)) }

// numbersToText writes the numbers of an object as text.
func numbersToText(o map[string]any) {
	for name, value := range o {
		switch value.(type) {
		case int, int64:
			text, _ := json.Marshal(value)
			o[name] = string(text)
		}
	}
}
