package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

// frame is a status message as the cloud would send it, with the fields given.
func frame(t *testing.T, confID, msgID string, msgMode int, version, createTime int64, fields map[string]any) []byte {
	t.Helper()
	message := map[string]any{"action": "ConfDynamicInfoNotify", "confID": confID, "msgID": msgID, "msgMode": msgMode,
		"version": version, "createTime": createTime}
	for name, value := range fields {
		message[name] = value
	}
	b, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatMustNotBeAppliedChangesNoBadgeAndIsCounted(t *testing.T) {
	t.Parallel()
	const id = "900487914"
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink(id, "live")
	m.Set(map[string]any{"lock": 1})
	until(t, "the lock in the API", func() bool { return string(b.meeting(id).Status["lock"]) == "1" })
	last := b.meeting(id).LastMessage
	if last == nil || last.Mode != incremental {
		t.Fatalf("the last message is %+v, want an incremental one", last)
	}

	p := openLive(t, b.url+"/m/"+id, view{})
	p.waitText("#f-lock", "Locked")
	p.waitText("#mark", "LIVE")
	p.watch("[id^='f-']")
	connections := m.Counts().Connections

	const old = 1_000_000_000_000 // 2001, before any full message of this cloud
	const ahead = 4_102_444_800_000
	cases := []struct {
		what   string
		frames [][]byte
		// counted are how the page's counts change.
		counted map[string]int
		says    string
	}{
		{"garbage is refused", [][]byte{[]byte("\x00\xff{{{"), []byte("null"), []byte(`[]`), []byte(strings.Repeat("[", 10_000))},
			map[string]int{"Refused": 4}, "Last refusal"},
		{"a frame with a field that cannot be converted is refused whole, and its sequence does not count",
			[][]byte{frame(t, id, "refused-1", 1, 5_000, ahead, map[string]any{"mute": 0, "lock": "abc"})},
			map[string]int{"Refused": 1}, "a field has a value that cannot be converted: lock"},
		{"a frame about another meeting is refused",
			[][]byte{frame(t, "900000000", "refused-2", 1, 5_001, ahead, map[string]any{"lock": 0})},
			map[string]int{"Refused": 1}, "the message is about another meeting"},
		{"a full message that is older than the last is dropped",
			[][]byte{frame(t, id, "old-full", 0, old, old, map[string]any{"lock": 0, "mode": "FIXED"})},
			map[string]int{"Dropped: full message, not newer than the last": 1}, ""},
		{"an incremental message out of sequence is dropped",
			[][]byte{frame(t, id, "old-sequence", 1, last.Version, ahead, map[string]any{"lock": 0})},
			map[string]int{"Dropped: out of sequence": 1}, ""},
		{"an incremental message made before the last full one is dropped",
			[][]byte{frame(t, id, "old-incremental", 1, last.Version+1, old, map[string]any{"lock": 0})},
			map[string]int{"Dropped: made before the last full message": 1}, ""},
		{"a message that was seen before is dropped",
			[][]byte{frame(t, id, last.MsgID, 1, last.Version+1, ahead, map[string]any{"lock": 0})},
			map[string]int{"Dropped: seen before": 1}, ""},
		{"a message of a type that is not used is passed over",
			[][]byte{[]byte(`{"action":"NetworkQualityNotify","confID":"` + id + `","msgID":"n","msgMode":0,"version":1,"createTime":1,"lock":0}`)},
			map[string]int{"Not used": 1}, "NetworkQualityNotify 1"},
	}
	total := map[string]int{"Refused": 0}
	for _, c := range cases {
		for _, f := range c.frames {
			m.PushRaw(f)
		}
		for row, n := range c.counted {
			total[row] += n
			p.wait(fmt.Sprintf(`[...document.querySelectorAll("#intake dl > div")].some((e) => e.querySelector("dt").textContent === %s && parseInt(e.querySelector("dd").textContent) === %d)`,
				quote(row), total[row]))
		}
		if c.says != "" {
			p.waitContains("#intake", c.says)
		}
		p.wait("e2e.settled()")
		if got := p.changed(anyTime...); len(got) > 0 {
			t.Errorf("%s: changed %v, want nothing", c.what, got)
		}
	}
	if got := p.text("#f-lock"); got != "Locked" {
		t.Errorf("the lock says %q", got)
	}
	a := b.meeting(id)
	if want := map[string]uint64{"repeated": 1, "olderFull": 1, "olderSequence": 1, "beforeFull": 1}; fmt.Sprint(a.Messages.Dropped) != fmt.Sprint(want) {
		t.Errorf("the API counts as dropped %v, want %v", a.Messages.Dropped, want)
	}
	if a.Messages.Refused != 6 {
		t.Errorf("the API counts %d refused, want 6", a.Messages.Refused)
	}
	if got := string(a.Status["lock"]) + a.LastMessage.MsgID; got != "1"+last.MsgID {
		t.Errorf("lock and last message are %s", got)
	}
	if n := m.Counts(); n.Connections != connections || n.Open != 1 {
		t.Errorf("%d connections were opened and %d are open, want %d and 1: the link was not kept", n.Connections, n.Open, connections)
	}

	// The frame that was refused did not use up its sequence.
	m.PushRaw(frame(t, id, "next", 1, last.Version+1, ahead, map[string]any{"lock": 0}))
	p.waitText("#f-lock", "Unlocked")
	if got := p.changed(append([]string{"sentence"}, anyTime...)...); !slices.Equal(got, []string{"f-lock"}) {
		t.Errorf("changed %v, want the lock", got)
	}
	refused := 0.0
	for _, kind := range []string{"ConfDynamicInfoNotify", "other"} {
		refused += b.metric(fmt.Sprintf("confboard_frames_total{fate=%q,type=%q}", "refused", kind))
	}
	if refused != 6 {
		t.Errorf("the metrics count %.0f refused frames, want 6", refused)
	}
}
