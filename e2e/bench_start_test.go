package e2e

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/e2e/crowd"
)

const (
	quietMeetings = 1000
	quietViewers  = 1000
	quietTime     = time.Minute // of heartbeats and clocks
)

// BenchmarkStart tells how long it takes from the start of the process until it has answered with its first page, and how large the
// program is.
func BenchmarkStart(b *testing.B) {
	binary := buildAsShipped(b)
	file, err := os.Stat(binary)
	if err != nil {
		b.Fatal(err)
	}
	cloud := newCloud(b, steady)
	var took []float64
	for b.Loop() {
		for range 15 {
			// The folder is a new one each time: its file is made, too.
			s := settings{heartbeat: steady, further: map[string]any{"log": map[string]any{"level": "warn"}}}
			started := &board{t: b, binary: binary, args: []string{"serve", "--config", s.writeFor(b, cloud.URL())}}
			began := time.Now()
			started.run()
			if page := get(b, started.url+"/"); page.status != 200 {
				b.Fatalf("status %d", page.status)
			}
			took = append(took, float64(time.Since(began).Microseconds())/1000)
			started.stop()
		}
	}
	b.ReportMetric(middle(took), "ms-until-page")
	b.ReportMetric(slices.Max(took), "ms-until-page-at-most")
	b.ReportMetric(float64(file.Size())/1e6, "MB-program")
}

// BenchmarkQuiet tells what a board does when nothing happens: 1,000 meetings send their heartbeats and nothing else, and of 1,000
// viewers half have the overview open and half a meeting each.
func BenchmarkQuiet(b *testing.B) {
	cloud := startScaleCloud(b, quietMeetings)
	binary := buildAsShipped(b)
	for b.Loop() {
		started := startScaled(b, binary, cloud, quietMeetings, 0)
		started.untilLive(quietMeetings)
		var sources []netip.Addr // one address may not open so many different pages
		for i := range 10 {
			sources = append(sources, netip.AddrFrom4([4]byte{127, 0, 0, byte(1 + i)}))
		}
		viewers, err := crowd.Open(b.Context(), crowd.Options{
			Address: strings.TrimPrefix(started.url, "http://"), N: quietViewers, Sources: sources,
			Paths: func(viewer int) string {
				if viewer%2 == 0 {
					return "/events?lang=en"
				}
				return fmt.Sprintf("/m/%s/events?lang=en", scaleID(viewer))
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		started.cpuOver(scaleRest) // until what the start has left is collected
		before, began := started.server.cpu(b), time.Now()
		time.Sleep(quietTime)
		b.ReportMetric(100*(started.server.cpu(b)-before).Seconds()/time.Since(began).Seconds(), "%cpu")
		started.server.profile(b, b.Name(), quietTime/3)()
		if n := viewers.Connected(); n != quietViewers {
			b.Errorf("%d viewers are connected", n)
		}
		viewers.Close()
		started.stop()
	}
}

// middle is the median.
func middle(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}
