package huawei

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"confboard/feed/conference"
)

const (
	// debounce is the shortest time between two lists, however many events ask for one.
	debounce = time.Second
	// startedAtOnce is how many meetings that have started are asked for one by one; of more, the list is quicker.
	startedAtOnce = 5
	// bookedAhead is how far ahead a meeting can start to be found.
	bookedAhead = 7 * 24 * time.Hour
	// detailAgain is after how long a detail that gave no password is asked for again.
	detailAgain = 10 * time.Minute
)

// finder keeps the enterprise's meetings on the board by its lists, or by what another instance has found. run does the work; what asks for
// it only leaves a note.
type finder struct {
	cloud   *Cloud
	account *Account
	log     *slog.Logger
	wake    chan struct{} // capacity 1

	mu     sync.Mutex
	notes  notes
	shared Findings // what others were told last, or have told

	// What follows is run's own.
	to      conference.Sink
	finding bool // it asks for the lists; otherwise another instance does
	listing conference.Listing
	asked   time.Time // when the last list was asked for
	backoff backoff
	known   map[conference.ConfID]*knownMeeting
	missing []conference.ConfID // whose detail may have the password
	// overheard is what events asked for while another instance was to find, the last time at overheardAt.
	overheard   notes
	overheardAt time.Time
	// news: something has changed since others were told at sharedAt.
	news     bool
	sharedAt time.Time
}

// notes are what run is asked for.
type notes struct {
	soon    bool                // an event may have changed the list
	byHand  bool                // a person asks, whatever has stopped it
	started []conference.ConfID // events said that they have started; startedAtOnce at most
	aside   bool                // another instance finds
	taken   *Findings           // what that one has found
}

// knownMeeting is a meeting of the list.
type knownMeeting struct {
	entry entry // with the password of the detail, if only that had one
	// watched is what the rules say, and told what Watch was told last; zero when nothing.
	watched bool
	told    Meeting
	// detailed is when the detail was asked for last; zero when it was not.
	detailed time.Time
}

func newFinder(c *Cloud) *finder {
	d := c.config.Delays
	return &finder{
		cloud: c, account: c.account, log: c.config.Logger, wake: make(chan struct{}, 1),
		backoff: backoff{min: d.BackoffMin, max: d.Refused}, known: map[conference.ConfID]*knownMeeting{},
	}
}

// Discover asks for the enterprise's list at once, also after a refusal that is not tried again by itself: somebody asked for it.
// It does not wait. Without an App, or when another instance finds, it does nothing: of several instances all are to be told.
func (c *Cloud) Discover() {
	if c.finder != nil {
		c.finder.note(func(n *notes) { n.byHand = true })
	}
}

// MeetingStarted is told by an event. The meeting is looked for at once, and found without waiting for the next list. Of several instances
// all are to be told of events, whichever got them: the one that watches the meeting looks, the one that finds finds it.
func (c *Cloud) MeetingStarted(id conference.ConfID) {
	_ = c.Look(id) // one that is not watched may be found, one of another instance is its
	if c.finder == nil || !id.Valid() {
		return
	}
	c.finder.note(func(n *notes) {
		if len(n.started) < startedAtOnce {
			n.started = append(n.started, id)
		} else {
			n.soon = true
		}
	})
}

// MeetingEnded is told by an event.
func (c *Cloud) MeetingEnded(id conference.ConfID) {
	_ = c.Look(id) // one that is not watched is nobody's news
}

// BookingsChanged is told by an event: a meeting was booked, changed or cancelled.
func (c *Cloud) BookingsChanged() {
	if c.finder != nil {
		c.finder.note(func(n *notes) { n.soon = true })
	}
}

func (d *finder) note(write func(*notes)) {
	d.mu.Lock()
	write(&d.notes)
	d.mu.Unlock()
	poke(d.wake)
}

// run asks for the lists again and again until ctx ends.
func (d *finder) run(ctx context.Context, to conference.Sink) {
	d.to = to
	d.tell(conference.Listing{State: conference.ListingAsking, Since: time.Now()})
	always := make(chan struct{})
	close(always)
	timer := time.NewTimer(0)
	defer timer.Stop()
	d.readNotes(ctx)
	for {
		var work <-chan struct{}
		if len(d.missing) > 0 {
			work = always
		}
		if d.news && (work == nil || time.Since(d.sharedAt) > debounce) {
			d.share()
		}
		timer.Stop()
		if next := d.listing.Next; d.finding && !next.IsZero() {
			timer.Reset(time.Until(next))
		}
		select {
		case <-ctx.Done():
			return
		case <-d.wake:
			d.readNotes(ctx)
		case <-timer.C:
			d.list(ctx)
		case <-work:
			d.askPassword(ctx)
		}
	}
}

