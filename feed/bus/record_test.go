package bus

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/line"
	"confboard/feed/timeline"
)

func TestARecordComesBackAsItWas(t *testing.T) {
	w := &world{}
	s := w.source(first)
	history := timeline.NewHistory(timeline.DefaultLimits)
	var state *conference.State
	messages := s.begin()
	for range 500 {
		messages = append(messages, s.next()...)
	}
	for n, m := range messages {
		var change conference.Change
		state, change, _ = conference.Apply(state, m, conference.DefaultPolicy)
		l, ok := line.Of(m, nil)
		if !ok {
			t.Fatalf("%T has no line", m)
		}
		entries := history.Keep(change)
		in := written{head: head{Member: "a", Epoch: 3, Number: uint64(n + 2)}, Previous: uint64(n + 1), Line: &l, Rows: rowsOf(entries)}
		body, err := encode(&in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := decode(body, first)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		if in.Format = format; out.head != in.head || out.previous != in.Previous || !reflect.DeepEqual(out.message, m) || len(out.entries) != len(entries) {
			t.Fatalf("%#v came back as %#v", m, out)
		}
	}
	text, err := line.WriteState(state, false)
	if err != nil {
		t.Fatal(err)
	}
	body, err := encode(&written{head: head{Member: "a", Epoch: 3, Number: 9}, state: text, Rows: rowsOf(history.Entries(first))})
	if err != nil {
		t.Fatal(err)
	}
	if body[0] != packed {
		t.Errorf("%d bytes are not packed", len(body))
	}
	out, err := decode(body, first)
	if err != nil || !reflect.DeepEqual(out.state, state) {
		t.Errorf("the state came back as another, error %v", err)
	}
	if out != nil && len(out.entries) != len(history.Entries(first)) {
		t.Errorf("%d entries of %d", len(out.entries), len(history.Entries(first)))
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	const begin = `{"v":1,"by":"a","epoch":3,"n":9,`
	const all = `{"v":1,"by":"a","epoch":3,"n":9}` + "\n"
	const state = "\n" + `{"format":1,"confID":"900487914","occurrence":1,"link":{"state":"live"}}`
	for name, c := range map[string]struct {
		body string
		want error
	}{
		"nothing":               {"", errRecord},
		"no JSON":               {"{", errRecord},
		"another kind of JSON":  {"[]", errRecord},
		"a newer version":       {`{"v":2,"line":7}`, errFormat},
		"no version":            {`{"by":"a","epoch":3,"n":9}`, errRecord},
		"nobody's":              {`{"v":1,"epoch":3,"n":9}` + state, errRecord},
		"of no epoch":           {`{"v":1,"by":"a","n":9}` + state, errRecord},
		"without a number":      {`{"v":1,"by":"a","epoch":3}` + state, errRecord},
		"nothing in it":         {begin + `"after":8}`, errRecord},
		"a line that is none":   {begin + `"after":8,"line":{}}`, errRecord},
		"two things in a line":  {begin + `"after":8,"line":{"at":"2026-03-02T09:00:00Z","confID":"900487914","unwatch":true,"watch":{}}}`, errRecord},
		"a line of another":     {begin + `"after":8,"line":{"at":"2026-03-02T09:00:00Z","confID":"1","unwatch":true}}`, errMeeting},
		"a state of another":    {all + `{"format":1,"confID":"1","occurrence":1,"link":{"state":"live"}}`, errMeeting},
		"a state that is none":  {all + `{"format":1}`, errRecord},
		"before the one before": {begin + `"after":9,"line":{"at":"2026-03-02T09:00:00Z","confID":"900487914","unwatch":true}}`, errRecord},
		"too many rows":         {begin + `"after":8,"rows":[` + strings.Repeat("{},", maxRows) + `{}]}`, errRecord},
		"packed too large":      {"s\xff\xff\xff\xff\x0f", errRecord},
		"packed badly":          {"s\x05\x01", errRecord},
		"a good one":            {begin + `"whatElse":1}` + state, nil},
		"gone":                  {begin + `"gone":true}`, nil},
	} {
		if _, err := decode([]byte(c.body), first); !errors.Is(err, c.want) || err != nil && c.want == nil {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// Whatever is published on the subject of a meeting, a reader takes it or leaves it.
func FuzzARecord(f *testing.F) {
	f.Add([]byte(`{"v":1,"by":"a","epoch":3,"n":9,"after":8,"line":{"at":"2026-03-02T09:00:00Z","confID":"900487914","link":{"event":"echo"}},"rows":[{"seq":1,"kind":"status","body":{}}]}`))
	f.Add([]byte(`{"v":1,"by":"a","epoch":3,"n":9}` + "\n" + `{"format":1,"confID":"900487914","occurrence":1,"link":{"state":"live"}}`))
	f.Add([]byte("s\x05\x01"))
	f.Fuzz(func(t *testing.T, body []byte) {
		rec, err := decode(body, first)
		if err != nil {
			return
		}
		state := rec.state
		if state == nil {
			state, _, _ = conference.Apply(nil, conference.WatchMessage{About: conference.About{ConfID: first, At: start}}, conference.DefaultPolicy)
		}
		if rec.message != nil {
			state, _, _ = conference.Apply(state, rec.message, conference.DefaultPolicy)
		}
		if state == nil {
			return
		}
		for _, brief := range []bool{true, false} { // what was taken can be told again
			text, err := line.WriteState(state, brief)
			if err != nil {
				t.Fatal(err)
			}
			again, err := encode(&written{head: rec.head, state: text, Rows: rowsOf(rec.entries)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := decode(again, first); err != nil {
				t.Fatalf("%v: %s", err, again)
			}
		}
	})
}
