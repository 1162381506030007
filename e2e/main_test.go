// Package e2e tests the board as people meet it: the real program as a process, a real browser, and a simulated cloud on
// loopback. It sees URLs, pages and the process; of our packages only its fixtures use one, the simulated cloud. What is
// expected stands written out here, in the words of the specification and of the pages.
//
// Needed: the browser's packages (make assets), a C compiler for the race detector, and Chromium (setup/browser.sh).
package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// parallel is how many tests run at a time when nobody says otherwise: each has a board, a cloud and a tab, of one browser that all share,
// and waits for them half of the time.
const parallel = 3

// suite is what all tests share. TestMain sets it; nothing else does.
var suite struct {
	folder  string          // of what the tests have in common
	binary  string          // the program, built with the race detector
	browser context.Context // the browser; a page is a tab in it
}

var screenshots = flag.String("screenshots", "", "folder for screenshots of the demonstration; empty: none are taken")

func TestMain(m *testing.M) {
	if isScaleCloud() {
		os.Exit(serveScaleCloud(os.Stdin, os.Stdout))
	}
	if isPlainServer() {
		os.Exit(servePlain(os.Stdin, os.Stdout))
	}
	flag.Parse()
	if flag.Lookup("test.run").Value.String() == "^$" { // benchmarks alone need neither the browser nor the race detector
		os.Exit(m.Run())
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "confboard-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer os.RemoveAll(folder)
	suite.folder = folder

	if suite.binary, err = build(folder); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	closeBrowser, err := startBrowser(filepath.Join(folder, "profile"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		return 1
	}
	defer closeBrowser()

	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if !said {
		if err := flag.Set("test.parallel", strconv.Itoa(parallel)); err != nil {
			fmt.Fprintln(os.Stderr, "e2e:", err)
			return 1
		}
	}
	return m.Run()
}

// build makes the program with the race detector.
func build(folder string) (binary string, err error) {
	if _, err := os.Stat(filepath.Join("..", "static", "node_modules", "axe-core", "axe.min.js")); errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("the browser's packages are not installed: run make assets, and npm ci in static for the tests' own")
	}
	binary = filepath.Join(folder, "confboard")
	out, err := exec.Command("go", "build", "-race", "-o", binary, "confboard").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return binary, nil
}
