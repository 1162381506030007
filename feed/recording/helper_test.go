package recording

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

const meetingID = conference.ConfID("900487914")

var began = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// script is a source that tells what a test wants, at times a test wants.
type script struct {
	t        *testing.T
	recorder *Recorder
	registry *conference.Registry
	to       conference.Sink
	at       time.Time
	version  int64
	sequence int64
}

func newScript(t *testing.T, r *Recorder) *script {
	registry := conference.NewRegistry(conference.DefaultPolicy)
	return &script{t: t, recorder: r, registry: registry, to: r.Sink(registry), at: began, version: began.UnixMilli()}
}

// after lets time pass, also for the registry.
func (s *script) after(d time.Duration) *script {
	s.at = s.at.Add(d)
	for next := s.registry.Pass(time.Time{}); !next.IsZero() && !next.After(s.at); next = s.registry.Pass(time.Time{}) {
		s.registry.Pass(next)
	}
	return s
}

func (s *script) about(id conference.ConfID) conference.About {
	return conference.About{ConfID: id, At: s.at}
}

func (s *script) watch(id conference.ConfID, name string) {
	s.to.Apply(conference.WatchMessage{About: s.about(id), Name: name, Group: "HQ", Origin: conference.FromSettings,
		Booking: conference.Booking{Title: "Review", Owner: "Maria Rossi", Start: began, End: began.Add(time.Hour)}})
}

func (s *script) link(id conference.ConfID, e conference.LinkEvent, reason conference.LinkReason) {
	m := conference.LinkMessage{About: s.about(id), Event: e, Reason: reason}
	switch e {
	case conference.LinkEcho:
		m.RoundTrip = 12345678 * time.Nanosecond
	case conference.LinkToken:
		m.Expires = s.at.Add(30 * time.Minute)
	case conference.LinkDown, conference.LinkWaiting, conference.LinkRefused:
		m.Next = s.at.Add(5 * time.Second)
	}
	s.to.Apply(m)
}

// frame pushes a frame as a source does: the tap first.
func (s *script) frame(id conference.ConfID, text string) {
	s.recorder.Frame(id, s.at, []byte(text))
	s.to.Apply(wire.Decode([]byte(text), id, s.at))
}

// full and change push a message of a type with fields, the former a full one.
func (s *script) full(id conference.ConfID, action, fields string) {
	s.version++
	s.frame(id, fmt.Sprintf(`{"action":%q,"confID":%q,"msgMode":0,"version":%d,"createTime":%d,%s}`, action, id, s.version, s.at.UnixMilli(), fields))
}

func (s *script) change(id conference.ConfID, action, fields string) {
	s.sequence++
	s.frame(id, fmt.Sprintf(`{"action":%q,"confID":%q,"msgMode":1,"version":%d,"createTime":%d,%s}`, action, id, s.sequence, s.at.UnixMilli(), fields))
}

// connect brings a meeting onto the board and live.
func (s *script) connect(id conference.ConfID) {
	s.watch(id, "")
	s.after(time.Second).link(id, conference.LinkToken, "")
	s.link(id, conference.LinkUp, "")
	s.after(100 * time.Millisecond)
	s.full(id, "ConfBasicInfoNotify", `"title":"Board meeting","owner":"Maria Rossi","startTime":"1793610000000","recType":1,"topic":{"a":[1,2.50]}`)
	s.full(id, "ParticipantsNotify", `"data":[{"pid":"maria","mode":0,"pinfoMap":{"NAME":"Maria Rossi","TEL":"+99111230","ROLE":"1"}},{"pid":"room","pinfoMap":{"name":"会议室 203","tel":"+99111240","M":"3104","video":"1"}}]`)
	s.full(id, "CustomMultiPicNotify", `"mode":"FIXED","picNum":2,"picInfos":[{"index":1,"id":["maria"],"isAutoPollingPic":1},{"index":2,"id":["3104"]}],"picLayout":{"x":2,"y":1,"subPicLayoutInfoList":[{"id":1,"left":0,"top":0,"xSize":1,"ySize":1},{"id":2,"left":1,"top":0,"xSize":1,"ySize":1}]},"portalMode":"FIXED"`)
	s.full(id, "ConfDynamicInfoNotify", `"state":"Created","mode":"FIXED","lock":0,"picNum":2,"endTime":"1793613900000","aiRecState":0,"lanChannels":[],"partViewNum":null,"multiPic":{"picNum":2,"period":10,"picInfos":[{"index":1,"id":["maria"],"share":0},{"index":2,"id":["3104","+99111230"],"extra":{"b":null}}]}`)
	s.full(id, "WaitingListNotify", `"data":[{"pid":"guest","mode":0,"pinfoMap":{"name":"Tom O'Brien"}}]`)
	s.full(id, "SpeakerChangeNotify", `"data":[{"pid":"maria","name":"Maria Rossi","speakingVolume":7}]`)
	s.after(time.Second).link(id, conference.LinkEcho, "")
}

