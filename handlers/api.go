package handlers

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

// apiMeeting is one meeting as machines read it. Times are RFC 3339 in UTC, null where there is none.
type apiMeeting struct {
	ConfID string `json:"confID"`
	Title  string `json:"title"`
	Group  string `json:"group,omitempty"`
	// Origin is who put the meeting on the board: settings, hand (an admin, on /feed) or found (in the enterprise's list).
	Origin conference.Origin `json:"origin"`
	// Booking is what the enterprise's list or the settings say of the meeting, null when they say nothing.
	Booking *apiBooking `json:"booking"`
	// Severity is the status class of the pages: critical, nodata, attention, pending, live, scheduled, ended.
	Severity string `json:"severity"`
	// Concerns are what needs a person, as it was last known, and what somebody has acknowledged or silenced.
	Concerns   []apiConcern `json:"concerns"`
	Occurrence int          `json:"occurrence"`
	// Status is the merged ConfDynamicInfoNotify under its wire names. A listed field has one JSON type whatever the wire
	// sent: flags and counts are numbers, endTime is text. A field that was not reported is absent, one that was sent
	// empty is null, an unlisted one is as it came.
	Status map[string]json.RawMessage `json:"status"`
	// LayoutDated: multiPic was set before the mode or picNum changed, and may not apply.
	LayoutDated    bool       `json:"layoutDated"`
	Owner          string     `json:"owner"`
	StartTime      *time.Time `json:"startTime"`
	ScheduledStart *time.Time `json:"scheduledStartTime"`
	// Present is how many participants are in the meeting, null while not all are known.
	Present *int `json:"present"`
	// Participants and Speakers are null while nothing is known of them, which is not the same as nobody. Participants are null as well
	// where they are only counted: of a meeting that another board watches, among all meetings.
	Participants []apiParticipant `json:"participants"`
	Speakers     []apiSpeaker     `json:"speakers"`
	// WaitingRoom is the number of people who wait to be let in, null while it is not known, or not for the one who asks.
	WaitingRoom *int         `json:"waitingRoom"`
	Freshness   apiFreshness `json:"freshness"`
	Partial     bool         `json:"partial"`
	LastMessage *apiEnvelope `json:"lastMessage"`
	Messages    apiCounts    `json:"messages"`
}

type apiBooking struct {
	Title string     `json:"title"`
	Owner string     `json:"owner"`
	Start *time.Time `json:"start"`
	End   *time.Time `json:"end"`
}

type apiParticipant struct {
	PID     string `json:"pid"`
	Name    string `json:"name"`
	Tel     string `json:"tel"`
	Role    string `json:"role"` // 1 host, 0 participant, 2 attendee of a webinar, as the wire spells it
	Calling bool   `json:"calling"`
	// Attributes are all keys that were pushed, in upper case.
	Attributes map[string]string `json:"attributes"`
	JoinedAt   *time.Time        `json:"joinedAt"`
}

type apiSpeaker struct {
	PID    string `json:"pid"`
	Name   string `json:"name"`
	Volume int64  `json:"volume"`
}

type apiFreshness struct {
	Link       conference.LinkState  `json:"link"`
	Since      time.Time             `json:"since"`
	Reason     conference.LinkReason `json:"reason,omitempty"`
	LastEcho   *time.Time            `json:"lastEcho"`
	LastChange *time.Time            `json:"lastChange"`
	// NextAttempt is when the link is tried again, null while it is up and when nobody tries by itself.
	NextAttempt *time.Time `json:"nextAttempt"`
	// Board is the one of several boards that watches the meeting, null while none does or it is not known; absent where there is only one,
	// and for those who may not see the feed.
	Board json.RawMessage `json:"board,omitempty"`
}

type apiEnvelope struct {
	Mode       string     `json:"mode"` // full or incremental
	Version    int64      `json:"version"`
	CreateTime *time.Time `json:"createTime"`
	MsgID      string     `json:"msgID"`
}

