package app

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// someRecording is of one meeting, for a quarter of a minute.
const someRecording = `{"format":"confboard recording","version":1,"started":"2026-11-02T09:00:00Z","session":"S","part":1,"names":"kept","policy":{"heartbeat":"1m0s","keepEnded":"30m0s","endingSoon":"5m0s"}}
{"at":"2026-11-02T09:00:00Z","confID":"900487914","watch":{"name":"Board meeting"}}
{"at":"2026-11-02T09:00:01Z","confID":"900487914","link":{"event":"up"}}
{"at":"2026-11-02T09:00:01Z","confID":"900487914","frame":{"action":"ConfDynamicInfoNotify","version":1793610001000,"createTime":1793610001000,"state":"Created","lock":0}}
{"at":"2026-11-02T09:00:15Z","confID":"900487914","frame":{"action":"ConfDynamicInfoNotify","msgMode":1,"version":1,"createTime":1793610015000,"lock":1}}
`

func writeFile(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "feed.jsonl")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// output is what a command writes, to be read meanwhile.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs a command until the end of the test and returns the address that it prints.
func start(t *testing.T, arguments ...string) (address string, stop func()) {
	t.Helper()
	out := &output{}
	ctx, cancel := context.WithCancel(t.Context())
	root := command(nil, nil, nil, out, out)
	root.SetArgs(append(arguments, "--listen", "127.0.0.1:0"))
	var done sync.WaitGroup
	done.Go(func() {
		if err := root.ExecuteContext(ctx); err != nil {
			t.Errorf("%v: %v", arguments, err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
	})
	t.Cleanup(stop)
	eventually(t, "an address is printed", func() bool {
		address = regexp.MustCompile(`http://\S+`).FindString(out.String())
		return address != ""
	})
	return address, stop
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !condition() {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "" // it does not serve yet
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestPlayShowsARecordingAndSaysSoOnEveryPage(t *testing.T) {
	again := filepath.Join(t.TempDir(), "again.jsonl")
	address, stop := start(t, "play", writeFile(t, someRecording), "--speed", "1000", "--record", again)
	eventually(t, "the recording has ended", func() bool { // the clock stands still before it has begun, too
		page := fetch(t, address)
		return strings.Contains(page, `data-rate="0"`) && strings.Contains(page, `data-now="1793610015000"`)
	})
	for _, page := range []string{"", "m/900487914", "wall", "feed", "m/123"} {
		text := fetch(t, address+page)
		for _, want := range []string{`id="playback"`, "PLAYBACK", `datetime="2026-11-02T09:00:15.000Z"`, "played at 1000× speed", `data-now="1793610015000"`} {
			if !strings.Contains(text, want) {
				t.Errorf("/%s: no %s", page, want)
			}
		}
	}
	meeting := fetch(t, address+"api/v1/meetings/900487914")
	for _, want := range []string{`"lock":1`, `"link":"stale"`, `"reason":"playback"`} {
		if !strings.Contains(meeting, want) {
			t.Errorf("no %s in %s", want, meeting)
		}
	}
	stop()
	text, err := os.ReadFile(again)
	if _, lines, _ := strings.Cut(string(text), "\n"); err != nil || lines != strings.SplitN(someRecording, "\n", 2)[1] {
		t.Errorf("recorded again: %v\n%s", err, lines)
	}
}

func TestThePagesOfALiveBoardSayNothingOfAPlayback(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed.jsonl")
	address, stop := start(t, "demo", "--meetings", "0", "--record", file)
	eventually(t, "the meeting is live", func() bool {
		return strings.Contains(fetch(t, address+"api/v1/meetings"), `"link":"live"`)
	})
	if text := fetch(t, address); strings.Contains(text, "PLAYBACK") || strings.Contains(text, `id="playback"`) || !strings.Contains(text, `data-rate="1"`) {
		t.Error("a live page says that it is played")
	}
	stop()
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), `"action":"ConfDynamicInfoNotify"`) {
		t.Errorf("recorded: %v\n%s", err, text)
	}
}

func TestPlayRefusesWhatCannotBePlayed(t *testing.T) {
	good, other := writeFile(t, someRecording), writeFile(t, "listen: 127.0.0.1:8080\n")
	tests := []struct {
		name      string
		arguments []string
		reason    string
	}{
		{"no file", []string{"play"}, "requires at least 1 arg"},
		{"a file of something else", []string{"play", other}, "feed.jsonl:1: it is not a recording"},
		{"a speed out of range", []string{"play", good, "--speed", "0"}, "--speed: 0 is out of range, 0.1 to 1000"},
		{"a loop that is recorded", []string{"play", good, "--loop", "--record", good + ".2"}, "leave out one of them"},
		{"recording into what is played", []string{"play", good, "--record", good}, "is what is played"},
		{"recording into something else", []string{"play", good, "--record", other}, "nothing is appended to it"},
		{"the network, unless it is meant", []string{"play", good, "--listen", "0.0.0.0:0"}, "openToNetwork"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := command(nil, nil, nil, io.Discard, io.Discard)
			root.SetArgs(tt.arguments)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // for one that serves after all
			defer cancel()
			if err := root.ExecuteContext(ctx); err == nil || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("%v, want %q", err, tt.reason)
			}
		})
	}
	if text, err := os.ReadFile(other); err != nil || string(text) != "listen: 127.0.0.1:8080\n" {
		t.Errorf("the other file is now %q, %v", text, err)
	}
}
