package simulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// subscribedTo opens a connection that has subscribed to the types; the full messages are to be read next.
func (s *served) subscribedTo(types ...string) *websocket.Conn {
	s.t.Helper()
	data := s.control()
	socket := s.open(data["tmpWsToken"].(string))
	s.send(socket, "Subscribe", seq, subscribeData(data["token"].(string), types...))
	if answer, ok := s.next(socket); !ok || answer["data"].(map[string]any)["returnCode"] != 0.0 {
		s.t.Fatalf("answer to the subscription: %v", answer)
	}
	return socket
}

// sent returns what a frame says, without what is its own in the envelope.
func sent(frame map[string]any) string {
	for _, name := range []string{"confID", "msgID", "version", "createTime"} {
		delete(frame, name)
	}
	return string(encode(frame))
}

func TestSubscriptionBringsAFullMessageOfEachTypeThatHasSomethingToSay(t *testing.T) {
	bare := func(*Meeting) {}
	laidOut := func(m *Meeting) {
		m.Set(map[string]any{"multiPic": boardSpotlight()})
		m.SetLayoutGeometry(OneLarge(6))
	}
	for _, c := range []struct {
		name  string
		setUp func(*Meeting)
		types []string
		want  []string
	}{
		{"of the status alone", bare, []string{statusType}, []string{statusType}},
		{"of every type but the geometry that nobody set", bare, supported, []string{basicType, statusType, participantsType, speakersType, waitingType}},
		{"of every type", laidOut, supported, []string{basicType, statusType, participantsType, speakersType, waitingType, geometryType}},
		{"not of a geometry that was set for another layout", func(m *Meeting) { laidOut(m); m.Set(map[string]any{"multiPic": boardLayout(false)}) }, []string{geometryType}, nil},
		{"not of a geometry that was taken back", func(m *Meeting) { laidOut(m); m.SetLayoutGeometry(Geometry{}) }, []string{geometryType}, nil},
		{"in the cloud's order, not in that of the request", bare, []string{participantsType, basicType}, []string{basicType, participantsType}},
		{"not of a type that is withheld", func(m *Meeting) { m.WithholdFull(participantsType) }, []string{statusType, participantsType}, []string{statusType}},
		{"not of a type that is never sent", bare, []string{"AttendeesNotify"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, Config{})
			s.m.Start()
			c.setUp(s.m)
			socket := s.subscribedTo(c.types...)
			s.send(socket, "HeartBeat", seq, "") // its echo is the end of what the subscription brings
			var got []string
			for {
				frame, ok := s.next(socket)
				if !ok || frame["action"] == "HeartBeat" {
					break
				}
				if frame["msgMode"] != 0.0 || frame["version"] != frame["createTime"] {
					t.Errorf("not a full message: %v", frame)
				}
				got = append(got, frame["action"].(string))
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("brings %v, want %v", got, c.want)
			}
		})
	}
}

func TestPushesGoToThoseWhoSubscribedToTheirType(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	status, people := s.subscribedTo(statusType), s.subscribedTo(participantsType)
	s.next(status)
	s.next(people)
	s.m.Join(Participant{PID: "p"})
	s.m.Set(map[string]any{"lock": 1})
	s.m.Push("BrandNewNotify", 0, map[string]any{"version": "7"})
	for _, c := range []struct {
		name    string
		socket  *websocket.Conn
		actions []string
	}{
		{"the subscriber of the status", status, []string{statusType, "BrandNewNotify"}},
		{"the subscriber of participants", people, []string{participantsType, "BrandNewNotify"}},
	} {
		for _, want := range c.actions {
			frame, _ := s.next(c.socket)
			if frame["action"] != want {
				t.Errorf("%s got %v, want %s", c.name, frame, want)
			}
			if want == "BrandNewNotify" && (frame["version"] != "7" || frame["confID"] != id) {
				t.Errorf("envelope of %v, want the given version and the rest of ours", frame)
			}
		}
	}
}

