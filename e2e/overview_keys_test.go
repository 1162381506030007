package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// waitFocus waits until the card of a room has the focus.
func (p *tab) waitFocus(room int) {
	p.t.Helper()
	p.wait(fmt.Sprintf(`document.activeElement.closest(".card")?.id === "c-%d"`, 900000000+room))
}

func TestKeysDoWhatTheSheetSays(t *testing.T) {
	t.Parallel()
	b, _ := rooms(t, 62)
	p := openLive(t, b.url+"/", view{})
	p.press("?")
	p.wait(`document.getElementById("keys").open`)
	p.press("p") // does nothing behind the sheet
	p.press(kb.Escape)
	p.wait(`!document.getElementById("keys").open`)
	p.waitAddress("/")

	p.press("j")
	p.waitFocus(1)
	p.press("j")
	p.waitFocus(2)
	p.press(kb.ArrowRight)
	p.waitFocus(3)
	p.press(kb.ArrowDown) // three in a row
	p.waitFocus(6)
	p.press(kb.ArrowUp)
	p.press("k")
	p.waitFocus(2)

	p.press("]")
	p.waitAddress("/?page=2")
	p.waitRooms(61, 62)
	p.press("[")
	p.waitAddress("/")
	p.press("p")
	p.waitAddress("/?only=problems")
	p.press("p")
	p.waitAddress("/")

	p.press("f")
	p.wait(`document.activeElement.id === "filter-only"`)
	p.press(kb.Escape)
	p.wait(`!document.getElementById("filters").open && document.activeElement.matches("#filters summary")`)

	// Letters are letters where somebody types.
	p.press("/")
	p.wait(`document.activeElement.id === "q"`)
	for _, key := range []string{"p", "j", "?", "/", "a"} {
		p.press(key)
	}
	p.waitAddress("/?q=pj%3F%2Fa")
	p.wait(`document.activeElement.value === "pj?/a" && !document.getElementById("keys").open`)
	p.press(kb.Escape) // the browser empties the field
	p.waitAddress("/")
	p.press(kb.Escape)
	p.wait(`document.activeElement.id !== "q"`)

	// They can be switched off, and stay so; the arrows remain.
	p.press("?")
	p.wait(`document.getElementById("keys").open`)
	p.call("switch them off", chromedp.Click(chromedp.CSS("#keys-on")))
	p.press(kb.Escape)
	p.navigate(b.url + "/?sort=start")
	p.waitBoard("live")
	p.press("p")
	p.press("/")
	p.run(`document.querySelector("#cards h2 a").focus()`)
	p.press(kb.ArrowRight)
	p.waitFocus(2)
	p.waitAddress("/?sort=start")
	p.press(kb.Enter)
	p.waitAddress("/m/900000002")
}

// Who aims at a card does not hit another one: while the pointer moves over the list, cards keep their places, though not for
// long.
func TestCardsKeepTheirPlacesUnderAHand(t *testing.T) {
	t.Parallel()
	b, meetings := rooms(t, 4)
	p := openLive(t, b.url+"/?is=unlocked", view{})
	p.waitContains("#cards", "No meeting matches")
	meetings[3].Set(map[string]any{"lock": 0})
	p.waitRooms(4)
	p.run(`
		const move = () => document.querySelector("#cards .card").dispatchEvent(new PointerEvent("pointermove", { bubbles: true }));
		move();
		window.hand = setInterval(move, 50);
		window.came = window.moved = 0;
		document.addEventListener("htmx:sse:before:message", (e) => {
			if (!came && /c-900000001/.test(e.detail.message.data)) came = Date.now();
		});
		new MutationObserver(() => moved ||= Date.now()).observe(document.getElementById("cards"), { childList: true });
	`)
	meetings[0].Set(map[string]any{"lock": 0})
	p.waitRooms(1, 4)
	p.run("clearInterval(hand)")
	if held := evaluate[int](p, "moved - came"); held < 2900 {
		t.Errorf("the card entered %d ms after it was told of, under the pointer", held)
	}

	// The focus goes with its card, and to the next one where the card leaves.
	p.run(`document.querySelector("#c-900000004 h2 a").focus()`)
	meetings[2].Set(map[string]any{"lock": 0})
	p.waitRooms(1, 3, 4)
	p.waitFocus(4)
	meetings[3].Set(map[string]any{"lock": 1})
	p.waitRooms(1, 3)
	p.waitFocus(3)
}
