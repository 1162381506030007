package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/e2e/crowd"
	"confboard/feed/simulator"
)

// loaded is a board with meetings that change all the while, and viewers of all kinds of pages.
type loaded struct {
	*board
	t        *testing.T
	cloud    *simulator.Cloud
	meetings []*simulator.Meeting
	audience *audience
	seats    []*seat
	changes  sync.WaitGroup
	stop     func()
}

const loadMeetings = 12

// underLoad starts it. args come before the program's own where it is not run by itself.
func underLoad(t *testing.T, further map[string]any, around ...string) *loaded {
	t.Helper()
	l := &loaded{t: t, cloud: newCloud(t, steady), stop: func() {}}
	for i := range loadMeetings {
		m := l.cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900_000_000 + i), HostPassword: "135790", Title: fmt.Sprint("Meeting ", i)})
		m.Start()
		l.meetings = append(l.meetings, m)
	}
	file := settings{heartbeat: steady, meetings: watching(l.meetings...), further: further}.write(t, l.cloud)
	args := []string{"serve", "--config", file}
	if len(around) == 0 {
		l.board = runBoard(t, args...)
	} else {
		l.board = &board{t: t, binary: around[0], args: append(append(around[1:len(around):len(around)], suite.binary), args...)}
		l.run()
	}
	t.Cleanup(func() { l.rest() })
	l.live()
	l.audience = newAudience(t, l.address())
	for i := range many(60) {
		l.seats = append(l.seats, l.audience.sit([]string{"/", "/?only=live&sort=title", "/wall", "/?lang=zh", "/m/" + l.meetings[i%loadMeetings].ConfID(),
			"/m/" + l.meetings[i%loadMeetings].ConfID() + "?lang=zh"}[i%6]))
	}
	l.audience.connected(l.seats)
	l.goOn()
	return l
}

// goOn has the meetings change until rest.
func (l *loaded) goOn() {
	stopped := make(chan struct{})
	l.stop = sync.OnceFunc(func() { close(stopped) })
	l.changes.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stopped:
				return
			case <-time.After(5 * time.Millisecond):
			}
			m := l.meetings[n%loadMeetings]
			m.Set(map[string]any{"lock": n / loadMeetings % 2, "partViewNum": n % 50, "recState": n / 7 % 2})
			if n%10 == 0 {
				m.Join(person(fmt.Sprint("pid-", n%30), fmt.Sprint("Person ", n), "HAND", fmt.Sprint(n/10%2)))
			}
		}
	})
}

// rest ends the changes.
func (l *loaded) rest() {
	l.stop()
	l.changes.Wait()
}

// live waits until all meetings are, with the cloud's state.
func (l *loaded) live() {
	l.t.Helper()
	apart := ""
	until(l.t, "the board to have what the cloud has", func() bool {
		all := l.board.meetings()
		for _, m := range l.meetings {
			a := all[m.ConfID()]
			if apart = unlike(a, m); a.Freshness.Link != "live" || apart != "" {
				return false
			}
		}
		return true
	})
}

// newest ends the changes, and waits until the board has the cloud's state and every page shows it.
func (l *loaded) newest() {
	l.t.Helper()
	l.rest()
	l.live()
	l.audience.agree(l.seats)
}

func TestEveryPageIsBackWithTheNewestStateAfterTheBoardWasKilledUnderLoad(t *testing.T) {
	t.Parallel()
	l := underLoad(t, nil)
	stored := l.metric("confboard_storage_written_total")
	until(t, "what happened meanwhile to be stored", func() bool { return l.metric("confboard_storage_written_total") > stored+loadMeetings })
	for range 3 {
		l.kill()
		l.restart()
		rest(t.Context(), 500*time.Millisecond) // some are back, others not yet
	}
	l.newest()
	if id := l.meetings[0].ConfID(); !strings.Contains(l.read("/m/"+id).byID("timeline-rows").text(), "not running") {
		t.Error("the stored timeline does not tell that the board was not running")
	}
	l.stopInOrder()
	if l.log.contains("damaged") {
		t.Error("something stored was damaged")
	}
}

// stopInOrder stops the board under whatever load there is. Every viewer has to be told.
func (l *loaded) stopInOrder() {
	l.t.Helper()
	told := func(s *seat) (int, string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.closings, s.reason
	}
	before := make([]int, len(l.seats))
	for i, s := range l.seats {
		before[i], _ = told(s)
	}
	until(l.t, "all viewers", func() bool { return int(l.metric("confboard_viewers")) == len(l.seats) })
	took := l.board.stop() // wants exit status 0
	l.t.Logf("stopping with %d viewers took %s", len(l.seats), took.Round(time.Millisecond))
	until(l.t, "every viewer to be told", func() bool {
		for i, s := range l.seats {
			if n, reason := told(s); n == before[i] || reason != "stopping" {
				return false
			}
		}
		return true
	})
}

