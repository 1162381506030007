package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestAttributesAreReadTolerantly(t *testing.T) {
	p := func(attributes ...string) *conference.Participant {
		return &conference.Participant{PID: "p", Attributes: joined("p", attributes...).Attributes}
	}
	tests := []struct {
		name string
		is   bool
	}{
		{"STATE 1 is being called", p("STATE=1").Calling()},
		{"STATE 0 is in the meeting", !p("STATE=0").Calling()},
		{"an unknown STATE is not being called", !p("STATE=7").Calling()},
		{"HAND 1 is a raised hand", p("HAND=1").HandRaised()},
		{"blanks around a flag do not matter", p("HAND= 1 ").HandRaised()},
		{"a boolean is a flag", p("HAND=true").HandRaised() && p("HAND=True").HandRaised() && !p("HAND=false").HandRaised()},
		{"a raised hand that was not told of is none", !p().HandRaised()},
		{"BROADCAST 1 is broadcast", p("BROADCAST=1").Broadcast() && !p("BROADCAST=0").Broadcast()},
		{"ROLLCALL 1 has the floor", p("ROLLCALL=1").RollCall() && !p("ROLLCALL=").RollCall()},
		{"SHARE 1 shares a screen", p("SHARE=1").Sharing() && !p("SHARE=x").Sharing()},
		{"IS_COHOST 1 is a co-host", p("IS_COHOST=1").CoHost()},
		{"isCohost 1 is a co-host", p("ISCOHOST=1").CoHost()},
		{"no mark is no co-host", !p("IS_COHOST=0", "ROLE=1").CoHost()},
		{"ROLE 1 is the host", p("ROLE=1").Role() == conference.Host},
		{"ROLE 0 is a participant", p("ROLE= 0").Role() == conference.Ordinary},
		{"ROLE 2 is an attendee", p("ROLE=2").Role() == conference.Attendee},
		{"an unknown role is kept", p("ROLE=panelist").Role() == "panelist"},
		{"a role that was not told is empty", p().Role() == ""},
		{"the name is as it came", p("NAME= <b>会议室 ").Name() == " <b>会议室 "},
		{"the numbers are as they came", p("TEL=+9911", "M=1", "T=2").Tel() == "+9911" && p("M=1").M() == "1" && p("T=2").T() == "2"},
	}
	for _, tt := range tests {
		if !tt.is {
			t.Errorf("not so: %s", tt.name)
		}
	}
}

func TestMuteAndVideoCanBeUnknown(t *testing.T) {
	tests := []struct {
		value     string // without: not sent
		on, known bool
	}{
		{"1", true, true}, {"0", false, true}, {"true", true, true}, {"", false, false}, {"2", false, false}, {"without", false, false}, {"-1", false, false},
	}
	for _, tt := range tests {
		p := &conference.Participant{Attributes: conference.AttributesOf(map[string]string{"MUTE": tt.value, "VIDEO": tt.value})}
		if tt.value == "without" {
			p.Attributes = nil
		}
		if on, known := p.Muted(); on != tt.on || known != tt.known {
			t.Errorf("MUTE %q is %t, known %t", tt.value, on, known)
		}
		if on, known := p.Video(); on != tt.on || known != tt.known {
			t.Errorf("VIDEO %q is %t, known %t", tt.value, on, known)
		}
	}
}

func TestTheTimeOfJoiningIsMillisecondsOrNotKnown(t *testing.T) {
	tests := []struct {
		addTime string
		want    time.Time // zero: not known
	}{
		{"1611991190000", time.Date(2021, 1, 30, 7, 19, 50, 0, time.UTC)},
		{" 1611991190000 ", time.Date(2021, 1, 30, 7, 19, 50, 0, time.UTC)},
		{"253402300799999", time.UnixMilli(conference.MaxInstant)},
		{"253402300800000", time.Time{}}, // the year 10000
		{"", time.Time{}}, {"0", time.Time{}}, {"-1", time.Time{}}, {"soon", time.Time{}}, {"1.6e12", time.Time{}}, {"99999999999999999999", time.Time{}},
	}
	for _, tt := range tests {
		p := &conference.Participant{Attributes: conference.AttributesOf(map[string]string{"ADDTIME": tt.addTime})}
		if got, ok := p.JoinedAt(); !got.Equal(tt.want) || ok == tt.want.IsZero() {
			t.Errorf("%q is %s, %t", tt.addTime, got, ok)
		}
	}
}
