package wire_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

func TestAFrameBeyondALimitIsRefusedWithItsReason(t *testing.T) {
	tests := []struct {
		name  string
		body  string
		kind  conference.RefusalKind // empty: the frame is decoded
		field string
	}{
		{"a text of 8 KiB is taken", `"note": "` + strings.Repeat("x", 8<<10) + `"`, "", ""},
		{"a text over 8 KiB is too large", `"note": "` + strings.Repeat("x", 8<<10+1) + `"`, conference.RefusedTooLarge, "note"},
		{"escapes count as what they stand for", `"note": "` + strings.Repeat(`\u0041`, 8<<10) + `"`, "", ""},
		{"a nested text over 8 KiB names the field it is in", `"a": {"b": ["` + strings.Repeat("x", 8<<10+1) + `"]}`, conference.RefusedTooLarge, "a"},
		{"a listed text over 8 KiB is too large", `"mode": "` + strings.Repeat("x", 8<<10+1) + `"`, conference.RefusedTooLarge, "mode"},
		{"a participant's ID over 8 KiB is too large", `"multiPic": {"picInfos": [{"id": ["` + strings.Repeat("1", 8<<10+1) + `"]}]}`,
			conference.RefusedTooLarge, "multiPic.picInfos.id"},
		{"a number of 9,000 digits is too large", `"n": 1` + strings.Repeat("0", 9000), conference.RefusedTooLarge, "n"},
		{"a listed number of 9,000 digits is no value", `"lock": 1` + strings.Repeat("0", 9000), conference.RefusedValue, "lock"},
		{"a name over 128 bytes is too large and not repeated", `"` + strings.Repeat("n", 129) + `": 1`, conference.RefusedTooLarge, "?"},
		{"a nested name over 128 bytes is too large", `"a": {"` + strings.Repeat("n", 129) + `": 1}`, conference.RefusedTooLarge, "a"},
		{"120 KiB of unlisted fields are taken", `"a": [` + texts(8) + `], "b": [` + texts(7) + `]`, "", ""},
		{"over 128 KiB of an unlisted field are too large", `"a": [` + texts(16) + `]`, conference.RefusedTooLarge, "a"},
		{"over 128 KiB of unlisted fields together are too large", `"a": [` + texts(8) + `], "multiPic": {"b": [` + texts(8) + `]}`,
			conference.RefusedTooLarge, "multiPic.b"},
		{"a msgID of 128 bytes is taken", `"msgID": "` + strings.Repeat("m", 128) + `"`, "", ""},
		{"a msgID over 128 bytes is too large", `"msgID": "` + strings.Repeat("m", 129) + `"`, conference.RefusedTooLarge, "msgID"},
		{"509 fields beside the envelope are taken", fields(509), "", ""},
		{"510 fields beside the envelope are too many", fields(510), conference.RefusedTooMany, ""},
		{"512 fields of an unlisted object are taken", `"o": {` + fields(512) + `}`, "", ""},
		{"513 fields of an unlisted object are too many", `"o": {` + fields(513) + `}`, conference.RefusedTooMany, "o"},
		{"513 fields of a screen are too many", `"multiPic": {"picInfos": [{` + fields(513) + `}]}`, conference.RefusedTooMany, "multiPic.picInfos"},
		{"4,096 unlisted elements are taken", `"list": [` + elements(4096, "1") + `]`, "", ""},
		{"4,097 unlisted elements are too many", `"list": [` + elements(4097, "1") + `]`, conference.RefusedTooMany, "list"},
		{"256 screens are taken", `"multiPic": {"picInfos": [` + elements(256, "{}") + `]}`, "", ""},
		{"257 screens are too many", `"multiPic": {"picInfos": [` + elements(257, "{}") + `]}`, conference.RefusedTooMany, "multiPic.picInfos"},
		{"512 participants of a screen are taken", `"multiPic": {"picInfos": [{"id": [` + elements(512, `"p"`) + `]}]}`, "", ""},
		{"513 participants of a screen are too many", `"multiPic": {"picInfos": [{"id": [` + elements(513, `"p"`) + `]}]}`,
			conference.RefusedTooMany, "multiPic.picInfos.id"},
		{"32 levels are taken", `"deep": ` + nested(31), "", ""},
		{"33 levels are too deep", `"deep": ` + nested(32), conference.RefusedTooDeep, "deep"},
		{"33 levels are too deep also when a text holds some of them", `"deep": {"text": "` + nested(31) + `"}`, conference.RefusedTooDeep, "deep"},
		{"32 levels in a screen are taken", `"multiPic": {"picInfos": [{"deep": ` + nested(28) + `}]}`, "", ""},
		{"33 levels in a screen are too deep", `"multiPic": {"picInfos": [{"deep": ` + nested(29) + `}]}`, conference.RefusedTooDeep, "multiPic.picInfos.deep"},
		{"a million levels are too deep", `"deep": ` + nested(1_000_000), conference.RefusedTooDeep, ""},
		{"a withheld value may be of any size", `"pwd": "` + strings.Repeat("x", 1<<20) + `"`, "", ""},
		{"a frame over the limit is not looked at", `"pwd": "` + strings.Repeat("x", wire.MaxFrame) + `"`, conference.RefusedTooLarge, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			frame := `{"action": "ConfDynamicInfoNotify", "version": 1, "createTime": 2, ` + tt.body + `}`
			checkRefusal(t, frame, tt.kind, tt.field)
		})
	}
}