func TestEachTypeHasItsOwnVersionsAndEachMessageItsOwnID(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	s := serve(t, Config{Now: clock.now})
	s.m.Start()
	socket := s.subscribedTo(statusType, participantsType, speakersType)
	for range 3 {
		s.next(socket)
	}
	s.m.Set(map[string]any{"lock": 1})
	s.m.Join(Participant{PID: "p"})
	s.m.Join(Participant{PID: "q"})
	s.m.Speak(Speaker{PID: "p"})
	s.m.Set(map[string]any{"lock": 0})
	s.m.Speak()
	s.m.PushFull(participantsType)
	s.m.Leave("q")
	ids := map[any]bool{}
	var got []string
	for range 8 {
		frame, _ := s.next(socket)
		ids[frame["msgID"]] = true
		version := frame["version"].(float64)
		if frame["msgMode"] == 0.0 {
			version -= 1_700_000_000_000
		}
		got = append(got, fmt.Sprint(frame["action"].(string)[:4], frame["msgMode"], " ", version))
	}
	// The subscription brought the full ones of version 0 each.
	want := "Conf1 1, Part1 1, Part1 2, Spea0 1, Conf1 2, Spea0 2, Part0 2, Part1 3"
	if strings.Join(got, ", ") != want {
		t.Errorf("versions %v, want %s", got, want)
	}
	if len(ids) != 8 {
		t.Errorf("%d msgIDs of 8 messages", len(ids))
	}
}

