package app

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/settings"
	"confboard/web/store/storetest"
)

var linkAddress = regexp.MustCompile(`value="(http://[^"]*/s/[A-Z2-7]+)"`)

// link makes a link to a meeting and returns its address.
func (p *person) link(id conference.ConfID, form url.Values) string {
	p.t.Helper()
	if !form.Has("expires") {
		form.Set("expires", "8h")
	}
	res, page := p.post("/m/"+string(id)+"/links", form)
	found := linkAddress.FindStringSubmatch(page)
	if res.StatusCode != http.StatusOK || found == nil {
		p.t.Fatalf("make a link: %s\n%s", res.Status, reading(page))
	}
	return found[1]
}

// What nobody sees through a link, whatever was chosen; and what is seen with names, participants or layout only.
var (
	neverShared  = []string{"Hush", "hush", "HUSH", "30555", "4930", "Walter", "900487914", "pid-", "Message ID", "Waiting", "waiting room", "/m/", "/feed", "/api"}
	sharedNames  = []string{"Petra", "Olga", "Nadia"}
	sharedPeople = []string{"3 participants", ">Host<", "id=\"people\""}
	sharedLayout = []string{"id=\"layout\"", "Screen 1", "Custom layout", "2 screens"}
)

// Everything that is sent is read: page, plain page and stream, through changes of everything.
func TestALinkHasNothingButWhatWasChosen(t *testing.T) {
	storetest.NotAboutStorage(t)
	for i := range 8 {
		shows := conference.Shows{Names: i&1 > 0, People: i&2 > 0, Layout: i&4 > 0}
		t.Run(fmt.Sprintf("%+v", shows), func(t *testing.T) {
			l := openLodge(t, settings.Settings{Access: settings.AccessOpen, BasePath: []string{"", "/board"}[i%2]})
			const id = "900487914"
			l.meeting(id)
			form := url.Values{}
			for name, on := range map[string]bool{"names": shows.Names, "people": shows.People, "layout": shows.Layout} {
				if on {
					form.Set(name, "on")
				}
			}
			where := l.admin().link(id, form)

			stranger := l.person()
			res, page := stranger.get(where)
			if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Referrer-Policy") != "no-referrer" ||
				!strings.Contains(res.Header.Get("X-Robots-Tag"), "noindex") || len(res.Cookies()) > 0 {
				t.Errorf("%s, %v", res.Status, res.Header)
			}
			for _, word := range []string{"Quarterly", "LIVE", "Locked", "og:", "description"} { // for previews
				if strings.Contains(page, word) {
					t.Errorf("the page says %q before its stream has come", word)
				}
			}
			_, plain := stranger.get(where + "?plain")
			s := stranger.stream(where + "/events?lang=en")
			l.registry.Apply(l.people(id, 2))
			l.registry.Apply(conference.BasicMessage{About: conference.About{ConfID: id, At: time.Now()}, Envelope: conference.Envelope{Type: conference.BasicType, ConfID: id,
				Version: conference.FullVersion(time.Now().UnixMilli() + 5), CreateTime: time.Now()}, Basic: conference.BasicInfo{Title: "Review 900487914, moved", Owner: "Olga Owner", OwnerID: "Hush-owner"}})
			m := conference.StatusMessage{About: conference.About{ConfID: id, At: time.Now()}, Envelope: conference.Envelope{Type: conference.StatusType, ConfID: id, Mode: conference.Incremental, Sequence: 1, CreateTime: time.Now().Add(time.Second)}}
			m.Status.Set(conference.Lock, conference.Value{Presence: conference.Known})
			m.Status.Set(conference.ConfIMGroupID, conference.Value{Presence: conference.Known, Text: "Hush-chat-2"})
			m.Status.Unlisted = map[string]string{"hushLater": "1"}
			l.registry.Apply(m)
			s.until("Unlocked")
			if shows.People {
				s.until("5 participants")
			}
			_, badge := stranger.get(where + "/badge.svg")

			sent := map[string]string{"the page": page, "the plain page": plain, "the stream": s.said(), "the badge": badge}
			for name, content := range sent {
				content = told(strings.ReplaceAll(content, l.url, "")) // the address of the board is no secret, and may end in such digits
				check := func(words []string, may bool) {
					for _, word := range words {
						if has := strings.Contains(content, word); has && !may {
							at := strings.Index(content, word)
							t.Errorf("%s has %q: …%s…", name, word, content[max(0, at-80):min(len(content), at+80)])
						}
					}
				}
				check(neverShared, false)
				check(sharedNames, shows.Names)
				check(sharedPeople, shows.People)
				check(sharedLayout, shows.Layout)
			}
			for word, when := range map[string]bool{"Quarterly review": true, "Locked": true, "Petra Present": shows.Names, "3 participants": shows.People, "Screen 1": shows.Layout,
				"Participant 1": !shows.Names && (shows.People || shows.Layout), "••• 88": shows.Names && (shows.People || shows.Layout)} {
				if got := strings.Contains(plain, word); got != when {
					t.Errorf("the plain page has %q: %v, want %v", word, got, when)
				}
				if got := strings.Contains(s.said(), word); got != when {
					t.Errorf("the stream has %q: %v, want %v", word, got, when)
				}
			}
			if said := l.log.String(); strings.Contains(said, where[strings.LastIndex(where, "/")+1:]) {
				t.Errorf("the log has the token: %s", said)
			}
		})
	}
}

