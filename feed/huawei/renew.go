package huawei

import (
	"context"
	"time"
)

// keepToken renews the control token before it expires, until ctx ends. A repeated subscription needs a valid one.
func (w *watch) keepToken(ctx context.Context) {
	d := w.cloud.config.Delays
	again := backoff{min: d.BackoffMin, max: d.BackoffMax}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(time.Until(w.held.renewAt()))
		select {
		case <-ctx.Done():
			return
		case <-w.held.dropped:
			continue
		case <-timer.C:
		}
		f := w.renewOnce(ctx)
		if f == nil {
			again.reset()
			continue
		}
		w.log.Debug("control token not renewed", "err", f)
		if f.verdict == stop || !sleep(ctx, max(again.next(), f.retryAfter)) {
			return
		}
	}
}

// renewOnce renews the held token at the site where it was made; if it is not taken, the password makes a new one.
func (w *watch) renewOnce(ctx context.Context) *fault {
	held := w.held.valid()
	token, f := w.cloud.controlToken(ctx, w.site, caller{id: w.meeting.ConfID, rank: renewal}, w.meeting.HostPassword, held.token)
	switch {
	case f == nil:
		w.held.set(token)
	case f.verdict == tokenRefused:
		w.held.drop()
	}
	return f
}
