package e2e

import "fmt"

// The capacity model: what several boards need, from what each thing costs.
//
// The costs are those of boards, NATS servers and a database that share two cores, where little happens at a time and each message
// wakes somebody up: what BenchmarkSeveral measured with one and with three boards. It compares the model with boards that run. On
// a machine that is busy the same work is done with fewer wake-ups; the tight loops of feed/bus need a quarter of it.

// Processor time of one core, in seconds.
const (
	costBoard   = 5.5e-3 // each second, to hold its lease and look at the database
	costWatched = 2e-6   // each second, a meeting that it watches
	costFrame   = 500e-6 // a frame of a meeting that it watches, stored and told to the others
	costHeard   = 430e-6 // the same at a board that hears of it
	costRecord  = 15e-6  // and where its page is looked at
	costDrawn   = 150e-6 // a change of a page that somebody looks at
	costBrought = 25e-6  // bringing it to one of them

	costNATS      = 26e-3  // each second, three servers together
	costNATSBoard = 4e-3   // each second, for a board
	costNATSFrame = 885e-6 // a frame
	costNATSHeard = 130e-6 // for each board that hears of it
)

// Memory, in bytes.
const (
	heldBoard   = 16 << 20
	heldWatched = 50 << 10 // a meeting of ten that it watches, its timeline apart
	heldHeard   = 20 << 10 // one that another board watches
	heldViewer  = 32 << 10
)

// load is what boards that work as one are for.
type load struct {
	boards, meetings, viewers int
	// frames are those of all meetings together, drawn the changes of all pages that somebody looks at, brought those that viewers are brought,
	// and records the frames of meetings that somebody looks at elsewhere; each second.
	frames, drawn, brought, records float64
}

// demand is what that takes: the cores of all boards together, and those of all NATS servers; and the memory of all boards, in bytes.
type demand struct{ boards, nats, memory float64 }

func (l load) demand() demand {
	n, others := float64(l.boards), float64(l.boards-1)
	meetings, heard := float64(l.meetings), l.frames*float64(l.boards-1)
	return demand{
		boards: n*costBoard + meetings*costWatched + l.frames*costFrame + heard*costHeard + l.records*costRecord + l.drawn*costDrawn + l.brought*costBrought,
		nats:   costNATS + n*costNATSBoard + l.frames*costNATSFrame + heard*costNATSHeard,
		memory: n*heldBoard + meetings*(heldWatched+others*heldHeard) + float64(l.viewers)*heldViewer,
	}
}

// typical is a day in an organisation: each meeting changes every ten seconds, three quarters of the viewers look at a meeting's page,
// of which there is a tenth as many as of these, and the others at an overview of sixty. Each page has a clock every ten seconds.
func typical(boards, meetings, viewers int) load {
	const changes, clock, overview = 0.1, 0.1, 60
	onMeetings, onOverviews := 0.75*float64(viewers), 0.25*float64(viewers)
	pages := min(onMeetings/10, float64(meetings)*2) // in two languages
	l := load{boards: boards, meetings: meetings, viewers: viewers, frames: float64(meetings) * changes}
	l.drawn = pages*changes + float64(boards)*10*overview*changes // ten filters and languages of overviews at each
	l.brought = onMeetings*(changes+clock) + onOverviews*(overview*changes+clock)
	l.records = pages * changes * float64(boards-1) / float64(boards)
	return l
}

// The table of e2e/BENCHMARKS.md.
func Example_capacity() {
	for _, k := range []struct{ boards, meetings, viewers int }{{1, 2_000, 2_000}, {3, 2_000, 2_000}, {3, 10_000, 20_000}, {10, 100_000, 1_000_000}, {30, 100_000, 1_000_000}} {
		d := typical(k.boards, k.meetings, k.viewers).demand()
		fmt.Printf("%d meetings, %d viewers, %d boards: each %.1f cores and %.1f GB; NATS %.1f cores\n", k.meetings, k.viewers, k.boards,
			d.boards/float64(k.boards), d.memory/float64(k.boards)/1e9, d.nats)
	}
	// Output:
	// 2000 meetings, 2000 viewers, 1 boards: each 0.2 cores and 0.2 GB; NATS 0.2 cores
	// 2000 meetings, 2000 viewers, 3 boards: each 0.1 cores and 0.1 GB; NATS 0.3 cores
	// 10000 meetings, 20000 viewers, 3 boards: each 0.8 cores and 0.5 GB; NATS 1.2 cores
	// 100000 meetings, 1000000 viewers, 10 boards: each 8.7 cores and 5.6 GB; NATS 20.6 cores
	// 100000 meetings, 1000000 viewers, 30 boards: each 5.8 cores and 3.3 GB; NATS 46.7 cores
}
