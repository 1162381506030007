package store

import (
	"errors"
	"testing"
)

// Whatever the file contains, it is either refused by its kind or gives what writing it would keep.
func FuzzDecode(f *testing.F) {
	for _, content := range []string{sound, "", "{}", `{"schema":2}`, `{"schema":1,"meetings":null}`, `{"schema":1,"meetings":[null]}`, `{"schema":1,"meetings":[{"confID":"\ud800"}]}`} {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		list, err := decode(content)
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNewer) {
				t.Errorf("refused without a kind: %v", err)
			}
			return
		}
		written, err := encode(list)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decode(written)
		if err != nil || len(again) != len(list) {
			t.Fatalf("%d meetings became %d, error %v", len(list), len(again), err)
		}
		for i, m := range list {
			a := again[i]
			if a.ConfID != m.ConfID || a.HostPassword.Reveal() != m.HostPassword.Reveal() || a.Name != m.Name || a.Group != m.Group || !a.Added.Equal(m.Added) {
				t.Errorf("%+v became %+v", m, a)
			}
		}
	})
}
