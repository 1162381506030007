package simulator

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// The load that the cloud has to carry in a process of its own.
const (
	benchMeetings     = 2000
	benchParticipants = 10
)

// crowded adds meetings with participants that are in progress.
func crowded(cloud *Cloud, n int) {
	for i := range n {
		m := cloud.Add(MeetingConfig{ConfID: fmt.Sprint(100_000 + i), HostPassword: pass, Title: fmt.Sprint("Meeting ", i)})
		m.Start()
		for p := range benchParticipants {
			m.Join(person(fmt.Sprintf("%032d", p), fmt.Sprint("Participant ", p), fmt.Sprint("+9911", 1000+p)))
		}
	}
}

// held returns the bytes of heap and stacks in use and the number of goroutines.
func held() (bytes, goroutines int) {
	for range 2 { // what the first one frees of pools goes with the second
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc + stats.StackInuse), runtime.NumGoroutine()
}

// thin is a client that costs next to nothing beside the cloud in the same process: a TCP connection without a goroutine.
type thin struct {
	conn net.Conn
	from *bufio.Reader
}

// subscribeThin opens a connection to a meeting and subscribes to everything.
func subscribeThin(b *testing.B, url, confID string, compressed bool) *thin {
	b.Helper()
	host := strings.TrimPrefix(url, "http://")
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url+controlTokenPath+"?conferenceID="+confID, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header = http.Header{"X-Password": {pass}, "X-Login-Type": {"1"}, "Content-Type": {"application/json"}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct{ Token, TmpWsToken string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		b.Fatal(err)
	}
	conn, err := net.Dial("tcp", host)
	if err != nil {
		b.Fatal(err)
	}
	extension := ""
	if compressed {
		extension = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"
	}
	_, err = fmt.Fprintf(conn, "GET %s?confID=%s&tmpToken=%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n", connectionPath, confID, answer.Data.TmpWsToken, host, extension)
	if err != nil {
		b.Fatal(err)
	}
	c := &thin{conn: conn, from: bufio.NewReaderSize(conn, 16)}
	for line := "-"; line != "\r\n"; {
		if line, err = c.from.ReadString('\n'); err != nil {
			b.Fatal(err)
		}
	}
	c.write(b, map[string]any{"action": "Subscribe", "sequence": seq, "data": subscribeData(answer.Data.Token, supported...)})
	for range 6 { // the answer, and a full message of each type that says something
		c.skip(b)
	}
	return c
}

// write sends a text frame, masked with zeroes.
func (c *thin) write(b *testing.B, v any) {
	text := encode(v)
	frame := binary.BigEndian.AppendUint16([]byte{0x81, 0x80 | 126}, uint16(len(text)))
	frame = append(append(frame, 0, 0, 0, 0), text...)
	if _, err := c.conn.Write(frame); err != nil {
		b.Fatal(err)
	}
}

// skip reads one frame.
func (c *thin) skip(b *testing.B) {
	var head [10]byte
	read := func(p []byte) {
		if _, err := io.ReadFull(c.from, p); err != nil {
			b.Fatal(err)
		}
	}
	read(head[:2])
	length := int64(head[1])
	switch length {
	case 126:
		read(head[:2])
		length = int64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		read(head[:8])
		length = int64(binary.BigEndian.Uint64(head[:8]))
	}
	if _, err := io.CopyN(io.Discard, c.from, length); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkMemory measures what a meeting with its participants costs, alone and with a client.
func BenchmarkMemory(b *testing.B) {
	for _, clients := range []bool{false, true} {
		b.Run(fmt.Sprintf("%d meetings/clients=%v", benchMeetings, clients), func(b *testing.B) {
			for b.Loop() {
				before, goroutines := held()
				cloud := New(Config{})
				crowded(cloud, benchMeetings)
				url, err := cloud.Start()
				if err != nil {
					b.Fatal(err)
				}
				var all []*thin
				if clients {
					for _, m := range cloud.Meetings() {
						all = append(all, subscribeThin(b, url, m.ConfID(), true))
					}
				}
				after, more := held()
				b.ReportMetric(float64(after-before)/benchMeetings, "B/meeting")
				b.ReportMetric(float64(more-goroutines)/benchMeetings, "goroutines/meeting")
				for _, c := range all {
					_ = c.conn.Close()
				}
				if err := cloud.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkChange measures one change of a meeting that one client hears of.
func BenchmarkChange(b *testing.B) {
	for _, c := range []struct {
		name       string
		connected  bool
		compressed bool
	}{{"nobody listens", false, false}, {"one client", true, false}, {"one client with compression", true, true}} {
		b.Run(c.name, func(b *testing.B) {
			cloud := New(Config{})
			crowded(cloud, 1)
			url, err := cloud.Start()
			if err != nil {
				b.Fatal(err)
			}
			defer cloud.Close()
			m := cloud.Meetings()[0]
			var reading sync.WaitGroup
			if c.connected {
				client := subscribeThin(b, url, m.ConfID(), c.compressed)
				reading.Go(func() { _, _ = io.Copy(io.Discard, client.conn) }) // until the cloud closes it
			}
			lock := 0
			for b.Loop() {
				lock = 1 - lock
				m.Set(map[string]any{"lock": lock})
				for c.connected && waiting(m) > queueLimit/2 {
					time.Sleep(100 * time.Microsecond)
				}
			}
			if c.connected && m.Counts().Open != 1 {
				b.Error("the client was cut")
			}
			m.CutConnections()
			reading.Wait()
		})
	}
}

// waiting is how many frames the slowest client of a meeting has not taken.
func waiting(m *Meeting) (most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for conn := range m.connections {
		conn.mu.Lock()
		most = max(most, len(conn.queue))
		conn.mu.Unlock()
	}
	return most
}
