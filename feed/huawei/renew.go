package huawei

import (
	"context"
	"net/url"

	"confboard/feed/conference"
)

// renewed is what became of a renewal of the control token.
type renewed struct {
	password conference.Secret
	token    controlToken
	fault    *fault
}

// renew renews the control token at the site where it was made, before it expires: a repeated subscription needs a valid one. It
// touches nothing of the session but the channel, which has room.
func (s *session) renew(ctx context.Context, site *url.URL, password, held conference.Secret) {
	w := s.watch
	token, f := w.cloud.controlToken(ctx, site, caller{id: w.id, rank: renewal}, password, held)
	s.renewed <- renewed{password, token, f}
}

// tookRenewed draws from what became of a renewal. It returns why the connection ends, if it does.
func (s *session) tookRenewed(r renewed) *fault {
	s.renewing = false
	f := r.fault
	if f == nil {
		s.renewDelay.reset()
		s.watch.hold(r.token)
		s.renewAt = r.token.renewAt
		return nil
	}
	s.watch.log.Debug("control token not renewed", "err", f)
	switch f.verdict {
	case notInProgress:
		return f // the cloud will close the connection, or has lost it
	case stop: // the connection stands without its token
		s.watch.barred = &bar{r.password, *f}
		s.watch.log.Warn("control token not renewed", "reason", string(f.reason), "err", f)
		return nil
	case tokenRefused: // the password makes a new one
		s.watch.dropToken()
	}
	s.renewAt = s.watch.now().Add(max(s.renewDelay.next(), f.retryAfter))
	return nil
}

// renewNow has the token renewed at once, unless its password is barred.
func (s *session) renewNow() {
	if !s.renewing && !s.watch.barred.from(s.watch.asWanted().HostPassword) {
		s.renewAt = s.watch.now()
	}
}

// obey carries out orders on an open connection: the renewal asks the cloud whether the meeting is in progress.
func (s *session) obey(o orders) {
	if o.retry {
		s.watch.barred = nil
	}
	if o.look {
		s.renewNow()
	}
}

// lastWord keeps what a renewal that was under way at the end of the connection has brought, and returns why it ended: if the cloud
// has answered that the meeting is not in progress, that is why, and not what became of the socket for it.
func (s *session) lastWord(end *fault) *fault {
	select {
	case r := <-s.renewed:
		f := s.tookRenewed(r)
		if f != nil && end.verdict == tryAgain {
			return f
		}
	default:
	}
	return end
}
