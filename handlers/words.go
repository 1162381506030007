package handlers

import (
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
)

// words turns states into props in one language.
type words struct {
	text  *text.Catalogue
	paths Paths
	// closed: the page of the feed is not for everybody.
	closed bool
	// waitingRoom: who waits to be let in may be told.
	waitingRoom bool
	// icon and alarm are the paths of the page's icon without and with a problem.
	icon, alarm string
	// stored: timelines are, so that there is a page of earlier meetings.
	stored bool
	// rewinds: other boards are asked how a meeting was, so it may be known of any time.
	rewinds bool
	// past: what is drawn is how things were, so no time ticks.
	past bool
	// noting: who sees it can acknowledge and silence what needs a person.
	noting bool
}

func (h *Handlers) words(lang text.Lang) words {
	return words{text: text.For(lang), paths: h.Paths, closed: h.Closed, stored: h.Archive != nil, rewinds: h.Rewinder != nil, icon: h.Paths.Asset(h.Assets.Path("favicon.svg")), alarm: h.Paths.Asset(h.Assets.Path("favicon-problem.svg"))}
}

// wordsFor are those for the one who makes a request.
func (h *Handlers) wordsFor(c echo.Context, lang text.Lang) words {
	w := h.words(lang)
	w.waitingRoom, w.noting = h.seesWaitingRoom(c), h.mayNote(c)
	return w
}

// seesWaitingRoom reports whether a request is that of somebody who may know who waits to be let in. Who is not in a meeting yet is
// the business of those who run it; where nobody has an account, that can be anybody.
func (h *Handlers) seesWaitingRoom(c echo.Context) bool { return !h.Closed || visitor(c).Admin }

// iconFor is the icon of a page that shows a problem, or none.
func (w words) iconFor(problem bool) string {
	if problem {
		return w.alarm
	}
	return w.icon
}

// tab draws what the browser's tab shows.
func (w words) tab(title string, problem bool) templates.Tab {
	return templates.Tab{Title: title, Icon: w.iconFor(problem)}
}

// instant formats a time in UTC; the browser shows it in the viewer's zone.
func (w words) instant(t time.Time, show string) templates.Instant {
	if t.IsZero() {
		return templates.Instant{Text: w.text.Never}
	}
	if w.past && (show == "since" || show == "ago" || show == "in") {
		show = "clock"
	}
	t = t.UTC()
	iso := t.Format("2006-01-02T15:04:05.000Z")
	const date, clock = len("2006-01-02"), len("2006-01-02T15:04:05")
	return templates.Instant{ISO: iso, Text: iso[:date] + " " + iso[date+1:clock] + " UTC", Show: show}
}

// mark is the status class of a meeting.
func (w words) mark(id string, s *conference.State) templates.Mark {
	severity := rules.Judge(s)
	m := templates.Mark{ID: id, Severity: severity.String(), Word: w.text.Severity[severity]}
	if severity == rules.NoData {
		m.Since = w.instant(s.Link.Heard(), "since")
	}
	return m
}

// timedMark is the same, and of a meeting that has not started it tells when it is to start, where that is known.
func (w words) timedMark(id string, s *conference.State) templates.Mark {
	m := w.mark(id, s)
	if start := scheduledStart(s); m.Severity == rules.Scheduled.String() && !start.IsZero() {
		m.Start = w.instant(start, "clock")
	}
	return m
}

// badge puts one listed field into words.
func (w words) badge(id string, s *conference.State, f conference.Field) templates.Badge {
	v := s.Status.Value(f)
	b := templates.Badge{ID: id, Field: f.WireName(), Label: w.text.Fields[f].Name, Icon: icon(f, v), Tone: tone(f, v)}
	switch {
	case v.Presence == conference.NotReported:
		b.Text = w.named(f, w.text.NotReported)
	case v.Presence == conference.Empty:
		b.Text = w.named(f, w.text.SentEmpty)
	default:
		b.Text, b.Time = w.value(f, v)
	}
	return b
}

// named joins a field's name with what is said instead of a value.
func (w words) named(f conference.Field, said string) string {
	return w.text.Pair(w.text.Fields[f].Name, said)
}

