package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"confboard/feed/wire"
)

// maxLine is the longest line that is read, in bytes: the largest frame with what stands beside it.
const maxLine = wire.MaxFrame + 4096

// errNoHeader says that a file is something else.
var errNoHeader = errors.New("it is not a recording: its first line is no header")

// reader reads the lines of one file.
type reader struct {
	name string
	r    *bufio.Reader
	// broken is told of each line that is passed over.
	broken func(err error)
	// number is that of the last line, from 1.
	number int
	text   []byte
}

func newReader(name string, r io.Reader, broken func(error)) *reader {
	return &reader{name: name, r: bufio.NewReaderSize(r, 64<<10), broken: broken}
}

// next returns the next header or line that is whole. The error is io.EOF at the end, or that of reading.
func (r *reader) next() (*header, *recorded, error) {
	for {
		if err := r.readLine(); err != nil {
			if err == io.EOF {
				return nil, nil, err
			}
			return nil, nil, fmt.Errorf("%s:%d: %w", r.name, r.number, err)
		}
		if len(bytes.TrimSpace(r.text)) == 0 {
			continue // a line that was broken off by a crash is ended by an empty rest
		}
		h, l, err := decode(r.text)
		if len(r.text) > maxLine {
			err = fmt.Errorf("it is longer than %d bytes", maxLine)
		}
		if err == nil {
			return h, l, nil
		}
		r.broken(fmt.Errorf("%s:%d: %w", r.name, r.number, err))
	}
}

// readLine reads the next line into text. Of one that is longer than maxLine the rest is passed over.
func (r *reader) readLine() error {
	r.text = r.text[:0]
	r.number++
	for {
		part, err := r.r.ReadSlice('\n')
		if len(r.text) <= maxLine {
			r.text = append(r.text, part...)
		}
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(r.text) > 0:
			return nil
		default:
			return err
		}
	}
}

// readHeader returns the header of a file: the first line that is whole, because a crash can have broken off one before it.
func readHeader(name string) (*header, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	first := newReader(name, f, func(error) {})
	const most = 3 // lines: another file may have very many
	for range most {
		err := first.readLine()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if h, _, err := decode(first.text); err == nil {
			if h == nil {
				break
			}
			if err := h.check(); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, first.number, err)
			}
			return h, nil
		}
	}
	return nil, fmt.Errorf("%s:1: %w", name, errNoHeader)
}
