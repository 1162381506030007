package bus

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/timeline"
)

// start is when the meetings of a test are put on the board. Their clock goes on with each message alone.
var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// settled bounds how long it is waited for something that is to come.
const settled = time.Minute

// roster says who owns what, to all instances of a test.
type roster struct {
	mu     sync.Mutex
	owners map[conference.ConfID]owner
}

type owner struct {
	member string
	epoch  uint64
}

func newRoster() *roster { return &roster{owners: map[conference.ConfID]owner{}} }

func (r *roster) give(id conference.ConfID, member string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.owners[id] = owner{member, r.owners[id].epoch + 1}
}

func (r *roster) owner(id conference.ConfID) owner {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.owners[id]
}

// clock is the clock of a test.
type clock struct{ passed atomic.Int64 }

func (c *clock) now() time.Time       { return start.Add(time.Duration(c.passed.Load())) }
func (c *clock) pass(d time.Duration) { c.passed.Add(int64(d)) }

// world is what the instances of a test share.
type world struct {
	t      testing.TB
	server *clustertest.Server
	url    string
	roster *roster
	clock  clock
	prefix string
}

func newWorld(t testing.TB) *world {
	s := clustertest.Start(t)
	return &world{t: t, server: s, url: s.URL(), roster: newRoster(), prefix: "test"}
}

// instance is a board with a bus.
type instance struct {
	*Bus
	t        testing.TB
	world    *world
	name     string
	registry *conference.Registry
	history  *timeline.History
	conn     *nats.Conn
	stop     func()

	mu      sync.Mutex
	adopted map[conference.ConfID][]timeline.Entry
	dead    map[string]bool
}

type option func(*instance, *Config)

func (w *world) instance(name string, options ...option) *instance {
	w.t.Helper()
	i := &instance{t: w.t, world: w, name: name, registry: conference.NewRegistry(conference.DefaultPolicy), history: timeline.NewHistory(timeline.DefaultLimits),
		adopted: map[conference.ConfID][]timeline.Entry{}, dead: map[string]bool{}}
	conn, err := nats.Connect(w.url, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond), nats.ReconnectJitter(0, 0),
		nats.ReconnectBufSize(-1), nats.PingInterval(time.Second), nats.MaxPingsOutstanding(2), nats.Name(name),
		nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		w.t.Fatal(err)
	}
	i.conn = conn
	c := Config{Prefix: w.prefix, Member: name, Board: i.registry, Now: w.clock.now, Logger: slog.New(slog.NewTextHandler(testLog{w.t}, &slog.HandlerOptions{Level: slog.LevelDebug})).With("instance", name),
		Owns: func(id conference.ConfID) (uint64, bool) {
			o := w.roster.owner(id)
			return o.epoch, o.member == name
		},
		Owner: func(id conference.ConfID) string { return w.roster.owner(id).member },
		Alive: func(member string) bool {
			i.mu.Lock()
			defer i.mu.Unlock()
			return !i.dead[member]
		},
		Recent: func(id conference.ConfID, most int) []timeline.Entry {
			all := i.history.Entries(id)
			return all[max(0, len(all)-most):]
		},
		Adopt: func(id conference.ConfID, _ uint64, entries []timeline.Entry) {
			i.mu.Lock()
			defer i.mu.Unlock()
			for _, e := range entries {
				if held := i.adopted[id]; len(held) == 0 || held[len(held)-1].Seq < e.Seq {
					i.adopted[id] = append(held, e)
				}
			}
		}}
	for _, o := range options {
		o(i, &c)
	}
	if i.Bus, err = New(conn, c); err != nil {
		w.t.Fatal(err)
	}
	i.registry.Observe(func(c conference.Change) {
		var entries []timeline.Entry
		if o := w.roster.owner(c.ConfID); o.member == name {
			entries = i.history.Keep(c)
		}
		i.Notify(c, entries)
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- i.Run(ctx) }()
	i.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !conn.IsClosed() {
			w.t.Errorf("the bus of %s: %v", name, err)
		}
		conn.Close()
	})
	w.t.Cleanup(i.stop)
	return i
}

// testLog is shown when a test fails.
type testLog struct{ t testing.TB }

func (l testLog) Write(text []byte) (int, error) {
	l.t.Log(string(bytes.TrimSpace(text)))
	return len(text), nil
}

func eventually(t testing.TB, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(settled); !f(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not yet: %s", what)
		}
	}
}

// source makes up what the cloud tells of a meeting.
type source struct {
	world    *world
	id       conference.ConfID
	random   *rand.Rand
	sequence conference.Sequence
	people   int
	// calm: its connection holds.
	calm bool
}

