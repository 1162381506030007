package engines

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// HAProxy is the balancer in front of three boards.
type HAProxy struct {
	*Process
	// Figures is where it tells of itself.
	Figures string
}

// HAProxyOptions are what differs between balancers.
type HAProxyOptions struct {
	// Config is the file of the configuration that is shipped.
	Config string
	// Listen is where people reach it.
	Listen string
	// TLS is where it is encrypted, by the certificate and the key in the file Certificate; empty: nowhere.
	TLS, Certificate string
	// Boards are the addresses of the boards.
	Boards [3]string
}

// HAProxyCommand is the program with its configuration, which tells of itself at the address figures.
func HAProxyCommand(o HAProxyOptions, figures string, args ...string) (*exec.Cmd, error) {
	binary, err := exec.LookPath("haproxy")
	if err != nil {
		if binary, err = exec.LookPath("/usr/sbin/haproxy"); err != nil { // where Debian has it, for the PATH of root
			return nil, fmt.Errorf("haproxy is missing, and e2e/setup/haproxy.sh installs it: %w", err)
		}
	}
	config, err := filepath.Abs(o.Config)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(binary, append(args, "-f", config)...)
	cmd.Env = append(os.Environ(), "BALANCER_LISTEN="+o.Listen, "BALANCER_STATS="+figures)
	if o.TLS != "" {
		cmd.Env = append(cmd.Env, "BALANCER_TLS="+o.TLS, "BALANCER_CERT="+o.Certificate)
	}
	for i, address := range o.Boards {
		cmd.Env = append(cmd.Env, fmt.Sprintf("BOARD_%d=%s", i+1, address))
	}
	return cmd, nil
}

// StartHAProxy starts the balancer and waits until it takes connections. The boards need not run yet.
func StartHAProxy(ctx context.Context, o HAProxyOptions, log io.Writer) (*HAProxy, error) {
	ports, err := FreePorts(1)
	if err != nil {
		return nil, err
	}
	h := &HAProxy{Figures: fmt.Sprintf("127.0.0.1:%d", ports[0])}
	cmd, err := HAProxyCommand(o, h.Figures, "-db") // in the foreground
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = log, log
	if h.Process, err = Start(cmd); err != nil {
		return nil, err
	}
	for {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", o.Listen)
		if err == nil {
			conn.Close()
			return h, nil
		}
		select {
		case <-h.Done():
			return nil, fmt.Errorf("haproxy ended at once: %w", h.Err())
		case <-ctx.Done():
			h.Kill()
			return nil, fmt.Errorf("wait for haproxy: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
