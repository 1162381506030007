package wire_test

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"confboard/feed/conference"
)

// checkMessage fails unless the message can be shown, sent as JSON and kept, and holds no secret.
func checkMessage(t *testing.T, m conference.Message, frameSize int) {
	t.Helper()
	if m.Meeting() != meetingID || !m.Received().Equal(receivedAt) {
		t.Errorf("about %q at %s", m.Meeting(), m.Received())
	}
	switch m := m.(type) {
	case conference.PassedMessage:
		checkName(t, string(m.Type))
	case conference.RefusedMessage:
		if m.Refusal.Kind == "" {
			t.Error("refused without a kind")
		}
		for name := range strings.SplitSeq(m.Refusal.Field, ".") {
			checkName(t, name)
		}
		checkName(t, string(m.Refusal.Type))
		checkExcerpt(t, m.Refusal.Excerpt)
	case conference.StatusMessage:
		checkPushed(t, conference.StatusType, m.Envelope, m.Withheld, checkStatus(t, &m.Status), frameSize)
	case conference.BasicMessage:
		checkPushed(t, conference.BasicType, m.Envelope, m.Withheld, checkBasic(t, &m.Basic), frameSize)
	case conference.ParticipantsMessage:
		checkPushed(t, conference.ParticipantsType, m.Envelope, m.Withheld, checkEntries(t, m.Entries), frameSize)
	case conference.WaitingMessage:
		checkPushed(t, conference.WaitingType, m.Envelope, m.Withheld, checkEntries(t, m.Entries), frameSize)
	case conference.SpeakersMessage:
		size := 0
		for _, s := range m.Speakers {
			checkText(t, s.PID)
			checkText(t, s.Name)
			size += len(s.PID) + len(s.Name)
		}
		checkPushed(t, conference.SpeakersType, m.Envelope, m.Withheld, size, frameSize)
	case conference.CustomLayoutMessage:
		checkPushed(t, conference.CustomLayoutType, m.Envelope, m.Withheld, checkCustom(t, &m.Custom), frameSize)
	default:
		t.Errorf("a %T", m)
	}
}

// checkExcerpt fails unless the text is short, in one line and names no secret.
func checkExcerpt(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 400 || strings.ContainsAny(text, "\r\n\u2028\u2029") || strings.Contains(text, "://") {
		t.Errorf("excerpt %q", text)
	}
}

// checkPushed checks what all messages share. size is the bytes of text that a message keeps.
func checkPushed(t *testing.T, want conference.MessageType, e conference.Envelope, withheld map[string]int, size, frameSize int) {
	t.Helper()
	if e.Type != want || e.ConfID != meetingID || e.Mode > conference.Incremental || len(e.MsgID) > 3*128 ||
		e.Mode == conference.Full && e.Sequence != 0 || e.Mode == conference.Incremental && e.Version != 0 {
		t.Errorf("envelope %+v", e)
	}
	checkText(t, e.MsgID)
	for name, n := range withheld {
		if n < 1 {
			t.Errorf("%q withheld %d times", name, n)
		}
		if name != conference.OtherNames {
			checkName(t, name)
		}
	}
	// An invalid byte becomes three; everything else is at most as long as it came.
	if size > 3*frameSize+64 {
		t.Errorf("%d bytes of text from a frame of %d", size, frameSize)
	}
}

func checkBasic(t *testing.T, b *conference.BasicInfo) (size int) {
	t.Helper()
	for _, text := range []string{b.DisplayID, b.Title, b.Owner, b.OwnerID, b.ConfMode} {
		checkText(t, text)
		size += len(text)
	}
	for _, at := range []time.Time{b.StartTime, b.ScheduledStart} {
		if _, err := at.MarshalText(); err != nil {
			t.Errorf("time: %v", err)
		}
	}
	return size + checkUnlisted(t, b.Unlisted)
}

func checkEntries(t *testing.T, entries []conference.ParticipantEntry) (size int) {
	t.Helper()
	for _, e := range entries {
		size += checkParticipant(t, &conference.Participant{PID: e.PID, Attributes: e.Attributes})
	}
	return size
}

