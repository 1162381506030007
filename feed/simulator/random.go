package simulator

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// part is the role that a made-up meeting plays.
type part int

const (
	late      part = 0 // has not started for a while
	returning part = 1 // ends and comes back
	overrun   part = 2 // runs past its planned end
	// Every further one is an ordinary meeting.
)

const (
	lateBy         = 4 * time.Minute
	returningRuns  = 45 * time.Second
	returningRests = 90 * time.Second
	overrunAfter   = 20 * time.Second
)

// random is the life of a made-up meeting: a beginning drawn from the seed, then a change every few seconds.
type random struct {
	r       *rand.Rand
	part    part
	invited []string      // the identifiers of those who take part
	until   time.Duration // of a returning meeting: how much longer it runs
	begun   bool
}

func newRandom(r *rand.Rand, p part) *random {
	a := &random{r: r, part: p}
	for range 4 + r.IntN(16) {
		a.invited = append(a.invited, a.participant())
	}
	return a
}

func (a *random) beat(m *Meeting) time.Duration {
	switch {
	case a.part == late && !a.begun:
		a.begun = true
		return lateBy
	case !m.InProgress():
		a.begin(m)
	case a.part == returning && a.until <= 0:
		m.End()
		return returningRests
	default:
		m.Set(a.change(m))
	}
	wait := 2*time.Second + time.Duration(a.r.IntN(8000))*time.Millisecond
	a.until -= wait
	return wait
}

// begin starts the meeting as it is after some minutes: people have joined, things are set.
func (a *random) begin(m *Meeting) {
	length := 20*time.Minute + time.Duration(a.r.IntN(90))*time.Minute
	if a.part == overrun {
		length = overrunAfter
	}
	a.until = returningRuns
	m.Start()
	fields := map[string]any{
		"endTime":     strconv.FormatInt(m.cloud.config.Now().Add(length).UnixMilli(), 10),
		"lock":        a.oneIn(3),
		"mute":        a.oneIn(2),
		"canUnmute":   a.oneIn(2),
		"vas":         a.oneIn(2),
		"lockSharing": a.oneIn(4),
	}
	if a.oneIn(3) == 1 {
		fields["recState"], fields["recOccurred"] = 1, 1
	}
	if a.oneIn(3) == 1 {
		fields["forbiddenChat"] = 1
	}
	m.Set(fields)
	m.Set(a.picture())
}

// change draws what happens next.
func (a *random) change(m *Meeting) map[string]any {
	toggle := func(name string) map[string]any { return map[string]any{name: 1 - number(m.Field(name))} }
	switch a.r.IntN(12) {
	case 0:
		return toggle("lock")
	case 1:
		return map[string]any{"recState": 1 - number(m.Field("recState")), "recOccurred": 1}
	case 2:
		return toggle("mute")
	case 3:
		return toggle("forbiddenChat")
	case 4:
		return toggle("realTimeSubtitle")
	case 5:
		return toggle("lockSharing")
	case 6:
		return toggle("canUnmute")
	case 7:
		return toggle("chairView")
	case 8:
		return map[string]any{"partViewNum": a.r.IntN(9)}
	case 9:
		return toggle("vas")
	default:
		return a.picture()
	}
}

// picture draws a mode, a number of screens and, in a fixed one, a layout.
func (a *random) picture() map[string]any {
	screens := []int{1, 2, 3, 4, 6, 8, 9, 13, 16}[a.r.IntN(9)]
	switch a.r.IntN(5) {
	case 0:
		return map[string]any{"mode": "BROADCAST"}
	case 1:
		return map[string]any{"mode": "ROLLCALL"}
	case 2, 3:
		return map[string]any{"mode": "FREE", "picNum": screens}
	}
	l := layout{PicNum: screens, Period: 5 + 5*a.r.IntN(4)}
	for i := range screens {
		s := screen{Index: i + 1, ID: []string{}}
		for range a.r.IntN(4) {
			s.ID = append(s.ID, a.invited[a.r.IntN(len(a.invited))])
		}
		l.PicInfos = append(l.PicInfos, s)
	}
	if a.oneIn(3) == 1 {
		l.PicInfos[0].ID, l.PicInfos[0].Share = []string{}, 1
	}
	return map[string]any{"mode": "FIXED", "picNum": screens, "multiPic": l}
}

// participant draws the identifier of a participant: a room's SIP number or a person's participant ID.
func (a *random) participant() string {
	if a.oneIn(2) == 1 {
		return fmt.Sprintf("+991%05d", a.r.IntN(100_000))
	}
	return fmt.Sprintf("%016x%016x", a.r.Uint64(), a.r.Uint64())
}

// oneIn is 1 once in n times, else 0.
func (a *random) oneIn(n int) int {
	if a.r.IntN(n) == 0 {
		return 1
	}
	return 0
}

func number(v any) int {
	n, _ := v.(int)
	return n
}

var (
	subjects = []string{"Weekly operations review", "Design review", "Budget", "Release planning", "Incident debrief", "Supplier call", "Town hall",
		"Project Aurora", "Onboarding", "Quarterly forecast", "安全例会", "产品评审"}
	places = []string{"East", "West", "North", "South", "Harbour", "Airport", "Lab 2", "Campus", "上海", "深圳"}
)

// title draws what the settings call a meeting.
func title(r *rand.Rand) string {
	return subjects[r.IntN(len(subjects))] + " – " + places[r.IntN(len(places))]
}
