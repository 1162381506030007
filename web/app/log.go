package app

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"confboard/web/settings"
)

// newLogger writes what the settings want to be logged. Unless that is everything, lines with the same words are bounded; what they
// are left out for is told by the runner, which lives as long as the board.
func newLogger(to io.Writer, s settings.Log) (*slog.Logger, runner) {
	options := &slog.HandlerOptions{Level: s.Level}
	var lines slog.Handler = slog.NewTextHandler(to, options)
	if s.Format == settings.LogJSON {
		lines = slog.NewJSONHandler(to, options)
	}
	if s.Level <= slog.LevelDebug {
		return slog.New(lines), untilEnd
	}
	c := calm{lines, &repeats{plain: lines, lines: map[wording]*tally{}}}
	return slog.New(c), c.run
}

// untilEnd is a runner that has nothing to do.
func untilEnd(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

// How many lines with the same words are written in how long: a network that goes away takes the links of all meetings with it, and one
// that flaps does so again and again.
const (
	repeatsAtMost = 100
	repeatsIn     = time.Minute
)

// calm is a handler that bounds how often the same words are written, whatever stands beside them.
type calm struct {
	slog.Handler
	*repeats
}

// Handle implements slog.Handler.
func (c calm) Handle(ctx context.Context, r slog.Record) error {
	if !c.admit(ctx, wording{r.Level, r.Message}, r.Time) {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (c calm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return calm{c.Handler.WithAttrs(attrs), c.repeats}
}

// WithGroup implements slog.Handler.
func (c calm) WithGroup(name string) slog.Handler {
	return calm{c.Handler.WithGroup(name), c.repeats}
}

// repeats counts lines by their words. These are constants of the program, so their number is bounded. Safe for concurrent use.
type repeats struct {
	plain slog.Handler

	mu    sync.Mutex
	lines map[wording]*tally
}

type wording struct {
	level slog.Level
	words string
}

// tally is of the lines since an instant.
type tally struct {
	since            time.Time
	written, leftOut int
}

// admit reports whether one more line may be written, and tells of those that were left out before.
func (p *repeats) admit(ctx context.Context, w wording, now time.Time) bool {
	p.mu.Lock()
	t := p.lines[w]
	if t == nil {
		t = &tally{since: now}
		p.lines[w] = t
	}
	leftOut := 0
	if passed := now.Sub(t.since); passed >= repeatsIn || passed < 0 { // the clock can be set back
		leftOut = t.leftOut
		*t = tally{since: now}
	}
	admitted := t.written < repeatsAtMost
	if admitted {
		t.written++
	} else {
		t.leftOut++
	}
	p.mu.Unlock()
	p.tell(ctx, w, leftOut, now)
	return admitted
}

// tell writes how many lines were left out, if any were.
func (p *repeats) tell(ctx context.Context, w wording, leftOut int, now time.Time) {
	if leftOut == 0 {
		return
	}
	r := slog.NewRecord(now, w.level, "lines with the same words were left out", 0)
	r.AddAttrs(slog.String("words", w.words), slog.Int("lines", leftOut))
	_ = p.plain.Handle(ctx, r) // there is nowhere else to say it
}

// run tells of lines that were left out and that no further one tells of, until ctx ends.
func (p *repeats) run(ctx context.Context) error {
	tick := time.NewTicker(repeatsIn)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		p.tellAll(context.WithoutCancel(ctx), time.Now(), ctx.Err() != nil)
	}
	return nil
}

// tellAll tells of all lines that were left out in a time that is over, or until now when this is the end.
func (p *repeats) tellAll(ctx context.Context, now time.Time, end bool) {
	p.mu.Lock()
	over := map[wording]int{}
	for w, t := range p.lines {
		if t.leftOut > 0 && (end || now.Sub(t.since) >= repeatsIn) {
			over[w] = t.leftOut
			*t = tally{since: now}
		}
	}
	p.mu.Unlock()
	for w, leftOut := range over {
		p.tell(ctx, w, leftOut, now)
	}
}
