package conference_test

import (
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestBasicInformationIsReplacedByAFullMessage(t *testing.T) {
	b := connected(t)
	change, _ := b.apply(basic(1*second, conference.BasicInfo{
		DisplayID: "123", Title: "Weekly", StartTime: start, Owner: "user01", RecType: known(1), Unlisted: map[string]string{"vmr": "1"}}))
	wantParts(t, change, "displayID=->123", "title=->Weekly", "startTime=->1772442000000", "recType=->1", "owner=->user01", "vmr=->1",
		"intake ConfBasicInfoNotify", "counts")
	change, _ = b.apply(basic(2*second, conference.BasicInfo{Title: "Monthly", StartTime: start, Media: known(2), RecType: conference.Value{Presence: conference.Empty}}))
	wantParts(t, change, "displayID=123>-", "title=Weekly>Monthly", "recType=1>empty", "media=->2", "owner=user01>-", "vmr=1>-",
		"intake ConfBasicInfoNotify", "counts")
	change, _ = b.apply(basic(3*second, b.state.Basic))
	wantParts(t, change, "intake ConfBasicInfoNotify", "counts")
}

func TestAnIncrementalMessageChangesTheBasicInformationToWhichItGivesAValue(t *testing.T) {
	b := connected(t)
	b.apply(basic(1*second, conference.BasicInfo{
		DisplayID: "123", Title: "Weekly", StartTime: start, ScheduledStart: start, Owner: "user01", OwnerID: "ff", ConfMode: "COMMON",
		RecType: known(1), Media: known(2), UserType: known(2), SupportWatermark: known(0), CallInRestriction: known(0),
		Unlisted: map[string]string{"a": "1", "b": "2"}}))
	change, outcome := b.apply(basicChange(1, 2*second, conference.BasicInfo{
		Title: "Monthly", ScheduledStart: start.Add(time.Hour), CallInRestriction: known(3), Unlisted: map[string]string{"b": "3"}}))
	wantParts(t, change, "title=Weekly>Monthly", "scheduledStartTime=1772442000000>1772445600000", "callInRestriction=0>3", "b=2>3",
		"intake ConfBasicInfoNotify", "counts")
	if outcome.AskFull || b.state.Partial() {
		t.Error("partial after a full message")
	}
}

func TestUnlistedBasicInformationIsBounded(t *testing.T) {
	b := connected(t)
	b.apply(basic(1*second, conference.BasicInfo{Unlisted: map[string]string{"a": `"` + string(make([]byte, conference.MaxUnlistedBytes-8)) + `"`}}))
	m := basicChange(1, 2*second, conference.BasicInfo{Title: "T", Unlisted: map[string]string{"b": `"12345678"`}})
	if _, got := b.apply(m); got.Fate != conference.Refused || b.state.Basic.Title != "" || b.state.BasicIntake.HasSequence {
		t.Errorf("it was %s", got.Fate)
	}
	c := customChange(1, 2*second, conference.CustomLayout{Unlisted: map[string]string{"a": `"` + string(make([]byte, conference.MaxUnlistedBytes)) + `"`}})
	if _, got := b.apply(c); got.Fate != conference.Refused || b.state.Custom != nil {
		t.Errorf("the custom layout was %s", got.Fate)
	}
}