func (w words) value(f conference.Field, v conference.Value) (string, templates.Instant) {
	switch f.Kind() {
	case conference.KindTime:
		if t, ok := v.Time(); ok {
			return "", w.instant(t, "clock")
		}
		return w.named(f, w.text.SentEmpty), templates.Instant{}
	case conference.KindLayout:
		return w.layoutBadge(v.Layout), templates.Instant{}
	case conference.KindScreens:
		return w.text.Screens(v.Int), templates.Instant{}
	case conference.KindCount:
		return strconv.FormatInt(v.Int, 10), templates.Instant{}
	case conference.KindText:
		if v.Text == "" {
			return w.named(f, w.text.SentEmpty), templates.Instant{}
		}
		return v.Text, templates.Instant{}
	}
	if word, listed := w.text.Fields[f].Values[key(f, v)]; listed {
		return word, templates.Instant{}
	}
	if f.Kind() == conference.KindEnum && v.Text == "" {
		return w.named(f, w.text.SentEmpty), templates.Instant{}
	}
	return w.named(f, w.text.Unknown(key(f, v))), templates.Instant{}
}

func (w words) layoutBadge(l *conference.Layout) string {
	if !isSet(l) {
		return w.text.LayoutNone
	}
	if l.PicNum.Presence == conference.Known {
		return w.text.LayoutSummary(int(l.PicNum.Int))
	}
	return w.text.LayoutSummary(len(l.Screens))
}

// key is a value as the catalogue lists it.
func key(f conference.Field, v conference.Value) string {
	switch f.Kind() {
	case conference.KindEnum:
		return v.Text
	case conference.KindSwitch:
		if v.Int != 0 {
			return "1"
		}
	}
	return strconv.FormatInt(v.Int, 10)
}

// on reports whether a flag or switch is known and not 0.
func on(v conference.Value) bool { return v.Presence == conference.Known && v.Int != 0 }

// tone is how much a badge stands out. Normal is quiet; what a person set on purpose stands out a little.
func tone(f conference.Field, v conference.Value) string {
	if v.Presence != conference.Known {
		return "none"
	}
	switch f {
	case conference.RecState:
		switch v.Int {
		case 0:
			return "quiet"
		case 1:
			return "rec"
		}
		return "odd"
	case conference.StatusMode:
		switch v.Text {
		case conference.ModeFree:
			return "quiet"
		case conference.ModeFixed, conference.ModeRollCall, conference.ModeBroadcast:
			return "on"
		}
		return "odd"
	case conference.MeetingState:
		switch v.Text {
		case conference.StateCreated, conference.StateSchedule, conference.StateDestroyed:
			return "quiet"
		}
		return "odd"
	}
	switch f.Kind() {
	case conference.KindFlag:
		if v.Int != 0 && v.Int != 1 {
			return "odd"
		}
		if v.Int == 1 && f != conference.CanUnmute {
			return "on"
		}
	case conference.KindSwitch:
		if v.Int != 0 {
			return "on"
		}
	case conference.KindLayout:
		return "on"
	}
	return "quiet"
}

// icons are the names of a field's pictures, for off (or without a value) and for on.
var icons = [conference.FieldCount][2]string{
	conference.EndTime:          {"end", "end"},
	conference.StatusMode:       {"mode", "mode"},
	conference.MeetingState:     {"state", "state"},
	conference.VoiceActivation:  {"voice", "voice"},
	conference.Lock:             {"unlock", "lock"},
	conference.Mute:             {"mic", "mute"},
	conference.LockSharing:      {"share", "noshare"},
	conference.CanUnmute:        {"mute", "mic"},
	conference.ChairView:        {"turns", "turns"},
	conference.PicNum:           {"screens", "screens"},
	conference.PartViewNum:      {"focus", "focus"},
	conference.MaxPartViewNum:   {"focus", "focus"},
	conference.RecState:         {"norec", "rec"},
	conference.MultiPic:         {"screens", "screens"},
	conference.ConfIMGroupID:    {"group", "group"},
	conference.ForbiddenChat:    {"chat", "nochat"},
	conference.RecOccurred:      {"norec", "rec"},
	conference.RealTimeSubtitle: {"cc", "cc"},
}

func icon(f conference.Field, v conference.Value) string {
	if on(v) {
		return icons[f][1]
	}
	return icons[f][0]
}
