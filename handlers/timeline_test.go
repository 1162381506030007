package handlers

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/feed/timeline"
	"confboard/templates"
	"confboard/templates/text"
)

// toggled is a registry with live meetings whose changes a history notes, and a function that toggles the lock of one of them.
func toggled(meetings int) (r *conference.Registry, kept *timeline.History, toggle func(n int)) {
	r = conference.NewRegistry(conference.DefaultPolicy)
	kept = timeline.NewHistory(timeline.DefaultLimits)
	r.Observe(kept.Note)
	now := time.Now().Truncate(time.Second)
	sequence := conference.Sequence(0)
	about := func(n int) conference.About {
		return conference.About{ConfID: conference.ConfID(strconv.Itoa(100 + n)), At: now}
	}
	status := func(n int, mode conference.Mode, lock int64) conference.StatusMessage {
		sequence++
		m := conference.StatusMessage{About: about(n), Envelope: conference.Envelope{Type: conference.StatusType, Mode: mode, CreateTime: now, Sequence: sequence}}
		m.Status.Set(conference.Lock, conference.Value{Presence: conference.Known, Int: lock})
		return m
	}
	for n := range meetings {
		r.Apply(conference.WatchMessage{About: about(n), Name: fmt.Sprint("Meeting ", n)})
		r.Apply(conference.LinkMessage{About: about(n), Event: conference.LinkUp})
		r.Apply(status(n, conference.Full, 0))
	}
	return r, kept, func(n int) {
		now = now.Add(time.Millisecond)
		r.Apply(status(n, conference.Incremental, int64(sequence)%2))
	}
}

func viewOf(r *conference.Registry, kept Timeline, show timeline.Topic) *meetingView {
	return &meetingView{words: words{text: text.For(text.English)}, board: r, id: "100", told: timelineView{history: kept, show: show}}
}

func TestALongTimelineIsCutAndEveryViewerHasTheSame(t *testing.T) {
	r, kept, toggle := toggled(1)
	view := viewOf(r, kept, timeline.AnyTopic)
	k := newTopic(t, r, view)
	k.connect()
	for i := range 2*timelineRows + 20 {
		toggle(0)
		if i%97 == 0 {
			k.connect() // ahead of the others, who hear of the change with the next message
		}
		if i%10 == 0 {
			k.flush(true)
		}
	}
	k.flush(true)
	want := drawn(t, templates.MeetingRegion(view.page(r.Get("100")))).html()
	if n := strings.Count(want, `class="entry"`); n != timelineRows {
		t.Fatalf("the page has %d rows", n)
	}
	for n, d := range k.viewers {
		if got := d.html(); got != want {
			t.Fatalf("viewer %d differs from a fresh page:\n%s", n, difference(got, want))
		}
	}
}

func TestAChangeSendsItsRowAndNoOther(t *testing.T) {
	r, kept, toggle := toggled(1)
	for range 100 {
		toggle(0)
	}
	view := viewOf(r, kept, timeline.AnyTopic)
	if _, err := view.Region(context.Background()); err != nil {
		t.Fatal(err)
	}
	toggle(0)
	sent, err := view.Render(context.Background(), []string{partTimeline})
	if err != nil || bytes.Count(sent, []byte("<li ")) != 1 || len(sent) > 2000 {
		t.Errorf("%v, %d bytes: %s", err, len(sent), sent)
	}
	if again, err := view.Render(context.Background(), []string{partTimeline}); err != nil || len(again) > 0 {
		t.Errorf("%v, nothing has changed and %d bytes are sent: %s", err, len(again), again)
	}
}

