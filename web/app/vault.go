package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/web/access"
	"confboard/web/live"
	"confboard/web/settings"
	"confboard/web/store"
)

// vault is the board's file as package access sees it.
type vault struct{ *store.DB }

var (
	_ access.AccountStore = vault{}
	_ access.ShareStore   = vault{}
	_ access.WallStore    = vault{}
	_ access.AdminStore   = vault{}
)

func converted[B, A any](all []A, err error, f func(A) B) ([]B, error) {
	list := make([]B, len(all))
	for i, a := range all {
		list[i] = f(a)
	}
	return list, err
}

// Accounts implements access.AccountStore.
func (v vault) Accounts(ctx context.Context) ([]access.Account, error) {
	all, err := v.DB.Accounts(ctx)
	return converted(all, err, func(a store.Account) access.Account { return access.Account(a) })
}

// AddAccount implements access.AccountStore.
func (v vault) AddAccount(ctx context.Context, a access.Account) error {
	err := v.DB.AddAccount(ctx, store.Account(a))
	if errors.Is(err, store.ErrExists) {
		return access.ErrTaken
	}
	return err
}

// Tokens implements access.AccountStore.
func (v vault) Tokens(ctx context.Context) ([]access.Token, error) {
	all, err := v.DB.Tokens(ctx)
	return converted(all, err, func(t store.Token) access.Token { return access.Token(t) })
}

// Sessions implements access.AccountStore.
func (v vault) Sessions(ctx context.Context) ([]access.Session, error) {
	all, err := v.DB.Sessions(ctx)
	return converted(all, err, func(s store.Session) access.Session { return access.Session(s) })
}

// AdminSessions implements access.AdminStore.
func (v vault) AdminSessions(ctx context.Context) ([]access.Session, error) {
	all, err := v.DB.AdminSessions(ctx)
	return converted(all, err, func(s store.Session) access.Session { return access.Session(s) })
}

// UseAdminToken implements access.AdminStore.
func (v vault) UseAdminToken(ctx context.Context, used int64) error {
	err := v.DB.UseAdminToken(ctx, used)
	if errors.Is(err, store.ErrNotFound) {
		return access.ErrSpent
	}
	return err
}

// Session implements access.SessionStore.
func (v vault) Session(ctx context.Context, digest string) (access.Session, bool, error) {
	s, found, err := v.DB.Session(ctx, digest)
	return access.Session(s), found, err
}

// PutSession implements access.SessionStore.
func (v vault) PutSession(ctx context.Context, s access.Session) error {
	return v.DB.PutSession(ctx, store.Session(s))
}

// Shares implements access.ShareStore.
func (v vault) Shares(ctx context.Context) ([]access.StoredShare, error) {
	all, err := v.DB.Shares(ctx)
	return converted(all, err, func(s store.Share) access.StoredShare { return access.StoredShare(s) })
}

// AddShare implements access.ShareStore.
func (v vault) AddShare(ctx context.Context, s access.StoredShare) error {
	return v.DB.AddShare(ctx, store.Share(s))
}

// Walls implements access.WallStore.
func (v vault) Walls(ctx context.Context) ([]access.StoredWall, error) {
	all, err := v.DB.Walls(ctx)
	return converted(all, err, func(w store.Wall) access.StoredWall { return access.StoredWall(w) })
}

// AddWall implements access.WallStore.
func (v vault) AddWall(ctx context.Context, w access.StoredWall) error {
	return v.DB.AddWall(ctx, store.Wall(w))
}

// UpdateWall implements access.WallStore.
func (v vault) UpdateWall(ctx context.Context, w access.StoredWall) error {
	return v.DB.UpdateWall(ctx, store.Wall(w))
}

// openStore opens where the board keeps what it keeps: its own file, or a server's database.
func openStore(ctx context.Context, s settings.Settings) (*store.DB, error) {
	if s.Database.Enabled() {
		return store.OpenServer(ctx, store.Server(s.Database))
	}
	return store.OpenDB(ctx, s.DataDir)
}

// entrance is who is let in, and by what.
type entrance struct {
	visitors *access.Visitors
	links    *access.Links // nil: none can be made
	walls    *access.Walls // nil: none is known
	db       *store.DB     // nil: the file does not open
	unopened error         // why
	// follower keeps all of these as they are stored; nil without a file.
	follower *follower
	// instance is which of several boards this is; zero: it is alone.
	instance store.Instance
	// public are the meetings whose status everybody may see.
	public map[conference.ConfID]bool
	// button is what leads to the OpenID provider; empty: the words of the page's language.
	button string
}

