package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"confboard/feed/simulator"
)

// rooms is a board with n live meetings, "Room 1" and so on, each of which began after the one before it.
func rooms(t *testing.T, n int) (*board, []*simulator.Meeting) {
	t.Helper()
	cloud := newCloud(t, steady)
	var meetings []*simulator.Meeting
	for i := range n {
		m := cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900000001 + i), HostPassword: "135790", Name: fmt.Sprintf("Room %d", i+1)})
		m.Start()
		m.SetBasic(map[string]any{"startTime": fmt.Sprint(1_800_000_000_000 + 1000*i), "owner": "Ann"})
		m.Set(map[string]any{"lock": 1, "recState": 0})
		meetings = append(meetings, m)
	}
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(meetings...)})
	for _, m := range meetings {
		b.waitLink(m.ConfID(), "live")
	}
	return b, meetings
}

// waitRooms waits until the cards are those of the rooms with these numbers, in this order.
func (p *tab) waitRooms(numbers ...int) {
	p.t.Helper()
	ids := []string{}
	for _, n := range numbers {
		ids = append(ids, fmt.Sprint(900000000+n))
	}
	p.waitOrder(ids...)
}

// waitAddress waits for the path and query of the page.
func (p *tab) waitAddress(want string) {
	p.t.Helper()
	p.wait(fmt.Sprintf("location.pathname + location.search === %s", quote(want)))
}

// press presses keys wherever the focus is. A single letter is one event with its text, as from a keyboard, so that a page that takes the key gets no text.
func (p *tab) press(keys string) {
	p.t.Helper()
	if r := []rune(keys); len(r) > 1 || r[0] < ' ' || r[0] > '~' {
		p.call("press keys", chromedp.KeyEvent(keys))
		return
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		event := input.DispatchKeyEventParams{Type: kind, Key: keys}
		if kind == input.DispatchKeyEventTypeKeyDown {
			event.Text = keys
		}
		p.call("press "+keys, command(input.DispatchKeyEvent, event))
	}
}

func between(first, last int) (numbers []int) {
	for n := first; n <= last; n++ {
		numbers = append(numbers, n)
	}
	return numbers
}

func TestPagesOfManyMeetings(t *testing.T) {
	t.Parallel()
	b, meetings := rooms(t, 65)
	p := openLive(t, b.url+"/", view{})
	p.waitRooms(between(1, 60)...)
	p.waitText("#pager .pager-range", "1–60 of 65")
	p.run(`window.samePage = true`)
	p.call("turn the page", chromedp.Click(chromedp.CSS(`#pager-below [data-step="next"]`)))
	p.waitRooms(between(61, 65)...)
	p.waitAddress("/?page=2")
	p.waitText("#pager .pager-range", "61–65 of 65")
	p.waitBoard("live")
	if got := evaluate[int](p, `document.querySelectorAll("[data-stream]").length`); got != 1 {
		t.Errorf("the page has %d streams", got)
	}

	// Its stream carries what it shows: a change of a meeting on the other page changes nothing.
	other := openLive(t, b.url+"/", view{})
	p.watch("#region *")
	meetings[0].Set(map[string]any{"lock": 0})
	other.waitText("#"+card("900000001", "lock"), "Unlocked")
	meetings[64].Set(map[string]any{"lock": 0})
	p.waitText("#"+card("900000065", "lock"), "Unlocked")
	for _, id := range p.changed("clock", card("900000065", "changed"), card("900000065", "lock")) {
		t.Errorf("%s changed", id)
	}

	// A meeting that ends moves behind the others, and the first of the next page moves up.
	meetings[1].End()
	other.waitRooms(append([]int{1}, between(3, 61)...)...)
	p.waitRooms(62, 63, 64, 65, 2)

	p.run("history.back()")
	p.waitAddress("/")
	p.waitRooms(append([]int{1}, between(3, 61)...)...)
	p.run("history.forward()")
	p.waitAddress("/?page=2")
	p.waitRooms(62, 63, 64, 65, 2)
	meetings[64].Set(map[string]any{"lock": 1})
	p.waitText("#"+card("900000065", "lock"), "Locked")
	if !evaluate[bool](p, "window.samePage === true") {
		t.Error("the page was loaded anew")
	}
}

func TestTheSearchFindsAsOneTypes(t *testing.T) {
	t.Parallel()
	b, meetings := rooms(t, 12)
	p := openLive(t, b.url+"/?sort=start", view{})
	p.waitRooms(between(1, 12)...)
	p.run(`window.samePage = true`)
	p.call("type", chromedp.SendKeys(chromedp.CSS("#q"), "oom 1"))
	p.waitAddress("/?q=oom+1&sort=start")
	p.waitRooms(1, 10, 11, 12)
	typed := func(want string) {
		t.Helper()
		if got := evaluate[string](p, `document.activeElement.id + " " + document.activeElement.value + " " + document.activeElement.selectionStart`); got != want {
			t.Errorf("the search is %q, want %q", got, want)
		}
	}
	typed("q oom 1 5")
	p.waitText("#announcement", "4 meetings")

	// The caret stays where it is, in the middle too, and what comes in does not disturb it.
	p.run(`document.getElementById("q").setSelectionRange(0, 0)`)
	p.press("r")
	p.waitAddress("/?q=room+1&sort=start")
	p.waitBoard("live")
	meetings[4].SetBasic(map[string]any{"owner": "Room 1"}) // matches by its owner
	p.waitRooms(1, 5, 10, 11, 12)
	p.waitText("#pager .pager-range", "5 meetings")
	typed("q room 1 1")
	meetings[4].SetBasic(map[string]any{"owner": "Ann"})
	p.waitRooms(1, 10, 11, 12)

	// The word is one step back, not each of its letters.
	p.run("history.back()")
	p.waitAddress("/?sort=start")
	p.waitRooms(between(1, 12)...)
	p.wait(`document.getElementById("q").value === ""`)
	p.run("history.forward()")
	p.waitAddress("/?q=room+1&sort=start")
	p.wait(`document.getElementById("q").value === "room 1"`)
	p.waitRooms(1, 10, 11, 12)

	p.call("take the chip away", chromedp.Click(chromedp.CSS(".chip")))
	p.waitAddress("/?sort=start")
	p.waitRooms(between(1, 12)...)
	p.run(`document.getElementById("q").select(); document.execCommand("insertText", false, "nowhere")`)
	p.waitContains("#cards", "No meeting matches")
	p.call("show all again", chromedp.Click(chromedp.CSS("#cards .button")))
	p.waitRooms(between(1, 12)...)
	if !evaluate[bool](p, "window.samePage === true") {
		t.Error("the page was loaded anew")
	}
}

