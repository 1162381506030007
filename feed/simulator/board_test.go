package simulator

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestBoardMeetingPlaysItsScript(t *testing.T) {
	life := strings.Join(lives(1, 0, 4*time.Minute)[BoardConfID], "\n")
	at := 0
	for _, want := range []string{
		`"state":"Created"`, `"lock":1`, `"recState":1`, `"picNum":9,"period":10`, `"mode":"ROLLCALL"`, `"forbiddenChat":1`, `"share":1}`,
		`"mode":"BROADCAST"`, `"mode":"FREE"`, "not in progress", `"state":"Created"`,
	} {
		i := strings.Index(life[at:], want)
		if i < 0 {
			t.Fatalf("no %s after %s", want, life[:at])
		}
		at += i + len(want)
	}
	ends := map[string]bool{}
	for _, m := range regexp.MustCompile(`"endTime":"(\d+)"`).FindAllStringSubmatch(life[:strings.Index(life, "not in progress")], -1) {
		ends[m[1]] = true
	}
	if len(ends) != 2 {
		t.Errorf("planned ends %v, want it prolonged once", ends)
	}
}

func TestSomethingHappensToTheBoardMeetingEveryFewSeconds(t *testing.T) {
	b := newBoard()
	for i, s := range b.script[:len(b.script)-1] {
		if s.then > 5*time.Second {
			t.Errorf("scene %d waits %v", i, s.then)
		}
	}
}

// Screens name participants in each way that the cloud does: whoever joins names to screens has to know them all.
func TestScreensOfTheBoardMeetingNameItsMembersInEachWay(t *testing.T) {
	ways := map[string]int{}
	for _, l := range []layout{boardLayout(false), boardLayout(true), boardSpotlight()} {
		if len(l.PicInfos) != l.PicNum {
			t.Errorf("%d screens of %d", len(l.PicInfos), l.PicNum)
		}
		for _, s := range l.PicInfos {
			for _, id := range s.ID {
				var found []string
				for _, p := range boardMembers() {
					for _, way := range []string{"TEL", "M", "T"} {
						if p.Info[way] == id {
							found = append(found, way)
						}
					}
					if p.PID == id {
						found = append(found, "pid")
					}
				}
				if len(found) != 1 {
					t.Errorf("screen %d of %d names %s, who is found by %v", s.Index, l.PicNum, id, found)
					continue
				}
				ways[found[0]]++
			}
		}
	}
	if len(ways) != 4 {
		t.Errorf("ways %v, want pid, TEL, M and T", ways)
	}
}

func TestBoardMeetingNamesWhomItsModeIsAbout(t *testing.T) {
	cloud := New(Config{})
	cloud.Demo(1, 0)
	cast := cloud.casts[0]
	holders := func(key string) (all []string) {
		for _, p := range cast.meeting.Participants() {
			if p.Info[key] == "1" {
				all = append(all, p.Info["NAME"])
			}
		}
		return all
	}
	modes := map[any]string{}
	presented, waited, laidOut := "", "", 0
	for range len(newBoard().script) - 1 {
		cast.actor.beat(cast.meeting)
		m := cast.meeting
		if n := len(m.Participants()); n < 12 {
			t.Fatalf("%d participants", n)
		}
		mode, _ := m.Field("mode").(string)
		if named := holders(mode); len(named) > 0 {
			modes[mode] = strings.Join(named, ", ")
		}
		l, _ := m.Field("multiPic").(layout)
		if len(l.PicInfos) > 0 && l.PicInfos[0].Share == 1 && mode == "FIXED" {
			presented = strings.Join(holders("SHARE"), ", ")
		}
		for _, p := range m.Waiting() {
			waited = p.Info["NAME"]
		}
		if fields := m.whole(geometryType); fields != nil {
			laidOut = fields["picNum"].(int)
		}
	}
	if modes["ROLLCALL"] != "Maria Fernández" || modes["BROADCAST"] != "会议室 203" || len(modes) != 2 {
		t.Errorf("named are %v", modes)
	}
	if presented != "李娜" || waited != "刘洋 (审计)" || laidOut != 6 {
		t.Errorf("%q presents, %q waits, %d screens have a geometry", presented, waited, laidOut)
	}
}
