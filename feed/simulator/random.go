package simulator

import (
	"math/rand/v2"
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

// random is the life of a made-up meeting: a beginning drawn from the seed, then something every few seconds.
type random struct {
	crowd
	part  part
	until time.Duration // of a returning meeting: how much longer it runs
	begun bool
	lobby bool // it has a waiting room
}

func newRandom(r *rand.Rand, p part) *random {
	a := &random{crowd: crowd{r: r}, part: p}
	for range fewest + r.IntN(most-fewest+1) {
		a.invited = append(a.invited, somebody(r))
	}
	a.invited[0].Info["ROLE"] = "1"
	if len(a.invited) > 5 {
		a.invited[1].Info["isCohost"] = "1"
	}
	a.lobby = a.oneIn(3) == 1
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
		a.happen(m)
	}
	wait := 1500*time.Millisecond + time.Duration(a.r.IntN(4000))*time.Millisecond
	a.until -= wait
	return wait
}

// begin starts the meeting; an ordinary one as it is after some minutes.
func (a *random) begin(m *Meeting) {
	length := 20*time.Minute + time.Duration(a.r.IntN(90))*time.Minute
	ago := time.Duration(a.r.IntN(40*60)) * time.Second
	switch a.part {
	case late, returning:
		ago = 0
	case overrun:
		length = overrunAfter
	}
	a.until = returningRuns
	m.Start()
	now := m.now()
	started := now - ago.Milliseconds()
	planned := started - started%(5*time.Minute).Milliseconds()
	m.SetBasic(map[string]any{"startTime": millis(started), "scheduledStartTime": millis(planned), "owner": a.invited[0].Info["NAME"], "ownerID": a.invited[0].PID})
	fields := map[string]any{
		"endTime":          millis(now + length.Milliseconds()),
		"lock":             a.oneIn(3),
		"mute":             a.oneIn(2),
		"canUnmute":        a.oneIn(2),
		"vas":              a.oneIn(2),
		"lockSharing":      a.oneIn(4),
		"waitingRoomState": 0,
	}
	if a.oneIn(3) == 1 {
		fields["recState"], fields["recOccurred"] = 1, 1
	}
	if a.oneIn(3) == 1 {
		fields["forbiddenChat"] = 1
	}
	if a.lobby {
		fields["waitingRoomState"] = 1
	}
	m.Set(fields)
	for i, p := range a.invited {
		if i >= fewest && a.oneIn(4) == 1 {
			continue
		}
		muted := "0"
		if a.oneIn(3) == 0 {
			muted = "1"
		}
		join(m, p, started+a.r.Int64N(now-started+1), map[string]string{"MUTE": muted})
	}
	a.picture(m)
	a.speak(m)
}

// happen draws what happens next: mostly that others speak or somebody does something, now and then that a setting changes.
func (a *random) happen(m *Meeting) {
	switch n := a.r.IntN(100); {
	case n < 2:
		a.measure(m)
	case n < 10 && a.lobby:
		a.wait(m)
	case n < 45:
		a.speak(m)
	case n < 78:
		a.stir(m)
	default:
		a.change(m)
	}
}

// change changes one setting of the meeting.
func (a *random) change(m *Meeting) {
	toggles := []string{"lock", "mute", "forbiddenChat", "realTimeSubtitle", "lockSharing", "canUnmute", "chairView", "vas"}
	switch n := a.r.IntN(len(toggles) + 4); {
	case n < len(toggles):
		m.Set(map[string]any{toggles[n]: 1 - number(m.Field(toggles[n]))})
	case n == len(toggles):
		m.Set(map[string]any{"recState": 1 - number(m.Field("recState")), "recOccurred": 1})
	case n == len(toggles)+1:
		m.Set(map[string]any{"partViewNum": a.r.IntN(9)})
	default:
		a.picture(m)
	}
}

// picture draws a mode, who is named in it, a number of screens and, in a fixed one, a layout.
func (a *random) picture(m *Meeting) {
	mode := []string{"BROADCAST", "ROLLCALL", "FREE", "FIXED", "FIXED"}[a.r.IntN(5)]
	for _, named := range []string{"BROADCAST", "ROLLCALL"} {
		if mode != named {
			m.Mark(named, "")
		} else if !a.mark(m, named) {
			mode = "FREE"
		}
	}
	screens := oneOf(a.r, []int{1, 2, 3, 4, 6, 8, 9, 13, 16})
	switch mode {
	case "FREE":
		m.Set(map[string]any{"mode": mode, "picNum": screens})
	case "FIXED":
		m.Set(map[string]any{"mode": mode, "picNum": screens, "multiPic": a.layout(m, screens)})
		if (screens == 6 || screens == 8) && a.oneIn(2) == 1 {
			m.SetLayoutGeometry(OneLarge(screens))
		}
	default:
		m.Set(map[string]any{"mode": mode})
	}
}

// layout puts those who are there on screens: rooms by their number, people by their participant ID.
func (a *random) layout(m *Meeting, screens int) layout {
	there := m.Participants()
	l := layout{PicNum: screens, Period: 5 + 5*a.r.IntN(4)}
	for i := range screens {
		s := screen{Index: i + 1, ID: []string{}}
		for range min(a.r.IntN(4), len(there)) {
			p := oneOf(a.r, there)
			id := p.PID
			if p.Info["clientLoginType"] == "0" {
				id = p.Info["TEL"]
			}
			s.ID = append(s.ID, id)
		}
		l.PicInfos = append(l.PicInfos, s)
	}
	if a.oneIn(3) == 1 && a.mark(m, "SHARE") {
		l.PicInfos[0].ID, l.PicInfos[0].Share = []string{}, 1
	} else {
		m.Mark("SHARE", "")
	}
	return l
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
