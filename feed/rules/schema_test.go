package rules_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/rules"
)

func known(n int64) conference.Value { return conference.Value{Presence: conference.Known, Int: n} }

func TestAProfileIsReadAsItIsWritten(t *testing.T) {
	given := rules.Profile{Name: "Board", Title: "Board*", ConfID: "9004?", Group: "总部", Weight: conference.Urgent, Grace: 90 * time.Second, Expect: []rules.Expectation{
		{Field: conference.Lock, Want: known(1)}, {Field: conference.ForbiddenChat, Want: known(1)}, {Field: conference.PicNum, Want: known(9)}}}
	var read rules.Profile
	for _, e := range rules.ProfileEntries() {
		text := e.Write(&given)
		if e.Aspect != nil && text == "" {
			continue
		}
		if err := e.Read(&read, text); err != nil {
			t.Errorf("%s: %q: %v", e.Name, text, err)
		}
	}
	if !reflect.DeepEqual(read, given) {
		t.Errorf("%+v, want %+v", read, given)
	}
}

func TestEveryEntryTakesItsPresetAndRefusesNonsense(t *testing.T) {
	for _, e := range rules.ProfileEntries() {
		var p rules.Profile
		if e.Preset != "" {
			if err := e.Read(&p, e.Preset); err != nil || e.Write(&p) != e.Preset {
				t.Errorf("%s: the default %q is written as %q, error %v", e.Name, e.Preset, e.Write(&p), err)
			}
		}
		for _, v := range e.Values {
			if err := e.Read(&p, v); err != nil || e.Write(&p) != v {
				t.Errorf("%s: %q is written as %q, error %v", e.Name, v, e.Write(&p), err)
			}
		}
		if e.Allowed() == "" || e.Kind.String() == "" {
			t.Errorf("%s does not say what it takes", e.Name)
		}
		before := e.Write(&p)
		for _, text := range []string{"two\nlines", strings.Repeat("会", rules.MaxText+1), "\xff"} {
			if err := e.Read(&p, text); err == nil || e.Write(&p) != before {
				t.Errorf("%s: %q is taken", e.Name, text)
			}
		}
	}
	if err := rules.ProfileEntries()[0].Read(&rules.Profile{}, strings.Repeat("会", rules.MaxText)); err != nil {
		t.Errorf("a name of %d characters: %v", rules.MaxText, err)
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string]string{"90s": "1m30s", "1h": "1h", "0s": "0s", "24h": "24h", "60m": "1h", "1500ms": "1.5s"} {
		d, err := rules.ReadSpan(text, 0, rules.MaxSpan)
		if err != nil || rules.WriteSpan(d) != want {
			t.Errorf("%s is %s, error %v", text, rules.WriteSpan(d), err)
		}
	}
	for text, want := range map[string]string{"": "is not a duration", "5": "write 5s for seconds or 5m for minutes", "soon": "is not a duration", "25h": "25h is out of range", "-1s": "-1s is out of range"} {
		if _, err := rules.ReadSpan(text, 0, rules.MaxSpan); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestEveryBuiltInRuleHasALimitOfItsOwn(t *testing.T) {
	set := rules.Default()
	for _, r := range rules.Builtin() {
		l := set.Limit(r)
		if l == nil || l.Weight == conference.Unimportant || !set.Watches(conference.Cause{Rule: r}) {
			t.Fatalf("%s: %+v", r, l)
		}
		l.Weight = conference.Unimportant
		if set.Watches(conference.Cause{Rule: r}) {
			t.Errorf("%s is watched for though it does not matter", r)
		}
	}
	if set.Limit(conference.Drift) != nil || set.Watches(conference.Cause{Rule: "other"}) {
		t.Error("what is no built-in rule has a limit")
	}
	drift := conference.Cause{Rule: conference.Drift, Field: conference.Lock, Profile: "p"}
	set.Profiles = []rules.Profile{{Name: "p", Weight: conference.Noteworthy, Expect: []rules.Expectation{{Field: conference.Lock, Want: known(1)}}}}
	if !set.Watches(drift) || set.Watches(conference.Cause{Rule: conference.Drift, Field: conference.Mute, Profile: "p"}) {
		t.Error("a profile is watched for what it expects, and for nothing else")
	}
}
