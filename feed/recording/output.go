package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// file is what lines are appended to.
type file interface {
	io.WriteCloser
	Sync() error
}

// output is the file that is written, and those that were before it: FILE is the present one; when it is full it becomes FILE.1,
// the next one FILE.2, and so on, and the oldest are removed.
type output struct {
	path string
	keep int
	open func(path string) (f file, size int64, err error)

	f file
	w *bufio.Writer
	// size is that of the file with what is in w.
	size int64
	// waiting is how many lines are in w.
	waiting uint64
}

// reopen opens the file to append to it.
func (o *output) reopen() error {
	f, size, err := o.open(o.path)
	if err != nil {
		return err
	}
	o.f, o.w, o.size, o.waiting = f, bufio.NewWriterSize(f, 64<<10), size, 0
	return nil
}

// write appends a line. After an error nothing can be written until reopen.
func (o *output) write(text []byte) error {
	if _, err := o.w.Write(text); err != nil {
		return err
	}
	o.size += int64(len(text))
	if o.waiting++; o.w.Buffered() == 0 {
		o.waiting = 0
	}
	return nil
}

// flush hands what was written to the system.
func (o *output) flush() error {
	if o.w.Buffered() == 0 {
		return nil
	}
	if err := o.w.Flush(); err != nil {
		return err
	}
	o.waiting = 0
	return nil
}

// abandon gives up a file that cannot be written, and returns how many lines were lost with it.
func (o *output) abandon() (lost uint64) {
	if o.f != nil {
		_ = o.f.Close() // the error that matters came before
	}
	o.f, o.w = nil, nil
	lost, o.waiting = o.waiting, 0
	return lost
}

// close ends the file.
func (o *output) close() error {
	err := errors.Join(o.flush(), o.f.Sync(), o.f.Close())
	o.f, o.w = nil, nil
	return err
}

// rotate ends the file, gives it the next number, removes the oldest ones and begins another. If only that fails, the present
// file is still there to be written; kept is then why. After err nothing can be written until reopen.
func (o *output) rotate() (kept, err error) {
	if err := o.close(); err != nil {
		return nil, err
	}
	kept = o.number()
	return kept, o.reopen()
}

// number gives the file, which is closed, the next number and removes the oldest ones.
func (o *output) number() error {
	numbers, err := o.numbers()
	if err != nil {
		return err
	}
	next := 1
	if len(numbers) > 0 {
		next = numbers[len(numbers)-1] + 1
	}
	for ; len(numbers) >= o.keep; numbers = numbers[1:] {
		if err := os.Remove(o.numbered(numbers[0])); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return os.Rename(o.path, o.numbered(next))
}

func (o *output) numbered(n int) string { return o.path + "." + strconv.Itoa(n) }

// numbers lists the numbers of the full files in ascending order.
func (o *output) numbers() (numbers []int, err error) {
	entries, err := os.ReadDir(filepath.Dir(o.path))
	if err != nil {
		return nil, err
	}
	prefix := filepath.Base(o.path) + "."
	for _, e := range entries {
		rest, ours := strings.CutPrefix(e.Name(), prefix)
		if n, err := strconv.Atoi(rest); ours && err == nil && n > 0 && rest == strconv.Itoa(n) {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// openFile opens a recording to append to it, or makes a new one, which only the owner can read. A line that a crash broke off is
// ended. A file that is something else is left alone.
func openFile(path string) (_ file, size int64, err error) {
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return nil, 0, fmt.Errorf("%s is not a file", path)
		}
		if info.Size() > 0 {
			if _, err := readHeader(path); err != nil {
				return nil, 0, fmt.Errorf("nothing is appended to it: %w", err)
			}
		}
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := f.Chmod(0o600); err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	if size = info.Size(); size == 0 {
		return f, 0, nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil {
		return nil, 0, err
	}
	if last[0] != '\n' {
		if _, err := f.WriteString("\n"); err != nil {
			return nil, 0, err
		}
		size++
	}
	return f, size, nil
}