// checkRefusal fails unless the frame is refused for that reason, or decoded where there is none.
func checkRefusal(t *testing.T, frame string, kind conference.RefusalKind, field string) {
	t.Helper()
	got := wire.Decode([]byte(frame), meetingID, receivedAt)
	refused, ok := got.(conference.RefusedMessage)
	if kind == "" {
		if ok {
			t.Errorf("refused: %s %s", refused.Refusal.Kind, refused.Refusal.Field)
		}
		return
	}
	if r := refused.Refusal; !ok || r.Kind != kind || r.Field != field || !r.At.Equal(receivedAt) {
		t.Errorf("got %T %+v, want %s %s", got, r, kind, field)
	}
}

func TestNamesOfWithheldFieldsAreBounded(t *testing.T) {
	var body strings.Builder
	for i := range 400 {
		fmt.Fprintf(&body, `, "pwd%d": 1`, i)
	}
	m := wire.Decode([]byte(`{"action": "ConfDynamicInfoNotify", "version": 1`+body.String()+`}`), meetingID, receivedAt).(conference.StatusMessage)
	if n := len(m.Withheld); n > 33 {
		t.Errorf("%d names are told apart", n)
	}
	if got := m.Withheld[conference.OtherNames]; got != 400-32 {
		t.Errorf("%d counted under other names, want 368", got)
	}
}

