package e2e

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// How a meeting was is the same at the board that watches it and at the other one, where nobody looked at it then.
func TestClusterAPastMomentIsTheSameAtEveryBoard(t *testing.T) {
	t.Parallel()
	s := newSeveral(t, 2, 1)
	a := s.start("a")
	b := s.start("b")
	s.settled()
	for _, lock := range []int{1, 0, 1} {
		for _, m := range s.meetings {
			m.Set(map[string]any{"lock": lock})
		}
		s.settled()
	}
	page := func(b *board, path string) string {
		t.Helper()
		res, err := http.Get("http://" + b.address() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, res.Status, err)
		}
		return string(text)
	}
	// Of a page, what is not its own board's: where its assets are, and which clock it goes by.
	region := regexp.MustCompile(`(?s)<div class="past">.*</div>`)
	previous := regexp.MustCompile(`id="past-previous"[^>]* href="([^"]+)"`)
	for _, m := range s.meetings {
		path := "/m/" + m.ConfID() + "?at=last&lang=en"
		for step := range 3 {
			one, other := region.FindString(page(a, path)), region.FindString(page(b, path))
			if one != other || !strings.Contains(one, "PAST") || strings.Contains(one, "known of that moment") {
				t.Fatalf("step %d of %s:\n%s\nat the other board:\n%s", step, m.ConfID(), one, other)
			}
			to := previous.FindStringSubmatch(one)
			if to == nil {
				t.Fatalf("step %d of %s leads to no earlier one:\n%s", step, m.ConfID(), one)
			}
			path = strings.ReplaceAll(to[1], "&amp;", "&") + "&lang=en"
		}
	}
	a.kill()
	for _, m := range s.meetings { // at once, and never empty
		if text := page(b, fmt.Sprint("/m/", m.ConfID(), "?at=last&lang=en")); !strings.Contains(text, "PAST") {
			t.Errorf("after the other board was killed:\n%s", text)
		}
	}
}
