package huawei

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"confboard/feed/conference"
)

// watch keeps one meeting on the board: it connects, and after each end decides what to tell and when to try again.
type watch struct {
	cloud   *Cloud
	meeting Meeting
	to      conference.Sink
	log     *slog.Logger

	// site is the base URL of the site that has the meeting.
	site *url.URL
	held tokenHolder
	// tried is set once a control token was had: its tmpWsToken is for the first connection only, any further one takes a
	// fresh WebSocket token.
	tried bool
	// confirm is set after a connection ended: before the next one the cloud has to say, by way of a control token, that the
	// meeting is still in progress.
	confirm bool
	// The cloud grants a control token only while the meeting is in progress: ran is set from then until the end, ended from
	// the end until then.
	ran, ended bool
	backoff    backoff
	// told is what was last logged, so that a fault that lasts is logged once.
	told conference.LinkReason
}

// tokenHolder holds the control token: the watch takes it, a renewal during a connection replaces it.
type tokenHolder struct {
	mu    sync.Mutex
	token controlToken
	// dropped tells the renewal that the token was dropped; capacity 1.
	dropped chan struct{}
}

// valid returns the token, or the zero one if it has expired.
func (h *tokenHolder) valid() controlToken {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.token.valid(time.Now()) {
		return controlToken{}
	}
	return h.token
}

func (h *tokenHolder) set(t controlToken) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.wsURL == "" { // a renewal may leave out what has not changed
		t.wsURL = h.token.wsURL
	}
	h.token = t
}

// drop forgets the token; where to connect is kept.
func (h *tokenHolder) drop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.token.token, h.token.renewAt = conference.Secret{}, time.Time{}
	select {
	case h.dropped <- struct{}{}:
	default:
	}
}

// renewAt is when the token should be renewed: at once when there is none.
func (h *tokenHolder) renewAt() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.token.renewAt
}

func newWatch(c *Cloud, m Meeting, to conference.Sink) *watch {
	d := c.config.Delays
	return &watch{
		cloud: c, meeting: m, to: to, site: c.endpoint,
		held:    tokenHolder{dropped: make(chan struct{}, 1)},
		log:     c.config.Logger.With("confID", string(m.ConfID)),
		backoff: backoff{min: d.BackoffMin, max: d.BackoffMax},
	}
}

// run watches until ctx ends, or until only other settings can help.
func (w *watch) run(ctx context.Context) {
	w.announce()
	for ctx.Err() == nil {
		f := w.attempt(ctx)
		if ctx.Err() != nil {
			return
		}
		wait, again := w.conclude(f)
		if !again || !sleep(ctx, wait) {
			return
		}
	}
}

// attempt connects, and returns why the connection was not made or has ended.
func (w *watch) attempt(ctx context.Context) *fault {
	if w.meeting.HostPassword.IsZero() {
		return &fault{step: controlTokenAPI.step, verdict: stop, reason: conference.ReasonNoPassword}
	}
	token, f := w.control(ctx)
	if f != nil {
		return f
	}
	if w.ended { // no longer; it may have left the board meanwhile
		w.announce()
	}
	w.ran, w.ended = true, false
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
	socket, f := w.cloud.connect(ctx, base, w.meeting.ConfID, webSocket)
	if f != nil {
		w.confirm = f.verdict == tokenRefused
		return f
	}
	s := newSession(w, socket)
	f = s.run(ctx)
	w.confirm = true
	if s.proven {
		w.backoff.reset()
	}
	return f
}

// control returns a valid control token: the held one, or, if that may have become worthless, a new one.
func (w *watch) control(ctx context.Context) (controlToken, *fault) {
	held := w.held.valid()
	if !held.token.IsZero() && !w.confirm {
		return held, nil
	}
	f := w.renew(ctx, held.token)
	if f != nil && f.verdict == tokenRefused && !held.token.IsZero() {
		w.held.drop()
		f = w.renew(ctx, conference.Secret{})
	}
	if f != nil {
		return controlToken{}, f
	}
	w.confirm = false
	return w.held.valid(), nil
}

