package app

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
	"confboard/web/access"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// openMember starts a board that is one of several, over a real NATS server. Without an app in the settings its cloud has no meetings; those of a test are
// put on the board.
func openMember(t *testing.T, s settings.Settings, nats, name string) *lodge {
	t.Helper()
	s.Cluster = settings.Cluster{NATS: []string{nats}, Name: name, Prefix: "test", Replicas: 1, Secret: clusterSecret}
	return openLodgeOf(t, s, map[string]access.Role{"ann": access.RoleAdmin, "bob": access.RoleViewer}, func(b *board) {
		one, err := newInstance(s, b.house, b.logger)
		if err != nil {
			t.Fatal(err)
		}
		config := huawei.Config{Endpoint: "http://127.0.0.1:1", Heartbeat: time.Minute}
		if s.Cloud.App.Enabled() {
			config = cloudConfig(s.Cloud)
		}
		config.Logger = b.logger
		one.join(&config)
		source, err := huawei.New(config)
		if err != nil {
			t.Fatal(err)
		}
		one.begin(source)
		one.keep(b.archive, b.entrance)
		b.instance, b.owns, b.source, b.callsPerMinute = one, one.watches, source, 100
	})
}

// On each board the feed says which boards there are and which one watches what, as it changes.
func TestTheFeedOfABoardTellsOfTheOthers(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel() // it waits most of the time
	server := clustertest.Start(t)
	a := openMember(t, settings.Settings{Access: settings.AccessAccounts}, server.URL(), "first")
	becomes(t, "the first board watches everything", func() bool { return a.board.instance.watches(quarterly) })
	var ids []conference.ConfID
	for n := range 32 {
		ids = append(ids, conference.ConfID(fmt.Sprint(900_000_000+n)))
		a.meeting(ids[n])
	}
	ann := a.signedIn("ann")
	page := ann.stream("/feed/events?lang=en")
	page.until("No other board is here")
	if _, body := ann.get("/feed?lang=en"); !strings.Contains(reading(body), "by this board") {
		t.Errorf("the meeting is not said to be watched here: %s", reading(body))
	}

	b := openMember(t, settings.Settings{Access: settings.AccessAccounts}, server.URL(), "second")
	bob := b.signedIn("ann")
	page.until("2 boards work as one")
	// Those that the second board gets leave the board, because its cloud knows of none.
	becomes(t, "both share the meetings", func() bool {
		view := a.board.instance.members.View()
		return len(view.Members) == 2 && view.Members[0].Shards == view.Members[1].Shards && view.Owners == b.board.instance.members.View().Owners
	})
	var kept conference.ConfID
	var here, there string
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("of %s the first board said\n%s\nand the second\n%s", kept, here, there)
		}
	})
	becomes(t, "each says which board watches a meeting", func() bool {
		i := slices.IndexFunc(ids, func(id conference.ConfID) bool { return a.registry.Get(id) != nil && a.board.instance.watches(id) })
		if i < 0 {
			return false
		}
		kept = ids[i] // a shard can change hands more than once until then
		_, one := ann.get("/feed?lang=en&q=" + string(kept))
		_, other := bob.get("/feed?lang=en&q=" + string(kept))
		here, there = reading(one), reading(other)
		return strings.Contains(here, "by this board") && strings.Contains(there, "by first") && strings.Contains(there, "2 boards work as one")
	})
	if _, body := bob.get("/api/v1/meetings/" + string(kept)); !strings.Contains(body, `"board":"first"`) {
		t.Errorf("the API does not say which board watches it: %s", body)
	}
	if _, body := b.signedIn("bob").get("/api/v1/meetings"); strings.Contains(body, `"board"`) {
		t.Errorf("the API tells a viewer of the boards: %s", body)
	}

	server.Stop()
	page.until("No connection with NATS")
	becomes(t, "nobody can know who watches it", func() bool {
		_, page := ann.get("/feed/m/" + string(kept) + "?lang=en")
		_, body := ann.get("/api/v1/meetings/" + string(kept))
		return strings.Contains(reading(page), "Watched by not known") && strings.Contains(body, `"board":null`)
	})
	if res, _ := ann.get("/readyz"); res.StatusCode != http.StatusOK {
		t.Errorf("without NATS it is not ready: %s", res.Status)
	}
	server.Start()
	becomes(t, "they work as one again", func() bool {
		_, page := ann.get("/feed?lang=en")
		return strings.Contains(reading(page), "2 boards work as one")
	})
}

