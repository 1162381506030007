package crowd_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/e2e/crowd"
)

const long = 20 * time.Second

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(long); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(what, "does not hold")
		}
	}
}

// server gives every stream what script writes.
func server(t *testing.T, script http.HandlerFunc) (address string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		script(w, r)
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func say(w http.ResponseWriter, text string) {
	_, _ = io.WriteString(w, text)
	_ = http.NewResponseController(w).Flush()
}

func TestEveryViewerReceivesEveryEventWholeHoweverItIsCutUp(t *testing.T) {
	large := strings.Repeat("x", 100_000)
	for framing, coding := range map[string]string{"in chunks": "", "until the end": "identity"} {
		t.Run(framing, func(t *testing.T) {
			address := server(t, func(w http.ResponseWriter, r *http.Request) {
				if coding != "" {
					w.Header().Set("Transfer-Encoding", coding)
				}
				say(w, "id: 1\ndata: "+large+"\n\n")
				say(w, ": nothing\nid: 2\nev")
				say(w, "ent: clock\r\ndata: a\ndata:b\n")
				say(w, "\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n")
				<-r.Context().Done()
			})
			var mu sync.Mutex
			got := map[int][]string{}
			wire := map[int]int{}
			c, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 30,
				Received: func(viewer int, at time.Time, e crowd.Event) {
					mu.Lock()
					defer mu.Unlock()
					got[viewer] = append(got[viewer], fmt.Sprintf("%s %s %q", e.ID, e.Name, strings.Replace(string(e.Data), large, "large", 1)))
					wire[viewer] += e.Wire
					if time.Since(at) > long {
						t.Error("received at", at)
					}
				}})
			if err != nil {
				t.Fatal(err)
			}
			eventually(t, "all have received all", func() bool { n, _ := c.Received(); return n == 4*30 })
			if n := c.Connected(); n != 30 {
				t.Errorf("%d connected, want 30", n)
			}
			c.Close()
			const want = `[1  "large" 2 clock "a\nb" 3  "c" 4  "d"]`
			sent := len("id: 1\ndata: \n\n: nothing\nid: 2\nevent: clock\r\ndata: a\ndata:b\n\nid: 3\ndata: c\n\nid: 4\ndata: d\n\n") + len(large)
			for viewer := range 30 {
				if all := fmt.Sprint(got[viewer]); all != want {
					t.Fatalf("viewer %d received %s, want %s", viewer, all, want)
				}
				if coding != "" && wire[viewer] != sent {
					t.Errorf("%d bytes on the wire, want %d", wire[viewer], sent)
				} else if coding == "" && (wire[viewer] < sent+4*5 || wire[viewer] > sent+1000) {
					t.Fatalf("%d bytes on the wire in chunks, want a little more than %d", wire[viewer], sent)
				}
			}
		})
	}
}

func TestTheFramingCountsWithItsEvent(t *testing.T) {
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		say(w, "data: first\n\n")
		for range 3 {
			say(w, "data: 0123456\n\n") // 15 bytes: f CR LF, the data, CR LF
		}
		<-r.Context().Done()
	})
	var wires []int
	c, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 1,
		Received: func(_ int, _ time.Time, e crowd.Event) { wires = append(wires, e.Wire) }})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "all have come", func() bool { n, _ := c.Received(); return n == 4 })
	c.Close()
	if got := fmt.Sprint(wires[1:]); got != "[20 20 20]" {
		t.Errorf("%s bytes on the wire, want 20 each", got)
	}
}

func TestViewersComeBackWithTheirLastIDAndOthersStayAway(t *testing.T) {
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Last-Event-ID") == "7" {
			say(w, "id: 8\ndata: welcome\n\n")
			<-r.Context().Done()
			return
		}
		say(w, "id: 7\nretry: 20\ndata: a\n\n")
	})
	hints, lost := make(chan time.Duration, 5), make(chan int, 5)
	c, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 5, Lost: func(viewer int, _ time.Time) { lost <- viewer },
		Back: func(_ int, hint time.Duration) time.Duration { hints <- hint; return time.Millisecond }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	eventually(t, "all are back", func() bool { n, _ := c.Received(); return n == 10 })
	if s := c.Viewer(4); !s.Open || s.Connections != 2 || s.Events != 2 {
		t.Errorf("a viewer that is back is %+v", s)
	}
	if hint := <-hints; hint != 20*time.Millisecond {
		t.Errorf("the hint is %v", hint)
	}
	if len(lost) != 5 {
		t.Errorf("%d lost their streams, want each of them, once", len(lost))
	}
	if c.Viewer(0).Ended != io.EOF {
		t.Errorf("the first stream ended with %v, want io.EOF", c.Viewer(0).Ended)
	}

	away, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer away.Close()
	eventually(t, "all have ended", func() bool { return away.Ended() == 3 && away.Connected() == 0 })
}

func TestOpenTellsWhoIsRefused(t *testing.T) {
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 3})
	var refused *crowd.Refused
	if !errors.As(err, &refused) || refused.Status != http.StatusServiceUnavailable || refused.RetryAfter != "5" {
		t.Errorf("Open returned %v", err)
	}
	c, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 3, MayEnd: true})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if s := c.Viewer(2); s.Open || !errors.As(s.Ended, &refused) || c.Ended() != 0 {
		t.Errorf("a viewer that was refused is %+v", s)
	}
}

func TestViewersWhoDoNotReadHoldUpTheServer(t *testing.T) {
	stuck := make(chan struct{}, 2)
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		for r.Context().Err() == nil {
			_ = rc.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
			if _, err := io.WriteString(w, strings.Repeat("data: x\n\n", 1000)); err != nil {
				stuck <- struct{}{}
				return
			}
		}
	})
	for name, reads := range map[string]crowd.Reading{"never": crowd.Never, "a byte a second": crowd.Slowly(1)} {
		c, err := crowd.Open(t.Context(), crowd.Options{Address: address, Path: "/", N: 1, Reads: reads, ReadBuffer: 4096})
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-stuck:
		case <-time.After(long):
			t.Error("the server is not held up by one that reads", name)
		}
		c.Close()
	}
}

func TestViewersConnectFromTheirAddressesAndLeaveNothingBehind(t *testing.T) {
	var mu sync.Mutex
	from := map[string]int{}
	address := server(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		from[netip.MustParseAddrPort(r.RemoteAddr).Addr().String()]++
		mu.Unlock()
		say(w, "data: a\n\n")
		<-r.Context().Done()
	})
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	c, err := crowd.Open(ctx, crowd.Options{Address: address, Path: "/", N: 40,
		Sources: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")}})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	c.Close()
	if runtime.GOOS == "linux" && (from["127.0.0.1"] != 20 || from["127.0.0.2"] != 20) {
		t.Errorf("viewers came from %v", from)
	}
	eventually(t, "all goroutines are gone", func() bool { return runtime.NumGoroutine() <= before+1 })
	if _, err := crowd.Open(ctx, crowd.Options{Address: address, Path: "/", N: 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open after the end returned %v", err)
	}
}
