package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"confboard/e2e/engines"
	"confboard/feed/simulator"
)

type options struct {
	board, deploy, listen string
	meetings              int
	database              string
	folder                string // of everything that is written
}

// patience is how long all of it may take to be ready, or to end.
const patience = 2 * time.Minute

// boards is how many there are. The balancer's configuration names as many.
const boards = 3

// several are boards as one, with what they need.
type several struct {
	options
	cloud *simulator.Cloud
	app   simulator.App
	parts []*part // in the order in which they start; they end in the other one
}

// part is something that runs as a process, and can be killed and started again.
type part struct {
	name, about string
	start       func(context.Context, io.Writer) (*engines.Process, error)
	log         *os.File
	// process is nil before the first start.
	process *engines.Process
	told    bool // that it has ended
}

func (p *part) ended() bool {
	select {
	case <-p.process.Done():
		return true
	default:
		return false
	}
}

// run starts everything, tells what there is and goes on until ctx ends; then it ends all of it.
func (s *several) run(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	defer func() { err = errors.Join(err, s.cloud.Close()) }()
	defer s.stop(out)
	fmt.Fprintln(out, "Starting three NATS servers, three boards and a balancer …")
	for _, p := range s.parts {
		if p.log, err = os.OpenFile(filepath.Join(s.folder, p.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			return err
		}
		defer p.log.Close()
		if err = s.start(ctx, p); err != nil {
			return err
		}
	}
	living, end := context.WithCancel(ctx)
	var meetings sync.WaitGroup
	meetings.Go(func() { _ = s.cloud.Run(living) }) // its error is that living has ended
	defer meetings.Wait()
	defer end()
	if err = s.ready(ctx); err != nil {
		return err
	}
	s.tell(out)
	s.watch(ctx, in, out)
	return nil
}

// start starts a part.
func (s *several) start(ctx context.Context, p *part) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	process, err := p.start(ctx, p.log)
	if err != nil {
		end, _ := os.ReadFile(p.log.Name()) // there may be none
		return fmt.Errorf("%s: %w\n%s", p.name, err, lastLines(string(end), 10))
	}
	p.process, p.told = process, false
	return nil
}

// ready waits until the balancer shows a board that shows the meetings.
func (s *several) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if said, err := fetch(ctx, s.url()+"/api/v1/meetings"); err == nil && strings.Contains(said, `"live"`) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the boards to show meetings: %w", context.Cause(ctx))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func fetch(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return string(b), err
}

func (s *several) url() string { return "http://" + s.listen }

// tell says what there is and what to try.
func (s *several) tell(out io.Writer) {
	fmt.Fprintf(out, "\nThree boards as one show %d simulated meetings on\n\n    %s/\n\n", len(s.cloud.Meetings()), s.url())
	fmt.Fprintf(out, "%-10s %8s\n", "", "PID")
	for _, p := range s.parts {
		fmt.Fprintf(out, "%-10s %8d  %s\n", p.name, p.process.PID(), p.about)
	}
	fmt.Fprintf(out, "\nLogs are in %s.\n", s.folder)
	if token, err := os.ReadFile(filepath.Join(s.folder, "board-1", "admin-token")); err == nil {
		fmt.Fprintf(out, "Admin token, for one sign-in on the page %s/feed: %s", s.url(), token)
	}
	fmt.Fprint(out, `
Kill what you like (kill -9 PID; kill PID to stop it in order) and look at the pages: those of another
board's meetings go on, and who watched at the board that is gone comes to another one by itself.
Enter starts again what has ended. Ctrl-C ends everything.

`)
}

// watch tells what ends, and starts it again when a line comes in, until ctx ends.
func (s *several) watch(ctx context.Context, in io.Reader, out io.Writer) {
	lines := make(chan struct{})
	go func() { // ends with the program: a read of the terminal cannot be called off
		for each := bufio.NewScanner(in); each.Scan(); {
			select {
			case lines <- struct{}{}:
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(200 * time.Millisecond):
			for _, p := range s.parts {
				if p.ended() && !p.told {
					p.told = true
					fmt.Fprintf(out, "%s has ended (%s). Enter starts it again.\n", p.name, how(p.process.Err()))
				}
			}
		case <-lines:
			for _, p := range s.parts {
				if !p.ended() {
					continue
				}
				if err := s.start(ctx, p); err != nil {
					fmt.Fprintln(out, err)
					continue
				}
				fmt.Fprintf(out, "%s is back, PID %d\n", p.name, p.process.PID())
			}
		}
	}
}

func how(err error) string {
	if err == nil {
		return "in order"
	}
	return err.Error()
}

// stop ends all that runs, the last first, and the boards at the same time: none of them has to take over from another.
func (s *several) stop(out io.Writer) {
	fmt.Fprintln(out, "\nStopping …")
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.stopAll(ctx, func(p *part) bool { return p.name == balancerName })
	s.stopAll(ctx, func(p *part) bool { return strings.HasPrefix(p.name, boardName) })
	s.stopAll(ctx, func(*part) bool { return true })
}

func (s *several) stopAll(ctx context.Context, which func(*part) bool) {
	var stopping sync.WaitGroup
	for _, p := range s.parts {
		if p.process != nil && which(p) {
			stopping.Go(func() { _ = p.process.Stop(ctx) }) // how it ended matters no more
		}
	}
	stopping.Wait()
}

func lastLines(text string, n int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-n):], "\n")
}

// free is the address, or that of the next free port of its host.
func free(address string) (string, error) {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return address, l.Close()
	}
	host, port, splitErr := net.SplitHostPort(address)
	first, numberErr := net.LookupPort("tcp", port)
	if splitErr != nil || numberErr != nil {
		return "", err
	}
	for next := first + 1; next <= first+50; next++ {
		address = net.JoinHostPort(host, fmt.Sprint(next))
		if l, nextErr := net.Listen("tcp", address); nextErr == nil {
			return address, l.Close()
		}
	}
	return "", err
}
