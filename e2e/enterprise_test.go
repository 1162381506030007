package e2e

import (
	"maps"
	"testing"
	"time"

	"confboard/feed/simulator"
)

// enterprise is the ID of the application by which the enterprise's meetings are found.
const enterprise = "app-1"

// ofEnterprise are the settings of a board that finds meetings by itself, with further ones of the section cloud.
func ofEnterprise(t *testing.T, key string, further map[string]any) map[string]any {
	t.Helper()
	cloud := map[string]any{"discoverEvery": "5s", "app": map[string]any{"id": enterprise, "keyFile": secretFile(t, key)}}
	maps.Copy(cloud, further)
	return map[string]any{"cloud": cloud}
}

func TestMeetingsAreFoundByTheEnterprisesList(t *testing.T) {
	t.Parallel()
	const (
		found, byHandToo, leftOut, booked, cancelled, hidden = "900000001", "900000002", "900000003", "900000004", "900000005", "900000006"
		key                                                  = "Hush-app-key"
	)
	cloud := newCloud(t, steady)
	cloud.SetApp(&simulator.App{ID: enterprise, Key: key})
	add := func(id, title string, start time.Time) *simulator.Meeting {
		return cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Title: title, ScheduledStart: start})
	}
	tomorrow := time.Now().Add(24 * time.Hour)
	both := add(byHandToo, "Budget", time.Time{})
	for _, m := range []*simulator.Meeting{add(found, "Board meeting", time.Time{}), both, add(leftOut, "Private talk", time.Time{}), add(hidden, "Lunch", time.Time{})} {
		m.Start()
	}
	add(booked, "Strategy", tomorrow)
	add(cancelled, "Outing", tomorrow)
	list := watching(both)
	list[0].Name, list[0].HostPassword = "Budget as we call it", "" // the list has the password
	b := serve(t, cloud, settings{heartbeat: steady, meetings: list, further: ofEnterprise(t, key, map[string]any{"watch": []any{
		map[string]any{"subject": "private*", "watch": false}, map[string]any{"subject": "board*", "group": "Directors"}}})})

	p := openLive(t, b.url+"/", view{})
	for _, id := range []string{found, byHandToo, hidden} {
		p.waitText("#"+card(id, "mark"), "LIVE")
	}
	for _, id := range []string{booked, cancelled} {
		p.waitContains("#"+card(id, "mark"), "NOT STARTED") // with its start
		p.wait("document.querySelector(" + quote("#"+card(id, "mark")+" time") + ").dataset.show === 'clock'")
	}
	p.waitContains("#"+card(found, ""), "Board meeting")
	p.waitContains("#"+card(byHandToo, ""), "Budget as we call it")
	p.waitCounters(map[string]int{"live": 3, "scheduled": 2})
	if n := both.Counts().Connections; n != 1 {
		t.Errorf("the meeting that is listed and found was connected %d times", n)
	}
	if got := b.meeting(leftOut).ConfID; got != "" {
		t.Errorf("a watch rule leaves %s out, and it is on the board", got)
	}

	// One that leaves the list without ending stays; one that was cancelled goes; one that comes is found.
	gone := cloud.Meeting(hidden)
	gone.Hide(true)
	cloud.Meeting(cancelled).Hide(true)
	add("900000007", "Retrospective", time.Time{}).Start()
	p.waitText("#"+card("900000007", "mark"), "LIVE")
	p.wait(`document.getElementById("` + card(cancelled, "") + `") === null`)
	gone.Set(map[string]any{"lock": 1})
	p.waitText("#"+card(hidden, "lock"), "Locked")
	p.waitText("#"+card(hidden, "mark"), "LIVE")
	gone.End()
	p.waitText("#"+card(hidden, "mark"), "ENDED")

	// A booked one that starts comes alive.
	cloud.Meeting(booked).Start()
	p.waitText("#"+card(booked, "mark"), "LIVE")

	where := open(t, b.url+"/feed/m/"+found, view{})
	where.waitContains("main", "found in the list")
	where.navigate(b.url + "/m/" + found)
	where.waitContains("main", "Directors")
	where.navigate(b.url + "/feed")
	where.waitContains("#feed-listing", "Up to date")
	where.waitSaid("#feed-listing", "Left out by the watch rules 1")
	if n := cloud.Logins(); n != 1 {
		t.Errorf("%d logins, want one that all calls share", n)
	}
	if v := cloud.Violations(); len(v) > 0 {
		t.Errorf("the board broke the cloud's rules: %q", v)
	}
}

// With the list asked for once an hour only an event can tell.
func TestAnEventPutsAMeetingOnTheOpenOverview(t *testing.T) {
	t.Parallel()
	const id, key, hookKey = "900000001", "Hush-app-key", "Hush-hook-key"
	cloud := newCloud(t, steady)
	cloud.SetApp(&simulator.App{ID: enterprise, Key: key})
	b := serve(t, cloud, settings{heartbeat: steady, further: ofEnterprise(t, key, map[string]any{
		"discoverEvery": "1h", "hook": map[string]any{"appID": enterprise, "keyFile": secretFile(t, hookKey)}})})
	p := openLive(t, b.url+"/", view{})
	feed := openLive(t, b.url+"/feed", view{})
	feed.waitContains("#feed-listing", "Up to date")
	feed.waitContains("#feed-events", "None so far")

	m := cloud.Add(simulator.MeetingConfig{ConfID: id, HostPassword: "135790", Title: "Board"}) // nobody is told of it
	cloud.SendEvents(b.url+"/hooks/huawei", enterprise, hookKey)
	m.Start()
	p.waitText("#"+card(id, "mark"), "LIVE")
	p.waitContains("#"+card(id, ""), "Board")
	feed.waitContains("#feed-events", "meeting.started")

	m.End()
	p.waitText("#"+card(id, "mark"), "ENDED")
	m.Start() // the heartbeat is a minute, and the next look by itself some 20 s away
	p.waitText("#"+card(id, "mark"), "LIVE")

	// One that is signed with another key is refused, and told.
	answer, err := cloud.SendEvent(t.Context(), simulator.Event{Name: "meeting.end", ConfID: id, Signature: "0000"})
	if err != nil || answer.Status < 400 || answer.Status >= 500 {
		t.Errorf("an event with a wrong signature was answered %d, %v", answer.Status, err)
	}
	feed.waitContains("#feed-events", "not signed with our key")
}
