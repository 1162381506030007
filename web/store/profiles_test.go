package store

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
)

func profile(id string, revision int64, said ...string) Profile {
	p := Profile{ID: id, Edit: Edit{Revision: revision, By: "ann", At: noon}, Said: map[string]string{}}
	for i := 0; i+1 < len(said); i += 2 {
		p.Said[said[i]] = said[i+1]
	}
	return p
}

func TestProfilesComeBackInTheirOrder(t *testing.T) {
	dir := t.TempDir()
	d := openDB(t, dir)
	a, b, c := profile("a", 1, "name", "Board 'x'; --", "expect.locked", "yes"), profile("b", 1, "name", "会议"), profile("c", 1)
	for _, p := range []Profile{a, b, c} {
		if err := d.PutProfile(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	a = profile("a", 2, "name", "Board", "expect.chat", "no")
	for _, err := range []error{d.PutProfile(t.Context(), a), d.OrderProfiles(t.Context(), []string{"c", "a", "b"}), d.RemoveProfile(t.Context(), "b", 1)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	d = openDB(t, dir)
	if all, err := d.Profiles(t.Context()); err != nil || !reflect.DeepEqual(all, []Profile{c, a}) {
		t.Errorf("%+v, %v", all, err)
	}
	var orphans int
	if err := d.sql.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM profile_entry WHERE profile NOT IN (SELECT id FROM profile)").Scan(&orphans); err != nil || orphans > 0 {
		t.Errorf("%d entries of profiles that have gone, %v", orphans, err)
	}
}

func TestARevisionReplacesOnlyTheOneBeforeIt(t *testing.T) {
	d := openDB(t, t.TempDir())
	if err := errors.Join(d.PutProfile(t.Context(), profile("a", 1, "name", "A")), d.PutProfile(t.Context(), profile("a", 2, "name", "A2")),
		d.PutLimit(t.Context(), Limit{Rule: "noHost", Edit: Edit{Revision: 1, At: noon}, Severity: "alert", After: "1m"}),
		d.PutLimit(t.Context(), Limit{Rule: "noHost", Edit: Edit{Revision: 2, By: "ann", At: noon}})); err != nil {
		t.Fatal(err)
	}
	for _, k := range []struct {
		name string
		err  error
		want error
	}{
		{"a first one again", d.PutProfile(t.Context(), profile("a", 1, "name", "other")), ErrExists},
		{"the same revision again", d.PutProfile(t.Context(), profile("a", 2, "name", "other")), ErrNotFound},
		{"one that skips a revision", d.PutProfile(t.Context(), profile("a", 4, "name", "other")), ErrNotFound},
		{"one that was never there", d.PutProfile(t.Context(), profile("x", 2, "name", "other")), ErrNotFound},
		{"the removal of an older one", d.RemoveProfile(t.Context(), "a", 1), ErrNotFound},
		{"an order with one that is not there", d.OrderProfiles(t.Context(), []string{"a", "x"}), ErrNotFound},
		{"a first limit again", d.PutLimit(t.Context(), Limit{Rule: "noHost", Edit: Edit{Revision: 1}}), ErrExists},
		{"an older limit", d.PutLimit(t.Context(), Limit{Rule: "noHost", Edit: Edit{Revision: 2}}), ErrNotFound},
	} {
		if !errors.Is(k.err, k.want) {
			t.Errorf("%s: %v, want %v", k.name, k.err, k.want)
		}
	}
	if all, err := d.Profiles(t.Context()); err != nil || len(all) != 1 || all[0].Said["name"] != "A2" {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := d.Limits(t.Context()); err != nil || fmt.Sprint(all) != fmt.Sprint([]Limit{{Rule: "noHost", Edit: Edit{Revision: 2, By: "ann", At: noon}}}) {
		t.Errorf("%+v, %v", all, err)
	}
}
