package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"confboard/feed/conference"
)

func silenceOf(id conference.ConfID, c conference.Cause, change func(*Silence)) Silence {
	s := Silence{ConfID: id, Silence: conference.Silence{Cause: c, By: "Ann", Note: "it's 'so'; -- 会议", At: noon, Began: noon.Add(-time.Hour)}}
	if change != nil {
		change(&s)
	}
	return s
}

func TestSilencesAreKept(t *testing.T) {
	dir := t.TempDir()
	d := openDB(t, dir)
	drift := conference.Cause{Rule: conference.Drift, Field: conference.Lock, Profile: "board's"}
	other := conference.Cause{Rule: conference.Drift, Field: conference.RecState, Profile: "board's"}
	kept := []Silence{
		silenceOf("900487914", drift, func(s *Silence) { s.Until = noon.Add(time.Hour) }),
		silenceOf("900487914", other, nil),
		silenceOf("900487914", conference.Cause{Rule: conference.NoHost}, func(s *Silence) { s.At, s.Seen, s.Began = noon.Add(time.Second), true, time.Time{} }),
		silenceOf("900487915", drift, func(s *Silence) { s.At = noon.Add(2 * time.Second) }),
	}
	ended := silenceOf("900487915", conference.Cause{Rule: conference.Overrunning}, nil)
	for _, s := range append(slices.Clone(kept), ended, silenceOf("900487914", drift, nil), kept[0]) {
		if err := d.PutSilence(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	remove := func(id conference.ConfID, c conference.Cause) error {
		return d.RemoveSilence(t.Context(), id, c, noon.Add(24*time.Hour))
	}
	if err := errors.Join(remove(ended.ConfID, ended.Cause), remove(ended.ConfID, ended.Cause), remove("900487916", drift), d.Close()); err != nil {
		t.Fatal(err)
	}

	d = openDB(t, dir)
	if all, err := d.Silences(t.Context(), noon); err != nil || !slices.Equal(all, kept) {
		t.Errorf("%+v, error %v", all, err)
	}
}

func TestSilencesWhoseTimeIsUpAreForgotten(t *testing.T) {
	d := openDB(t, t.TempDir())
	for i, change := range []func(*Silence){
		func(s *Silence) { s.Until = noon },
		func(s *Silence) { s.Until = noon.Add(time.Millisecond) },
		func(s *Silence) { s.At = noon.Add(-keepSilences) },
		func(s *Silence) { s.At = noon.Add(time.Millisecond - keepSilences) },
		func(s *Silence) { s.At, s.Until = noon.Add(-2*keepSilences), noon.Add(time.Hour) },
	} {
		s := silenceOf("900487914", conference.Cause{Rule: conference.Drift, Field: conference.Field(i)}, change)
		if err := d.PutSilence(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // whether or not they have been removed
		all, err := d.Silences(t.Context(), noon)
		if err != nil || len(all) != 3 || all[0].Cause.Field != 4 || all[1].Cause.Field != 3 || all[2].Cause.Field != 1 {
			t.Errorf("%+v, error %v", all, err)
		}
		if err := d.ForgetSilences(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
	}
	var left int
	if err := d.sql.QueryRow("SELECT COUNT(*) FROM silence").Scan(&left); err != nil || left != 3 {
		t.Errorf("%d rows are left, error %v", left, err)
	}
}
