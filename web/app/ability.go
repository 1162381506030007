package app

import "time"

// ability judges whether this board reaches the cloud, by how its meetings fare beside those of others. Its zero value, given a patience, takes
// it that it does. It has no clock: it is asked every so often, by one goroutine.
//
// Before it says that the board does not, and before it says that it does again, a meeting is tried that is live elsewhere: there can be something
// wrong with just those that are watched here. Neither that nor handing over costs anybody anything; but a board that reaches the cloud only now and
// then would do nothing else, so it pauses in between, each time twice as long.
type ability struct {
	// patience is for how long none of its meetings may be live.
	patience time.Duration

	unable bool
	since  time.Time // since when nothing speaks for it; zero: something does
	until  time.Time // it is not judged again before
	pause  time.Duration
}

// longestPause is how many times the patience a pause is at the most.
const longestPause = 8

// sight is what is seen of the meetings at an instant.
type sight struct {
	// live counts those watched here whose link is live, down those for which it ought to be: that have not ended, and of which the cloud does
	// not say that they have not started.
	live, down int
	// elsewhere: one that another board watches is live.
	elsewhere bool
	// proven: the one that is tried is live here too.
	proven bool
}

// judge says whether the board can watch meetings, and whether one is to be tried.
func (a *ability) judge(now time.Time, s sight) (able, try bool) {
	waits := now.Before(a.until)
	if a.unable {
		if waits || s.live == 0 && !s.proven {
			return false, !waits && s.elsewhere
		}
		a.unable = false
		return true, false
	}
	switch {
	case s.live > 0:
		a.since = time.Time{}
		if waits {
			a.until = now
		}
	case s.proven: // it is the fault of its meetings
		a.since = time.Time{}
		a.rest(now)
	case s.down == 0 || !s.elsewhere || waits: // nothing speaks against it
		a.since = time.Time{}
	case a.since.IsZero():
		a.since = now
	case now.Sub(a.since) >= a.patience:
		a.unable, a.since = true, time.Time{}
		a.rest(now)
	}
	return !a.unable, !a.since.IsZero() && now.Sub(a.since) >= a.patience/2
}

// rest begins a pause. When all has been well for long, it is a short one again.
func (a *ability) rest(now time.Time) {
	longest := longestPause * a.patience
	if now.Sub(a.until) > longest {
		a.pause = 0
	}
	a.pause = min(max(2*a.pause, a.patience), longest)
	a.until = now.Add(a.pause)
}
