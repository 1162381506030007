package huawei

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"confboard/feed/conference"
)

// Rule is a watch rule for meetings that are found. Of the rules that match a meeting the first with a say decides whether it
// is watched, and the first with a group which group it is in; without either it is watched, in no group.
type Rule struct {
	// Subject, Owner and ConfID are patterns, without regard to case: * is any text and ? one character. Each that is not empty has
	// to match the whole.
	Subject, Owner, ConfID string
	Watch                  Say
	// Group is empty when the rule has none to give.
	Group string
}

// Say is what a rule says about watching.
type Say uint8

// What a rule can say.
const (
	Unsaid Say = iota
	Yes
	No
)

// patternLimit is the longest pattern, in bytes.
const patternLimit = 200

func (r Rule) check() error {
	for _, p := range []string{r.Subject, r.Owner, r.ConfID} {
		if len(p) > patternLimit {
			return fmt.Errorf("a pattern has %d bytes, over the limit of %d", len(p), patternLimit)
		}
	}
	if r.Watch == Unsaid && r.Group == "" {
		return plainError("it says neither whether to watch nor in which group")
	}
	return nil
}

// pick applies the rules to a meeting.
func pick(rules []Rule, id conference.ConfID, b conference.Booking) (watched bool, group string) {
	said := Unsaid
	for _, r := range rules {
		if r.matches(id, b) {
			said = cmp.Or(said, r.Watch)
			group = cmp.Or(group, r.Group)
		}
	}
	return said != No, group
}

func (r Rule) matches(id conference.ConfID, b conference.Booking) bool {
	return matches(r.Subject, b.Title) && matches(r.Owner, b.Owner) && matches(r.ConfID, string(id))
}

// matches reports whether the pattern matches the whole text; an empty one matches any. Its time grows with the product of both
// lengths at most.
func matches(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	star, retry := -1, 0 // the last * and how far the text was when it came
	p, t := 0, 0
	for t < len(text) {
		r, size := utf8.DecodeRuneInString(text[t:])
		if p < len(pattern) {
			q, width := utf8.DecodeRuneInString(pattern[p:])
			if q == '*' {
				star, retry = p, t
				p++
				continue
			}
			if q == '?' || q == r {
				p += width
				t += size
				continue
			}
		}
		if star < 0 {
			return false
		}
		// The last * takes one more character; an earlier one need not be tried again.
		_, size = utf8.DecodeRuneInString(text[retry:])
		retry += size
		p, t = star+1, retry
	}
	return strings.Trim(pattern[p:], "*") == ""
}
