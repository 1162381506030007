package handlers

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"confboard/feed/conference"
	"confboard/templates/text"
)

// wallfuls are so many meetings in groups of ten, the first of them problems.
func wallfuls(total, problems int) []*conference.State {
	all := make([]*conference.State, total)
	for i := range all {
		all[i] = &conference.State{ConfID: conference.ConfID(fmt.Sprintf("%04d", i)), Group: fmt.Sprintf("Group %d", i/10), Link: conference.Link{State: conference.Live}}
		if i < problems {
			all[i].Link.State = conference.Stale
		}
	}
	return all
}

// inOrder is the order of a wall, which is the overview's.
func inOrder(a, b *conference.State) int {
	v := newWallView(words{text: text.For(text.English)}, nil, wallQuery{})
	first, second := v.entry(a.ConfID, a), v.entry(b.ConfID, b)
	return first.compare(&second)
}

// listed is what has a tile when these meetings are on the board.
func (v *wallView) listed(all []*conference.State) wallList {
	v.start(all)
	return v.list()
}

// layout is what changes for somebody before the wall when it is laid out otherwise.
func layout(l wallList) string {
	return fmt.Sprintf("grouped %t, pinned %t", len(l.groups) > 0, l.fixed > 0)
}

func TestAWallDoesNotFlipAtTheEdgeOfWhatFits(t *testing.T) {
	const own, grouped = "grouped false, pinned false", "grouped true, pinned false"
	v := newWallView(words{text: text.For(text.English)}, nil, wallQuery{tiles: 12, turns: 4}) // has places for 48
	for _, step := range []struct {
		total, problems int
		want            string
	}{
		{48, 0, own}, {49, 0, grouped}, {48, 0, grouped}, {40, 0, grouped}, {49, 0, grouped}, {37, 0, grouped},
		{36, 0, own}, {37, 0, own}, {48, 0, own}, {49, 1, grouped}, {48, 2, grouped}, {46, 0, grouped}, {20, 0, own},
	} {
		if got := layout(v.listed(wallfuls(step.total, step.problems))); got != step.want {
			t.Errorf("%d meetings, %d problems: %s, want %s", step.total, step.problems, got, step.want)
		}
	}
	if v.Forget(); layout(v.listed(wallfuls(48, 0))) != own {
		t.Error("a wall that nobody had open remembers how it was laid out")
	}
}

// However many tiles and turns: while the numbers go up and down by a few, the layout changes once at most.
func TestAWallSettlesWhileNumbersHover(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	all := wallfuls(1000, 0)
	for tiles := 4; tiles <= 24; tiles += 4 {
		for turns := 1; turns <= 6; turns++ {
			q := wallQuery{tiles: tiles, turns: turns}
			for _, around := range []int{q.plain(), q.most()} {
				v := newWallView(words{text: text.For(text.English)}, nil, q)
				v.listed(all[:around+3])
				was := layout(v.listed(all[:around]))
				for range 50 {
					total := around - around/8 + r.IntN(around/4)
					l := v.listed(all[:total])
					if is := layout(l); is != was && total <= around {
						t.Errorf("%d tiles, %d turns, %d meetings: %s, was %s", tiles, turns, total, is, was)
					}
					if again := v.listed(all[:total]); !again.shape().equal(l.shape()) {
						t.Fatalf("%d tiles, %d turns, %d meetings: drawn twice it differs", tiles, turns, total)
					}
				}
			}
		}
	}
}

// No problem is ever without a tile, and nothing is counted twice or not at all, however the wall came to its layout.
func TestNothingIsLostAtAnEdge(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for tiles := 1; tiles <= 24; tiles += 3 {
		for turns := 1; turns <= 6; turns++ {
			v := newWallView(words{text: text.For(text.English)}, nil, wallQuery{tiles: tiles, turns: turns})
			for range 60 {
				total := r.IntN(3 * tiles * turns)
				problems := r.IntN(min(total+1, tiles+2))
				l := v.listed(wallfuls(total, problems))
				own, counted, healthy := 0, 0, 0
				for _, s := range l.meetings {
					if s.severity.Problem() {
						own++
					} else {
						healthy++
					}
				}
				for _, g := range l.groups {
					counted += g.count
				}
				if own != problems {
					t.Errorf("%d tiles, %d turns: %d of %d problems have a tile", tiles, turns, own, problems)
				}
				if full := problems >= tiles && healthy+counted == 0; !full && own+healthy+counted != total {
					t.Errorf("%d tiles, %d turns: %d problems, %d others and %d counted by group are not %d", tiles, turns, own, healthy, counted, total)
				}
				if healthy > 0 && counted > 0 {
					t.Errorf("%d tiles, %d turns: %d have tiles of their own while %d are counted", tiles, turns, healthy, counted)
				}
				if l.fixed >= tiles {
					t.Errorf("%d tiles, %d turns: %d of them stay", tiles, turns, l.fixed)
				}
			}
		}
	}
}
