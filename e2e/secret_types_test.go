package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"confboard/feed/simulator"
)

func TestNoSecretOfAnyMessageTypeLeavesTheBoard(t *testing.T) {
	t.Parallel()
	b, m := oneMeeting(t, func(m *simulator.Meeting) { m.Join(person("pid-1", "Ann Berg")) })

	streams := map[string]*stream{}
	shown := map[string]string{}
	for _, path := range []string{"/m/" + boardID + "/events", "/events", "/wall/events"} {
		streams[path] = openStream(t, b.url+path)
		shown["the stream "+path] = streams[path].next()
	}
	p := openLive(t, b.url+"/m/"+boardID, view{interrupted: true}) // the board is stopped before the page
	wall := openLive(t, b.url+"/wall", view{interrupted: true})

	// The secrets of one person's pinfoMap, and of one screen.
	info := func(n int) map[string]string {
		return map[string]string{"NAME": fmt.Sprintf("Guest %d", n), "ROLE": "0", "STATE": "0",
			"userToken": fmt.Sprintf("Hush-%d-a", n), "PWD": fmt.Sprintf("Hush-%d-b", n), "guestPasswd": fmt.Sprintf("Hush-%d-c", n), "clientSecret": fmt.Sprintf("Hush-%d-d", n),
			"avatar": fmt.Sprintf("https://portrait.example/Hush-%d-e", n), "guestJoinUri": fmt.Sprintf("Hush-%d-f", n), "extra": fmt.Sprintf("wss://Hush-%d-g.example/x", n)}
	}
	screen := func(n int) map[string]any {
		return map[string]any{"index": 1, "id": ids("pid-1"), "share": 0, "isAutoPollingPic": 0,
			"picUserList": []any{map[string]any{"userId": "pid-1", "accessToken": fmt.Sprintf("Hush-%d-a", n), "homepage": fmt.Sprintf("https://Hush-%d-b.example", n)}},
			"joinUri":     fmt.Sprintf("Hush-%d-c", n)}
	}
	secrets := map[string]any{"pwds": []any{map[string]any{"conferenceRole": "chair", "password": "Hush-60-a"}}, "guestJoinUri": "Hush-60-b", "wsToken": "Hush-60-c",
		"watchAt": "https://meeting.example/Hush-60-d", "details": map[string]any{"deep": []any{map[string]any{"chairPwd": "Hush-60-e"}}}}
	basic := map[string]any{"title": "Secrets held", "owner": "Chen"}
	for name, value := range secrets {
		basic[name] = value
	}

	m.SetBasic(basic)
	p.waitText("h1", "Secrets held")
	m.Join(simulator.Participant{PID: "pid-2", Info: info(10)})
	p.waitContains("#people", "Guest 10")
	m.Update("pid-2", map[string]string{"NAME": "Guest 11", "userToken": "Hush-11-a", "someLink": "https://Hush-11-b.example"})
	p.waitContains("#people", "Guest 11")
	m.Push("ParticipantsNotify", 0, map[string]any{"passwords": "Hush-12-a", "data": []any{map[string]any{"pid": "pid-3", "mode": 0, "pinfoMap": info(13), "token": "Hush-12-b"}}})
	p.waitContains("#people", "Guest 13")
	m.Wait(simulator.Participant{PID: "pid-4", Info: info(20)})
	p.waitContains("#waiting", "1 person in the waiting room")
	m.Admit("pid-4")
	p.waitContains("#people", "Guest 20")
	m.Push("SpeakerChangeNotify", 0, map[string]any{"secret": "Hush-30-a", "data": []any{map[string]any{"pid": "pid-3", "name": "Guest 13", "speakingVolume": 9, "userToken": "Hush-30-b", "link": "https://Hush-30-c.example"}}})
	p.waitText("#speaking", "Speaking: Guest 13")
	m.Set(map[string]any{"mode": "FIXED", "picNum": 1, "multiPic": map[string]any{"picNum": 1, "period": 10, "streamToken": "Hush-40-a", "picInfos": []any{screen(41)}}})
	p.waitContains("#layout", "Grid order")
	m.Push("CustomMultiPicNotify", 0, map[string]any{"picNum": 1, "period": 10, "picInfos": []any{screen(50)}, "portalPicInfos": []any{screen(51)}, "pwds": "Hush-52-a",
		"portalJoinUri": "Hush-52-b", "picLayout": simulator.Geometry{X: 1, Y: 1, Places: []simulator.Place{{Screen: 1, XSize: 1, YSize: 1}}}})
	p.waitContains("#layout", "Place and size as set.")
	m.Set(secrets)
	for _, action := range []string{"AttendeesNotify", "InviteResultNotify", "RealTimeSubtitleNotify", "NetworkQualityNotify"} { // passed over
		m.Push(action, 0, map[string]any{"pwd": "Hush-70-a", "data": []any{map[string]any{"token": "Hush-70-b"}}})
	}
	m.Push("WhoKnowsNotify", 0, secrets)
	m.Set(map[string]any{"lock": 1, "title": "not a secret"})
	p.waitText("#f-lock", "Locked")
	wall.waitContains("#region", "Locked")
	for path, s := range streams {
		shown["the stream "+path] += s.until("Locked")
	}
	p.waitContains("#intake", "Withheld")

	shown["the page in the browser"] = evaluate[string](p, "document.documentElement.outerHTML")
	shown["the wall in the browser"] = evaluate[string](wall, "document.documentElement.outerHTML")
	if !strings.Contains(shown["the page in the browser"], "Guest 20") {
		t.Error("what is no secret was left out, too")
	}
	words := append(slices.DeleteFunc(m.Secrets(), func(s string) bool { return s == "" }), "Hush-")
	if len(words) < 4 {
		t.Fatalf("the meeting has only the secrets %d", len(words))
	}
	b.searchFor(words, shown, "/m/"+boardID, "/m/"+boardID+"?lang=zh", "/api/v1/meetings/"+boardID)
}
