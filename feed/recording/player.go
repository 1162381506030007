package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"confboard/feed/conference"
)

// The range of PlayerConfig.Speed.
const (
	MinSpeed = 0.1
	MaxSpeed = 1000
)

// loopPause is the real time between the end of a recording and its next beginning.
const loopPause = time.Second

// PlayerConfig says what to play and how.
type PlayerConfig struct {
	// Files are recordings, and folders with recordings, in any order. A file whose predecessors are missing begins with what was
	// known then.
	Files []string
	// Speed is by how much faster than it was the recording is played, MinSpeed to MaxSpeed. Default 1.
	Speed float64
	// Loop starts over at the end.
	Loop bool
	// Logger is told of lines that are passed over. Default: discards.
	Logger *slog.Logger
}

// Player plays recordings: a conference.Source with a clock of its own.
type Player struct {
	config PlayerConfig
	parts  []part
	clock  clock
	tap    func(id conference.ConfID, at time.Time, frame []byte)
	// brokenLines counts the lines that were passed over in this performance.
	brokenLines int
}

var _ conference.Source = (*Player)(nil)

// NewPlayer checks what is to be played. The error names the file, and the line if it is one, with the reason.
func NewPlayer(c PlayerConfig) (*Player, error) {
	if c.Speed == 0 {
		c.Speed = 1
	}
	if !(c.Speed >= MinSpeed && c.Speed <= MaxSpeed) {
		return nil, fmt.Errorf("speed %g is out of range, %g to %d", c.Speed, MinSpeed, MaxSpeed)
	}
	if len(c.Files) == 0 {
		return nil, errors.New("no recording to play")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	parts, err := partsOf(c.Files)
	if err != nil {
		return nil, err
	}
	p := &Player{config: c, parts: parts, clock: clock{speed: c.Speed}}
	p.clock.jump(parts[0].header.Started)
	p.clock.stop()
	return p, nil
}

// Tap has f called with each frame before it is decoded, as a real source does. f must not keep the frame. Call it before Run.
func (p *Player) Tap(f func(id conference.ConfID, at time.Time, frame []byte)) { p.tap = f }

// Plays reports whether the file is among those that are played.
func (p *Player) Plays(file string) bool {
	info, err := os.Stat(file)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(p.parts, func(one part) bool {
		played, err := os.Stat(one.name)
		return err == nil && os.SameFile(played, info)
	})
}

// Policy is what the recorded board judged by. A registry that judges by it comes to the same states.
func (p *Player) Policy() conference.Policy { return p.parts[0].header.Policy.domain() }

// Now is the recording's time. It is safe for concurrent use, as is Rate.
func (p *Player) Now() time.Time { return p.clock.now() }

// Rate is by how much the recording's time is faster than the real one at the moment: 0 before the beginning and after the end.
func (p *Player) Rate() float64 { return p.clock.rate() }

// Speed is by how much faster the recording is played while it is.
func (p *Player) Speed() float64 { return p.config.Speed }

// Timed is what a sink has that is judged by the clock of the recording, as a *conference.Registry has that is not Run.
type Timed interface {
	// Pass applies everything that is due until the instant, and returns when something is due next; zero: nothing.
	Pass(now time.Time) (next time.Time)
}

// Run plays to the sink, which should be Timed, until ctx ends. At the end of the recording, unless it starts over, every meeting's
// link is told to be down, because nothing more will come, and Run waits for ctx. The error is that of a file that cannot be read.
func (p *Player) Run(ctx context.Context, to conference.Sink) error {
	for {
		p.brokenLines = 0
		show := &performance{player: p, clock: &p.clock, to: to, watched: map[conference.ConfID]bool{}}
		show.timed, _ = to.(Timed)
		err := show.run(ctx, p.parts)
		p.clock.stop()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("play: %w", err)
		}
		if p.brokenLines > 0 {
			p.config.Logger.Warn("lines of the recording were passed over", "lines", p.brokenLines)
		}
		if !p.config.Loop {
			show.end()
			<-ctx.Done()
			return nil
		}
		if !sleep(ctx, loopPause) {
			return nil
		}
		show.leave()
	}
}

// broken notes a line that is passed over. The first few are told one by one.
func (p *Player) broken(err error) {
	const told = 10
	if p.brokenLines++; p.brokenLines <= told {
		p.config.Logger.Warn("line of the recording passed over", "err", err)
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// play plays one file.
func (s *performance) play(ctx context.Context, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := newReader(name, f, s.player.broken)
	for {
		h, l, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case h != nil:
			if err := h.check(); err != nil {
				s.player.broken(fmt.Errorf("%s:%d: %w", name, lines.number, err))
				continue
			}
			err = s.begin(ctx, h)
		default:
			err = s.line(ctx, l)
		}
		if err != nil {
			return err
		}
	}
}
