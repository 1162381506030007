package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// client asks as a program does: one connection for each request, so that none is left open, and no cookies.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// reply is an answer that was read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// get asks for an address. header are pairs of name and value.
func get(t testing.TB, address string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("read the answer of %s: %v", address, err)
	}
	return reply{res.StatusCode, res.Header, string(body)}
}

// meetingAnswer is what a test reads of an answer of the API.
type meetingAnswer struct {
	ConfID    string                     `json:"confID"`
	Title     string                     `json:"title"`
	Status    map[string]json.RawMessage `json:"status"`
	Partial   bool                       `json:"partial"`
	Freshness struct {
		Link       string  `json:"link"`
		Reason     string  `json:"reason"`
		LastEcho   *string `json:"lastEcho"`
		LastChange *string `json:"lastChange"`
	} `json:"freshness"`
	LastMessage *struct {
		Mode       string `json:"mode"`
		Version    int64  `json:"version"`
		CreateTime string `json:"createTime"`
		MsgID      string `json:"msgID"`
	} `json:"lastMessage"`
	Participants json.RawMessage `json:"participants"`
	Speakers     json.RawMessage `json:"speakers"`
	Messages     struct {
		Applied uint64            `json:"applied"`
		Dropped map[string]uint64 `json:"dropped"`
		Refused uint64            `json:"refused"`
	} `json:"messages"`
}

// meeting asks the API for a meeting; a meeting that is not there is the zero answer.
func (b *board) meeting(confID string) meetingAnswer {
	b.t.Helper()
	var m meetingAnswer
	if r := get(b.t, b.url+"/api/v1/meetings/"+confID); r.status == http.StatusOK {
		if err := json.Unmarshal([]byte(r.body), &m); err != nil {
			b.t.Fatalf("the API's answer: %v\n%s", err, r.body)
		}
	}
	return m
}

// waitLink waits until the API says so of a meeting's link.
func (b *board) waitLink(confID, link string) {
	b.t.Helper()
	until(b.t, confID+" is "+link, func() bool { return b.meeting(confID).Freshness.Link == link })
}

// metric reads a metric without labels.
func (b *board) metric(name string) float64 {
	b.t.Helper()
	for line := range strings.Lines(get(b.t, b.url+"/metrics", "Accept-Encoding", "identity").body) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+" "); ok {
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				b.t.Fatalf("metric %s: %v", name, err)
			}
			return v
		}
	}
	b.t.Fatalf("there is no metric %s", name)
	return 0
}

// stream is a page's event stream, read as a program reads it.
type stream struct {
	t    *testing.T
	body io.Closer
	in   *bufio.Reader
}

func openStream(t *testing.T, address string) *stream {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	long := &http.Client{Transport: client.Transport} // a stream has no end to wait for
	res, err := long.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("%s answered %s, %s", address, res.Status, got)
	}
	return &stream{t: t, body: res.Body, in: bufio.NewReader(res.Body)}
}

// next returns the next event as it was sent, the empty line that ends it included.
func (s *stream) next() string {
	s.t.Helper()
	timer := time.AfterFunc(patience, func() { s.body.Close() })
	defer timer.Stop()
	var event strings.Builder
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			s.t.Fatalf("read the stream: %v", err)
		}
		event.WriteString(line)
		if strings.TrimRight(line, "\r\n") == "" && event.Len() > len(line) {
			return event.String()
		}
	}
}

// until returns everything that is sent until an event contains the text, clock events left out.
func (s *stream) until(text string) string {
	s.t.Helper()
	var all strings.Builder
	for deadline := time.Now().Add(patience); ; {
		event := s.next()
		if time.Now().After(deadline) { // clock events come without end
			s.t.Fatalf("waited in vain for %s in the stream", text)
		}
		if strings.Contains(event, "event: clock") {
			continue
		}
		all.WriteString(event)
		if strings.Contains(event, text) {
			return all.String()
		}
	}
}

// rest returns what is sent until the stream ends; err is nil when it ended in order.
func (s *stream) rest() (string, error) {
	timer := time.AfterFunc(patience, func() { s.body.Close() })
	defer timer.Stop()
	b, err := io.ReadAll(s.in)
	return string(b), err
}
