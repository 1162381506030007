package wire_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"confboard/feed/conference"
)

// dump writes a message out, one fact a line.
func dump(m conference.Message) string {
	var b strings.Builder
	switch m := m.(type) {
	case conference.PassedMessage:
		fmt.Fprintf(&b, "passed: %s\n", m.Type)
	case conference.RefusedMessage:
		fmt.Fprintf(&b, "refused: %s %s\n", m.Refusal.Kind, m.Refusal.Field)
		if m.Refusal.Type != "" {
			fmt.Fprintf(&b, "%s %s\n", modeWord(m.Refusal.Mode), m.Refusal.Type)
		}
		fmt.Fprintf(&b, "excerpt: %s\n", m.Refusal.Excerpt)
	case conference.StatusMessage:
		dumpEnvelope(&b, m.Envelope)
		for f := range conference.FieldCount {
			if v := m.Status.Value(f); v.Presence != conference.NotReported {
				fmt.Fprintf(&b, "%s: %s\n", f.WireName(), dumpValue(f.Kind(), v))
			}
		}
		if l := m.Status.Layout(); l != nil {
			dumpLayout(&b, l)
		}
		dumpUnlisted(&b, "unlisted", m.Status.Unlisted)
		dumpWithheld(&b, m.Withheld)
	case conference.BasicMessage:
		dumpEnvelope(&b, m.Envelope)
		dumpBasic(&b, &m.Basic)
		dumpWithheld(&b, m.Withheld)
	case conference.ParticipantsMessage:
		dumpEnvelope(&b, m.Envelope)
		dumpEntries(&b, m.Entries)
		dumpWithheld(&b, m.Withheld)
	case conference.WaitingMessage:
		dumpEnvelope(&b, m.Envelope)
		dumpEntries(&b, m.Entries)
		dumpWithheld(&b, m.Withheld)
	case conference.SpeakersMessage:
		dumpEnvelope(&b, m.Envelope)
		for _, s := range m.Speakers {
			fmt.Fprintf(&b, "speaker: %q, name %q, volume %d\n", s.PID, s.Name, s.Volume)
		}
		dumpWithheld(&b, m.Withheld)
	case conference.CustomLayoutMessage:
		dumpEnvelope(&b, m.Envelope)
		dumpCustom(&b, &m.Custom)
		dumpWithheld(&b, m.Withheld)
	}
	return b.String()
}

func dumpEnvelope(b *strings.Builder, e conference.Envelope) {
	created := "not sent"
	if !e.CreateTime.IsZero() {
		created = e.CreateTime.Format(time.RFC3339Nano)
	}
	fmt.Fprintf(b, "%s %s: version %d, created %s, msgID %q\n", modeWord(e.Mode), e.Type, e.RawVersion(), created, e.MsgID)
}

func modeWord(m conference.Mode) string {
	if m == conference.Incremental {
		return "incremental"
	}
	return "full"
}

func dumpValue(k conference.Kind, v conference.Value) string {
	switch {
	case v.Presence == conference.NotReported:
		return "not reported"
	case v.Presence == conference.Empty:
		return "empty"
	case k == conference.KindText, k == conference.KindEnum:
		return fmt.Sprintf("%q", v.Text)
	case k == conference.KindTime:
		t, known := v.Time()
		return fmt.Sprintf("%s (%d), known %t: %s", v.Text, v.Int, known, t.Format(time.RFC3339Nano))
	case k == conference.KindLayout:
		return fmt.Sprintf("layout of %d screens", len(v.Layout.Screens))
	}
	return fmt.Sprint(v.Int)
}

func dumpLayout(b *strings.Builder, l *conference.Layout) {
	fmt.Fprintf(b, "layout: picNum %s, period %s\n", dumpValue(conference.KindScreens, l.PicNum), dumpValue(conference.KindCount, l.Period))
	for _, s := range l.Screens {
		fmt.Fprintf(b, "screen: index %s, ids %q, share %s\n", dumpValue(conference.KindCount, s.Index), s.IDs, dumpValue(conference.KindFlag, s.Share))
		if s.AutoPolling.Presence != conference.NotReported {
			fmt.Fprintf(b, "screen isAutoPollingPic: %s\n", dumpValue(conference.KindFlag, s.AutoPolling))
		}
		dumpUnlisted(b, "screen unlisted", s.Unlisted)
	}
	dumpUnlisted(b, "layout unlisted", l.Unlisted)
}

func dumpBasic(b *strings.Builder, i *conference.BasicInfo) {
	dumpFields(b, conference.KindCount, map[string]conference.Value{
		"recType": i.RecType, "media": i.Media, "userType": i.UserType, "supportWatermark": i.SupportWatermark, "callInRestriction": i.CallInRestriction})
	texts := map[string]string{"displayID": i.DisplayID, "title": i.Title, "owner": i.Owner, "ownerID": i.OwnerID, "confMode": i.ConfMode}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if texts[name] != "" {
			fmt.Fprintf(b, "%s: %q\n", name, texts[name])
		}
	}
	if !i.StartTime.IsZero() {
		fmt.Fprintf(b, "startTime: %s\n", i.StartTime.Format(time.RFC3339Nano))
	}
	if !i.ScheduledStart.IsZero() {
		fmt.Fprintf(b, "scheduledStartTime: %s\n", i.ScheduledStart.Format(time.RFC3339Nano))
	}
	dumpUnlisted(b, "unlisted", i.Unlisted)
}

func dumpCustom(b *strings.Builder, c *conference.CustomLayout) {
	dumpFields(b, conference.KindEnum, map[string]conference.Value{"mode": c.Mode})
	dumpFields(b, conference.KindCount, map[string]conference.Value{
		"picMode": c.PicMode, "activeIndex": c.ActiveIndex, "skipEmptyPic": c.SkipEmptyPic, "vas": c.VoiceActivation, "isChairViewMultiPic": c.ChairView})
	dumpLayout(b, &c.Layout)
	if c.Layout.Screens == nil {
		b.WriteString("picInfos: not sent\n")
	}
	if c.Grid != nil {
		fmt.Fprintf(b, "grid: %d by %d\n", c.Grid.X, c.Grid.Y)
		for _, p := range c.Grid.Places {
			fmt.Fprintf(b, "place: %+v\n", p)
		}
	}
	if c.GridFault != "" {
		fmt.Fprintf(b, "grid set aside: %s\n", c.GridFault)
	}
	dumpUnlisted(b, "unlisted", c.Unlisted)
}

func dumpFields(b *strings.Builder, k conference.Kind, fields map[string]conference.Value) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if v := fields[name]; v.Presence != conference.NotReported {
			fmt.Fprintf(b, "%s: %s\n", name, dumpValue(k, v))
		}
	}
}

func dumpEntries(b *strings.Builder, entries []conference.ParticipantEntry) {
	for _, e := range entries {
		what := "participant"
		if e.Removed {
			what = "removed"
		}
		fmt.Fprintf(b, "%s: %q\n", what, e.PID)
		for _, a := range e.Attributes {
			fmt.Fprintf(b, "  %q: %q\n", a.Key, a.Value)
		}
	}
}

func dumpUnlisted(b *strings.Builder, what string, unlisted map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(unlisted)) {
		fmt.Fprintf(b, "%s %q: %s\n", what, name, unlisted[name])
	}
}

func dumpWithheld(b *strings.Builder, withheld map[string]int) {
	for _, name := range slices.Sorted(maps.Keys(withheld)) {
		fmt.Fprintf(b, "withheld %s: %d\n", name, withheld[name])
	}
}
