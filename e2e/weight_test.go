package e2e

import (
	"fmt"
	"os"
	"runtime"
)

// weight is what a board needs.
type weight struct {
	goroutines, held float64
	files            int
}

// String implements fmt.Stringer.
func (w weight) String() string {
	return fmt.Sprintf("%.0f goroutines, %d files, %.1f MiB", w.goroutines, w.files, w.held/(1<<20))
}

// openFiles is how many file descriptors the board has open; 0 where that cannot be known.
func (b *board) openFiles() int {
	b.t.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	all, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", b.cmd.Process.Pid))
	if err != nil {
		b.t.Fatal(err)
	}
	return len(all)
}
