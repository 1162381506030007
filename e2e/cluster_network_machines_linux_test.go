package e2e

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// link is a kind of link that a machine has. The machines that have one of a kind reach each other by it, as long as they are on the same
// side of it.
type link int

const (
	toNATS link = iota + 1
	toCloud
	toDatabase
	toViewers
)

// links are their names, of the interfaces as well.
var links = map[link]string{toNATS: "nats", toCloud: "cloud", toDatabase: "data", toViewers: "view"}

// outside is the machine on which everything is that is neither a board nor a NATS server.
const outside = "out"

// nowhere is the side of a link on which nobody is: what a machine there sends vanishes.
const nowhere = "nowhere"

// fabric is a few machines, each a network namespace with links of its own, by a switch in a namespace of its own. The test's own
// namespace has no part in it. All of it goes with the test.
type fabric struct {
	t        testing.TB
	machines map[string]*machine
}

// machine is one of them.
type machine struct {
	name, space string
	number      int
	links       []link
}

const netns = "/run/netns"

// newFabric makes machines with links. The test is skipped where that is not possible.
func newFabric(t testing.TB, machines map[string][]link) *fabric {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can make network namespaces")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("the command ip is missing (in Debian: iproute2); make test-cluster installs it")
	}
	n := &fabric{t: t, machines: map[string]*machine{}}
	n.sweep()
	for i, name := range slices.Sorted(maps.Keys(machines)) {
		n.machines[name] = &machine{name: name, space: n.space(name), number: i + 1, links: machines[name]}
	}
	t.Cleanup(n.remove)
	if out, err := exec.Command("ip", "netns", "add", n.space("switch")).CombinedOutput(); err != nil {
		t.Skipf("network namespaces cannot be made here: %v: %s", err, out)
	}
	n.connect()
	return n
}

// space is the name of the namespace of a machine.
func (n *fabric) space(machine string) string {
	return fmt.Sprintf("confboard-%d-%s", os.Getpid(), machine)
}

// sweep removes what a test left that was killed.
func (n *fabric) sweep() {
	all, _ := os.ReadDir(netns) // there is none before the first namespace
	for _, e := range all {
		rest, ours := strings.CutPrefix(e.Name(), "confboard-")
		number, _, named := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		if !ours || !named || err != nil || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		in, _ := exec.Command("ip", "netns", "pids", e.Name()).Output()
		for _, field := range strings.Fields(string(in)) {
			if of, err := strconv.Atoi(field); err == nil {
				_ = syscall.Kill(of, syscall.SIGKILL)
			}
		}
		n.ip("", "netns del "+e.Name())
	}
}

// remove removes all. The links go with the namespaces, and these when no process is in them any more.
func (n *fabric) remove() {
	spaces := []string{n.space("switch")}
	for _, m := range n.machines {
		spaces = append(spaces, m.space)
	}
	for _, space := range spaces {
		if _, err := os.Stat(filepath.Join(netns, space)); err == nil {
			n.ip("", "netns del "+space)
		}
	}
}

// connect makes the machines and their links.
func (n *fabric) connect() {
	hub := n.space("switch")
	var spaces, pairs, ports []string
	for kind := range links {
		ports = append(ports, "link add "+links[kind]+" type bridge", "link set "+links[kind]+" up")
	}
	for _, m := range n.machines {
		spaces = append(spaces, "netns add "+m.space)
		for _, kind := range m.links {
			pairs = append(pairs, fmt.Sprintf("link add name %s address %s netns %s type veth peer name %s netns %s", links[kind], m.mac(kind), m.space, m.port(kind), hub))
			ports = append(ports, fmt.Sprintf("link set %s master %s up", m.port(kind), links[kind]))
		}
	}
	n.ip("", spaces...)
	n.ip("", pairs...)
	n.ip(hub, ports...)
	for _, m := range n.machines {
		n.ip(m.space, n.configured(m)...)
		if slices.Contains(m.links, toCloud) {
			n.within(m.name, func() error {
				return os.WriteFile("/proc/sys/net/ipv4/conf/"+links[toCloud]+"/route_localnet", []byte("1"), 0)
			})
		}
	}
}

