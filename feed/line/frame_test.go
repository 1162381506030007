package line_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/wire"
)

func TestAGeometryThatCannotBeDrawnIsWrittenAsOneWithTheSameFault(t *testing.T) {
	for _, fault := range []conference.GridFault{conference.GridSize, conference.GridScreens, conference.GridOutside, conference.GridOverlap} {
		checkWritten(t, conference.CustomLayoutMessage{About: about(), Custom: conference.CustomLayout{GridFault: fault},
			Envelope: conference.Envelope{Type: conference.CustomLayoutType, ConfID: meetingID, Version: 1}})
	}
}

// At the limits a frame that is taken is taken again when it is written, though it is written in another form.
func TestWhatIsAtTheLimitsIsTakenAgain(t *testing.T) {
	nested := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	fields := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`"f%d":%d`, i, i))
		}
		return strings.Join(all, ",")
	}
	person := func(fields string) string {
		return `"action":"ParticipantsNotify","data":[{"pid":"a",` + fields + `}]`
	}
	tests := []struct{ name, fields string }{
		{"as many fields as a frame can have", `"action":"ConfDynamicInfoNotify",` + fields(510)},
		{"an unlisted object as deep as can be", `"action":"ConfDynamicInfoNotify","u":` + nested(31)},
		{"a text as long as can be", `"action":"ConfBasicInfoNotify","title":"` + strings.Repeat("x", wire.MaxText) + `"`},
		{"a text of JSON with blanks", `"action":"ConfBasicInfoNotify","title":" { \"a\" : [ 1 , 2 ] } "`},
		{"an object of a participant beside the others, as deep as can be", person(`"u":` + nested(29))},
		{"an object of a participant among the others", person(`"pinfoMap":{"u":` + nested(28) + `,"NAME":"A"}`)},
		{"an object of a participant that is longer than a text", person(`"pinfoMap":{"u":{"a":["` + strings.Repeat("x", wire.MaxText) + `"]}}`)},
		{"a text of JSON of a participant, with blanks", person(`"pinfoMap":{"u":" { \"a\" : 1 } "}`)},
		{"a name of a participant's that is longer in upper case", person(`"pinfoMap":{"` + strings.Repeat("ɐ", 42) + `":"x"}`)},
		{"a name that is not UTF-8", `"action":"ConfDynamicInfoNotify","` + strings.Repeat("\xffa", 32) + `":1`},
		{"a name within that is not UTF-8", `"action":"ConfDynamicInfoNotify","u":{"` + strings.Repeat("\xffa", 32) + `":1}`},
		{"a msgID that is not UTF-8", `"action":"ConfDynamicInfoNotify","msgID":"` + strings.Repeat("\xffa", 32) + `"`},
		{"control characters and quotes", `"action":"ConfBasicInfoNotify","title":"\u0000\u001f\"\\\n\r\t\u2028</script>"`},
		{"numbers that are texts", `"action":"ConfBasicInfoNotify","recType":"1","owner":1.50,"title":true,"startTime":1793610000000`},
		{"a number beyond all numbers", `"action":"ConfDynamicInfoNotify","u":1e999,"v":[1e999,-0.0]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := wire.Decode([]byte(`{"version":1,`+tt.fields+"}"), meetingID, receivedAt)
			if r, refused := m.(conference.RefusedMessage); refused {
				t.Fatalf("refused: %+v", r.Refusal)
			}
			checkWritten(t, m)
		})
	}
	for _, beyond := range []string{
		person(`"pinfoMap":{"` + strings.Repeat("ɐ", 60) + `":"x"}`), `"action":"ConfDynamicInfoNotify","` + strings.Repeat("\xffa", 60) + `":1`,
		`"action":"ConfDynamicInfoNotify","u":{"` + strings.Repeat("\xffa", 60) + `":1}`, `"action":"ConfDynamicInfoNotify","msgID":"` + strings.Repeat("\xffa", 60) + `"`,
	} {
		if m, taken := wire.Decode([]byte(`{"version":1,`+beyond+"}"), meetingID, receivedAt).(conference.Push); taken {
			t.Errorf("%+v would not be taken again", m)
		}
	}
}

func TestRandomFramesAreTheSameMessagesAfterTheyWereWritten(t *testing.T) {
	taken := 0
	for seed := range uint64(1500) {
		f := frames{rand.New(rand.NewPCG(seed, 9))}
		frame := f.frame()
		m := wire.Decode([]byte(frame), meetingID, receivedAt)
		if _, ok := m.(conference.Push); ok {
			taken++
		}
		checkWritten(t, m)
		if t.Failed() {
			t.Fatalf("seed %d: %s", seed, frame)
		}
	}
	if taken < 500 {
		t.Errorf("only %d were taken", taken)
	}
}

func FuzzFrameOf(f *testing.F) {
	for _, frame := range frameFiles(f) {
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) { checkWritten(t, wire.Decode(frame, meetingID, receivedAt)) })
}

// frames makes frames out of what is known of them, with values that can be anything.
type frames struct{ r *rand.Rand }

var knownFields = map[conference.MessageType]string{
	conference.StatusType:       "endTime mode state vas lock mute picNum recState multiPic confIMGroupId realTimeSubtitle aiRecState lanChannels pwd other",
	conference.BasicType:        "displayID title startTime scheduledStartTime owner ownerID recType media userType supportWatermark callInRestriction confMode pwds other",
	conference.ParticipantsType: "data other",
	conference.WaitingType:      "data",
	conference.SpeakersType:     "data other",
	conference.CustomLayoutType: "mode picNum period picInfos picLayout picMode activeIndex skipEmptyPic vas isChairViewMultiPic portalMode",
}

var knownTypes = []conference.MessageType{conference.StatusType, conference.BasicType, conference.ParticipantsType, conference.WaitingType, conference.SpeakersType, conference.CustomLayoutType}

func (f frames) one(of ...string) string { return of[f.r.IntN(len(of))] }

func (f frames) frame() string {
	t := knownTypes[f.r.IntN(len(knownTypes))]
	fields := []string{fmt.Sprintf(`"action":%q`, t), `"version":` + f.one("1", `"2"`, "-3", "1e3")}
	for _, optional := range []string{`"msgMode":1`, `"msgMode":"0"`, `"createTime":1793610000000`, `"createTime":0`, `"msgID":"a-1"`, `"msgID":7`, `"confID":"900487914"`} {
		if f.r.IntN(4) == 0 {
			fields = append(fields, optional)
		}
	}
	for name := range strings.FieldsSeq(knownFields[t]) {
		if f.r.IntN(3) > 0 {
			fields = append(fields, fmt.Sprintf("%q:%s", name, f.value(name)))
		}
	}
	return "{" + strings.Join(fields, ",") + "}"
}

// value is most often one that the field can have.
func (f frames) value(name string) string {
	switch {
	case f.r.IntN(8) == 0:
		return f.one("null", `""`, `" "`, "[]")
	case slices.Contains([]string{"title", "owner", "displayID", "ownerID", "confMode", "mode", "state", "confIMGroupId"}, name):
		return f.text()
	case name == "endTime" || strings.HasSuffix(name, "tartTime"):
		return f.one("1793610000000", `"1793613900000"`, "0")
	case name == "multiPic":
		return f.object(4, func() string {
			return f.one(`"picNum":2`, `"period":"10"`, `"picInfos":`+f.screens(), `"x":`+f.any(2))
		})
	case name == "picInfos":
		return f.screens()
	case name == "picLayout":
		return f.one(`{"x":2,"y":1,"subPicLayoutInfoList":[{"id":2,"left":1,"top":0,"xSize":1,"ySize":1},{"id":1,"left":0,"top":0,"xSize":1,"ySize":1}]}`,
			`{"x":99,"y":1}`, `{"x":1,"y":1,"subPicLayoutInfoList":[{"id":1}]}`, `{"x":0,"y":0}`)
	case name == "data":
		return f.list(5, f.person)
	case name == "other" || name == "lanChannels" || name == "pwds" || name == "portalMode":
		return f.any(3)
	}
	return f.one("0", "1", `"1"`, "true", "false", "2", "1.0")
}

func (f frames) screens() string {
	return f.list(4, func() string {
		return f.object(4, func() string {
			return f.one(`"index":1`, `"index":"2"`, `"id":["a","b"]`, `"id":"a"`, `"id":[]`, `"share":1`, `"isAutoPollingPic":1`, `"picUserList":[{"userId":"c"},{"x":1}]`, `"extra":`+f.any(2))
		})
	})
}

func (f frames) person() string {
	return `{"pid":` + f.one(`"a"`, `"b"`, "7") + f.one("", `,"mode":1`, `,"mode":0`) + f.one("", `,"name":"A","speakingVolume":3`) + f.one("", `,"delType":2`, `,"x":`+f.any(2)) +
		`,"pinfoMap":` + f.object(5, func() string {
		return f.one(`"NAME":`, `"name":`, `"HAND":`, `"addtime":`, `"x":`, `"ünï":`, `"token":`) + f.one(f.text(), "1", "true", "null", f.any(2))
	}) + "}"
}

func (f frames) text() string {
	text, _ := json.Marshal(f.one("plain", "会议 <1>", `{"a":{"pwd":"x","b":1}}`, ` [1, 2] `, `{"broken`, "https://a.b/c", "token=1", "\x00\n\"\\", "FREE", "\u2028"))
	return string(text)
}

// any is any value, nested at most so deep.
func (f frames) any(depth int) string {
	switch n := f.r.IntN(6); {
	case n < 2 && depth > 0:
		return f.list(3, func() string { return f.any(depth - 1) })
	case n < 4 && depth > 0:
		return f.object(3, func() string { return f.one(`"a":`, `"b":`, `"secretKey":`, `"ü":`) + f.any(depth-1) })
	}
	return f.one(f.text(), "1", "-2.50", "1e400", "true", "null", "12345678901234567890")
}

func (f frames) list(most int, element func() string) string {
	var all []string
	for range f.r.IntN(most) {
		all = append(all, element())
	}
	return "[" + strings.Join(all, ",") + "]"
}

func (f frames) object(most int, member func() string) string {
	var all []string
	for range f.r.IntN(most) {
		all = append(all, member())
	}
	return "{" + strings.Join(all, ",") + "}"
}

// busy is a status as the cloud sends it.
func busy(tb testing.TB) conference.Push {
	m, ok := wire.Decode([]byte(`{"action":"ConfDynamicInfoNotify","confID":"900487914","msgID":"b6b7c1f2-1","msgMode":0,"version":1793610000000,"createTime":1793610000000,
		"endTime":"1793613900000","mode":"FIXED","state":"Created","vas":0,"lock":0,"mute":1,"lockSharing":0,"canUnmute":1,"chairView":0,"picNum":"4","partViewNum":0,"maxPartViewNum":9,
		"recState":1,"multiPic":{"picNum":4,"period":10,"picInfos":[{"index":1,"id":["a"],"share":0},{"index":2,"id":["b","c"]}]},"confIMGroupId":"77","forbiddenChat":0,"recOccurred":1,"realTimeSubtitle":0,
		"aiRecState":0,"enableShareSetting":0,"callInRestriction":0,"lanChannels":[],"allowAudience":false,"pause":false,"clientRecState":0,"waitingRoomState":0}`), meetingID, receivedAt).(conference.Push)
	if !ok {
		tb.Fatal("it is refused")
	}
	return m
}

func BenchmarkFrameOfAStatus(b *testing.B) {
	m := busy(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := line.FrameOf(m); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeAStatus is what the message costs where it comes from the cloud.
func BenchmarkDecodeAStatus(b *testing.B) {
	frame, _ := line.FrameOf(busy(b))
	b.ReportAllocs()
	for b.Loop() {
		wire.Decode(frame, meetingID, receivedAt)
	}
}

func BenchmarkLineOfAStatus(b *testing.B) {
	m := busy(b)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		l, _ := line.Of(m, nil)
		size = len(text(b, l))
	}
	b.ReportMetric(float64(size), "bytes")
}
