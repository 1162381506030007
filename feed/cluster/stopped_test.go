//go:build linux

package cluster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"confboard/feed/conference"
)

// asMember, in the environment, makes the test's program an instance at that address, until its standard input ends.
const asMember = "CONFBOARD_TEST_MEMBER_AT"

func TestMain(m *testing.M) {
	if at := os.Getenv(asMember); at != "" {
		if err := member(at); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// meetings are some that the instances ask about.
func meetings() (ids []conference.ConfID) {
	for i := range 40 {
		ids = append(ids, conference.ConfID(fmt.Sprint(900487900+i)))
	}
	return ids
}

// member is an instance that says again and again which of the meetings are its own: by which epoch, and since when it has known that.
func member(at string) error {
	config := Config{Servers: []string{at}, pace: pace4s().faster(quick)}
	conn, err := Dial(config)
	if err != nil {
		return err
	}
	defer conn.Close()
	m, err := New(conn, config, &alone{})
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	parts.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(time.Millisecond) {
			for _, id := range meetings() {
				now := sinceBoot()
				if _, epoch, mine := m.Owner(id); mine {
					fmt.Println(id, epoch, int64(now))
				}
			}
		}
	})
	parts.Go(func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	})
	err = m.Run(ctx)
	parts.Wait()
	return err
}

func TestAnInstanceThatWasStoppedDoesNotBelieveInItsLease(t *testing.T) {
	g := newGroup(t)
	a := g.join()
	g.untilShared(a)

	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), asMember+"="+g.server.Address())
	other.Stderr = os.Stderr
	stdin, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	type claim struct {
		id    conference.ConfID
		epoch uint64
		at    time.Duration
	}
	var mu sync.Mutex
	last := make(map[claim]time.Duration) // by meeting and epoch
	said := 0
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			var c claim
			var at int64
			if _, err := fmt.Sscan(lines.Text(), &c.id, &c.epoch, &at); err != nil {
				t.Errorf("line %q: %v", lines.Text(), err)
			}
			mu.Lock()
			last[c] = time.Duration(at)
			said++
			mu.Unlock()
		}
	})
	claims := func() int {
		mu.Lock()
		defer mu.Unlock()
		return said
	}
	defer func() {
		_ = other.Process.Signal(syscall.SIGCONT)
		_ = stdin.Close()
		reading.Wait()
		if err := other.Wait(); err != nil {
			t.Errorf("the other instance ended with %v", err)
		}
	}()

	taken := make(map[claim]time.Duration) // by this one, from the other
	for range 2 {
		before := claims()
		g.until("the other one has its share", func() bool { return a.count() == Shards/2 && claims() > before })
		if err := other.Process.Signal(syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		g.until("this one has everything", func() bool { return a.count() == Shards })
		g.mu.Lock()
		for _, id := range meetings() {
			s := ShardOf(id)
			taken[claim{id: id, epoch: a.taken[s]}] = a.takenAt[s]
		}
		g.mu.Unlock()
		if err := other.Process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}
	g.until("the other one has its share", func() bool { return a.count() == Shards/2 })
	mu.Lock()
	defer mu.Unlock()
	for c, at := range last {
		for k, since := range taken {
			if c.id == k.id && c.epoch < k.epoch && at > since {
				t.Errorf("%v after meeting %s was this one's (epoch %d), the other says that it is its own (epoch %d)", at-since, c.id, k.epoch, c.epoch)
			}
		}
	}
}
