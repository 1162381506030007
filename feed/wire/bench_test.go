package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// plainStatus is what somebody would write who needs only the listed fields of the reference's example: the yardstick for
// what tolerance, cleaning and the unlisted fields cost.
type plainStatus struct {
	EndTime          string `json:"endTime"`
	Mode             string `json:"mode"`
	State            string `json:"state"`
	VAS              int    `json:"vas"`
	Lock             int    `json:"lock"`
	Mute             int    `json:"mute"`
	LockSharing      int    `json:"lockSharing"`
	CanUnmute        int    `json:"canUnmute"`
	ChairView        int    `json:"chairView"`
	PicNum           int    `json:"picNum"`
	PartViewNum      int    `json:"partViewNum"`
	MaxPartViewNum   int    `json:"maxPartViewNum"`
	RecState         int    `json:"recState"`
	ConfIMGroupID    string `json:"confIMGroupId"`
	ForbiddenChat    int    `json:"forbiddenChat"`
	RecOccurred      int    `json:"recOccurred"`
	RealTimeSubtitle int    `json:"realTimeSubtitle"`
	MultiPic         *struct {
		PicNum   int `json:"picNum"`
		Period   int `json:"period"`
		PicInfos []struct {
			Index int      `json:"index"`
			ID    []string `json:"id"`
			Share int      `json:"share"`
		} `json:"picInfos"`
	} `json:"multiPic"`
	ConfID     string `json:"confID"`
	MsgID      string `json:"msgID"`
	MsgMode    int    `json:"msgMode"`
	Version    int64  `json:"version"`
	CreateTime int64  `json:"createTime"`
	Action     string `json:"action"`
}

func statusFrame(b *testing.B) []byte {
	frame, err := os.ReadFile("testdata/frames/status_full.json")
	if err != nil {
		b.Fatal(err)
	}
	return frame
}

func decodePlain(b *testing.B, frame []byte) {
	var s plainStatus
	if err := json.Unmarshal(frame, &s); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkDecode(b *testing.B) {
	frame := statusFrame(b)
	b.ReportAllocs()
	for b.Loop() {
		wire.Decode(frame, meetingID, receivedAt)
	}
}

// BenchmarkDecodeFiveHundredParticipants decodes a full list, each participant with the attributes of the reference's example.
func BenchmarkDecodeFiveHundredParticipants(b *testing.B) {
	example, err := os.ReadFile("testdata/frames/participants_as_in_the_reference.json")
	if err != nil {
		b.Fatal(err)
	}
	head, rest, _ := bytes.Cut(example, []byte("["))
	entry, tail, _ := bytes.Cut(rest, []byte("]"))
	frame := slices.Concat(head, []byte("["), bytes.Repeat(slices.Concat(entry, []byte(",")), 499), entry, []byte("]"), tail)
	if m, ok := wire.Decode(frame, meetingID, receivedAt).(conference.ParticipantsMessage); !ok || len(m.Entries) != 500 {
		b.Fatal("not 500 participants")
	}
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		wire.Decode(frame, meetingID, receivedAt)
	}
}

func BenchmarkStructDecode(b *testing.B) {
	frame := statusFrame(b)
	b.ReportAllocs()
	for b.Loop() {
		decodePlain(b, frame)
	}
}

// BenchmarkAgainstStructDecode runs our decoder, our decoder with Apply, and encoding/json in turns of a
// hundred, so that whatever else the machine does hits all three, and reports the ratios of the median turns.
// The aim is at most 3 for the decoder alone.
func BenchmarkAgainstStructDecode(b *testing.B) {
	const turn = 100
	frame := statusFrame(b)
	watch := conference.WatchMessage{About: conference.About{ConfID: meetingID, At: receivedAt}}
	state, _, _ := conference.Apply(nil, watch, conference.DefaultPolicy)
	contestants := []func(){
		func() { decodePlain(b, frame) },
		func() { wire.Decode(frame, meetingID, receivedAt) },
		func() {
			conference.Apply(state, wire.Decode(frame, meetingID, receivedAt), conference.DefaultPolicy)
		},
	}
	turns := make([][]time.Duration, len(contestants))
	for b.Loop() {
		for i, run := range contestants {
			start := time.Now()
			for range turn {
				run()
			}
			turns[i] = append(turns[i], time.Since(start)/turn)
		}
	}
	median := func(d []time.Duration) float64 {
		slices.Sort(d)
		return float64(d[len(d)/2])
	}
	plain := median(turns[0])
	b.ReportMetric(plain, "ns/structDecode")
	b.ReportMetric(median(turns[1]), "ns/decode")
	b.ReportMetric(median(turns[1])/plain, "decode/structDecode")
	b.ReportMetric(median(turns[2])/plain, "decode+apply/structDecode")
}