// readNotes does what was asked for meanwhile. After a refusal only a person has the list asked for, and while it fails an event
// does not: that would be a call for each event.
func (d *finder) readNotes(ctx context.Context) {
	d.mu.Lock()
	n := d.notes
	d.notes = notes{aside: n.aside}
	d.mu.Unlock()
	if n.taken != nil && (n.aside || !d.finding) { // nobody else finds what this one does
		d.takeIn(*n.taken)
	}
	if d.finding == n.aside {
		d.setFinding(!n.aside)
		if d.finding {
			n = d.recall(n)
		}
	}
	if !d.finding {
		d.overhear(n)
		return
	}
	if n.byHand {
		d.account.login.forgive(ctx)
		d.backoff.reset()
	}
	if d.listing.State != conference.ListingRefused {
		for _, id := range n.started {
			n.soon = !d.pickUp(ctx, id) || n.soon
		}
	}
	if n.byHand || n.soon && d.listing.State != conference.ListingRefused && d.listing.State != conference.ListingFailing {
		d.listSoon()
	}
}

// listSoon has the list asked for next.
func (d *finder) listSoon() {
	next := later(time.Now(), d.asked.Add(debounce))
	for _, a := range []api{onlineAPI, bookedAPI} {
		next = later(next, d.heldUntil(a)) // so that it need not be waited for where events are waiting too
	}
	if l := d.listing; l.Next.IsZero() || next.Before(l.Next) {
		l.Next = next
		d.tell(l)
	}
}

// pickUp puts one meeting that has started on the board by its detail. It reports false if the list has to be asked for.
func (d *finder) pickUp(ctx context.Context, id conference.ConfID) bool {
	if k := d.known[id]; k != nil && (k.told.ConfID != "" || !k.watched) {
		// Look has done it, or the rules leave it out. If the event was ahead of the cloud's answers, the list has it looked for again.
		return true
	}
	if d.heldUntil(onlineDetailAPI).After(time.Now()) {
		return false
	}
	e, f := d.account.detail(ctx, onlineDetailAPI, id, asked)
	if f != nil {
		d.log.Debug("meeting that started not found by itself", "confID", string(id), "err", f)
		return false
	}
	e.state = going
	d.place(e)
	d.wantPasswords()
	return true
}

// list asks for the lists and brings the board up to them. Only of complete lists it takes off what they do not have.
func (d *finder) list(ctx context.Context) {
	d.asked = time.Now()
	entries, f := d.entries(ctx)
	if ctx.Err() != nil {
		return
	}
	there := make(map[conference.ConfID]bool, len(entries))
	for _, e := range entries {
		there[e.id] = true
		d.place(e)
	}
	if f == nil {
		d.forget(there)
	}
	d.wantPasswords()
	d.conclude(f)
}

// entries asks for both lists. The one of meetings in progress comes first: a meeting that starts in between is in the other
// one. With a fault it is half of them.
func (d *finder) entries(ctx context.Context) ([]entry, *fault) {
	all, f := d.account.inProgress(ctx)
	all = slices.DeleteFunc(all, func(e entry) bool { return e.state == destroyed })
	at := make(map[conference.ConfID]bool, len(all))
	for i := range all {
		all[i].state = going
		at[all[i].id] = true
	}
	if f != nil || !d.cloud.config.Booked {
		return all, f
	}
	booked, f := d.account.notEnded(ctx)
	horizon := time.Now().Add(bookedAhead)
	for _, e := range booked {
		if e.state == unsaid {
			e.state = scheduled
		}
		if !at[e.id] && (e.state == going || e.state == scheduled && e.booking.Start.Before(horizon)) {
			all = append(all, e)
		}
	}
	return all, f
}

// place notes what a list or a detail says of a meeting, and has it watched if it can and shall be.
func (d *finder) place(e entry) {
	k := d.known[e.id]
	if k == nil {
		k = &knownMeeting{}
		d.known[e.id] = k
	}
	if e.password.IsZero() || e.password.Reveal() == k.entry.password.Reveal() {
		e.password = k.entry.password
	}
	begun := e.state == going && k.entry.state == scheduled
	k.entry = e
	m := Meeting{ConfID: e.id, HostPassword: e.password, Origin: conference.Found, Booking: e.booking}
	k.watched, m.Group = pick(d.cloud.config.Select, e.id, e.booking)
	if !k.watched || e.password.IsZero() {
		d.takeOff(k)
		return
	}
	d.putOn(k, m, begun)
}

// putOn has a meeting of the list watched. begun: it has just begun, by the list.
func (d *finder) putOn(k *knownMeeting, m Meeting, begun bool) {
	if m != k.told {
		if err := d.cloud.Watch(m); err != nil {
			d.log.Debug("found meeting not watched", "err", err)
			return
		}
		k.told = m
		d.news = true
	}
	if begun {
		d.news = true
		_ = d.cloud.Look(m.ConfID) // it is watched, here or elsewhere
	}
}

