package conference_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"confboard/feed/conference"
)

func TestAttributesAreThoseOfAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var list conference.Attributes
		plain := map[string]string{}
		for range r.IntN(40) {
			key, value := fmt.Sprint("K", r.IntN(12)), fmt.Sprint(r.IntN(3))
			if r.IntN(4) == 0 {
				list.Delete(key)
				delete(plain, key)
			} else {
				list.Set(key, value)
				plain[key] = value
			}
		}
		if got := list.Map(); !maps.Equal(got, plain) || !slices.Equal(list, conference.AttributesOf(plain)) {
			t.Fatalf("got %v, want %v", list, plain)
		}
		for i := range 12 {
			key := fmt.Sprint("K", i)
			value, ok := list.Lookup(key)
			if want, there := plain[key]; ok != there || value != want || list.Get(key) != want {
				t.Fatalf("%s is %q (%t) of %v", key, value, ok, list)
			}
		}
	}
}
