package e2e

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is a server that is measured.
type process struct {
	pid        int
	url, debug string // where it serves, and where its profiles are
}

var benchProfiles = flag.String("profiles", "", "folder for profiles of the processes that benchmarks measure; empty: none are taken")

// profile takes a profile of its processor's time from now on, if any is to be taken. done waits for it.
func (p process) profile(b *testing.B, name string, length time.Duration) (done func()) {
	b.Helper()
	if *benchProfiles == "" {
		return func() {}
	}
	var taking sync.WaitGroup
	taking.Go(func() {
		said := get(b, fmt.Sprintf("%s/debug/pprof/profile?seconds=%.0f", p.debug, length.Seconds())).body
		if err := os.WriteFile(filepath.Join(*benchProfiles, name+".pprof"), []byte(said), 0o600); err != nil {
			b.Error(err)
		}
	})
	return taking.Wait
}

// cpu is the processor's time that it has used.
func (p process) cpu(b *testing.B) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // behind the name
	fields := strings.Fields(rest)
	const user, system, ticks = 11, 12, 100 // of a second: what Linux tells every program
	var sum int
	for _, text := range []string{fields[user], fields[system]} {
		n, err := strconv.Atoi(text)
		if err != nil {
			b.Fatal(err)
		}
		sum += n
	}
	return time.Duration(sum) * time.Second / ticks
}

// resident is its memory as the system sees it, in bytes.
func (p process) resident(b *testing.B) float64 {
	b.Helper()
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.pid))
	if err != nil {
		b.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	if err != nil {
		b.Fatal(err)
	}
	return float64(pages * os.Getpagesize())
}

var (
	heapInUse  = regexp.MustCompile(`(?m)^# HeapInuse = (\d+)$`)
	stackInUse = regexp.MustCompile(`(?m)^# Stack = (\d+) /`)
)

// held is what it keeps in heap and stacks after a collection, in bytes.
func (p process) held(b *testing.B) float64 {
	b.Helper()
	get(b, p.debug+"/debug/pprof/heap?gc=1") // a stack shrinks at a collection, and is free at the next
	said := get(b, p.debug+"/debug/pprof/heap?gc=1&debug=1").body
	var sum float64
	for _, pattern := range []*regexp.Regexp{heapInUse, stackInUse} {
		m := pattern.FindStringSubmatch(said)
		if m == nil {
			b.Fatalf("a heap profile without %s", pattern)
		}
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += n
	}
	return sum
}
