package e2e

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// plainServer is the variable that makes this test binary the plainest server of events that net/http allows: what the board is
// measured against.
const plainServer = "CONFBOARD_PLAIN_SERVER"

// Orders to it, a line each.
const (
	orderEvent = "event" // and, behind a blank, what it sends from now on, in base64
	orderSend  = "send"  // once
	// orderBurst and orderRest are those of the cloud.
)

func isPlainServer() bool { return os.Getenv(plainServer) != "" }

// plain sends every event to all its clients: one byte slice that they share, a bounded channel for each.
type plain struct {
	mu      sync.Mutex
	clients []*plainClient
	first   []byte
}

type plainClient struct {
	events chan []byte
	gone   chan struct{} // closed by the sender when the client is too slow
}

const (
	plainQueue   = 64
	plainTimeout = 5 * time.Second
)

// ServeHTTP is one client's stream.
func (p *plain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	rc := http.NewResponseController(w)
	c := &plainClient{events: make(chan []byte, plainQueue), gone: make(chan struct{})}
	p.mu.Lock()
	c.events <- p.first
	p.clients = append(p.clients, c)
	p.mu.Unlock()
	defer p.leave(c)
	var deadline time.Time
	for {
		select {
		case event := <-c.events:
			if now := time.Now(); deadline.Sub(now) < plainTimeout*3/4 {
				deadline = now.Add(plainTimeout)
				if rc.SetWriteDeadline(deadline) != nil {
					return
				}
			}
			if _, err := w.Write(event); err != nil || rc.Flush() != nil {
				return
			}
		case <-c.gone:
			return
		case <-r.Context().Done():
			return
		}
	}
}

func (p *plain) leave(c *plainClient) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.clients, c); i >= 0 {
		p.clients = slices.Delete(p.clients, i, i+1)
	}
}

func (p *plain) send(event []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clients = slices.DeleteFunc(p.clients, func(c *plainClient) bool {
		select {
		case c.events <- event:
			return false
		default:
			close(c.gone)
			return true
		}
	})
}

// servePlain serves until its orders end. It writes its URL first.
func servePlain(orders io.Reader, out io.WriteCloser) (status int) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 1
	}
	p := &plain{first: []byte("id: 1\ndata: welcome\n\n")}
	mux := http.NewServeMux()
	mux.Handle("/events", p)
	mux.Handle("/debug/pprof/heap", pprof.Handler("heap"))
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: plainTimeout}
	var serving, sending sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) })
	fmt.Fprintln(out, "http://"+listener.Addr().String())
	_ = out.Close()

	var event []byte
	rest := func() {}
	lines := bufio.NewScanner(orders)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		rest()
		sending.Wait()
		order, what, _ := strings.Cut(lines.Text(), " ")
		stop := make(chan struct{})
		rest = sync.OnceFunc(func() { close(stop) })
		switch order {
		case orderEvent:
			if event, err = base64.StdEncoding.DecodeString(what); err != nil {
				return 1
			}
		case orderSend:
			p.send(event)
		case orderBurst:
			sending.Go(func() { steadily(burstRate, burstChanges, stop, func(int) { p.send(event) }) })
		}
	}
	rest()
	sending.Wait()
	_ = server.Close()
	serving.Wait()
	return 0
}

// startPlain starts one that lives as long as the benchmark.
func startPlain(b *testing.B) (p process, orders io.Writer) {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), plainServer+"=yes")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Errorf("the plain server: %v", err)
		}
	})
	said, err := io.ReadAll(out)
	if err != nil {
		b.Fatal(err)
	}
	url := strings.TrimSpace(string(said))
	return process{pid: cmd.Process.Pid, debug: url, url: url}, in
}
