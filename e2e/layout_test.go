package e2e

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

// gathering makes people to put on screens, each with a pid and a name that is read left to right or right to left. They joined one
// after the other, a while ago.
func gathering(n int) []simulator.Participant {
	names := []string{"Ann Berg", "李娜", "Conference Room 12", "王小明", "Zoë", "欧阳修文", "שרה", "Board Room"}
	all := make([]simulator.Participant, n)
	for i := range all {
		all[i] = person(fmt.Sprintf("pid-%02d", i+1), fmt.Sprintf("%s %d", names[i%len(names)], i+1), "ADDTIME", fmt.Sprint(1767225600000+60_000*i))
	}
	return all
}

// oneEach is a layout with one of them on each screen.
func oneEach(people []simulator.Participant) map[string]any {
	screens := make([][]string, len(people))
	for i, p := range people {
		screens[i] = ids(p.PID)
	}
	return picture(10, screens...)
}

// screensOf are where the screens are, by number from 1, and where the layout is that holds them. Each has to be shown and
// inside, apart from the others, and its name readable where it stands.
func screensOf(p *tab, where string, people []simulator.Participant) (frame rect, screens []rect) {
	p.t.Helper()
	frame = p.rects("#layout ol")[0]
	for i, each := range people {
		id := fmt.Sprintf("#screen-%d", i+1)
		found := p.rects(id)
		if len(found) != 1 {
			p.t.Fatalf("%s: there are %d of %s", where, len(found), id)
		}
		screens = append(screens, found[0])
		if r := found[0]; r.W < 40 || r.H < 20 || !r.within(frame) {
			p.t.Errorf("%s: %s is at %v, the layout at %v", where, id, r, frame)
		}
		if says := p.says(id); !slices.Contains(says, each.Info["NAME"]) {
			p.t.Errorf("%s: %s says %q, want %s", where, id, says, each.Info["NAME"])
		}
	}
	noneOverlap(p.t, where, screens)
	for _, fault := range evaluate[[]string](p, unreadable) {
		p.t.Errorf("%s: %s", where, fault)
	}
	return frame, screens
}

// unreadable names the participants' names in the layout that cannot be read where they stand: too small, outside of their
// screen, or behind something.
const unreadable = `[...document.querySelectorAll("#layout bdi")].flatMap((e) => {
	e.scrollIntoView({ block: "center" });
	const seen = e.parentElement.getBoundingClientRect(), screen = e.closest("[id^=screen-]").getBoundingClientRect();
	const size = parseFloat(getComputedStyle(e).fontSize);
	const top = document.elementFromPoint(seen.x + seen.width / 2, seen.y + seen.height / 2);
	const faults = [];
	if (size < 11 || seen.width < 20 || seen.height < size) faults.push("is too small");
	if (seen.left < screen.left || seen.right > screen.right || seen.top < screen.top || seen.bottom > screen.bottom) faults.push("is not in its screen");
	if (!e.contains(top) && !top?.contains(e)) faults.push("is behind " + top?.outerHTML.slice(0, 80));
	return faults.map((f) => e.textContent + " " + f + ": " + size + " px, " + JSON.stringify(seen));
})`

func TestLayoutsOfAnySizeStandInOrderOfNumber(t *testing.T) {
	t.Parallel()
	everybody := gathering(26)
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		for _, p := range everybody {
			m.Join(p)
		}
	})
	sizes := map[string]*tab{
		"1440 x 900": openLive(t, b.url+"/m/"+boardID, view{}),
		"390 x 844":  openLive(t, b.url+"/m/"+boardID, view{width: 390, height: 844}),
	}
	for _, n := range []int{1, 2, 4, 6, 9, 16, 25} {
		people := everybody[:n]
		m.Set(map[string]any{"mode": "FIXED", "picNum": n, "multiPic": oneEach(people)})
		for size, p := range sizes {
			where := fmt.Sprintf("%d screens at %s", n, size)
			p.waitContains(fmt.Sprintf("#screen-%d", n), people[n-1].Info["NAME"])
			p.wait(fmt.Sprintf("document.querySelectorAll('#layout li[id^=screen-]').length === %d", n))
			p.waitContains("#layout", "Grid order")
			_, screens := screensOf(p, where, people)
			for i, r := range screens[1:] {
				before := screens[i]
				sameRow := math.Abs(r.Y-before.Y) <= slack
				if sameRow && r.X < before.right()-slack || !sameRow && (r.Y < before.bottom()-slack || r.X > screens[0].X+slack) {
					t.Errorf("%s: screen %d at %v does not follow screen %d at %v", where, i+2, r, i+1, before)
				}
			}
			if wide := evaluate[int](p, "document.scrollingElement.scrollWidth - innerWidth"); wide > 0 {
				t.Errorf("%s: the page is %d pixels too wide: %s", where, wide, evaluate[string](p, widest))
			}
			p.watch("#layout, #layout *")
		}

		// Somebody else on the last screen: nothing but that screen is touched.
		changed := slices.Clone(people)
		changed[n-1] = everybody[25]
		m.Set(map[string]any{"multiPic": oneEach(changed)})
		for size, p := range sizes {
			where := fmt.Sprintf("%d screens at %s", n, size)
			last := fmt.Sprintf("screen-%d", n)
			p.waitContains("#"+last, everybody[25].Info["NAME"])
			if got := p.changed(append([]string{"f-multiPic"}, anyTime...)...); !slices.Equal(got, []string{last}) {
				t.Errorf("%s: changed %v, want %s only", where, got, last)
			}
			if n > 1 {
				if got := p.replaced("#screen-1, #screen-1 *"); len(got) > 0 {
					t.Errorf("%s: other nodes than before: %v", where, got)
				}
			}
		}
	}
}

