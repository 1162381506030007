package conference

import "context"

// Source is where messages come from: the real cloud, a recording, one day a message bus. A new one is a new folder
// below feed and one line of wiring.
type Source interface {
	// Run brings messages to the sink until ctx ends, then returns nil. It returns an error only for a fault that
	// ends the program; what concerns one meeting is told to the sink as a LinkMessage.
	Run(ctx context.Context, to Sink) error
}

// Sink takes messages; *Registry is one. Apply is safe for concurrent use and does not wait for viewers.
type Sink interface {
	Apply(m Message) Outcome
}
