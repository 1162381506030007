package huawei

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"confboard/feed/conference"
)

// watch keeps one meeting on the board: it connects, and after each end decides what to tell and when to try again. What is not
// in its desk belongs to run.
type watch struct {
	desk
	cloud *Cloud
	id    conference.ConfID
	log   *slog.Logger
	// stake is what this instance has in the meeting; the cloud's lock guards it.
	stake stake
	// settled: the meeting is live, or the cloud has said why it is not.
	settled atomic.Bool

	// site is the base URL of the site that has the meeting.
	site *url.URL
	// held is the control token. A renewal during a connection replaces it.
	held controlToken
	// tried is set once a control token was had: its tmpWsToken is for the first connection only, any further one takes a
	// fresh WebSocket token.
	tried bool
	// confirm is set after a connection ended: before the next one the cloud has to say, by way of a control token, that the
	// meeting is still in progress.
	confirm bool
	// password is the one that the attempt under way, or the last renewal, was made with; barred is the one that the cloud has
	// refused for good. That is not sent again by itself: accounts get locked.
	password conference.Secret
	barred   *bar
	// The cloud grants a control token only while the meeting is in progress: ran is set from then until the end, ended from
	// the end until then.
	ran, ended bool
	// rank is that of the attempt under way.
	rank    rank
	backoff backoff
	// news is what was last told of the link.
	news conference.LinkMessage
	// logged is the reason that was last logged, so that a fault that lasts is logged once.
	logged conference.LinkReason
}

// bar is a refusal for good.
type bar struct {
	password conference.Secret
	fault    fault
}

// from reports whether the password is barred. A nil bar bars none.
func (b *bar) from(password conference.Secret) bool {
	return b != nil && b.password.Reveal() == password.Reveal()
}

// again is the fault once more.
func (b *bar) again() *fault {
	f := b.fault
	return &f
}

func newWatch(c *Cloud, id conference.ConfID) *watch {
	d := c.config.Delays
	return &watch{
		desk:  desk{wake: make(chan struct{}, 1), tap: c.config.Tap},
		cloud: c, id: id, site: c.endpoint,
		log:     c.config.Logger.With("confID", string(id)),
		backoff: backoff{min: d.BackoffMin, max: d.BackoffMax},
	}
}

// run watches until ctx ends or until nobody wants the meeting any more.
func (w *watch) run(ctx context.Context) {
	for {
		left := !w.wanted()
		f := w.attempt(ctx)
		if ctx.Err() != nil {
			return
		}
		w.rank = byItself
		if !w.rest(ctx, w.conclude(f, left)) {
			return
		}
	}
}

// attempt connects when its turn has come, and returns why the connection was not made or has ended.
func (w *watch) attempt(ctx context.Context) *fault {
	w.password = w.asWanted().HostPassword
	if w.password.IsZero() {
		return &fault{step: controlTokenAPI.step, verdict: stop, reason: conference.ReasonNoPassword}
	}
	if w.barred.from(w.password) && w.validToken().token.IsZero() {
		return w.barred.again()
	}
	if err := w.cloud.attempts.wait(ctx, w.caller()); err != nil {
		return broken(controlTokenAPI.step, err)
	}
	token, f := w.control(ctx)
	if f != nil {
		return f
	}
	w.begin()
	first := !w.tried
	w.tried = true
	base, err := webSocketURL(token.wsURL)
	if err != nil {
		return badAddress(err)
	}
	webSocket := token.tmpWebSocket
	if !first || webSocket.IsZero() {
		if webSocket, f = w.webSocket(ctx, token); f != nil {
			return f
		}
	}
	spent := &allowance{ahead: w.cloud.config.Delays.Ahead}
	socket, f := w.cloud.connect(ctx, base, w.id, webSocket, spent)
	if f != nil {
		w.confirm = f.verdict == tokenRefused
		return f
	}
	s := newSession(w, socket, spent)
	f = s.run(ctx)
	w.confirm = true
	if s.proven && !errors.Is(f.err, errFlood) && !errors.Is(f.err, errAllOld) { // it would come to the same at once
		w.backoff.reset()
	}
	return f
}

// control returns a valid control token: the held one, or, if that may have become worthless, a new one.
func (w *watch) control(ctx context.Context) (controlToken, *fault) {
	held := w.validToken()
	switch {
	case !held.token.IsZero() && !w.confirm:
		return held, nil
	case w.barred.from(w.password) && !held.token.IsZero(): // it is all there is; the next call tells whether it is taken
		return held, nil
	case w.barred.from(w.password):
		return controlToken{}, w.barred.again()
	}
	f := w.renew(ctx, held.token)
	if f != nil && f.verdict == tokenRefused && !held.token.IsZero() {
		w.dropToken()
		f = w.renew(ctx, conference.Secret{})
	}
	if f != nil {
		return controlToken{}, f
	}
	w.confirm = false
	return w.validToken(), nil
}

// renew asks for a control token and holds it. The held one, unless empty, is prolonged.
func (w *watch) renew(ctx context.Context, held conference.Secret) *fault {
	return w.onSite(ctx, func() *fault {
		token, f := w.cloud.controlToken(ctx, w.site, w.caller(), w.password, held)
		if f == nil {
			w.hold(token)
		}
		return f
	})
}

// webSocket returns a fresh WebSocket token. If the control token is not taken, a fresh one is tried, once.
func (w *watch) webSocket(ctx context.Context, token controlToken) (webSocket conference.Secret, f *fault) {
	ask := func() *fault {
		return w.onSite(ctx, func() (f *fault) {
			webSocket, f = w.cloud.webSocketToken(ctx, w.site, w.caller(), token.token)
			return f
		})
	}
	if f = ask(); f == nil || f.verdict != tokenRefused {
		return webSocket, f
	}
	w.dropToken()
	if token, f = w.control(ctx); f == nil {
		f = ask()
	}
	return webSocket, f
}

// onSite makes a call, and once more at the meeting's own site if the cloud says that it is on another. If the site that it names is
// not the right one either, that is for people to mend.
func (w *watch) onSite(ctx context.Context, call func() *fault) *fault {
	f := call()
	if f == nil || f.verdict != otherSite {
		return f
	}
	site, unknown := w.cloud.region(ctx, w.caller())
	if unknown != nil {
		return unknown
	}
	w.site = site
	if f = call(); f != nil && f.verdict == otherSite {
		w.site = w.cloud.endpoint
		f.verdict = stop
	}
	return f
}

// validToken returns the held token, or the zero one if it has expired.
func (w *watch) validToken() controlToken {
	if !w.held.valid(w.now()) {
		return controlToken{}
	}
	return w.held
}

// hold keeps a token that was granted, which proves that the meeting is in progress.
func (w *watch) hold(t controlToken) {
	if t.wsURL == "" { // a renewal may leave out what has not changed
		t.wsURL = w.held.wsURL
	}
	w.held = t
	w.reappear()
	w.pass(conference.LinkMessage{About: w.aboutNow(), Event: conference.LinkToken, Expires: t.expires})
}

// dropToken lets the token go; where to connect is kept.
func (w *watch) dropToken() {
	if w.held.token.IsZero() {
		return
	}
	w.held.token, w.held.renewAt = conference.Secret{}, time.Time{}
	w.pass(conference.LinkMessage{About: w.aboutNow(), Event: conference.LinkToken})
}

func (w *watch) caller() caller { return caller{id: w.id, rank: w.rank, late: w.late} }