func (w *world) source(id conference.ConfID) *source {
	seed := uint64(0)
	for _, c := range id {
		seed = seed*31 + uint64(c)
	}
	return &source{world: w, id: id, random: rand.New(rand.NewPCG(seed, 1))}
}

// begin is what the first messages tell.
func (s *source) begin() []conference.Message {
	return append([]conference.Message{
		conference.WatchMessage{About: s.about(), Name: "Planning", Group: "Sales", Booking: conference.Booking{Title: "Planning", Owner: "Ann"}}}, s.connect()...)
}

func (s *source) connect() []conference.Message {
	s.sequence = 0
	status := conference.StatusMessage{About: s.about(), Envelope: s.envelope(conference.StatusType, conference.Full)}
	status.Status.Set(conference.MeetingState, conference.Value{Presence: conference.Known, Text: conference.StateCreated})
	status.Status.Set(conference.Lock, conference.Value{Presence: conference.Known, Int: 1})
	all := []conference.Message{conference.LinkMessage{About: s.about(), Event: conference.LinkUp}, status}
	people := conference.ParticipantsMessage{About: s.about(), Envelope: s.envelope(conference.ParticipantsType, conference.Full)}
	for n := range 5 {
		people.Entries = append(people.Entries, s.person(n))
	}
	s.people = 5
	return append(all, people)
}

func (s *source) about() conference.About {
	s.world.clock.pass(time.Millisecond)
	return conference.About{ConfID: s.id, At: s.world.clock.now()}
}

func (s *source) envelope(kind conference.MessageType, mode conference.Mode) conference.Envelope {
	now := s.world.clock.now()
	e := conference.Envelope{Type: kind, ConfID: s.id, Mode: mode, CreateTime: now.Truncate(time.Millisecond), MsgID: fmt.Sprint(s.id, now.UnixNano())}
	if mode == conference.Full {
		e.Version = conference.FullVersion(now.UnixMilli())
	} else {
		s.sequence++
		if s.random.IntN(20) == 0 { // some never come
			s.sequence++
		}
		e.Sequence = s.sequence
	}
	return e
}

func (s *source) person(n int) conference.ParticipantEntry {
	e := conference.ParticipantEntry{PID: fmt.Sprint("pid", n)}
	e.Attributes.Set(conference.AttrName, fmt.Sprint("Name ", n))
	e.Attributes.Set(conference.AttrHand, fmt.Sprint(s.random.IntN(2)))
	e.Attributes.Set(conference.AttrRole, fmt.Sprint(s.random.IntN(2)))
	return e
}

// next is any message that a meeting can get.
func (s *source) next() []conference.Message {
	switch n := s.random.IntN(100); {
	case n < 25:
		return []conference.Message{conference.LinkMessage{About: s.about(), Event: conference.LinkEcho, RoundTrip: time.Millisecond * time.Duration(1+s.random.IntN(90))}}
	case n < 55:
		m := conference.StatusMessage{About: s.about(), Envelope: s.envelope(conference.StatusType, conference.Incremental)}
		m.Status.Set(conference.Lock, conference.Value{Presence: conference.Known, Int: int64(s.random.IntN(2))})
		if s.random.IntN(4) == 0 {
			m.Status.Unlisted = map[string]string{"surprise": fmt.Sprint(s.random.IntN(9))}
			m.Withheld = map[string]int{"joinUri": 1}
		}
		return []conference.Message{m}
	case n < 80:
		m := conference.ParticipantsMessage{About: s.about(), Envelope: s.envelope(conference.ParticipantsType, conference.Incremental)}
		if s.random.IntN(3) == 0 {
			m.Entries = append(m.Entries, conference.ParticipantEntry{PID: fmt.Sprint("pid", s.random.IntN(s.people)), Removed: true})
		} else {
			m.Entries = append(m.Entries, s.person(s.random.IntN(s.people+1)))
			s.people++
		}
		return []conference.Message{m}
	case n < 88:
		m := conference.SpeakersMessage{About: s.about(), Envelope: s.envelope(conference.SpeakersType, conference.Full)}
		m.Speakers = []conference.Speaker{{PID: fmt.Sprint("pid", s.random.IntN(s.people)), Name: "Somebody", Volume: int64(s.random.IntN(100))}}
		return []conference.Message{m}
	case n < 92:
		return []conference.Message{conference.RefusedMessage{About: s.about(), Refusal: conference.Refusal{Kind: conference.RefusedValue, Field: "lock", Type: conference.StatusType, At: s.world.clock.now()}}}
	case n < 95:
		return []conference.Message{conference.PassedMessage{About: s.about(), Type: "Chat"}}
	case n < 97:
		return []conference.Message{conference.WatchMessage{About: s.about(), Name: fmt.Sprint("Planning ", s.random.IntN(9)), Group: "Sales"}}
	case n < 99 && !s.calm:
		return append([]conference.Message{conference.LinkMessage{About: s.about(), Event: conference.LinkDown, Reason: conference.ReasonClosed}}, s.connect()...)
	}
	return []conference.Message{conference.LinkMessage{About: s.about(), Event: conference.LinkToken, Expires: s.world.clock.now().Add(time.Hour)}}
}

