package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

func TestNamesAndTitlesAreShownAsTextsWhateverTheyHold(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	tabs := map[string]*tab{
		"the meeting":  openLive(t, b.url+"/m/"+boardID, view{width: 320, height: 844}),
		"the overview": openLive(t, b.url+"/", view{width: 320, height: 844}),
		"the wall":     openLive(t, b.url+"/wall", view{width: 1366, height: 768}),
	}
	p, overview, wall := tabs["the meeting"], tabs["the overview"], tabs["the wall"]
	for i, h := range hostileTexts {
		text := fmt.Sprintf("%s %d", h.text, i) // the last word tells one from the other
		shown := strings.Join(strings.Fields(text), " ")
		m.SetBasic(map[string]any{"title": text, "owner": text})
		pid := "pid " + text
		key := text[:min(len(text), 100)] // a frame with a much longer name of a field is refused
		m.Join(person(pid, text, "TEL", text, "ROLE", text, "M", text, key, text))
		m.Wait(person(pid, text))
		m.Speak(simulator.Speaker{PID: pid, Name: text, Volume: 10})
		m.Set(map[string]any{"mode": "FIXED", "picNum": 3, "multiPic": onScreens(3, shows(1, 0, pid, "another "+text), shows(2, 0, text), shows(3, 0))})
		m.Mark("BROADCAST", pid)

		p.waitText("h1", shown)
		p.waitContains("#about", shown)
		p.waitContains("#speaking", shown)
		p.waitContains("#screen-1", "another "+shown)
		p.waitContains("#people", shown)
		overview.waitText("#"+card(boardID, "")+" h2", shown)
		wall.waitContains("#region h2", shown)
		m.Set(map[string]any{"mode": "BROADCAST"})
		p.waitContains("#sentence", "Broadcasting "+shown)
		p.wait(fmt.Sprintf(`[...document.querySelectorAll("#people bdi")].some((e) => e.textContent === %s)`, quote(text)))
		for where, each := range tabs {
			each.unhurt(h.what + ", in an update of " + where)
			if where != "the wall" || i == len(hostileTexts)-1 {
				each.navigate(evaluate[string](each, "location.href"))
				each.waitBoard("live")
			}
			each.unhurt(h.what + ", in the page of " + where)
		}
		p.waitText("h1", shown)
		p.waitContains("#people", shown)
		m.Leave(pid)
		m.Dismiss(pid)
	}
}

func TestFiveHundredParticipantsAreShown(t *testing.T) {
	t.Parallel()
	const number = 500
	people := gathering(number)
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		for _, p := range people {
			m.Join(p)
		}
		m.Set(map[string]any{"mode": "FIXED", "picNum": 25, "multiPic": oneEach(people[:25])})
	})
	p := openLive(t, b.url+"/m/"+boardID, view{width: 390, height: 844})
	p.waitContains("#people", "500 participants")
	overview := openLive(t, b.url+"/", view{width: 320, height: 844})
	overview.waitText("#"+card(boardID, "people"), "500 participants")
	wall := openLive(t, b.url+"/wall", view{width: 1920, height: 1080})
	wall.waitContains("#region", "500")
	p.unhurt("500 participants")
	names := evaluate[[]string](p, present)
	if len(names) != number || !slices.Contains(names, people[number-1].Info["NAME"]) {
		t.Errorf("%d names are shown, want %d", len(names), number)
	}
	// One of them moves one row, and many at once are all there in the end.
	p.watch("#region *")
	row := p.row(people[321].Info["NAME"])
	m.Update(people[321].PID, map[string]string{"HAND": "1"})
	p.waitContains(row, "Hand raised")
	if got := p.changed(anyTime...); !slices.Equal(got, []string{row[1:]}) {
		t.Errorf("a hand among %d changed %v, want one row", number, got)
	}
	for _, each := range people[100:] {
		m.Leave(each.PID)
	}
	p.waitContains("#people", "100 participants")
	overview.waitText("#"+card(boardID, "people"), "100 participants")
	wall.waitContains("#region", "100")
	until(t, "100 names", func() bool { return len(evaluate[[]string](p, present)) == 100 })
	p.waitBoard("live")
}