// What another board's clock put into the timeline comes without a change; its page is told by one in which nothing differs.
func TestAnEntryThatCameByItselfIsSent(t *testing.T) {
	r, kept, toggle := toggled(1)
	toggle(0)
	view := viewOf(r, kept, timeline.AnyTopic)
	if _, err := view.Region(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := kept.Entries("100")
	last := all[len(all)-1]
	kept.Adopt("100", 1, []timeline.Entry{{Seq: last.Seq + 1, Group: last.Seq + 1, Kind: timeline.Raised, Rule: conference.Overrunning, At: last.At, Received: last.Received}})
	s := r.Get("100")
	touched := view.Touched(conference.Change{ConfID: "100", Cause: conference.SnapshotMessage{State: s}, Before: s, After: s})
	if len(touched) != 1 || touched[0].Component != partTimeline {
		t.Fatalf("it touches %v", touched)
	}
	sent, err := view.Render(t.Context(), []string{partTimeline})
	if err != nil || bytes.Count(sent, []byte("<li ")) != 1 {
		t.Errorf("%v: %s", err, sent)
	}
}

func TestHowItWasIsDrawnWithoutAnythingLive(t *testing.T) {
	h := newHistory(4)
	kept := timeline.NewHistory(timeline.DefaultLimits)
	h.registry.Observe(kept.Note)
	for len(kept.Moments("100")) < 40 {
		h.step(2)
	}
	w := words{text: text.For(text.English), past: true}
	moments := kept.Moments("100")
	for i, m := range moments {
		bar := w.pastBar("100", kept.Rewind("100", m.Received), m.Received)
		b, err := draw(context.Background(), templates.PastRegion(bar, w.pastMeeting(m.State)))
		if err != nil {
			t.Fatal(err)
		}
		for _, live := range []string{`data-show="since"`, `data-show="ago"`, `data-show="in"`, "mark-live", "i-live", `id="speaking"`, `id="envelope"`, `id="timeline"`} {
			if bytes.Contains(b, []byte(live)) {
				t.Fatalf("moment %d has %s:\n%s", i, live, b)
			}
		}
		if lock := w.badge("f-lock", m.State, conference.Lock).Text; !bytes.Contains(b, []byte(lock)) {
			t.Fatalf("moment %d does not say %q:\n%s", i, lock, b)
		}
	}
}

// Whoever goes from change to change comes through all that are kept, and back.
func TestStepsLeadThroughAllThatIsKept(t *testing.T) {
	_, kept, toggle := toggled(1)
	for range 30 {
		toggle(0)
	}
	w := words{text: text.For(text.English)}
	moments := kept.Moments("100")
	distinct := map[int64]bool{}
	for _, m := range moments {
		distinct[m.Received.UnixMilli()] = true
	}
	steps := 0
	at := "last"
	for at != "" {
		chosen, ok := instantOf(at)
		if !ok {
			t.Fatalf("no moment %q", at)
		}
		bar := w.pastBar("100", kept.Rewind("100", chosen), chosen)
		if bar.Next != "" && steps == 0 || bar.Next == "" && steps > 0 {
			t.Errorf("step %d: next is %q", steps, bar.Next)
		}
		steps++
		_, at, _ = strings.Cut(bar.Previous, "at=")
	}
	if steps != len(distinct) {
		t.Errorf("%d steps through %d moments", steps, len(distinct))
	}
}

// What a change costs the feed, with 2,000 meetings on the board and nobody watching.
func BenchmarkChangeAmongTwoThousandMeetings(b *testing.B) {
	const meetings = 2000
	_, kept, toggle := toggled(meetings)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		toggle(n % meetings)
		n++
	}
	b.ReportMetric(float64(kept.Bytes())/meetings/1000, "kB/meeting")
}

// What it costs a page that is watched, whose timeline is full.
func BenchmarkTimelineOfAChange(b *testing.B) {
	r, kept, toggle := toggled(1)
	for range 2 * timelineRows {
		toggle(0)
	}
	view := viewOf(r, kept, timeline.AnyTopic)
	if _, err := view.Region(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	sent := 0
	for b.Loop() {
		toggle(0)
		payload, err := view.Render(context.Background(), []string{partTimeline})
		if err != nil {
			b.Fatal(err)
		}
		sent += len(payload)
	}
	b.ReportMetric(float64(sent)/float64(b.N), "B/change")
}

// Of people whose names are kept no more, their number is told.
func TestNamesThatAreKeptNoMoreAreCounted(t *testing.T) {
	w := words{text: text.For(text.English)}
	gone := []timeline.Person{{}, {}}
	row := timeline.Row{
		{Seq: 2, Kind: timeline.Doings, Faded: true, Acts: []timeline.Act{{Did: timeline.Muted}}},
		{Seq: 1, Kind: timeline.People, Faded: true, Joined: gone},
	}
	drawn := w.timelineRow(timelineLinks{}, row)
	if len(drawn.Pieces) != 1 || drawn.Pieces[0].Text != "2 joined, 1 muted" || len(drawn.Details) > 0 {
		t.Errorf("told %+v, %+v", drawn.Pieces, drawn.Details)
	}
	if said := w.sentenceOf(&timeline.Entry{Kind: timeline.Basic, Name: "owner", Faded: true}); said != "Booked by: no longer kept" {
		t.Errorf("who booked: %q", said)
	}
}

// What comes from a meeting is never a formula.
func TestNoCellIsAFormula(t *testing.T) {
	for cell, want := range map[string]string{"": "", "Board": "Board", "1+1": "1+1", "=1": "'=1", "+49 30": "'+49 30", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "＝1": "'＝1"} {
		if got := guarded(cell); got != want {
			t.Errorf("%q became %q, want %q", cell, got, want)
		}
	}
}
