package handlers

import (
	"strconv"

	"confboard/feed/timeline"
	"confboard/templates"
	"confboard/web/live"
)

// Storage tells how timelines are stored; *timeline.Journal is one.
type Storage interface {
	Health() timeline.Health
}

// StorageChanged is what live.Hub is told when the storing fares otherwise than before.
const StorageChanged = "storage"

// Heard implements live.Listener.
func (v *feedView) Heard(what string) []live.Touch {
	switch {
	case what == StorageChanged && v.storage != nil, what == BoardsChanged && v.several != nil:
		return []live.Touch{{Component: what, Every: totalsEvery}}
	}
	return nil
}

// healthIcon are the shapes of a health: writing is as quiet as live data, and nothing that is not written is.
var healthIcon = map[timeline.HealthState]string{
	timeline.Writing: "live", timeline.Behind: "attention", timeline.Failing: "nodata", timeline.Broken: "nodata", timeline.Closed: "nodata",
}

// stored makes the props of how timelines are stored.
func (v *feedView) stored(h timeline.Health) templates.FeedPanel {
	x := &v.text.History
	help := x.Help
	if h.Server {
		help = x.ServerHelp
	}
	p := templates.FeedPanel{ID: "feed-storage", Title: x.Storage, Icon: healthIcon[h.State], State: x.State[h.State], Reason: help[h.State], SinceLabel: v.text.Since}
	if h.State != timeline.Writing {
		p.Since = v.instant(h.Since, "clock")
	}
	if h.State == timeline.Closed {
		return p
	}
	p.Facts = append(p.Facts, v.factOr(x.LastWrite, h.LastWrite, "ago", v.text.Never))
	p.Facts = append(p.Facts, v.fact(x.NextWrite, h.Next, "in")...)
	if h.Waiting > 0 && h.State != timeline.Writing {
		p.Facts = append(p.Facts, templates.Fact{Name: x.Waiting, Text: grouped(uint64(h.Waiting))})
	}
	if h.Lost > 0 {
		p.Facts = append(p.Facts, templates.Fact{Name: x.Lost, Text: grouped(h.Lost)})
	}
	if h.Bytes > 0 {
		size := megabytes(h.Bytes)
		if h.Cap > 0 {
			size = x.SizeOf(size, megabytes(h.Cap))
		}
		p.Facts = append(p.Facts, templates.Fact{Name: x.Size, Text: size})
	}
	return p
}

func megabytes(n int64) string {
	const mega, giga = 1_000_000, 1_000_000_000
	switch {
	case n >= giga:
		return strconv.FormatFloat(float64(n/(giga/10))/10, 'f', -1, 64) + " GB"
	case n >= 10*mega:
		return strconv.FormatInt(n/mega, 10) + " MB"
	}
	return strconv.FormatFloat(float64(n)/mega, 'f', 1, 64) + " MB"
}
