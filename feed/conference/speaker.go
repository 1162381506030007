package conference

import (
	"cmp"
	"slices"
)

// Speaker is somebody who speaks (meeting_21_1516).
type Speaker struct {
	PID, Name string
	// Volume is the wire's speakingVolume. The reference gives no unit.
	Volume int64
}

// MaxSpeakers is the largest number of speakers that a state holds: the reference promises no more than the loudest three.
const MaxSpeakers = 3

// loudest returns the speakers in order of volume, at most MaxSpeakers. It does not modify the list that it is given.
func loudest(speakers []Speaker) []Speaker {
	if len(speakers) == 0 {
		return nil
	}
	all := slices.Clone(speakers)
	slices.SortStableFunc(all, func(a, b Speaker) int { return cmp.Compare(b.Volume, a.Volume) })
	return slices.Clip(all[:min(len(all), MaxSpeakers)])
}
