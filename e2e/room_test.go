package e2e

import (
	"testing"

	"confboard/feed/simulator"
)

// A page for which there is no room says so, and not that it hears nothing; it comes alive when somebody has left.
func TestAPageWithoutRoomSaysSoAndComesAliveLater(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: boardID, HostPassword: "135790", Title: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m), further: map[string]any{"limits": map[string]any{"streams": 1}}})
	b.waitLink(boardID, "live")
	first := openLive(t, b.url+"/m/"+boardID, view{})

	second := first.beside(b.url+"/m/"+boardID, view{interrupted: true})
	second.wait(`document.querySelector(".pulse").innerText.includes("Too many open pages")`)
	third := first.beside(b.url+"/?lang=zh", view{interrupted: true})
	third.wait(`document.querySelector(".pulse").innerText.includes("打开的页面过多")`)
	third.navigate("about:blank")
	m.Set(map[string]any{"lock": 1})
	first.waitText("#f-lock", "Locked")
	first.navigate("about:blank")

	second.waitBoard("live")
	second.waitText("#f-lock", "Locked")
	second.wait(`!document.querySelector(".pulse").innerText.includes("Too many")`)
}
