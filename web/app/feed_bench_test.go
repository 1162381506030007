package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/feed/wire"
	"confboard/web/live"
	"confboard/web/settings"
)

// flood is a board without viewers, to which frames come as fast as they are taken.
type flood struct {
	b        *testing.B
	board    board
	sequence int64
	turns    int
}

// of is a frame, by which meeting it came.
type of struct {
	id    conference.ConfID
	frame []byte
}

// kindOfFrame makes frames of one kind: n counts them. into is a plain struct of the same fields, as somebody would write it who only
// wants to read them: the yardstick.
type kindOfFrame struct {
	name  string
	share int // of the mix, in a thousand
	turn  int // frames at a time
	make  func(f *flood, n int) of
	into  func() any
}

// What the reference's examples have, under the names by which encoding/json finds them.
type (
	plainEnvelope struct {
		ConfID     string `json:"confID"`
		MsgID      string `json:"msgID"`
		MsgMode    int    `json:"msgMode"`
		Version    int64  `json:"version"`
		CreateTime int64  `json:"createTime"`
		Action     string `json:"action"`
	}
	plainStatus struct {
		plainEnvelope
		EndTime                   string `json:"endTime"`
		Mode                      string `json:"mode"`
		State                     string `json:"state"`
		VAS                       int    `json:"vas"`
		Lock                      int    `json:"lock"`
		Mute                      int    `json:"mute"`
		LockSharing               int    `json:"lockSharing"`
		CanUnmute                 int    `json:"canUnmute"`
		ChairView                 int    `json:"chairView"`
		PicNum                    int    `json:"picNum"`
		PartViewNum               int    `json:"partViewNum"`
		MaxPartViewNum            int    `json:"maxPartViewNum"`
		RecState                  int    `json:"recState"`
		ForbiddenChat             int    `json:"forbiddenChat"`
		RecOccurred               int    `json:"recOccurred"`
		RealTimeSubtitle          int    `json:"realTimeSubtitle"`
		AIRecState                int    `json:"aiRecState"`
		EnableShareSetting        int    `json:"enableShareSetting"`
		CallInRestriction         int    `json:"callInRestriction"`
		AudienceCallInRestriction int    `json:"audienceCallInRestriction"`
		AudienceTotalCount        int    `json:"audienceTotalCount"`
		AllowAudience             bool   `json:"allowAudience"`
		Pause                     bool   `json:"pause"`
		AudienceVideoLayout       string `json:"audienceVideoLayout"`
		WaitingRoomState          int    `json:"waitingRoomState"`
	}
	plainPeople struct {
		plainEnvelope
		Data []struct {
			PID      string            `json:"pid"`
			Mode     int               `json:"mode"`
			PinfoMap map[string]string `json:"pinfoMap"`
		} `json:"data"`
	}
	plainSpeakers struct {
		plainEnvelope
		Data []struct {
			PID    string `json:"pid"`
			Name   string `json:"name"`
			Volume int    `json:"speakingVolume"`
		} `json:"data"`
	}
)

func newPlainStatus() any   { return new(plainStatus) }
func newPlainPeople() any   { return new(plainPeople) }
func newPlainSpeakers() any { return new(plainSpeakers) }

// The meetings of the benchmark: most of them small.
const (
	smallMeetings, inSmall = 200, 10
	largeMeetings, inLarge = 4, 500
)

func small(n int) conference.ConfID {
	return conference.ConfID(fmt.Sprint(900000000 + n%smallMeetings))
}
func large(n int) conference.ConfID {
	return conference.ConfID(fmt.Sprint(980000000 + n%largeMeetings))
}

func pid(n int) string { return fmt.Sprintf("%032x", n) }

