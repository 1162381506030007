package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

// The kinds of message, as msgMode names them.
const (
	full        = "full"
	incremental = "incremental"
)

// step is a value that is pushed for a field, and what the page says then.
type step struct {
	message string
	value   any
	says    string
}

// listedFields are the fields of the status message (meeting_21_1513), what is pushed and how the page puts it. Numbers
// are pushed as numbers, as texts of digits and as booleans.
var listedFields = []struct {
	name  string
	steps []step
}{
	{"endTime", []step{
		{incremental, "4102444800000", "Jan 1, 08:00"}, // 2100-01-01T00:00Z in Shanghai
		{full, "4102448400000", "Jan 1, 09:00"},
		{incremental, 4102452000000, "Jan 1, 10:00"},
		{incremental, "", "Planned end: sent empty"},
	}},
	{"mode", []step{
		{incremental, "FIXED", "Fixed layout"},
		{full, "ROLLCALL", "Giving the floor"},
		{incremental, "BROADCAST", "Broadcasting a participant"},
		{full, "PANORAMA", "Mode: PANORAMA (unknown value)"},
		{incremental, "FREE", "Free"},
	}},
	{"state", []step{
		{incremental, "Schedule", "To be held"},
		{full, "Created", "In progress"},
		{incremental, "Paused", "Meeting: Paused (unknown value)"},
		{full, "Created", "In progress"},
	}},
	{"vas", []step{
		{incremental, 0, "Voice activation off"},
		{full, 1, "Voice activation on"},
	}},
	{"lock", []step{
		{incremental, 1, "Locked"},
		{full, 0, "Unlocked"},
		{incremental, "1", "Locked"},
		{full, false, "Unlocked"},
		{incremental, true, "Locked"},
		{incremental, nil, "Lock: sent empty"},
		{full, 7, "Lock: 7 (unknown value)"},
		{full, 0, "Unlocked"},
	}},
	{"mute", []step{
		{incremental, 0, "Not muted on entry"},
		{full, 1, "Muted on entry"},
	}},
	{"lockSharing", []step{
		{incremental, 1, "Sharing locked"},
		{full, 0, "Sharing open"},
	}},
	{"canUnmute", []step{
		{incremental, 0, "May not unmute themselves"},
		{full, 1, "May unmute themselves"},
	}},
	{"chairView", []step{
		{incremental, 1, "Host sees participants in turn"},
		{full, 0, "Host does not see participants in turn"},
	}},
	{"picNum", []step{
		{incremental, "9", "9 screens"},
		{full, 1, "1 screen"},
	}},
	{"partViewNum", []step{
		{incremental, 3, "3"},
		{full, "0", "0"},
	}},
	{"maxPartViewNum", []step{
		{incremental, 6, "6"},
		{full, 9, "9"},
	}},
	{"recState", []step{
		{incremental, 1, "Recording"},
		{full, 0, "Not recording"},
	}},
	{"confIMGroupId", []step{
		{incremental, "chat-7700", "chat-7700"},
		{full, "chat-8800", "chat-8800"},
		{incremental, "", "Chat group: sent empty"},
	}},
	{"forbiddenChat", []step{
		{incremental, 1, "Chat off"},
		{full, 0, "Chat on"},
	}},
	{"recOccurred", []step{
		{incremental, 1, "Was recorded at some time"},
		{full, 0, "Not recorded so far"},
	}},
	{"realTimeSubtitle", []step{
		{incremental, 2, "Captions on"},
		{full, 0, "Captions off"},
	}},
	{"multiPic", []step{
		{incremental, picture(10, ids("a"), ids("b"), ids("c")), "Set by a person: 3 screens"},
		{full, picture(10, ids("a")), "Set by a person: 1 screen"},
		{incremental, nil, "Custom layout: sent empty"},
	}},
}

// push sends one field.
func (s step) push(m *simulator.Meeting, field string) {
	if s.message == full {
		m.SetFull(map[string]any{field: s.value})
		return
	}
	m.Set(map[string]any{field: s.value})
}

// ids are the participants of a screen.
func ids(list ...string) []string { return append([]string{}, list...) }

// picture is a MultiPicInfoNotify: one screen for each list of participants.
func picture(period int, screens ...[]string) map[string]any {
	infos := make([]any, len(screens))
	for i, participants := range screens {
		infos[i] = map[string]any{"index": i + 1, "id": participants, "share": 0}
	}
	return map[string]any{"picNum": len(screens), "period": period, "picInfos": infos}
}

// anyTime are the parts of a meeting's page that any message or the passing of time changes: the clock, the head with its
// freshness, the last message and the counts.
var anyTime = []string{"clock", "head", "mark", "echo", "changed", "envelope", "envelope-version", "envelope-time", "envelope-msgid",
	"intake", "applied", "announcement"}

