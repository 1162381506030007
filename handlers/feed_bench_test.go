package handlers

import (
	"context"
	"fmt"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// The feed with 2,000 meetings on the board: the whole page, and what one view costs for a change of any meeting.
func BenchmarkFeed(b *testing.B) {
	r := conference.NewRegistry(conference.DefaultPolicy)
	now := time.UnixMilli(1_800_000_000_000)
	for i := range 2000 {
		r.Apply(conference.WatchMessage{About: conference.About{ConfID: conference.ConfID(fmt.Sprint(900000000 + i)), At: now}, Name: fmt.Sprintf("Meeting %d of the week", i%700)})
	}
	v := &feedView{now: time.Now, words: words{text: text.For(text.English)}, board: r}
	b.Run("page", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			page, err := draw(context.Background(), templates.FeedRegion(v.draw(r.All())))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(page)), "bytes")
		}
	})
	if _, err := v.Region(context.Background()); err != nil {
		b.Fatal(err)
	}
	var c conference.Change
	_, cancel := r.Observe(func(told conference.Change) { c = told })
	defer cancel()
	for name, id := range map[string]conference.ConfID{"echo of a row that is shown": "900000000", "echo of another meeting": "900001999"} {
		r.Apply(conference.LinkMessage{About: conference.About{ConfID: id, At: now.Add(time.Second)}, Event: conference.LinkEcho})
		echo := c
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var components []string
				for _, touch := range v.Touched(echo) {
					components = append(components, touch.Component)
				}
				if _, err := v.Render(context.Background(), components); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("totals and order, at most once a second", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Render(context.Background(), []string{partStates, partFrames, partOrder}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