// A link that is revoked, has expired or never was look the same, byte for byte but the clock.
func TestALinkThatIsTakenBackEndsItsPages(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	const id = "900487914"
	l.meeting(id)
	admin := l.admin()
	where, other := admin.link(id, url.Values{"withMeeting": {"on"}, "note": {"For Ann"}}), admin.link(id, url.Values{"expires": {"0"}})
	s, stays := l.person().stream(where+"/events"), l.person().stream(other+"/events")

	_, page := admin.get("/m/" + id + "/links")
	for _, word := range []string{"For Ann", "Last opened", "/revoke"} {
		if !strings.Contains(page, word) {
			t.Errorf("the list does not have %q", word)
		}
	}
	if strings.Contains(page, where[strings.LastIndex(where, "/")+1:]) {
		t.Error("the list has the address, which is shown once")
	}
	revoke := regexp.MustCompile(`action="(/links/[A-Z2-7]+/revoke)"`).FindAllStringSubmatch(page, -1)
	if len(revoke) != 2 {
		t.Fatalf("%d links can be revoked", len(revoke))
	}
	res, _ := admin.post(revoke[1][1], url.Values{"confID": {id}}) // the first made is the last on the list
	if to := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || to != "/m/"+id+"/links?revoked" {
		t.Errorf("%s, to %q", res.Status, to)
	}
	s.ends("denied")
	_, page = admin.get(res.Header.Get("Location"))
	if !strings.Contains(reading(page), "The link was taken back. Its open pages have ended.") || !strings.Contains(reading(page), "Taken back") {
		t.Errorf("the list says %s", reading(page))
	}

	clock := regexp.MustCompile(`data-now="\d+"|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC`)
	var gone []string
	for _, path := range []string{where, l.url + "/s/AAAAAAAAAAAAAAAAAAAAAAAAAA", l.url + "/s/x"} {
		res, body := l.person().get(path)
		if res.StatusCode != http.StatusGone || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(reading(body), "This link does not open") {
			t.Errorf("%s: %s", path, res.Status)
		}
		gone = append(gone, clock.ReplaceAllString(body, ""))
		if res, _ := l.person().get(path + "/events"); res.StatusCode != http.StatusGone || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("the stream of %s: %s", path, res.Status)
		}
		if res, body := l.person().get(path + "/badge.svg"); res.StatusCode != http.StatusGone || !strings.Contains(body, "NO LINK") {
			t.Errorf("the badge of %s: %s", path, res.Status)
		}
	}
	if gone[0] != gone[1] || gone[1] != gone[2] {
		t.Error("it can be told whether a link that does not open was one")
	}

	l.registry.Apply(conference.LinkMessage{About: conference.About{ConfID: id, At: time.Now()}, Event: conference.LinkEnded})
	stays.until("ENDED") // it does not end with the meeting
	ending := admin.link(id, url.Values{"withMeeting": {"on"}})
	l.meeting(id)
	over := l.person().stream(ending + "/events")
	over.until("LIVE")
	l.registry.Apply(conference.LinkMessage{About: conference.About{ConfID: id, At: time.Now()}, Event: conference.LinkEnded})
	over.ends("denied")
}

func TestALinkCanBeMadeBeforeItsMeetingIsThere(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	where := l.admin().link("900487914", url.Values{})
	s := l.person().stream(where + "/events?lang=en")
	s.until("The meeting is not on the board at the moment")
	if res, body := l.person().get(where + "/badge.svg"); res.StatusCode != http.StatusOK || !strings.Contains(body, "NOT STARTED") {
		t.Errorf("%s, %s", res.Status, body)
	}
	l.meeting("900487914")
	s.until("Quarterly review")
}

