package simulator

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// mirror is a client that believes every message: what it knows is what a status page can show.
type mirror struct {
	t        *testing.T
	conn     *connection
	people   map[string]map[string]string // Info by pid, keys in upper case
	waiting  map[string]map[string]string
	speakers []Speaker
	title    string
	counts   map[string]int // messages by type
	versions map[string][2]int64
}

// mirrored subscribes a client without a socket to a meeting.
func mirrored(t *testing.T, m *Meeting) *mirror {
	c := &mirror{
		t: t, conn: newConnection(nil, m), counts: map[string]int{}, versions: map[string][2]int64{},
		people: map[string]map[string]string{}, waiting: map[string]map[string]string{},
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.connections[c.conn] = supported
	for _, kind := range supported {
		m.pushFull(kind)
	}
	return c
}

// read takes every message that was sent.
func (c *mirror) read() {
	frames := c.conn.queue
	c.conn.queue = nil
	for _, sent := range frames {
		frame := sent.text
		if frame == nil {
			continue // the meeting has ended
		}
		var head struct {
			Action, Title string
			MsgMode       int
			Version       int64
			Data          json.RawMessage
		}
		if err := json.Unmarshal(frame, &head); err != nil {
			c.t.Fatal(err)
		}
		c.counts[head.Action]++
		last := c.versions[head.Action]
		if head.Version <= last[head.MsgMode] && head.Version != 1 { // a sequence starts again with each occurrence
			c.t.Errorf("version %d of mode %d after %d: %s", head.Version, head.MsgMode, last[head.MsgMode], frame)
		}
		last[head.MsgMode] = head.Version
		c.versions[head.Action] = last
		switch head.Action {
		case basicType:
			c.title = head.Title
		case participantsType:
			c.merge(c.people, head.MsgMode, head.Data)
		case waitingType:
			c.merge(c.waiting, head.MsgMode, head.Data)
		case speakersType:
			c.speakers = nil
			if len(head.Data) > 0 {
				c.decode(head.Data, &c.speakers)
			}
		}
	}
}

func (c *mirror) merge(into map[string]map[string]string, mode int, data []byte) {
	var entries []struct {
		PID      string
		Mode     int
		PinfoMap map[string]string
	}
	c.decode(data, &entries)
	if mode == fullMode {
		clear(into)
	}
	for _, e := range entries {
		if e.Mode == 1 {
			if into[e.PID] == nil {
				c.t.Errorf("%s leaves who is not there", e.PID)
			}
			delete(into, e.PID)
			continue
		}
		if into[e.PID] == nil {
			into[e.PID] = map[string]string{}
		}
		for key, value := range e.PinfoMap {
			into[e.PID][strings.ToUpper(key)] = value
		}
	}
}

func (c *mirror) decode(data []byte, into any) {
	if err := json.Unmarshal(data, into); err != nil {
		c.t.Fatal(err)
	}
}

// agrees checks that the client knows what the meeting knows.
func (c *mirror) agrees(m *Meeting) {
	c.t.Helper()
	for _, list := range []struct {
		name  string
		known map[string]map[string]string
		there []Participant
	}{{"participants", c.people, m.Participants()}, {"waiting", c.waiting, m.Waiting()}} {
		there := map[string]map[string]string{}
		for _, p := range list.there {
			there[p.PID] = map[string]string{}
			for key, value := range p.Info {
				there[p.PID][strings.ToUpper(key)] = value
			}
		}
		if !maps.EqualFunc(list.known, there, maps.Equal) {
			c.t.Fatalf("%s of %s known as\n%v, are\n%v", list.name, m.ConfID(), list.known, there)
		}
	}
	if !slices.Equal(c.speakers, m.Speakers()) || c.title != m.Title() {
		c.t.Fatalf("%s known as %q with the speakers %v, is %q with %v", m.ConfID(), c.title, c.speakers, m.Title(), m.Speakers())
	}
}

func TestClientThatBelievesEveryMessageKnowsTheMeeting(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	cloud := New(Config{Now: clock.now})
	cloud.Demo(5, 12)
	sent := map[string]int{}
	for _, cast := range cloud.casts {
		m := cast.meeting
		cast.actor.beat(m)
		client := mirrored(t, m)
		for range 150 {
			clock.pass(cast.actor.beat(m))
			client.read()
			if m.InProgress() { // an end says nothing about participants
				client.agrees(m)
			} else {
				clear(client.people)
				clear(client.waiting)
				client.speakers = nil
			}
		}
		for kind, n := range client.counts {
			sent[kind] += n
		}
	}
	for _, kind := range []string{basicType, statusType, participantsType, speakersType, waitingType, geometryType, networkQualityType} {
		if sent[kind] == 0 {
			t.Errorf("no %s among %v", kind, sent)
		}
	}
}

func TestDemonstrationSendsAFewMessagesASecondForADozenMeetings(t *testing.T) {
	clock := &clock{t: time.UnixMilli(1_700_000_000_000)}
	cloud := New(Config{Now: clock.now})
	cloud.Demo(1, 12)
	const length = 5 * time.Minute
	messages := 0
	for _, cast := range cloud.casts {
		for left := length; left > 0; { // also those that do not start for a while
			left -= cast.actor.beat(cast.meeting)
			if cast.meeting.InProgress() {
				break
			}
		}
		client := mirrored(t, cast.meeting)
		client.read()
		before := total(client.counts)
		for left := length; left > 0; {
			wait := cast.actor.beat(cast.meeting)
			left -= wait
			clock.pass(wait)
			client.read()
		}
		messages += total(client.counts) - before
	}
	if rate := float64(messages) / length.Seconds(); rate < 2 || rate > 8 {
		t.Errorf("%.1f messages a second", rate)
	}
}

func total(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

func TestParticipantsOfMadeUpMeetingsArePlausible(t *testing.T) {
	cloud := New(Config{})
	cloud.Demo(3, 40)
	seen := map[string]bool{}
	for _, cast := range cloud.casts[1:] {
		m := cast.meeting
		for range 60 {
			cast.actor.beat(m)
			if !m.InProgress() {
				continue
			}
			there := m.Participants()
			if len(there) < fewest || len(there) > most {
				t.Fatalf("%d participants", len(there))
			}
			hosts, named := 0, map[string]int{}
			for _, p := range there {
				if p.Info["NAME"] == "" || p.Info["ADDTIME"] == "" || p.PID == "" {
					t.Fatalf("participant %+v", p)
				}
				if p.Info["ROLE"] == "1" {
					hosts++
				}
				for _, key := range []string{"BROADCAST", "ROLLCALL", "SHARE"} {
					if p.Info[key] == "1" {
						named[key]++
					}
				}
				for key, value := range map[string]string{"STATE": "1", "HAND": "1", "MUTE": "1", "VIDEO": "0", "ANONYMOUS": "1", "isCohost": "1"} {
					if p.Info[key] == value {
						seen[key] = true
					}
				}
			}
			if hosts != 1 {
				t.Fatalf("%d hosts", hosts)
			}
			mode := m.Field("mode")
			for _, key := range []string{"BROADCAST", "ROLLCALL"} {
				if want := map[bool]int{true: 1, false: 0}[mode == key]; named[key] != want {
					t.Fatalf("%d participants are named by %s in mode %s", named[key], key, mode)
				}
			}
			if named["SHARE"] > 1 {
				t.Fatalf("%d participants present", named["SHARE"])
			}
			for i, s := range m.Speakers() {
				if s.Name == "" || s.Volume < 1 || s.Volume > 100 || i > 2 || i > 0 && s.Volume > m.Speakers()[i-1].Volume {
					t.Fatalf("speakers %v", m.Speakers())
				}
			}
		}
	}
	if len(seen) != 6 {
		t.Errorf("only these differ from the usual: %v", slices.Sorted(maps.Keys(seen)))
	}
}
