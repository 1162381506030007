package handlers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates"
	"confboard/templates/text"
	"confboard/web/live"
)

// boards are some that work as one, of a test.
type boards struct {
	Boards
	// watch has the board that watches a meeting.
	watch map[conference.ConfID]string
}

func (b *boards) Watch(id conference.ConfID) Watch {
	w := Watch{Known: b.Held}
	if !b.Held {
		return w
	}
	for _, m := range b.Members {
		if m.ID == b.watch[id] {
			w.ID, w.Name, w.Self = m.ID, m.Name, m.Self
		}
	}
	return w
}

// several is what boards are to a page.
type several struct{ *boards }

func (s several) Boards() Boards { return s.boards.Boards }

func boardNames(names ...string) (all []BoardMember) {
	for i, name := range names {
		all = append(all, BoardMember{ID: "id-" + name, Name: name, Build: "1.4.0", Started: time.UnixMilli(1_800_000_000_000), Self: i == 0})
	}
	return all
}

func watchedBoard(ids ...conference.ConfID) *conference.Registry {
	r := conference.NewRegistry(conference.DefaultPolicy)
	for _, id := range ids {
		r.Apply(conference.WatchMessage{About: conference.About{ConfID: id, At: time.UnixMilli(1_800_000_000_000)}})
	}
	return r
}

func TestTheFeedSaysHowTheBoardsFare(t *testing.T) {
	well := Boards{Members: boardNames("a", "b", "c"), Connected: true, Joined: true, Held: true, News: true}
	with := func(change func(*Boards)) Boards {
		b := well
		b.Members = slices.Clone(well.Members)
		change(&b)
		return b
	}
	x := &text.For(text.English).FeedCluster
	for _, k := range []struct {
		name   string
		given  Boards
		watch  map[conference.ConfID]string
		icon   string
		expect []string
		never  string
	}{
		{"all is well", well, map[conference.ConfID]string{"1": "id-a", "2": "id-b", "3": "id-b"}, "live",
			[]string{"3 boards work as one", "a this board Version 1.4.0 Running since 2027-01-15 08:00:00 UTC Meetings watched 1", "Meetings watched 2", "Meetings watched 0", "connected", "received"}, x.Mixed},
		{"one is being stopped", with(func(b *Boards) { b.Members[1].Leaving = true }), map[conference.ConfID]string{"1": "id-a", "2": "id-b", "3": "id-c"}, "live",
			[]string{"b " + x.Leaving}, ""},
		{"one does not reach the cloud", with(func(b *Boards) { b.Members[2].Unable = true }), map[conference.ConfID]string{"1": "id-a", "2": "id-b", "3": "id-b"}, "attention",
			[]string{"1 board does not reach the cloud", x.WithoutCloudHelp, "c " + x.Unable}, ""},
		{"an upgrade", with(func(b *Boards) { b.Members[2].Build = "1.5.0" }), map[conference.ConfID]string{"1": "id-a", "2": "id-b", "3": "id-c"}, "live",
			[]string{x.Mixed, "c Version 1.5.0"}, ""},
		{"meetings that nobody watches", well, map[conference.ConfID]string{"1": "id-a"}, "attention", []string{"2 meetings are watched by nobody", x.UnwatchedHelp}, ""},
		{"alone", with(func(b *Boards) { b.Members = b.Members[:1] }), map[conference.ConfID]string{"1": "id-a", "2": "id-a", "3": "id-a"}, "attention", []string{x.Alone, x.AloneHelp}, ""},
		{"without news", with(func(b *Boards) { b.News = false }), nil, "attention", []string{x.NoNewsHelp, x.NotComing}, ""},
		{"without a lease", with(func(b *Boards) { b.Held, b.Trouble = false, "no responders" }), nil, "nodata",
			[]string{x.NoLeaseHelp, x.NotHeld, "no responders", "Meetings watched not known"}, "watched by nobody"},
		{"without NATS", with(func(b *Boards) { b.Connected, b.Held = false, false }), nil, "nodata", []string{x.AwayHelp, x.NotConnected}, "work as one"},
		{"just started", Boards{Connected: true}, nil, "pending", []string{x.JoiningHelp}, x.Alone},
		{"what is not understood", with(func(b *Boards) { b.Unreadable = 1234 }), map[conference.ConfID]string{"1": "id-a", "2": "id-a", "3": "id-a"}, "live",
			[]string{x.Unreadable + " 1,234"}, ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			for _, lang := range text.Langs() {
				v := &feedView{now: time.Now, words: words{text: text.For(lang)}, board: watchedBoard("1", "2", "3"), several: several{&boards{k.given, k.watch}}}
				p := v.boards(v.board.All())
				if p.Icon != k.icon || p.State == "" {
					t.Errorf("%s: %s, %q", lang, p.Icon, p.State)
				}
				if lang != text.English {
					continue
				}
				said := strings.Join(strings.Fields(readable(drawn(t, templates.FeedBoardsView(*p)).html())), " ")
				for _, want := range k.expect {
					if !strings.Contains(said, want) {
						t.Errorf("there is no %q in %s", want, said)
					}
				}
				if k.never != "" && strings.Contains(said, k.never) {
					t.Errorf("there is %q in %s", k.never, said)
				}
			}
		})
	}
}

