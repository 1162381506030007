package engines_test

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"confboard/e2e/engines"
)

func TestAProgramIsWaitedForUntilItSaysThatItIsReady(t *testing.T) {
	said := func(line string) bool { return line == "ready" }
	for name, c := range map[string]struct {
		script string
		fails  string
	}{
		"it says so":               {script: `echo getting; printf "rea"; echo dy; exec sleep 60`},
		"it says so without rest":  {script: `echo ready; exec sleep 60`},
		"it ends first":            {script: `echo no; exit 3`, fails: "exit status 3"},
		"it ends, in order":        {script: `exit 0`, fails: "did not say"},
		"it is waited for in vain": {script: `echo ready or not; exec sleep 60`, fails: "deadline"},
	} {
		t.Run(name, func(t *testing.T) {
			patience := time.Minute
			if c.fails == "deadline" {
				patience = 200 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			var log bytes.Buffer
			p, err := engines.StartUntil(ctx, exec.Command("sh", "-c", c.script), &log, said)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Fatalf("%v, want one with %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Stop(t.Context()); err == nil || !strings.Contains(err.Error(), "terminated") {
				t.Errorf("stopped: %v", err)
			}
			if !strings.Contains(log.String(), "ready\n") {
				t.Errorf("the log has %q", log.String())
			}
			p.Kill() // which it may be although it has ended
		})
	}
}

func TestAProgramThatDoesNotEndIsKilledWhenTheTimeIsOver(t *testing.T) {
	p, err := engines.StartUntil(t.Context(), exec.Command("sh", "-c", `trap "" TERM; echo; while :; do sleep 0.1; done`), new(bytes.Buffer), func(string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := p.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want that the time is over", err)
	}
	if p.Err() == nil {
		t.Error("it ended in order")
	}
}
