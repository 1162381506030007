package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates/text"
	"confboard/web/live"
)

// The load of BenchmarkTopics: so many viewers, evenly on as many views, each of which shows some of those meetings that change.
const (
	topicViewers  = 1000
	topicViews    = 50
	topicChanging = 10
	topicRounds   = 5
	topicChanges  = 40 // in a round
	topicPause    = 15 * time.Millisecond
)

// BenchmarkTopics tells the processor's time that a change costs while 1,000 viewers have 50 different overviews and walls open, of
// boards of 1, 100 and 5,000 meetings, which take turns. Every change is drawn by itself, and the order of cards and tiles with
// it, although a board joins bursts and orders once a second at most. What it costs follows what is shown when 5,000 meetings cost as much as 100.
func BenchmarkTopics(b *testing.B) {
	sizes := []int{1, 100, 5000}
	for _, k := range []struct {
		name   string
		change func(c *crowd, n int)
	}{
		{"a badge", func(c *crowd, n int) { c.flip(n%min(topicChanging, c.size), int64(n/min(topicChanging, c.size)&1)) }},
		{"a class", func(c *crowd, n int) {
			i := n % min(topicChanging, c.size)
			if n/min(topicChanging, c.size)&1 == 0 {
				c.cut(i)
			} else {
				c.Apply(conference.LinkMessage{About: c.about(i), Event: conference.LinkUp})
				c.set(i, conference.Full, conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateCreated})
			}
		}},
	} {
		b.Run(k.name, func(b *testing.B) {
			var boards []*audience
			for _, n := range sizes {
				boards = append(boards, newAudience(b, n))
			}
			costs := make([][]float64, len(sizes)) // µs a change
			sent := make([]float64, len(sizes))
			for b.Loop() {
				for range topicRounds {
					for i, a := range boards {
						before := a.hub.Stats().Deliveries
						costs[i] = append(costs[i], a.cost(k.change))
						sent[i] += float64(a.hub.Stats().Deliveries-before) / topicRounds / topicChanges
					}
				}
			}
			of := func(n int) float64 { return median(costs[slices.Index(sizes, n)]) }
			for i, n := range sizes {
				b.ReportMetric(of(n), fmt.Sprintf("µs-cpu/change/%d", n))
				b.ReportMetric(sent[i]/float64(b.N), fmt.Sprintf("deliveries/change/%d", n))
			}
			b.ReportMetric(of(5000)/of(100), "x-5000/100")
		})
	}
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// audience is a board with everybody who looks at it.
type audience struct {
	*crowd
	hub  *live.Hub
	next int
}

func newAudience(b *testing.B, meetings int) *audience {
	a := &audience{crowd: newCrowd(meetings), hub: live.NewHub(live.Options{JoinBursts: -1, ClockEvery: time.Hour})}
	for i := range meetings {
		about := a.about(i)
		a.Apply(conference.WatchMessage{About: about, Name: fmt.Sprintf("Room %d", i), Group: fmt.Sprint("Floor ", i%8)})
		if i < topicChanging { // what changes is on the first page of every order
			a.set(i, conference.Incremental, conference.EndTime, conference.Value{Presence: conference.Known, Int: a.now.Add(time.Hour).UnixMilli()})
			a.Apply(conference.ParticipantsMessage{About: about, Envelope: a.envelope(about, conference.ParticipantsType, conference.Full),
				Entries: []conference.ParticipantEntry{{PID: "a"}, {PID: "b"}}})
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = a.hub.Run(ctx) })
	_, stop := a.Observe(a.hub.Notify)
	b.Cleanup(func() {
		stop()
		cancel()
		all.Wait()
	})
	for i := range topicViewers {
		all.Go(func() {
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil)
			_ = a.hub.Serve(discard{http.Header{}}, r, eager{topicView(a.crowd, i%topicViews)}, live.ServeOptions{})
		})
	}
	for deadline := time.Now().Add(time.Minute); a.hub.Stats().Viewers < topicViewers || a.hub.Stats().Renders < topicViews; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatal("the viewers do not come")
		}
	}
	return a
}

// topicView is one of the different views: seven in ten are overviews, the others walls.
func topicView(c *crowd, n int) live.View {
	const walls = 15
	if n < walls {
		scope := []string{"", "only=problems", "q=room", "group=Floor+1", "is=unlocked"}[n%5]
		return newWallView(words{text: text.For(text.English)}, c, wallQuery{overviewQuery: queryOf(scope), tiles: []int{8, 12, 24}[n/5], turns: 4})
	}
	scopes := []string{"", "only=problems", "q=room", "group=Floor+1", "is=unlocked", "only=live", "rec=off"}
	q := queryOf(scopes[n%len(scopes)])
	q.sort = sorts[n/len(scopes)%len(sorts)]
	return newOverviewView(words{text: text.For(text.English)}, c, q)
}

// eager draws what its view would draw later together with other things.
type eager struct{ live.View }

// JoinBursts implements live.Joiner.
func (v eager) JoinBursts() time.Duration { return 0 }

// Touched implements live.View.
func (v eager) Touched(c conference.Change) []live.Touch {
	touches := v.View.Touched(c)
	for i := range touches {
		touches[i].Every = 0
	}
	return touches
}

// cost is the processor's time of a change, in µs, over a round of them.
func (a *audience) cost(change func(c *crowd, n int)) float64 {
	before := processorTime()
	for range topicChanges {
		change(a.crowd, a.next)
		a.next++
		time.Sleep(topicPause) // until all have it
	}
	return float64((processorTime() - before).Microseconds()) / topicChanges
}

// processorTime is what this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// discard is a viewer who takes everything.
type discard struct{ header http.Header }

func (w discard) Header() http.Header              { return w.header }
func (w discard) WriteHeader(int)                  {}
func (w discard) Write(p []byte) (int, error)      { return len(p), nil }
func (w discard) FlushError() error                { return nil }
func (w discard) SetWriteDeadline(time.Time) error { return nil }
