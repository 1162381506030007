package handlers

import (
	"slices"

	"confboard/feed/conference"
)

// maxSteps is how many cards leave and enter one by one; beyond it the list is morphed as a whole, which is forty times as
// many bytes.
const maxSteps = 16

// step takes a card away or puts one in.
type step struct {
	id     conference.ConfID
	leaves bool
	next   conference.ConfID // the sibling before which it enters; empty: at the end
}

// steps are the fewest that make one list of another: those that leave, then those that enter, a card that changes its place
// among both. kept is how many stay where they are. A card is put before one that stays: not one that leaves with
// the same message, nor one that enters with it, since a browser looks for all targets of a message before it swaps any.
func steps(from, to []conference.ConfID) (all []step, kept int) {
	stays := inOrderOf(from, to)
	for _, id := range from {
		if !stays[id] {
			all = append(all, step{id: id, leaves: true})
		}
	}
	left := len(all)
	next := conference.ConfID("")
	for _, id := range slices.Backward(to) {
		if stays[id] {
			next = id
		} else {
			all = append(all, step{id: id, next: next})
		}
	}
	slices.Reverse(all[left:])
	return all, len(stays)
}

// inOrderOf returns the most that two lists have in common in the same order: the longest ascending run among the places that
// the one's have in the other.
func inOrderOf(from, to []conference.ConfID) map[conference.ConfID]bool {
	place := make(map[conference.ConfID]int, len(to))
	for i, id := range to {
		place[id] = i
	}
	type run struct {
		id     conference.ConfID
		at     int
		before *run
	}
	var ends []*run // of the runs of each length, the one that ends first
	for _, id := range from {
		at, there := place[id]
		if !there {
			continue
		}
		i, _ := slices.BinarySearchFunc(ends, at, func(r *run, at int) int { return r.at - at })
		r := &run{id: id, at: at}
		if i > 0 {
			r.before = ends[i-1]
		}
		if i == len(ends) {
			ends = append(ends, r)
		} else {
			ends[i] = r
		}
	}
	common := map[conference.ConfID]bool{}
	if len(ends) > 0 {
		for r := ends[len(ends)-1]; r != nil; r = r.before {
			common[r.id] = true
		}
	}
	return common
}
