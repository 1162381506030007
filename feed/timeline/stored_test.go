package timeline_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
)

// filled sets every field below v to something that is not its zero value.
func filled(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(start.Add(minute)))
		return
	case conference.Field:
		v.Set(reflect.ValueOf(conference.Lock))
		return
	case conference.Value:
		v.Set(reflect.ValueOf(conference.Value{Presence: conference.Known, Int: 7, Text: "seven"}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("said")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint64, reflect.Uint8:
		v.SetUint(3)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		filled(t, v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			filled(t, v.Field(i))
		}
	default:
		t.Fatalf("a %s: say here how it is filled", v.Type())
	}
}

// A field that is added to Entry and forgotten in Stored is missed here.
func TestEveryEntryComesBackAsItWasStored(t *testing.T) {
	for kind := timeline.Watched; kind.Word() != ""; kind++ {
		var e timeline.Entry
		filled(t, reflect.ValueOf(&e).Elem())
		e.Kind, e.Faded = kind, false
		e.Rule = conference.Drift // the field of no other is kept
		s, err := e.Store()
		if err != nil {
			t.Fatal(err)
		}
		back, ok := s.Entry()
		if !ok || !reflect.DeepEqual(back, e) {
			t.Errorf("%s: %v\n%+v, want\n%+v\nfrom %s and %s", kind.Word(), ok, back, e, s.Body, s.Personal)
		}
	}
}

func TestWhatIsAboutPeopleCanBeForgotten(t *testing.T) {
	secret := "Ann Example"
	person := timeline.Person{PID: secret, Name: secret, Tel: secret}
	said := conference.Value{Presence: conference.Known, Text: secret}
	layout := conference.Value{Presence: conference.Known, Layout: &conference.Layout{PicNum: conference.Value{Presence: conference.Known, Int: 2},
		Screens: []conference.Screen{{IDs: []string{secret}, Unlisted: map[string]string{"name": secret}}}, Unlisted: map[string]string{"name": secret}}}
	for name, e := range map[string]timeline.Entry{
		"joined and left":   {Kind: timeline.People, Joined: []timeline.Person{person, person}, Left: []timeline.Person{person}},
		"doings":            {Kind: timeline.Doings, Acts: []timeline.Act{{Person: person, Did: timeline.Muted}}},
		"an unlisted field": {Kind: timeline.Unlisted, Name: "speaker", Old: said, New: said},
		"who booked":        {Kind: timeline.Basic, Name: "owner", New: said},
		"who silenced":      {Kind: timeline.Unsilenced, Rule: conference.NoHost, By: secret, Note: secret},
		"a layout":          {Kind: timeline.Status, Field: conference.MultiPic, Old: layout, New: layout},
	} {
		s, err := e.Store()
		if err != nil || strings.Contains(s.Body, secret) {
			t.Errorf("%s: error %v, %s", name, err, s.Body)
		}
		s.Personal = timeline.Forgotten
		back, ok := s.Entry()
		if !ok || !back.Faded || len(back.Joined) != len(e.Joined) || len(back.Left) != len(e.Left) || len(back.Acts) != len(e.Acts) || (back.By == "") != (e.By == "") {
			t.Errorf("%s: %v, %+v", name, ok, back)
		}
		if again, err := back.Store(); err != nil || again != s {
			t.Errorf("%s: error %v, stored again %+v, want %+v", name, err, again, s)
		}
	}
}

func TestWhatCannotBeReadIsLeftOut(t *testing.T) {
	for name, s := range map[string]timeline.Stored{
		"a kind of another version":  {Kind: "dreamt", Body: "{}"},
		"no JSON":                    {Kind: "link", Body: "link"},
		"a field of another version": {Kind: "status", Body: `{"field":"mood"}`},
		"people that are none":       {Kind: "people", Body: `{"joined":1}`, Personal: "Ann"},
	} {
		if e, ok := s.Entry(); ok {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestKindsHaveWordsOfTheirOwn(t *testing.T) {
	var words []string
	for kind := timeline.Watched; kind.Word() != ""; kind++ {
		words = append(words, kind.Word())
	}
	slices.Sort(words)
	if own := slices.Compact(slices.Clone(words)); len(own) != len(words) || len(own) != int(timeline.Unstored)+1 {
		t.Errorf("%q", words)
	}
}
