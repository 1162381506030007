package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"confboard/feed/simulator"
)

// present are the names in the list of participants that are to be seen, in order.
const present = `[...document.querySelectorAll("#people li")].filter((e) => e.getClientRects().length > 0).map((e) => e.querySelector("bdi").textContent)`

func (p *tab) waitPresent(names ...string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("e2e.settled() && JSON.stringify(%s) === %s", present, quote(jsonText(names))))
}

// row finds a participant in the list.
func (p *tab) row(name string) string {
	p.t.Helper()
	return "#" + evaluate[string](p, fmt.Sprintf(`[...document.querySelectorAll("#people li")].find((e) => e.querySelector("bdi").textContent === %s)?.id ?? "nobody"`, quote(name)))
}

// onPeople are the parts of a page that a list of participants is made of.
func (p *tab) onPeople(id string) bool {
	return id == "people" || strings.HasPrefix(id, "p-") || strings.HasPrefix(id, "people-")
}

func TestEachMessageTypeChangesItsPartOfThePage(t *testing.T) {
	t.Parallel()
	people := gathering(3)
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		for _, p := range people {
			m.Join(p)
		}
		m.Set(map[string]any{"mode": "FIXED", "picNum": 3, "multiPic": oneEach(people)})
	})
	p := openLive(t, b.url+"/m/"+boardID, view{})
	overview := openLive(t, b.url+"/", view{})
	first, second, third := people[0].Info["NAME"], people[1].Info["NAME"], people[2].Info["NAME"]
	p.waitPresent(first, second, third)
	p.run("e2e.opened = true")
	overview.run("e2e.opened = true")
	overview.waitText("#"+card(boardID, "people"), "3 participants")
	p.watch("#region *")
	overview.watch("#region *")

	// only wants nothing else to have changed than these parts and what may change at any time.
	only := func(what string, parts ...string) {
		t.Helper()
		got := p.changed(anyTime...)
		if slices.Contains(parts, "people") {
			got = slices.DeleteFunc(got, func(id string) bool { return p.onPeople(id) })
			parts = slices.DeleteFunc(slices.Clone(parts), func(id string) bool { return id == "people" })
		}
		if slices.Contains(parts, "waiting") {
			got = slices.DeleteFunc(got, func(id string) bool { return strings.HasPrefix(id, "waiting-") || strings.HasPrefix(id, "w-") })
		}
		if slices.Contains(parts, "other") { // with its rows
			got = slices.DeleteFunc(got, func(id string) bool { return strings.HasPrefix(id, "o-") })
		}
		slices.Sort(parts)
		if !slices.Equal(got, parts) {
			t.Errorf("%s: changed %v, want %v", what, got, parts)
		}
	}
	onCard := func(what string, parts ...string) {
		t.Helper()
		if got := overview.changed("clock", card(boardID, "fresh"), card(boardID, "changed")); !slices.Equal(got, parts) {
			t.Errorf("%s: on the overview changed %v, want %v", what, got, parts)
		}
	}

	// ConfBasicInfoNotify
	m.SetBasic(map[string]any{"title": "Quarterly review", "owner": "Chen", "startTime": "4102444800000", "scheduledStartTime": "4102441200000"})
	p.waitText("h1", "Quarterly review")
	p.wait(`document.title === "LIVE · Quarterly review · Confboard"`)
	p.waitSaid("#about", "Booked by Chen")
	p.waitSaid("#about", "Started Jan 1, 08:00") // in the viewer's zone
	p.waitSaid("#about", "Scheduled start Jan 1, 07:00")
	only("the basic information", "about")
	overview.waitText("#"+card(boardID, "")+" h2", "Quarterly review")
	overview.changed() // the card as a whole
	if got := b.meeting(boardID); got.Title != "Quarterly review" {
		t.Errorf("the API's title is %q", got.Title)
	}

	// ParticipantsNotify
	m.Join(person("pid-new", "Newcomer"))
	p.waitPresent(first, second, third, "Newcomer")
	p.waitContains("#people", "4 participants")
	only("somebody who joins", "people")
	overview.waitText("#"+card(boardID, "people"), "4 participants")
	onCard("somebody who joins", card(boardID, "people"))

	row := p.row("Newcomer")
	m.Update("pid-new", map[string]string{"HAND": "1"})
	p.waitSays(row, "Newcomer", "Hand raised")
	only("a hand", row[1:])
	m.Update("pid-new", map[string]string{"HAND": "0", "MUTE": "1"})
	p.waitSays(row, "Newcomer", "Muted")
	only("a mute", row[1:])
	m.Update(people[1].PID, map[string]string{"MUTE": "1"})
	p.waitSays("#screen-2", "2", "Screen 2", second, "Muted")
	only("a mute of somebody on a screen", p.row(second)[1:], "screen-2")
	m.Update(people[1].PID, map[string]string{"NAME": "Renamed"})
	p.waitSays("#screen-2", "2", "Screen 2", "Renamed", "Muted")
	p.waitPresent(first, "Renamed", third, "Newcomer")
	only("another name", p.row("Renamed")[1:], "screen-2")
	m.Update(people[2].PID, map[string]string{"ROLE": "1"})
	p.waitPresent(third, first, "Renamed", "Newcomer")
	p.waitSaid(p.row(third), third+" Host")
	only("another role", "people", "screen-3")
	onCard("what participants do") // they are as many as before
	overview.waitText("#"+card(boardID, "people"), "4 participants")
	m.Leave("pid-new")
	p.waitPresent(third, first, "Renamed")
	only("somebody who leaves", "people")
	overview.waitText("#"+card(boardID, "people"), "3 participants")
	onCard("somebody who leaves", card(boardID, "people"))

	// SpeakerChangeNotify
	m.Speak(simulator.Speaker{PID: people[0].PID, Volume: 20}, simulator.Speaker{PID: people[1].PID, Name: "Renamed", Volume: 60})
	p.waitText("#speaking", "Speaking: Renamed, "+first) // the loudest first
	p.waitSays("#screen-1", "1", "Screen 1", first, "Speaking")
	only("the speakers", "screen-1", "screen-2", "speaking")
	m.Speak()
	p.waitText("#speaking", "Nobody is speaking.")
	p.waitSays("#screen-1", "1", "Screen 1", first)
	only("silence", "screen-1", "screen-2", "speaking")

	// WaitingListNotify
	m.Wait(person("pid-w1", "Waiter"))
	p.waitSays("#waiting", "1 person in the waiting room", "Waiter")
	only("somebody who waits", "waiting")
	m.Wait(person("pid-w2", "Other"))
	p.waitSays("#waiting", "2 people in the waiting room", "Waiter", "Other")
	m.Admit("pid-w1")
	p.waitSays("#waiting", "1 person in the waiting room", "Other")
	p.waitPresent(third, first, "Renamed", "Waiter")
	m.Dismiss("pid-w2")
	p.waitText("#waiting", "")
	only("an empty waiting room", "people", "waiting")

	// CustomMultiPicNotify
	m.SetLayoutGeometry(simulator.Geometry{X: 4, Y: 2, Places: []simulator.Place{
		{Screen: 1, XSize: 2, YSize: 2}, {Screen: 2, Left: 2, XSize: 2, YSize: 1}, {Screen: 3, Left: 2, Top: 1, XSize: 2, YSize: 1}}})
	p.waitContains("#layout", "Place and size as set.")
	only("a geometry", "layout", "other", "screen-1", "screen-2", "screen-3") // its copies with the prefix portal are unlisted
	for _, each := range []*tab{p, overview} {
		if !evaluate[bool](each, "e2e.opened === true") {
			t.Error("the page was loaded anew")
		}
	}
}

