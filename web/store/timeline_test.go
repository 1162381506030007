package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/web/store/storetest"
)

// occurrence n is one of an hour, n hours after noon.
func occurrence(n int) Occurrence {
	began := noon.Add(time.Duration(n) * time.Hour)
	return Occurrence{ID: int64(n), ConfID: conference.ConfID(fmt.Sprint(900000000 + n)), Title: fmt.Sprint("Meeting ", n), Owner: "Ann",
		Watched: began.Add(-time.Minute), Began: began, Ended: began.Add(time.Hour), Left: began.Add(2 * time.Hour), Until: began.Add(time.Hour), People: n, Summary: "{}"}
}

func told(occurrence int64, seq uint64, received time.Time) TimelineEntry {
	return TimelineEntry{Occurrence: occurrence, Seq: seq, Group: seq, Kind: "people", At: received.Add(-time.Second), Received: received, Body: `{"joined":1}`, Personal: `{"joined":[{"name":"Ann"}]}`}
}

func put(t *testing.T, d *DB, b TimelineBatch) {
	t.Helper()
	if b.Run.IsZero() {
		b.Run, b.Seen = noon, noon
	}
	if err := d.PutTimelines(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func TestTimelinesComeBack(t *testing.T) {
	d := openDB(t, t.TempDir())
	o := occurrence(1)
	var entries []TimelineEntry
	for seq := range uint64(10) {
		entries = append(entries, told(1, seq+1, noon.Add(time.Duration(seq)*time.Second)))
	}
	put(t, d, TimelineBatch{Occurrences: []Occurrence{o}, Entries: entries})
	put(t, d, TimelineBatch{Occurrences: []Occurrence{o}, Entries: entries}) // as after a write of which nobody knows whether it succeeded

	if got, err := d.Occurrence(t.Context(), 1); err != nil || got != o {
		t.Errorf("%+v, error %v, want %+v", got, err, o)
	}
	if _, err := d.Occurrence(t.Context(), 2); !errors.Is(err, ErrNotFound) {
		t.Errorf("one that there is not: %v", err)
	}
	if got, err := d.LastEntries(t.Context(), 1, noon.Add(3*time.Second), 4); err != nil || !slices.Equal(got, entries[6:]) {
		t.Errorf("the last: %+v, error %v", got, err)
	}
	if got, err := d.LastEntries(t.Context(), 1, noon.Add(8*time.Second), 4); err != nil || !slices.Equal(got, entries[8:]) {
		t.Errorf("the last since then: %+v, error %v", got, err)
	}
	before, err := d.EntriesBefore(t.Context(), 1, 4, 2)
	if slices.Reverse(before); err != nil || !slices.Equal(before, entries[1:3]) {
		t.Errorf("before the fourth: %+v, error %v", before, err)
	}
	if got, err := d.EntriesAfter(t.Context(), 1, 4, 2); err != nil || !slices.Equal(got, entries[4:6]) {
		t.Errorf("after the fourth: %+v, error %v", got, err)
	}
	put(t, d, TimelineBatch{Drop: []int64{1}})
	if got, err := d.EntriesBefore(t.Context(), 1, 0, 100); err != nil || len(got) > 0 {
		t.Errorf("of one that was dropped: %+v, error %v", got, err)
	}
}

func TestEndedMeetingsAreFound(t *testing.T) {
	d := openDB(t, t.TempDir())
	renamed := func(n int, change func(*Occurrence)) Occurrence {
		o := occurrence(n)
		change(&o)
		return o
	}
	put(t, d, TimelineBatch{Occurrences: []Occurrence{
		renamed(1, func(o *Occurrence) { o.Title, o.Owner = "Board 50% of_all", "Zoë Ångström" }),
		renamed(2, func(o *Occurrence) { o.Title = "项目评审 ＡＢＣ" }),
		renamed(3, func(o *Occurrence) { o.Ended, o.Until = time.Time{}, o.Began.Add(10*time.Minute) }), // its end was not seen
		renamed(4, func(o *Occurrence) { o.Ended, o.Left = time.Time{}, time.Time{} }),                  // it goes on
		renamed(5, func(o *Occurrence) { o.Began, o.Ended = time.Time{}, time.Time{} }),                 // it never began
		renamed(6, func(o *Occurrence) { o.Left = time.Time{} }),                                        // it is on the board still
	}})
	for name, c := range map[string]struct {
		q    EndedQuery
		want string
	}{
		"everything":                      {EndedQuery{}, "6 3 2 1"},
		"words of the title, in any case": {EndedQuery{Words: "board OF_all"}, "1"},
		"a sign that stands for others":   {EndedQuery{Words: "0% of"}, "1"},
		"and does not":                    {EndedQuery{Words: "Boa%l"}, ""},
		"the owner":                       {EndedQuery{Words: "ångström board"}, "1"},
		"Chinese, and Latin in any width": {EndedQuery{Words: "评审 abc"}, "2"},
		"the ID":                          {EndedQuery{Words: "900000003"}, "3"},
		"a part of the time":              {EndedQuery{From: noon.Add(3*time.Hour + 5*time.Minute), To: noon.Add(6 * time.Hour)}, "3"},
		"one that had ended by then":      {EndedQuery{From: noon.Add(3*time.Hour + 15*time.Minute), To: noon.Add(6 * time.Hour)}, ""},
	} {
		found, err := d.Ended(t.Context(), c.q, 0, 100)
		var ids []string
		for _, o := range found {
			ids = append(ids, fmt.Sprint(o.ID))
		}
		if n, countErr := d.CountEnded(t.Context(), c.q); err != nil || countErr != nil || strings.Join(ids, " ") != c.want || n != len(ids) {
			t.Errorf("%s: %q of %d, errors %v and %v, want %q", name, ids, n, err, countErr, c.want)
		}
	}
	if found, err := d.Ended(t.Context(), EndedQuery{}, 1, 2); err != nil || len(found) != 2 || found[0].ID != 3 || found[1].ID != 2 {
		t.Errorf("the second page: %+v, error %v", found, err)
	}
	if found, err := d.EndedAfter(t.Context(), EndedQuery{}, occurrence(3).Began, 3, 10); err != nil || len(found) != 2 || found[0].ID != 2 {
		t.Errorf("after the third: %+v, error %v", found, err)
	}
}

func TestWhatWasGoingOnIsInterrupted(t *testing.T) {
	d := openDB(t, t.TempDir())
	if i, err := d.Interrupt(t.Context()); err != nil || !i.Stopped.IsZero() || i.LastID != 0 || len(i.Occurrences) > 0 {
		t.Errorf("a new file: %+v, error %v", i, err)
	}
	seen := noon.Add(10 * time.Hour)
	going, earlier, gone := occurrence(2), occurrence(1), occurrence(3)
	for _, o := range []*Occurrence{&going, &earlier, &gone} {
		o.Ended, o.Left = time.Time{}, time.Time{}
	}
	earlier.ConfID = going.ConfID
	gone.Left = seen.Add(-time.Hour)
	ended := occurrence(4)
	ended.Left = time.Time{}
	put(t, d, TimelineBatch{Run: noon, Seen: seen, Occurrences: []Occurrence{going, earlier, gone, ended}})
	for range 2 { // the second time it was stopped before anything was written
		i, err := d.Interrupt(t.Context())
		if err != nil || !i.Stopped.Equal(seen) || i.LastID != 4 || len(i.Occurrences) != 1 || i.Occurrences[0].ID != 2 || !i.Occurrences[0].Until.Equal(seen) {
			t.Errorf("%+v, error %v", i, err)
		}
	}
	// Nor is a meeting lost that a board did not come to because it was stopped again at once.
	other := occurrence(5)
	other.Ended, other.Left, other.Until = time.Time{}, time.Time{}, seen.Add(70*time.Second)
	put(t, d, TimelineBatch{Run: seen.Add(time.Minute), Seen: seen.Add(70 * time.Second), Occurrences: []Occurrence{other}})
	i, err := d.Interrupt(t.Context())
	if err != nil || len(i.Occurrences) != 2 || !i.Occurrences[0].Left.Equal(seen) || !i.Occurrences[1].Left.Equal(seen.Add(70*time.Second)) {
		t.Errorf("after a short run: %+v, error %v", i, err)
	}
	put(t, d, TimelineBatch{Run: seen.Add(time.Hour), Seen: seen.Add(2 * time.Hour), Occurrences: []Occurrence{other}})
	if i, err := d.Interrupt(t.Context()); err != nil || len(i.Occurrences) != 1 || i.Occurrences[0].ID != 5 {
		t.Errorf("after a long one: %+v, error %v", i, err)
	}
	if o, err := d.Occurrence(t.Context(), 4); err != nil || o.Left.IsZero() || !o.Until.Equal(ended.Until) {
		t.Errorf("one that had ended: %+v, error %v", o, err)
	}
}

func prune(t *testing.T, d *DB, l TimelineLimits) (steps int) {
	t.Helper()
	for more := true; more; steps++ {
		var err error
		if more, _, err = d.PruneTimelines(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	return steps
}

func TestWhatIsTooOldGoesInSmallSteps(t *testing.T) {
	d := openDB(t, t.TempDir())
	var entries []TimelineEntry
	for n := range 3 * pruneStep {
		entries = append(entries, told(1+int64(n%2), uint64(n+1), noon.Add(time.Duration(n)*time.Second)))
	}
	old, going := occurrence(1), occurrence(2)
	old.Until, going.Until = noon.Add(pruneStep*time.Second), noon.Add(24*time.Hour)
	put(t, d, TimelineBatch{Occurrences: []Occurrence{old, going}, Entries: entries})

	if steps := prune(t, d, TimelineLimits{Before: noon, Personal: noon.Add(pruneStep * time.Second)}); steps < 2 {
		t.Errorf("names went in %d steps", steps)
	}
	kept, err := d.EntriesAfter(t.Context(), 1, 0, len(entries))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range kept {
		if want := e.Seq <= pruneStep; (e.Personal == Forgotten) != want || e.Body == "" {
			t.Fatalf("entry %d: %+v", e.Seq, e)
		}
	}
	if o, err := d.Occurrence(t.Context(), 1); err != nil || o.Owner != "Ann" {
		t.Errorf("the owner of one that was seen just then: %+v, error %v", o, err)
	}

	if steps := prune(t, d, TimelineLimits{Before: noon.Add(2*pruneStep*time.Second + 1), Personal: noon.Add(2 * pruneStep * time.Second)}); steps < 3 {
		t.Errorf("entries went in %d steps", steps)
	}
	if kept, err := d.EntriesAfter(t.Context(), 2, 0, len(entries)); err != nil || len(kept) != pruneStep/2-1 && len(kept) != pruneStep/2 || kept[0].Seq <= 2*pruneStep {
		t.Errorf("%d are left, error %v", len(kept), err)
	}
	if _, err := d.Occurrence(t.Context(), 2); err != nil {
		t.Errorf("the one that goes on: %v", err)
	}
}

func TestTheOldestGoWhenThereIsTooMuch(t *testing.T) {
	d := openFile(t, t.TempDir())
	if err := d.AddShare(t.Context(), share(1)); err != nil {
		t.Fatal(err)
	}
	var entries []TimelineEntry
	for n := range 4 * pruneStep {
		e := told(1, uint64(n+1), noon.Add(time.Duration(n)*time.Second))
		e.Body = strings.Repeat("x", 1000)
		entries = append(entries, e)
	}
	put(t, d, TimelineBatch{Occurrences: []Occurrence{occurrence(1)}, Entries: entries})
	const most = 1 << 20
	prune(t, d, TimelineLimits{Before: noon, Personal: noon, Bytes: most})
	if _, bytes, err := d.PruneTimelines(t.Context(), TimelineLimits{Before: noon, Personal: noon, Bytes: most}); err != nil || bytes > most {
		t.Errorf("%d bytes, error %v", bytes, err)
	}
	kept, err := d.EntriesAfter(t.Context(), 1, 0, len(entries))
	if err != nil || len(kept) == 0 || kept[len(kept)-1].Seq != 4*pruneStep || int(kept[0].Seq) != 4*pruneStep-len(kept)+1 {
		t.Errorf("%d are left, error %v", len(kept), err)
	}
	prune(t, d, TimelineLimits{Before: noon, Personal: noon, Bytes: 1}) // less than there can be
	if all, err := d.Shares(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("links %+v, error %v", all, err)
	}
}

func TestABatchOfAnySizeIsKeptWhole(t *testing.T) {
	for _, size := range []int{1, 7, 8, 63, 64, 65, 200} {
		d := openDB(t, t.TempDir())
		b := TimelineBatch{Run: noon, Seen: noon}
		for i := range size {
			b.Occurrences = append(b.Occurrences, Occurrence{ID: int64(i + 1), ConfID: "900", Title: "early", Until: noon})
			b.Entries = append(b.Entries, told(int64(i+1), 1, noon), told(int64(i+1), 2, noon))
		}
		for i := range size { // each of them again, as one who reads the batch in order has it
			b.Occurrences = append(b.Occurrences, Occurrence{ID: int64(i + 1), ConfID: "900", Title: fmt.Sprint("late ", i), Until: noon})
		}
		for range 2 {
			if err := d.PutTimelines(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		for i := range size {
			entries, err := d.EntriesAfter(t.Context(), int64(i+1), 0, 10)
			if err != nil || len(entries) != 2 {
				t.Fatalf("of %d, %d has %d entries, error %v", size, i, len(entries), err)
			}
			o, err := d.Occurrence(t.Context(), int64(i+1))
			if err != nil || o.Title != fmt.Sprint("late ", i) {
				t.Fatalf("of %d, %d is %+v, error %v", size, i, o, err)
			}
		}
	}
}

// BenchmarkTimelines is a batch of 1,000 entries, in the board's own file and in a server's database.
func BenchmarkTimelines(b *testing.B) {
	b.Run("file", func(b *testing.B) {
		benchmarkTimelines(b, func() (*DB, error) { return OpenDB(b.Context(), b.TempDir()) })
	})
	b.Run("server", func(b *testing.B) {
		storetest.Need(b)
		benchmarkTimelines(b, func() (*DB, error) { return OpenServer(b.Context(), Server{URL: storetest.Schema(b, b.TempDir())}) })
	})
}

func benchmarkTimelines(b *testing.B, open func() (*DB, error)) {
	d, err := open()
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	n := 0
	for b.Loop() {
		entries := make([]TimelineEntry, 1000)
		for i := range entries {
			n++
			entries[i] = told(int64(i), uint64(n), noon.Add(time.Duration(n)*time.Millisecond))
		}
		if err := d.PutTimelines(b.Context(), TimelineBatch{Run: noon, Seen: noon, Entries: entries}); err != nil {
			b.Fatal(err)
		}
	}
	bytes, err := d.used(b.Context(), d.readers)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(bytes)/float64(n), "B/entry")
	start, steps := time.Now(), 0
	for more := true; more; steps++ {
		if more, _, err = d.PruneTimelines(b.Context(), TimelineLimits{Before: noon.Add(time.Hour), Personal: noon}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(time.Since(start).Seconds()*1000/float64(steps), "ms/prune")
}

func TestWhatIsVoidIsRemovedBeforeOthersHaveItsPlace(t *testing.T) {
	d := openDB(t, t.TempDir())
	var entries []TimelineEntry
	for seq := range uint64(4) {
		entries = append(entries, told(1, seq+1, noon), told(2, seq+1, noon))
	}
	put(t, d, TimelineBatch{Occurrences: []Occurrence{occurrence(1), occurrence(2)}, Entries: entries})
	other := told(1, 3, noon.Add(time.Minute))
	b := TimelineBatch{Void: []VoidEntries{{1, 2, 3}, {3, 0, 9}}, Entries: []TimelineEntry{other}}
	put(t, d, b)
	put(t, d, b)
	if got, err := d.EntriesAfter(t.Context(), 1, 0, 10); err != nil || !slices.Equal(got, []TimelineEntry{entries[0], entries[2], other, entries[6]}) {
		t.Errorf("%+v, error %v", got, err)
	}
	if got, err := d.EntriesAfter(t.Context(), 2, 0, 10); err != nil || len(got) != 4 {
		t.Errorf("of another occurrence: %+v, error %v", got, err)
	}
}