func checkParticipant(t *testing.T, p *conference.Participant) (size int) {
	t.Helper()
	if p.PID == "" || len(p.Attributes) > conference.MaxAttributes {
		t.Errorf("participant %q with %d attributes", p.PID, len(p.Attributes))
	}
	checkText(t, p.PID)
	for _, a := range p.Attributes {
		key, value := a.Key, a.Value
		if holdsSecretName(key) || !utf8.ValidString(key) || key != strings.ToUpper(key) {
			t.Errorf("kept under %q", key)
		}
		checkText(t, value)
		size += len(key) + len(value)
	}
	if at, ok := p.JoinedAt(); ok {
		if _, err := at.MarshalText(); err != nil {
			t.Errorf("joined at: %v", err)
		}
	}
	p.Muted()
	p.Video()
	p.Role()
	return size + len(p.PID)
}

func checkCustom(t *testing.T, c *conference.CustomLayout) (size int) {
	t.Helper()
	checkText(t, c.Mode.Text)
	if c.Grid != nil {
		g, fault := conference.NewGrid(c.Grid.X, c.Grid.Y, slices.Clone(c.Grid.Places))
		if g == nil || fault != "" || c.GridFault != "" {
			t.Errorf("grid %+v is at fault: %q, %q", c.Grid, fault, c.GridFault)
		}
	}
	return len(c.Mode.Text) + checkLayout(t, &c.Layout) + checkUnlisted(t, c.Unlisted)
}

// checkState fails unless the state of a meeting is one that the pages can rely on.
func checkState(t *testing.T, s *conference.State) {
	t.Helper()
	checkStatus(t, &s.Status)
	if s.Occurrence < 1 {
		t.Errorf("occurrence %d", s.Occurrence)
	}
	if s.Ended() != (s.Link.State == conference.Over) {
		t.Errorf("ended %t with link %s", s.Ended(), s.Link.State)
	}
	if s.Link.Since.IsZero() {
		t.Error("the link's state has no beginning")
	}
	if s.LayoutDated && s.Status.Layout() == nil {
		t.Error("a layout that is not there may not apply any more")
	}
	if s.EndingSoon && s.Overrun {
		t.Error("both ending soon and overrun")
	}
	for _, in := range []conference.Intake{s.StatusIntake, s.BasicIntake, s.ParticipantsIntake, s.SpeakersIntake, s.CustomIntake, s.WaitingIntake} {
		if in.FullHere && !in.HasFull || in.FullHere && in.Partial || !in.HasSequence && in.Sequence != 0 {
			t.Errorf("intake %+v", in)
		}
		if s.Counts.Applied == 0 && in.Last.Type != "" || in.Partial && !s.Partial() {
			t.Errorf("intake %+v of %d applied messages", in, s.Counts.Applied)
		}
	}
	if len(s.Counts.Passed) > 33 || len(s.Counts.Withheld) > 33 || (s.Counts.Applied == 0) != (s.LastOfAny().Type == "") {
		t.Errorf("counts %+v", s.Counts)
	}
	checkBasic(t, &s.Basic)
	checkPeople(t, s.Participants)
	checkPeople(t, s.WaitingRoom)
	if len(s.Speakers) > conference.MaxSpeakers || s.Ended() && len(s.Speakers) > 0 ||
		!slices.IsSortedFunc(s.Speakers, func(a, b conference.Speaker) int { return cmp.Compare(b.Volume, a.Volume) }) {
		t.Errorf("speakers %+v", s.Speakers)
	}
	if s.Custom != nil {
		checkCustom(t, s.Custom)
	}
	if g, ok := s.Grid(); ok && (s.Status.Layout() == nil || len(g.Places) != int(s.Status.Layout().PicNum.Int) && s.Status.Layout().PicNum.Presence == conference.Known) {
		t.Errorf("grid %+v for layout %+v", g, s.Status.Layout())
	}
	if s.Title() == "" {
		t.Error("the meeting has no title")
	}
}

