package live

import "testing"

func TestThePagesOfAnOwnerAreLoadedAnew(t *testing.T) {
	h := newHouse(t, newBoard("m"), Options{})
	open := func(owner string) *page {
		h.serve.Store(&ServeOptions{Owner: owner})
		p := h.open("", "")
		p.untilClock()
		return p
	}
	wall, other, nobodys := open("wall"), open("another wall"), open("")
	h.Renew("")
	h.Renew("wall")
	wall.untilEnd()
	if closing := wall.named(ClosingEvent); len(closing) != 1 || closing[0].data != `{"reason":"renewed"}` {
		t.Errorf("told %+v", closing)
	}
	h.Notify(change("a"))
	for _, p := range []*page{other, nobodys} {
		p.until("the change", func() bool { _, ok := p.shows["a"]; return ok })
	}

	// One that was away meanwhile is told when it comes back, and sees nothing of the page that it is no more.
	h.serve.Store(&ServeOptions{Owner: "wall", Outdated: func() bool { return true }})
	late := h.open("17", "")
	late.untilEnd()
	if closing := late.named(ClosingEvent); len(closing) != 1 || closing[0].data != `{"reason":"renewed"}` || len(late.events) != 1 {
		t.Errorf("sent %+v", late.events)
	}
	// One whose right has ended is told that, whatever else.
	h.serve.Store(&ServeOptions{Owner: "wall", Moved: func() bool { return true }, Outdated: func() bool { return true }})
	gone := h.open("", "")
	gone.untilEnd()
	if closing := gone.named(ClosingEvent); len(closing) != 1 || closing[0].data != `{"reason":"moved"}` {
		t.Errorf("told %+v", closing)
	}
}

// listener is a board that shows something beside the meetings.
type listener struct{ *board }

func (l listener) Heard(what string) []Touch {
	if what == "panic" {
		panic("heard")
	}
	return []Touch{{Component: what}}
}

func TestAViewIsToldOfWhatIsNoMeeting(t *testing.T) {
	listening, deaf := newBoard("listening"), newBoard("deaf")
	h := newHouse(t, listener{listening}, Options{})
	p := h.open("", "")
	p.untilClock()
	var v View = deaf
	h.view.Store(&v)
	other := h.open("", "")
	other.untilClock()

	listening.set("walls", 7)
	deaf.set("walls", 7)
	h.Tell("walls")
	p.until("what was told", func() bool { return p.shows["walls"] == 7 })
	h.Tell("panic") // shows the whole region instead
	listening.set("walls", 8)
	h.Tell("walls")
	p.until("what was told after the panic", func() bool { return p.shows["walls"] == 8 })
	one := newBoard("about one meeting")
	one.about = "900000001"
	one.set("walls", 9)
	v = listener{one}
	h.view.Store(&v)
	third := h.open("", "")
	third.untilClock()
	h.Tell("walls")
	third.until("what was told to a view of one meeting", func() bool { return third.shows["walls"] == 9 })
	if len(other.messages()) != 1 { // the region
		t.Error("a view that does not listen was told")
	}
}
