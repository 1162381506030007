package e2e

import (
	"fmt"
	"testing"

	"confboard/feed/simulator"
)

// boardID is the meeting of the tests that need one.
const boardID = "900487914"

// oneMeeting is a board with one meeting, live. before, if not nil, is what is done with the meeting when it has started
// and nobody watches it yet. The settings give it no name, so that it is called by its title.
func oneMeeting(t *testing.T, before func(*simulator.Meeting)) (*board, *simulator.Meeting) {
	t.Helper()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Board"})
	m.Start()
	if before != nil {
		before(m)
	}
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(boardID, "live")
	return b, m
}

// person is a participant in the meeting, with further keys of the pinfoMap as pairs.
func person(pid, name string, more ...string) simulator.Participant {
	info := map[string]string{"NAME": name, "ROLE": "0", "STATE": "0"}
	for i := 0; i+1 < len(more); i += 2 {
		info[more[i]] = more[i+1]
	}
	return simulator.Participant{PID: pid, Info: info}
}

// says returns the texts inside an element, piece by piece, whatever elements they are in. Those that only a screen reader
// reads out are among them.
func (p *tab) says(selector string) []string {
	p.t.Helper()
	return evaluate[[]string](p, "e2e.says("+quote(selector)+")")
}

// waitSays waits until the texts inside an element are exactly these.
func (p *tab) waitSays(selector string, texts ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("e2e.settled() && JSON.stringify(e2e.says(%s)) === %s", quote(selector), quote(jsonText(texts))))
}

// waitSaid waits until the texts inside an element, one after the other, contain the words.
func (p *tab) waitSaid(selector, words string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("e2e.settled() && e2e.says(%s).join(' ').includes(%s)", quote(selector), quote(words)))
}

// rect is where something is, in CSS pixels from the left and the top of the viewport.
type rect struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
	W float64 `json:"w"`
	H float64 `json:"h"`
}

func (r rect) right() float64  { return r.X + r.W }
func (r rect) bottom() float64 { return r.Y + r.H }

// slack is what rounding to pixels may cost.
const slack = 1.0

func (r rect) within(s rect) bool {
	return r.X >= s.X-slack && r.Y >= s.Y-slack && r.right() <= s.right()+slack && r.bottom() <= s.bottom()+slack
}

func (r rect) overlaps(s rect) bool {
	return r.X < s.right()-slack && s.X < r.right()-slack && r.Y < s.bottom()-slack && s.Y < r.bottom()-slack
}

// rects are where the elements are that a selector finds, in order of the document.
func (p *tab) rects(selector string) []rect {
	p.t.Helper()
	return evaluate[[]rect](p, "e2e.rects("+quote(selector)+")")
}

// noneOverlap fails the test for each two that share a place.
func noneOverlap(t testing.TB, where string, all []rect) {
	t.Helper()
	for i, r := range all {
		for j, s := range all[:i] {
			if r.overlaps(s) {
				t.Errorf("%s: %d at %v and %d at %v overlap", where, j+1, s, i+1, r)
			}
		}
	}
}