func TestEveryListedFieldChangesItsBadgeAndNothingElse(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: "900487914", HostPassword: "135790", Name: "Board"})
	m.Start()
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink("900487914", "live")

	p := openLive(t, b.url+"/m/900487914", view{})
	p.waitText("#mark", "LIVE")
	if n := evaluate[int](p, `document.querySelectorAll("[id^='f-'][data-field]").length`); n != len(listedFields) {
		t.Fatalf("the page has %d badges, want one for each of the %d fields", n, len(listedFields))
	}
	p.watch("#region *")
	for _, f := range listedFields {
		badge := "#f-" + f.name
		if got := evaluate[string](p, fmt.Sprintf("document.querySelector(%q).dataset.field", badge)); got != f.name {
			t.Errorf("data-field of %s is %q", badge, got)
		}
		for _, s := range f.steps {
			before, sentence := p.text(badge), p.text("#sentence")
			s.push(m, f.name)
			p.waitText(badge, s.says)
			name := fmt.Sprintf("%s %v pushed in a %s message", f.name, s.value, s.message)
			if before == s.says {
				t.Errorf("%s: the badge said %q before", name, before)
			}
			expected := anyTime
			if slices.Contains([]string{"mode", "picNum", "multiPic"}, f.name) {
				expected = append(slices.Clone(anyTime), layoutParts(20)...)
			}
			if strings.HasSuffix(strings.ToLower(f.name), "partviewnum") {
				expected = append(slices.Clone(expected), "focus") // says both numbers
			}
			if p.text("#sentence") != sentence {
				expected = append(slices.Clone(expected), "sentence")
			}
			if got := p.changed(expected...); !slices.Equal(got, []string{"f-" + f.name}) {
				t.Errorf("%s: changed %v, want only its badge", name, got)
			}
		}
	}
	if got := p.replaced("[id^='f-'], .panel, .panel h2, #head, #layout"); len(got) > 0 {
		t.Errorf("other nodes than at the beginning: %v", got)
	}
}

// layoutParts are the DOM ids of the layout and of its screens.
func layoutParts(screens int) []string {
	parts := []string{"layout"}
	for i := range screens {
		parts = append(parts, fmt.Sprintf("screen-%d", i+1))
	}
	return parts
}

func TestAChangeOfOneScreenChangesThatScreenOnly(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t, steady)
	m := cloud.Add(simulator.MeetingConfig{ConfID: "900487914", HostPassword: "135790"})
	m.Start()
	m.Set(map[string]any{"mode": "FIXED", "picNum": 3, "multiPic": picture(10, ids("+99111240"), ids("+99111241"), ids("+99111242"))})
	b := serve(t, cloud, settings{heartbeat: steady, meetings: watching(m)})
	b.waitLink("900487914", "live")

	p := openLive(t, b.url+"/m/900487914", view{})
	p.waitContains("#screen-2", "+99111241")
	p.watch("#layout, #layout *")

	m.Set(map[string]any{"multiPic": picture(10, ids("+99111240"), ids("+99111241", "+99111249"), ids("+99111242"))})
	p.waitContains("#screen-2", "+99111249")
	p.waitContains("#screen-2", "every 10 s")
	// The field's own badge is drawn again, and says the same.
	ownBadge := append([]string{"f-multiPic"}, anyTime...)
	if got := p.changed(ownBadge...); !slices.Equal(got, []string{"screen-2"}) {
		t.Errorf("changed %v, want screen-2 only", got)
	}
	for screen, says := range map[string]string{"#screen-1": "+99111240", "#screen-3": "+99111242"} {
		if got := p.text(screen); !strings.Contains(got, says) {
			t.Errorf("%s says %q, want %s", screen, got, says)
		}
	}

	shared := picture(10, ids("+99111240"), ids("+99111241", "+99111249"), ids())
	shared["picInfos"].([]any)[2].(map[string]any)["share"] = 1
	m.Set(map[string]any{"multiPic": shared})
	p.waitContains("#screen-3", "Presentation")
	if got := p.changed(ownBadge...); !slices.Equal(got, []string{"screen-3"}) {
		t.Errorf("changed %v, want screen-3 only", got)
	}

	m.Set(map[string]any{"picNum": 9})
	p.waitContains("#layout", "Set earlier, may not apply")
	m.Set(map[string]any{"mode": "BROADCAST"})
	p.waitContains("#layout", "This layout is not what people see at the moment. Mode: Broadcasting a participant.")
	if got := p.replaced("#screen-1, #screen-2, #screen-3"); len(got) > 0 {
		t.Errorf("other nodes than at the beginning: %v", got)
	}
}
