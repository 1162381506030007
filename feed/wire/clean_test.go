package wire_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

func TestCleanedFramesAreAsInTheirGoldenFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/clean/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no frames: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			frame, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got, err := wire.Clean(frame, nil)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := strings.TrimSuffix(path, ".json") + ".golden"
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("cleaned to\n%s\nwant\n%s", got, want)
			}
			checkCleaned(t, frame)
		})
	}
}

func TestACleanedFrameDecodesToTheSameMessage(t *testing.T) {
	for _, path := range frameFiles(t) {
		frame, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(path), func(t *testing.T) { checkCleaned(t, frame) })
	}
}

// checkCleaned fails unless the frame can be cleaned, if Decode uses it, and the cleaned one has no secret, is in one line, means the
// same and has nothing left to clean.
func checkCleaned(t *testing.T, frame []byte) {
	t.Helper()
	clean, err := wire.Clean(frame, nil)
	m := wire.Decode(frame, meetingID, receivedAt)
	_, refused := m.(conference.RefusedMessage)
	_, passed := m.(conference.PassedMessage)
	if err != nil {
		if !refused && !passed {
			t.Errorf("not cleaned: %v", err)
		}
		return
	}
	var tree any
	if !json.Valid(clean) || bytes.ContainsAny(clean, "\r\n") {
		t.Errorf("no line of JSON: %s", clean)
	} else if d := json.NewDecoder(bytes.NewReader(clean)); true {
		d.UseNumber()
		if err := d.Decode(&tree); err != nil {
			t.Errorf("cleaned to %s: %v", clean, err)
		}
		checkClean(t, tree)
	}
	if again, err := wire.Clean(clean, nil); err != nil || !bytes.Equal(again, clean) {
		t.Errorf("cleaned again: %v\n%s\n%s", err, again, clean)
	}
	if refused {
		return
	}
	if got, want := withoutWithheld(dump(wire.Decode(clean, meetingID, receivedAt))), withoutWithheld(dump(m)); got != want {
		t.Errorf("decoded to\n%s\nwant\n%s", got, want)
	}
}

