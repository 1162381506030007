package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"confboard/feed/simulator"
)

// act is something that happens, and how often compared with others.
type act struct {
	name   string
	weight int
	do     func(*soak, *simulator.Meeting)
}

func draw(r *rand.Rand, all []act) act {
	sum := 0
	for _, a := range all {
		sum += a.weight
	}
	at := r.IntN(sum)
	for _, a := range all {
		if at -= a.weight; at < 0 {
			return a
		}
	}
	panic("unreachable")
}

var acts = []act{
	{"change", 60, func(s *soak, m *simulator.Meeting) { m.Set(s.fields()) }},
	{"full", 5, func(s *soak, m *simulator.Meeting) { m.SetFull(s.fields()) }},
	{"burst", 2, func(s *soak, m *simulator.Meeting) {
		for range 50 {
			m.Set(s.fields())
		}
	}},
	{"join", 10, func(s *soak, m *simulator.Meeting) {
		s.people++
		m.Join(person(fmt.Sprintf("pid-%d", s.people), fmt.Sprintf("Person %d <&>", s.people), "TEL", fmt.Sprint(1000+s.people%500), "ROLE", strconv.Itoa(s.r.IntN(4)/3),
			"HAND", "0", "MUTE", "0", "VIDEO", "1"))
		for len(m.Participants()) > 12 {
			m.Leave(m.Participants()[0].PID)
		}
	}},
	{"leave", 6, func(s *soak, m *simulator.Meeting) {
		if p := s.somebody(m); p != "" {
			m.Leave(p)
		}
	}},
	{"update", 15, func(s *soak, m *simulator.Meeting) {
		if p := s.somebody(m); p != "" {
			m.Update(p, map[string]string{[]string{"HAND", "MUTE", "VIDEO", "STATE"}[s.r.IntN(4)]: strconv.Itoa(s.r.IntN(2))})
		}
	}},
	{"mark", 3, func(s *soak, m *simulator.Meeting) {
		m.Mark([]string{"BROADCAST", "ROLLCALL", "SHARE"}[s.r.IntN(3)], s.somebody(m))
	}},
	{"speak", 8, func(s *soak, m *simulator.Meeting) {
		var loud []simulator.Speaker
		for _, p := range m.Participants() {
			if len(loud) < 3 && s.r.IntN(2) == 0 {
				loud = append(loud, simulator.Speaker{PID: p.PID, Volume: s.r.IntN(100)})
			}
		}
		m.Speak(loud...)
	}},
	{"wait", 3, func(s *soak, m *simulator.Meeting) {
		if waiting := m.Waiting(); len(waiting) > 2 {
			m.Admit(waiting[0].PID)
			m.Dismiss(waiting[1].PID)
			return
		}
		s.people++
		m.Wait(person(fmt.Sprintf("pid-%d", s.people), fmt.Sprintf("Guest %d", s.people)))
	}},
	{"lay out", 4, func(s *soak, m *simulator.Meeting) { m.Set(map[string]any{"multiPic": s.layout(m)}) }},
	{"retitle", 2, func(s *soak, m *simulator.Meeting) {
		m.SetBasic(map[string]any{"title": fmt.Sprintf("%c again %d", 'A'+rune(s.r.IntN(26)), s.r.IntN(100))})
	}},
	{"cut", 3, func(s *soak, m *simulator.Meeting) { m.CutConnections() }},
	{"end", 2, func(s *soak, m *simulator.Meeting) {
		if s.r.IntN(2) == 0 {
			m.End()
		} else {
			m.EndSilently()
		}
	}},
	{"start", 3, func(s *soak, m *simulator.Meeting) {
		for _, each := range s.meetings {
			if !each.InProgress() && s.r.IntN(2) == 0 {
				each.Start()
			}
		}
	}},
	{"fault", 3, func(s *soak, m *simulator.Meeting) {
		f := simulator.Faults()[s.r.IntN(len(simulator.Faults()))]
		if _, already := s.faulty[m]; already && (f == simulator.ClockAhead || f == simulator.ClockBehind) {
			return // a clock that moves twice is another story
		}
		s.faulty[m] = time.Now().Add(s.while())
		m.Inject(f)
		if f.Sleeps() {
			m.CutConnections()
		}
	}},
	{"outage", 1, func(s *soak, m *simulator.Meeting) {
		if s.outage.IsZero() && s.r.IntN(4) == 0 {
			s.outage = time.Now().Add(s.while() / 2)
			s.cloud.Inject([]simulator.Fault{simulator.Refused, simulator.Status503, simulator.Delayed, simulator.HTMLBadGateway}[s.r.IntN(4)])
			for _, each := range s.meetings {
				each.CutConnections()
			}
		}
	}},
	{"by hand", 3, func(s *soak, _ *simulator.Meeting) {
		m := s.meetings[s.listed+s.r.IntN(soakByHand)]
		if !s.byHand[m.ConfID()] {
			s.add(m)
			return
		}
		s.board.post(s.admin, http.StatusSeeOther, "/feed/m/"+m.ConfID()+"/remove", nil)
		s.byHand[m.ConfID()] = false
	}},
	{"sit", 30, func(s *soak, _ *simulator.Meeting) {
		if len(s.seats) < mostSeats {
			s.seats = append(s.seats, s.audience.sit(s.paths[s.r.IntN(len(s.paths))]))
		}
	}},
	{"stand", 20, func(s *soak, _ *simulator.Meeting) {
		if n := len(s.seats); n > mostSeats/2 {
			i := s.r.IntN(n)
			s.seats[i].leave()
			s.seats = slices.Delete(s.seats, i, i+1)
		}
	}},
	{"drop", 10, func(s *soak, _ *simulator.Meeting) {
		if n := len(s.seats); n > 0 {
			s.seats[s.r.IntN(n)].drop()
		}
	}},
}

