package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/gorilla/websocket"
)

func TestFrameIsCutInItsMiddle(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.cloud.Inject(CutMidFrame)
	kind, r, err := socket.NextReader()
	if err != nil || kind != websocket.TextMessage {
		t.Fatalf("kind %d, %v", kind, err)
	}
	if part, err := io.ReadAll(r); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) || len(part) == 0 || json.Valid(part) {
		t.Errorf("read %q, %v", part, err)
	}
	again := s.subscribed() // is answered: answers are no pushes
	if frame, ok := s.next(again); ok {
		t.Errorf("pushed whole: %v", frame)
	}
	s.cloud.Clear()
	s.next(s.subscribed())
}

func TestGarbageIsSentBesideWhatIsTrue(t *testing.T) {
	s := serve(t, Config{})
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.m.Inject(GarbageFrames)
	s.m.Set(map[string]any{"lock": 1})
	invalid, wrong := 0, 0
	for range len(s.m.garbage()) + 1 {
		_, text, err := socket.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if json.Valid(text) {
			wrong++
		} else {
			invalid++
		}
	}
	if invalid < 2 || wrong < 4 {
		t.Errorf("%d frames are no JSON, %d are wrong", invalid, wrong)
	}
	if frame, _ := s.next(socket); frame["lock"] != 1.0 || frame["version"] != 1.0 {
		t.Errorf("pushed %v", frame)
	}
}

func TestLargeFramesFollowSubscriptions(t *testing.T) {
	for _, c := range []struct {
		fault      Fault
		size       int64
		compressed bool // on the wire
	}{{OversizedFrames, 8 << 20, true}, {HugeFrames, 32 << 20, false}} {
		t.Run(c.fault.String(), func(t *testing.T) {
			s := serve(t, Config{})
			s.m.Start()
			first := s.subscribed()
			s.next(first)
			s.cloud.Inject(c.fault)
			data := s.control()
			second := s.openWith(&websocket.Dialer{EnableCompression: true}, data["tmpWsToken"].(string))
			s.send(second, "Subscribe", seq, subscribeData(data["token"].(string), statusType))
			s.next(second) // the answer
			s.next(second) // the full message
			second.SetReadLimit(c.size)
			for _, socket := range []*websocket.Conn{first, second} {
				var n int64
				_, r, err := socket.NextReader()
				if err == nil {
					n, err = io.Copy(io.Discard, r)
				}
				if tooLarge := errors.Is(err, websocket.ErrReadLimit); tooLarge != (socket == second && !c.compressed) || !tooLarge && (err != nil || n <= c.size) {
					t.Errorf("%d bytes, %v", n, err)
				}
			}
			s.cloud.Clear()
			if s.cloud.frame != nil {
				t.Error("the frame is kept")
			}
		})
	}
}

// heard makes three changes of the status while a fault is on, clears it, and returns what each frame says of them.
func (s *served) heard(fault Fault, clear bool) (all []string) {
	s.t.Helper()
	s.m.Start()
	socket := s.subscribed()
	s.next(socket)
	s.m.Inject(fault)
	for _, field := range []string{"lock", "recState", "forbiddenChat"} {
		s.m.Set(map[string]any{field: 1})
	}
	if clear {
		s.m.Clear()
	}
	s.m.PushRaw([]byte(`{"action":"end"}`))
	for {
		frame, ok := s.next(socket)
		if !ok {
			s.t.Fatal("closed")
		}
		if frame["action"] == "end" {
			return all
		}
		said := fmt.Sprint(frame["version"])
		if frame["msgMode"] == 0.0 {
			said = "full"
		}
		for _, field := range []string{"lock", "recState", "forbiddenChat"} {
			if frame[field] == 1.0 {
				said += " " + field
			}
		}
		all = append(all, said)
	}
}

func TestFaultsOfTheOrderOfFrames(t *testing.T) {
	for _, c := range []struct {
		fault  Fault
		clear  bool
		pushed []string
	}{
		{DuplicatedFrames, true, []string{"1 lock", "1 lock", "2 recState", "2 recState", "3 forbiddenChat", "3 forbiddenChat"}},
		{ReorderedIncrements, false, []string{"2 recState", "1 lock"}},
		{ReorderedIncrements, true, []string{"2 recState", "1 lock", "3 forbiddenChat", "full lock recState forbiddenChat"}},
		{MissingIncrements, false, []string{"2 recState"}},
		{MissingIncrements, true, []string{"2 recState", "full lock recState forbiddenChat"}},
	} {
		t.Run(fmt.Sprint(c.fault, ", cleared ", c.clear), func(t *testing.T) {
			if got := serve(t, Config{}).heard(c.fault, c.clear); !slices.Equal(got, c.pushed) {
				t.Errorf("pushed %q, want %q", got, c.pushed)
			}
		})
	}
}