func TestWhatIsDoneToAMeetingIsPushed(t *testing.T) {
	host := Participant{PID: "h", Info: map[string]string{"NAME": "张伟", "ROLE": "1", "isCohost": "0"}}
	room := Participant{PID: "r", Info: map[string]string{"NAME": "Lab <2>", "HAND": "0", "SHARE": "0"}}
	for _, c := range []struct {
		name  string
		kind  string
		setUp func(*Meeting)
		do    func(*Meeting)
		want  string // of the one message; empty for none
	}{
		{"somebody joins", participantsType, nil, func(m *Meeting) { m.Join(host) },
			`{"action":"ParticipantsNotify","data":[{"mode":0,"pid":"h","pinfoMap":{"NAME":"张伟","ROLE":"1","isCohost":"0"}}],"msgMode":1}`},
		{"keys change, and only those are pushed", participantsType, func(m *Meeting) { m.Join(room) },
			func(m *Meeting) { m.Update("r", map[string]string{"NAME": "Lab <2>", "HAND": "1", "T": "7"}) },
			`{"action":"ParticipantsNotify","data":[{"mode":0,"pid":"r","pinfoMap":{"HAND":"1","T":"7"}}],"msgMode":1}`},
		{"nothing changes", participantsType, func(m *Meeting) { m.Join(room) }, func(m *Meeting) { m.Update("r", map[string]string{"HAND": "0"}) }, ""},
		{"somebody changes who is not there", participantsType, nil, func(m *Meeting) { m.Update("x", map[string]string{"HAND": "1"}) }, ""},
		{"somebody leaves", participantsType, func(m *Meeting) { m.Join(room) }, func(m *Meeting) { m.Leave("r") },
			`{"action":"ParticipantsNotify","data":[{"mode":1,"pid":"r"}],"msgMode":1}`},
		{"somebody leaves who is not there", participantsType, nil, func(m *Meeting) { m.Leave("x") }, ""},
		{"keys of the reference are in lower case in every third message", participantsType, func(m *Meeting) { m.Join(host); m.Join(room) },
			func(m *Meeting) { m.Update("r", map[string]string{"HAND": "1", "isCohost": "1"}) },
			`{"action":"ParticipantsNotify","data":[{"mode":0,"pid":"r","pinfoMap":{"hand":"1","isCohost":"1"}}],"msgMode":1}`},
		{"a mark moves, in one message", participantsType, func(m *Meeting) { m.Join(host); m.Join(room); m.Mark("SHARE", "r") },
			func(m *Meeting) { m.Mark("SHARE", "h") },
			`{"action":"ParticipantsNotify","data":[{"mode":0,"pid":"h","pinfoMap":{"SHARE":"1"}},{"mode":0,"pid":"r","pinfoMap":{"SHARE":"0"}}],"msgMode":1}`},
		{"a mark is taken back that nobody has", participantsType, func(m *Meeting) { m.Join(room) }, func(m *Meeting) { m.Mark("SHARE", "") }, ""},
		{"a full message of the participants", participantsType, func(m *Meeting) { m.Join(host); m.Join(room); m.Join(Participant{PID: "q", Info: room.Info}) },
			func(m *Meeting) { m.PushFull(participantsType) },
			`{"action":"ParticipantsNotify","data":[{"mode":0,"pid":"h","pinfoMap":{"NAME":"张伟","ROLE":"1","isCohost":"0"}},` +
				`{"mode":0,"pid":"r","pinfoMap":{"HAND":"0","NAME":"Lab \u003c2\u003e","SHARE":"0"}},` +
				`{"mode":0,"pid":"q","pinfoMap":{"hand":"0","name":"Lab \u003c2\u003e","share":"0"}}],"msgMode":0}`},
		{"a full message of nobody", participantsType, nil, func(m *Meeting) { m.PushFull(participantsType) },
			`{"action":"ParticipantsNotify","data":[],"msgMode":0}`},
		{"somebody speaks, with the name of the participant", speakersType, func(m *Meeting) { m.Join(host) },
			func(m *Meeting) { m.Speak(Speaker{PID: "h", Volume: 45}, Speaker{PID: "x", Name: "X", Volume: 3}) },
			`{"action":"SpeakerChangeNotify","data":[{"name":"张伟","pid":"h","speakingVolume":45},{"name":"X","pid":"x","speakingVolume":3}],"msgMode":0}`},
		{"nobody speaks", speakersType, nil, func(m *Meeting) { m.Speak() }, `{"action":"SpeakerChangeNotify","msgMode":0}`},
		{"a speaker leaves", speakersType, func(m *Meeting) { m.Join(host); m.Speak(Speaker{PID: "h"}) }, func(m *Meeting) { m.Leave("h") },
			`{"action":"SpeakerChangeNotify","msgMode":0}`},
		{"another leaves", speakersType, func(m *Meeting) { m.Join(host); m.Join(room); m.Speak(Speaker{PID: "h"}) }, func(m *Meeting) { m.Leave("r") }, ""},
		{"somebody waits", waitingType, nil, func(m *Meeting) { m.Wait(room) },
			`{"action":"WaitingListNotify","data":[{"mode":0,"pid":"r","pinfoMap":{"hand":"0","name":"Lab \u003c2\u003e","share":"0"}}],"msgMode":1}`},
		{"somebody who waits is let in", waitingType, func(m *Meeting) { m.Wait(room) }, func(m *Meeting) { m.Admit("r") },
			`{"action":"WaitingListNotify","data":[{"delType":1,"mode":1,"pid":"r"}],"msgMode":1}`},
		{"somebody who waits goes", waitingType, func(m *Meeting) { m.Wait(room) }, func(m *Meeting) { m.Dismiss("r") },
			`{"action":"WaitingListNotify","data":[{"delType":0,"mode":1,"pid":"r"}],"msgMode":1}`},
		{"nobody waits who could be let in", waitingType, nil, func(m *Meeting) { m.Admit("r"); m.Dismiss("r") }, ""},
		{"a field of the basic information changes", basicType, nil, func(m *Meeting) {
			m.mu.Lock()
			clear(m.basic)
			m.mu.Unlock()
			m.SetBasic(map[string]any{"title": "Budget"})
		}, `{"action":"ConfBasicInfoNotify","msgMode":0,"title":"Budget"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, Config{})
			s.m.Start()
			if c.setUp != nil {
				c.setUp(s.m)
			}
			socket := s.subscribedTo(c.kind)
			s.next(socket) // the full message
			c.do(s.m)
			s.m.PushRaw([]byte(`{"action":"end"}`))
			frame, _ := s.next(socket)
			if frame["action"] == "end" {
				frame = nil
			} else if next, _ := s.next(socket); next["action"] != "end" {
				t.Errorf("pushed %v besides", next)
			}
			switch {
			case frame == nil && c.want != "":
				t.Error("nothing is pushed")
			case frame != nil && sent(frame) != c.want:
				t.Errorf("pushed\n%s, want\n%s", encode(frame), c.want)
			}
		})
	}
}

func TestBasicInformationHasWhatTheReferenceListsAndTheSecretsOfTheMeeting(t *testing.T) {
	cloud := New(Config{Now: func() time.Time { return time.UnixMilli(1_700_000_000_000) }})
	m := cloud.Add(MeetingConfig{ConfID: id, HostPassword: pass, Title: "安全例会"})
	m.Start()
	text := string(encode(m.whole(basicType)))
	for _, want := range []string{
		`"displayID":"900487914"`, `"title":"安全例会"`, `"startTime":"1700000000000"`, `"scheduledStartTime":"1700000000000"`, `"recType":`, `"media":`,
		`"owner":`, `"ownerID":`, `"userType":`, `"supportWatermark":`, `"callInRestriction":`, `"confMode":`, `"pwds":[{"conferenceRole":"chair","password":"135790"}`, `"guestJoinUri":"https://`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	text += string(encode(m.listed(true)))
	for _, secret := range m.Secrets() {
		if secret == "" || !strings.Contains(text, secret) {
			t.Errorf("the secret %q is in neither of them nor in the lists", secret)
		}
	}
	if m.Title() != "安全例会" {
		t.Errorf("titled %q", m.Title())
	}
}

func TestGeometryDescribesThePresentLayoutTwice(t *testing.T) {
	m := New(Config{}).Add(MeetingConfig{ConfID: id})
	m.Start()
	m.Set(map[string]any{"mode": "FIXED", "multiPic": boardSpotlight()})
	m.SetLayoutGeometry(OneLarge(6))
	var got struct {
		Mode                 string
		PicNum, PortalPicNum int
		PicInfos             []struct{ PicUserList []struct{ UserID string } }
		PicLayout            Geometry
	}
	if err := json.Unmarshal(encode(m.whole(geometryType)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Mode != "FIXED" || got.PicNum != 6 || got.PortalPicNum != 6 || len(got.PicInfos) != 6 || got.PicInfos[2].PicUserList[1].UserID != legal {
		t.Errorf("described as %+v", got)
	}
	if !slices.Equal(got.PicLayout.Places, OneLarge(6).Places) {
		t.Errorf("laid out as %+v", got.PicLayout)
	}
}

func TestGeometryWithOneLargeScreenCoversEachCellOnce(t *testing.T) {
	for _, n := range []int{4, 6, 8, 10, 16} {
		g := OneLarge(n)
		covered := map[[2]int]int{}
		for i, p := range g.Places {
			if p.Screen != i+1 {
				t.Errorf("of %d: place %d is of screen %d", n, i, p.Screen)
			}
			for x := range p.XSize {
				for y := range p.YSize {
					covered[[2]int{p.Left + x, p.Top + y}]++
				}
			}
		}
		if len(g.Places) != n || len(covered) != g.X*g.Y {
			t.Errorf("of %d: %d places cover %d of %d cells", n, len(g.Places), len(covered), g.X*g.Y)
		}
		for cell, times := range covered {
			if times != 1 || cell[0] >= g.X || cell[1] >= g.Y {
				t.Errorf("of %d: cell %v is covered %d times", n, cell, times)
			}
		}
	}
}

func TestEmptyRawFrameIsAFrame(t *testing.T) {
	m := New(Config{}).Add(MeetingConfig{ConfID: id})
	m.Start()
	conn := newConnection(nil, m)
	m.connections[conn] = supported
	m.PushRaw(nil)
	if frame, _, _ := conn.look(time.Now()); frame.text == nil {
		t.Error("it closes the connection")
	}
}

func TestEndOfAMeetingRemovesEverybody(t *testing.T) {
	m := New(Config{}).Add(MeetingConfig{ConfID: id})
	m.Join(Participant{PID: "early"})
	m.Start()
	if got := m.Participants(); len(got) != 1 {
		t.Errorf("%v are there at the start, want who joined before it", got)
	}
	m.Speak(Speaker{PID: "early"})
	m.Wait(Participant{PID: "w"})
	m.End()
	m.Start()
	if p, s, w := m.Participants(), m.Speakers(), m.Waiting(); len(p)+len(s)+len(w) > 0 {
		t.Errorf("the next occurrence begins with %v, %v, %v", p, s, w)
	}
}