type apiCounts struct {
	Applied     uint64            `json:"applied"`
	Dropped     map[string]uint64 `json:"dropped"`
	Refused     uint64            `json:"refused"`
	LastRefusal *apiRefusal       `json:"lastRefusal"`
	Passed      map[string]uint64 `json:"passed"`
	Withheld    map[string]uint64 `json:"withheld"`
}

type apiRefusal struct {
	Kind  conference.RefusalKind `json:"kind"`
	Field string                 `json:"field,omitempty"`
	At    time.Time              `json:"at"`
}

func (h *Handlers) apiMeetings(c echo.Context) error {
	all := h.states(c.Request().Context())
	answer := struct {
		Meetings []apiMeeting `json:"meetings"`
	}{Meetings: make([]apiMeeting, 0, len(all))}
	for _, s := range all {
		m, err := h.apiMeetingFor(c, s)
		if err != nil {
			return err
		}
		answer.Meetings = append(answer.Meetings, m)
	}
	return apiSend(c, answer)
}

func (h *Handlers) apiMeeting(c echo.Context) error {
	id, err := confIDOf(c)
	if err != nil {
		return err
	}
	s := h.state(c.Request().Context(), id)
	if s == nil {
		return echo.NewHTTPError(http.StatusNotFound, "no such meeting on this board: check the confID, or watch the meeting in the settings")
	}
	m, err := h.apiMeetingFor(c, s)
	if err != nil {
		return err
	}
	return apiSend(c, m)
}

// apiMeetingFor is the answer about a meeting for the one who asks.
func (h *Handlers) apiMeetingFor(c echo.Context, s *conference.State) (apiMeeting, error) {
	m, err := apiMeetingOf(s, h.seesWaitingRoom(c))
	if err != nil || h.Several == nil || h.Closed && !visitor(c).Admin {
		return m, err
	}
	var board *string
	if watch := h.Several.Watch(s.ConfID); watch.ID != "" && !s.Ended() {
		board = &watch.Name
	}
	m.Freshness.Board, err = json.Marshal(board)
	return m, err
}

func apiSend(c echo.Context, answer any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, answer)
}

// apiMeetingOf is the answer about a meeting, with waitingRoom to somebody who may know of that.
func apiMeetingOf(s *conference.State, waitingRoom bool) (apiMeeting, error) {
	status, err := apiStatus(&s.Status)
	if err != nil {
		return apiMeeting{}, err
	}
	m := apiMeeting{
		ConfID: string(s.ConfID), Title: s.Title(), Group: s.Group, Origin: cmp.Or(s.Origin, conference.FromSettings), Booking: apiBookingOf(s.Booking), Severity: rules.Judge(s).String(), Concerns: apiConcerns(s), Occurrence: s.Occurrence,
		Status: status, LayoutDated: s.LayoutDated, Partial: s.Partial(),
		Owner: s.Basic.Owner, StartTime: known(s.Basic.StartTime), ScheduledStart: known(s.Basic.ScheduledStart),
		Participants: apiParticipants(s), Speakers: apiSpeakers(s),
		Freshness: apiFreshness{Link: s.Link.State, Since: s.Link.Since.UTC(), Reason: s.Link.Reason,
			LastEcho: known(s.Link.LastEcho), LastChange: known(s.LastChange), NextAttempt: known(nextAttempt(s))},
		Messages: apiCounts{Applied: s.Counts.Applied, Dropped: map[string]uint64{}, Refused: s.Counts.Refused,
			Passed: orEmpty(s.Counts.Passed), Withheld: orEmpty(s.Counts.Withheld)},
	}
	if present, known := inMeeting(s); known {
		m.Present = &present
	}
	if s.WaitingIntake.Last.Type != "" && waitingRoom {
		waiting := s.Waiting()
		m.WaitingRoom = &waiting
	}
	for _, fate := range conference.DropFates() {
		m.Messages.Dropped[fate.String()] = s.Counts.Dropped[fate]
	}
	if r := s.Counts.LastRefusal; r.Kind != "" {
		m.Messages.LastRefusal = &apiRefusal{Kind: r.Kind, Field: r.Field, At: r.At.UTC()}
	}
	if last := s.StatusIntake.Last; last.Type != "" {
		m.LastMessage = &apiEnvelope{Mode: "full", Version: last.RawVersion(), CreateTime: known(last.CreateTime), MsgID: last.MsgID}
		if last.Mode == conference.Incremental {
			m.LastMessage.Mode = "incremental"
		}
	}
	return m, nil
}

