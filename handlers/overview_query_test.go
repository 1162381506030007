package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"confboard/feed/conference"
	"confboard/templates/text"
)

func queryOf(address string) overviewQuery {
	r := httptest.NewRequest(http.MethodGet, "/?"+address, nil)
	return overviewQueryOf(echo.New().NewContext(r, httptest.NewRecorder()))
}

func TestAnAddressOfTheOverviewHasOneForm(t *testing.T) {
	for _, k := range []struct{ name, given, expect string }{
		{"nothing is asked for", "", ""},
		{"what is not known is left out", "only=everything&rec=perhaps&mode=LOUD&is=good&sort=colour&page=two&utm=x", ""},
		{"defaults are left out", "only=&q=&rec=&mode=&sort=&page=1", ""},
		{"parameters are sorted", "sort=end&q=x&only=problems", "only=problems&q=x&sort=end"},
		{"facts come in their order, once each", "is=waiting&is=unlocked&is=waiting", "is=unlocked&is=waiting"},
		{"everything at once", "page=3&is=nohost&mode=FIXED&rec=off&only=live&q=a+b&sort=title", "is=nohost&mode=FIXED&only=live&page=3&q=a+b&rec=off&sort=title"},
		{"blanks are joined", "q=++design%09+review%0A", "q=design+review"},
		{"nothing but blanks is no search", "q=%20%00%09", ""},
		{"broken text is mended", "q=a%ffb", "q=ab"},
		{"a long search is cut", "q=" + strings.Repeat("%E4%BC%9A", 3000), "q=" + strings.Repeat("%E4%BC%9A", maxSearch)},
		{"the page is bounded", "page=99999999", "page=1000"},
		{"a page below the first is the first", "page=-3", ""},
		{"severity is the default order", "sort=severity", ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			q := queryOf(k.given)
			got := q.values().Encode()
			if got != k.expect {
				t.Errorf("%q, want %q", got, k.expect)
			}
			if again := queryOf(got); again != q {
				t.Errorf("its address asks for %+v, not for %+v", again, q)
			}
		})
	}
}

func TestViewsThatShowTheSameAreOneTopic(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	key := func(address string, lang text.Lang) string {
		return newOverviewView(h.words(lang), h.Board, queryOf(address)).Key()
	}
	same := []string{"only=live&sort=end", "sort=end&only=live", "sort=end&only=live&page=1&theme=dark&density=compact&q=+"}
	for _, address := range same {
		if got, want := key(address, text.English), key(same[0], text.English); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
	keys := []string{key("", text.English), key("", text.Chinese)}
	for _, address := range []string{"only=live", "q=live", "group=live", "rec=on", "rec=off", "mode=FREE", "is=unlocked", "is=nochat", "sort=end", "page=2"} {
		keys = append(keys, key(address, text.English))
	}
	slices.Sort(keys)
	if n := len(slices.Compact(slices.Clone(keys))); n != len(keys) {
		t.Errorf("%d topics for %d views: %q", n, len(keys), keys)
	}
}

// A browser without scripts sends every field of the form; the address that people copy has only what was filled in.
func TestTheFormLeadsToAShortAddress(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	e := viewed(h)
	for _, k := range []struct{ name, given, expect string }{
		{"empty fields", "/board/?q=&group=&only=problems&rec=&mode=&sort=end&lang=zh", "/board/?lang=zh&only=problems&sort=end"},
		{"all empty", "/board/?q=&only=&rec=&mode=&sort=", "/board/"},
		{"an address that is short already", "/board/?lang=zh&only=problems&q=x", ""},
		{"a path that looks like another host", "/board//?q=", ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, k.given, nil))
			if got := w.Header().Get("Location"); got != k.expect {
				t.Errorf("%d leads to %q, want %q", w.Code, got, k.expect)
			}
		})
	}
}

func TestTheSearchFindsTitleIDAndOwner(t *testing.T) {
	s := &conference.State{ConfID: "900487914", Name: "Design review – 上海", Basic: conference.BasicInfo{Title: "Ｗｅｅｋｌｙ sync", Owner: "Zoë Straße", DisplayID: "77-1"}}
	for _, k := range []struct {
		given  string
		expect bool
	}{
		{"", true}, {"review", true}, {"REVIEW", true}, {"review design", true}, {"design budget", false},
		{"上海", true}, {"北京", false}, {"weekly", true}, {"ｗｅｅｋ", true}, {"zoe", false}, {"zoë", true}, {"Zoe\u0308", true}, {"STRASSE", true},
		{"487914", true}, {"900 487 914", true}, {"900-487-914", true}, {"900 487 915", false}, {"77-1", true}, {"ｄｅｓｉｇｎ　ｒｅｖｉｅｗ", true},
		{"%", false}, {"<b>", false},
	} {
		if got := newSearch(searchText(k.given)).matches(s); got != k.expect {
			t.Errorf("%q: %t", k.given, got)
		}
	}
}

