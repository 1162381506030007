// Package engines runs what several boards need beside themselves as processes of this machine: NATS servers, a balancer, and the boards.
// The tests and make cluster use it. A process outlives the context that it was started under: who starts one ends it.
package engines

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
)

// Process is a program that was started. Its methods are safe for concurrent use.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // once done is closed
}

// Start starts a program, in a process group of its own: Ctrl-C is for who started it, who then ends all in order.
func Start(cmd *exec.Cmd) (*Process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() { // ends with the process, for which Kill and Stop wait
		defer close(p.done)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// StartUntil starts a program and waits until a line of its output is taken by said; of the lines that follow it is told nothing. All
// output goes to log as well. When ctx ends before, or the program does, it is gone when StartUntil returns.
func StartUntil(ctx context.Context, cmd *exec.Cmd, log io.Writer, said func(line string) bool) (*Process, error) {
	lines := &lineWriter{to: log, said: said, found: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = lines, lines // the same, so that only one at a time writes to log
	p, err := Start(cmd)
	if err != nil {
		return nil, err
	}
	select {
	case <-lines.found:
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("%s ended at once: %w", cmd.Path, errors.Join(p.err, errEnded))
	case <-ctx.Done():
		p.Kill()
		return nil, fmt.Errorf("wait for %s: %w", cmd.Path, context.Cause(ctx))
	}
}

var errEnded = errors.New("it did not say that it is ready")

// PID is the process's number.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how it ended: nil for the exit status 0. It waits for that.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Signal sends a signal to a process that has not ended.
func (p *Process) Signal(s syscall.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends it without a word, and waits until it has ended. A process that has ended is none the worse.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}

// Stop asks it to end, waits, and returns how it ended. When ctx ends before, it is killed.
func (p *Process) Stop(ctx context.Context) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("stop %s: %w", p.cmd.Path, context.Cause(ctx))
	}
}

// lineWriter passes on what is written, and looks for a line in it.
type lineWriter struct {
	to    io.Writer
	said  func(string) bool
	found chan struct{}

	mu   sync.Mutex
	rest []byte
	over bool
}

// Write implements io.Writer.
func (w *lineWriter) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.rest = append(w.rest, b...)
	}
	for !w.over {
		n, line, err := bufio.ScanLines(w.rest, false)
		if n == 0 || err != nil {
			break
		}
		if w.over = w.said(string(line)); w.over {
			close(w.found)
			w.rest = nil
			break
		}
		w.rest = w.rest[n:]
	}
	return w.to.Write(b)
}

// FreePorts are so many different ports of this machine's loopback on which nothing listened a moment ago. They are below those that the
// system gives to connections, of which there may be thousands: so a program that is killed finds its port free when it is back.
func FreePorts(n int) (ports []int, err error) {
	const first, end, tries = 12_000, 32_000, 1000
	for range tries {
		if len(ports) == n {
			return ports, nil
		}
		port := first + rand.IntN(end-first)
		l, listenErr := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err = listenErr; err != nil {
			continue
		}
		defer l.Close() // not before the last one is known
		ports = append(ports, port)
	}
	return nil, fmt.Errorf("find a free port: %w", err)
}
