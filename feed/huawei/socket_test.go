package huawei_test

import (
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/feed/simulator"
)

const fullStatus = `{"state":"Created","lock":1,"action":"ConfDynamicInfoNotify","confID":"900487914","msgID":"f","msgMode":0,"version":1611993595043,"createTime":1611993595043}`

// odd is a cloud whose connections behave as f does, in place of the simulated cloud's own. f gets each request of the client.
func odd(f func(socket *websocket.Conn, action, sequence string)) *simulator.Cloud {
	cloud := running(simulator.Config{})
	cloud.Wrap(answering(connectionPath, func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{}
		socket, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer socket.Close()
		for {
			var req struct{ Action, Sequence string }
			if socket.ReadJSON(&req) != nil {
				return
			}
			f(socket, req.Action, req.Sequence)
		}
	}))
	return cloud
}

func answer(socket *websocket.Conn, action, sequence string) {
	_ = socket.WriteJSON(map[string]any{"action": action, "sequence": sequence, "data": map[string]any{"returnCode": 0}})
}

func TestPushesBeforeTheAnswerToTheSubscriptionAreNotLost(t *testing.T) {
	b := start(t, odd(func(socket *websocket.Conn, action, sequence string) {
		if action == "Subscribe" {
			_ = socket.WriteMessage(websocket.TextMessage, []byte(fullStatus))
			answer(socket, "HeartBeat", "00000000000000000001")
			answer(socket, action, "99999999999999999999") // to nothing that was asked
			answer(socket, action, sequence)
		}
	}), patient, nil)
	b.untilLink(conference.Live)
	b.untilField(conference.Lock, 1)
}

func TestBinaryFramesAreTakenAsText(t *testing.T) {
	b := start(t, odd(func(socket *websocket.Conn, action, sequence string) {
		if action == "Subscribe" {
			text, _ := json.Marshal(map[string]any{"action": action, "sequence": sequence, "data": `{"returnCode":"0"}`})
			_ = socket.WriteMessage(websocket.BinaryMessage, text)
			_ = socket.WriteMessage(websocket.BinaryMessage, []byte(fullStatus))
		}
	}), patient, nil)
	b.untilLink(conference.Live)
}

func TestAnswerWithAnotherSequenceIsNoEcho(t *testing.T) {
	b := start(t, odd(func(socket *websocket.Conn, action, sequence string) {
		if action == "Subscribe" {
			answer(socket, action, sequence)
			_ = socket.WriteMessage(websocket.TextMessage, []byte(fullStatus))
			return
		}
		answer(socket, action, "000000000000000000000000000001")
	}), brief, nil)
	b.until("given up", func() bool { return b.state() != nil && b.state().Link.Reason == conference.ReasonNoEcho })
	if n := b.sink.count(conference.LinkEcho); n != 0 {
		t.Errorf("%d echoes", n)
	}
}

func TestSilentConnectionWithoutAFullStatusIsAskedAgain(t *testing.T) {
	var subscribes atomic.Int64
	b := start(t, odd(func(socket *websocket.Conn, action, sequence string) {
		if action == "Subscribe" {
			answer(socket, action, sequence)
			if subscribes.Add(1) == 3 {
				_ = socket.WriteMessage(websocket.TextMessage, []byte(fullStatus))
			}
		}
	}), patient, func(c *huawei.Config) { c.Delays.AskMin, c.Delays.AskMax = time.Millisecond, time.Millisecond })
	b.untilLink(conference.Live)
	if n := b.sink.count(conference.LinkUp); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestEndOfContextIsQuick(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices that the client has gone
		<-r.Context().Done()
	}
	for _, c := range []struct {
		name  string
		cloud func(reached chan<- struct{}) *simulator.Cloud
	}{
		{"while a call hangs", func(reached chan<- struct{}) *simulator.Cloud {
			cloud := running(simulator.Config{})
			cloud.Wrap(answering(controlTokenPath, func(w http.ResponseWriter, r *http.Request) { reached <- struct{}{}; hang(w, r) }))
			return cloud
		}},
		{"while the opening of the connection hangs", func(reached chan<- struct{}) *simulator.Cloud {
			cloud := running(simulator.Config{})
			cloud.Wrap(answering(connectionPath, func(w http.ResponseWriter, r *http.Request) { reached <- struct{}{}; hang(w, r) }))
			return cloud
		}},
		{"while the subscription is not answered", func(reached chan<- struct{}) *simulator.Cloud {
			return odd(func(*websocket.Conn, string, string) { reached <- struct{}{} })
		}},
		{"on an open connection", func(reached chan<- struct{}) *simulator.Cloud {
			return odd(func(socket *websocket.Conn, action, sequence string) {
				answer(socket, action, sequence)
				if action == "HeartBeat" {
					reached <- struct{}{}
				}
			})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			reached := make(chan struct{}, 10)
			b := start(t, c.cloud(reached), patient, func(c *huawei.Config) { c.Delays.Limit = time.Hour }) // it would wait for nothing else
			<-reached
			b.stop()
		})
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	meeting := func(id conference.ConfID) huawei.Meeting {
		return huawei.Meeting{ConfID: id, HostPassword: conference.NewSecret("x")}
	}
	for _, c := range []struct {
		name   string
		config huawei.Config
		ok     bool
	}{
		{"complete", huawei.Config{Endpoint: "https://example.com", Meetings: []huawei.Meeting{meeting("1"), meeting("2")}}, true},
		{"no meetings", huawei.Config{Endpoint: "https://example.com"}, true},
		{"no endpoint", huawei.Config{}, false},
		{"unencrypted endpoint", huawei.Config{Endpoint: "http://example.com"}, false},
		{"an ID that is none", huawei.Config{Endpoint: "https://example.com", Meetings: []huawei.Meeting{meeting("a b")}}, false},
		{"an ID twice", huawei.Config{Endpoint: "https://example.com", Meetings: []huawei.Meeting{meeting("1"), meeting("1")}}, false},
		{"a negative heartbeat", huawei.Config{Endpoint: "https://example.com", Heartbeat: -1}, false},
		{"a negative pace", huawei.Config{Endpoint: "https://example.com", CallsPerMinute: -1}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := huawei.New(c.config); (err == nil) != c.ok {
				t.Errorf("New: %v, want ok %v", err, c.ok)
			}
		})
	}
}
