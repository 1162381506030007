package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/rules"
	"confboard/feed/simulator"
	"confboard/feed/timeline"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
)

// demoOptions are the flags of the command demo.
type demoOptions struct {
	listen   string
	chosen   bool // listen was given, and must be taken as it is
	basePath string
	record   settings.Record
	debug    string // as settings.Debug.Listen
	meetings int
	seed     uint64
	speed    float64
}

// nextPorts is how many ports are tried when the default one is busy.
const nextPorts = 50

// runDemo serves the board from a simulated cloud, over the same sockets as from the real one.
func runDemo(ctx context.Context, o demoOptions, stdout, stderr io.Writer) error {
	if o.meetings < 0 || o.meetings > 5000 {
		return fmt.Errorf("--meetings: %d is out of range, 0 to 5000", o.meetings)
	}
	if o.speed <= 0 || o.speed > 1000 {
		return fmt.Errorf("--speed: %g is out of range, above 0 and up to 1000", o.speed)
	}
	logger, tellRepeats := newLogger(stderr, settings.Log{Level: slog.LevelWarn})

	// The meetings are found as an enterprise's are: by its list and its events.
	app := simulator.App{ID: "demo", Key: rand.Text()}
	sim := simulator.New(simulator.Config{Speed: o.speed, App: &app, Logger: logger})
	defer sim.Close()
	sim.Demo(o.seed, o.meetings)
	endpoint, err := sim.Start()
	if err != nil {
		return err
	}
	rooms, err := newHouse(rules.Policy(), timeline.DefaultLimits, live.Options{}, logger)
	if err != nil {
		return err
	}
	recorder, err := newRecorder(o.record, rules.Policy(), time.Now, logger)
	if err != nil {
		return err
	}
	key := conference.NewSecret(app.Key)
	cloud := huawei.Config{Endpoint: endpoint, App: &huawei.App{ID: app.ID, Key: key}, Booked: true, Viewers: rooms.hub.Viewers, Logger: logger}
	if recorder != nil {
		cloud.Tap = recorder.Frame
	}
	source, err := huawei.New(cloud)
	if err != nil {
		return err
	}
	hook, err := huawei.NewHook(huawei.HookConfig{AppID: app.ID, Key: key, Effects: source, To: rooms.registry})
	if err != nil {
		return err
	}
	// What an admin adds by hand is kept as long as the demonstration lasts.
	folder, err := os.MkdirTemp("", "confboard-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	stored, err := store.OpenMeetings(folder)
	if err != nil {
		return err
	}
	keeper, err := newKeeper(ctx, source, ownFile{stored}, nil)
	if err != nil {
		return err
	}
	listener, err := listenFree(ctx, o.listen, o.chosen)
	if err != nil {
		return err
	}
	shown := address(listener, false, o.basePath)
	sim.SendEvents(shown+"hooks/huawei", app.ID, app.Key)
	fmt.Fprintf(stdout, "Confboard shows %d simulated meetings on %s\n", len(sim.Meetings()), shown)
	demo := settings.Settings{Access: settings.AccessOpen, BasePath: o.basePath, DataDir: folder,
		History: settings.History{Stored: 30 * 24 * time.Hour, Names: 7 * 24 * time.Hour, Keep: timeline.DefaultLimits.Keep, Disk: 1_000_000_000}}
	entrance, err := newEntrance(ctx, demo, rooms.hub, &tokenDesk{stdout: stdout}, logger)
	if err != nil {
		listener.Close()
		return err
	}
	fmt.Fprintln(stdout, "Stop it with Ctrl-C.")
	archive := newArchive(ctx, entrance.db, demo.History, rooms.history, rooms.hub, logger)
	return board{
		rules:   newRulebook(ctx, rooms.registry, entrance.db, time.Now, logger),
		archive: archive, storage: entrance.storage(archive, demo.History),
		house: rooms, listener: listener, listen: o.listen, basePath: o.basePath, access: settings.AccessOpen, entrance: entrance, tokensPrinted: true, keeper: keeper, hook: hook,
		source: source, calls: source.Calls, recorder: recorder, logger: logger, others: []runner{sim.Run, tellRepeats, debugging(o.debug, logger)},
	}.run(ctx)
}

// listenFree takes the address that was chosen, or the first free port from the default one on.
func listenFree(ctx context.Context, preferred string, chosen bool) (net.Listener, error) {
	l, err := listen(ctx, preferred)
	if err == nil || chosen || !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	host, port, splitErr := net.SplitHostPort(preferred)
	first, numberErr := strconv.Atoi(port)
	if splitErr != nil || numberErr != nil {
		return nil, err
	}
	for next := first + 1; next <= first+nextPorts; next++ {
		if l, nextErr := listen(ctx, net.JoinHostPort(host, strconv.Itoa(next))); nextErr == nil {
			return l, nil
		}
	}
	return nil, err
}
