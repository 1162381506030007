package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"syscall"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/rules"
	"confboard/feed/simulator"
)

// demoOptions are the flags of the command demo.
type demoOptions struct {
	listen   string
	chosen   bool // listen was given, and must be taken as it is
	basePath string
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
	logger := newLogger(stderr, slog.LevelWarn)

	sim := simulator.New(simulator.Config{Speed: o.speed, Logger: logger})
	defer sim.Close()
	sim.Demo(o.seed, o.meetings)
	endpoint, err := sim.Start()
	if err != nil {
		return err
	}
	cloud := huawei.Config{Endpoint: endpoint, Logger: logger}
	for _, m := range sim.Meetings() {
		cloud.Meetings = append(cloud.Meetings, huawei.Meeting{ConfID: conference.ConfID(m.ConfID()), HostPassword: conference.NewSecret(m.HostPassword()), Name: m.Name()})
	}
	source, err := huawei.New(cloud)
	if err != nil {
		return err
	}
	listener, err := listenDemo(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "Confboard shows %d simulated meetings on %s\nStop it with Ctrl-C.\n", len(cloud.Meetings), address(listener, false, o.basePath))
	return board{listener: listener, basePath: o.basePath, policy: rules.Policy(), source: source, logger: logger, others: []runner{sim.Run}}.run(ctx)
}

// listenDemo takes the address that was chosen, or the first free port from the default one on.
func listenDemo(ctx context.Context, o demoOptions) (net.Listener, error) {
	l, err := listen(ctx, o.listen)
	if err == nil || o.chosen || !errors.Is(err, syscall.EADDRINUSE) {
		return l, err
	}
	host, port, splitErr := net.SplitHostPort(o.listen)
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
