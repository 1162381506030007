package storetest

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Way is a way to a server that can be cut.
type Way struct {
	listener net.Listener
	to       string

	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
	word   []byte        // what is swallowed with the answer to it; nil: nothing
	made   chan struct{} // closed when it has been

	all sync.WaitGroup
}

// Detour returns the URL of a server with a way of its own in it.
func Detour(t testing.TB, server string) (string, *Way) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Way{listener: l, to: u.Host, open: map[net.Conn]bool{}}
	w.all.Go(w.accept)
	t.Cleanup(func() {
		l.Close()
		w.Cut()
		w.all.Wait()
	})
	u.Host = l.Addr().String()
	return u.String(), w
}

func (w *Way) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", w.to)
		if err != nil {
			client.Close()
			continue
		}
		if !w.enter(client, server) {
			continue
		}
		w.all.Go(func() { w.pipe(server, client, true) })
		w.all.Go(func() { w.pipe(client, server, false) })
	}
}

func (w *Way) enter(both ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range both {
		if w.closed {
			c.Close()
			continue
		}
		w.open[c] = true
	}
	return !w.closed
}

// pipe carries what is sent. What is asked is looked at for the word.
func (w *Way) pipe(to, from net.Conn, asked bool) {
	defer to.Close()
	defer from.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if asked && w.swallows(buffer[:n]) {
			w.swallow(to, buffer[:n])
			return
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (w *Way) swallows(sent []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.word != nil && bytes.Contains(bytes.ToUpper(sent), w.word)
}

// swallow has the server do what it is asked, and cuts the way before its answer. The client is told nothing: the answer is read here, by
// closing the way only when the server has ended, for which the end of the connection is sent to it.
func (w *Way) swallow(server net.Conn, sent []byte) {
	w.mu.Lock()
	w.closed, w.word = true, nil
	made := w.made
	for c := range w.open {
		if c != server {
			c.Close()
		}
	}
	w.mu.Unlock()
	defer close(made)
	if _, err := server.Write(sent); err != nil {
		return
	}
	if half, is := server.(interface{ CloseWrite() error }); is {
		_ = half.CloseWrite() // the server ends when it has done what was asked
	}
	_, _ = io.Copy(io.Discard, server)
}

// Swallow has the server do what is asked with a word in it, and cuts the way before the answer; it stays cut until Open. What is returned
// is closed when the server has done it.
func (w *Way) Swallow(word string) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.word, w.made = bytes.ToUpper([]byte(word)), make(chan struct{})
	return w.made
}

// Cut ends what goes over the way, and bars it until Open.
func (w *Way) Cut() { w.set(true) }

// Open frees the way. What goes over it at the moment is cut.
func (w *Way) Open() { w.set(false) }

func (w *Way) set(closed bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = closed
	for c := range w.open {
		c.Close()
	}
	clear(w.open)
}
