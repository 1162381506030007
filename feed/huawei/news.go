package huawei

import (
	"context"
	"log/slog"
	"time"

	"confboard/feed/conference"
)

// end is how an attempt or a connection ended.
type end struct {
	verdict verdict
	// next is when the next attempt is made; zero: not by itself.
	next time.Time
	// left: nobody wanted the meeting any more when the attempt began.
	left bool
}

// settled reports whether the cloud has answered: the meeting is not in progress, or we shall not learn whether it is.
func (e end) settled() bool { return e.verdict != tryAgain && e.verdict != tokenRefused }

// conclude tells the sink how an attempt or a connection ended. left is whether nobody wanted the meeting when it began.
func (w *watch) conclude(f *fault, left bool) end {
	event, wait, again := conference.LinkDown, time.Duration(0), true
	switch f.verdict {
	case over, notInProgress:
		event, wait = conference.LinkWaiting, w.lookIn()
		if f.verdict == over || w.ran || f.code == codeEnded && !left {
			event = conference.LinkEnded
		}
	case stop:
		event, again = conference.LinkRefused, false
		w.barred = &bar{w.password, *f}
	case refused, otherSite:
		event, wait = conference.LinkRefused, spread(w.cloud.config.Delays.Refused)
	default:
		wait = w.backoff.next()
		w.forgetSite(f)
	}
	switch {
	case left && w.ran && event == conference.LinkRefused: // neither the list nor the cloud knows it any more
		event = conference.LinkEnded
	case w.ended && (left || f.verdict != stop): // what goes wrong in looking for the next occurrence is nobody's news
		event = conference.LinkEnded
	}
	e := end{verdict: f.verdict, left: left}
	w.settled.Store(e.settled())
	if again {
		e.next = w.now().Add(max(wait, f.retryAfter))
	}
	w.report(event, f)
	switch {
	case event == conference.LinkEnded:
		w.finish()
	case w.ended: // refused for good: nobody will look for the next occurrence
		w.ended = false
	}
	w.tell(conference.LinkMessage{Event: event, Reason: f.reason, Detail: f.detail, Next: e.next})
	return e
}

// rest waits for the next attempt, which begins when it returns true. Orders can bring it forward. It returns false when ctx has
// ended, or when the watch has because nobody wants the meeting any more.
func (w *watch) rest(ctx context.Context, e end) bool {
	wait := w.cloud.config.Delays.Refused
	if !e.next.IsZero() {
		wait = time.Until(e.next)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		if !w.wanted() && e.settled() {
			if !e.left && !w.ended && e.verdict == notInProgress {
				return true // it was not in progress before it left: ask once more
			}
			w.settle()
			if w.cloud.retire(w, !w.ended) {
				return false
			}
		}
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			if !e.next.IsZero() {
				return true
			}
			w.show() // an end that the board still had may have hidden it
			timer.Reset(wait)
		case <-w.wake:
			o := w.take()
			if o.retry {
				w.barred = nil
				w.site = w.cloud.endpoint
			}
			if o.look && !(e.verdict == stop && w.barred.from(w.asWanted().HostPassword)) {
				w.rank = asked
				return true
			}
		}
	}
}

// settle ends a meeting that has left the list and of which nothing more can be learnt.
func (w *watch) settle() {
	if w.ran {
		w.finish()
		w.tell(conference.LinkMessage{Event: conference.LinkEnded})
	}
}

// lookIn is how long to wait before looking for a meeting that is not in progress. Before its planned start that is a quarter of
// the time that is left, within the bounds: the looks of a hundred booked meetings would use up the pace.
func (w *watch) lookIn() time.Duration {
	d := w.cloud.config.Delays
	wait := d.Look
	if start := w.asWanted().Booking.Start; !start.IsZero() {
		wait = min(max(wait, start.Sub(w.now())/4), d.LookFar)
	}
	return spread(wait)
}

// forgetSite has the next attempt ask anew which site has the meeting, if the one it was on cannot be reached.
func (w *watch) forgetSite(f *fault) {
	if f.status == 0 && f.step != connectStep {
		w.site = w.cloud.endpoint
	}
}

// began tells the sink that a connection is open.
func (w *watch) began(at time.Time) {
	w.logged = conference.ReasonNone
	w.log.Info("meeting connected")
	w.news = conference.LinkMessage{About: conference.About{ConfID: w.id, At: at}, Event: conference.LinkUp}
	w.pass(w.news)
}

// begin notes that the meeting is in progress.
func (w *watch) begin() { w.ran, w.ended = true, false }

// finish notes that the meeting has ended.
func (w *watch) finish() {
	w.dropToken() // a token is for one occurrence
	w.passOver()
	w.ran, w.ended = false, true
	w.backoff.reset()
}

// tell passes on news of the link that is of now.
func (w *watch) tell(news conference.LinkMessage) {
	news.About = w.aboutNow()
	if news.Event == conference.LinkEnded {
		news.Reason, news.Detail = conference.ReasonNone, ""
	}
	w.news = news
	w.show()
}

// show passes the news on. If the board has dropped the meeting since it ended, it comes back for anything but its end: nothing else
// would tell why the next occurrence does not come.
func (w *watch) show() {
	if w.pass(w.news).Fate == conference.NotWatched && w.news.Event != conference.LinkEnded {
		w.reappear()
		w.pass(w.news)
	}
}

// late tells that the attempt under way has to wait for its turn until about an instant.
func (w *watch) late(at time.Time) {
	const worthTelling = time.Second
	if at.Sub(w.news.Next) < worthTelling {
		return
	}
	w.news.Next = at
	w.pass(conference.LinkMessage{About: w.aboutNow(), Event: conference.LinkDelayed, Next: at})
}

// report logs how an attempt or a connection ended.
func (w *watch) report(event conference.LinkEvent, f *fault) {
	level := slog.LevelWarn
	switch {
	case f.verdict == stop:
	case w.ended, f.reason == w.logged && f.reason != conference.ReasonNone:
		level = slog.LevelDebug
	case event == conference.LinkWaiting, event == conference.LinkEnded:
		level = slog.LevelInfo
	}
	w.logged = f.reason
	w.log.Log(context.Background(), level, eventWords[event], "reason", string(f.reason), "err", f)
}

var eventWords = map[conference.LinkEvent]string{
	conference.LinkDown:    "meeting not connected",
	conference.LinkWaiting: "meeting has not started",
	conference.LinkRefused: "meeting refused",
	conference.LinkEnded:   "meeting has ended",
}

func aboutNow(id conference.ConfID) conference.About {
	return conference.About{ConfID: id, At: time.Now()}
}

func (w *watch) now() time.Time { return w.cloud.config.Now() }

func (w *watch) aboutNow() conference.About { return conference.About{ConfID: w.id, At: w.now()} }
