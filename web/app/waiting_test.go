package app

import (
	"strings"
	"testing"

	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// Who waits to be let in, and that somebody does, is for those who run the meetings; with access: open that is everybody.
func TestTheWaitingRoomIsForAdmins(t *testing.T) {
	storetest.NotAboutStorage(t)
	const name, filter = "Walter Waiting", `value="waiting"`
	look := func(t *testing.T, p *person, there bool) {
		t.Helper()
		pages := map[string]string{}
		for _, path := range []string{"/m/900487914?lang=en", "/api/v1/meetings/900487914", "/api/v1/meetings", "/?lang=en"} {
			_, pages[path] = p.get(path)
		}
		s := p.stream("/m/900487914/events?lang=en")
		s.until("Petra Present")
		pages["the stream"] = s.said()
		overview := p.stream("/events?is=waiting&lang=en")
		overview.until("c-900487914") // the only meeting: with the filter or without it
		for path, page := range pages {
			want := map[bool]string{true: name, false: "Walter"}[there]
			switch {
			case path == "/?lang=en":
				want = filter
			case strings.HasPrefix(path, "/api"):
				want = `"waitingRoom":1`
			}
			if strings.Contains(page, want) != there {
				t.Errorf("%s has %s: %t", path, want, !there)
			}
			if !there && strings.Contains(page, "waiting room") {
				t.Errorf("%s tells of the waiting room", path)
			}
		}
		if _, page := p.get("/?is=waiting&lang=en"); strings.Contains(page, `class="chip"`) != there {
			t.Errorf("the filter counts: %t", !there)
		}
		if _, page := p.get("/wall?is=waiting&lang=en"); strings.Contains(page, "is=waiting") != there {
			t.Errorf("a wall is limited to those where somebody waits: %t", !there)
		}
	}
	t.Run("with accounts", func(t *testing.T) {
		l := openLodge(t, settings.Settings{Access: settings.AccessAccounts})
		l.meeting("900487914")
		look(t, l.signedIn("ann"), true)
		look(t, l.signedIn("bob"), false)
	})
	t.Run("open", func(t *testing.T) {
		l := openLodge(t, settings.Settings{Access: settings.AccessOpen})
		l.meeting("900487914")
		look(t, l.person(), true)
	})
}
