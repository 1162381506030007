package e2e

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// request sends the request of a stream on a connection of its own, whose answer nobody has to read.
func request(address, path string) (*net.TCPConn, error) {
	conn, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	tcp := conn.(*net.TCPConn)
	if _, err := fmt.Fprintf(tcp, "GET %s HTTP/1.1\r\nHost: %s\r\nAccept: text/event-stream\r\n\r\n", path, address); err != nil {
		tcp.Close()
		return nil, err
	}
	return tcp, nil
}

func TestAViewerThatStopsReadingCostsNobodyElseAnything(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")

	stuck, err := request(b.address(), "/m/"+id+"/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	if err := stuck.SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	p := openLive(t, b.url+"/m/"+id, view{})
	until(t, "both viewers", func() bool { return b.metric("confboard_viewers") == 2 })

	// A flood of long texts, until the one that does not read is cut.
	flood := func(n int) map[string]any {
		fields := map[string]any{"partViewNum": n}
		for i := range 20 {
			fields[fmt.Sprintf("extra%d", i)] = strings.Repeat(fmt.Sprintf("%d.", n), 800)
		}
		return fields
	}
	n := 0
	until(t, "the viewer that does not read to be cut", func() bool {
		for range 50 {
			n++
			m.Set(flood(n % 1000))
		}
		p.waitText("#f-partViewNum", fmt.Sprint(n%1000)) // the others follow all the while
		return b.metric("confboard_cuts_total") >= 1
	})
	until(t, "one viewer", func() bool { return b.metric("confboard_viewers") == 1 })
	m.Set(map[string]any{"lock": 1})
	p.waitText("#f-lock", "Locked")
	p.waitBoard("live")
}

func TestTwoThousandViewersComeAndGoWithoutATrace(t *testing.T) {
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	// Both topics are in use all the while, so that their own goroutines are in the count.
	for _, path := range []string{"/m/" + id + "/events", "/events"} {
		openStream(t, b.url+path).next()
	}
	start := b.metric("go_goroutines")

	const rounds, at = 2000, 20
	address := b.address()
	visit := func(i int) error {
		path := "/events"
		if i%4 < 2 {
			path = "/m/" + id + "/events"
		}
		conn, err := request(address, path)
		if err != nil {
			return err
		}
		defer conn.Close()
		if i%2 == 1 { // aborted before anything was read, with a reset
			return conn.SetLinger(0)
		}
		if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		in := bufio.NewReader(conn)
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return fmt.Errorf("viewer %d: %w", i, err)
			}
			if strings.Contains(line, "data:") {
				return nil
			}
		}
	}
	var workers sync.WaitGroup
	for w := range at {
		workers.Go(func() {
			for i := w; i < rounds; i += at {
				if err := visit(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()

	until(t, "the two viewers of before", func() bool { return b.metric("confboard_viewers") == 2 })
	const slack = 5 // the metrics' own connections, and the runtime's
	until(t, fmt.Sprintf("at most %v goroutines again", start+slack), func() bool { return b.metric("go_goroutines") <= start+slack })
}

func TestOneToggleCostsLessThanSixKilobytes(t *testing.T) {
	t.Parallel()
	const id, limit = "900487914", 6 << 10
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Name: "Board meeting"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	for _, path := range []string{"/m/" + id + "/events", "/m/" + id + "/events?lang=zh", "/events"} {
		s := openStream(t, b.url+path)
		s.until(`"#region"`) // the page as a whole, once
		for _, lock := range []int{1, 0, 1, 0} {
			m.Set(map[string]any{"lock": lock})
			if n := len(s.until(`data-field="lock"`)); n >= limit {
				t.Errorf("a toggle of the lock cost %d bytes on %s, want less than %d", n, path, limit)
			} else {
				t.Logf("%s: %d bytes", path, n)
			}
		}
	}
}