func TestLimitsOfThePeopleInAFrame(t *testing.T) {
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"K%d": "", "k%d": "1", `, i, i) // the same key twice
		}
		return strings.TrimSuffix(b.String(), ", ")
	}
	tests := []struct {
		name  string
		data  string
		kind  conference.RefusalKind // empty: the frame is decoded
		field string
	}{
		{"5,000 participants are taken", elements(5000, `{"pid": "p"}`), "", ""},
		{"5,001 participants are too many", elements(5001, `{"pid": "p"}`), conference.RefusedTooMany, "data"},
		{"128 attributes are taken, however often they come", `{"pid": "p", "pinfoMap": {` + keys(128) + `}}`, "", ""},
		{"129 attributes are too many", `{"pid": "p", "pinfoMap": {` + keys(129) + `}}`, conference.RefusedTooMany, "data.pinfoMap"},
		{"129 attributes are too many, one of them beside the map", `{"pid": "p", "pinfoMap": {` + keys(128) + `}, "delType": 1}`, conference.RefusedTooMany, "data.pinfoMap"},
		{"513 fields of a map are too many", `{"pid": "p", "pinfoMap": {` + fields(513) + `}}`, conference.RefusedTooMany, "data.pinfoMap"},
		{"a name of 8 KiB is taken", `{"pid": "p", "pinfoMap": {"NAME": "` + strings.Repeat("x", 8<<10) + `"}}`, "", ""},
		{"a name over 8 KiB is too large", `{"pid": "p", "pinfoMap": {"NAME": "` + strings.Repeat("x", 8<<10+1) + `"}}`, conference.RefusedTooLarge, "data.pinfoMap.NAME"},
		{"a pid over 8 KiB is too large", `{"pid": "` + strings.Repeat("x", 8<<10+1) + `"}`, conference.RefusedTooLarge, "data.pid"},
		{"a key over 128 bytes is too large and not repeated", `{"pid": "p", "pinfoMap": {"` + strings.Repeat("n", 129) + `": "1"}}`, conference.RefusedTooLarge, "data.pinfoMap.?"},
		{"over 128 KiB of attributes that are no texts are too large", `{"pid": "p", "pinfoMap": {"a": [` + texts(8) + `], "b": [` + texts(8) + `]}}`,
			conference.RefusedTooLarge, "data.pinfoMap.b"},
		{"32 levels in a map are taken", `{"pid": "p", "pinfoMap": {"deep": ` + nested(28) + `}}`, "", ""},
		{"33 levels in a map are too deep", `{"pid": "p", "pinfoMap": {"deep": ` + nested(29) + `}}`, conference.RefusedTooDeep, "data.pinfoMap.deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, action := range []string{"ParticipantsNotify", "WaitingListNotify"} {
				checkRefusal(t, `{"action": "`+action+`", "version": 1, "data": [`+tt.data+`]}`, tt.kind, tt.field)
			}
		})
	}
}

func TestLimitsOfTheOtherMessageTypes(t *testing.T) {
	tests := []struct {
		name  string
		body  string
		kind  conference.RefusalKind // empty: the frame is decoded
		field string
	}{
		{"64 speakers are taken", `"action": "SpeakerChangeNotify", "data": [` + elements(64, `{"pid": "p"}`) + `]`, "", ""},
		{"65 speakers are too many", `"action": "SpeakerChangeNotify", "data": [` + elements(65, `{"pid": "p"}`) + `]`, conference.RefusedTooMany, "data"},
		{"what is not kept of speakers is limited too", `"action": "SpeakerChangeNotify", "deep": ` + nested(32), conference.RefusedTooDeep, "deep"},
		{"a title over 8 KiB is too large", `"action": "ConfBasicInfoNotify", "title": "` + strings.Repeat("x", 8<<10+1) + `"`, conference.RefusedTooLarge, "title"},
		{"passwords may be of any size", `"action": "ConfBasicInfoNotify", "pwds": "` + strings.Repeat("x", 1<<20) + `"`, "", ""},
		{"over 128 KiB of unlisted basic information are too large", `"action": "ConfBasicInfoNotify", "a": [` + texts(16) + `]`, conference.RefusedTooLarge, "a"},
		{"256 screens of a geometry are taken", `"action": "CustomMultiPicNotify", "picLayout": {"subPicLayoutInfoList": [` + elements(256, "{}") + `]}`, "", ""},
		{"257 screens of a geometry are too many", `"action": "CustomMultiPicNotify", "picLayout": {"subPicLayoutInfoList": [` + elements(257, "{}") + `]}`,
			conference.RefusedTooMany, "picLayout.subPicLayoutInfoList"},
		{"257 screens of a custom layout are too many", `"action": "CustomMultiPicNotify", "picInfos": [` + elements(257, "{}") + `]`, conference.RefusedTooMany, "picInfos"},
		{"513 participants of a screen are too many", `"action": "CustomMultiPicNotify", "picInfos": [{"picUserList": [` + elements(513, `{"userId": "p"}`) + `]}]`,
			conference.RefusedTooMany, "picInfos.picUserList"},
		{"a type that is not used has no limits but the frame's", `"action": "AttendeesNotify", "data": [` + elements(6000, "{}") + `]`, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkRefusal(t, `{"version": 1, `+tt.body+`}`, tt.kind, tt.field)
		})
	}
}

func TestAMessageKeepsNothingOfTheFramesMemory(t *testing.T) {
	for _, path := range frameFiles(t) {
		frame, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		m := wire.Decode(frame, meetingID, receivedAt)
		before := dump(m)
		for i := range frame {
			frame[i] = '#'
		}
		if after := dump(m); after != before {
			t.Errorf("%s: overwriting the frame changed the message to\n%s", path, after)
		}
	}
}

func fields(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, `"f%d": 1`, i)
	}
	return b.String()
}

func elements(n int, element string) string {
	return strings.TrimSuffix(strings.Repeat(element+", ", n), ", ")
}

// texts is n texts of 8 KiB each.
func texts(n int) string { return elements(n, `"`+strings.Repeat("x", 8<<10)+`"`) }

func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }
