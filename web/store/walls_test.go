package store

import (
	"errors"
	"testing"
	"time"

	"confboard/feed/conference"
)

func TestAWallIsKept(t *testing.T) {
	dir := t.TempDir()
	d := openDB(t, dir)
	kept := Wall{Digest: "digest-1", Wall: conference.Wall{ID: "id-1", Name: "Lobby '1'; -- 大厅", Query: "group=North&screen=75", By: "ann", Created: noon, Revision: 1}}
	other := Wall{Digest: "digest-2", Wall: conference.Wall{ID: "id-2", Name: "Control room", Created: noon.Add(time.Second), Revision: 1}}
	if err := errors.Join(d.AddWall(t.Context(), other), d.AddWall(t.Context(), kept)); err != nil {
		t.Fatal(err)
	}
	if err := d.AddWall(t.Context(), kept); !errors.Is(err, ErrExists) {
		t.Errorf("the same wall again: %v", err)
	}
	twice := other
	twice.ID = "id-3"
	if err := d.AddWall(t.Context(), twice); err == nil {
		t.Error("two walls have the same token")
	}
	kept.Name, kept.Query, kept.Digest, kept.Revision = "Lobby", "group=South", "digest-3", 7
	kept.Build, kept.Screen, kept.Since, kept.Seen = "0123abcd", "3840x2160", noon, noon.Add(time.Hour)
	before := kept
	before.Revision, before.Name = 6, "an old name" // is not what is seen of it
	if err := errors.Join(d.UpdateWall(t.Context(), kept), d.SeeWall(t.Context(), before.Wall), d.Close()); err != nil {
		t.Fatal(err)
	}

	d = openDB(t, dir)
	all, err := d.Walls(t.Context())
	if err != nil || len(all) != 2 || all[0] != kept || all[1] != other {
		t.Errorf("walls %+v, error %v", all, err)
	}
	if err := errors.Join(d.RemoveWall(t.Context(), "id-1"), d.RemoveWall(t.Context(), "id-1")); err != nil {
		t.Error(err)
	}
	if err := d.UpdateWall(t.Context(), kept); !errors.Is(err, ErrNotFound) {
		t.Errorf("what became of a wall that was removed: %v", err)
	}
	if err := d.SeeWall(t.Context(), kept.Wall); err != nil {
		t.Errorf("a wall that was removed is seen: %v", err)
	}
	if all, err := d.Walls(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("walls %+v, error %v", all, err)
	}
}
