package access

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"time"

	"confboard/feed/conference"
)

// Why no account was made; ErrPassword is another reason.
var (
	// ErrNoSetUp: there is an admin already.
	ErrNoSetUp = errors.New("the board is set up")
	// ErrCode: the one-time token is wrong.
	ErrCode = errors.New("not the current admin token")
	// ErrName: it cannot be a name. ErrTaken: there is an account of this name.
	ErrName  = errors.New("not a name")
	ErrTaken = errors.New("there is an account of this name")
)

// SetUp makes the first admin's account for who has the one-time token of admin, which is then worthless, and signs them in. address is
// the client's. wait goes with ErrCode: how long to wait before the next try; 0: none. The error is one of those above, ErrPassword, or
// that of the store; with all but the first two the token stays good.
func (a *Accounts) SetUp(ctx context.Context, w http.ResponseWriter, r *http.Request, admin *Admin, address string, code conference.Secret, name string, password conference.Secret) (wait time.Duration, err error) {
	if a.HasAdmin() {
		return 0, ErrNoSetUp
	}
	if name = CleanName(name); !ValidName(name) {
		return 0, ErrName
	}
	wait, ok, err := admin.spend(address, code, func(now time.Time) error {
		hash, err := HashPassword(password)
		if err != nil {
			return err
		}
		now = now.Truncate(time.Millisecond) // as it is stored
		account := Account{Name: name, Role: string(RoleAdmin), Hash: hash, Created: now, Changed: now}
		if err := a.add(ctx, account); err != nil {
			return err
		}
		a.config.Logger.Info("the first admin's account is made", "account", name, "address", address)
		a.open(ctx, w, r, account, address)
		return nil
	})
	if !ok {
		return wait, ErrCode
	}
	return 0, err
}

// add makes an account.
func (a *Accounts) add(ctx context.Context, account Account) error {
	a.following.Lock()
	defer a.following.Unlock()
	if err := a.config.Store.AddAccount(ctx, account); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.accounts = maps.Clone(a.accounts)
	a.accounts[account.Name] = account
	return nil
}
