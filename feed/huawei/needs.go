package huawei

import (
	"slices"
	"time"

	"confboard/feed/conference"
)

// needs are the message types of which a full message is needed, and when to ask for them. The delay of asking grows while anything
// is needed, whatever else comes in full meanwhile, and goes on growing if the next need follows soon: neither a type that never
// comes in full nor one of which every increment is refused is asked for for ever at the shortest delay.
type needs struct {
	types []conference.MessageType
	// at is when to ask; zero while nothing is needed.
	at    time.Time
	delay backoff
	// metAt is when nothing was needed any more.
	metAt time.Time
}

func newNeeds(d Delays) needs { return needs{delay: backoff{min: d.AskMin, max: d.AskMax}} }

// add notes that a full message of a type is needed.
func (n *needs) add(kind conference.MessageType, now time.Time) {
	if slices.Contains(n.types, kind) {
		return
	}
	if len(n.types) == 0 {
		if now.Sub(n.metAt) > n.delay.bound {
			n.delay.reset()
		}
		n.at = now.Add(n.delay.next())
	}
	n.types = append(n.types, kind)
}

// met notes that a full message of a type has come.
func (n *needs) met(kind conference.MessageType, now time.Time) {
	i := slices.Index(n.types, kind)
	if i < 0 {
		return
	}
	if n.types = slices.Delete(n.types, i, i+1); len(n.types) == 0 {
		n.at, n.metAt = time.Time{}, now
	}
}

// asked notes that it was asked for what is needed.
func (n *needs) asked(now time.Time) { n.at = now.Add(n.delay.next()) }