// story has everything that can be recorded: changes, refusals, passed messages, lost echoes, and an end.
func (s *script) story() {
	s.connect(meetingID)
	s.after(3*time.Second).change(meetingID, "ConfDynamicInfoNotify", `"lock":1`)
	s.change(meetingID, "ParticipantsNotify", `"data":[{"pid":"maria","pinfoMap":{"HAND":"1"}}]`)
	s.after(time.Second).frame(meetingID, `{"action":"ConfDynamicInfoNotify","msgMode":1,"version":9,"lock":"x"}`)
	s.frame(meetingID, `no JSON`)
	s.frame(meetingID, "")
	s.frame(meetingID, `{"action":"NetworkQualityNotify","data":[{"level":3}]}`)
	s.frame(meetingID, `{"action":"AttendeesNotify","data":[`+strings.Repeat(`{},`, 6000)+`{}]}`)
	s.watch("910000001", "Later")
	s.link("910000001", conference.LinkWaiting, conference.ReasonNotStarted)
	s.watch("910000002", "Locked")
	s.link("910000002", conference.LinkRefused, conference.ReasonPassword)
	s.watch("910000003", "Cut")
	s.link("910000003", conference.LinkDown, conference.ReasonUnreachable)
	s.connect("910000004")
	s.link("910000004", conference.LinkDown, conference.ReasonClosed)
	s.connect("910000005")
	s.after(time.Second).change("910000005", "ConfDynamicInfoNotify", `"mode":"FREE","picNum":4`)
	s.connect("910000006")
	s.after(time.Second).change("910000006", "ConfDynamicInfoNotify", `"state":"Destroyed"`)
	s.link("910000006", conference.LinkDown, conference.ReasonTokenSpent)
	s.watch("910000007", "Partial")
	s.link("910000007", conference.LinkUp, "")
	s.change("910000007", "ConfDynamicInfoNotify", `"lock":1`)
	s.after(4 * time.Minute) // stale, lost
	s.link(meetingID, conference.LinkEcho, "")
	s.after(time.Second).change(meetingID, "ConfDynamicInfoNotify", `"forbiddenChat":1`)
}

// describe writes out what is known of a meeting. From a part of a recording that is played alone, without everything that began anew
// with it, history is left out.
func describe(s *conference.State, history bool) string {
	var b strings.Builder
	at := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return t.UTC().Format(time.RFC3339Nano)
	}
	l := s.Link
	fmt.Fprintf(&b, "%s %q group %q origin %q booked %q %q %s %s\n", s.ConfID, s.Title(), s.Group, s.Origin, s.Booking.Title, s.Booking.Owner, at(s.Booking.Start), at(s.Booking.End))
	fmt.Fprintf(&b, "link %s since %s, %s, echo %s in %s, connected %s, token %s until %s, next %s, partial %t, ended %s\n", l.State, at(l.Since), l.Reason,
		at(l.LastEcho), l.RoundTrip, at(l.ConnectedAt), at(l.TokenAt), at(l.TokenExpires), at(l.Next), s.Partial(), at(s.EndedAt))
	fmt.Fprintf(&b, "overrun %t, ending soon %t, layout dated %t\n", s.Overrun, s.EndingSoon, s.LayoutDated)
	for f := range conference.FieldCount {
		if v := s.Status.Value(f); v.Presence != conference.NotReported && v.Layout == nil {
			fmt.Fprintf(&b, "%s: %+v\n", f.WireName(), v)
		}
	}
	fmt.Fprintf(&b, "unlisted %q\n", s.Status.Unlisted)
	if layout := s.Status.Layout(); layout != nil {
		fmt.Fprintf(&b, "layout %+v\n", *layout)
	}
	fmt.Fprintf(&b, "basic %+v\n", s.Basic)
	for _, p := range slices.Concat(s.Participants, s.WaitingRoom) {
		fmt.Fprintf(&b, "participant %q %q\n", p.PID, p.Attributes)
	}
	fmt.Fprintf(&b, "speakers %+v\n", s.Speakers)
	if s.Custom != nil {
		c := *s.Custom
		c.Grid = nil
		fmt.Fprintf(&b, "custom %+v\n", c)
	}
	if g, ok := s.Grid(); ok {
		fmt.Fprintf(&b, "grid %+v\n", *g)
	}
	if history {
		fmt.Fprintf(&b, "occurrence %d, connects %d, last change %s\n", s.Occurrence, l.Connects, at(s.LastChange))
		r := s.Counts.LastRefusal
		fmt.Fprintf(&b, "applied %d, dropped %v, refused %d, passed %v\n", s.Counts.Applied, s.Counts.Dropped, s.Counts.Refused, s.Counts.Passed)
		fmt.Fprintf(&b, "refused last: %s %s %s %d %s %q\n", r.Kind, r.Field, r.Type, r.Mode, at(r.At), r.Excerpt)
		for _, in := range s.Intakes() {
			e := in.Last
			fmt.Fprintf(&b, "%s last: %d %d %s %q %+v\n", in.Type, e.Mode, e.RawVersion(), at(e.CreateTime), e.MsgID, in.Tally)
		}
	}
	return b.String()
}

