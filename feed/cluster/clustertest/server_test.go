package clustertest

import (
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestAServerComesBackOnItsPortWithItsDisk(t *testing.T) {
	s := Start(t)
	url := s.URL()
	connect := func() jetstream.JetStream {
		conn, err := nats.Connect(url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(conn.Close)
		js, err := jetstream.New(conn)
		if err != nil {
			t.Fatal(err)
		}
		return js
	}
	kv, err := connect().CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "kept", Storage: jetstream.FileStorage})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := kv.PutString(t.Context(), "key", "value"); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	s.Start()
	if s.URL() != url {
		t.Fatalf("it is at %s, and was at %s", s.URL(), url)
	}
	if kv, err = connect().KeyValue(t.Context(), "kept"); err != nil {
		t.Fatal(err)
	}
	if e, err := kv.Get(t.Context(), "key"); err != nil || string(e.Value()) != "value" {
		t.Errorf("value %v, error %v", e, err)
	}
}
