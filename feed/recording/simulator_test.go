package recording

import (
	"context"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/line"
	"confboard/feed/simulator"
	"confboard/feed/wire"
)

// recordCloud records simulated meetings by the real client until the board meeting has had its layouts, and returns the registry as it
// was at the end and the secrets of the cloud.
func recordCloud(t *testing.T, c Config) (*conference.Registry, []string) {
	t.Helper()
	cloud := simulator.New(simulator.Config{Speed: 200})
	defer cloud.Close()
	cloud.Demo(1, 12)
	url, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	policy := conference.DefaultPolicy
	policy.Heartbeat = time.Hour // the clock has no part in this
	c.Policy, c.Now = policy, time.Now
	recorder := newRecorder(t, c)
	tap := func(id conference.ConfID, at time.Time, frame []byte) {
		recorder.Frame(id, at, frame)
		checkWritten(t, wire.Decode(frame, id, at.Round(0).UTC()))
	}
	config := huawei.Config{Endpoint: url, Heartbeat: policy.Heartbeat, Tap: tap,
		Delays: huawei.Delays{BackoffMin: time.Millisecond, BackoffMax: 10 * time.Millisecond, Look: 5 * time.Millisecond}}
	for _, m := range cloud.Meetings() {
		config.Meetings = append(config.Meetings, huawei.Meeting{ConfID: conference.ConfID(m.ConfID()), HostPassword: conference.NewSecret(m.HostPassword()), Name: m.Name()})
	}
	client, err := huawei.New(config)
	if err != nil {
		t.Fatal(err)
	}
	registry := conference.NewRegistry(policy)
	seen := newSights(registry)
	sink := recorder.Sink(registry)
	stop := run(t, recorder)
	ctx, cancel := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	runs.Go(func() { _ = cloud.Run(ctx) }) // ends with ctx
	runs.Go(func() { _ = client.Run(ctx, sink) })
	select {
	case <-seen.all:
	case <-time.After(time.Minute): // for a busy machine; no test waits for it to pass
		t.Error("the board meeting never had its layouts")
	}
	cancel()
	runs.Wait()
	stop()
	secrets := cloud.Secrets()
	for _, m := range cloud.Meetings() {
		secrets = append(secrets, m.Secrets()...)
	}
	return registry, secrets
}

// checkWritten fails unless a message is the same after it was written and read.
func checkWritten(t *testing.T, m conference.Message) {
	l, ok := line.Of(m, nil)
	text, err := json.Marshal(l)
	var read line.Line
	if !ok || err != nil || json.Unmarshal(text, &read) != nil || read.Check() != nil || !reflect.DeepEqual(read.Message(), m) {
		t.Errorf("of %s it is\n%+v\nwant\n%+v", text, read.Message(), m)
	}
}

// sights tells when the board meeting has had what a test wants to see.
type sights struct {
	left map[string]bool
	all  chan struct{}
}

func newSights(r *conference.Registry) *sights {
	s := &sights{left: map[string]bool{"drawn": true, "waiting": true, "speaking": true, "ended": true}, all: make(chan struct{})}
	r.Observe(func(c conference.Change) {
		if c.ConfID != simulator.BoardConfID || c.After == nil || len(s.left) == 0 {
			return
		}
		_, drawn := c.After.Grid()
		for what, there := range map[string]bool{"drawn": drawn, "waiting": len(c.After.WaitingRoom) > 0, "speaking": len(c.After.Speakers) > 0, "ended": c.After.Occurrence > 1} {
			if there {
				delete(s.left, what)
			}
		}
		if len(s.left) == 0 {
			close(s.all)
		}
	})
	return s
}

func TestARunAgainstTheCloudPlaysToTheSameStatesWithoutASecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed")
	registry, secrets := recordCloud(t, Config{File: file})
	text := read(t, file)
	for _, secret := range secrets {
		if len(secret) > 6 && strings.Contains(text, secret) { // six digits can be found in many an identifier
			t.Error("a secret is in the recording")
		}
	}
	for _, word := range []string{"pwd", "oken\":", "joinUri", "://"} {
		if strings.Contains(text, word) {
			t.Errorf("%s is in the recording", word)
		}
	}
	again := filepath.Join(t.TempDir(), "feed")
	r := newRecorder(t, Config{File: again})
	stop := run(t, r)
	a := play(t, PlayerConfig{Files: []string{file}, Speed: MaxSpeed}, r)
	stop()
	if got, want := describeAll(a.last, true), describeAll(registry.All(), true); got != want {
		t.Errorf("played to other states:\n%s", differences(got, want))
	}
	if got := read(t, again); withoutHeader(got) != withoutHeader(text) {
		t.Errorf("recorded again:\n%s", differences(got, text))
	}
}

func TestAPartOfARunAgainstTheCloudPlaysAloneToTheSameStates(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed")
	registry, _ := recordCloud(t, Config{File: file, MaxSize: 100_000, Keep: 1})
	parts, err := partsOf([]string{file})
	if err != nil || parts[0].header.Part < 3 {
		t.Fatalf("part %d, %v", parts[0].header.Part, err)
	}
	a := play(t, PlayerConfig{Files: []string{file}, Speed: MaxSpeed}, nil)
	if got, want := describeAll(a.last, false), describeAll(registry.All(), false); got != want {
		t.Errorf("played to other states:\n%s", differences(got, want))
	}
}

// With pseudonyms nobody's name or number is in the recording, and whoever a screen named it still names.
func TestPseudonymsHideEverybodyAndScreensStillNameThem(t *testing.T) {
	file := filepath.Join(t.TempDir(), "feed")
	registry, _ := recordCloud(t, Config{File: file, Pseudonyms: true, MaxSize: 200_000, Keep: 100})
	folder := filepath.Dir(file)
	parts, err := partsOf([]string{folder})
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, p := range parts {
		text.WriteString(read(t, p.name))
	}
	a := play(t, PlayerConfig{Files: []string{folder}, Speed: MaxSpeed}, nil)
	named := 0
	for i, want := range registry.All() {
		got := a.last[i]
		for _, p := range slices.Concat(want.Participants, want.WaitingRoom) {
			for _, known := range []string{p.PID, p.Name(), p.Tel()} {
				if len(known) > 4 && strings.Contains(text.String(), known) {
					t.Errorf("%q is in the recording", known)
				}
			}
		}
		if len(got.Participants) != len(want.Participants) {
			t.Fatalf("%s has %d participants, want %d", got.ConfID, len(got.Participants), len(want.Participants))
		}
		layout := want.Status.Layout()
		if layout == nil {
			continue
		}
		place := func(s *conference.State, id string) int { return slices.Index(s.Participants, s.Find(id)) }
		for j, screen := range layout.Screens {
			for k, id := range screen.IDs {
				if g, w := place(got, got.Status.Layout().Screens[j].IDs[k]), place(want, id); g != w {
					t.Errorf("%s: screen %d names participant %d, want %d", got.ConfID, j+1, g, w)
				} else if w >= 0 {
					named++
				}
			}
		}
	}
	if named == 0 {
		t.Error("no screen names anybody")
	}
}
