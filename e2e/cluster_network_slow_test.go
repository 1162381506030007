package e2e

import (
	"fmt"
	"maps"
	"testing"
	"time"
)

// What boards tell each other may be late, up to a second there and back, as long as there is room for all of it.
func TestClusterIsRightHoweverSlowNATSIs(t *testing.T) {
	t.Parallel()
	s := newSeveral(t, 12, 1) // one server: it tells of no address beside the one that is slow
	section := s.settings.further["cluster"].(map[string]any)
	var ways []*passage
	for _, name := range []string{"a", "b", "c"} {
		way := newPassage(t, nil, to(fmt.Sprint("127.0.0.1:", s.nats.servers[0].Port)))
		mine := maps.Clone(section)
		mine["nats"] = []string{"nats://" + way.address()}
		s.settings.further["cluster"] = mine
		s.start(name)
		ways = append(ways, way)
	}
	o := newOrdeal(t, s, "a", "b", "c")
	slow := func(delay time.Duration, rate int) {
		for _, w := range ways {
			w.slow(delay, rate)
		}
	}
	for _, c := range []struct {
		what  string
		delay time.Duration // each way
		rate  int           // bytes a second, each way and board
		// fits: all goes on as if nothing was. gone: it is as if NATS was away. Of neither only the end is certain.
		fits, gone bool
		// between: others are both better and worse.
		between bool
	}{
		{what: "100 ms each way", delay: 100 * time.Millisecond, fits: true, between: true},
		{what: "500 ms each way", delay: 500 * time.Millisecond, fits: true},
		{what: "a second each way", delay: time.Second, between: true},
		{what: "2.5 s each way", delay: 2500 * time.Millisecond, gone: true},
		{what: "256 kB/s", rate: 256 << 10, fits: true},
		{what: "32 kB/s, which is too little", rate: 32 << 10},
	} {
		if c.between && !*fullSize {
			continue
		}
		o.while(func() {
			slow(c.delay, c.rate)
			rest(t.Context(), 6*time.Second)
			if c.gone {
				for _, name := range o.names {
					o.stale(name)
				}
			}
		})
		if c.fits {
			o.right(o.names...)
		}
		slow(0, 0)
		o.right(o.names...)
		if unwatched, _, _ := o.told(c.what); c.fits && unwatched > 0 {
			t.Errorf("%s: a meeting was unwatched for %s", c.what, unwatched)
		}
	}
}
