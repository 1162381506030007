package app

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestABoardIsJudgedByHowItsMeetingsFareBesideThoseOfOthers(t *testing.T) {
	const patience = 10 * time.Second
	well := sight{live: 3, elsewhere: true}
	cut := sight{down: 3, elsewhere: true}
	tried := sight{down: 3, elsewhere: true, proven: true}
	// A step is something that is seen for a while, once a second.
	type step struct {
		sight
		seconds int
	}
	for _, c := range []struct {
		name  string
		steps []step
		// want is what was said when: - for not able, and ? for trying.
		want string
	}{
		{"all is well", []step{{well, 100}}, ""},
		{"some of its meetings are live", []step{{sight{live: 1, down: 9, elsewhere: true}, 100}}, ""},
		{"nobody reaches the cloud", []step{{sight{down: 3}, 100}}, ""},
		{"it has no meetings", []step{{sight{elsewhere: true}, 100}}, ""},
		{"it is over before it is tried", []step{{well, 10}, {cut, 5}, {well, 50}}, ""},
		{"it is over while it is tried", []step{{well, 10}, {cut, 8}, {well, 50}}, "15? 18"},
		{"it is over between two that are short", []step{{cut, 5}, {well, 1}, {cut, 5}, {well, 50}}, ""},
		{"others reach the cloud no more", []step{{cut, 8}, {sight{down: 3}, 50}}, "5? 8"},
		{"it does not reach the cloud", []step{{well, 10}, {cut, 50}}, "15? 20- 30-?"},
		{"without a meeting that could be tried", []step{{cut, 11}, {sight{down: 3}, 50}}, "5? 10-"},
		{"it is back at once, and has handed over for nothing", []step{{cut, 11}, {well, 50}}, "5? 10- 20"},
		{"it is back when a meeting that it tries is live", []step{{cut, 11}, {sight{elsewhere: true}, 30}, {sight{elsewhere: true, proven: true}, 1}, {well, 50}}, "5? 10- 20-? 41"},
		{"it has nothing to try", []step{{cut, 11}, {sight{}, 50}}, "5? 10-"},
		{"it is back when others fail and its own are live again", []step{{cut, 11}, {sight{live: 3}, 50}}, "5? 10- 20"},
		{"it is only its own meetings: it pauses longer and longer", []step{{cut, 6}, {tried, 1}, {cut, 16}, {tried, 1}, {cut, 26}, {tried, 1}, {cut, 46}, {tried, 1}}, "5? 6 21? 23 48? 50 95? 97"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ability{patience: patience}
			begin := time.Unix(1_800_000_000, 0)
			var said []string
			second, wasAble, wasTrying := 0, true, false
			for _, s := range c.steps {
				for range s.seconds {
					able, try := a.judge(begin.Add(time.Duration(second)*time.Second), s.sight)
					if able != wasAble || try != wasTrying {
						mark := fmt.Sprint(second)
						if !able {
							mark += "-"
						}
						if try {
							mark += "?"
						}
						said = append(said, mark)
					}
					wasAble, wasTrying = able, try
					second++
				}
			}
			if got := strings.Join(said, " "); got != c.want {
				t.Errorf("said %q, want %q", got, c.want)
			}
		})
	}
}

// A board that reaches the cloud only now and then hands over more and more rarely; when all has been well for long, as soon as in the
// beginning.
func TestABoardThatComesAndGoesPausesLongerAndLonger(t *testing.T) {
	a := ability{patience: 10 * time.Second}
	now := time.Unix(1_800_000_000, 0)
	well, cut := sight{live: 1, elsewhere: true}, sight{down: 1, elsewhere: true}
	// fails is how long it is not able after it was cut.
	fails := func() time.Duration {
		t.Helper()
		for n := 0; ; n++ {
			if able, _ := a.judge(now, cut); !able {
				break
			}
			if n > 100 {
				t.Fatal("it is able for ever")
			}
			now = now.Add(time.Second)
		}
		since := now
		for able := false; !able; now = now.Add(time.Second) {
			able, _ = a.judge(now, well)
		}
		return now.Sub(since).Round(5 * time.Second)
	}
	for _, want := range []time.Duration{10, 20, 40, 80, 80} {
		if got := fails(); got != want*time.Second {
			t.Errorf("it paused for %s, want %s", got, want*time.Second)
		}
	}
	for range 200 {
		a.judge(now, well)
		now = now.Add(time.Second)
	}
	if got := fails(); got != 10*time.Second {
		t.Errorf("long after that it paused for %s", got)
	}
}