// feed applies messages to an instance.
func (i *instance) feed(messages ...conference.Message) {
	for _, m := range messages {
		i.registry.Apply(m)
	}
}

// meeting puts a meeting on the board of an instance, which owns it.
func (i *instance) meeting(id conference.ConfID) *source {
	i.world.roster.give(id, i.name)
	s := i.world.source(id)
	i.feed(s.begin()...)
	return s
}

// settle waits until an instance has the state of the owner, whole or brief.
func (i *instance) settle(of *instance, brief bool, ids ...conference.ConfID) {
	i.t.Helper()
	for _, id := range ids {
		end := time.Now().Add(settled)
		for !i.same(of, id, brief) {
			if time.Now().After(end) {
				want, _ := line.WriteState(of.registry.Get(id), brief)
				got := []byte("none")
				if s := i.registry.Get(id); s != nil {
					got, _ = line.WriteState(s, s.Brief)
				}
				i.explain(of, id)
				i.t.Fatalf("%s has of %s\n%s\nand %s has\n%s\n%+v", i.name, id, got, of.name, want, i.Stats())
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
}

// explain logs what the streams and both instances have of a meeting.
func (i *instance) explain(of *instance, id conference.ConfID) {
	of.out.mu.Lock()
	if o := of.out.meetings[id]; o != nil {
		i.t.Logf("the owner has %+v", *o)
	}
	of.out.mu.Unlock()
	for _, s := range []struct{ stream, subject string }{{i.names.live(), i.names.record(id)}, {i.names.digests(), i.names.digest(id)}} {
		stream, err := i.js.Stream(context.Background(), s.stream)
		if err != nil {
			i.t.Log(s.stream, err)
			continue
		}
		i.t.Logf("%s: %+v", s.stream, stream.CachedInfo().State)
		if m, err := stream.GetLastMsgForSubject(context.Background(), s.subject); err != nil {
			i.t.Log(s.subject, err)
		} else {
			i.t.Logf("%s: %d %.150s", s.subject, m.Sequence, m.Data)
		}
		for c := range stream.ListConsumers(context.Background()).Info() {
			i.t.Logf("%s: consumer %+v", s.stream, c)
		}
	}
}

// same reports whether the state of a meeting is that of the owner, as both judge at the present instant.
func (i *instance) same(of *instance, id conference.ConfID, brief bool) bool {
	got, want := i.registry.Get(id), of.registry.Get(id)
	if got == nil || want == nil {
		return false
	}
	if got.Brief != brief {
		return false
	}
	if brief {
		text, err := line.WriteState(want, true)
		if err != nil {
			i.t.Fatal(err)
		}
		if want, err = line.ReadState(text); err != nil {
			i.t.Fatal(err)
		}
	}
	return same(i.world, got, want)
}

// same reports whether two states are the same as judged at the present instant.
func same(w *world, a, b *conference.State) bool {
	now := w.clock.now()
	a, _, _ = conference.Due(a, now, conference.DefaultPolicy)
	b, _, _ = conference.Due(b, now, conference.DefaultPolicy)
	return reflect.DeepEqual(a, b)
}

// entries are what an instance has adopted of a meeting.
func (i *instance) entries(id conference.ConfID) []timeline.Entry {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.adopted[id])
}

// inherits is Inherit, on a machine that can be slow.
func (i *instance) inherits(ids ...conference.ConfID) (h map[conference.ConfID]Inherited) {
	i.t.Helper()
	eventually(i.t, "it can be inherited", func() bool {
		var err error
		h, err = i.Inherit(i.t.Context(), ids)
		if err != nil {
			i.t.Log(err)
		}
		return err == nil
	})
	return h
}

// want makes meetings whole.
func (i *instance) want(ids ...conference.ConfID) {
	i.t.Helper()
	ctx, cancel := context.WithTimeout(i.t.Context(), settled)
	defer cancel()
	for _, id := range ids {
		eventually(i.t, "the meeting is known", func() bool { return i.registry.Get(id) != nil })
		if err := i.Want(ctx, id); err != nil {
			i.t.Fatalf("%s wants %s: %v", i.name, id, err)
		}
	}
}