// differences lists the lines in which two descriptions differ.
func differences(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		var g, w string
		if i < len(a) {
			g = a[i]
		}
		if i < len(b) {
			w = b[i]
		}
		if g != w {
			fmt.Fprintf(&out, "got  %s\nwant %s\n", g, w)
		}
	}
	return out.String()
}

func describeAll(states []*conference.State, history bool) string {
	var b strings.Builder
	for _, s := range states {
		b.WriteString(describe(s, history))
	}
	return b.String()
}

// record runs a recorder while the test tells its story, and returns the script with the registry as it was at the end.
func record(t *testing.T, c Config, tell func(*script)) *script {
	t.Helper()
	r := newRecorder(t, c)
	s := newScript(t, r)
	stop := run(t, r)
	tell(s)
	stop()
	return s
}

// newRecorder fills in what a test does not care about.
func newRecorder(t *testing.T, c Config) *Recorder {
	t.Helper()
	if c.File == "" {
		c.File = filepath.Join(t.TempDir(), "feed.jsonl")
	}
	if c.Policy == (conference.Policy{}) {
		c.Policy = conference.DefaultPolicy
	}
	if c.Now == nil {
		c.Now = func() time.Time { return began }
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// run runs the recorder until stop is called, which waits for it.
func run(t *testing.T, r *Recorder) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	stop = sync.OnceFunc(func() {
		cancel()
		done.Wait()
	})
	t.Cleanup(stop)
	return stop
}

// audience is a sink that notes every state that its registry comes to, and when the recording has ended.
type audience struct {
	*conference.Registry
	mu     sync.Mutex
	states []string
	last   []*conference.State // when the end of the recording was told
	ended  chan struct{}
}

func newAudience(p conference.Policy) *audience {
	a := &audience{Registry: conference.NewRegistry(p), ended: make(chan struct{})}
	a.Observe(func(c conference.Change) {
		a.mu.Lock()
		defer a.mu.Unlock()
		text := "left\n"
		if c.After != nil {
			text = describe(c.After, true)
		}
		a.states = append(a.states, fmt.Sprintf("%s %s: %s", c.ConfID, c.At.UTC().Format(time.RFC3339Nano), text))
	})
	return a
}

// Apply implements conference.Sink.
func (a *audience) Apply(m conference.Message) conference.Outcome {
	if l, ok := m.(conference.LinkMessage); ok && l.Reason == conference.ReasonPlayback && a.last == nil {
		a.last = a.All()
		close(a.ended)
	}
	return a.Registry.Apply(m)
}

// play plays to the end and returns the audience.
func play(t *testing.T, c PlayerConfig, record *Recorder) *audience {
	t.Helper()
	p, err := NewPlayer(c)
	if err != nil {
		t.Fatal(err)
	}
	a := newAudience(p.Policy())
	var to conference.Sink = a
	if record != nil {
		to = record.Sink(a)
		p.Tap(record.Frame)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := p.Run(ctx, to); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	<-a.ended
	if p.Rate() != 0 {
		t.Errorf("at the end the clock runs at %g", p.Rate())
	}
	cancel()
	done.Wait()
	return a
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// withoutHeader returns the lines of a recording after the first.
func withoutHeader(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	return rest
}

// logBuffer is a log to look into.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *logBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// ids lists meetings.
func ids(states []*conference.State) []string {
	all := map[string]bool{}
	for _, s := range states {
		all[string(s.ConfID)] = true
	}
	return slices.Sorted(maps.Keys(all))
}
