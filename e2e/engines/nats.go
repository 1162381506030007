package engines

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// BuildNATS builds the server of NATS, of the version that the module has, into a folder.
func BuildNATS(ctx context.Context, folder string) (binary string, err error) {
	binary = filepath.Join(folder, "nats-server")
	if out, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build nats-server: %w\n%s", err, out)
	}
	return binary, nil
}

// NATS are servers with JetStream that are one cluster, by the configuration that is shipped; one alone is none.
type NATS struct {
	Servers []*NATSServer
	// User is who boards sign in as, with the rights of the user that is shipped. PasswordFile has the password.
	User, PasswordFile string

	binary, config string
}

// NATSServer is one of them. What is exported may be changed before it is started for the first time.
type NATSServer struct {
	Name string
	// Host is where it listens: on Port for boards, and on Routes for the other servers.
	Host         string
	Port, Routes int
	// Via is the command that runs it, its arguments included, such as one that enters a network namespace; empty: it is run as it is.
	Via []string
	// Log gets what it prints.
	Log io.Writer

	folder string
	*Process
}

// NewNATS makes n servers, called n0 and so on, on free ports of loopback. The configuration is that in the folder shipped. What is
// written is below folder, where each keeps what it keeps in one of its own. None runs yet.
func NewNATS(binary, shipped, folder string, n int) (*NATS, error) {
	ports, err := FreePorts(2 * n)
	if err != nil {
		return nil, err
	}
	c := &NATS{User: "board", PasswordFile: filepath.Join(folder, "password"), binary: binary, config: filepath.Join(folder, "nats.conf")}
	if err := c.configure(shipped, folder); err != nil {
		return nil, fmt.Errorf("configure nats-server: %w", err)
	}
	for i := range n {
		name := fmt.Sprint("n", i)
		c.Servers = append(c.Servers, &NATSServer{
			Name: name, Host: "127.0.0.1", Port: ports[2*i], Routes: ports[2*i+1], Log: io.Discard, folder: filepath.Join(folder, name),
		})
	}
	return c, nil
}

// configure writes the files of the configuration, as the guide beside those that are shipped says. Nothing is encrypted.
func (c *NATS) configure(shipped, folder string) error {
	config, err := os.ReadFile(filepath.Join(shipped, "nats.conf"))
	if err != nil {
		return err
	}
	users, err := os.ReadFile(filepath.Join(shipped, "users.example.conf"))
	if err != nil {
		return err
	}
	password := rand.Text()
	for file, content := range map[string]string{
		c.config: string(config), c.PasswordFile: password, filepath.Join(folder, "tls.conf"): "",
		filepath.Join(folder, "users.conf"): strings.ReplaceAll(string(users), "CHANGE-ME", password),
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// URLs are where boards reach them.
func (c *NATS) URLs() (urls []string) {
	for _, s := range c.Servers {
		urls = append(urls, s.URL())
	}
	return urls
}

// Start starts a server that does not run, with what it had on its disk and without what it had in memory. It does not wait until the server
// takes connections: of several, none is ready before the others are.
func (c *NATS) Start(s *NATSServer) error {
	cluster := "" // none
	var routes []string
	if len(c.Servers) > 1 {
		cluster = s.routeURL()
		for _, other := range c.Servers {
			routes = append(routes, other.routeURL())
		}
	}
	args := slices.Concat(s.Via, []string{
		c.binary, "--config", c.config, "--addr", s.Host, "--port", strconv.Itoa(s.Port), "--http_port", "-1", "--cluster", cluster,
	})
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "NATS_NAME="+s.Name, "NATS_STORE="+s.folder, "NATS_ROUTES=["+strings.Join(routes, ", ")+"]")
	cmd.Stderr = s.Log
	var err error
	s.Process, err = Start(cmd)
	return err
}

// Close kills those that run.
func (c *NATS) Close() {
	for _, s := range c.Servers {
		s.Kill()
	}
}

// URL is where boards reach it.
func (s *NATSServer) URL() string { return "nats://" + net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

func (s *NATSServer) routeURL() string {
	return "nats://" + net.JoinHostPort(s.Host, strconv.Itoa(s.Routes))
}

// Kill ends it without a word, and waits until it has ended; one that does not run is none the worse.
func (s *NATSServer) Kill() {
	if s.Process != nil {
		s.Process.Kill()
	}
}
