package simulator

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// clock is a cloud's clock that stands still until told otherwise.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// lives plays the demonstration for a while of the cloud's own time and returns, for each meeting, all that full messages
// say after each beat, and the instant of it.
func lives(seed uint64, n int, length time.Duration) map[string][]string {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	cloud := New(Config{Now: clock.now})
	cloud.Demo(seed, n)
	all := map[string][]string{}
	for _, c := range cloud.casts {
		clock.t = time.UnixMilli(1_700_000_000_000)
		for end := clock.t.Add(length); clock.t.Before(end); {
			wait := c.actor.beat(c.meeting)
			status := "not in progress"
			if c.meeting.InProgress() {
				status = string(encode(everything(c.meeting)))
			}
			all[c.meeting.confID] = append(all[c.meeting.confID], clock.t.Format(time.TimeOnly)+" "+status)
			clock.pass(wait)
		}
	}
	return all
}

// everything is what full messages of all types say now.
func everything(m *Meeting) map[string]any {
	all := map[string]any{}
	for _, t := range supported {
		if fields := m.whole(t); fields != nil {
			all[t] = fields
		}
	}
	return all
}

func TestSameSeedGivesTheSameLives(t *testing.T) {
	first, again, other := lives(1, 6, 4*time.Minute), lives(1, 6, 4*time.Minute), lives(2, 6, 4*time.Minute)
	if len(first) != 7 {
		t.Fatalf("%d meetings, want the board meeting and 6", len(first))
	}
	same := 0
	for id, life := range first {
		if !slices.Equal(life, again[id]) {
			t.Errorf("meeting %s has two lives", id)
		}
		if slices.Equal(life, other[id]) {
			same++
		}
	}
	if same > 1 { // the board meeting is scripted
		t.Errorf("%d meetings live the same by another seed", same)
	}
}

func TestMadeUpMeetingsPlayTheirParts(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	cloud := New(Config{Now: clock.now})
	cloud.Demo(7, 3)
	play := func(part int, d time.Duration) (progress []bool, m *Meeting) {
		c := cloud.casts[1+part]
		for left := d; left > 0; {
			left -= c.actor.beat(c.meeting)
			progress = append(progress, c.meeting.InProgress())
		}
		return progress, c.meeting
	}
	if p, _ := play(int(late), lateBy); len(p) != 1 || p[0] {
		t.Errorf("the late one: in progress %v, want one look and not started", p)
	}
	if p, _ := play(int(late), time.Minute); !p[0] {
		t.Error("the late one does not start")
	}
	p, _ := play(int(returning), 3*returningRuns+2*returningRests)
	if ends := slices.Index(p, false); ends < 1 || !slices.Contains(p[ends:], true) {
		t.Errorf("the returning one: in progress %v, want an end and a return", p)
	}
	_, m := play(int(overrun), time.Minute)
	if end := m.Field("endTime").(string); end > "1700000020000" {
		t.Errorf("the overrun one is planned until %s", end)
	}
}

func TestMadeUpMeetingsArePlausible(t *testing.T) {
	cloud := New(Config{})
	cloud.Demo(3, 80)
	participant := regexp.MustCompile(`^(\+991\d{5}|[0-9a-f]{32})$`)
	ids := map[string]bool{}
	modes := map[any]bool{}
	for _, c := range cloud.casts[1:] {
		for range 20 {
			c.actor.beat(c.meeting)
		}
		m := c.meeting
		if !regexp.MustCompile(`^\d{9}$`).MatchString(m.ConfID()) || len(m.HostPassword()) != 6 || m.Title() == "" || ids[m.ConfID()] {
			t.Errorf("meeting %s %q with a password of %d digits", m.ConfID(), m.Title(), len(m.HostPassword()))
		}
		ids[m.ConfID()] = true
		modes[m.Field("mode")] = true
		l, ok := m.Field("multiPic").(layout)
		if !ok {
			continue
		}
		if len(l.PicInfos) != l.PicNum {
			t.Errorf("%d screens of %d", len(l.PicInfos), l.PicNum)
		}
		for i, s := range l.PicInfos {
			if s.Index != i+1 {
				t.Errorf("screen %d has index %d", i+1, s.Index)
			}
			for _, id := range s.ID {
				if !participant.MatchString(id) {
					t.Errorf("participant %q", id)
				}
			}
		}
	}
	for _, mode := range []string{"FREE", "FIXED", "ROLLCALL", "BROADCAST"} {
		if !modes[mode] {
			t.Errorf("nobody is in mode %s", mode)
		}
	}
}

func TestRunPlaysAtItsSpeedUntilItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := New(Config{Speed: 10})
		cloud.Demo(1, 5)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- cloud.Run(ctx) }()
		board := cloud.Meeting(BoardConfID)
		time.Sleep(300 * time.Millisecond)
		synctest.Wait()
		if board.Field("lock") != 0 {
			t.Error("locked before its time")
		}
		time.Sleep(200 * time.Millisecond) // 5 s of its life
		synctest.Wait()
		if board.Field("lock") != 1 {
			t.Error("not locked in its time")
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestFullMessageHasTheFieldsOfTheReferencesExample(t *testing.T) {
	m := New(Config{}).Add(MeetingConfig{ConfID: id})
	m.Start()
	var message map[string]any
	if err := json.Unmarshal(m.message(statusType, fullMode, m.whole(statusType)), &message); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(`action aiRecState allowAudience audienceCallInRestriction audienceCountMultiple audienceCountReal
		audienceTotalCount audienceVideoLayout callInRestriction canUnmute chairView clientRecMode clientRecState confID createTime
		enableShareSetting endTime forbiddenChat lanChannels lock lockSharing maxPartViewNum mode msgID msgMode mute partViewNum
		pause picNum realTimeSubtitle recOccurred recState showAudienceMode simultaneousInterpretation state vas version waitingRoomState`)
	if got := slices.Sorted(maps.Keys(message)); !slices.Equal(got, want) {
		t.Errorf("fields %v, want %v", got, want)
	}
}