func TestEveryViewerIsToldWhenTheBoardStopsUnderLoad(t *testing.T) {
	t.Parallel()
	l := underLoad(t, nil)
	l.stopInOrder()
	l.restart()
	l.newest()
}

func TestEveryPageShowsWhenTheWholeCloudIsAwayAndComesBack(t *testing.T) {
	t.Parallel()
	l := underLoad(t, nil)
	for _, fault := range []simulator.Fault{simulator.Refused, simulator.Status503, simulator.Delayed} {
		l.cloud.Inject(fault)
		for _, m := range l.meetings {
			m.CutConnections()
		}
		if fault != simulator.Delayed {
			until(t, "a board without a meeting that is live", func() bool {
				for _, a := range l.board.meetings() {
					if a.Freshness.Link != "stale" {
						return false
					}
				}
				return true
			})
			l.audience.agree(l.seats)
		}
		l.cloud.Clear()
		l.newest()
		l.goOn()
	}
	l.newest()
}

// scarce is how many files the board may have open where they run out.
const scarce = 256

// More viewers come than there are file descriptors. The links to the cloud can be made anew all the same, what is stored is stored, and
// when viewers leave others come in.
func TestABoardWithoutFileDescriptorsKeepsItsLinksAndAcceptsAgain(t *testing.T) {
	t.Parallel()
	record := filepath.Join(t.TempDir(), "feed.jsonl")
	l := underLoad(t, map[string]any{"record": map[string]any{"file": record}}, "/bin/sh", "-c", fmt.Sprintf(`ulimit -n %d; exec "$0" "$@"`, scarce))
	// They never get an answer, those beyond; who is let in holds its place.
	var flood []*crowd.Crowd
	for range 2 {
		c, err := crowd.Open(t.Context(), crowd.Options{Address: l.address(), Path: "/m/" + l.meetings[0].ConfID() + "/events", N: scarce, Reads: crowd.Slowly(1 << 20), MayEnd: true})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		flood = append(flood, c)
	}
	until(t, "the board to have let in as many as it can", func() bool { return l.openFiles() >= scarce/2 })
	connections := l.meetings[1].Counts().Connections
	for _, m := range l.meetings {
		m.CutConnections()
	}
	until(t, "every link to be made anew while no file is left for viewers", func() bool {
		for _, m := range l.meetings {
			if m.Counts().Subscribed != 1 {
				return false
			}
		}
		return l.meetings[1].Counts().Connections > connections
	})
	for _, c := range flood {
		c.Close()
	}
	l.newest()
	if info, err := os.Stat(record); err != nil || info.Size() == 0 {
		t.Errorf("nothing was recorded: %v", err)
	}
	l.stopInOrder()
	for _, word := range []string{"too many open files", "unable to open database"} {
		if l.log.contains(word) {
			t.Errorf("the log says %q", word)
		}
	}
}

func TestAFullDiskAndAReadOnlyOneCostNoViewerAnything(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if why := mountSmall(folder); why != "" {
		t.Skip("a small disk of its own is needed: " + why)
	}
	t.Cleanup(func() { unmount(folder) })
	l := underLoad(t, map[string]any{"dataDir": filepath.Join(folder, "data"), "record": map[string]any{"file": filepath.Join(folder, "feed.jsonl")}})
	filler := filepath.Join(folder, "filler")
	fill(filler)
	until(t, "the board to say that nothing can be stored", func() bool { return l.says("/feed", "disk") })
	l.newest()
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	l.goOn()
	until(t, "storing to go on", func() bool { return !l.says("/feed", "disk") })

	if why := remount(folder, true); why != "" {
		t.Log("not tried read-only: " + why) // files are open for writing
	} else {
		l.newest()
		if why := remount(folder, false); why != "" {
			t.Fatal(why)
		}
	}
	l.newest()
	l.stopInOrder()
}

// says reports whether a page says a word.
func (l *loaded) says(path, word string) bool {
	r := get(l.t, l.url+path)
	return r.status == http.StatusOK && strings.Contains((parsed(l.t, strings.NewReader(r.body))).byID("region").text(), word)
}
