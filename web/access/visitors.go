package access

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// Visitors says who makes a request, by all ways that the board has to find out. Each can be nil.
type Visitors struct {
	// Open: everybody may see the board.
	Open     bool
	Admin    *Admin
	Accounts *Accounts
	OIDC     *OIDC
	Proxy    *Proxy
	Walls    *Walls
}

// Who is who makes a request. A session counts as used by it. A wall is one only if nobody is signed in on its screen, and the board
// is not open to everybody.
func (v *Visitors) Who(r *http.Request) Who {
	who := v.person(r)
	if v.Walls == nil {
		return who
	}
	wall, ok := v.Walls.Who(r)
	switch {
	case ok && who.Role == RoleNone:
		return wall
	case ok:
		who.Wall = wall.Wall
	}
	return who
}

func (v *Visitors) person(r *http.Request) Who {
	if v.Admin != nil {
		if who, ok := v.Admin.Who(r); ok {
			return who
		}
	}
	if v.Proxy != nil {
		if who, ok := v.Proxy.Who(r); ok {
			return who
		}
	}
	if v.Accounts != nil && v.Proxy == nil {
		if who, ok := v.Accounts.Who(r); ok {
			return who
		}
	}
	if v.OIDC != nil {
		if who, ok := v.OIDC.Who(r); ok {
			return who
		}
	}
	if v.Open {
		return Who{Role: RoleViewer}
	}
	return Who{}
}

// Program is who makes a request that a program may make: somebody who is signed in, or the holder of a token.
func (v *Visitors) Program(r *http.Request) Who {
	who := v.person(r)
	if who.Role == RoleNone && v.Accounts != nil {
		who, _ = v.Accounts.Bearer(r)
	}
	return who
}

// sweepEvery is how soon the pages of a session of the admin token end after its time is up.
const sweepEvery = time.Minute

// Run ends sessions when their time is up, and stores what became of them. It returns nil when ctx ends.
func (v *Visitors) Run(ctx context.Context) error {
	var group errgroup.Group
	if v.Accounts != nil {
		group.Go(func() error { return v.Accounts.Run(ctx) })
	}
	if v.Admin != nil {
		group.Go(func() error { return v.Admin.run(ctx) })
	}
	if v.OIDC != nil {
		group.Go(func() error { return v.OIDC.Run(ctx) })
	}
	return group.Wait()
}

// run ends the sessions of the admin token whose time is up, and stores what became of them.
func (a *Admin) run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	failing := false
	note := func(err error) {
		if err != nil && !failing {
			a.config.Logger.Error("the end of sessions cannot be stored; it is tried again", "error", err)
		}
		failing = err != nil
	}
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			note(a.settle(last))
			return nil
		case <-tick.C:
			a.sessions.sweep(a.config.Now(), func(digest) bool { return false })
		case <-a.wake:
		}
		if err := a.settle(ctx); ctx.Err() == nil {
			note(err)
		}
	}
}
