package web

import (
	"errors"
	"net"
	"testing"
	"time"
)

func TestThereAreNoMoreConnectionsThanPlaces(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newPlaces(inner, 2)
	accepted, ended := make(chan net.Conn), make(chan error, 1)
	go func() { // ends with the listener
		for {
			c, err := l.Accept()
			if err != nil {
				ended <- err
				return
			}
			accepted <- c
		}
	}()
	dial := func() {
		t.Helper()
		c, err := net.Dial("tcp", inner.Addr().String()) // the kernel takes it at once
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
	}
	dial()
	dial()
	dial()
	first, second := <-accepted, <-accepted
	select {
	case <-accepted:
		t.Fatal("a third connection was accepted, and there are two places")
	case <-time.After(50 * time.Millisecond): // too late is no failure
	}
	if _, ok := first.(interface{ SetLinger(int) error }); !ok {
		t.Error("the socket of a connection cannot be set, which streams need")
	}
	first.Close()
	first.Close() // twice gives one place back
	third := <-accepted
	second.Close()
	third.Close()
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the listener ended with %v", err)
	}
}