// A balancer sends nobody to a board that does not know yet what the others know; but if that cannot be had, a page that says so is better than
// none.
func TestABoardIsReadyWhenItKnowsWhatTheOthersKnow(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel() // it waits most of the time
	server := clustertest.Start(t)
	a := openMember(t, settings.Settings{}, server.URL(), "first")
	becomes(t, "the first is ready", a.person().answers("/readyz", http.StatusOK))
	becomes(t, "it watches everything", func() bool { return a.board.instance.watches(quarterly) })
	a.meeting(quarterly)
	becomes(t, "it is told of", func() bool {
		return a.board.instance.bus.Stats().Digests > 0 && a.board.instance.bus.Stats().Queued == 0
	})

	way := clustertest.NewProxy(t, server)
	way.Cut()
	b := openMember(t, settings.Settings{}, way.URL(), "second")
	if res, _ := b.person().get("/healthz"); res.StatusCode != http.StatusOK {
		t.Errorf("health without the others: %s", res.Status)
	}
	if res, _ := b.person().get("/readyz"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("ready before it knows: %s", res.Status)
	}
	way.Mend()
	becomes(t, "the second is ready", b.person().answers("/readyz", http.StatusOK))
	if b.registry.Get(quarterly) == nil {
		t.Error("it is ready and lacks a meeting")
	}
	late := &instance{bus: b.board.instance.bus, made: time.Now().Add(-readyWithin - time.Second)}
	if !late.ready() {
		t.Error("it waits for ever")
	}
}

// What a board takes over it can only watch, and keep, if it knows that the enterprise's list has it.
func TestABoardThatJoinsKeepsTheMeetingsThatWereFound(t *testing.T) {
	storetest.NotAboutStorage(t)
	t.Parallel() // it waits most of the time
	app := simulator.App{ID: "app", Key: "key-of-the-app"}
	cloud := simulator.New(simulator.Config{App: &app})
	if _, err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Close() })
	const meetings = 30
	for n := range meetings {
		cloud.Add(simulator.MeetingConfig{ConfID: fmt.Sprint(900_000_000 + n), HostPassword: "135790", Title: fmt.Sprint("Meeting ", n)}).Start()
	}
	s := settings.Settings{Cloud: settings.Cloud{Endpoint: cloud.URL(), Heartbeat: time.Minute, DiscoverEvery: time.Hour,
		App: settings.App{ID: app.ID, Key: conference.NewSecret(app.Key)}}}
	server := clustertest.Start(t)
	a := openMember(t, s, server.URL(), "first")
	live := func(l *lodge) (n int) {
		for _, s := range l.registry.States() {
			if s.Link.State == conference.Live {
				n++
			}
		}
		return n
	}
	becomes(t, "the first board has them all", func() bool { return live(a) == meetings })
	var left atomic.Int64
	_, stop := a.registry.Observe(func(c conference.Change) {
		if c.Before != nil && c.After == nil {
			left.Add(1)
		}
	})
	defer stop()
	for _, name := range []string{"second", "third"} { // what they ask for may be answered before they hear
		b := openMember(t, s, server.URL(), name)
		becomes(t, "the "+name+" board has its part", func() bool { return b.board.instance.figures().Shards.Here >= cluster.Shards/3 && live(b) == meetings })
	}
	if n := left.Load(); n > 0 {
		t.Errorf("%d times a meeting left the board", n)
	}
}

func TestABoardCountsTheFramesOfOthersApart(t *testing.T) {
	t.Parallel() // it waits most of the time
	server := clustertest.Start(t)
	a, b := joinAs(t, server, "a"), joinAs(t, server, "b")
	id := share(t, a, b)
	meeting := a.tells(id)
	becomes(t, "the other knows the meeting", func() bool { return b.house.registry.Get(id) != nil })
	if err := b.bus.Want(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	meeting.lock(conference.Incremental, 1)
	becomes(t, "the other has it", func() bool { return b.house.registry.Totals().Relayed == 1 })
	received := func(m *member) (n uint64) {
		for _, f := range m.house.registry.Totals().Frames {
			n += f.Count
		}
		return n
	}
	if got := received(a); got != 2 || a.house.registry.Totals().Relayed != 0 {
		t.Errorf("the board that watches it has received %d frames, and %+v", got, a.house.registry.Totals())
	}
	if got := received(b); got != 0 || b.house.registry.Totals().Connects != 0 {
		t.Errorf("the other board has received %d frames, and %+v", got, b.house.registry.Totals())
	}
}

func TestWhoTriesPasswordsAtOneBoardHasToWaitAtTheOthers(t *testing.T) {
	t.Parallel() // it waits most of the time
	server := clustertest.Start(t)
	a := openMember(t, settings.Settings{Access: settings.AccessAccounts}, server.URL(), "first")
	b := openMember(t, settings.Settings{Access: settings.AccessAccounts}, server.URL(), "second")
	becomes(t, "they hear each other", func() bool {
		return len(a.board.instance.members.Members()) == 2 && b.board.instance.bus.Stats().Open && a.board.instance.bus.Stats().Open
	})
	sign := func(l *lodge, password string) int {
		res, _ := l.person().post("/sign-in", url.Values{"name": {"ann"}, "password": {password}})
		return res.StatusCode
	}
	for range 5 {
		sign(a, "a wrong password")
	}
	becomes(t, "the other has her wait", func() bool { return sign(b, passwordOf) == http.StatusTooManyRequests })
}
