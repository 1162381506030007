package handlers

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"confboard/feed/conference"
)

// walk takes steps as a browser does: whatever a step names has to be there before the first.
func walk(t *testing.T, from []conference.ConfID, all []step) []conference.ConfID {
	t.Helper()
	list := slices.Clone(from)
	for _, s := range all {
		if s.leaves {
			at := slices.Index(list, s.id)
			list = slices.Delete(list, at, at+1)
			continue
		}
		at := len(list)
		if s.next != "" {
			if !slices.Contains(from, s.next) {
				t.Fatalf("%s enters before %s, which not everybody has", s.id, s.next)
			}
			at = slices.Index(list, s.next)
		}
		list = slices.Insert(list, at, s.id)
	}
	return list
}

func TestStepsLeadFromOneListToAnother(t *testing.T) {
	list := func(s string) (ids []conference.ConfID) {
		for _, id := range strings.Fields(s) {
			ids = append(ids, conference.ConfID(id))
		}
		return ids
	}
	for _, k := range []struct {
		name, from, to string
		steps, kept    int
	}{
		{"nothing changes", "a b c", "a b c", 0, 3},
		{"the first goes, and the next page's first moves up", "a b c", "b c d", 2, 2},
		{"one enters before all others and pushes out the last", "a b c", "x a b", 2, 2},
		{"the last becomes the first", "a b c d e", "e a b c d", 2, 4},
		{"the first becomes the last", "a b c d e", "b c d e a", 2, 4},
		{"two change places", "a b c d", "a c b d", 2, 3},
		{"all others", "a b", "c d", 4, 0},
		{"from nothing", "", "a b", 2, 0},
		{"to nothing", "a b", "", 2, 0},
	} {
		t.Run(k.name, func(t *testing.T) {
			all, kept := steps(list(k.from), list(k.to))
			if got := walk(t, list(k.from), all); !slices.Equal(got, list(k.to)) {
				t.Errorf("they lead to %v", got)
			}
			if len(all) != k.steps || kept != k.kept {
				t.Errorf("%d steps, %d stay, want %d and %d", len(all), kept, k.steps, k.kept)
			}
		})
	}
	r := rand.New(rand.NewPCG(7, 7))
	some := func() (ids []conference.ConfID) {
		for _, i := range r.Perm(12)[:r.IntN(13)] {
			ids = append(ids, conference.ConfID(strconv.Itoa(i)))
		}
		return ids
	}
	for range 2000 {
		from, to := some(), some()
		all, _ := steps(from, to)
		if got := walk(t, from, all); !slices.Equal(got, to) {
			t.Fatalf("from %v to %v they lead to %v: %v", from, to, got, all)
		}
	}
}