// newEntrance opens the board's file, and has tokens issue the admin token. Without it there are no links and no accounts; only where accounts decide who may see the board,
// or a server was to keep them, is that an error.
func newEntrance(ctx context.Context, s settings.Settings, hub *live.Hub, tokens *tokenDesk, logger *slog.Logger) (entrance, error) {
	e := entrance{public: map[conference.ConfID]bool{}}
	for _, m := range s.Cloud.Meetings {
		if m.Public {
			e.public[m.ConfID] = true
		}
	}
	path := strings.TrimSuffix(s.BasePath, "/") + "/"
	e.visitors = &access.Visitors{Open: s.Access == settings.AccessOpen}
	if s.Access == settings.AccessProxy {
		e.visitors.Proxy = &access.Proxy{Trusted: s.TrustedProxies, UserHeader: s.Proxy.UserHeader, GroupsHeader: s.Proxy.GroupsHeader,
			AdminGroups: s.Proxy.AdminGroups, ViewerGroups: s.Proxy.ViewerGroups}
	}
	db, err := openStore(ctx, s)
	switch {
	case err == nil:
		e.db = db
	case s.Access == settings.AccessAccounts, s.Database.Enabled():
		return e, err
	default:
		e.unopened = err
		logger.Error("there are no links to meetings and no tokens for programs", "error", err)
	}
	// Whoever has an admin's account needs no token.
	config := access.Config{Issue: tokens.issue, Path: path, PublicURL: s.PublicURL, Ended: hub.End, Logger: logger}
	if e.db != nil {
		if err := e.claim(ctx, s.Cluster); err != nil {
			return e, errors.Join(err, e.close())
		}
		if e.instance.Name != "" {
			config.Shared, config.Secret = vault{e.db}, s.Cluster.Secret
		}
		e.follower = newFollower(ctx, e.db, logger)
		if err := e.openFile(ctx, s, path, hub, logger); err != nil {
			return e, errors.Join(err, e.close())
		}
	}
	if s.Access == settings.AccessAccounts {
		config.Needed = func() bool { return !e.visitors.Accounts.HasAdmin() }
	} else {
		tokens.setUp = ""
	}
	if config.Needed == nil || config.Needed() {
		e.visitors.Admin, err = access.NewAdmin(ctx, config)
		if err != nil {
			return e, errors.Join(err, e.close())
		}
	}
	e.follow()
	return e, nil
}

// claim makes a server's database this board's own, or this board one of several that share it.
func (e *entrance) claim(ctx context.Context, c settings.Cluster) error {
	if !c.Enabled() {
		return e.db.Claim(ctx)
	}
	name := c.Name
	if name == "" {
		var err error
		if name, err = os.Hostname(); err != nil {
			return fmt.Errorf("find the name of this machine: %w; set cluster.name", err)
		}
	}
	var err error
	e.instance, err = e.db.Join(ctx, name, c.Secret)
	return err
}

// follow has all who are let in, and by what, kept as they are stored. Whether the admin token is needed depends on the accounts.
func (e *entrance) follow() {
	if e.follower == nil {
		return
	}
	v := e.visitors
	if v.Accounts != nil {
		e.follower.add(store.KindAccounts, v.Accounts.Follow)
	}
	if v.Admin != nil {
		e.follower.add(store.KindAccounts, v.Admin.Follow)
		e.follower.add(store.KindAdmins, v.Admin.Follow)
	}
	if v.OIDC != nil {
		e.follower.add(store.KindProviders, v.OIDC.Follow)
	}
	if e.links != nil {
		e.follower.add(store.KindLinks, e.links.Follow)
	}
	if e.walls != nil {
		e.follower.add(store.KindWalls, e.walls.Follow)
	}
}

func (e *entrance) openFile(ctx context.Context, s settings.Settings, path string, hub *live.Hub, logger *slog.Logger) (err error) {
	e.links, err = access.NewLinks(ctx, access.LinksConfig{Store: vault{e.db}, Ended: hub.End, Logger: logger})
	if err != nil {
		return err
	}
	e.walls, err = access.NewWalls(ctx, access.WallsConfig{Store: vault{e.db}, Path: path, PublicURL: s.PublicURL,
		Ended: hub.End, Renewed: hub.Renew, Changed: func() { hub.Tell(handlers.WallsChanged) }, Instance: e.instance.Name, Logger: logger})
	e.visitors.Walls = e.walls
	if err != nil || s.Access == settings.AccessOpen {
		return err
	}
	e.visitors.Accounts, err = access.NewAccounts(ctx, access.AccountsConfig{
		Store: vault{e.db}, Path: path, PublicURL: s.PublicURL, Ended: hub.End, InUse: hub.Owns, Shared: e.instance.Name != "", Logger: logger})
	if err != nil {
		return err
	}
	e.visitors.OIDC, err = newOIDC(ctx, s, e.db, hub, logger)
	e.button = s.OIDC.Button
	return err
}

// furnish tells the pages who is let in.
func (e entrance) furnish(pages *handlers.Handlers, mode, publicURL string) {
	pages.Closed, pages.PublicURL = mode == settings.AccessAccounts || mode == settings.AccessProxy, publicURL
	pages.Public = func(id conference.ConfID) bool { return e.public[id] }
	if v := e.visitors; v != nil {
		if v.Admin != nil { // a nil pointer would be something
			pages.Admins = v.Admin
		}
		if v.Accounts != nil && mode == settings.AccessAccounts {
			pages.Entry = v.Accounts
			if v.Admin != nil {
				pages.SetUp = setUp{v.Accounts, v.Admin}
			}
		}
		if v.OIDC != nil {
			pages.Provider, pages.ProviderButton = oidcEntry{v.OIDC}, e.button
		}
	}
	if e.links != nil {
		pages.Links = e.links
	}
	if e.walls != nil {
		pages.Walls = e.walls
	}
}

// close closes the file, when everything that uses it has ended.
func (e entrance) close() error {
	if e.db == nil {
		return nil
	}
	return e.db.Close()
}