// fields are a few of a status, with values of their own.
func (s *soak) fields() map[string]any {
	one := func() int { return s.r.IntN(2) }
	all := []func(map[string]any){
		func(f map[string]any) { f["lock"] = one() },
		func(f map[string]any) { f["mute"] = one() },
		func(f map[string]any) { f["recState"] = s.r.IntN(3) },
		func(f map[string]any) { f["mode"] = []string{"FREE", "FIXED", "ROLLCALL", "BROADCAST"}[s.r.IntN(4)] },
		func(f map[string]any) { f["forbiddenChat"] = one() },
		func(f map[string]any) { f["lockSharing"] = one() },
		func(f map[string]any) { f["realTimeSubtitle"] = one() },
		func(f map[string]any) { f["partViewNum"] = s.r.IntN(50) },
		func(f map[string]any) { f["picNum"] = 1 + s.r.IntN(25) },
		func(f map[string]any) {
			f["endTime"] = strconv.FormatInt(time.Now().Add(time.Duration(s.r.IntN(120)-10)*time.Minute).UnixMilli(), 10)
		},
		func(f map[string]any) {
			f[fmt.Sprintf("extra%d", s.r.IntN(3))] = fmt.Sprintf("<i>%d</i>", s.r.IntN(100))
		},
	}
	f := map[string]any{}
	for range 1 + s.r.IntN(3) {
		all[s.r.IntN(len(all))](f)
	}
	return f
}

func (s *soak) layout(m *simulator.Meeting) map[string]any {
	n := 1 + s.r.IntN(6)
	var screens []any
	for i := range n {
		who := []any{}
		if p := s.somebody(m); p != "" {
			who = append(who, p)
		}
		screens = append(screens, map[string]any{"index": i + 1, "id": who, "share": 0})
	}
	return map[string]any{"picNum": n, "period": 10, "picInfos": screens}
}

func (s *soak) somebody(m *simulator.Meeting) (pid string) {
	if all := m.Participants(); len(all) > 0 {
		return all[s.r.IntN(len(all))].PID
	}
	return ""
}
