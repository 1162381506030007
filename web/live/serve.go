package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// Serve is one viewer's stream: it blocks until the viewer leaves or is ended; below Afterwards it returns when the viewer has been let in.
// An error means that nothing was written; nil, that the stream was served, however it ended, or will be. When there is a topic with v's key,
// that topic's own View is used.
//
// w must support write deadlines, itself or by Unwrap, and must not compress or buffer. The request's Last-Event-ID
// is what the page says it has; its query is not looked at.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, v View, o ServeOptions) error {
	viewer, err := h.admit(w, r, v, o)
	if err != nil {
		h.counts.refuse(err)
		if o.Left != nil {
			o.Left()
		}
		return err
	}
	if place, ok := r.Context().Value(afterwardsKey{}).(*afterwards); ok && place.viewer == nil {
		place.viewer = viewer
		return nil
	}
	return viewer.serve()
}

// admit lets a viewer in. What it returns is to be served, or to leave.
func (h *Hub) admit(w http.ResponseWriter, r *http.Request, view View, o ServeOptions) (*viewer, error) {
	ctx, cancel := context.WithCancel(r.Context())
	v := &viewer{
		hub: h, w: w, rc: http.NewResponseController(w), http2: r.ProtoMajor >= 2, socket: socketOf(r),
		address: o.Address, endWhen: o.EndWhen, owner: o.Owner, lastID: parseID(r.Header.Get("Last-Event-ID")),
		ctx: ctx, cancel: cancel,
	}
	if err := h.join(v, view); err != nil {
		cancel()
		return nil, err
	}
	if err := v.probe(); err != nil {
		v.leave()
		return nil, err
	}
	if o.Moved != nil && o.Moved() {
		v.end(moved)
	} else if o.Outdated != nil && o.Outdated() {
		v.end(renewed)
	}
	if o.For > 0 {
		v.until = time.AfterFunc(o.For-rand.N(o.For/5+1), func() { v.end(moved) })
	}
	v.left = o.Left
	return v, nil
}

// serve is the stream.
func (v *viewer) serve() error {
	defer v.leave()
	// It returns when r3labs/sse has deregistered the viewer, which follows the end of ctx.
	v.hub.events.ServeHTTP(v, v.topic.request.WithContext(v.ctx))
	if v.refused {
		err := fmt.Errorf("serve stream %s: refused by the stream server", v.topic.stream)
		v.hub.counts.refuse(err)
		return err
	}
	return nil
}

// leave takes leave of a viewer who has been let in.
func (v *viewer) leave() {
	if v.until != nil {
		v.until.Stop()
	}
	v.close()
	v.hub.leave(v)
	v.cancel()
	if v.left != nil {
		v.left()
	}
}

// probe sets up the connection, and finds out whether a viewer who does not read could be cut.
func (v *viewer) probe() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.severed {
		return nil
	}
	v.deadline = time.Now().Add(v.hub.options.WriteTimeout)
	if err := v.rc.SetWriteDeadline(v.deadline); err != nil {
		v.refused = true
		return fmt.Errorf("%w: %w", ErrCannotCut, err)
	}
	if v.socket != nil {
		// Errors mean that the connection is gone. Linger 0: after a cut the kernel drops what it still holds.
		_ = v.socket.SetWriteBuffer(streamWriteBuffer)
		_ = v.socket.SetLinger(0)
	}
	return nil
}

// join finds or makes the topic and enters the viewer, within the limits.
func (h *Hub) join(v *viewer, view View) error {
	key := view.Key()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return refusal{ErrStopped, RefusedStopping}
	}
	o := &h.options
	used := h.addresses[v.address]
	if used == nil || v.address == "" {
		used = &account{}
	}
	if over(h.viewers, o.MaxStreams) {
		return refusal{ErrTooManyStreams, RefusedStreams}
	}
	if v.address != "" && over(used.streams, o.MaxStreamsPerAddress) {
		return refusal{ErrTooManyStreams, RefusedStreamsOfAddress}
	}
	t := h.topics[key]
	if t == nil || t.idle != nil {
		if over(len(h.topics)-h.idle.Len(), o.MaxTopics) {
			return refusal{ErrTooManyTopics, RefusedTopics}
		}
		_, focused := meetingOf(view)
		charged := v.address != "" && !focused
		if charged && over(used.topics, o.MaxTopicsPerAddress) {
			return refusal{ErrTooManyTopics, RefusedTopicsOfAddress}
		}
		if t == nil {
			if over(len(h.topics), o.MaxTopics) {
				h.remove(h.idle.Front().Value.(*topic)) // it only lingers
			}
			t = h.newTopic(key, view)
			h.add(t)
			h.stir()
		} else {
			h.idle.Remove(t.idle)
			t.idle = nil
		}
		if charged {
			t.address = v.address
			used.topics++
		}
	}
	used.streams++
	if v.address != "" {
		h.addresses[v.address] = used
	}
	h.viewers++
	h.kinds[t.kind]++
	v.topic = t
	t.enter(v)
	if v.endWhen != nil {
		h.enders[v] = struct{}{}
	}
	if v.owner != "" {
		if h.owned[v.owner] == nil {
			h.owned[v.owner] = map[*viewer]struct{}{}
		}
		h.owned[v.owner][v] = struct{}{}
	}
	return nil
}

// End ends the streams of an owner at once: their page is told that its right has ended, and asks anew. It does not block. A
// viewer who is about to come is let in unless its ServeOptions.Moved says that the right has ended.
func (h *Hub) End(owner string) { h.end(owner, denied) }

// Renew has the pages of an owner loaded anew: their streams end at once, and tell them so. It does not block. A page that is away
// is told when it comes back, if its ServeOptions.Outdated says so.
func (h *Hub) Renew(owner string) { h.end(owner, renewed) }

func (h *Hub) end(owner string, why ending) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for v := range h.owned[owner] {
		v.end(why)
	}
}

// Owns reports whether an owner has an open stream.
func (h *Hub) Owns(owner string) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return len(h.owned[owner]) > 0
}

func over(n, limit int) bool { return limit > 0 && n >= limit }

func (h *Hub) leave(v *viewer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.viewers--
	h.kinds[v.topic.kind]--
	delete(h.enders, v)
	if delete(h.owned[v.owner], v); len(h.owned[v.owner]) == 0 {
		delete(h.owned, v.owner)
	}
	h.release(v.address, account{streams: 1})
	if t := v.topic; t.leave(v) {
		h.release(t.address, account{topics: 1})
		t.address = ""
		t.idleFrom = time.Now()
		t.idle = h.idle.PushBack(t)
		h.stir()
	}
}

func (h *Hub) release(address string, a account) {
	used := h.addresses[address]
	if used == nil {
		return
	}
	used.streams -= a.streams
	used.topics -= a.topics
	if *used == (account{}) {
		delete(h.addresses, address)
	}
}
