package e2e

import (
	"slices"
	"testing"

	"confboard/feed/simulator"
)

// named lets four people in, each known by another kind of ID.
func named(m *simulator.Meeting) {
	m.Join(person("pid-ann", "Ann Berg"))
	m.Join(person("pid-li", "李娜", "TEL", "+99111240"))
	m.Join(person("pid-bob", "Bob", "TEL", "+99111241", "M", "77001"))
	m.Join(person("pid-zoe", "Zoë", "TEL", "+99111242", "T", "88001"))
}

// onScreens is a layout with these screens, as they are in picInfos.
func onScreens(picNum int, screens ...map[string]any) map[string]any {
	infos := make([]any, len(screens))
	for i, s := range screens {
		infos[i] = s
	}
	return map[string]any{"picNum": picNum, "period": 20, "picInfos": infos}
}

func shows(index, share int, participants ...string) map[string]any {
	return map[string]any{"index": index, "share": share, "id": ids(participants...)}
}

func TestScreensNameParticipantsByEachKindOfID(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		named(m)
		m.Set(map[string]any{"mode": "FIXED", "picNum": 11, "multiPic": onScreens(11,
			shows(1, 0, "pid-ann"), shows(2, 0, "+99111240"), shows(3, 0, "77001"), shows(4, 0, "88001"),
			shows(5, 0, "+99000000"),
			shows(6, 0, "pid-ann", "+99111240", "nobody"),
			shows(7, 0),
			shows(8, 1),
			shows(9, 1, "77001"),
			// 10 and 11 are not described
		)})
	})
	cases := []struct {
		what, screen string
		en, zh       []string // the screen's texts, in order
	}{
		{"a pid", "#screen-1", []string{"1", "Screen 1", "Ann Berg"}, []string{"1", "画面 1", "Ann Berg"}},
		{"a number that is somebody's TEL", "#screen-2", []string{"2", "Screen 2", "李娜"}, []string{"2", "画面 2", "李娜"}},
		{"a number that is somebody's M", "#screen-3", []string{"3", "Screen 3", "Bob"}, []string{"3", "画面 3", "Bob"}},
		{"a number that is somebody's T", "#screen-4", []string{"4", "Screen 4", "Zoë"}, []string{"4", "画面 4", "Zoë"}},
		{"an ID that nobody has", "#screen-5", []string{"5", "Screen 5", "+99000000", "Not in the meeting"}, []string{"5", "画面 5", "+99000000", "不在会中"}},
		{"several who are shown in turn", "#screen-6", []string{"6", "Screen 6", "Ann Berg", "李娜", "nobody", "Not in the meeting", "every 20 s"},
			[]string{"6", "画面 6", "Ann Berg", "李娜", "nobody", "不在会中", "每 20 秒轮换"}},
		{"nobody", "#screen-7", []string{"7", "Screen 7", "Nobody assigned"}, []string{"7", "画面 7", "未指定与会者"}},
		{"the presentation", "#screen-8", []string{"8", "Screen 8", "Presentation"}, []string{"8", "画面 8", "共享内容"}},
		{"the presentation and somebody", "#screen-9", []string{"9", "Screen 9", "Presentation", "Bob"}, []string{"9", "画面 9", "共享内容", "Bob"}},
		{"a screen that was not described", "#screen-10", []string{"10", "Screen 10", "Not described"}, []string{"10", "画面 10", "未描述"}},
		{"the last one", "#screen-11", []string{"11", "Screen 11", "Not described"}, []string{"11", "画面 11", "未描述"}},
	}
	p := openLive(t, b.url+"/m/"+boardID, view{})
	chinese := openLive(t, b.url+"/m/"+boardID+"?lang=zh", view{})
	p.waitContains("#screen-1", "Ann Berg")
	chinese.waitContains("#screen-1", "Ann Berg")
	for _, c := range cases {
		if got := p.says(c.screen); !slices.Equal(got, c.en) {
			t.Errorf("%s: %q, want %q", c.what, got, c.en)
		}
		if got := chinese.says(c.screen); !slices.Equal(got, c.zh) {
			t.Errorf("%s, in Chinese: %q, want %q", c.what, got, c.zh)
		}
	}

	// Who joins later is named then, and who leaves is not in the meeting any more.
	m.Join(person("pid-late", "Late", "TEL", "+99000000"))
	p.waitSays("#screen-5", "5", "Screen 5", "Late")
	m.Leave("pid-bob")
	p.waitSays("#screen-3", "3", "Screen 3", "77001", "Not in the meeting")
	// A number that two have names nobody.
	m.Join(person("pid-other", "Other", "TEL", "+99111240"))
	p.waitSays("#screen-2", "2", "Screen 2", "+99111240", "Not in the meeting")
	m.Leave("pid-other")
	p.waitSays("#screen-2", "2", "Screen 2", "李娜")

	// What is to be said of somebody is said on the screen.
	m.Update("pid-ann", map[string]string{"ROLE": "1", "HAND": "1", "MUTE": "1"})
	p.waitSays("#screen-1", "1", "Screen 1", "Ann Berg", "Host", "Hand raised", "Muted")
	m.Speak(simulator.Speaker{PID: "pid-ann", Volume: 40})
	p.waitSays("#screen-1", "1", "Screen 1", "Ann Berg", "Speaking", "Host", "Hand raised", "Muted")
	chinese.waitSays("#screen-1", "1", "画面 1", "Ann Berg", "正在发言", "主持人", "举手", "已静音")
	m.Update("pid-li", map[string]string{"STATE": "1"})
	p.waitSays("#screen-2", "2", "Screen 2", "李娜", "Being called")
}

