package clustertest

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Cluster is some servers on loopback that hold streams together, as long as more than half of them run.
type Cluster []*Server

// StartCluster starts so many servers, which stop with the test, and waits until they are one.
func StartCluster(t testing.TB, n int) Cluster {
	t.Helper()
	ports := freePorts(t, 2*n)
	var routes []*url.URL
	for _, port := range ports[n:] {
		routes = append(routes, &url.URL{Scheme: "nats-route", Host: fmt.Sprintf("127.0.0.1:%d", port)})
	}
	c := make(Cluster, n)
	for i := range c {
		c[i] = &Server{t: t, options: server.Options{ServerName: fmt.Sprint("server-", i), Host: "127.0.0.1", Port: ports[i], JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true,
			Cluster: server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: ports[n+i]}, Routes: routes}}
		t.Cleanup(c[i].Stop)
		c[i].Start()
	}
	for end := time.Now().Add(time.Minute); !c.Ready(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the NATS servers are not one")
		}
	}
	return c
}

// Ready reports whether one leads, and all follow; all must be running.
func (c Cluster) Ready() bool {
	leaders := 0
	for _, s := range c {
		if s.server.JetStreamIsLeader() {
			leaders++
		}
		if !s.server.JetStreamIsCurrent() || s.server.NumRoutes() == 0 {
			return false
		}
	}
	return leaders == 1
}

// URL is where all of them take connections, as a list.
func (c Cluster) URL() string {
	urls := make([]string, len(c))
	for i, s := range c {
		urls[i] = fmt.Sprintf("nats://127.0.0.1:%d", s.options.Port)
	}
	return strings.Join(urls, ",")
}

// freePorts returns ports that were free a moment ago.
func freePorts(t testing.TB, n int) (ports []int) {
	t.Helper()
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() // all are held until all are known
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
