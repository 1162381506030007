package app

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
	"confboard/feed/timeline"
	"confboard/handlers"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

func TestWhileNATSHasNoLeaderMeetingsAreWatchedAndNotLive(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel() // it waits most of the time
	cloud := simulator.New(simulator.Config{})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	const meetings = 20 // so many that each board has some
	config := huawei.Config{Endpoint: cloud.URL(), Heartbeat: time.Minute}
	var all []*simulator.Meeting
	for n := range meetings {
		id := fmt.Sprint(900_000_000 + n)
		m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
		m.Start()
		all = append(all, m)
		config.Meetings = append(config.Meetings, huawei.Meeting{ConfID: conference.ConfID(id), HostPassword: conference.NewSecret("135790")})
	}
	server := clustertest.Start(t)
	proxy := clustertest.NewProxy(t, server)
	through := func(s *settings.Settings) { s.Cluster.NATS = []string{proxy.URL()} }
	a := joinWith(t, server, "a", config, through)
	share(t, a)
	b := joinWith(t, server, "b", config, through)
	share(t, a, b)
	// are reports whether all meetings have a link of a kind, and a field a value, at both boards.
	are := func(state conference.LinkState, value int64) func() bool {
		return func() bool {
			for _, m := range []*member{a, b} {
				for _, s := range m.house.registry.States() {
					if n, _ := s.Status.Int(conference.PartViewNum); s.Link.State != state || n != value {
						return false
					}
				}
			}
			return true
		}
	}
	count := func(n int) {
		for _, m := range all {
			m.Set(map[string]any{"partViewNum": n})
		}
	}
	becomes(t, "the second has its part", func() bool { return a.begun() == cluster.Shards/2 && b.begun() == cluster.Shards/2 })
	count(1)
	becomes(t, "all meetings are live", are(conference.Live, 1))
	connections := func() (n int) {
		for _, m := range all {
			n += m.Counts().Connections
		}
		return n
	}
	n := 1
	undisturbed := func() bool {
		before := connections()
		proxy.Elect()
		becomes(t, "nobody has a meeting, and no board says that one is live", func() bool {
			return a.begun()+b.begun() == 0 && are(conference.Stale, int64(n))()
		})
		count(n + 1)
		count(n + 2)
		n += 2
		proxy.Elected()
		becomes(t, "all meetings are live", are(conference.Live, int64(n)))
		becomes(t, "each is watched once", func() bool {
			return !slices.ContainsFunc(all, func(m *simulator.Meeting) bool { return m.Counts().Subscribed != 1 })
		})
		return connections() == before
	}
	// Where a machine is so busy that a board misses the word of the other, it lets go.
	for range 4 {
		if undisturbed() {
			return
		}
	}
	t.Error("meetings are connected again each time")
}

// openCloud starts a cloud, and returns the settings of a board that finds its meetings there.
func openCloud(t *testing.T) (*simulator.Cloud, settings.Settings) {
	t.Helper()
	app := simulator.App{ID: "app", Key: "key-of-the-app"}
	cloud := simulator.New(simulator.Config{App: &app})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	return cloud, settings.Settings{Cloud: settings.Cloud{Endpoint: cloud.URL(), Heartbeat: time.Minute, DiscoverEvery: time.Second,
		App: settings.App{ID: app.ID, Key: conference.NewSecret(app.Key)}}}
}

// counter is a meeting in the cloud that counts, and the board that watches it.
type counter struct {
	*simulator.Meeting
	t     *testing.T
	id    conference.ConfID
	shard cluster.Shard
	by    *instance
	n     int
}

// beginCounter begins a meeting of a shard that a board watches.
func beginCounter(t *testing.T, cloud *simulator.Cloud, by *lodge) *counter {
	t.Helper()
	i := by.board.instance
	var id conference.ConfID
	becomes(t, "the board has its part", func() bool {
		view := i.members.View()
		for n := range 1000 {
			id = conference.ConfID(fmt.Sprint(900_000_000 + n))
			if i.watches(id) && cluster.ShardOf(id) != 0 {
				break
			}
		}
		return i.watches(id) && !slices.ContainsFunc(view.Members, func(m cluster.Member) bool { return m.Shards != cluster.Shards/len(view.Members) })
	})
	m := &counter{Meeting: cloud.Add(simulator.MeetingConfig{ConfID: string(id), HostPassword: "135790", Title: "Budget"}), t: t, id: id, shard: cluster.ShardOf(id), by: i}
	m.Start()
	m.count()
	return m
}

func (m *counter) count() {
	m.n++
	m.Set(map[string]any{"partViewNum": m.n})
}

// state is how a board has the meeting.
func (m *counter) state(on *lodge) *conference.State { return on.registry.Get(m.id) }