func TestNothingIsSaidOfALayoutThatNobodyKnows(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		named(m)
		m.SetFull(map[string]any{"mode": "FREE", "picNum": 16})
	})
	p := openLive(t, b.url+"/m/"+boardID, view{})

	// The cloud decides.
	p.waitContains("#layout", "Automatic layout, 16 screens. Who is shown where is decided by the cloud.")
	if n := len(p.rects("#layout li")); n != 16 {
		t.Errorf("%d screens are drawn, want 16", n)
	}
	for _, name := range []string{"Ann Berg", "李娜", "Bob", "Zoë"} {
		if slices.Contains(p.says("#layout"), name) {
			t.Errorf("an automatic layout names %s", name)
		}
	}
	p.waitSays("#screen-16", "16", "Screen 16")

	// A person has set one.
	m.Set(map[string]any{"mode": "FIXED", "picNum": 2, "multiPic": onScreens(2, shows(1, 0, "pid-ann"), shows(2, 0, "+99111240"))})
	p.waitContains("#layout", "Set by a person: 2 screens · changes every 20 s")
	p.waitSays("#screen-2", "2", "Screen 2", "李娜")

	// Something else is on the air: it is said who, when exactly one is marked.
	m.Set(map[string]any{"mode": "BROADCAST"})
	p.waitContains("#layout", "This layout is not what people see at the moment. Mode: Broadcasting a participant.")
	m.Mark("BROADCAST", "pid-bob")
	p.waitContains("#layout", "This layout is not what people see at the moment. Mode: Broadcasting a participant: Bob.")
	p.waitContains("#sentence", "Broadcasting Bob.")
	p.waitContains("#layout", "Set earlier, may not apply: the mode or the number of screens has changed since.")
	m.Update("pid-bob", map[string]string{"NAME": "Robert"})
	p.waitContains("#layout", "Mode: Broadcasting a participant: Robert.")
	m.Update("pid-zoe", map[string]string{"BROADCAST": "1"}) // two are marked: which of them it is, is not known
	p.waitContains("#layout", "Mode: Broadcasting a participant.")
	m.Mark("BROADCAST", "")
	m.Mark("ROLLCALL", "pid-zoe")
	m.Set(map[string]any{"mode": "ROLLCALL"})
	p.waitContains("#layout", "This layout is not what people see at the moment. Mode: Giving the floor: Zoë.")
	p.waitContains("#sentence", "Giving the floor to Zoë.")
	p.waitContains("#people", "Has the floor")

	// Set anew, it applies.
	m.Set(map[string]any{"mode": "FIXED", "multiPic": onScreens(2, shows(1, 0, "pid-zoe"), shows(2, 0, "+99111240"))})
	p.waitSays("#screen-1", "1", "Screen 1", "Zoë")
	p.wait(`!/Set earlier|not what people see/.test(document.getElementById("layout").textContent)`)
	m.Set(map[string]any{"picNum": 9})
	p.waitContains("#layout", "Set earlier, may not apply: the mode or the number of screens has changed since.")

	// Numbers that are none, or come twice, are shown and counted.
	m.Set(map[string]any{"picNum": 3, "multiPic": onScreens(3, shows(1, 0, "pid-ann"), shows(2, 0, "pid-li"), shows(2, 0, "pid-bob"), shows(0, 0, "pid-zoe"))})
	p.waitContains("#layout", "2 screens came with a missing, repeated or impossible number.")
	p.waitSays("#screen-2", "2", "Screen 2", "李娜", "Robert", "described more than once")
	p.waitContains("#layout", "Screens without a usable number")
	p.waitContains("#layout", "Zoë")
}