// kindsOfFrames are shared out as in a busy hour: of a meeting it is told several times a minute who speaks, now and then that a
// microphone is switched, and rarely the rest. A full list comes with a new connection.
func kindsOfFrames() []kindOfFrame {
	return []kindOfFrame{
		{"speakers", 600, 2000, func(f *flood, n int) of {
			return f.frame(small(n), "SpeakerChangeNotify", 1, fmt.Sprintf(`"data":[{"pid":"%s","name":"user %d","speakingVolume":%d},{"pid":"%s","name":"user 2","speakingVolume":2}]`,
				pid(n%inSmall), n%inSmall, n%50+3, pid(2)))
		}, newPlainSpeakers},
		{"lock", 100, 2000, func(f *flood, n int) of {
			return f.frame(small(n), "ConfDynamicInfoNotify", 1, fmt.Sprintf(`"lock":%d`, f.turns%2))
		}, newPlainStatus},
		{"status", 29, 2000, func(f *flood, n int) of {
			return f.frame(small(n), "ConfDynamicInfoNotify", 0, status(f.turns))
		}, newPlainStatus},
		{"muteOf10", 200, 2000, func(f *flood, n int) of {
			return f.frame(small(n), "ParticipantsNotify", 1, fmt.Sprintf(`"data":[{"pid":"%s","mode":0,"pinfoMap":{"MUTE":"%d","STATE":"0"}}]`, pid(n%inSmall), f.turns%2))
		}, newPlainPeople},
		{"muteOf500", 70, 2000, func(f *flood, n int) of {
			return f.frame(large(n), "ParticipantsNotify", 1, fmt.Sprintf(`"data":[{"pid":"%s","mode":0,"pinfoMap":{"MUTE":"%d","STATE":"0"}}]`, pid(n%inLarge), f.turns%2))
		}, newPlainPeople},
		{"listOf500", 1, 10, func(f *flood, n int) of {
			return f.frame(large(n), "ParticipantsNotify", 0, list(inLarge))
		}, newPlainPeople},
	}
}

// frame is a message with an envelope of its own.
func (f *flood) frame(id conference.ConfID, action string, mode int, fields string) of {
	f.sequence++
	version := f.sequence
	if mode == 0 {
		version += 1611993595043
	}
	return of{id, fmt.Appendf(nil, `{%s,"confID":"%s","msgID":"23a1dff762d111eb%016x","msgMode":%d,"version":%d,"createTime":%d,"action":"%s"}`,
		fields, id, f.sequence, mode, version, 1611993595043+f.sequence, action)}
}

func status(n int) string {
	return fmt.Sprintf(`"state":"Created","endTime":"1611994784164","mode":"FREE","vas":1,"picNum":16,"lock":%d,"mute":1,"lockSharing":0,"canUnmute":1,"chairView":0,`+
		`"recState":0,"aiRecState":0,"enableShareSetting":1,"callInRestriction":0,"audienceCallInRestriction":0,"forbiddenChat":0,"realTimeSubtitle":0,`+
		`"audienceTotalCount":%d,"simultaneousInterpretation":0,"lanChannels":[],"allowAudience":false,"pause":false,"partViewNum":0,"maxPartViewNum":8,`+
		`"audienceVideoLayout":"speakerVideoLayout","recOccurred":0,"clientRecState":0,"clientRecMode":0,"waitingRoomState":0,"showAudienceMode":0,`+
		`"audienceCountMultiple":0,"audienceCountReal":0`, n%2, n%7)
}

func list(n int) string {
	var b strings.Builder
	b.WriteString(`"data":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"pid":"%s","mode":0,"pinfoMap":{"CAMERASTATE":"1","ORG_ID":"44252","LOCKED_VIEW":"0","MUTE":"1","ACCOUNT_ID":"271682cfdbe14fa9ae3a8b25f7%06d",`+
			`"LOCALREC":"0","TEL":"+991115%d","STATE":"0","SHARE":"0","ANONYMOUS":"0","ADDTIME":"%d","NAME":"user %d","CLIENT_CAPABILITIES":"1,3","RTC_USER_ID":"%s",`+
			`"CLIENT_LOGIN_TYPE":"Desktop","T":"1","ACCOUNT":"user%d","BROADCAST":"0","IS_COHOST":"0","HAND":"0","IS_SVC":"1","ROLLCALL":"0","M":"1","VIDEO":"1","ROLE":"0"}}`,
			pid(i), i, i, 1611988486336+i, i, pid(i), i)
	}
	b.WriteByte(']')
	return b.String()
}

// nowhere keeps nothing of a journal: how fast the disk is, is another question.
type nowhere struct{}

func (nowhere) Write(context.Context, timeline.Batch) error { return nil }
func (nowhere) Prune(context.Context, timeline.Prune) (bool, int64, error) {
	return false, 0, nil
}

