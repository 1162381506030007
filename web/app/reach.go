package app

import (
	"context"
	"sync/atomic"
	"time"

	"confboard/feed/cluster"
	"confboard/feed/conference"
)

// reachEvery is how often it is looked whether this board reaches the cloud.
const reachEvery = time.Second

// reach finds out whether this board reaches the cloud. One that does not says so to the others, which take over its meetings until it does again.
type reach struct {
	ability ability
	unable  atomic.Bool
	// trial is a meeting of another board that is tried here, nil when none is; tried is when that began.
	trial atomic.Pointer[conference.ConfID]
	tried time.Time
}

// tries reports whether a meeting is the one that is tried.
func (r *reach) tries(id conference.ConfID) bool {
	trial := r.trial.Load()
	return trial != nil && *trial == id
}

// watchReach tells whether this board can watch meetings whenever that has changed, until ctx ends.
func (i *instance) watchReach(ctx context.Context) {
	r := &i.reach
	// A link that is silent is not live after 1.25 heartbeats; with another one it is where it is given up.
	r.ability.patience = i.house.registry.Policy().Heartbeat
	tick := time.NewTicker(reachEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			seen, other := i.see()
			able, try := r.ability.judge(now, seen)
			i.try(now, try, other)
			if able != r.unable.Load() {
				continue
			}
			r.unable.Store(!able)
			i.members.Able(able)
			if able {
				i.logger.Info("the cloud can be reached again: this board watches meetings")
			} else {
				i.logger.Warn("the cloud cannot be reached from here, and others reach it: they take over the meetings of this board", "down", seen.down)
			}
		}
	}
}

// see looks at all meetings. other is any that is live elsewhere.
func (i *instance) see() (seen sight, other conference.ConfID) {
	if !i.members.Held() { // it cannot know what is its own
		return sight{}, ""
	}
	for _, s := range i.house.registry.States() {
		owner, _, mine := i.members.Owner(s.ConfID)
		switch live := s.Link.State == conference.Live; {
		case mine && live:
			seen.live++
		case mine && !s.Ended() && s.Link.State != conference.Waiting:
			seen.down++
		case !mine && owner != "" && live:
			seen.elsewhere, other = true, s.ConfID
		}
	}
	trial := i.reach.trial.Load()
	seen.proven = trial != nil && i.source.Reaches(*trial)
	return seen, other
}

// try begins or ends trying. It takes another meeting now and then: something may be the matter with one.
func (i *instance) try(now time.Time, on bool, other conference.ConfID) {
	r := &i.reach
	switch {
	case !on && r.trial.Load() == nil:
		return
	case !on:
		r.trial.Store(nil)
	case r.trial.Load() != nil && now.Sub(r.tried) < r.ability.patience:
		return
	default:
		r.trial.Store(&other)
		r.tried = now
	}
	i.source.Reassign()
}

// next implements huawei.Config.Next.
func (i *instance) next(id conference.ConfID) bool {
	return i.prepared[cluster.ShardOf(id)].Load() || i.reach.tries(id)
}
