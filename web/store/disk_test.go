package store

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// child runs a test again in a process of its own, with the variable set to a value, and returns its output line by line.
func child(t *testing.T, variable, value string) (cmd *exec.Cmd, lines *bufio.Scanner) {
	t.Helper()
	cmd = exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"="+value)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// load is batch n of a busy board: 50 entries of one occurrence, which grows.
func load(n int) TimelineBatch {
	o := occurrence(1)
	o.People = n
	b := TimelineBatch{Run: noon, Seen: noon.Add(time.Duration(n) * time.Second), Occurrences: []Occurrence{o}}
	for i := range 50 {
		b.Entries = append(b.Entries, told(1, uint64(n*50+i+1), noon.Add(time.Duration(n)*time.Second)))
	}
	return b
}

// A board that is killed again and again while it writes and prunes leaves a file that opens, with every batch of which it was said
// that it is kept, and no half of another.
func TestKilledAgainAndAgainUnderLoad(t *testing.T) {
	const variable = "CONFBOARD_TEST_LOAD"
	if dir := os.Getenv(variable); dir != "" { // the process that is killed
		d := openFile(t, dir)
		first, err := d.Occurrence(t.Context(), 1)
		if err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatal(err)
		}
		for n := first.People + 1; ; n++ {
			if err := d.PutTimelines(t.Context(), load(n)); err != nil {
				t.Fatal(err)
			}
			fmt.Println(n)
			if _, _, err := d.PruneTimelines(t.Context(), TimelineLimits{Before: noon.Add(time.Duration(n-100) * time.Second), Personal: noon.Add(time.Duration(n-20) * time.Second)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	last := 0
	for round := range 4 {
		cmd, lines := child(t, variable, dir)
		for want := last + 5 + rand.IntN(20); last < want && lines.Scan(); {
			last, _ = strconv.Atoi(lines.Text())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		for lines.Scan() {
			if n, err := strconv.Atoi(lines.Text()); err == nil {
				last = n
			}
		}
		_ = cmd.Wait() // killed

		d := openFile(t, dir)
		if err := d.checkAll(t.Context()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		o, err := d.Occurrence(t.Context(), 1)
		if err != nil || o.People < last {
			t.Fatalf("round %d: %d batches are there and %d were confirmed; error %v", round, o.People, last, err)
		}
		entries, err := d.EntriesAfter(t.Context(), 1, 0, 1_000_000)
		if err != nil || len(entries) == 0 || len(entries) != int(entries[len(entries)-1].Seq-entries[0].Seq)+1 || entries[len(entries)-1].Seq != uint64(o.People*50+50) {
			t.Fatalf("round %d: %d entries up to batch %d, error %v", round, len(entries), o.People, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		last = o.People
	}
}

// On a disk without room, here a process whose files may not grow, nothing that was kept is lost, pages can be read, a backup that
// fails leaves nothing behind, and with room again the same file goes on.
func TestADiskWithoutRoom(t *testing.T) {
	const variable = "CONFBOARD_TEST_ROOM"
	dir := os.Getenv(variable)
	if dir == "" {
		dir := t.TempDir()
		cmd, lines := child(t, variable, dir)
		said := ""
		for lines.Scan() {
			said += lines.Text() + "\n"
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		if !strings.Contains(said, "without room: ") || !strings.Contains(said, "with room again: ") {
			t.Errorf("said %s", said)
		}
		return
	}
	d := openFile(t, dir)
	put(t, d, load(0))
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	limit := func(bytes uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: min(bytes, was.Max), Max: was.Max}); err != nil {
			t.Fatal(err)
		}
	}
	limit(512 << 10)
	n, err := 1, error(nil)
	for ; err == nil && n < 1000; n++ {
		err = d.PutTimelines(t.Context(), load(n))
	}
	fmt.Println("without room:", err)
	if !errors.Is(err, ErrNoWrite) {
		t.Fatalf("batch %d: %v", n, err)
	}
	kept, err := d.EntriesAfter(t.Context(), 1, 0, 1_000_000)
	if err != nil || len(kept) != (n-1)*50 {
		t.Errorf("%d entries of %d, error %v", len(kept), (n-1)*50, err)
	}
	limit(16 << 10)
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := CopyDB(t.Context(), dir, copied); !errors.Is(err, ErrNoWrite) || exists(copied) {
		t.Errorf("a backup: %v, and a file is left: %v", err, exists(copied))
	}
	limit(was.Cur)
	if err := d.PutTimelines(t.Context(), load(n-1)); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if err := errors.Join(d.checkAll(t.Context()), CopyDB(t.Context(), dir, copied)); err != nil {
		t.Error(err)
	}
	fmt.Println("with room again:", n)
}
