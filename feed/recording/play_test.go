package recording

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

func TestARecordingPlaysToTheStatesThatWereRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed.jsonl")
		s := record(t, Config{File: file}, (*script).story)
		a := play(t, PlayerConfig{Files: []string{file}}, nil)
		if got, want := describeAll(a.last, true), describeAll(s.registry.All(), true); got != want {
			t.Errorf("played to other states:\n%s", differences(got, want))
		}
		for _, state := range a.All() {
			if state.Link.Reason != conference.ReasonPlayback && !state.Ended() {
				t.Errorf("after the end %s is %s: %q", state.ConfID, state.Link.State, state.Link.Reason)
			}
		}
	})
}

func TestAnySpeedLeadsToTheSameStatesOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed.jsonl")
		record(t, Config{File: file}, (*script).story)
		want := play(t, PlayerConfig{Files: []string{file}, Speed: 1}, nil).states
		if len(want) < 50 || !strings.Contains(strings.Join(want, ""), "link lost") {
			t.Fatalf("%d states", len(want))
		}
		for _, speed := range []float64{0.1, 7.3, 1000} {
			began := time.Now()
			got := play(t, PlayerConfig{Files: []string{file}, Speed: speed}, nil).states
			if len(got) != len(want) {
				t.Fatalf("speed %g: %d states, want %d", speed, len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("speed %g: state %d is\n%s\nwant\n%s", speed, i, got[i], want[i])
				}
			}
			if took := time.Since(began).Seconds() * speed; took < 245 || took > 265 {
				t.Errorf("speed %g: %.1f seconds of the recording", speed, took)
			}
		}
	})
}

func TestARecordingThatIsPlayedAndRecordedAgainIsTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		first, second := filepath.Join(folder, "first"), filepath.Join(folder, "second")
		record(t, Config{File: first}, (*script).story)
		r := newRecorder(t, Config{File: second})
		stop := run(t, r)
		play(t, PlayerConfig{Files: []string{first}, Speed: 1000}, r)
		stop()
		if got, want := withoutHeader(read(t, second)), withoutHeader(read(t, first)); got != want {
			t.Errorf("recorded again:\n%s", differences(got, want))
		}
	})
}

func TestTheClockOfTheRecordingRunsFromLineToLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed.jsonl")
		record(t, Config{File: file}, func(s *script) {
			s.connect(meetingID)
			s.after(10*time.Minute).link(meetingID, conference.LinkEcho, "")
		})
		p, err := NewPlayer(PlayerConfig{Files: []string{file}, Speed: 60})
		if err != nil {
			t.Fatal(err)
		}
		if p.Rate() != 0 || !p.Now().Equal(began) {
			t.Errorf("before the beginning: %s at %g", p.Now(), p.Rate())
		}
		a := newAudience(p.Policy())
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { _ = p.Run(ctx, a) }) // ends with ctx
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got, want := p.Now(), began.Add(5*time.Minute); p.Rate() != 60 || got.Sub(want).Abs() > time.Second {
			t.Errorf("after five seconds: %s at %g", got, p.Rate())
		}
		if state := a.Get(meetingID); state.Link.State != conference.Lost {
			t.Errorf("the meeting is %s", state.Link.State)
		}
		time.Sleep(time.Minute)
		if got, want := p.Now(), began.Add(10*time.Minute+2100*time.Millisecond); p.Rate() != 0 || !got.Equal(want) {
			t.Errorf("after the end: %s at %g, want %s", got, p.Rate(), want)
		}
		cancel()
		done.Wait()
	})
}

func TestALoopTakesTheMeetingsOffAndStartsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed.jsonl")
		record(t, Config{File: file}, func(s *script) { s.connect(meetingID) })
		p, err := NewPlayer(PlayerConfig{Files: []string{file}, Loop: true})
		if err != nil {
			t.Fatal(err)
		}
		a := newAudience(p.Policy())
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { _ = p.Run(ctx, a) }) // ends with ctx
		time.Sleep(30 * time.Second)
		cancel()
		done.Wait()
		var rounds, left int
		for _, text := range a.states {
			if strings.Contains(text, ": left") {
				left++
			}
			if strings.Contains(text, "applied 0, dropped [0 0 0 0], refused 0") && strings.Contains(text, "connects 0") && strings.Contains(text, "token never") {
				rounds++
			}
		}
		if left < 9 || rounds < 10 {
			t.Errorf("began %d times, left %d times", rounds, left)
		}
		select {
		case <-a.ended:
			t.Error("the end was told")
		default:
		}
	})
}

