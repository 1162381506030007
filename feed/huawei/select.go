package huawei

import (
	"cmp"
	"fmt"

	"confboard/feed/conference"
)

// Rule is a watch rule for meetings that are found. Of the rules that match a meeting the first with a say decides whether it
// is watched, and the first with a group which group it is in; without either it is watched, in no group.
type Rule struct {
	// Subject, Owner and ConfID have to match all that are given.
	Subject, Owner, ConfID conference.Pattern
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
	for _, p := range []conference.Pattern{r.Subject, r.Owner, r.ConfID} {
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
	return r.Subject.Matches(b.Title) && r.Owner.Matches(b.Owner) && r.ConfID.Matches(string(id))
}
