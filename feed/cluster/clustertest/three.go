package clustertest

import (
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// StartThree starts three servers that are a cluster, and waits until it can keep things.
func StartThree(t testing.TB) [3]*Server {
	t.Helper()
	var routes []*url.URL
	ports := freePorts(t)
	for _, port := range ports {
		routes = append(routes, &url.URL{Scheme: "nats", Host: fmt.Sprint("127.0.0.1:", port)})
	}
	var servers [3]*Server
	for i := range servers {
		servers[i] = Start(t, func(o *server.Options) {
			o.ServerName = fmt.Sprint("node", i)
			o.Cluster = server.ClusterOpts{Name: "three", Host: "127.0.0.1", Port: ports[i]}
			o.Routes = routes
		})
	}
	conn, err := nats.Connect(servers[0].Address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		_, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "started", Replicas: 3})
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the cluster keeps nothing: %v", err)
		}
	}
	if err := js.DeleteKeyValue(t.Context(), "started"); err != nil {
		t.Fatal(err)
	}
	return servers
}

// freePorts are ports on loopback that nobody uses just now, all different. Routes need to be known before the servers have them.
func freePorts(t testing.TB) (ports [3]int) {
	t.Helper()
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }() // when all are chosen
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}