func TestTheAPIHasTheParticipantsAndTheSpeakers(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, nil)
	type participant struct {
		PID, Name, Tel, Role string
		Calling              bool
		Attributes           map[string]string
		JoinedAt             *string
	}
	type speaker struct {
		PID, Name string
		Volume    int
	}
	participants := func() (all []participant) {
		if err := json.Unmarshal(b.meeting(boardID).Participants, &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	m.Join(person("pid-1", "Ann Berg", "TEL", "+99111240", "ADDTIME", "4102444800000"))
	m.Join(person("pid-2", "李娜", "ROLE", "1", "STATE", "1", "futureKey", "kept"))
	until(t, "two participants", func() bool { return len(participants()) == 2 })
	all := participants()
	ann, li := all[0], all[1]
	if ann.PID != "pid-1" || ann.Name != "Ann Berg" || ann.Tel != "+99111240" || ann.Role != "0" || ann.Calling || ann.JoinedAt == nil || *ann.JoinedAt != "2100-01-01T00:00:00Z" {
		t.Errorf("the first participant is %+v", ann)
	}
	if li.Name != "李娜" || li.Role != "1" || !li.Calling || li.JoinedAt != nil || li.Attributes["FUTUREKEY"] != "kept" {
		t.Errorf("the second participant is %+v", li)
	}
	m.Update("pid-1", map[string]string{"NAME": "Ann B."})
	m.Leave("pid-2")
	until(t, "one participant with another name", func() bool {
		all := participants()
		return len(all) == 1 && all[0].Name == "Ann B." && all[0].Tel == "+99111240"
	})

	var speakers []speaker
	m.Speak(simulator.Speaker{PID: "pid-1", Volume: 42})
	until(t, "a speaker", func() bool {
		if err := json.Unmarshal(b.meeting(boardID).Speakers, &speakers); err != nil {
			t.Fatal(err)
		}
		return len(speakers) == 1
	})
	if want := (speaker{"pid-1", "Ann B.", 42}); speakers[0] != want {
		t.Errorf("the speaker is %+v, want %+v", speakers[0], want)
	}
	m.SetBasic(map[string]any{"title": "安全例会"})
	until(t, "the title", func() bool { return b.meeting(boardID).Title == "安全例会" })
}

func TestASearchAmongParticipantsOutlastsWhatComesIn(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		m.Join(person("pid-ann", "Ann Berg", "TEL", "+99111240"))
		m.Join(person("pid-li", "李娜", "TEL", "+99111241"))
		m.Join(person("pid-bob", "Bob Annan", "TEL", "+99111250"))
		m.Join(person("pid-zoe", "Zoë"))
	})
	p := openLive(t, b.url+"/m/"+boardID, view{})
	p.waitPresent("Ann Berg", "李娜", "Bob Annan", "Zoë")
	input := chromedp.CSS("#find")
	typed := func(text string) {
		t.Helper()
		if got := evaluate[string](p, `document.activeElement.id + ": " + document.getElementById("find").value`); got != "find: "+text {
			t.Errorf("the search has %q, want %q and the focus", got, text)
		}
	}
	p.call("type a name", chromedp.SendKeys(input, "ANN"))
	p.waitPresent("Ann Berg", "Bob Annan")
	typed("ANN")

	// A row, the list as a whole, and the page as a whole.
	m.Update("pid-li", map[string]string{"HAND": "1"})
	p.waitContains("#people", "Hand raised")
	p.waitPresent("Ann Berg", "Bob Annan")
	typed("ANN")
	m.Join(person("pid-new", "Joanna"))
	p.waitPresent("Ann Berg", "Bob Annan", "Joanna")
	m.Join(person("pid-hid", "Somebody"))
	p.waitContains("#people", "6 participants")
	p.waitPresent("Ann Berg", "Bob Annan", "Joanna")
	m.Update("pid-zoe", map[string]string{"NAME": "Zoëanne"})
	p.waitPresent("Ann Berg", "Bob Annan", "Zoëanne", "Joanna")
	typed("ANN")
	m.Update("pid-bob", map[string]string{"ROLE": "1"})
	p.waitPresent("Bob Annan", "Ann Berg", "Zoëanne", "Joanna")
	typed("ANN")
	m.CutConnections() // the page hears of the link, and of everything anew
	until(t, "another connection", func() bool { return m.Counts().Subscribed == 1 && m.Counts().Connections == 2 })
	b.waitLink(boardID, "live")
	p.waitText(statusWord, "LIVE")
	p.waitPresent("Bob Annan", "Ann Berg", "Zoëanne", "Joanna")
	typed("ANN")

	for _, c := range []struct {
		text string
		want []string
	}{
		{"娜", []string{"李娜"}},
		{"99111240", []string{"Ann Berg"}},
		{"nobody of this name", []string{}},
		{"", []string{"Bob Annan", "Ann Berg", "李娜", "Zoëanne", "Joanna", "Somebody"}},
	} {
		p.run(fmt.Sprintf(`document.getElementById("find").select(); document.execCommand(%[1]s ? "insertText" : "delete", false, %[1]s)`, quote(c.text)))
		p.waitPresent(c.want...)
	}
}