// readable is what of some HTML is to be read.
func readable(html string) string {
	var b strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
			b.WriteByte(' ')
		case r == '>':
			in = false
		case !in:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hear has the view told of something that is no change of a meeting.
func (k *topic) hear(what string) {
	k.pending = append(k.pending, k.view.(live.Listener).Heard(what)...)
}

func TestEachMeetingSaysWhichBoardWatchesIt(t *testing.T) {
	x := &text.For(text.English).FeedCluster
	r := watchedBoard("1", "2", "3", "4", "5")
	about := func(id conference.ConfID) conference.About {
		return conference.About{ConfID: id, At: time.UnixMilli(1_800_000_000_000)}
	}
	r.Apply(conference.LinkMessage{About: about("4"), Event: conference.LinkDown, Reason: conference.ReasonNoBus})
	r.Apply(conference.LinkMessage{About: about("5"), Event: conference.LinkEnded})
	now := &boards{Boards{Members: boardNames("a", "b"), Connected: true, Joined: true, Held: true, News: true}, map[conference.ConfID]string{"1": "id-a", "2": "id-b", "4": "id-b"}}
	w := words{text: text.For(text.English)}
	view := &feedView{now: time.Now, words: w, board: r, several: several{now}}
	topic := newTopic(t, r, view)
	topic.connect()
	says := func(id conference.ConfID, cell, page string) {
		t.Helper()
		var lines []string
		for _, l := range view.connection(r.Get(id)).Lines {
			lines = append(lines, l.Text)
		}
		if got := strings.Join(lines, ", "); got != cell {
			t.Errorf("the cell of %s says %q, want %q", id, got, cell)
		}
		if html := topic.viewers[0].html(); !strings.Contains(html, cell[strings.LastIndex(cell, ", ")+2:]) && strings.Contains(cell, ", ") {
			t.Errorf("the table does not say %q of %s: %s", cell, id, html)
		}
		facts := (&feedMeetingView{words: w, board: r, id: id, several: several{now}}).status(r.Get(id)).Facts
		i := slices.IndexFunc(facts, func(f templates.Fact) bool { return f.Name == x.WatchedBy })
		if page == "" && i >= 0 || page != "" && (i < 0 || facts[i].Text != page) {
			t.Errorf("the page of %s says %v, want %q", id, facts, page)
		}
	}
	says("1", "Not connected, by this board", "a, this board")
	says("2", "Not connected, by b", "b")
	says("3", "Not connected, watched by no board", "no board at present")
	says("4", "Not known here, by b", "b") // b may be connected
	says("5", "Not connected", "")

	now.watch["3"] = "id-b"
	topic.hear(BoardsChanged)
	topic.flush(true)
	says("3", "Not connected, by b", "b")
	now.Held = false
	topic.hear(BoardsChanged)
	topic.flush(true)
	says("1", "Not connected, by which board is not known", "not known")
	if got, want := topic.viewers[0].html(), drawn(t, templates.FeedRegion(view.draw(r.All()))).html(); got != want {
		t.Errorf("the page differs from a fresh one: %s", difference(got, want))
	}
	r.Apply(conference.UnwatchMessage{About: about("2")})
	now.Held = true
	topic.hear(BoardsChanged)
	topic.flush(true)
	if got, want := topic.viewers[0].html(), drawn(t, templates.FeedRegion(view.draw(r.All()))).html(); got != want {
		t.Errorf("without a meeting the page differs from a fresh one: %s", difference(got, want))
	}
	if alone := (&feedView{now: time.Now, words: w, board: r}); alone.boards(r.All()) != nil || len(alone.Heard(BoardsChanged)) > 0 || len(alone.connection(r.Get("1")).Lines) != 1 {
		t.Error("a board that is alone tells of others")
	}
}

// A handover changes nothing about the meeting itself.
func TestThePageOfAMeetingSaysWhoWatchesItAfterAHandover(t *testing.T) {
	r := watchedBoard("1")
	now := &boards{Boards{Members: boardNames("a", "b"), Connected: true, Joined: true, Held: true, News: true}, map[conference.ConfID]string{"1": "id-a"}}
	view := &feedMeetingView{words: words{text: text.For(text.English)}, board: r, id: "1", several: several{now}}
	topic := newTopic(t, r, view)
	topic.connect()
	now.watch["1"] = "id-b"
	topic.hear(BoardsChanged)
	topic.flush(true)
	if got, want := topic.viewers[0].html(), drawn(t, templates.FeedMeetingRegion(view.draw(r.Get("1")))).html(); got != want {
		t.Errorf("the page differs from a fresh one: %s", difference(got, want))
	}
	view.several = nil
	if len(view.Heard(BoardsChanged)) > 0 {
		t.Error("the page of a board that is alone is told of others")
	}
}

// The meetings have the frames that other boards received, too.
func TestFramesAreCountedByTheBoardThatReceivedThem(t *testing.T) {
	r := watchedBoard("1", "2")
	at := func(id conference.ConfID) conference.About {
		return conference.About{ConfID: id, At: time.UnixMilli(1_800_000_001_000)}
	}
	passed := func(id conference.ConfID) conference.Message {
		return conference.PassedMessage{About: at(id), Type: "SomethingNotify"}
	}
	r.Apply(passed("1"))
	r.Relay(passed("2"))
	r.Relay(conference.BasicMessage{About: at("2"), Envelope: conference.Envelope{Type: conference.BasicType, ConfID: "2", Mode: conference.Full, CreateTime: at("2").At}})
	v := &feedView{now: time.Now, words: words{text: text.For(text.English)}, board: r, several: several{&boards{}}}
	said := func() string {
		return strings.Join(strings.Fields(readable(drawn(t, templates.FeedFramesView(v.frames(r.All()))).html())), " ")
	}
	if got, want := said(), "Frames received by this board Applied 0 Dropped 0 Refused 0 Not used 1 Applied, from other boards 1"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
	v.several = nil
	if got, want := said(), "Frames Applied 1 Dropped 0 Refused 0 Not used 2"; got != want {
		t.Errorf("alone it says %q, want %q", got, want)
	}
}

// The cloud pushes each event to one board, wherever the balancer leads it.
func TestEventsAreCountedByTheBoardThatGotThem(t *testing.T) {
	on := conference.Events{Enabled: true, Accepted: 3}
	v := &feedView{now: time.Now, words: words{text: text.For(text.English)}, several: several{&boards{}}}
	if p := v.events(on); p.Reason != v.text.FeedCluster.EventsHere {
		t.Errorf("it says %q", p.Reason)
	}
	v.several = nil
	if p := v.events(on); p.Reason != "" {
		t.Errorf("alone it says %q", p.Reason)
	}
}

// What another board alone knows of a meeting is not told as if it were nothing.
func TestOfABriefStateItIsNotSaidThatNoMessageCame(t *testing.T) {
	whole := attendedMeeting()
	whole.ParticipantsIntake.Last = conference.Envelope{Type: conference.ParticipantsType, ConfID: whole.ConfID, CreateTime: time.UnixMilli(1_800_000_000_000)}
	v := &feedMeetingView{words: words{text: text.For(text.English)}}
	for _, k := range v.byType(whole.Briefly()).Types {
		if k.Type == string(conference.ParticipantsType) && (k.Last.Text != v.text.FeedCluster.KnownThere || k.LastMode != "") {
			t.Errorf("of the participants it says %+v", k)
		}
	}
}
