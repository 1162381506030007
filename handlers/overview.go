package handlers

import (
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

func (h *Handlers) overview(c echo.Context) error {
	if tidy, is := untidy(c.Request().URL); is {
		return c.Redirect(http.StatusSeeOther, h.Paths.join("/", tidy, ""))
	}
	p, region := h.overviewPage(c, h.language(c))
	return send(c, http.StatusOK, p, templates.OverviewRegion(region))
}

// overviewPage makes the props of the page.
func (h *Handlers) overviewPage(c echo.Context, t *text.Catalogue) (templates.Page, templates.Overview) {
	q, density := h.overviewQuery(c), h.density(c)
	v := newOverviewView(h.wordsFor(c, t.Lang), h.Board, q)
	h.orders.start(v)
	region := v.draw()
	p := h.frame(c, t, region.Tab)
	p.Stream, p.StreamID = q.stream(h.Paths, t.Lang), hashed("stream-overview", v.Key())
	p.Density, p.Legend = density, h.legends.in(v.words)
	for _, name := range densities {
		p.Densities = append(p.Densities, templates.Choice{Name: t.Densities[name], Icon: name, Path: chosen(c.Request().URL, densityParam, name), Current: name == density})
	}
	return p, region
}

func (h *Handlers) overviewStream(c echo.Context) error {
	return h.serveStream(c, newOverviewView(h.wordsFor(c, h.streamLanguage(c)), h.Board, h.overviewQuery(c)), live.ServeOptions{})
}

// overviewQuery is what the address of the overview asks for.
func (h *Handlers) overviewQuery(c echo.Context) overviewQuery {
	return h.asAllowed(c, overviewQueryOf(c))
}

// asAllowed is a query as far as the one who asks may know the answer.
func (h *Handlers) asAllowed(c echo.Context, q overviewQuery) overviewQuery {
	if !h.seesWaitingRoom(c) {
		q.facts &^= factsOf(factWaiting)
	}
	return q
}

// How close together cards stand. It is remembered as the theme is, and no part of the stream.
const (
	densityParam       = "density"
	densityCookie      = "confboard_density"
	densityComfortable = "comfortable"
	densityCompact     = "compact"
)

// densities are those that are offered, the default first.
var densities = []string{densityComfortable, densityCompact}

func (h *Handlers) density(c echo.Context) string {
	if d := h.choice(c, densityParam, densityCookie, func(v string) bool { return slices.Contains(densities, v) }); d != "" {
		return d
	}
	return densityComfortable
}

// overviewView draws the overview: as a page, and as the view of its topic. As a view it remembers which cards its
// viewers have, in which order.
//
// It keeps an index of all meetings. Touched, which runs beside everything else, only notes which meetings may have changed
// places; the topic's goroutine brings the index up to date with these when something is due. So a change tests its own
// meeting only, and a page costs what it shows, however many meetings there are.
type overviewView struct {
	words
	board Board
	query overviewQuery
	find  search
	size  int // of a page

	moved moved
	// onScreen are the meetings that viewers have cards of, for Touched. It is set before the cards are drawn: what
	// changes after they are is touched.
	onScreen atomic.Pointer[map[conference.ConfID]struct{}]

	// The topic's goroutine's own. They are what the viewers have, once started.
	started bool
	index   *index
	titles  *titleKeys
	shown   []conference.ConfID
	pager   outline
	// entered are the meetings that began to be shown since cards were last put in.
	entered map[conference.ConfID]struct{}
	// uneven: a region had to leave out a card that the other viewers have, or a message was not sent; the next one that puts
	// cards in their places sends everybody the list.
	uneven bool
}

func newOverviewView(w words, board Board, q overviewQuery) *overviewView {
	return &overviewView{words: w, board: board, query: q, find: newSearch(q.search), size: windowSize}
}

// Key implements live.View.
func (v *overviewView) Key() string {
	values := v.query.values()
	values.Set(langParam, string(v.text.Lang))
	if !v.waitingRoom {
		values.Set("waiting", "no")
	}
	return "overview?" + values.Encode()
}

// The components of the overview: the counters, which cards are there, their order, and for each meeting these with its
// confID behind a slash.
const (
	partCounters = "counters"
	partPlaces   = "places"
	partOrder    = "order"
	partCard     = "card/"
	partMark     = "mark/"
	partEnd      = "end/"
	partFresh    = "fresh/"
	partWhen     = "when/"  // the status changed last
	partCount    = "count/" // of participants
	partStart    = "start/"
	partBadge    = "badge/" // followed by field number, slash, confID
)

// reorderEvery bounds how often cards change places under the reader's eyes.
const reorderEvery = time.Second

// cardFields are the fields that have a badge on a card.
var cardFields = []conference.Field{
	conference.RecState, conference.Lock, conference.StatusMode, conference.PicNum, conference.Mute,
	conference.LockSharing, conference.ForbiddenChat, conference.RealTimeSubtitle, conference.MeetingState,
}

// standing is where a meeting is counted, and whether the filters let it pass.
func (q overviewQuery) standing(s *conference.State) standing {
	if s == nil {
		return standing{}
	}
	return standing{there: true, shown: q.shows(s), stale: rules.Stale(s), noted: isNoted(s), severity: rules.Judge(s)}
}

// standing is where a meeting is counted, and where it is shown in the order. Unlike the index it may be asked at any time.
func (v *overviewView) standing(s *conference.State) standing {
	is := v.query.standing(s)
	is.shown = is.shown && v.find.matches(s)
	if is.shown {
		is.key = v.query.orderKeyOf(s)
	}
	return is
}

// Touched implements live.View. A change tests its own meeting only, and touches only cards that somebody has.
func (v *overviewView) Touched(c conference.Change) []live.Touch {
	var touches []live.Touch
	touch := func(component string) { touches = append(touches, live.Touch{Component: component}) }
	onScreen := v.has(c.ConfID)
	if was, is, moves := v.noteMove(c); moves {
		if was.there != is.there || was.stale != is.stale || was.noted != is.noted || was.severity != is.severity {
			touch(partCounters)
		}
		if was.shown != is.shown {
			touch(partPlaces)
		}
		if was.shown || is.shown {
			touches = append(touches, live.Touch{Component: partOrder, Every: reorderEvery})
		}
		if onScreen && (was.there != is.there || was.severity != is.severity) {
			touch(partCard + string(c.ConfID))
			return touches
		}
	}
	if onScreen {
		touches = append(touches, touchedParts(c)...)
	}
	return touches
}

// noteMove notes a change of a meeting's standing for the index, and tells it.
func (v *overviewView) noteMove(c conference.Change) (was, is standing, moves bool) {
	if !mayMove(c) {
		return was, is, false
	}
	if was, is = v.standing(c.Before), v.standing(c.After); was == is {
		return was, is, false
	}
	v.moved.note(c.ConfID)
	return was, is, true
}

// mayMove reports whether a change can alter the standing of its meeting in any view: one that tells only of echoes and of
// how messages were taken in cannot, whatever the rules.
func mayMove(c conference.Change) bool {
	return slices.ContainsFunc(c.Fields, func(f conference.FieldChange) bool {
		switch f.Part {
		case conference.PartEcho, conference.PartCounts, conference.PartIntake, conference.PartUnlisted:
			return false
		}
		return true
	})
}

// touchedParts are the parts of a meeting's card that a change touches.
func touchedParts(c conference.Change) []live.Touch {
	var touches []live.Touch
	id := string(c.ConfID)
	touch := func(component string) { touches = append(touches, live.Touch{Component: component + id}) }
	fresh, when, people := false, false, false
	for _, f := range c.Fields {
		switch f.Part {
		case conference.PartStatus:
			if f.Field == conference.EndTime {
				touch(partEnd)
			} else if slices.Contains(cardFields, f.Field) {
				touch(partBadge + strconv.Itoa(int(f.Field)) + "/")
			}
		case conference.PartClock:
			if c.Before.EndingSoon != c.After.EndingSoon || c.Before.Overrun != c.After.Overrun {
				touch(partEnd)
			}
		case conference.PartName:
			touch(partCard)
		case conference.PartBasic:
			switch f.Name {
			case "title", "owner", "startTime", "scheduledStartTime":
				touch(partCard)
			}
		case conference.PartParticipants:
			people = true
		case conference.PartLink:
			touch(partMark)
			touch(partStart)
			fresh = true
		case conference.PartConcerns, conference.PartSilences:
			touch(partMark)
			fresh = true
		case conference.PartConnection:
			fresh = fresh || !c.Before.Link.Next.Equal(c.After.Link.Next)
		case conference.PartEnvelope:
			if !c.Before.LastChange.Equal(c.After.LastChange) {
				when, fresh = true, fresh || c.Before.LastChange.IsZero()
			}
		}
	}
	if anyConcern(c.After) && c.Has(conference.PartStatus, conference.PartParticipants, conference.PartSpeakers) {
		fresh = true // it names screens and speakers
	}
	switch {
	case fresh:
		touch(partFresh)
	case when:
		touch(partWhen)
	}
	if people && numberDiffers(c.Before, c.After) {
		touch(partCount)
	}
	return touches
}

// has reports whether viewers have a card of the meeting.
func (v *overviewView) has(id conference.ConfID) bool {
	ids := v.onScreen.Load()
	if ids == nil {
		return false
	}
	_, ok := (*ids)[id]
	return ok
}