func TestTheBadgeOfALink(t *testing.T) {
	storetest.NotAboutStorage(t)
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	l.meeting("900487914")
	where := l.admin().link("900487914", url.Values{})
	res, body := l.person().get(where + "/badge.svg")
	if res.Header.Get("Content-Type") != "image/svg+xml" || res.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" || res.Header.Get("Cache-Control") != "public, max-age=10" ||
		!strings.Contains(body, ">LIVE</text>") || !strings.Contains(body, `fill="#12affd"`) || strings.Contains(body, "style") || strings.Contains(body, "Quarterly") {
		t.Errorf("%v\n%s", res.Header, body)
	}
	if _, body := l.person().get(where + "/badge.svg?lang=zh"); !strings.Contains(body, ">进行中</text>") && !strings.Contains(body, ">实时</text>") && strings.Contains(body, "LIVE") {
		t.Errorf("in Chinese: %s", body)
	}
	for _, path := range []string{"/", where} { // for this route only
		if res, _ := l.person().get(path); res.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
}

// What was is not shown through a link, nor to somebody who is not signed in, whoever can see the meeting as it is.
func TestALinkHasNoPast(t *testing.T) {
	const id = "900487914"
	l := openLodge(t, settings.Settings{Access: settings.AccessAccounts, Cloud: settings.Cloud{Meetings: []settings.Meeting{{ConfID: id, Public: true}}}})
	admin := l.signedIn("ann")
	l.meeting(id) // which is followed by now
	where := admin.link(id, url.Values{"names": {"on"}, "people": {"on"}, "layout": {"on"}})
	if res, page := admin.get("/m/" + id + "?at=last&lang=en"); !strings.Contains(page, "PAST") {
		t.Fatalf("who is signed in sees no past: %s %s", res.Status, reading(page))
	}
	stranger := l.person()
	for _, path := range []string{where + "?plain&lang=en", where + "?plain&lang=en&at=last", where + "?plain&lang=en&at=0&show=people&before=9", "/m/" + id + "?at=last&lang=en", "/m/" + id + "?show=people&lang=en"} {
		res, page := stranger.get(path)
		if res.StatusCode != http.StatusOK || !strings.Contains(page, "LIVE") {
			t.Errorf("%s: %s", path, res.Status)
		}
		for _, word := range []string{"PAST", "timeline", "rewind"} {
			if strings.Contains(page, word) {
				t.Errorf("%s has %q", path, word)
			}
		}
	}
	for path, want := range map[string]int{where + "/timeline": http.StatusUnauthorized, "/m/" + id + "/timeline": http.StatusUnauthorized, "/history": http.StatusUnauthorized,
		where + "/links": http.StatusUnauthorized} {
		if res, _ := stranger.get(path); res.StatusCode != want {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	s := stranger.stream(where + "/events?lang=en&at=last&show=people")
	l.registry.Apply(l.people(id, 2))
	s.until("5 participants")
	if said := s.said(); strings.Contains(said, "timeline") {
		t.Error("the stream has a timeline")
	}
}

func TestNumbersOfPeopleStayTheSame(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	const id = "900487914"
	l.meeting(id)
	where := l.admin().link(id, url.Values{"people": {"on"}})
	list := func(page string) []string {
		return regexp.MustCompile(`<bdi>(Participant \d+)</bdi>`).FindAllString(page, -1)
	}
	_, before := l.person().get(where + "?plain&lang=en")
	at := time.Now().Add(time.Second)
	l.registry.Apply(conference.ParticipantsMessage{About: conference.About{ConfID: id, At: at}, Entries: []conference.ParticipantEntry{{PID: "pid-1", Removed: true}},
		Envelope: conference.Envelope{Type: conference.ParticipantsType, ConfID: id, Mode: conference.Incremental, Sequence: 1, CreateTime: at}})
	_, after := l.person().get(where + "?plain&lang=en")
	if was, is := list(before), list(after); len(was) != 3 || !slices.Equal(is, was[1:]) {
		t.Errorf("first %v, then without the first %v", was, is)
	}
}

func TestWhoMayMakeLinks(t *testing.T) {
	l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
	l.meeting("900487914")
	admin, viewer := l.admin(), l.person()
	good := url.Values{"expires": {"8h"}}
	if res, page := viewer.post("/m/900487914/links", good); res.StatusCode != http.StatusForbidden || !strings.Contains(page, `name="token"`) {
		t.Errorf("a viewer makes a link: %s", res.Status)
	}
	for _, path := range []string{"/m/900487914/links", "/links"} {
		if res, _ := viewer.get(path); res.StatusCode != http.StatusForbidden {
			t.Errorf("a viewer sees %s: %s", path, res.Status)
		}
	}
	if _, page := viewer.get("/m/900487914"); strings.Contains(page, "/links") {
		t.Error("a viewer is offered links")
	}
	if _, page := admin.get("/m/900487914"); !strings.Contains(page, `href="/m/900487914/links"`) {
		t.Error("an admin is not offered links")
	}
	for name, form := range map[string]url.Values{"an end that is not offered": {"expires": {"9h"}}, "a long note": {"expires": {"8h"}, "note": {strings.Repeat("x", 201)}}, "no form": {}} {
		if res, page := admin.post("/m/900487914/links", form); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, "The link was not made") {
			t.Errorf("%s: %s", name, res.Status)
		}
	}
	foreign := l.person("Sec-Fetch-Site", "cross-site")
	foreign.client.Jar = admin.client.Jar
	foreignReq := foreign.ask("POST", "/m/900487914/links?expires=8h", nil)
	if foreignReq.Body.Close(); foreignReq.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page makes a link: %s", foreignReq.Status)
	}
	if res, _ := admin.post("/links/AAAA/revoke", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a link that there is not: %s", res.Status)
	}
}