func TestAFactHoldsOnlyWhereItIsKnownAndNow(t *testing.T) {
	all := func(people ...*conference.Participant) func(*conference.State) {
		return func(s *conference.State) {
			attended(people...)(s)
			s.ParticipantsIntake.HasFull = true
		}
	}
	host := &conference.Participant{PID: "h", Attributes: conference.AttributesOf(map[string]string{"ROLE": "1"})}
	called := &conference.Participant{PID: "h", Attributes: conference.AttributesOf(map[string]string{"ROLE": "1", "STATE": "1"})}
	guest := &conference.Participant{PID: "g", Attributes: conference.AttributesOf(map[string]string{"ROLE": "0"})}
	unlocked, locked := flag(conference.Lock, 0), flag(conference.Lock, 1)
	waiting := heard(func(e []conference.ParticipantEntry) conference.Message {
		return conference.WaitingMessage{Envelope: conference.Envelope{Type: conference.WaitingType, Mode: conference.Incremental}, Entries: e}
	}, guest)
	for _, k := range []struct {
		name, given string
		state       *conference.State
		expect      bool
	}{
		{"an unlocked meeting", "is=unlocked", wallState(unlocked), true},
		{"a locked one", "is=unlocked", wallState(locked), false},
		{"nobody knows whether it is locked", "is=unlocked", wallState(), false},
		{"it was unlocked when it was last heard of", "is=unlocked", wallState(unlocked, link(conference.Stale)), true},
		{"it was unlocked before it ended", "is=unlocked", wallState(unlocked, link(conference.Over)), false},
		{"it has not started", "is=unlocked", wallState(unlocked, link(conference.Waiting)), false},
		{"in the group", "group=%20north+wing%20", wallState(inGroup("North Wing")), true},
		{"in a group of another name", "group=north", wallState(inGroup("North Wing")), false},
		{"in a group in Chinese", "group=华北", wallState(inGroup("华北")), true},
		{"in no group", "group=north", wallState(), false},
		{"recording", "rec=on", wallState(flag(conference.RecState, 1)), true},
		{"not recording", "rec=off", wallState(flag(conference.RecState, 0)), true},
		{"nobody knows whether it is recorded", "rec=off", wallState(), false},
		{"sharing is locked", "is=nosharing", wallState(flag(conference.LockSharing, 1)), true},
		{"chat is off", "is=nochat", wallState(flag(conference.ForbiddenChat, 1)), true},
		{"captions are on", "is=captions", wallState(flag(conference.RealTimeSubtitle, 2)), true},
		{"the mode", "mode=FIXED", wallState(mode("FIXED")), true},
		{"another mode", "mode=FIXED", wallState(mode("FREE")), false},
		{"near its end", "is=ending", wallState(func(s *conference.State) { s.NearEnd = true }), true},
		{"over its planned end", "is=over", wallState(func(s *conference.State) { s.Overrun = true }), true},
		{"nobody is in it", "is=empty", wallState(all()), true},
		{"somebody is only being called", "is=empty", wallState(all(called)), true},
		{"nobody was reported so far", "is=empty", wallState(), false},
		{"without a host", "is=nohost", wallState(all(guest)), true},
		{"the host is there", "is=nohost", wallState(all(guest, host)), false},
		{"the host is being called", "is=nohost", wallState(all(guest, called)), true},
		{"not all participants were reported", "is=nohost", wallState(attended(guest)), false},
		{"somebody waits", "is=waiting", wallState(waiting), true},
		{"somebody waited before it ended", "is=waiting", wallState(waiting, link(conference.Over)), false},
		{"all facts have to hold", "is=unlocked&is=nochat", wallState(unlocked), false},
		{"both hold", "is=unlocked&is=nochat", wallState(unlocked, flag(conference.ForbiddenChat, 1)), true},
	} {
		t.Run(k.name, func(t *testing.T) {
			if got := queryOf(k.given).shows(k.state); got != k.expect {
				t.Errorf("shown: %t", got)
			}
		})
	}
}

func TestEveryFilterHasWordsAndAChipThatRemovesIt(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	for _, lang := range text.Langs() {
		for _, given := range []string{"only=problems", "only=stale", "only=critical", "q=x", "group=North", "rec=on", "rec=off", "mode=ROLLCALL", "is=unlocked", "is=nosharing", "is=nochat", "is=captions", "is=ending", "is=over", "is=nohost", "is=empty", "is=waiting"} {
			v := newOverviewView(h.words(lang), h.Board, queryOf(given+"&sort=end&page=4"))
			chips := v.chips()
			if len(chips) != 1 || chips[0].Label == "" || chips[0].Path != "/board/?sort=end" {
				t.Errorf("%s in %s: %+v", given, lang, chips)
			}
		}
		for _, s := range sorts {
			if text.For(lang).Sorts[s] == "" {
				t.Errorf("the order %q has no words in %s", s, lang)
			}
		}
		for _, d := range densities {
			if text.For(lang).Densities[d] == "" {
				t.Errorf("the density %q has no words in %s", d, lang)
			}
		}
	}
}

// What is looked for is shown again, and can be anything.
func TestASearchCannotBecomeMarkup(t *testing.T) {
	h := testHandlers(newHistory(1).registry)
	page := ask(t, h, "/?q="+url.QueryEscape(`"><script>alert(1)</script>`))
	if strings.Contains(page, "<script>alert") {
		t.Error("the search became an element")
	}
}