// renew asks for a control token and holds it. The held one, unless empty, is prolonged.
func (w *watch) renew(ctx context.Context, held conference.Secret) *fault {
	return w.onSite(ctx, func() *fault {
		token, f := w.cloud.controlToken(ctx, w.site, caller{id: w.meeting.ConfID}, w.meeting.HostPassword, held)
		if f == nil {
			w.held.set(token)
		}
		return f
	})
}

// webSocket returns a fresh WebSocket token. If the control token is not taken, a fresh one is tried, once.
func (w *watch) webSocket(ctx context.Context, token controlToken) (webSocket conference.Secret, f *fault) {
	ask := func() *fault {
		return w.onSite(ctx, func() (f *fault) {
			webSocket, f = w.cloud.webSocketToken(ctx, w.site, caller{id: w.meeting.ConfID}, token.token)
			return f
		})
	}
	if f = ask(); f == nil || f.verdict != tokenRefused {
		return webSocket, f
	}
	w.held.drop()
	if token, f = w.control(ctx); f == nil {
		f = ask()
	}
	return webSocket, f
}

// onSite makes a call, and once more at the meeting's own site if the cloud says that it is on another.
func (w *watch) onSite(ctx context.Context, call func() *fault) *fault {
	f := call()
	if f == nil || f.verdict != otherSite {
		return f
	}
	site, err := w.cloud.region(ctx, caller{id: w.meeting.ConfID})
	if err != nil {
		w.log.Debug("region is not known", "err", err)
		f.verdict = refused
		return f
	}
	w.site = site
	if f = call(); f != nil && f.verdict == otherSite {
		w.site = w.cloud.endpoint
		f.verdict = refused
	}
	return f
}

// conclude tells the sink how an attempt or a connection ended, and returns how long to wait before the next; again is
// false when there is to be none.
func (w *watch) conclude(f *fault) (wait time.Duration, again bool) {
	d := w.cloud.config.Delays
	wait, again = spread(d.Look), true
	switch f.verdict {
	case over:
		w.end(f)
	case notInProgress:
		switch {
		case w.ended: // still; it was told
		case w.ran || f.code == codeEnded:
			w.end(f)
		default:
			w.tell(conference.LinkWaiting, f)
		}
	case stop:
		w.tell(conference.LinkRefused, f)
		again = false
	case refused, otherSite:
		w.tell(conference.LinkRefused, f)
		wait = spread(d.Refused)
	default:
		w.tell(conference.LinkDown, f)
		wait = max(w.backoff.next(), f.retryAfter)
	}
	return wait, again
}

func (w *watch) end(f *fault) {
	f.reason = conference.ReasonNone
	w.tell(conference.LinkEnded, f)
	w.ran, w.ended = false, true
	w.held.drop() // a token is for one occurrence
	w.backoff.reset()
}

// began tells the sink that a connection is open.
func (w *watch) began(at time.Time) {
	w.told = conference.ReasonNone
	w.log.Info("meeting connected")
	w.to.Apply(conference.LinkMessage{About: w.about(at), Event: conference.LinkUp})
}

// tell passes news of the link on. While the meeting is over, what goes wrong in looking again is nobody's news.
func (w *watch) tell(event conference.LinkEvent, f *fault) {
	level := slog.LevelWarn
	switch {
	case f.verdict == stop:
	case w.ended, f.reason == w.told && f.reason != conference.ReasonNone:
		level = slog.LevelDebug
	case event == conference.LinkWaiting, event == conference.LinkEnded:
		level = slog.LevelInfo
	}
	w.told = f.reason
	w.log.Log(context.Background(), level, eventWords[event], "reason", string(f.reason), "err", f)
	if !w.ended {
		w.to.Apply(conference.LinkMessage{About: w.about(time.Now()), Event: event, Reason: f.reason})
	}
}

var eventWords = map[conference.LinkEvent]string{
	conference.LinkDown:    "meeting not connected",
	conference.LinkWaiting: "meeting has not started",
	conference.LinkRefused: "meeting refused",
	conference.LinkEnded:   "meeting has ended",
}

func (w *watch) announce() {
	w.to.Apply(conference.WatchMessage{About: w.about(time.Now()), Name: w.meeting.Name, Group: w.meeting.Group})
}

func (w *watch) about(at time.Time) conference.About {
	return conference.About{ConfID: w.meeting.ConfID, At: at}
}
