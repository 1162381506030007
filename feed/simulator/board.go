package simulator

import (
	"math/rand/v2"
	"time"
)

// board is the scripted board meeting: it begins, is locked and recorded, gets a fixed layout of nine screens of which
// some are shown in turn, the floor is given, somebody presents, somebody is broadcast, the layout becomes one large screen
// among six, it is prolonged and ends; after a pause the next occurrence begins. It is the same for every seed.
type board struct {
	crowd
	script []scene
	at     int
}

// scene is one beat of a script.
type scene struct {
	play func(*Meeting)
	then time.Duration // until the next
}

const (
	boardTitle  = "Board meeting"
	boardLength = 3 * time.Minute
	// boardPause is longer than a client takes to look again.
	boardPause = 30 * time.Second
)

func newBoard() *board {
	b := &board{crowd: crowd{r: rand.New(rand.NewPCG(0, 0)), invited: boardMembers()}}
	set := func(fields map[string]any) func(*Meeting) { return func(m *Meeting) { m.Set(fields) } }
	update := func(pid, key, value string) func(*Meeting) {
		return func(m *Meeting) { m.Update(pid, map[string]string{key: value}) }
	}
	mark := func(key, pid string, fields map[string]any) func(*Meeting) {
		return func(m *Meeting) { m.Mark(key, pid); m.Set(fields) }
	}
	b.script = []scene{
		{b.begin, 2 * time.Second},
		{update(studio, "HAND", "1"), 2 * time.Second},
		{set(map[string]any{"lock": 1}), 2 * time.Second},
		{update(airport, "STATE", "0"), 2 * time.Second},
		{set(map[string]any{"recState": 1, "recOccurred": 1}), 2 * time.Second},
		{update(studio, "HAND", "0"), 2 * time.Second},
		{set(map[string]any{"mode": "FIXED", "picNum": 9, "vas": 0, "multiPic": boardLayout(false)}), 3 * time.Second},
		{func(m *Meeting) { m.Wait(boardVisitor(m.now())) }, 2 * time.Second},
		{set(map[string]any{"canUnmute": 0, "partViewNum": 2}), 2 * time.Second},
		{update(audit, "MUTE", "1"), 2 * time.Second},
		{mark("ROLLCALL", legal, map[string]any{"mode": "ROLLCALL", "partViewNum": 3}), 3 * time.Second},
		{func(m *Meeting) { m.Admit(visitor) }, 2 * time.Second},
		{set(map[string]any{"forbiddenChat": 1}), 4 * time.Second},
		{mark("ROLLCALL", "", map[string]any{"mode": "FIXED", "forbiddenChat": 0}), 4 * time.Second},
		{mark("SHARE", finance, map[string]any{"multiPic": boardLayout(true), "lockSharing": 1}), 3 * time.Second},
		{update(phone, "MUTE", "1"), 2 * time.Second},
		{set(map[string]any{"realTimeSubtitle": 1}), 4 * time.Second},
		{mark("BROADCAST", annex, map[string]any{"mode": "BROADCAST"}), 5 * time.Second},
		{func(m *Meeting) { m.Mark("BROADCAST", ""); m.Mark("SHARE", "") }, 1 * time.Second},
		{set(map[string]any{"mode": "FIXED", "multiPic": boardLayout(false), "lockSharing": 0}), 4 * time.Second},
		{func(m *Meeting) {
			m.Set(map[string]any{"picNum": 6, "multiPic": boardSpotlight()})
			m.SetLayoutGeometry(OneLarge(6))
		}, 4 * time.Second},
		{func(m *Meeting) { m.Leave(visitor) }, 3 * time.Second},
		{plan, 5 * time.Second},
		{set(map[string]any{"chairView": 1}), 4 * time.Second},
		{set(map[string]any{"pause": true}), 4 * time.Second},
		{set(map[string]any{"pause": false, "chairView": 0}), 4 * time.Second},
		{b.measure, 2 * time.Second},
		{set(map[string]any{"mute": 0, "canUnmute": 1}), 4 * time.Second},
		{set(map[string]any{"mode": "FREE", "picNum": 4, "vas": 1}), 4 * time.Second},
		{set(map[string]any{"recState": 0}), 4 * time.Second},
		{set(map[string]any{"lock": 0, "realTimeSubtitle": 0}), 4 * time.Second},
		{(*Meeting).End, boardPause},
	}
	return b
}

func (b *board) beat(m *Meeting) time.Duration {
	s := b.script[b.at]
	b.at = (b.at + 1) % len(b.script)
	s.play(m)
	if m.InProgress() {
		b.speak(m)
	}
	return s.then
}

func (b *board) begin(m *Meeting) {
	m.Start()
	m.SetBasic(map[string]any{"owner": b.invited[0].Info["NAME"], "ownerID": b.invited[0].PID})
	plan(m)
	for i, p := range b.invited {
		join(m, p, m.now()+int64(i), nil)
	}
}

// plan sets the planned end, at the beginning and when the meeting is prolonged.
func plan(m *Meeting) {
	m.Set(map[string]any{"endTime": millis(m.now() + boardLength.Milliseconds())})
}
