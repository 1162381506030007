package huawei_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const neighbourID = "900000001"

// hostile is what a cloud does to one meeting, and what is said of it.
type hostile struct {
	name   string
	attack func(*simulator.Meeting)
	// said is whether the board names what is the matter, which it did not before.
	said func(before, now *conference.State) bool
}

func refusedAs(kind conference.RefusalKind, field string) func(before, now *conference.State) bool {
	return func(before, s *conference.State) bool {
		return s.Counts.Refused > before.Counts.Refused && s.Counts.LastRefusal.Kind == kind && s.Counts.LastRefusal.Field == field
	}
}

// frame pushes one message of a type with a body of its own.
func frame(action, body string) func(*simulator.Meeting) {
	return func(m *simulator.Meeting) {
		m.PushRaw([]byte(`{"action":"` + action + `","confID":"` + meetingID + `",` + body + `}`))
	}
}

// grows pushes increments, each of which adds a hundred to a list or to what is not listed.
func grows(action string, increments int, hundred func(n int) string) func(*simulator.Meeting) {
	sequence := 1_000_000
	return func(m *simulator.Meeting) {
		for n := range increments {
			sequence++
			frame(action, fmt.Sprintf(`"msgMode":1,"version":%d,"createTime":%d,%s`, sequence, time.Now().UnixMilli(), hundred(n)))(m)
		}
	}
}

func aHundred(separator string, one func(i int) string) string {
	all := make([]string, 100)
	for i := range all {
		all[i] = one(i)
	}
	return strings.Join(all, separator)
}

func people(n int) string {
	return `"data":[` + aHundred(",", func(i int) string {
		return fmt.Sprintf(`{"pid":"%d-%d","mode":0,"pinfoMap":{"NAME":"%s"}}`, n, i, strings.Repeat("x", 20))
	}) + `]`
}

func attacks() []hostile {
	const full = `"msgMode":0,"version":9000000000000,"createTime":1611993600000`
	return []hostile{
		{"a hundred thousand participants", frame("ParticipantsNotify", full+`,"data":[`+strings.Repeat(`{"pid":"p"},`, 100_000)+`{"pid":"p"}]`), refusedAs(conference.RefusedTooMany, "data")},
		{"a million levels", frame("ConfDynamicInfoNotify", full+`,"deep":`+strings.Repeat("[", 1_000_000)), refusedAs(conference.RefusedTooDeep, "")},
		{"10,000 unknown fields", frame("ConfDynamicInfoNotify", full+","+strings.Join(repeated(10_000, `"field%d":1`), ",")), refusedAs(conference.RefusedTooMany, "")},
		{"a title of a million bytes", frame("ConfBasicInfoNotify", full+`,"title":"`+strings.Repeat("x", 1<<20)+`"`), refusedAs(conference.RefusedTooLarge, "title")},
		{"a number beyond all numbers", frame("ConfDynamicInfoNotify", full+`,"lock":1e400`), refusedAs(conference.RefusedValue, "lock")},
		{"text that is not UTF-8 where a number belongs", frame("ConfDynamicInfoNotify", full+",\"lock\":\"\xff\x00\xfe\""), refusedAs(conference.RefusedNotJSON, "")},
		{"a version beyond int64", frame("ConfDynamicInfoNotify", `"msgMode":0,"version":9223372036854775808`), refusedAs(conference.RefusedEnvelope, "version")},
		{"a time after all times", frame("ConfDynamicInfoNotify", `"msgMode":0,"version":1,"createTime":9223372036854775807`), refusedAs(conference.RefusedEnvelope, "createTime")},
		{"another meeting's message", func(m *simulator.Meeting) {
			m.PushRaw([]byte(`{"action":"ConfDynamicInfoNotify","confID":"` + neighbourID + `",` + full + `,"lock":1}`))
		}, refusedAs(conference.RefusedOtherMeeting, "confID")},
		{"65 who speak", frame("SpeakerChangeNotify", full+`,"data":[`+strings.Repeat(`{"pid":"p"},`, 64)+`{"pid":"p"}]`), refusedAs(conference.RefusedTooMany, "data")},
		{"participants without end", grows("ParticipantsNotify", 55, people), refusedAs(conference.RefusedTooMany, "data")},
		{"a waiting room without end", grows("WaitingListNotify", 55, people), refusedAs(conference.RefusedTooMany, "data")},
		{"new unknown fields without end", grows("ConfDynamicInfoNotify", 12, func(n int) string {
			return aHundred(",", func(i int) string { return fmt.Sprintf(`"field%d-%d":1`, n, i) })
		}), refusedAs(conference.RefusedTooMany, "")},
		{"the last sequence that there is", func(m *simulator.Meeting) {
			now := time.Now().UnixMilli()
			for n, sequence := range []int64{math.MaxInt64, 1, 2, 3} { // three that are newer and dropped have a full message asked for
				frame("ConfDynamicInfoNotify", fmt.Sprintf(`"msgMode":1,"version":%d,"createTime":%d,"lock":1`, sequence, now+int64(n)))(m)
			}
		}, func(_, s *conference.State) bool { return s.Counts.Dropped[conference.DroppedOlderSequence] > 0 }},
		{"the last version that there is, at the end of time", func(m *simulator.Meeting) {
			frame("ConfDynamicInfoNotify", fmt.Sprintf(`"msgMode":0,"version":%d,"createTime":%d,"lock":1`, math.MaxInt64, int64(conference.MaxInstant)))(m)
			for n := range 25 {
				m.Set(map[string]any{"picNum": n})
			}
		}, func(_, s *conference.State) bool {
			return s.Counts.Dropped[conference.DroppedBeforeFull] > 0 && s.Link.Connects > 1
		}},
	}
}

