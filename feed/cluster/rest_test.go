//go:build unix

package cluster

import (
	"context"
	"syscall"
	"testing"
	"time"

	"confboard/feed/cluster/clustertest"
)

// BenchmarkMembersAtRest says what three members cost while nothing happens, with the server, at the pace of the program: see the metrics.
func BenchmarkMembersAtRest(b *testing.B) {
	const members = 3
	s := clustertest.Start(b)
	ctx, stop := context.WithCancel(context.Background())
	var all []*Membership
	ended := make(chan error, members)
	for range members {
		config := Config{Servers: []string{s.URL()}}
		conn, err := Dial(config)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		m, err := New(conn, config, &alone{})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, m)
		go func() { ended <- m.Run(ctx) }()
	}
	defer func() {
		stop()
		for range members {
			<-ended
		}
	}()
	for shared := false; !shared; time.Sleep(10 * time.Millisecond) {
		shared = true
		for _, m := range all {
			list := m.Members()
			shared = shared && len(list) == members
			for _, o := range list {
				shared = shared && o.Shards >= Shards/members
			}
		}
	}
	var in, out uint64
	for _, m := range all {
		st := m.conn.Stats()
		in, out = in+st.InMsgs, out+st.OutMsgs
	}
	began, used := time.Now(), cpu(b)
	for b.Loop() {
		time.Sleep(time.Second)
	}
	took := time.Since(began).Seconds()
	for _, m := range all {
		st := m.conn.Stats()
		in, out = in-st.InMsgs, out-st.OutMsgs
	}
	b.ReportMetric(float64(-in)/took/float64(members), "in/s/member")
	b.ReportMetric(float64(-out)/took/float64(members), "out/s/member")
	b.ReportMetric((cpu(b)-used).Seconds()*1000/took/float64(members), "cpu-ms/s/member")
}

// cpu is the time that this process has used, the server's included.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
