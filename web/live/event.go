package live

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/r3labs/sse/v2"
)

// Names of events that are not for swapping. Messages with markup have no name.
const (
	// ClockEvent tells the page the board's time, by how much it is faster than the real one (see Options.Told), the topic's
	// current id and the build: {"now": ms since 1970 UTC, "rate": number, "id": text, since it exceeds what a script's
	// numbers hold exactly, "build": text}.
	ClockEvent = "clock"
	// ClosingEvent says that the server ends the stream, and why: {"reason": "stopping" | "moved" | "failed" | "denied" | "renewed"}.
	// The last means that the page is to be loaded anew. Its retry field hints when to come back.
	ClosingEvent = "closing"
)

// ids makes event ids: positive, ascending, unique in the process and above those of every earlier process,
// as long as the clock moves on by a millisecond per 1,048,576 events.
type ids struct{ last atomic.Int64 }

func newIDs(start time.Time) *ids {
	var s ids
	s.last.Store(start.UnixMilli() << 20)
	return &s
}

func (s *ids) next() int64 { return s.last.Add(1) }

// parseID returns the id in a Last-Event-ID header; 0 when it is none of ours.
func parseID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// oneLine makes a fragment fit one data line: r3labs/sse writes each payload as a single one, and takes one that begins
// with a colon for a line of its own. Line ends become character references, which mean the same in text and
// attributes.
func oneLine(p []byte) []byte {
	if bytes.ContainsAny(p, "\r\n") {
		p = bytes.ReplaceAll(p, []byte("\r"), []byte("&#13;"))
		p = bytes.ReplaceAll(p, []byte("\n"), []byte("&#10;"))
	}
	if bytes.HasPrefix(p, []byte(":")) {
		p = append([]byte(" "), p...)
	}
	return p
}

// message is an event on its way to the viewers of a topic, who share it.
type message struct {
	seq   uint64
	id    int64
	frame []byte
	noted time.Time // when the first change in it was noted; zero: it is about none
	made  time.Time
}

// ticket stands for a message in the r3labs stream. The library would put an event together anew for each viewer, in four or five writes: it
// carries the sequence alone, in place of the id, and each viewer's writer writes the message.
func ticket(m *message) *sse.Event {
	return &sse.Event{ID: strconv.AppendUint(nil, m.seq, 10), Data: ticketData}
}

var ticketData = []byte("-") // an event without data would end the stream

// frame is an event as it stands in the stream. retry in ms is left out when 0.
func frame(id int64, name string, data []byte, retry time.Duration) []byte {
	b := make([]byte, 0, len(data)+96)
	b = append(b, "id: "...)
	b = strconv.AppendInt(b, id, 10)
	b = append(b, "\ndata: "...)
	b = append(b, data...)
	if name != "" {
		b = append(b, "\nevent: "...)
		b = append(b, name...)
	}
	if retry > 0 {
		b = append(b, "\nretry: "...)
		b = strconv.AppendInt(b, retry.Milliseconds(), 10)
	}
	return append(b, "\n\n"...)
}

func (o *Options) clockData(id int64) []byte {
	now, rate := o.Told()
	data, _ := json.Marshal(struct { // numbers, none of them infinite, and text: it cannot fail
		Now   int64   `json:"now"`
		Rate  float64 `json:"rate"`
		ID    int64   `json:"id,string"`
		Build string  `json:"build"`
	}{now.UnixMilli(), rate, id, o.Build})
	return data
}
