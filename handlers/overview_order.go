package handlers

import (
	"math"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/templates/text"
)

// The orders. sortSeverity is the default and has no name in an address.
const (
	sortSeverity     = ""
	sortStart        = "start"        // the longest running first
	sortEnd          = "end"          // the next to end first
	sortTitle        = "title"        // as the language sorts
	sortParticipants = "participants" // the most first
)

// sorts are the orders as they are offered.
var sorts = []string{sortSeverity, sortStart, sortEnd, sortTitle, sortParticipants}

// orderKey is what decides a meeting's place: the smaller one comes first, and the confID decides between equals, so that an
// order is always the same.
type orderKey struct {
	first, second int64
	title         string
}

// unknown comes last.
const unknown = math.MaxInt64

// orderKeyOf is a meeting's key in the order of the query.
func (q overviewQuery) orderKeyOf(s *conference.State) orderKey {
	switch q.sort {
	case sortStart:
		return orderKey{first: startKey(s), second: int64(rules.Judge(s))}
	case sortEnd:
		end, planned := s.Status.Value(conference.EndTime).Time()
		if !planned || !underWay(s) {
			return orderKey{first: unknown, second: classKey(s)}
		}
		return orderKey{first: end.UnixMilli(), second: int64(rules.Judge(s))}
	case sortTitle:
		return orderKey{title: s.Title()}
	case sortParticipants:
		n, known := inMeeting(s)
		if !known || !underWay(s) {
			return orderKey{first: unknown, second: classKey(s)}
		}
		return orderKey{first: -int64(n), second: int64(rules.Judge(s))}
	}
	return orderKey{first: urgency(s), second: startKey(s)}
}

// startKey orders meetings by when they started, or else are to start; those of which neither is known come last.
func startKey(s *conference.State) int64 {
	at := s.Basic.StartTime
	if at.IsZero() {
		at = scheduledStart(s)
	}
	if at.IsZero() {
		return unknown
	}
	return at.UnixMilli()
}

// classKey orders meetings by their class, and within it by their start.
func classKey(s *conference.State) int64 {
	const most = 1<<48 - 1 // ms, thousands of years
	return int64(rules.Judge(s))<<48 | min(max(startKey(s), 0), most)
}

// urgency orders meetings by their class, the worst first. Those where what would be a problem was acknowledged or silenced come behind
// the problems.
func urgency(s *conference.State) int64 {
	severity := rules.Judge(s)
	if !severity.Problem() && isNoted(s) {
		return 2*int64(rules.Attention) + 1
	}
	return 2 * int64(severity)
}

// titleKeys makes keys that sort titles as a language does: Chinese by sound, numbers by their value. It is not safe for
// concurrent use.
type titleKeys struct {
	collator *collate.Collator
	buffer   collate.Buffer
}

func newTitleKeys(lang text.Lang) *titleKeys {
	tag := language.English
	if lang == text.Chinese {
		tag = language.SimplifiedChinese
	}
	return &titleKeys{collator: collate.New(tag, collate.IgnoreCase, collate.IgnoreWidth, collate.Numeric)}
}

func (k *titleKeys) key(title string) string {
	defer k.buffer.Reset()
	return string(k.collator.KeyFromString(&k.buffer, title))
}
