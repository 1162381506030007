package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"confboard/e2e/engines"
	"confboard/feed/simulator"
)

const (
	boardName    = "board-"
	natsName     = "nats-"
	balancerName = "balancer"
	// servers is how many NATS servers there are, one of which can fail.
	servers = 3
)

// prepare makes everything but starts nothing beside the cloud.
func prepare(ctx context.Context, o options) (s *several, err error) {
	if o.listen, err = free(o.listen); err != nil {
		return nil, err
	}
	s = &several{options: o, app: simulator.App{ID: "demo", Key: rand.Text()}}
	s.cloud = simulator.New(simulator.Config{App: &s.app})
	s.cloud.Demo(1, o.meetings)
	if _, err := s.cloud.Start(); err != nil {
		return nil, err
	}
	s.cloud.SendEvents(s.url()+"/hooks/huawei", s.app.ID, s.app.Key)
	nats, err := s.prepareNATS(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := s.settings(nats)
	if err != nil {
		return nil, err
	}
	ports, err := engines.FreePorts(boards)
	if err != nil {
		return nil, err
	}
	var addresses [boards]string
	for i, port := range ports {
		name := fmt.Sprint(boardName, i+1)
		addresses[i] = fmt.Sprint("127.0.0.1:", port)
		args := []string{"serve", "--config", settings, "--cluster-name", name, "--listen", addresses[i], "--data-dir", filepath.Join(s.folder, name)}
		s.parts = append(s.parts, &part{name: name, about: "http://" + addresses[i] + "/", start: func(ctx context.Context, log io.Writer) (*engines.Process, error) {
			cmd := exec.Command(s.board, args...)
			cmd.Env = withoutSettings(os.Environ())
			return engines.StartUntil(ctx, cmd, log, func(line string) bool { return strings.Contains(line, " serves on ") })
		}})
	}
	s.parts = append(s.parts, &part{name: balancerName, about: s.url() + "/", start: func(ctx context.Context, log io.Writer) (*engines.Process, error) {
		h, err := engines.StartHAProxy(ctx, engines.HAProxyOptions{Config: filepath.Join(s.deploy, "haproxy.cfg"), Listen: s.listen, Boards: addresses}, log)
		if err != nil {
			return nil, err
		}
		return h.Process, nil
	}})
	return s, nil
}

func (s *several) prepareNATS(ctx context.Context) (*engines.NATS, error) {
	binary, err := engines.BuildNATS(ctx, s.folder)
	if err != nil {
		return nil, err
	}
	nats, err := engines.NewNATS(binary, s.deploy, s.folder, servers)
	if err != nil {
		return nil, err
	}
	for i, server := range nats.Servers {
		s.parts = append(s.parts, &part{name: fmt.Sprint(natsName, i+1), about: server.URL(), start: func(_ context.Context, log io.Writer) (*engines.Process, error) {
			server.Log = log
			if err := nats.Start(server); err != nil {
				return nil, err
			}
			return server.Process, nil
		}})
	}
	return nats, nil
}

// settings writes the settings that all boards have in common, and returns their file.
func (s *several) settings(nats *engines.NATS) (file string, err error) {
	files := map[string]string{"app.key": s.app.Key, "cluster.secret": rand.Text() + rand.Text()}
	for name, secret := range files {
		path := filepath.Join(s.folder, name)
		if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
			return "", err
		}
		files[name] = path
	}
	type section map[string]any
	b, err := json.MarshalIndent(section{ // which is YAML, too
		"publicURL":      s.url(),
		"trustedProxies": []string{"127.0.0.1"},
		"database":       section{"url": s.database},
		"cluster":        section{"nats": nats.URLs(), "replicas": servers, "user": nats.User, "passwordFile": nats.PasswordFile, "secretFile": files["cluster.secret"]},
		"cloud": section{
			"endpoint": s.cloud.URL(), "callsPerMinute": 0,
			"app":  section{"id": s.app.ID, "keyFile": files["app.key"]},
			"hook": section{"appID": s.app.ID, "keyFile": files["app.key"]},
		},
	}, "", "  ")
	if err != nil {
		return "", err
	}
	file = filepath.Join(s.folder, "confboard.yaml")
	return file, os.WriteFile(file, b, 0o600)
}

// withoutSettings is an environment without what would be a setting of the boards.
func withoutSettings(environ []string) (rest []string) {
	for _, v := range environ {
		if !strings.HasPrefix(v, "CONFBOARD_") {
			rest = append(rest, v)
		}
	}
	return rest
}
