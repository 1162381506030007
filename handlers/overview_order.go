package handlers

import (
	"cmp"
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
	severity, start := int64(rules.Judge(s)), s.Basic.StartTime.UnixMilli()
	switch q.sort {
	case sortStart:
		begin := s.Basic.StartTime
		if begin.IsZero() {
			begin = s.Basic.ScheduledStart
		}
		if begin.IsZero() {
			return orderKey{first: unknown, second: severity}
		}
		return orderKey{first: begin.UnixMilli(), second: severity}
	case sortEnd:
		end, planned := s.Status.Value(conference.EndTime).Time()
		if !planned || !underWay(s) {
			return orderKey{first: unknown, second: severity}
		}
		return orderKey{first: end.UnixMilli(), second: severity}
	case sortTitle:
		return orderKey{title: s.Title()}
	case sortParticipants:
		n, known := inMeeting(s)
		if !known || !underWay(s) {
			return orderKey{first: unknown, second: severity}
		}
		return orderKey{first: -int64(n), second: severity}
	}
	return orderKey{first: severity, second: start}
}

// inOrder puts what needs a person first; within a class the order is steady.
func inOrder(a, b *conference.State) int {
	return cmp.Or(cmp.Compare(rules.Judge(a), rules.Judge(b)), a.Basic.StartTime.Compare(b.Basic.StartTime), cmp.Compare(a.ConfID, b.ConfID))
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
