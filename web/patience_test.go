package web_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"confboard/handlers"
	"confboard/web"
)

// anything takes whatever comes as an event.
type anything struct{}

func (anything) Receive([]byte) ([]byte, error) { return nil, nil }

// impatient is a board that waits for nobody for long.
func impatient(t *testing.T) *board {
	t.Helper()
	const short = 300 * time.Millisecond
	return start(t, options{patience: web.Patience{Header: short, Body: short, Answer: short, Idle: short},
		more: func(h *handlers.Handlers) { h.Hook = anything{} }})
}

// caller is a connection on which a test writes by hand.
func (b *board) caller(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil { // far more than the board waits
		t.Fatal(err)
	}
	return conn
}

// hangsUp reads to the end of a connection and returns what came. It fails when the board does not hang up.
func hangsUp(t *testing.T, conn net.Conn) string {
	t.Helper()
	said, err := io.ReadAll(conn)
	if timeout := (net.Error)(nil); errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("the board does not hang up")
	}
	return string(said) // a reset is as good an end
}

func TestWhoIsSlowOnPurposeHoldsNothingForLong(t *testing.T) {
	b := impatient(t)
	b.watch("900487914", "Weekly review")
	_, stream := b.stream(t, "/m/900487914/events?lang=en")
	await(t, stream, "CONNECTING")
	const head = " HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"
	for _, k := range []struct {
		name, send string
		drips      string // sent byte by byte, for as long as the board listens
		answers    string // what an answer begins with; empty: there need not be one
	}{
		{"who says nothing", "", "", ""},
		{"half a request line", "GET /m/9004", "", ""},
		{"a head that does not end", "GET /" + head, "", ""},
		{"a head that drips", "GET /" + head + "X-Slow: ", "a", ""},
		{"lines of a head that drip", "GET /" + head, "X-Slow: a\r\n", ""},
		{"a body that does not come", "POST /hooks/huawei" + head + "Content-Length: 1000\r\n\r\n", "", ""},
		{"a body that drips", "POST /hooks/huawei" + head + "Content-Length: 1000000\r\n\r\n", "a", ""},
		{"a body in pieces that drip", "POST /hooks/huawei" + head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", ""},
		{"a body that nobody reads", "POST /nowhere" + head + "Content-Length: 1000\r\n\r\n", "", ""},
		{"the body of a request that has none", "GET /" + head + "Content-Length: 1000\r\n\r\n", "", ""},
		{"its pieces that drip", "GET /healthz" + head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n", ""},
		{"who comes back for nothing", "GET /healthz" + head + "\r\n", "", "HTTP/1.1 200 "},
		{"who begins a second request", "GET /healthz" + head + "\r\nGET /", "", "HTTP/1.1 200 "},
	} {
		t.Run(k.name, func(t *testing.T) {
			conn := b.caller(t)
			if _, err := io.WriteString(conn, k.send); err != nil {
				t.Fatal(err)
			}
			dripped := make(chan struct{})
			go func() {
				defer close(dripped)
				for i := 0; k.drips != ""; i++ {
					if _, err := io.WriteString(conn, k.drips[i%len(k.drips):i%len(k.drips)+1]); err != nil {
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
			}()
			said := hangsUp(t, conn)
			conn.Close()
			<-dripped
			if !strings.HasPrefix(said, k.answers) {
				t.Errorf("answered %.100q, want %q", said, k.answers)
			}
		})
	}
	// All that time the stream was open, longer than anything else may take.
	b.watch("900487914", "Another name")
	await(t, stream, "Another name")
}

func TestWhatIsTooLargeIsNotTakenIn(t *testing.T) {
	b := impatient(t)
	const most = 8 << 20 // far more than any limit and what sockets hold
	for _, k := range []struct{ name, head, piece, answers string }{
		{"a head without end", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", "X-Filler: " + strings.Repeat("a", 1000) + "\r\n", "HTTP/1.1 431 "},
		{"a line without end", "GET /?q=", strings.Repeat("a", 1000), "HTTP/1.1 431 "},
		{"a body", fmt.Sprintf("POST /hooks/huawei HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n", most), strings.Repeat("a", 1000), "HTTP/1.1 413 "},
		{"a body in pieces", "POST /hooks/huawei HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", "3e8\r\n" + strings.Repeat("a", 1000) + "\r\n", "HTTP/1.1 413 "},
		{"a body that nobody reads", fmt.Sprintf("POST /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nContent-Length: %d\r\n\r\n", most), strings.Repeat("a", 1000), "HTTP/1.1 404 "},
	} {
		t.Run(k.name, func(t *testing.T) {
			conn := b.caller(t)
			answer := make(chan string, 1)
			go func() {
				line, _ := bufio.NewReader(conn).ReadString('\n') // a reset can come before it
				answer <- line
			}()
			sent := 0
			for text := []byte(k.head); sent < most; text = bytes.Repeat([]byte(k.piece), 16) {
				n, err := conn.Write(text)
				sent += n
				if err != nil {
					break
				}
			}
			if sent >= most {
				t.Errorf("all of it was taken")
			}
			if line := <-answer; line != "" && !strings.HasPrefix(line, k.answers) {
				t.Errorf("answered %q, want %q", line, k.answers)
			}
		})
	}
}

func TestManyWhoAreSlowKeepNobodyOut(t *testing.T) {
	b := start(t, options{}) // as patient as it is
	for range 500 {
		if _, err := io.WriteString(b.caller(t), "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		if res, _ := b.ask(t, http.MethodGet, "/"); res.StatusCode != http.StatusOK {
			t.Fatalf("in the meantime: %s", res.Status)
		}
	}
}
