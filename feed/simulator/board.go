package simulator

import (
	"strconv"
	"time"
)

// board is the scripted board meeting: it begins, is locked and recorded, gets a fixed layout of nine screens of which
// some are shown in turn, the floor is given, somebody presents, it is prolonged and ends; after a pause the next
// occurrence begins.
type board struct {
	script []scene
	at     int
}

// scene is one beat of a script.
type scene struct {
	play func(*Meeting)
	then time.Duration // until the next
}

// The participants of the board meeting: rooms by their SIP number, people by their participant ID.
const (
	boardroom = "+99111240"
	annex     = "+99111241"
	harbour   = "+99111242"
	airport   = "+99111243"
	chair     = "w5v17oiroco5zy9boia91yar1a17wzvy"
	finance   = "0f2c7a9e11aa4d3c8c5d5f1b7f0f4e55"
	legal     = "5b1e0c2d77c34f4e9a0d3a9be2f61c08"
)

const (
	boardLength = 3 * time.Minute
	// boardPause is longer than a client takes to look again.
	boardPause = 30 * time.Second
)

func newBoard() *board {
	set := func(fields map[string]any) func(*Meeting) { return func(m *Meeting) { m.Set(fields) } }
	until := func(d time.Duration) func(*Meeting) {
		return func(m *Meeting) {
			m.Set(map[string]any{"endTime": strconv.FormatInt(m.cloud.config.Now().Add(d).UnixMilli(), 10)})
		}
	}
	return &board{script: []scene{
		{func(m *Meeting) { m.Start(); until(boardLength)(m) }, 4 * time.Second},
		{set(map[string]any{"lock": 1}), 4 * time.Second},
		{set(map[string]any{"recState": 1, "recOccurred": 1}), 4 * time.Second},
		{set(map[string]any{"mode": "FIXED", "picNum": 9, "vas": 0, "multiPic": boardLayout(false)}), 5 * time.Second},
		{set(map[string]any{"canUnmute": 0, "partViewNum": 2}), 4 * time.Second},
		{set(map[string]any{"mode": "ROLLCALL", "partViewNum": 3}), 5 * time.Second},
		{set(map[string]any{"forbiddenChat": 1}), 4 * time.Second},
		{set(map[string]any{"mode": "FIXED", "forbiddenChat": 0}), 4 * time.Second},
		{set(map[string]any{"multiPic": boardLayout(true), "lockSharing": 1}), 5 * time.Second},
		{set(map[string]any{"realTimeSubtitle": 1}), 4 * time.Second},
		{set(map[string]any{"mode": "BROADCAST"}), 5 * time.Second},
		{set(map[string]any{"mode": "FIXED", "multiPic": boardLayout(false), "lockSharing": 0}), 4 * time.Second},
		{until(boardLength), 5 * time.Second},
		{set(map[string]any{"chairView": 1}), 4 * time.Second},
		{set(map[string]any{"pause": true}), 4 * time.Second},
		{set(map[string]any{"pause": false, "chairView": 0}), 4 * time.Second},
		{set(map[string]any{"mute": 0, "canUnmute": 1}), 4 * time.Second},
		{set(map[string]any{"mode": "FREE", "picNum": 4, "vas": 1}), 4 * time.Second},
		{set(map[string]any{"recState": 0}), 4 * time.Second},
		{set(map[string]any{"lock": 0, "realTimeSubtitle": 0}), 4 * time.Second},
		{(*Meeting).End, boardPause},
	}}
}

func (b *board) beat(m *Meeting) time.Duration {
	s := b.script[b.at]
	b.at = (b.at + 1) % len(b.script)
	s.play(m)
	return s.then
}

// boardLayout has nine screens: the second and the fifth are shown in turn, the seventh is empty, and the first shows the
// presentation while somebody presents.
func boardLayout(presenting bool) layout {
	first := screen{Index: 1, ID: []string{chair}}
	if presenting {
		first = screen{Index: 1, ID: []string{}, Share: 1}
	}
	return layout{PicNum: 9, Period: 10, PicInfos: []screen{
		first,
		{Index: 2, ID: []string{boardroom, annex, harbour}},
		{Index: 3, ID: []string{finance}},
		{Index: 4, ID: []string{legal}},
		{Index: 5, ID: []string{harbour, airport}},
		{Index: 6, ID: []string{annex}},
		{Index: 7, ID: []string{}},
		{Index: 8, ID: []string{airport}},
		{Index: 9, ID: []string{boardroom}},
	}}
}