func TestAMeetingThatEndsLeavesTheBoardByTheClockOfTheRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed.jsonl")
		policy := conference.DefaultPolicy
		policy.KeepEnded = time.Minute
		record(t, Config{File: file, Policy: policy}, func(s *script) {
			s.connect(meetingID)
			s.change(meetingID, "ConfDynamicInfoNotify", `"state":"Destroyed"`)
			s.watch("910000001", "")
			s.after(2*time.Minute).link("910000001", conference.LinkWaiting, conference.ReasonNotStarted)
		})
		if a := play(t, PlayerConfig{Files: []string{file}}, nil); len(ids(a.last)) != 1 {
			t.Errorf("on the board: %v", ids(a.last))
		}
	})
}

func TestWhatCannotBePlayedIsRefusedWithItsReason(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const good = `{"format":"confboard recording","version":1,"started":"2026-11-02T09:00:00Z","session":"S","part":1,"names":"kept","policy":{"heartbeat":"1m0s","keepEnded":"30m0s","endingSoon":"5m0s"}}` + "\n"
	tests := []struct {
		name   string
		files  []string
		speed  float64
		reason string
	}{
		{"no file", nil, 1, "no recording to play"},
		{"a file that is not there", []string{filepath.Join(folder, "nowhere")}, 1, "no such file"},
		{"a file of something else", []string{write("other", "listen: 127.0.0.1:8080\n")}, 1, "other:1: it is not a recording: its first line is no header"},
		{"an empty file", []string{write("empty", "")}, 1, "empty:1: it is not a recording"},
		{"a line before the header", []string{write("late", `{"at":"2026-11-02T09:00:00Z","confID":"1","unwatch":true}`+"\n"+good)}, 1, "late:1: it is not a recording"},
		{"another format", []string{write("format", `{"format":"diary","version":1}`)}, 1, "format:1: it is not a recording"},
		{"a later version", []string{write("newer", strings.Replace(good, `"version":1`, `"version":2`, 1))}, 1, "newer:1: it has version 2 of the format, and only 1 can be played"},
		{"no policy", []string{write("lawless", strings.Replace(good, `"1m0s"`, `"0s"`, 1))}, 1, "lawless:1: its policy is none"},
		{"a folder without a recording", []string{t.TempDir()}, 1, "there is no recording in"},
		{"one file twice", []string{write("good", good), write("copy", good)}, 1, "are the same part of one recording"},
		{"too slow", []string{write("slow", good)}, 0.01, "speed 0.01 is out of range, 0.1 to 1000"},
		{"too fast", []string{write("fast", good)}, 1001, "speed 1001 is out of range"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := NewPlayer(PlayerConfig{Files: tt.files, Speed: tt.speed}); err == nil || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("%v, want %q", err, tt.reason)
			}
		})
	}
	if _, err := NewPlayer(PlayerConfig{Files: []string{write("broken", `{"form`+"\n"+good)}}); err != nil {
		t.Errorf("a header that was broken off, and another: %v", err)
	}
}

func TestALineThatCannotBePlayedIsPassedOverWithItsReason(t *testing.T) {
	tests := []struct{ name, line, reason string }{
		{"no JSON", `{"at":"2026-11-02T09:00:00Z","confID":"9004`, "no JSON from byte"},
		{"no time", `{"confID":"1","unwatch":true}`, "it has no time"},
		{"a bad time", `{"at":"yesterday","confID":"1","unwatch":true}`, "a value in it is none"},
		{"no meeting", `{"at":"2026-11-02T09:00:00Z","unwatch":true}`, "it is about no meeting"},
		{"a meeting that is none", `{"at":"2026-11-02T09:00:00Z","confID":"a b","unwatch":true}`, "it is about no meeting"},
		{"nothing", `{"at":"2026-11-02T09:00:00Z","confID":"1"}`, "it is not one thing"},
		{"two things", `{"at":"2026-11-02T09:00:00Z","confID":"1","unwatch":true,"frame":{}}`, "it is not one thing"},
		{"an event that is none", `{"at":"2026-11-02T09:00:00Z","confID":"1","link":{"event":"lost"}}`, "a value in it is none"},
		{"another kind", `{"at":"2026-11-02T09:00:00Z","confID":1,"unwatch":true}`, "the value of confID is of another kind"},
		{"too long", strings.Repeat(" ", maxLine) + "{}", "it is longer than"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var reasons []string
			r := newReader("feed", strings.NewReader(tt.line+"\n"+`{"at":"2026-11-02T09:00:00Z","confID":"1","unwatch":true}`), func(err error) { reasons = append(reasons, err.Error()) })
			if _, l, err := r.next(); err != nil || l == nil || !l.Unwatch || r.number != 2 {
				t.Errorf("the next line: %+v, %v", l, err)
			}
			if len(reasons) != 1 || !strings.HasPrefix(reasons[0], "feed:1: ") || !strings.Contains(reasons[0], tt.reason) {
				t.Errorf("%q, want %q", reasons, tt.reason)
			}
		})
	}
}
