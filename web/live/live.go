// Package live brings the newest state to every open page. A page in one variant is a topic: what a change
// touches is rendered once and the bytes are shared by everybody who has that page open.
//
// The promise is the newest state, not history: whoever connects gets the whole region unless it can show that it
// has it already, a slow viewer is held back or cut and comes back, and when things are quiet nobody's page is
// older than the state. A viewer costs nobody else anything.
//
//	Registry ──Notify──▶ Hub ─▶ topic: what is due ─▶ View.Render ─▶ r3labs stream ─▶ viewer ─▶ browser
//	                                    Serve ─▶ region, once, in the viewer's first flush ──────▶
//
// Goroutines: one per topic, which renders and hands over, owned by Run; those of net/http and r3labs/sse per
// viewer, which end with Serve. The package knows no page and no framework.
package live

import (
	"context"
	"errors"
	"time"

	"confboard/feed/conference"
)

// View is one page in one variant: language, role, query. A View value belongs to at most one topic, which is the
// only caller of all methods but Key, About and JoinBursts. It may hold state between calls: Touched has been
// called for every change since before the first Region, and Region comes before the first Render.
type View interface {
	// Key is the topic's identity: page, canonical query, language, role. It is logged, so it holds no secret. What stands before the
	// first slash or question mark is the kind of view, such as "meeting", by which Stats counts: there are few.
	Key() string
	// Touched names the components that a change touches. It is called for every change, in order, while the registry
	// is locked: it must be quick, do no I/O and not call the registry. It runs beside Render and Region.
	Touched(conference.Change) []Touch
	// Render renders the components from the newest state as one message, with its swap markup. An empty result is not
	// sent. Render and Region are called by one goroutine at a time, under the program's context; the bytes
	// belong to the topic from then on.
	Render(ctx context.Context, components []string) ([]byte, error)
	// Region renders everything that the page shows live, as one message that morphs the page's region.
	Region(ctx context.Context) ([]byte, error)
}

// Touch is a component that a change touches.
type Touch struct {
	// Component is the view's own name for it, or WholeRegion.
	Component string
	// Every is the shortest time between two renderings of this component; 0 leaves only the topic's joining of bursts.
	Every time.Duration
}

// WholeRegion stands for everything: the region goes to all viewers, in place of the other components.
const WholeRegion = "*"

// OfMeeting may be implemented by a View that shows one meeting only: it is not asked about changes of others. ok
// is false where the view shows more. The answer must not change.
type OfMeeting interface {
	About() (id conference.ConfID, ok bool)
}

// Rememberer may be implemented by a View that remembers what its viewers have. Forget is called before a Region
// when nobody has a page of the topic, and changes may have passed without a Render. Same goroutine as Render and Region.
type Rememberer interface {
	Forget()
}

// Listener may be implemented by a View that shows something beside the meetings. Heard names the components that Hub.Tell touches. The rules of Touched apply.
type Listener interface {
	Heard(what string) []Touch
}

// Joiner may be implemented by a View that wants bursts joined over another time than Options.JoinBursts; 0: not joined.
// The answer must not change.
type Joiner interface {
	JoinBursts() time.Duration
}

// Reasons for which Serve refuses a viewer. Nothing has been written then.
var (
	// ErrTooManyTopics: a limit of Options on topics is reached. Worth another try later: 503.
	ErrTooManyTopics = errors.New("too many different pages are open")
	// ErrTooManyStreams: a limit of Options on streams is reached: 503.
	ErrTooManyStreams = errors.New("too many streams are open")
	// ErrStopped: the program is ending: 503.
	ErrStopped = errors.New("the stream hub has stopped")
	// ErrCannotCut: the ResponseWriter cannot set write deadlines, so that a viewer who stops reading could not be
	// cut. Some middleware wraps it without Unwrap: 500.
	ErrCannotCut = errors.New("the response writer cannot set write deadlines")
)
