package crowd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

const (
	// keep is how large a buffer may be and be kept for the next event: the first one, which shows everything, is far larger than
	// those that follow.
	keep = 4 << 10
	// mostHeader bounds the header of an answer.
	mostHeader = 16 << 10
)

// stream takes an answer apart: header, chunks, lines, events. It is fed what is read, and keeps only what is not complete.
type stream struct {
	emit   func(Event)
	opened func() // may be nil

	head    []byte // until the header is complete
	begun   bool
	chunked bool
	at      framing
	left    int // of the chunk

	line           []byte // the beginning of one
	id, name, data []byte
	some           bool // the event has data
	wire           int
	retry          time.Duration // the last hint; 0: none
}

// framing is where in the framing of chunks the stream is.
type framing uint8

const (
	inSize framing = iota
	inExtension
	inChunk
	inEnd // of a chunk: CR LF
)

// feed takes the next bytes. io.EOF: the last chunk has come. Other errors: it is no stream of events.
func (s *stream) feed(p []byte) error {
	if !s.begun {
		s.head = append(s.head, p...)
		end := bytes.Index(s.head, []byte("\r\n\r\n"))
		if end < 0 {
			if len(s.head) > mostHeader {
				return errors.New("the header does not end")
			}
			return nil
		}
		if err := s.begin(bytes.ToLower(s.head[:end+2])); err != nil {
			return err
		}
		p, s.head = s.head[end+4:], nil
	}
	if s.chunked {
		return s.chunks(p)
	}
	s.text(p, 0)
	return nil
}

// begin looks at a header in small letters, each line of which ends with CR LF.
func (s *stream) begin(header []byte) error {
	if len(header) < len("http/1.1 200") {
		return fmt.Errorf("no answer: %q", header)
	}
	status, err := strconv.Atoi(string(header[9:12]))
	if err != nil {
		return fmt.Errorf("no answer: %q", header)
	}
	if status != 200 || !bytes.HasPrefix(value(header, "content-type"), []byte("text/event-stream")) {
		return &Refused{Status: status, RetryAfter: string(value(header, "retry-after"))}
	}
	if s.begun = true; s.opened != nil {
		s.opened()
	}
	s.chunked = string(value(header, "transfer-encoding")) == "chunked"
	return nil
}

func value(header []byte, name string) []byte {
	_, rest, _ := bytes.Cut(header, []byte("\r\n"+name+":"))
	v, _, _ := bytes.Cut(rest, []byte("\r\n"))
	return bytes.TrimSpace(v)
}

// chunks takes the framing off. The end of a chunk counts together with its last byte, so that it belongs to the event there.
func (s *stream) chunks(p []byte) error {
	for len(p) > 0 {
		if s.at == inChunk {
			n, end := min(s.left, len(p)), 0
			if s.left -= n; s.left == 0 {
				s.at, end = inEnd, len("\r\n")
			}
			s.text(p[:n], end)
			p = p[n:]
			continue
		}
		b := p[0]
		p = p[1:]
		if s.at == inEnd {
			if b == '\n' {
				s.at = inSize
			}
			continue
		}
		s.wire++
		switch {
		case b == '\n' && s.left == 0:
			return io.EOF // a trailer, if there is one, is of no interest
		case b == '\n':
			s.at = inChunk
		case s.at == inExtension || b == '\r':
		case b == ';':
			s.at = inExtension
		default:
			digit, err := strconv.ParseUint(string(rune(b)), 16, 8)
			if err != nil || s.left > 1<<40 {
				return fmt.Errorf("no size of a chunk: %q", b)
			}
			s.left = s.left<<4 | int(digit)
		}
	}
	return nil
}

// text takes lines of events, of which the last may be incomplete; so many bytes of framing follow them.
func (s *stream) text(p []byte, framing int) {
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			s.line = append(s.line, p...)
			s.wire += len(p)
			break
		}
		s.wire += end + 1
		line := p[:end]
		p = p[end+1:]
		if len(p) == 0 {
			s.wire += framing
			framing = 0
		}
		if len(s.line) > 0 {
			line = append(s.line, line...)
			s.line = line[:0]
		}
		s.take(bytes.TrimSuffix(line, []byte("\r")))
	}
	s.wire += framing
}

// take takes one line.
func (s *stream) take(line []byte) {
	if len(line) == 0 {
		s.dispatch()
		return
	}
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "id":
		s.id = append(s.id[:0], value...)
	case "event":
		s.name = append(s.name[:0], value...)
	case "data":
		if s.some {
			s.data = append(s.data, '\n')
		}
		s.data, s.some = append(s.data, value...), true
	case "retry":
		if ms, err := strconv.Atoi(string(value)); err == nil {
			s.retry = time.Duration(ms) * time.Millisecond
		}
	}
}

func (s *stream) dispatch() {
	if s.some {
		s.emit(Event{ID: s.id, Name: s.name, Data: s.data, Wire: s.wire})
		s.wire = 0
	}
	s.name, s.data, s.some = s.name[:0], s.data[:0], false
	if cap(s.data) > keep {
		s.data = nil
	}
	if cap(s.line) > keep {
		s.line = nil
	}
}
