package e2e

import (
	"fmt"
	"net"
	"strings"
	"testing"

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
		s.until(`id="region"`) // the page as a whole, once
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
