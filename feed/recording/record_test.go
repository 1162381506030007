package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"confboard/feed/conference"
)

func TestARecordingIsForItsOwnerOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed.jsonl")
	record(t, Config{File: file}, func(s *script) { s.connect(meetingID) })
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	record(t, Config{File: file, MaxSize: 1}, func(s *script) { s.connect(meetingID) })
	for _, name := range []string{file, file + ".1"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 && name == file {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func TestALineIsInTheFileWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed.jsonl")
		r := newRecorder(t, Config{File: file})
		s := newScript(t, r)
		run(t, r)
		s.watch(meetingID, "Review")
		time.Sleep(flushEvery)
		synctest.Wait()
		if text := read(t, file); strings.Count(text, "\n") != 2 || !strings.Contains(text, `"watch":{"name":"Review"`) {
			t.Errorf("in the file: %s", text)
		}
	})
}

func TestAFileThatIsNoRecordingIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	other := filepath.Join(folder, "confboard.yaml")
	if err := os.WriteFile(other, []byte("listen: 127.0.0.1:8080"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, reason string }{
		{other, "nothing is appended to it"}, {folder, "is not a file"}, {filepath.Join(folder, "nowhere", "feed"), "no such file"},
	} {
		if _, err := New(Config{File: tt.file, Policy: conference.DefaultPolicy}); err == nil || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%s: %v, want %q", tt.file, err, tt.reason)
		}
	}
	if text := read(t, other); text != "listen: 127.0.0.1:8080" {
		t.Errorf("the file is now %q", text)
	}
}

// However much of the last line a crash left, that line is all that is lost, and the next session begins with nothing.
func TestACrashInMidLineCostsThatLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		whole := filepath.Join(t.TempDir(), "feed.jsonl")
		record(t, Config{File: whole}, func(s *script) {
			s.connect(meetingID)
			s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
			s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":0`)
		})
		text := read(t, whole)
		last := strings.LastIndex(strings.TrimSuffix(text, "\n"), "\n") + 1
		for _, cut := range []int{last + 1, last + 40, len(text) - 2} {
			file := filepath.Join(t.TempDir(), "feed.jsonl")
			if err := os.WriteFile(file, []byte(text[:cut]), 0o600); err != nil {
				t.Fatal(err)
			}
			log := &logBuffer{}
			a := play(t, PlayerConfig{Files: []string{file}, Logger: log.logger()}, nil)
			if lock, _ := a.last[0].Status.Int(conference.Lock); lock != 1 || !strings.Contains(log.String(), "lines of the recording were passed over\" lines=1") {
				t.Errorf("cut at %d: lock %d, log %s", cut-last, lock, log)
			}

			record(t, Config{File: file}, func(s *script) {
				s.after(time.Hour)
				s.connect("910000001")
			})
			log = &logBuffer{}
			a = play(t, PlayerConfig{Files: []string{file}, Logger: log.logger()}, nil)
			if on := ids(a.last); !slices.Equal(on, []string{"910000001"}) || a.last[0].Link.State != conference.Live ||
				!strings.Contains(log.String(), "lines of the recording were passed over\" lines=1") {
				t.Errorf("cut at %d and appended to: %v, log %s", cut-last, on, log)
			}
		}
	})
}

func TestFullFilesAreNumberedAndTheOldestRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		file := filepath.Join(folder, "feed.jsonl")
		for _, other := range []string{"feed.jsonl.9x", "feed.jsonl.007", "other.12"} {
			if err := os.WriteFile(filepath.Join(folder, other), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		s := record(t, Config{File: file, MaxSize: 12_000, Keep: 3}, func(s *script) {
			s.story()
			for range 300 {
				s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
				s.change(meetingID, "ConfDynamicInfoNotify", `"lock":0,"mute":1`)
			}
		})
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		last := len(names)
		if last != 7 || !strings.HasPrefix(names[5], "feed.jsonl.") || !slices.Contains(names, "feed.jsonl.007") {
			t.Fatalf("files: %q", names)
		}

		// All that are left, in whatever order, and the last one alone lead to the same states.
		want := describeAll(s.registry.All(), false)
		files, _ := filepath.Glob(file + ".[1-9]*")
		files = append(slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "x") }), file)
		slices.Reverse(files)
		for _, playing := range [][]string{files, {file}, files[len(files)-1:], {folder}} {
			a := play(t, PlayerConfig{Files: playing, Speed: 1000}, nil)
			if got := describeAll(a.last, false); got != want && slices.Contains(playing, file) {
				t.Errorf("%q played to other states:\n%s", playing, differences(got, want))
			}
		}
	})
}

