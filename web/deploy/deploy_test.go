// Package deploy_test tries the files by which the board is set up on servers.
package deploy_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.yaml.in/yaml/v3"

	"confboard/feed/cluster"
	"confboard/feed/conference"
	"confboard/web/settings"
)

// compose is what the tests need of the compose file.
type compose struct {
	Services map[string]struct {
		Environment map[string]string
		Secrets     []mount
		Configs     []mount
		Volumes     []string
		DependsOn   any `yaml:"depends_on"`
	}
	Configs map[string]struct{ File, Content string }
	Secrets map[string]struct{ File string }
	Volumes map[string]struct{}
}

// mount is a secret or a configuration of a service, by its name alone or with its place.
type mount struct{ Source, Target string }

func (m *mount) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		m.Source, m.Target = n.Value, "/run/secrets/"+n.Value
		return nil
	}
	type plain mount
	return n.Decode((*plain)(m))
}

func readCompose(t *testing.T) compose {
	t.Helper()
	text, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	if err := yaml.Unmarshal(text, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// secrets is a folder with a secret for each name.
func secrets(t *testing.T, names ...string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(strings.Repeat("0123456789", 5)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

var asked = regexp.MustCompile(`\$\{[^}]*\}`)

func TestTheBoardsOfTheComposeFileTakeTheirSettings(t *testing.T) {
	c := readCompose(t)
	names := map[string]bool{}
	for service, s := range c.Services {
		if !strings.HasPrefix(service, "board-") {
			continue
		}
		var mounted []string
		for _, m := range s.Secrets {
			mounted = append(mounted, m.Source)
		}
		folder := secrets(t, mounted...)
		environ := []string{"CONFBOARD_LISTEN=:8080", "CONFBOARD_DATADIR=" + t.TempDir()} // as the image has it
		for name, value := range s.Environment {
			value = strings.ReplaceAll(value, "/run/secrets/", folder+"/")
			environ = append(environ, name+"="+asked.ReplaceAllString(value, "0123456789"))
		}
		is, err := settings.Load(settings.Sources{Environ: environ})
		if err != nil {
			t.Errorf("%s: %v", service, err)
			continue
		}
		if !is.Cluster.Enabled() || len(is.Cluster.NATS) != 3 || is.Cluster.Replicas != 3 || !is.Cloud.App.Enabled() {
			t.Errorf("%s is not one of several: %d servers of NATS with %d replicas", service, len(is.Cluster.NATS), is.Cluster.Replicas)
		}
		if names[is.Cluster.Name] {
			t.Errorf("two boards are called %s", is.Cluster.Name)
		}
		names[is.Cluster.Name] = true
	}
	if len(names) != 3 {
		t.Errorf("there are %d boards", len(names))
	}
}

func TestTheComposeFileNamesWhatIsThere(t *testing.T) {
	c := readCompose(t)
	guide, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range c.Secrets {
		if !strings.Contains(string(guide), s.File) {
			t.Errorf("the guide does not say how %s is made, which is the secret %s", s.File, name)
		}
	}
	for name, config := range c.Configs {
		if _, err := os.Stat(config.File); config.Content == "" && err != nil {
			t.Errorf("the configuration %s: %v", name, err)
		}
	}
	for service, s := range c.Services {
		for _, m := range s.Secrets {
			if _, there := c.Secrets[m.Source]; !there {
				t.Errorf("%s: there is no secret %s", service, m.Source)
			}
		}
		for _, m := range s.Configs {
			if _, there := c.Configs[m.Source]; !there {
				t.Errorf("%s: there is no configuration %s", service, m.Source)
			}
		}
		for _, v := range s.Volumes {
			name, _, _ := strings.Cut(v, ":")
			if _, there := c.Volumes[name]; !there {
				t.Errorf("%s: there is no volume %s", service, name)
			}
		}
	}
}

func TestBoardsTakeTheSettingsFile(t *testing.T) {
	text, err := os.ReadFile("confboard.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, m := range regexp.MustCompile(`File: /etc/confboard/([\w-]+)`).FindAllSubmatch(text, -1) {
		named = append(named, string(m[1]))
	}
	folder := secrets(t, named...)
	authority := filepath.Join(folder, "nats-ca.pem")
	made := strings.ReplaceAll(string(text), "/etc/confboard/", folder+"/")
	file := filepath.Join(t.TempDir(), "confboard.yaml")
	if err := errors.Join(os.WriteFile(file, []byte(made), 0o600), os.WriteFile(authority, certificate(t), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := settings.Load(settings.Sources{ConfigFile: file}); err != nil {
		t.Error(err)
	}
}

// certificate is one of some authority, whose key nobody has any more.
func certificate(t *testing.T) []byte {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(nil, &template, &template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// natsServer starts a server by the shipped configuration, whose user file says what it is given.
func natsServer(t *testing.T, users string) (url string) {
	t.Helper()
	folder := t.TempDir()
	config, err := os.ReadFile("nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"nats.conf": string(config), "users.conf": users, "tls.conf": ""} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, value := range readCompose(t).Services["nats-1"].Environment {
		t.Setenv(name, value)
	}
	t.Setenv("NATS_STORE", filepath.Join(folder, "store"))
	options, err := server.ProcessConfigFile(filepath.Join(folder, "nats.conf"))
	if err != nil {
		t.Fatal(err)
	}
	if len(options.Routes) != 3 || options.JetStreamMaxMemory < 384<<20 {
		t.Errorf("a server with %d routes and %d bytes of memory", len(options.Routes), options.JetStreamMaxMemory)
	}
	// One server, on loopback.
	options.Host, options.Port, options.HTTPPort = "127.0.0.1", server.RANDOM_PORT, 0
	options.Cluster, options.Routes = server.ClusterOpts{}, nil
	options.NoSigs, options.NoLog = true, true
	s, err := server.NewServer(options)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		s.Shutdown()
		s.WaitForShutdown()
	})
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the server does not take connections")
	}
	return s.ClientURL()
}

// check returns what a board cannot do there.
func check(t *testing.T, url string) (missing []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for _, f := range cluster.Check(ctx, cluster.Config{Servers: []string{url}, Prefix: "confboard", User: "board", Password: conference.NewSecret("CHANGE-ME"), Replicas: 1}) {
		if f.Err != nil {
			missing = append(missing, fmt.Sprintf("%s: %v", f.What, f.Err))
		}
	}
	return missing
}

func TestTheUserOfTheBoardsMayWhatTheyNeedAndNoMore(t *testing.T) {
	text, err := os.ReadFile("users.example.conf")
	if err != nil {
		t.Fatal(err)
	}
	users := string(text)
	if missing := check(t, natsServer(t, users)); missing != nil {
		t.Errorf("a board cannot: %s", strings.Join(missing, "; "))
	}
	publish, subscribe, _ := strings.Cut(users, "subscribe:")
	for _, right := range regexp.MustCompile(`"[^"]*>",? ?`).FindAllString(publish, -1) {
		if check(t, natsServer(t, strings.Replace(publish, right, "", 1)+"subscribe:"+subscribe)) == nil {
			t.Errorf("to publish to %s is not needed", right)
		}
	}
	for _, right := range regexp.MustCompile(`"[^"]*>",? ?`).FindAllString(subscribe, -1) {
		if check(t, natsServer(t, publish+"subscribe:"+strings.Replace(subscribe, right, "", 1))) == nil {
			t.Errorf("to subscribe to %s is not needed", right)
		}
	}
}

func TestTheUnitsAreUnderstood(t *testing.T) {
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze, by which the units are checked, is not installed")
	}
	for _, name := range []string{"confboard.service", "nats.service"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		// The programs need not be on this machine.
		unit := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(unit, regexp.MustCompile(`(?m)^(ExecStart=)\S+`).ReplaceAll(text, []byte("${1}/bin/true")), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(verify, "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
