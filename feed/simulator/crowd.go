package simulator

import (
	"math/rand/v2"
	"slices"
)

// crowd lets the participants of a meeting come, go, speak and press their buttons. It knows who is invited; who is there, the
// meeting knows.
type crowd struct {
	r       *rand.Rand
	invited []Participant
}

// speak lets up to three of those who can be heard speak, now and then nobody.
func (c *crowd) speak(m *Meeting) {
	loud := choose(m.Participants(), func(p Participant) bool { return p.Info["STATE"] == "0" && p.Info["MUTE"] != "1" })
	if len(loud) == 0 || c.r.IntN(8) == 0 {
		if len(m.Speakers()) > 0 {
			m.Speak()
		}
		return
	}
	c.r.Shuffle(len(loud), func(i, j int) { loud[i], loud[j] = loud[j], loud[i] })
	if named := slices.IndexFunc(loud, hasTheFloor); named > 0 {
		loud[0], loud[named] = loud[named], loud[0]
	}
	speakers := make([]Speaker, min(1+c.r.IntN(3), len(loud)))
	volume := 40 + c.r.IntN(50)
	for i := range speakers {
		speakers[i] = Speaker{PID: loud[i].PID, Volume: volume}
		volume /= 2 + c.r.IntN(2)
	}
	m.Speak(speakers...)
}

// stir lets one participant do something.
func (c *crowd) stir(m *Meeting) {
	there := m.Participants()
	if called := choose(there, func(p Participant) bool { return p.Info["STATE"] == "1" }); len(called) > 0 && c.r.IntN(2) == 0 {
		c.answer(m, oneOf(c.r, called))
		return
	}
	talking := m.Speakers()
	inside := choose(there, func(p Participant) bool { return p.Info["STATE"] == "0" })
	switch n := c.r.IntN(10); {
	case n < 2:
		c.arrive(m, there)
	case n < 4:
		free := choose(there, func(p Participant) bool { return p.Info["ROLE"] != "1" && p.Info["SHARE"] != "1" && !hasTheFloor(p) })
		if len(there) > fewest && len(free) > 0 {
			m.Leave(oneOf(c.r, free).PID)
		}
	case n < 6:
		// Raised hands come down by themselves, otherwise everybody's would be up in the end.
		raised := choose(inside, func(p Participant) bool { return p.Info["HAND"] == "1" })
		if len(raised) > 2 || len(raised) > 0 && c.r.IntN(2) == 0 {
			m.Update(oneOf(c.r, raised).PID, map[string]string{"HAND": "0"})
		} else {
			c.toggle(m, inside, "HAND")
		}
	case n < 9:
		c.toggle(m, choose(inside, func(p Participant) bool {
			return !slices.ContainsFunc(talking, func(s Speaker) bool { return s.PID == p.PID })
		}), "MUTE")
	default:
		c.toggle(m, inside, "VIDEO")
	}
}

// Participants of a made-up meeting: fewest stay in any case, and no more than most are let in.
const (
	fewest = 3
	most   = 40
)

// arrive lets somebody join who is invited and not there: by himself, or called by the meeting.
func (c *crowd) arrive(m *Meeting, there []Participant) {
	absent := choose(c.invited, func(p Participant) bool { return roster(there).index(p.PID) < 0 })
	if len(absent) == 0 || len(there) >= most {
		return
	}
	p := oneOf(c.r, absent)
	state := "0"
	if p.Info["TEL"] != "" && c.r.IntN(2) == 0 {
		state = "1"
	}
	join(m, p, m.now(), map[string]string{"STATE": state})
}

// answer lets somebody who is called pick up, or lets the call end.
func (c *crowd) answer(m *Meeting, p Participant) {
	if c.r.IntN(4) == 0 {
		m.Leave(p.PID)
		return
	}
	m.Update(p.PID, map[string]string{"STATE": "0", "ADDTIME": millis(m.now())})
}

func (c *crowd) toggle(m *Meeting, among []Participant, key string) {
	if len(among) == 0 {
		return
	}
	p := oneOf(c.r, among)
	next := "1"
	if p.Info[key] == "1" {
		next = "0"
	}
	m.Update(p.PID, map[string]string{key: next})
}

// wait lets somebody come to the waiting room; those who wait are let in, or give up.
func (c *crowd) wait(m *Meeting) {
	waiting := m.Waiting()
	switch n := c.r.IntN(4); {
	case len(waiting) == 0 || n == 0 && len(waiting) < 5:
		p := somebody(c.r)
		p.Info["ADDTIME"] = millis(m.now())
		m.Wait(p)
	case n == 1 || len(m.Participants()) >= most:
		m.Dismiss(waiting[0].PID)
	default:
		m.Admit(waiting[0].PID)
	}
}

// mark gives a mark to somebody who is inside; false if nobody is.
func (c *crowd) mark(m *Meeting, key string) bool {
	inside := choose(m.Participants(), func(p Participant) bool { return p.Info["STATE"] == "0" })
	if len(inside) == 0 {
		return false
	}
	m.Mark(key, oneOf(c.r, inside).PID)
	return true
}

// measure tells about the network of one participant: a message of a type that nobody subscribed.
func (c *crowd) measure(m *Meeting) {
	if there := m.Participants(); len(there) > 0 {
		m.Push(networkQualityType, fullMode, map[string]any{
			"data": []map[string]any{{"pid": oneOf(c.r, there).PID, "networkQuality": 1 + c.r.IntN(5)}},
		})
	}
}

// join lets an invited participant join at an instant, in ms, with what differs from the invitation.
func join(m *Meeting, p Participant, at int64, with map[string]string) {
	p = p.clone()
	p.Info["ADDTIME"] = millis(at)
	for key, value := range with {
		p.Info[key] = value
	}
	m.Join(p)
}

// hasTheFloor reports whether everybody is made to look at the participant.
func hasTheFloor(p Participant) bool { return p.Info["BROADCAST"] == "1" || p.Info["ROLLCALL"] == "1" }

func choose(list []Participant, ok func(Participant) bool) []Participant {
	return slices.DeleteFunc(slices.Clone(list), func(p Participant) bool { return !ok(p) })
}