// newFlood is a board as it is run, but for the server.
func newFlood(b *testing.B) *flood {
	logger := slog.New(slog.DiscardHandler)
	policy := conference.DefaultPolicy
	policy.Rules = rules.Default()
	rooms, err := newHouse(policy, timeline.DefaultLimits, live.Options{}, logger)
	if err != nil {
		b.Fatal(err)
	}
	entrance, err := newEntrance(b.Context(), settings.Settings{DataDir: b.TempDir()}, rooms.hub, &tokenDesk{stdout: new(strings.Builder)}, logger)
	if err != nil {
		b.Fatal(err)
	}
	journal := timeline.NewJournal(timeline.JournalConfig{Keeper: nowhere{}, Keep: time.Hour, People: time.Hour, Logger: logger, Now: time.Now,
		Damaged: func(error) bool { return false }})
	f := &flood{b: b, board: board{house: rooms, entrance: entrance, archive: &archive{journal: journal}, rules: newRulebook(b.Context(), rooms.registry, entrance.db, time.Now, logger), logger: logger}}
	f.board.openSilences(b.Context())
	stop := f.board.observe()
	ctx, cancel := context.WithCancel(context.Background())
	var parts sync.WaitGroup
	for _, run := range []runner{rooms.registry.Run, rooms.hub.Run, journal.Run} {
		parts.Go(func() { _ = run(ctx) }) // return nil always
	}
	b.Cleanup(func() {
		stop()
		cancel()
		parts.Wait()
		if err := entrance.close(); err != nil {
			b.Error(err)
		}
	})
	for n := range smallMeetings {
		f.open(small(n), inSmall)
	}
	for n := range largeMeetings {
		f.open(large(n), inLarge)
	}
	return f
}

func (f *flood) open(id conference.ConfID, people int) {
	about := conference.About{ConfID: id, At: time.Now()}
	f.board.registry.Apply(conference.WatchMessage{About: about})
	f.board.registry.Apply(conference.LinkMessage{About: about, Event: conference.LinkUp})
	f.apply([]of{f.frame(id, "ConfDynamicInfoNotify", 0, status(0)), f.frame(id, "ParticipantsNotify", 0, list(people))})
}

// apply is what becomes of frames in the board, from their bytes on.
func (f *flood) apply(frames []of) {
	for _, in := range frames {
		if fate := f.board.registry.Apply(wire.Decode(in.frame, in.id, time.Now())).Fate; fate != conference.Applied {
			f.b.Fatalf("a frame was %s: %.300s", fate, in.frame)
		}
	}
}

// cpu is the processor's time that the process has taken, the collector's included.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFeed takes frames from their bytes to all that a board without viewers does with them: decoded, applied, judged by the rules,
// kept in the history, noted in the journal and told to the streams. In turns with it the same frames are read into plain structs by
// encoding/json. It reports frames for a second of the processor, and by how much more they take than the plain structs.
func BenchmarkFeed(b *testing.B) {
	kinds := kindsOfFrames()
	for _, k := range kinds {
		b.Run(k.name, func(b *testing.B) {
			measure(b, func(f *flood, n int) (of, any) { return k.make(f, n), k.into() }, k.turn)
		})
	}
	b.Run("mix", func(b *testing.B) {
		next := make([]int, len(kinds))
		measure(b, func(f *flood, n int) (of, any) {
			at := n * 617 % 1000 // every share spread over the thousand
			for i, k := range kinds {
				if at -= k.share; at < 0 {
					next[i]++
					return k.make(f, next[i]), k.into()
				}
			}
			panic("the shares do not add up to a thousand")
		}, 2000)
	})
}

func measure(b *testing.B, next func(f *flood, n int) (of, any), turn int) {
	f := newFlood(b)
	var ours, plain []time.Duration
	frames, into := make([]of, turn), make([]any, turn)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		f.turns++
		for i := range frames {
			frames[i], into[i] = next(f, n)
			n++
		}
		start := cpu(b)
		for i := range frames {
			if err := json.Unmarshal(frames[i].frame, into[i]); err != nil {
				b.Fatal(err)
			}
		}
		plain = append(plain, cpu(b)-start)
		start = cpu(b)
		b.StartTimer()
		f.apply(frames)
		b.StopTimer()
		ours = append(ours, cpu(b)-start)
		b.StartTimer()
	}
	perFrame := func(turns []time.Duration) float64 {
		slices.SortFunc(turns, cmp.Compare)
		return float64(turns[len(turns)/2]) / float64(turn)
	}
	b.ReportMetric(float64(time.Second)/perFrame(ours), "frames/core-s")
	b.ReportMetric(perFrame(ours)/perFrame(plain), "x-structDecode")
	b.ReportMetric(0, "ns/op") // of a turn: says nothing beside the others
}