func floods() (all []hostile) {
	for _, flood := range simulator.Floods() {
		all = append(all, hostile{flood.String(), func(m *simulator.Meeting) { m.Inject(flood) }, func(_, s *conference.State) bool {
			return s.Link.State != conference.Live && (s.Link.Reason == conference.ReasonFlood || s.Link.Reason == conference.ReasonUnexpected)
		}})
	}
	return all
}

func repeated(n int, format string) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return all
}

// A cloud that is hostile to one meeting costs that one alone, for as long as it is, and what is the matter is said.
func TestAHostileCloudCostsItsOwnMeetingOnly(t *testing.T) {
	attack(t, attacks(), 0)
}

func TestAFloodCostsItsOwnMeetingOnly(t *testing.T) {
	attack(t, floods(), time.Second) // more of it comes to the same
}

func attack(t *testing.T, all []hostile, ahead time.Duration) {
	cloud := running(simulator.Config{})
	neighbour := cloud.Add(simulator.MeetingConfig{ConfID: neighbourID, HostPassword: password})
	neighbour.Start()
	b := start(t, cloud, patient, func(c *huawei.Config) {
		c.Meetings = append(c.Meetings, huawei.Meeting{ConfID: neighbourID, HostPassword: conference.NewSecret(password)})
		c.Delays.AskMin, c.Delays.AskMax, c.Delays.Ahead = time.Millisecond, 20*time.Millisecond, ahead
	})
	next := func() *conference.State { return b.registry.Get(neighbourID) }
	b.untilLink(conference.Live)
	b.until("the neighbour is live", func() bool { return next() != nil && next().Link.State == conference.Live })
	before := heap()
	for n, h := range all {
		t.Run(h.name, func(t *testing.T) {
			b := *b
			b.t = t
			was := b.state()
			polls := 0
			b.until("it is said what is the matter", func() bool {
				if polls%500 == 0 { // again: a full message that was asked for before can have come in between
					h.attack(b.meeting)
				}
				polls++
				return h.said(was, b.state())
			})
			changed := time.Now()
			neighbour.Set(map[string]any{"partViewNum": n + 1})
			b.until("the neighbour has its change meanwhile", func() bool {
				focused, _ := next().Status.Int(conference.PartViewNum)
				return focused == int64(n+1)
			})
			t.Logf("the neighbour had its change after %s", time.Since(changed))
			b.cloud.Clear()
			b.meeting.Set(map[string]any{"lock": 0, "partViewNum": n + 1})
			b.until("the meeting is as the cloud says", func() bool {
				s := b.state()
				focused, _ := s.Status.Int(conference.PartViewNum)
				lock, _ := s.Status.Int(conference.Lock)
				return s.Link.State == conference.Live && focused == int64(n+1) && lock == 0
			})
		})
	}
	if s := next(); s.Link.Connects != 1 || s.Counts.Refused+s.Counts.DroppedTotal() > 0 {
		t.Errorf("the neighbour was connected %d times, with %+v", s.Link.Connects, s.Counts)
	}
	if after := heap(); after > before+64<<20 {
		t.Errorf("%d MiB of the heap are used, %d before", after>>20, before>>20)
	}
}

// heap is what is used of it, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