// The parts of a rotated recording come to the same states one by one as a recording that was not rotated.
func TestPartsThatFollowEachOtherAreOneRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tell := func(s *script) {
			s.story()
			for range 50 {
				s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
			}
		}
		whole, parted := filepath.Join(t.TempDir(), "feed"), filepath.Join(t.TempDir(), "feed")
		record(t, Config{File: whole}, tell)
		record(t, Config{File: parted, MaxSize: 10_000, Keep: 100}, tell)
		if parts, err := partsOf([]string{filepath.Dir(parted)}); err != nil || len(parts) < 2 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		want := play(t, PlayerConfig{Files: []string{whole}}, nil).states
		got := play(t, PlayerConfig{Files: []string{filepath.Dir(parted)}}, nil).states
		if !slices.Equal(got, want) {
			t.Errorf("%d states of the parts, %d of the whole", len(got), len(want))
		}
	})
}

func TestAFileThatCannotBeNumberedIsWrittenOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		file := filepath.Join(folder, "feed")
		for _, name := range []string{"feed.3", "feed.3/full"} { // a folder that cannot be removed
			if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		log := &logBuffer{}
		s := record(t, Config{File: file, MaxSize: 10_000, Keep: 1, Logger: log.logger()}, func(s *script) {
			s.connect(meetingID)
			for range 200 {
				s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
			}
		})
		if strings.Count(log.String(), "file that is full") < 2 {
			t.Errorf("log %s", log)
		}
		a := play(t, PlayerConfig{Files: []string{file}, Speed: 1000}, nil)
		if got, want := describeAll(a.last, true), describeAll(s.registry.All(), true); got != want {
			t.Errorf("played to other states:\n%s", differences(got, want))
		}
	})
}

func TestAPartThatIsMissingIsMadeUpForByTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed")
		s := record(t, Config{File: file, MaxSize: 3_000, Keep: 100}, func(s *script) {
			s.connect("910000009")
			s.connect(meetingID)
			s.to.Apply(conference.UnwatchMessage{About: s.about("910000009")})
			for range 60 {
				s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
			}
		})
		parts, err := partsOf([]string{filepath.Dir(file)})
		if err != nil || len(parts) < 3 {
			t.Fatalf("%d parts, %v", len(parts), err)
		}
		a := play(t, PlayerConfig{Files: []string{parts[0].name, parts[len(parts)-1].name}}, nil)
		if got, want := describeAll(a.last, false), describeAll(s.registry.All(), false); got != want {
			t.Errorf("played to other states:\n%s", differences(got, want))
		}
	})
}

func TestWhatCameTooFastIsCountedAndTheStateCarriedBehindIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "feed")
		log := &logBuffer{}
		r := newRecorder(t, Config{File: file, Logger: log.logger()})
		const room = 100
		r.queue = newQueue(room, maxWaitingBytes)
		s := newScript(t, r)
		s.connect("910000009")
		s.connect(meetingID)
		for range room { // nothing is written yet
			s.after(time.Millisecond).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
		}
		s.to.Apply(conference.UnwatchMessage{About: s.about("910000009")})
		stop := run(t, r)
		synctest.Wait()
		s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"forbiddenChat":1`)
		stop()
		if text := read(t, file); strings.Count(text, `"gap":{"lost":`) != 1 || strings.Count(log.String(), "too fast") != 1 {
			t.Errorf("%d gaps, log %s", strings.Count(text, `"gap"`), log)
		}
		a := play(t, PlayerConfig{Files: []string{file}, Speed: 1000}, nil)
		if got, want := describeAll(a.last, false), describeAll(s.registry.All(), false); got != want {
			t.Errorf("played to other states:\n%s", differences(got, want))
		}
	})
}

func TestTheQueueIsBoundedInBytesToo(t *testing.T) {
	q := newQueue(10, 1000)
	frame := make([]byte, 251)
	for range 5 {
		q.put(entry{frame: frame})
	}
	entries, lost := q.take(nil)
	if len(entries) != 3 || lost != 2 {
		t.Errorf("%d entries, %d lost", len(entries), lost)
	}
	q.put(entry{frame: frame})
	if entries, lost = q.take(entries); len(entries) != 1 || entries[0].lost != 0 || lost != 0 {
		t.Errorf("%d entries, %d lost behind", len(entries), lost)
	}
}

// disk is a file system with room for so many bytes.
type disk struct {
	mu   sync.Mutex
	room int
	full bool
}

func (d *disk) set(full bool, room int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full, d.room = full, room
}

func (d *disk) open(path string) (file, int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.full && d.room == 0 {
		return nil, 0, &fs.PathError{Op: "open", Path: path, Err: syscall.ENOSPC}
	}
	f, size, err := openFile(path)
	return limited{f, d}, size, err
}

type limited struct {
	file
	disk *disk
}

func (l limited) Write(p []byte) (int, error) {
	l.disk.mu.Lock()
	defer l.disk.mu.Unlock()
	if !l.disk.full {
		return l.file.Write(p)
	}
	n, err := l.file.Write(p[:min(len(p), l.disk.room)])
	l.disk.room -= n
	if err == nil && n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

func TestAFullDiskPausesTheRecordingAndNothingElse(t *testing.T) {
	for _, room := range []int{0, 10, 300, 5000} {
		t.Run(fmt.Sprintf("room for %d bytes", room), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "feed")
				log, d := &logBuffer{}, &disk{}
				r := newRecorder(t, Config{File: file, Logger: log.logger()})
				r.out.open = d.open
				if err := errors.Join(r.out.close(), r.out.reopen()); err != nil {
					t.Fatal(err)
				}
				s := newScript(t, r)
				stop := run(t, r)
				s.connect("910000009")
				s.connect(meetingID)
				time.Sleep(2 * flushEvery)
				synctest.Wait()
				d.set(true, room)
				for range 100 {
					s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
					time.Sleep(time.Second)
				}
				s.to.Apply(conference.UnwatchMessage{About: s.about("910000009")})
				synctest.Wait()
				if strings.Count(log.String(), "recording pauses") != 1 || strings.Contains(log.String(), "recording goes on") {
					t.Errorf("log while the disk is full: %s", log)
				}
				if h := r.Health(); !h.Paused || h.Lost == 0 {
					t.Errorf("while the disk is full: %+v", h)
				}
				d.set(false, 0)
				time.Sleep(2 * retryEvery)
				synctest.Wait()
				if h := r.Health(); h.Paused || h.Written == 0 {
					t.Errorf("after it: %+v", h)
				}
				s.after(10*time.Second).change(meetingID, "ConfDynamicInfoNotify", `"forbiddenChat":1`)
				stop()
				if text := read(t, file); strings.Count(log.String(), "recording goes on") != 1 || strings.Count(text, `"gap":{"lost":`) == 0 {
					t.Errorf("%d gaps, log %s", strings.Count(text, `"gap"`), log)
				}
				a := play(t, PlayerConfig{Files: []string{file}, Speed: 1000}, nil)
				if got, want := describeAll(a.last, false), describeAll(s.registry.All(), false); got != want {
					t.Errorf("played to other states:\n%s", differences(got, want))
				}
			})
		})
	}
}

func TestTheFindingOfMeetingsIsNotRecorded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed")
	s := record(t, Config{File: file}, func(s *script) {
		s.to.Apply(conference.DiscoveryMessage{At: began, Events: &conference.Events{Enabled: true}})
	})
	if !s.registry.Discovery().Events.Enabled || withoutHeader(read(t, file)) != "" {
		t.Errorf("recorded %s", read(t, file))
	}
}

func FuzzReader(f *testing.F) {
	file := filepath.Join(f.TempDir(), "feed")
	r, err := New(Config{File: file, Policy: conference.DefaultPolicy})
	if err != nil {
		f.Fatal(err)
	}
	r.begin()
	s := &script{recorder: r, registry: conference.NewRegistry(conference.DefaultPolicy), at: began}
	s.to = r.Sink(s.registry)
	s.story()
	r.record(r.queue.take(nil))
	r.carry()
	r.end()
	text, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(text))
	for line := range strings.Lines(string(text)) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		broken := 0
		lines := newReader("feed", strings.NewReader(text), func(error) { broken++ })
		read := 0
		for {
			h, l, err := lines.next()
			if err != nil {
				break
			}
			read++
			if h != nil {
				_ = h.check()
				continue
			}
			if m := l.Message(); m != nil && (m.Meeting() != l.ConfID || !m.Received().Equal(l.At)) {
				t.Errorf("%+v is about %q at %s", l, m.Meeting(), m.Received())
			}
			again, err := encode(l)
			if err != nil {
				t.Fatalf("%+v is not written: %v", l, err)
			}
			_, same, err := decode(again)
			if err != nil {
				t.Fatalf("%s is not read: %v", again, err)
			}
			if twice, err := encode(same); err != nil || string(twice) != string(again) {
				t.Errorf("written %s, then %s, %v", again, twice, err)
			}
		}
		if most := strings.Count(text, "\n") + 1; read+broken > most {
			t.Errorf("%d lines and %d broken ones of %d", read, broken, most)
		}
	})
}
