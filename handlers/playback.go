package handlers

import (
	"strconv"
	"time"

	"confboard/templates"
	"confboard/templates/text"
)

// Playback is the recording that is played in place of live meetings.
type Playback interface {
	// Speed is by how much faster than it happened the recording is played, Rate the same at the moment: 0 when it has ended.
	Speed() float64
	Rate() float64
}

// tellPlayback makes a page say that it shows a recording, if it does, and how fast its clock runs.
func (h *Handlers) tellPlayback(p *templates.Page, t *text.Catalogue, now time.Time) {
	p.Rate = "1"
	if h.Playback == nil {
		return
	}
	number := func(n float64) string { return strconv.FormatFloat(n, 'g', -1, 64) }
	p.Rate = number(h.Playback.Rate())
	p.Playback = &templates.Playback{Text: &t.Playback, Speed: t.Playback.Speed(number(h.Playback.Speed())),
		Time: words{text: t}.instant(now, "")}
}