// shown waits until boards show how far it has counted, as live.
func (m *counter) shown(on ...*lodge) {
	m.t.Helper()
	becomes(m.t, fmt.Sprintf("meeting %s is live at %d", m.id, m.n), func() bool {
		return !slices.ContainsFunc(on, func(l *lodge) bool {
			s := m.state(l)
			if s == nil || s.Brief || s.Link.State != conference.Live {
				return true
			}
			n, _ := s.Status.Int(conference.PartViewNum)
			return n != int64(m.n)
		})
	})
}

// steps are those entries that tell how it counted, with their numbers.
func (m *counter) steps(entries []timeline.Entry) (steps []string) {
	for _, e := range entries {
		if e.Kind == timeline.Status && e.Field == conference.PartViewNum {
			steps = append(steps, fmt.Sprintf("%d: %d>%d", e.Seq, e.Old.Int, e.New.Int))
		}
	}
	return steps
}

// counted fails if a timeline lacks a step or tells one twice.
func (m *counter) counted(entries []timeline.Entry) {
	m.t.Helper()
	at := int64(0)
	for _, e := range entries {
		if e.Kind != timeline.Status || e.Field != conference.PartViewNum {
			continue
		}
		if e.Old.Int != at || e.New.Int <= at {
			m.t.Errorf("the timeline of %s counts from %d to %d when it is at %d", m.id, e.Old.Int, e.New.Int, at)
		}
		at = e.New.Int
	}
	if at != int64(m.n) {
		m.t.Errorf("the timeline of %s counts to %d of %d", m.id, at, m.n)
	}
}

// Whatever becomes of shards, and however late the servers answer: what is stored is what is shown, and each step is told once.
func TestTimelinesAreStoredAsTheyAreShownWhateverBecomesOfAShard(t *testing.T) {
	storetest.Need(t)
	t.Parallel() // it waits most of the time
	cloud, s := openCloud(t)
	database := storetest.Schema(t, t.TempDir())
	server := clustertest.Start(t)
	way := clustertest.NewProxy(t, server)
	member := func(name, nats string) *lodge {
		s := s
		s.Database = settings.Database{URL: database}
		return openMember(t, s, nats, name)
	}
	a, b := member("first", way.URL()), member("second", server.URL())
	becomes(t, "both know each other", func() bool { return len(a.board.instance.members.Members()) == 2 && b.board.instance.bus.Stats().Known })
	i, other := a.board.instance, b.board.instance
	m := beginCounter(t, cloud, a)
	defer b.board.instance.Hold(m.id)()
	m.shown(a, b)
	var shown, theirs, stored []string
	defer func() {
		if t.Failed() {
			t.Logf("shown:\n%q\nby the other board:\n%q\nstored:\n%q", shown, theirs, stored)
			t.Log(a.log.String())
		}
	}()
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	counts := func() {
		for range random.IntN(20) {
			m.count()
			time.Sleep(time.Duration(random.IntN(1000)) * time.Microsecond)
		}
	}
	for range 40 {
		epoch := i.epochs[m.shard].Load()
		held := random.IntN(3) == 0
		if held { // what is told is answered late, or what is told before is
			way.Hold()
		}
		counts()
		how := random.IntN(6)
		switch how {
		case 0, 1, 2:
			i.Suspend(m.shard)
		case 3, 5:
			i.Suspend(m.shard)
			counts()
			i.Drop(m.shard)
		case 4:
			i.Drop(m.shard)
		}
		counts()
		if how == 5 {
			if held = false; random.IntN(2) == 0 {
				way.Release()
			}
			epoch++
			other.Take(m.shard, epoch)
			becomes(t, "another board goes on", func() bool { return other.epochs[m.shard].Load() > 0 })
			if counts(); random.IntN(3) == 0 {
				m.shown(b)
			}
			if random.IntN(2) == 0 {
				other.Suspend(m.shard)
				counts()
			}
			other.Drop(m.shard)
		}
		if held && random.IntN(2) == 0 {
			way.Release()
		}
		i.Take(m.shard, epoch+1)
		counts()
		way.Release()
		becomes(t, "it goes on", func() bool { return i.epochs[m.shard].Load() > 0 })
		if random.IntN(3) == 0 {
			m.shown(a)
		}
	}
	m.count()
	m.shown(a, b)
	becomes(t, "what is stored is what is shown", func() bool {
		all, err := a.board.archive.stored(t.Context(), m.id)
		if err != nil {
			t.Fatal(err)
		}
		shown, theirs, stored = m.steps(a.board.history.Entries(m.id)), m.steps(b.board.history.Entries(m.id)), m.steps(all)
		return slices.Equal(shown, stored) && slices.Equal(shown, theirs)
	})
	m.counted(a.board.history.Entries(m.id))
	m.End()
	ended := func() int {
		n, err := a.board.archive.Count(t.Context(), handlers.EndedQuery{})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	becomes(t, "its end is stored", func() bool { return ended() > 0 })
	if n := ended(); n != 1 {
		t.Errorf("it has become %d meetings", n)
	}
}
