package app

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"confboard/feed/cluster/clustertest"
	"confboard/feed/conference"
	"confboard/web/settings"
)

func TestTheCheckTriesWhatSeveralBoardsNeedOfNATS(t *testing.T) {
	one := clustertest.Start(t)
	ask := func(change func(*settings.Cluster)) (said []string, err error) {
		s := settings.Default()
		s.Cluster.NATS = []string{one.URL()}
		if change != nil {
			change(&s.Cluster)
		}
		return checkCluster(t.Context(), s)
	}
	if said, err := ask(func(c *settings.Cluster) { c.NATS = nil }); len(said) > 0 || err != nil {
		t.Errorf("a board that is alone: %q, %v", said, err)
	}
	small := clustertest.Start(t, func(o *server.Options) { o.JetStreamMaxMemory = 200 << 20 })
	if said, err := ask(func(c *settings.Cluster) { c.NATS = []string{small.URL()} }); err == nil || !strings.Contains(err.Error(), "max_memory_store") {
		t.Errorf("a server with too little memory: %q, %v", said, err)
	}
	if _, err := ask(func(c *settings.Cluster) { c.NATS, c.Memory = []string{small.URL()}, 32e6 }); err != nil {
		t.Errorf("a server with just enough memory: %v", err)
	}
	if said, err := ask(nil); err != nil || len(said) < 3 || !strings.HasPrefix(said[0], "NATS: connect with nats://127.0.0.1:") {
		t.Errorf("%q, %v", said, err)
	}
	for name, c := range map[string]struct {
		change func(*settings.Cluster)
		want   string
	}{
		"more replicas than servers":     {func(c *settings.Cluster) { c.Replicas = 3 }, "with 3 replicas"},
		"a server that does not encrypt": {func(c *settings.Cluster) { c.NATS[0] = strings.Replace(c.NATS[0], "nats:", "tls:", 1) }, "use TLS where the servers do"},
		"no server": {func(c *settings.Cluster) {
			c.NATS, c.User, c.Password = []string{"nats://127.0.0.1:1"}, "board", conference.NewSecret("hush-135790")
		}, "check the addresses"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ask(c.change)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "cluster.nats: cannot ") || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