func apiBookingOf(b conference.Booking) *apiBooking {
	if b == (conference.Booking{}) {
		return nil
	}
	return &apiBooking{Title: b.Title, Owner: b.Owner, Start: known(b.Start), End: known(b.End)}
}

func apiParticipants(s *conference.State) []apiParticipant {
	if !knowsPeople(s) || s.Brief {
		return nil
	}
	all := make([]apiParticipant, 0, len(s.Participants))
	for _, p := range s.Participants {
		one := apiParticipant{PID: p.PID, Name: p.Name(), Tel: p.Tel(), Role: string(p.Role()), Calling: p.Calling(), Attributes: p.Attributes.Map()}
		if at, ok := p.JoinedAt(); ok {
			one.JoinedAt = known(at)
		}
		all = append(all, one)
	}
	return all
}

func apiSpeakers(s *conference.State) []apiSpeaker {
	if s.SpeakersIntake.Last.Type == "" {
		return nil
	}
	all := make([]apiSpeaker, 0, len(s.Speakers))
	for _, sp := range s.Speakers {
		all = append(all, apiSpeaker{PID: sp.PID, Name: sp.Name, Volume: sp.Volume})
	}
	return all
}

var null = json.RawMessage("null")

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func orEmpty(m map[string]uint64) map[string]uint64 {
	if m == nil {
		return map[string]uint64{}
	}
	return m
}

func apiStatus(s *conference.Status) (map[string]json.RawMessage, error) {
	status := make(map[string]json.RawMessage, int(conference.FieldCount)+len(s.Unlisted))
	for name, text := range s.Unlisted {
		status[name] = json.RawMessage(text)
	}
	for f := range conference.FieldCount {
		raw, err := apiValue(f.Kind(), s.Value(f))
		if err != nil {
			return nil, err
		}
		if raw != nil {
			status[f.WireName()] = raw
		}
	}
	return status, nil
}

// apiValue is nil for what was not reported.
func apiValue(kind conference.Kind, v conference.Value) (json.RawMessage, error) {
	switch v.Presence {
	case conference.NotReported:
		return nil, nil
	case conference.Empty:
		return null, nil
	}
	switch kind {
	case conference.KindText, conference.KindEnum, conference.KindTime:
		return json.Marshal(v.Text)
	case conference.KindLayout:
		return apiLayout(v.Layout)
	}
	return json.Marshal(v.Int)
}

// apiLayout writes a layout as the wire does.
func apiLayout(l *conference.Layout) (json.RawMessage, error) {
	screens := make([]json.RawMessage, 0, len(l.Screens))
	for _, s := range l.Screens {
		ids := s.IDs
		if ids == nil {
			ids = []string{}
		}
		raw, err := apiObject(s.Unlisted, map[string]conference.Value{"index": s.Index, "share": s.Share}, map[string]any{"id": ids})
		if err != nil {
			return nil, err
		}
		screens = append(screens, raw)
	}
	return apiObject(l.Unlisted, map[string]conference.Value{"picNum": l.PicNum, "period": l.Period}, map[string]any{"picInfos": screens})
}

func apiObject(unlisted map[string]string, counts map[string]conference.Value, rest map[string]any) (json.RawMessage, error) {
	object := make(map[string]any, len(unlisted)+len(counts)+len(rest))
	for name, text := range unlisted {
		object[name] = json.RawMessage(text)
	}
	for name, v := range counts {
		raw, err := apiValue(conference.KindCount, v)
		if err != nil {
			return nil, err
		}
		if raw != nil {
			object[name] = raw
		}
	}
	for name, v := range rest {
		object[name] = v
	}
	return json.Marshal(object)
}