func TestThePlainSentenceSaysWhatIsSo(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, func(m *simulator.Meeting) {
		m.Join(person("pid-li", "李娜"))
	})
	p := openLive(t, b.url+"/m/"+boardID, view{})
	chinese := openLive(t, b.url+"/m/"+boardID+"?lang=zh", view{})
	nine := gathering(9)
	for _, c := range []struct {
		fields map[string]any
		en, zh string
	}{
		{map[string]any{"lock": 0, "mute": 0, "mode": "FREE", "picNum": 4, "recState": 0, "recOccurred": 0},
			"Unlocked. Free mode, 4 screens. Not recording.", "未锁定；自由模式，4 画面；未录制。"},
		{map[string]any{"lock": 1, "mute": 1, "canUnmute": 1, "mode": "FIXED", "picNum": 9, "multiPic": oneEach(nine), "recState": 1},
			"Locked. Muted on entry, may unmute. Broadcasting a fixed layout of 9 screens. Recording.",
			"已锁定；入会时静音，可自行解除；正在广播固定的 9 画面；正在录制。"},
		{map[string]any{"canUnmute": 0, "recState": 0, "recOccurred": 1, "lockSharing": 1, "forbiddenChat": 1, "realTimeSubtitle": 2},
			"Locked. Muted on entry, may not unmute. Broadcasting a fixed layout of 9 screens. Not recording now, was recorded at some time. Screen sharing locked. Chat off. Live captions on.",
			"已锁定；入会时静音，不可自行解除；正在广播固定的 9 画面；当前未录制，曾经录制过；屏幕共享已锁定；聊天已禁用；实时字幕已开启。"},
		{map[string]any{"mute": 0, "mode": "BROADCAST", "recOccurred": 0, "lockSharing": 0, "forbiddenChat": 0, "realTimeSubtitle": 0},
			"Locked. Broadcasting a participant. Not recording.", "已锁定；正在广播与会者；未录制。"},
		{map[string]any{"mode": "PANORAMA", "lock": nil}, "Mode PANORAMA. Not recording.", "会议模式 PANORAMA；未录制。"},
		{map[string]any{"mode": "ROLLCALL", "recState": nil}, "Giving the floor to a participant.", "正在点名发言。"},
	} {
		m.Set(c.fields)
		p.waitText("#sentence", c.en)
		chinese.waitText("#sentence", c.zh)
	}
	m.Mark("ROLLCALL", "pid-li")
	p.waitText("#sentence", "Giving the floor to 李娜.")
	chinese.waitText("#sentence", "正在点名 李娜 发言。")
	m.End()
	p.waitText("#sentence", "Ended.")
	chinese.waitText("#sentence", "会议已结束。")
}
