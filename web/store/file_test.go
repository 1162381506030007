package store

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"confboard/feed/conference"
)

// folder makes one with a file of meetings in it and returns the names of both.
func folder(t *testing.T, content string) (dir, name string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	name = filepath.Join(dir, "meetings-by-hand.json")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, name
}

// names are those of all files in a folder.
func names(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return strings.Join(list, " ")
}

const sound = `{"schema":1,"meetings":[{"confID":"1","hostPassword":"` + password + `","added":"2026-03-09T10:00:00+08:00"}]}`

func TestADamagedFileIsKeptAsideAndSaid(t *testing.T) {
	entry := func(fields string) string { return `{"schema":1,"meetings":[{` + fields + `}]}` }
	for name, c := range map[string]struct{ content, want string }{
		"an empty file":                       {"", "it is empty"},
		"a file of blanks":                    {" \n", "it is empty"},
		"a file that was cut":                 {sound[:60], "line 1 is not JSON"},
		"a file with a remark":                {"{\n  // " + password + "\n}", "line 2 is not JSON"},
		"something after the end":             {sound + "\n" + sound, "line 2 is not JSON"},
		"another file":                        {`["` + password + `"]`, "line 1 has a value of a wrong kind"},
		"a file without a version":            {`{"meetings":[]}`, "it has no schema number"},
		"a field that nobody knows":           {`{"schema":1,"` + password + `":[]}`, "it has a field that this version does not know"},
		"a password that is a number":         {"{\"schema\":1,\n\"meetings\":[{\"confID\":\"1\",\"hostPassword\":135790}]}", "line 2 has a value of a wrong kind"},
		"an entry without a time":             {entry(`"confID":"1"`), "entry 1: added is not a time"},
		"an entry without an ID":              {entry(`"added":"2026-03-09T10:00:00Z"`), "entry 1: invalid meeting: its ID is not one"},
		"an entry with a password of 2 lines": {entry(`"confID":"1","added":"2026-03-09T10:00:00Z","hostPassword":"` + password + `\n"`), "entry 1: invalid meeting: the password"},
		"a meeting that is listed twice":      {entry(`"confID":"1","added":"2026-03-09T10:00:00Z"},{"confID":"1","added":"2026-03-09T10:00:00Z"`), "entry 2: 1 is listed twice"},
		"more meetings than can be":           {`{"schema":1,"meetings":[{}` + strings.Repeat(",{}", MaxMeetings) + `]}`, "it has 5001 meetings, more than 5000"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := folder(t, c.content)
			_, err := OpenMeetings(dir)
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "135790") {
				t.Fatalf("error %v, want %s", err, c.want)
			}
			if !strings.Contains(err.Error(), "it is kept as "+file+".damaged: repair it and put it back") {
				t.Errorf("the error does not say what to do: %v", err)
			}

			m := mustOpen(t, dir)
			if len(m.List()) > 0 || len(m.Notices()) != 1 || !strings.HasPrefix(m.Notices()[0], file+".damaged was damaged and what it says does not count") {
				t.Errorf("opened again: %v, notices %q", m.List(), m.Notices())
			}
			mustPut(t, m, meeting("2"))
			if kept, err := os.ReadFile(file + ".damaged"); err != nil || string(kept) != c.content {
				t.Errorf("kept %q, error %v", kept, err)
			}
		})
	}
}

func TestASecondDamagedFileDoesNotReplaceTheFirst(t *testing.T) {
	dir, file := folder(t, "one")
	for _, content := range []string{"one", "two", "three"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenMeetings(dir); !errors.Is(err, ErrDamaged) {
			t.Fatalf("error %v", err)
		}
	}
	for name, want := range map[string]string{".damaged": "one", ".damaged-2": "two", ".damaged-3": "three"} {
		if kept, err := os.ReadFile(file + name); err != nil || string(kept) != want {
			t.Errorf("%s has %q, error %v", name, kept, err)
		}
	}
	if m := mustOpen(t, dir); len(m.Notices()) != 3 {
		t.Errorf("notices %q", m.Notices())
	}
}

func TestAFileOfANewerVersionIsLeftAsItIs(t *testing.T) {
	const content = `{"schema":2,"rooms":[]}`
	dir, file := folder(t, content)
	for range 2 {
		if _, err := OpenMeetings(dir); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), file+": file of a newer version: its schema is 2 and this version knows 1") {
			t.Errorf("error %v", err)
		}
	}
	if kept, err := os.ReadFile(file); err != nil || string(kept) != content || names(t, dir) != filepath.Base(file) {
		t.Errorf("now %q, error %v, files %s", kept, err, names(t, dir))
	}
}

func TestAFileThatOthersCanReadIsRepairedAndSaid(t *testing.T) {
	for _, mode := range []os.FileMode{0o644, 0o640, 0o606, 0o620} {
		dir, file := folder(t, sound)
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		m := mustOpen(t, dir)
		if ids(m) != "1" || len(m.Notices()) != 1 || !strings.HasPrefix(m.Notices()[0], fmt.Sprintf("others could read %s (%04o)", file, mode)) {
			t.Errorf("%04o: meetings %s, notices %q", mode, ids(m), m.Notices())
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%04o: now %v, error %v", mode, info.Mode(), err)
		}
		if m := mustOpen(t, dir); len(m.Notices()) > 0 {
			t.Errorf("%04o: opened again, notices %q", mode, m.Notices())
		}
	}
}

func TestAFolderInWhichOthersCanWriteIsSaid(t *testing.T) {
	dir, _ := folder(t, sound)
	for mode, want := range map[os.FileMode]int{0o777: 1, 0o770: 1, 0o777 | os.ModeSticky: 0, 0o755: 0} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if m := mustOpen(t, dir); len(m.Notices()) != want {
			t.Errorf("%v: notices %q", mode, m.Notices())
		}
	}
}

func TestOnlyARegularFileIsTaken(t *testing.T) {
	dir, file := folder(t, sound)
	if err := os.Rename(file, file+".target"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file+".target", file); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenMeetings(dir); err == nil || !strings.Contains(err.Error(), file+": it is not a regular file; move it away") {
		t.Errorf("error %v", err)
	}
}

func TestWhatAnUnfinishedWriteLeftDoesNotCount(t *testing.T) {
	dir, file := folder(t, sound)
	if err := os.WriteFile(file+".tmp", []byte(sound[:60]), 0o600); err != nil {
		t.Fatal(err)
	}
	m := mustOpen(t, dir)
	if ids(m) != "1" || len(m.Notices()) != 1 || !strings.Contains(m.Notices()[0], ".tmp was left by a write that did not finish, and has been removed") {
		t.Errorf("meetings %s, notices %q", ids(m), m.Notices())
	}
	if names(t, dir) != filepath.Base(file) {
		t.Errorf("files %s", names(t, dir))
	}
}

// A process that is killed while it adds meetings leaves a file with all of which it said that they are kept.
func TestAKilledProcessLosesNothingThatWasKept(t *testing.T) {
	const variable, confirmed = "CONFBOARD_TEST_FOLDER", 25
	if dir := os.Getenv(variable); dir != "" { // the process that is killed
		m := mustOpen(t, dir)
		for i := range MaxMeetings {
			mustPut(t, m, meeting(conference.ConfID(fmt.Sprint(i))))
			fmt.Println(i)
		}
		return
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 0; n < confirmed && lines.Scan(); n++ {
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	last := confirmed - 1
	for lines.Scan() {
		last++
	}
	_ = cmd.Wait() // killed

	m := mustOpen(t, dir)
	if got := len(m.List()); got <= last {
		t.Errorf("%d meetings, and %d were confirmed", got, last+1)
	}
	for i, meeting := range m.List() {
		if meeting.ConfID != conference.ConfID(fmt.Sprint(i)) || meeting.HostPassword.Reveal() != password {
			t.Fatalf("entry %d is %v", i, meeting)
		}
	}
}

func TestAFailedWriteChangesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, m *Meetings, dir string)
		want  error
	}{
		"a full disk": {func(t *testing.T, m *Meetings, _ string) {
			if _, err := os.Stat("/dev/full"); err != nil {
				t.Skip("there is no /dev/full")
			}
			m.file.create = func(string) (*os.File, error) { return os.OpenFile("/dev/full", os.O_WRONLY, 0) }
		}, syscall.ENOSPC},
		"a folder that may not be written": {func(t *testing.T, _ *Meetings, dir string) {
			if os.Getuid() == 0 {
				t.Skip("root may")
			}
			if err := os.Chmod(dir, 0o500); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		}, fs.ErrPermission},
		"the unfinished file cannot be made": {func(t *testing.T, m *Meetings, _ string) {
			if err := os.MkdirAll(filepath.Join(m.file.unfinished(), "x"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, fs.ErrExist},
		"the file cannot be replaced": {func(t *testing.T, m *Meetings, _ string) {
			if err := errors.Join(os.Rename(m.file.name, m.file.name+".moved"), os.MkdirAll(filepath.Join(m.file.name, "x"), 0o700)); err != nil {
				t.Fatal(err)
			}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir, file := folder(t, sound)
			m := mustOpen(t, dir)
			c.spoil(t, m, dir)
			before := names(t, dir)
			for what, change := range map[string]func() error{
				"put":    func() error { return m.Put(meeting("2")) },
				"delete": func() error { return m.Delete("1") },
			} {
				if err := change(); err == nil || c.want != nil && !errors.Is(err, c.want) || strings.Contains(err.Error(), password) {
					t.Errorf("%s: error %v", what, err)
				}
			}
			if ids(m) != "1" || names(t, dir) != before {
				t.Errorf("meetings %s, files %s, before %s", ids(m), names(t, dir), before)
			}
			if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
				if content, err := os.ReadFile(file); err != nil || string(content) != sound {
					t.Errorf("the file has %q, error %v", content, err)
				}
			}
		})
	}
}

func TestAFileSystemFaultOnOpeningIsNoDamage(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenMeetings(name); err == nil || errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "make the folder of the data: ") {
		t.Errorf("error %v", err)
	}
}