func checkPeople(t *testing.T, people []*conference.Participant) {
	t.Helper()
	pids := make(map[string]bool, len(people))
	for i, p := range people {
		checkParticipant(t, p)
		if pids[p.PID] {
			t.Errorf("%q is listed twice", p.PID)
		}
		pids[p.PID] = true
		if i == 0 {
			continue
		}
		at, known := p.JoinedAt()
		if before, beforeKnown := people[i-1].JoinedAt(); known && (!beforeKnown || before.After(at)) {
			t.Errorf("%q is listed after %q", p.PID, people[i-1].PID)
		}
	}
}

// checkStatus checks every field and returns how many bytes of text there are.
func checkStatus(t *testing.T, s *conference.Status) (size int) {
	t.Helper()
	for f := range conference.FieldCount {
		v := s.Value(f)
		size += len(v.Text)
		if v.Presence != conference.Known && !v.Equal(conference.Value{Presence: v.Presence}) {
			t.Errorf("%s is not known and %+v", f.WireName(), v)
		}
		switch kind := f.Kind(); {
		case v.Presence != conference.Known:
		case kind == conference.KindText || kind == conference.KindEnum:
			checkText(t, v.Text)
		case kind == conference.KindScreens:
			checkScreens(t, v)
		case kind == conference.KindTime:
			if instant, ok := v.Time(); ok {
				if _, err := instant.MarshalText(); err != nil {
					t.Errorf("%s: %v", f.WireName(), err)
				}
			}
		case kind == conference.KindLayout && v.Layout == nil:
			t.Error("a known layout is nil")
		}
	}
	size += checkUnlisted(t, s.Unlisted)
	if l := s.Layout(); l != nil {
		size += checkLayout(t, l)
	}
	return size
}

func checkLayout(t *testing.T, l *conference.Layout) (size int) {
	t.Helper()
	checkScreens(t, l.PicNum)
	size = checkUnlisted(t, l.Unlisted)
	for _, screen := range l.Screens {
		for _, id := range screen.IDs {
			checkText(t, id)
			size += len(id)
		}
		size += checkUnlisted(t, screen.Unlisted)
	}
	if n := l.Irregular(); n < 0 || n > len(l.Screens) {
		t.Errorf("%d of %d screens are irregular", n, len(l.Screens))
	}
	shown := 0
	for _, p := range l.Places() {
		shown += len(p.Screens)
	}
	if shown != len(l.Screens) {
		t.Errorf("%d of %d screens have a place", shown, len(l.Screens))
	}
	return size
}

func checkScreens(t *testing.T, v conference.Value) {
	t.Helper()
	if v.Int < 0 || v.Int > conference.MaxScreens {
		t.Errorf("%d screens", v.Int)
	}
}

func checkUnlisted(t *testing.T, unlisted map[string]string) (size int) {
	t.Helper()
	for name, text := range maps.All(unlisted) {
		if !utf8.ValidString(name) || holdsSecretName(name) {
			t.Errorf("kept under %q", name)
		}
		if !utf8.ValidString(text) {
			t.Errorf("%q is not UTF-8: %q", name, text)
		}
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			t.Errorf("%q is not JSON: %v: %s", name, err, text)
		}
		checkClean(t, value)
		size += len(name) + len(text)
	}
	return size
}

// checkClean walks a value as encoding/json sees it, into texts that are JSON themselves too.
func checkClean(t *testing.T, value any) {
	t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if holdsSecretName(name) {
				t.Errorf("the name %q was kept", name)
			}
			checkClean(t, inner)
		}
	case []any:
		for _, inner := range v {
			checkClean(t, inner)
		}
	case string:
		checkText(t, v)
	}
}

func checkText(t *testing.T, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("not UTF-8: %q", text)
	}
	var value any
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		if json.Unmarshal([]byte(text), &value) == nil {
			checkClean(t, value)
		}
	}
	if strings.Contains(text, "://") {
		t.Errorf("a URL was kept: %q", text)
	}
}

func holdsSecretName(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"pwd", "passw", "token", "secret", "joinuri"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return strings.Contains(name, "://")
}

func checkName(t *testing.T, name string) {
	t.Helper()
	for _, c := range name {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.?", c) {
			t.Errorf("the name %q is repeated", name)
		}
	}
	if len(name) > 64 {
		t.Errorf("a name of %d bytes is repeated", len(name))
	}
}