// forget takes off the meetings that are not there any more.
func (d *finder) forget(there map[conference.ConfID]bool) {
	for id, k := range d.known {
		if !there[id] {
			d.takeOff(k)
			delete(d.known, id)
		}
	}
}

// takeOff says that the list does not want a meeting watched any more.
func (d *finder) takeOff(k *knownMeeting) {
	if k.told.ConfID == "" {
		return
	}
	if err := d.cloud.Unwatch(k.told.ConfID, conference.Found); err != nil {
		d.log.Debug("meeting that left the list was not watched", "err", err)
	}
	k.told = Meeting{}
	d.news = true
}

// wantPasswords notes of which meetings the detail is asked for, those in progress first.
func (d *finder) wantPasswords() {
	d.missing = nil
	var booked []conference.ConfID
	for id, k := range d.known {
		switch {
		case !k.watched, !k.entry.password.IsZero(), !k.detailed.IsZero() && time.Since(k.detailed) < detailAgain:
		case k.entry.state == going:
			d.missing = append(d.missing, id)
		default:
			booked = append(booked, id)
		}
	}
	d.missing = append(d.missing, booked...)
}

// heldUntil is until when the cloud wants no calls of a kind. The finder does one thing at a time, so it does not wait for that
// long: meanwhile the lists and the events would stand still.
func (d *finder) heldUntil(a api) time.Time { return d.account.pace[a].heldUntil() }

// askPassword asks for the detail of the next meeting whose password is not known.
func (d *finder) askPassword(ctx context.Context) {
	id := d.missing[0]
	d.missing = d.missing[1:]
	k := d.known[id]
	from := bookedDetailAPI
	if k.entry.state == going {
		from = onlineDetailAPI
	}
	if d.heldUntil(from).After(time.Now()) {
		return // the next list notes it again
	}
	e, f := d.account.detail(ctx, from, id, byItself)
	switch {
	case f == nil && !e.password.IsZero():
		held := k.entry
		held.password = e.password
		d.place(held)
	case f == nil || f.verdict != tryAgain || f.reason == conference.ReasonUnexpected: // it has been answered
		k.detailed = time.Now()
	default:
		d.missing = nil // it is no time to ask; the next list notes them again
	}
	if f != nil {
		d.log.Debug("detail of a meeting not had", "confID", string(id), "err", f)
	}
	l := d.listing
	d.count(&l)
	d.tell(l)
}

// conclude tells how the list fares after an attempt, and when the next is made.
func (d *finder) conclude(f *fault) {
	now, l := time.Now(), d.listing
	state, reason := conference.ListingCurrent, conference.ReasonNone
	switch {
	case f == nil:
		d.backoff.reset()
		l.Complete = now
		l.Next = now.Add(spread(d.cloud.config.DiscoverEvery))
		d.count(&l)
	case f.reason == conference.ReasonAppLogin && f.verdict == stop, f.reason == conference.ReasonAccountLocked:
		state, reason = conference.ListingRefused, f.reason
		l.Next = time.Time{}
	case f.verdict == stop || f.verdict == refused:
		state, reason = conference.ListingRefused, f.reason
		l.Next = now.Add(spread(d.backoff.max))
	default:
		state, reason = conference.ListingFailing, f.reason
		if f.verdict != tryAgain { // a code that means something only of one meeting
			reason = conference.ReasonUnexpected
		}
		l.Next = now.Add(max(d.backoff.next(), f.retryAfter))
	}
	if l.State != state || l.Reason != reason {
		d.say(state, reason, f)
	}
	if l.State != state {
		l.State, l.Since = state, now
	}
	l.Reason, l.SignedIn = reason, d.account.login.lastSignedIn()
	d.tell(l)
}

// say logs a change of state.
func (d *finder) say(state conference.ListingState, reason conference.LinkReason, f *fault) {
	if f == nil {
		d.log.Info("enterprise's meetings found", "meetings", len(d.known))
		return
	}
	d.log.Warn("enterprise's meetings not found", "state", string(state), "reason", string(reason), "err", f)
}

// count counts the meetings of the list.
func (d *finder) count(l *conference.Listing) {
	l.Found, l.Booked, l.PassedOver, l.Unwatchable = 0, 0, 0, 0
	for _, k := range d.known {
		if k.entry.state == going {
			l.Found++
		} else {
			l.Booked++
		}
		switch {
		case !k.watched:
			l.PassedOver++
		case k.entry.state == going && k.entry.password.IsZero():
			l.Unwatchable++
		}
	}
}

// tell passes on how the list fares, if that has changed.
func (d *finder) tell(l conference.Listing) {
	if l != d.listing {
		d.listing = l
		d.news = true
		d.to.Apply(conference.DiscoveryMessage{At: time.Now(), Listing: &l})
	}
}