// cloudHost is where the boards reach the cloud, on the outside. The board takes an unencrypted cloud on its own machine only; so
// this address, which counts as such, leads out of it.
const cloudHost = "127.66.0.1"

// configured is what makes a machine's links work. All know each other's hardware: when somebody cannot be reached any more nobody is told,
// whereas the kernel would tell programs three seconds after it began to ask.
func (n *fabric) configured(m *machine) []string {
	commands := []string{"link set lo up"}
	for _, kind := range m.links {
		commands = append(commands, "link set "+links[kind]+" up", fmt.Sprintf("addr add %s/24 dev %s", m.ip(kind), links[kind]))
		for _, other := range n.machines {
			if other != m && slices.Contains(other.links, kind) {
				commands = append(commands, fmt.Sprintf("neigh replace %s lladdr %s nud permanent dev %s", other.ip(kind), other.mac(kind), links[kind]))
			}
		}
		if out := n.machines[outside]; kind == toCloud && m != out {
			commands = append(commands, "addr del 127.0.0.1/8 dev lo", "addr add 127.0.0.1/32 dev lo",
				fmt.Sprintf("route add %s/32 via %s dev %s src %s", cloudHost, out.ip(kind), links[kind], m.ip(kind)))
		}
	}
	return commands
}

func (m *machine) ip(kind link) string { return fmt.Sprintf("10.66.%d.%d", kind, m.number) }
func (m *machine) mac(kind link) string {
	return fmt.Sprintf("02:66:00:00:%02x:%02x", int(kind), m.number)
}
func (m *machine) port(kind link) string { return links[kind] + "-" + m.name }

// ip has the command ip do something in a namespace; empty: our own.
func (n *fabric) ip(space string, commands ...string) {
	n.t.Helper()
	args := []string{"-batch", "-"}
	if space != "" {
		args = append([]string{"-n", space}, args...)
	}
	cmd := exec.Command("ip", args...)
	cmd.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		n.t.Fatalf("ip in %q: %v\n%s", space, err, out)
	}
}

// put puts machines on a side of a kind of link; empty: where all are at first.
func (n *fabric) put(kind link, side string, machines ...string) {
	n.t.Helper()
	var commands []string
	for _, name := range machines {
		switch port := n.machines[name].port(kind); side {
		case nowhere:
			commands = append(commands, "link set "+port+" nomaster")
		case "":
			commands = append(commands, fmt.Sprintf("link set %s master %s", port, links[kind]))
		default:
			commands = append(commands, fmt.Sprintf("link set %s master %s", port, side))
		}
	}
	n.ip(n.space("switch"), commands...)
}

// side makes a side of links.
func (n *fabric) side(name string) {
	n.t.Helper()
	n.ip(n.space("switch"), "link add "+name+" type bridge", "link set "+name+" up")
}

// via is the command that runs another one on a machine.
func (n *fabric) via(machine string) []string {
	return []string{"ip", "netns", "exec", n.machines[machine].space}
}

// within calls f on a machine: the sockets that it makes are there for good.
func (n *fabric) within(machine string, f func() error) {
	n.t.Helper()
	if err := inside(n.machines[machine].space, f); err != nil {
		n.t.Fatalf("on %s: %v", machine, err)
	}
}

func inside(space string, f func() error) error {
	done := make(chan error)
	go func() { // ends before inside does
		// It is never unlocked: so the thread ends with this, and nothing else ever runs in the namespace.
		runtime.LockOSThread()
		done <- func() error {
			file, err := os.Open(filepath.Join(netns, space))
			if err != nil {
				return err
			}
			defer file.Close()
			if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
				return fmt.Errorf("enter %s: %w", space, err)
			}
			return f()
		}()
	}()
	return <-done
}

// listen listens on a machine.
func (n *fabric) listen(machine, address string) (l net.Listener) {
	n.t.Helper()
	n.within(machine, func() (err error) {
		l, err = net.Listen("tcp", address)
		return err
	})
	return l
}

// from dials an address from a machine.
func (n *fabric) from(machine, address string) func(context.Context) (net.Conn, error) {
	space := n.machines[machine].space
	return func(ctx context.Context) (c net.Conn, err error) {
		err = inside(space, func() (err error) {
			c, err = to(address)(ctx)
			return err
		})
		return c, err
	}
}