// sixOnSix is the geometry that was observed: one large screen and five small ones around it.
var sixOnSix = simulator.Geometry{X: 6, Y: 6, Places: []simulator.Place{
	{Screen: 1, Left: 0, Top: 0, XSize: 4, YSize: 4}, {Screen: 2, Left: 4, Top: 0, XSize: 2, YSize: 2}, {Screen: 3, Left: 4, Top: 2, XSize: 2, YSize: 2},
	{Screen: 4, Left: 4, Top: 4, XSize: 2, YSize: 2}, {Screen: 5, Left: 2, Top: 4, XSize: 2, YSize: 2}, {Screen: 6, Left: 0, Top: 4, XSize: 2, YSize: 2}}}

func TestALayoutWithItsGeometryIsDrawnAsItIs(t *testing.T) {
	t.Parallel()
	people := gathering(6)
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		for _, p := range people {
			m.Join(p)
		}
		m.Set(map[string]any{"mode": "FIXED", "picNum": 6, "multiPic": oneEach(people)})
		m.SetLayoutGeometry(sixOnSix)
	})
	for _, width := range []int64{1440, 390} {
		p := openLive(t, b.url+"/m/"+boardID, view{width: width, height: 900})
		where := fmt.Sprintf("at %d", width)
		p.waitContains("#layout", "Place and size as set.")
		if said := p.text("#layout"); strings.Contains(said, "Grid order") {
			t.Errorf("%s: the layout says %q", where, said)
		}
		frame, screens := screensOf(p, where, people)
		for i, r := range screens {
			place := sixOnSix.Places[i]
			cellW, cellH := frame.W/float64(sixOnSix.X), frame.H/float64(sixOnSix.Y)
			want := rect{frame.X + cellW*float64(place.Left), frame.Y + cellH*float64(place.Top), cellW * float64(place.XSize), cellH * float64(place.YSize)}
			const gap = 12.0 // between screens and at the edge
			if math.Abs(r.X-want.X) > gap || math.Abs(r.Y-want.Y) > gap || math.Abs(r.right()-want.right()) > gap || math.Abs(r.bottom()-want.bottom()) > gap {
				t.Errorf("%s: screen %d is at %v, want about %v", where, i+1, r, want)
			}
		}
		if shape := frame.W / frame.H; math.Abs(shape-16.0/9) > 0.1 {
			t.Errorf("%s: the picture is %.2f times as wide as high, want that of a screen", where, shape)
		}
	}

	p := openLive(t, b.url+"/m/"+boardID, view{})
	gridOrder := func(why string) {
		t.Helper()
		p.waitContains("#layout", "Grid order: screens in order of their number, not their real place and size.")
		p.wait(`!document.getElementById("layout").textContent.includes("Place and size as set")`)
		all := p.rects("#layout li[id^=screen-]")
		for _, r := range all {
			if math.Abs(r.W-all[0].W) > slack {
				t.Errorf("%s: the screens are %v, want all of the same width", why, all)
				break
			}
		}
	}
	// The geometry is of before: as many screens, but set anew since.
	m.Set(map[string]any{"multiPic": oneEach([]simulator.Participant{people[5], people[4], people[3], people[2], people[1], people[0]})})
	p.waitContains("#screen-1", people[5].Info["NAME"])
	gridOrder("an older geometry")
	m.SetLayoutGeometry(sixOnSix)
	p.waitContains("#layout", "Place and size as set.")
	if r := p.rects("#screen-1, #screen-2"); r[0].W < 1.8*r[1].W {
		t.Errorf("with its geometry again, the screens are at %v", r)
	}
	// It is of another number of screens.
	m.Set(map[string]any{"picNum": 4, "multiPic": oneEach(people[:4])})
	p.wait("document.querySelectorAll('#layout li[id^=screen-]').length === 4")
	gridOrder("a geometry of six screens")
	m.Push("CustomMultiPicNotify", 0, map[string]any{"picNum": 6, "picLayout": sixOnSix})
	m.Set(map[string]any{"lock": 1})
	p.waitText("#f-lock", "Locked")
	gridOrder("a newer geometry of six screens")
	m.Push("CustomMultiPicNotify", 0, map[string]any{"picNum": 4, "picLayout": simulator.OneLarge(4)})
	p.waitContains("#layout", "Place and size as set.")
}
