package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The legend is there for who has no mouse, and for who has no scripts.
func TestTheLegendOpensByKeyAndWithoutScripts(t *testing.T) {
	t.Parallel()
	b, _ := oneMeeting(t, nil)
	p := openLive(t, b.url+"/m/"+boardID, view{})
	p.run(`document.querySelector("#legend summary").focus()`)
	p.press(kb.Enter)
	p.wait(`document.getElementById("legend").open && document.querySelector(".legend-panel").checkVisibility()`)
	p.waitContains("#legend", "That is not the same as off.")
	p.press(kb.Escape)
	p.wait(`!document.getElementById("legend").open && document.activeElement.parentElement.id === "legend"`)
	p.press(kb.Enter)
	p.wait(`document.getElementById("legend").open`)
	p.run(`document.querySelector("h1").click()`) // most of it is under the legend
	p.wait(`!document.getElementById("legend").open`)

	p.call("switch scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	p.navigate(b.url + "/?lang=zh")
	p.call("open the legend", chromedp.Click(chromedp.CSS("#legend summary")))
	p.wait(`document.querySelector(".legend-panel").checkVisibility()`)
	p.waitAddress("/?lang=zh")
}
