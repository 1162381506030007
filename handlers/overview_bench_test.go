package handlers

import (
	"context"
	"fmt"
	"testing"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
)

// fifty are views of all kinds, as fifty people could have them open.
func fifty(c *crowd) []*overviewView {
	addresses := []string{"", "only=problems", "only=live", "q=room", "q=room+1&sort=title", "sort=end", "sort=participants", "is=unlocked", "rec=off&sort=start", "is=nohost"}
	var views []*overviewView
	for i := range 50 {
		q := queryOf(addresses[i%len(addresses)])
		q.page = i / len(addresses)
		views = append(views, c.view(q, windowSize))
	}
	return views
}

// BenchmarkAChange is what one change costs while fifty different views of 2,000 meetings are open: asking every view, and
// rendering what it touches.
func BenchmarkAChange(b *testing.B) {
	ctx := context.Background()
	for _, k := range []struct {
		name   string
		change func(c *crowd, n int)
	}{
		{"of a badge", func(c *crowd, n int) { c.flip(n*37%2000, int64(n&1)) }},
		{"of a severity", func(c *crowd, n int) {
			i := n * 37 % 2000
			if n&1 == 0 {
				c.cut(i)
			} else {
				c.Apply(conference.LinkMessage{About: c.about(i), Event: conference.LinkWaiting})
			}
		}},
	} {
		b.Run(k.name, func(b *testing.B) {
			c := newCrowd(2000)
			views := fifty(c)
			for _, v := range views {
				if _, err := v.Region(ctx); err != nil {
					b.Fatal(err)
				}
			}
			var told []conference.Change
			_, cancel := c.Observe(func(change conference.Change) { told = append(told, change) })
			defer cancel()
			n, sent, messages := 0, 0, 0
			for b.Loop() {
				told = told[:0]
				k.change(c, n)
				n++
				for _, v := range views {
					var touched []string
					for _, change := range told {
						for _, touch := range v.Touched(change) {
							touched = append(touched, touch.Component)
						}
					}
					if len(touched) == 0 {
						continue
					}
					message, err := v.Render(ctx, touched)
					if err != nil {
						b.Fatal(err)
					}
					if len(message) > 0 {
						messages++
						sent += len(message)
					}
				}
			}
			b.ReportMetric(float64(messages)/float64(n), "messages/op")
			b.ReportMetric(float64(sent)/float64(n), "bytes/op")
		})
	}
}

// BenchmarkTouched is what a change costs the feed while it is told: fifty views are asked, and draw nothing yet.
func BenchmarkTouched(b *testing.B) {
	c := newCrowd(2000)
	views := fifty(c)
	for _, v := range views {
		v.start()
	}
	var change conference.Change
	_, cancel := c.Observe(func(told conference.Change) { change = told })
	defer cancel()
	c.flip(1500, 1)
	for b.Loop() {
		for _, v := range views {
			v.Touched(change)
		}
	}
}

// BenchmarkOverviewPage is the whole page, made anew.
func BenchmarkOverviewPage(b *testing.B) {
	for _, n := range []int{60, 2000} {
		b.Run(fmt.Sprintf("of %d meetings", n), func(b *testing.B) {
			c := newCrowd(n)
			size := 0
			for b.Loop() {
				v := newOverviewView(words{text: text.For(text.English)}, c, overviewQuery{})
				v.start()
				page, err := draw(context.Background(), templates.OverviewRegion(v.draw()))
				if err != nil {
					b.Fatal(err)
				}
				size = len(page)
			}
			b.ReportMetric(float64(size), "bytes/page")
		})
	}
}
