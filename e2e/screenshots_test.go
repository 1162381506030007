package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestScreenshots takes pictures of the demonstration, for the README and to be looked at:
//
//	go test ./e2e -run Screenshots -screenshots FOLDER
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("no folder is named by -screenshots")
	}
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	b := runBoard(t, "demo", "--listen", "127.0.0.1:0", "--speed", "4")
	const id = "900487914"
	// For most of its script the board meeting is locked and recorded, with a fixed layout of nine screens.
	atItsBest := func() bool {
		status := b.meeting(id).Status
		return string(status["mode"]) == `"FIXED"` && string(status["recState"]) == "1" && string(status["state"]) == `"Created"`
	}

	pages := []struct{ name, path string }{{"overview", "/"}, {"meeting", "/m/" + id}, {"wall", "/wall"}, {"feed", "/feed"}}
	sizes := []struct {
		name          string
		width, height int64
	}{{"1440", 1440, 900}, {"390", 390, 844}, {"1920", 1920, 1080}}
	for _, size := range sizes {
		for _, theme := range []string{"dark", "light"} {
			p := open(t, b.url+"/", view{width: size.width, height: size.height, light: theme == "light", zone: "UTC"})
			for _, lang := range []string{"en", "zh"} {
				for _, page := range pages {
					until(t, "the fixed layout", atItsBest)
					p.navigate(b.url + withLang(page.path, lang))
					p.waitBoard("live")
					p.wait("e2e.settled()")
					picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
					if err != nil {
						t.Fatal(err)
					}
					file := filepath.Join(*screenshots, fmt.Sprintf("%s-%s-%s-%s.png", page.name, size.name, theme, lang))
					if err := os.WriteFile(file, picture, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}
