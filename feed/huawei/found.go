package huawei

import (
	"cmp"
	"slices"
	"time"

	"confboard/feed/conference"
)

// Findings are what the instance that finds has found, for the others.
type Findings struct {
	// Meetings are those that are watched because they are on the list, in order of confID.
	Meetings []FoundMeeting
	// Listing is how the list fares, by the clock of who asks for it.
	Listing conference.Listing
}

// FoundMeeting is a meeting of the enterprise's list. Its Origin is Found.
type FoundMeeting struct {
	Meeting
	// InProgress is whether the list has it as begun.
	InProgress bool
}

// SetFinding says whether this instance asks for the enterprise's lists, which one of several does. Who begins to goes on from what it
// has taken by TakeFound: no meeting leaves the board for it, and the list is asked for when it was to be asked for next. It does not
// wait, and can be called before Run. It is on at first; without an App it does nothing.
func (c *Cloud) SetFinding(on bool) {
	if c.finder != nil {
		c.finder.note(func(n *notes) { n.aside = !on })
	}
}

// TakeFound takes what another instance has found: it is wanted here too, and what is missing from it not any more. It does not wait. While
// this instance finds, or without an App, it does nothing.
func (c *Cloud) TakeFound(f Findings) {
	if c.finder != nil {
		c.finder.note(func(n *notes) { n.taken = &f })
	}
}

// Found returns what was found last, here or by the instance that finds: what OnFound was called with, or what TakeFound has taken.
func (c *Cloud) Found() Findings {
	if c.finder == nil {
		return Findings{}
	}
	c.finder.mu.Lock()
	defer c.finder.mu.Unlock()
	return c.finder.shared
}

// setFinding begins or ends asking for the lists.
func (d *finder) setFinding(on bool) {
	d.finding, d.missing = on, nil
	if !on {
		return
	}
	d.backoff.reset()
	d.news = true
	l, now := d.listing, time.Now()
	switch {
	case l.State == conference.ListingRefused && l.Next.IsZero(): // a person has to do something
		return
	case l.Next.IsZero():
		l.Next = now
	default: // the other one's clock need not be ours
		l.Next = now.Add(max(0, min(l.Next.Sub(now), d.cloud.config.DiscoverEvery)))
	}
	d.tell(l)
}

// overheardFor is for how long an event counts that came while another instance was to find: that one may have been dead, which is noticed
// within seconds.
const overheardFor = 20 * time.Second

// overhear keeps what events ask for while another instance is to find, in case that this one soon is.
func (d *finder) overhear(n notes) {
	if !n.soon && len(n.started) == 0 {
		return
	}
	d.overheard, d.overheardAt = d.recall(n), time.Now()
}

// recall adds what was overheard lately to notes.
func (d *finder) recall(n notes) notes {
	if time.Since(d.overheardAt) < overheardFor {
		n.started = append(d.overheard.started, n.started...)
		n.soon = n.soon || d.overheard.soon || len(n.started) > startedAtOnce
		n.started = n.started[:min(len(n.started), startedAtOnce)]
	}
	d.overheard = notes{}
	return n
}

// share tells the others what is known, if this instance finds and there are others.
func (d *finder) share() {
	d.news = false
	if !d.finding || d.cloud.config.OnFound == nil {
		return
	}
	f := Findings{Listing: d.listing}
	for _, k := range d.known {
		if k.told.ConfID != "" {
			f.Meetings = append(f.Meetings, FoundMeeting{k.told, k.entry.state == going})
		}
	}
	slices.SortFunc(f.Meetings, func(a, b FoundMeeting) int { return cmp.Compare(a.ConfID, b.ConfID) })
	d.keep(f)
	d.sharedAt = time.Now()
	d.cloud.config.OnFound(f)
}

func (d *finder) keep(f Findings) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shared = f
}

// takeIn brings what is wanted here up to what another instance has found.
func (d *finder) takeIn(f Findings) {
	d.keep(f)
	there := make(map[conference.ConfID]bool, len(f.Meetings))
	for _, m := range f.Meetings {
		m.Origin = conference.Found
		there[m.ConfID] = true
		k := d.known[m.ConfID]
		if k == nil {
			k = &knownMeeting{}
			d.known[m.ConfID] = k
		}
		if m.HostPassword.Reveal() == k.told.HostPassword.Reveal() {
			m.HostPassword = k.told.HostPassword // so that the meeting is the same as it was
		}
		begun := m.InProgress && k.entry.state == scheduled
		k.watched, k.entry = true, entry{id: m.ConfID, booking: m.Booking, password: m.HostPassword, state: scheduled}
		if m.InProgress {
			k.entry.state = going
		}
		d.putOn(k, m.Meeting, begun)
	}
	d.forget(there)
	d.tell(f.Listing)
}