func withoutWithheld(dumped string) string {
	var b strings.Builder
	for line := range strings.Lines(dumped) {
		if !strings.HasPrefix(line, "withheld ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestAFrameThatIsNoObjectCannotBeCleaned(t *testing.T) {
	for _, frame := range []string{"", "null", "[]", `{"a":1`, `{"a":1}{}`, `{"a":01}`, `{"pwd":plantedSecretValue}`, strings.Repeat(" ", wire.MaxFrame) + "{}"} {
		if clean, err := wire.Clean([]byte(frame), nil); err == nil || strings.Contains(err.Error(), planted) {
			t.Errorf("%.20q: %s, %v", frame, clean, err)
		}
	}
}

// Whatever matches before matches after: a layout, the speakers and the participants name the same people in many ways.
// The numbers are too long to come about in a pseudonym.
func TestPseudonymsAreStableAndNamesOnScreensStillMatch(t *testing.T) {
	names := wire.NewNames()
	clean := func(format string, args ...any) []byte {
		t.Helper()
		frame, err := wire.Clean(fmt.Appendf(nil, format, args...), names)
		if err != nil {
			t.Fatal(err)
		}
		return frame
	}
	frames := [][]byte{
		clean(`{"action":"ConfDynamicInfoNotify","version":1,"multiPic":{"picNum":4,"picInfos":[{"index":1,"id":["p-maria"]},{"index":2,"id":"+99111240"},` +
			`{"index":3,"id":[31043104]},{"index":4,"id":["2072072","nobody"]}]}}`),
		clean(`{"action":"ParticipantsNotify","version":1,"data":[{"pid":"p-maria","pinfoMap":{"NAME":"Maria Rossi","account":"maria@example.com","rtcUserId":"p-maria"}},` +
			`{"pid":"p-room","pinfoMap":{"name":"Room Rossi","tel":"+99111240"}},{"pid":"p-east","pinfoMap":{"NAME":"East","M":"31043104","T":""}},{"pid":"p-west","pinfoMap":{"NAME":"West","t":2072072}}]}`),
		clean(`{"action":"SpeakerChangeNotify","version":1,"data":[{"pid":"p-maria","name":"Maria Rossi","speakingVolume":3}]}`),
		clean(`{"action":"CustomMultiPicNotify","version":1,"picInfos":[{"index":1,"picUserList":[{"userId":"p-maria"}]}],"picLayout":{"x":2,"y":1,"subPicLayoutInfoList":` +
			`[{"id":1,"left":0,"top":0,"xSize":1,"ySize":1},{"id":2,"left":1,"top":0,"xSize":1,"ySize":1}]},"portalPicInfos":[{"id":["p-maria"]}]}`),
		clean(`{"action":"ConfBasicInfoNotify","version":1,"title":"Maria's review","owner":"Maria Rossi","ownerID":"p-maria","displayID":"900487914","note":"{\"userName\":\"Maria Rossi\"}"}`),
	}
	for _, frame := range frames {
		for _, known := range []string{"aria", "Rossi", "+99111240", "31043104", "p-", "2072072"} {
			if bytes.Contains(frame, []byte(known)) {
				t.Errorf("%s is in %s", known, frame)
			}
		}
	}

	state, _, _ := conference.Apply(nil, conference.WatchMessage{About: conference.About{ConfID: meetingID, At: receivedAt}}, conference.DefaultPolicy)
	for _, frame := range frames {
		state, _, _ = conference.Apply(state, wire.Decode(frame, meetingID, receivedAt), conference.DefaultPolicy)
	}
	for i, name := range []string{"Maria Rossi", "Room Rossi", "East", "West"} {
		id := state.Status.Layout().Screens[i].IDs[0]
		if p := state.Find(id); p == nil || p.Name() != names.Person(name) {
			t.Errorf("screen %d names %q: %+v", i+1, id, p)
		}
	}
	maria := state.Find(names.ID("p-maria"))
	if !state.Speaking(maria.PID) || state.Speakers[0].Name != maria.Name() || state.Basic.Owner != maria.Name() || state.Basic.OwnerID != maria.PID {
		t.Errorf("speakers %+v, owner %q %q, want %q %q", state.Speakers, state.Basic.Owner, state.Basic.OwnerID, maria.Name(), maria.PID)
	}
	if state.Custom.Layout.Screens[0].IDs[0] != maria.PID || !strings.Contains(state.Custom.Unlisted["portalPicInfos"], maria.PID) || state.Custom.Grid == nil {
		t.Errorf("custom layout %+v", state.Custom)
	}
	if state.Basic.Title != names.Title("Maria's review") || state.Basic.DisplayID != "900487914" {
		t.Errorf("basic information %+v", state.Basic)
	}
	if state.Find("nobody") != nil || state.Find(names.ID("nobody")) != nil {
		t.Error("somebody was found who is not there")
	}
	if again := wire.NewNames(); again.Person("Maria Rossi") == names.Person("Maria Rossi") {
		t.Error("another key gives the same pseudonym")
	}
}

func TestBlankNamesAndNoNamesStayAsTheyAre(t *testing.T) {
	names := wire.NewNames()
	frame := []byte(`{"action":"ParticipantsNotify","version":1,"data":[{"pid":"p","pinfoMap":{"NAME":"","TEL":" ","ROLE":"1","M":null}}]}`)
	clean, err := wire.Clean(frame, names)
	if want := strings.Replace(string(frame), `"p",`, `"`+names.ID("p")+`",`, 1); err != nil || string(clean) != want {
		t.Errorf("%v: %s, want %s", err, clean, want)
	}
	var none *wire.Names
	if none.Person("Maria") != "Maria" || none.ID("1") != "1" || none.Title("Review") != "Review" || none.Group("East") != "East" {
		t.Error("no names replaced something")
	}
}

func FuzzClean(f *testing.F) {
	for _, path := range frameFiles(f) {
		frame, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		original := bytes.Clone(frame)
		checkCleaned(t, frame)
		if _, err := wire.Clean(frame, wire.NewNames()); (err == nil) != errorless(frame) {
			t.Errorf("names make a difference: %v", err)
		}
		checkExcerpt(t, wire.Outline(frame))
		if !bytes.Equal(frame, original) {
			t.Error("the frame was modified")
		}
	})
}

func errorless(frame []byte) bool {
	_, err := wire.Clean(frame, nil)
	return err == nil
}

func TestTheExcerptOfARefusedFrameHasNoSecret(t *testing.T) {
	long := strings.Repeat("x", 1000)
	cut := func(text string) string { return text[:399] + "…" }
	tests := []struct{ name, frame, want string }{
		{"JSON is cleaned", `{"pwd":"` + planted + `","lock":"on","joinUri":"a","action":"ConfDynamicInfoNotify","version":1,"url":"https://` + planted + `"}`,
			`{"lock":"on","action":"ConfDynamicInfoNotify","version":1}`},
		{"of what is no JSON only words of the protocol stay", `{"pwd":"` + planted + `","lock":1,"state":"Created", ` + planted, `{"…":"…","lock":…,"state":"Created", …`},
		{"quotes that slipped give nothing away", `{"lock: "` + planted + `", pwd": "` + planted + `" lock`, `{"lock: "…", …": "…" lock`},
		{"a long one is cut", `{"action":"ConfDynamicInfoNotify","lock":"` + long + `"}`, cut(`{"action":"ConfDynamicInfoNotify","lock":"` + long)},
		{"a long name is not looked through to its end", `{"action":"ConfDynamicInfoNotify","lock":[],"a":"` + long + `","b":"` + long + `","c":` + strings.Repeat("[", 9) + strings.Repeat("]", 9) + `}`,
			cut(`{"action":"ConfDynamicInfoNotify","lock":[],"a":"` + long)},
		{"it is one line", "{\"action\":\"ConfDynamicInfoNotify\",\n\"version\":1,\"lock\":\"a\\nb\u2028c\\u0085\"}", `{"action":"ConfDynamicInfoNotify","version":1,"lock":"a\nb c "}`},
		{"text of another kind", "<html>\n<body>502 Bad Gateway " + planted + "</body>", "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, refused := wire.Decode([]byte(tt.frame), meetingID, receivedAt).(conference.RefusedMessage)
			if !refused || m.Refusal.Excerpt != tt.want {
				t.Errorf("refused %t, excerpt\n%s\nwant\n%s", refused, m.Refusal.Excerpt, tt.want)
			}
			checkExcerpt(t, m.Refusal.Excerpt)
		})
	}
}

func TestTheErrorOfCleaningDoesNotQuoteTheFrame(t *testing.T) {
	_, err := wire.Clean([]byte(`{"`+strings.Repeat(planted, 20)+`":1}`), nil)
	if err == nil || strings.Contains(err.Error(), planted) {
		t.Errorf("%v", err)
	}
}
