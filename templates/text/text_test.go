package text_test

import (
	"reflect"
	"strings"
	"testing"
	"unicode"

	"confboard/feed/conference"
	"confboard/feed/rules"
	"confboard/feed/timeline"
	"confboard/templates/text"
)

// whole reports what is missing in a part of a catalogue, and in the parts of that.
func whole(t *testing.T, of string, part reflect.Value) {
	t.Helper()
	for i := range part.NumField() {
		name := of + ": " + part.Type().Field(i).Name
		switch f := part.Field(i); {
		case f.IsZero():
			t.Errorf("%s is missing", name)
		case f.Kind() == reflect.Struct:
			whole(t, name, f)
		}
	}
}

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	for _, lang := range text.Langs() {
		whole(t, string(lang), reflect.ValueOf(text.For(lang)).Elem())
	}
}

func TestEveryKindHasWordsInEveryLanguage(t *testing.T) {
	refusals := []conference.RefusalKind{
		conference.RefusedNotJSON, conference.RefusedEnvelope, conference.RefusedValue, conference.RefusedTooLarge,
		conference.RefusedTooMany, conference.RefusedTooDeep, conference.RefusedOtherMeeting,
	}
	for _, lang := range text.Langs() {
		c := text.For(lang)
		want := func(what string, said string) {
			t.Helper()
			if said == "" {
				t.Errorf("%s: no words for %s", lang, what)
			}
		}
		for _, s := range rules.Severities() {
			want("severity "+s.String(), c.Severity[s])
			want("the counter of severity "+s.String(), c.SeverityCount[s])
			want("the legend of severity "+s.String(), c.Legend.Severity[s])
		}
		for _, topic := range timeline.Topics() {
			want("topic "+string(topic), c.Timeline.Topics[topic])
		}
		for _, did := range timeline.Deeds() {
			want("deed "+string(did), c.Timeline.Did[did]("Ann"))
			want("deeds "+string(did), c.Timeline.DidCount[did](2))
		}
		for _, l := range conference.LinkStates() {
			want("link "+string(l), c.Link[l])
			want("help on link "+string(l), c.LinkHelp[l])
		}
		for _, r := range conference.LinkReasons() {
			want("reason "+string(r), c.Reason[r])
		}
		for _, r := range refusals {
			want("refusal "+string(r), c.Refusal[r])
		}
		for _, f := range conference.DropFates() {
			want("drop "+f.String(), c.Dropped[f])
			want("drop reason "+f.String(), c.Feed.DropReason[f])
		}
		for _, l := range []conference.ListingState{conference.ListingOff, conference.ListingAsking, conference.ListingCurrent, conference.ListingFailing, conference.ListingRefused} {
			want("list "+string(l), c.Feed.ListingState[l])
		}
		for _, f := range []conference.EventFault{conference.EventMalformed, conference.EventApp, conference.EventSignature, conference.EventTime} {
			want("event "+string(f), c.Feed.EventFault[f])
		}
		for _, o := range []conference.Origin{conference.FromSettings, conference.ByHand, conference.Found} {
			want("origin "+string(o), c.Feed.Origin[o])
		}
		for _, s := range []conference.ShareState{conference.ShareOpen, conference.ShareExpired, conference.ShareOver, conference.ShareRevoked} {
			want("link "+string(s), c.Share.State[s])
		}
		for f := range conference.FieldCount {
			want("field "+f.WireName(), c.Fields[f].Name)
			want("the legend of field "+f.WireName(), c.Legend.Fields[f])
			switch f.Kind() {
			case conference.KindFlag, conference.KindSwitch:
				want(f.WireName()+" 0", c.Fields[f].Values["0"])
				want(f.WireName()+" 1", c.Fields[f].Values["1"])
			}
		}
		for _, m := range []string{conference.ModeFree, conference.ModeFixed, conference.ModeRollCall, conference.ModeBroadcast} {
			want("mode "+m, c.Fields[conference.StatusMode].Values[m])
		}
		for _, s := range []string{conference.StateSchedule, conference.StateCreated, conference.StateDestroyed} {
			want("state "+s, c.Fields[conference.MeetingState].Values[s])
		}
	}
}

// Each of these can be answered with a page.
func TestEveryErrorSaysWhatHappenedAndWhatToDo(t *testing.T) {
	for _, lang := range text.Langs() {
		c, seen := text.For(lang), map[string]int{}
		for _, status := range []int{400, 401, 403, 404, 405, 409, 410, 413, 421, 429, 500, 503} {
			p := c.Errors[status]
			if p.Title == "" || p.Help == "" || seen[p.Title] != 0 {
				t.Errorf("%s: %d says %q, %q", lang, status, p.Title, p.Help)
			}
			seen[p.Title] = status
		}
		for status, as := range map[int]int{404: 404, 418: 400, 502: 500, 504: 500} {
			if c.Problem(status) != c.Errors[as] {
				t.Errorf("%s: %d is not said as %d", lang, status, as)
			}
		}
	}
}

// The inverted sense of forbiddenChat and the exact wording of mute, recOccurred and endTime are promises of the board.
func TestWordingThatHonestyDependsOn(t *testing.T) {
	c := text.For(text.English)
	for _, k := range []struct {
		field conference.Field
		value string
		words string
	}{
		{conference.ForbiddenChat, "0", "Chat on"},
		{conference.ForbiddenChat, "1", "Chat off"},
		{conference.Mute, "1", "Muted on entry"},
		{conference.RecOccurred, "1", "Was recorded at some time"},
		{conference.CanUnmute, "1", "May unmute themselves"},
	} {
		if said := c.Fields[k.field].Values[k.value]; said != k.words {
			t.Errorf("%s %s: %q, want %q", k.field.WireName(), k.value, said, k.words)
		}
	}
	if name := c.Fields[conference.EndTime].Name; name != "Planned end" {
		t.Errorf("endTime is called %q", name)
	}
}

func TestChineseIsChinese(t *testing.T) {
	c := text.For(text.Chinese)
	english := text.For(text.English)
	for f := range conference.FieldCount {
		if name := c.Fields[f].Name; name == english.Fields[f].Name || !strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s is called %q in Chinese", f.WireName(), name)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, k := range []struct {
		given  string
		expect text.Lang
	}{
		{"", text.English},
		{"zh-CN,zh;q=0.9,en;q=0.8", text.Chinese},
		{"zh", text.Chinese},
		{"zh-Hans-SG", text.Chinese},
		{"de-DE,zh;q=0.5", text.Chinese},
		{"en-GB,zh;q=0.9", text.English},
		{"fr", text.English},
		{"*", text.English},
		{"\x00;;,=", text.English},
	} {
		if got := text.Match(k.given); got != k.expect {
			t.Errorf("Accept-Language %q: %s, want %s", k.given, got, k.expect)
		}
	}
}