func TestFiltersAndOrderWithAndWithoutScripts(t *testing.T) {
	t.Parallel()
	b, meetings := rooms(t, 6)
	for _, n := range []int{2, 4, 6} {
		meetings[n-1].Set(map[string]any{"lock": 0})
	}
	meetings[3].Set(map[string]any{"recState": 1})
	until(t, "a recording", func() bool { return string(b.meeting("900000004").Status["recState"]) == "1" })

	p := openLive(t, b.url+"/", view{})
	p.call("open the filters", chromedp.Click(chromedp.CSS("#filters summary")))
	p.call("ask for unlocked ones", chromedp.Click(chromedp.CSS(`#filters [value="unlocked"]`)))
	p.waitAddress("/?is=unlocked")
	p.waitRooms(2, 4, 6)
	p.run(`{ const s = document.getElementById("filter-rec"); s.value = "off"; s.dispatchEvent(new Event("change", { bubbles: true })); }`)
	p.waitAddress("/?is=unlocked&rec=off")
	p.waitRooms(2, 6)
	p.waitText("#filters summary b", "2")
	if !evaluate[bool](p, `document.getElementById("filters").open`) {
		t.Error("the filters closed while they were being chosen")
	}
	meetings[4].Set(map[string]any{"lock": 0})
	p.waitRooms(2, 5, 6)
	meetings[1].Set(map[string]any{"recState": 1})
	p.waitRooms(5, 6)
	p.call("all live ones", chromedp.Click(chromedp.CSS(".counter-live")))
	p.waitAddress("/?is=unlocked&only=live&rec=off")
	p.waitText(".counter-live b", "6") // of all, whatever is shown
	p.run("history.back()")
	p.waitAddress("/?is=unlocked&rec=off")
	p.run("history.back()")
	p.waitAddress("/?is=unlocked")
	p.waitRooms(2, 4, 5, 6)
	p.wait(`document.getElementById("filter-rec").value === ""`)
	p.wait(`document.querySelector('#filters [value="unlocked"]').checked`)

	plain := open(t, b.url+"/", view{})
	plain.call("switch scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	plain.navigate(b.url + "/")
	plain.call("open the filters", chromedp.Click(chromedp.CSS("#filters summary")))
	plain.call("ask for unlocked ones", chromedp.Click(chromedp.CSS(`#filters [value="unlocked"]`)))
	plain.call("send the form", chromedp.Click(chromedp.CSS(`#filters button[type="submit"]`)))
	plain.waitAddress("/?is=unlocked")
	if got := plain.order(); strings.Join(got, " ") != "900000002 900000004 900000005 900000006" {
		t.Errorf("without scripts the cards are %v", got)
	}
	plain.call("take the chip away", chromedp.Click(chromedp.CSS(".chip")))
	plain.waitAddress("/")
	if evaluate[bool](plain, `getComputedStyle(document.getElementById("keys-open")).display !== "none"`) {
		t.Error("without scripts shortcuts are offered")
	}
}

func TestDensityIsAChoiceOfTheViewer(t *testing.T) {
	t.Parallel()
	b, _ := rooms(t, 3)
	p := openLive(t, b.url+"/?sort=start", view{})
	height := `document.querySelector(".card").getBoundingClientRect().height`
	high := evaluate[float64](p, height)
	stream := evaluate[string](p, `document.querySelector("[data-stream]").id`)
	p.call("compact", chromedp.Click(chromedp.CSS(`#densities a[href*="compact"]`)))
	p.wait(`document.documentElement.dataset.density === "compact"`)
	p.waitBoard("live")
	if low := evaluate[float64](p, height); low >= high {
		t.Errorf("compact cards are %.0f pixels high, others %.0f", low, high)
	}
	if got := evaluate[string](p, `document.querySelector("[data-stream]").id`); got != stream {
		t.Error("another density is another stream")
	}
	p.navigate(b.url + "/?sort=end")
	if got := evaluate[string](p, "document.documentElement.dataset.density"); got != "compact" {
		t.Errorf("then the density is %q", got)
	}
}

// With pages and with whatever limits the list; all else is looked at with every other page.
func TestTheOverviewsControlsAreAccessible(t *testing.T) {
	t.Parallel()
	b, _ := rooms(t, 62)
	p := open(t, b.url+"/", view{})
	for _, path := range []string{"/?lang=zh&page=2", "/?density=compact&is=ending&is=nohost&is=over&is=waiting&lang=en", "/?lang=zh&page=2&q=" + strings.Repeat("w", 90)} {
		p.navigate(b.url + path)
		p.waitBoard("live")
		p.axe(path)
		p.fitsSmall(path)
		p.run(`document.getElementById("filters").open = true`)
		p.fitsSmall(path + " with the filters open")
	}
}
