package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"confboard/feed/conference"
	"confboard/handlers"
	"confboard/web/access"
)

// setUp is how the pages make the first admin's account.
type setUp struct {
	accounts *access.Accounts
	admin    *access.Admin
}

var _ handlers.SetUp = setUp{}

// Open implements handlers.SetUp.
func (s setUp) Open() bool { return !s.accounts.HasAdmin() }

// Make implements handlers.SetUp.
func (s setUp) Make(ctx context.Context, w http.ResponseWriter, r *http.Request, address string, code conference.Secret, name string, password conference.Secret) (time.Duration, error) {
	wait, err := s.accounts.SetUp(ctx, w, r, s.admin, address, code, name, password)
	for _, kind := range []struct{ ours, shown error }{
		{access.ErrNoSetUp, handlers.ErrSetUpDone}, {access.ErrCode, handlers.ErrWrongCode}, {access.ErrName, handlers.ErrBadName},
		{access.ErrPassword, handlers.ErrBadPassword}, {access.ErrTaken, handlers.ErrNameTaken},
	} {
		if errors.Is(err, kind.ours) {
			return wait, fmt.Errorf("%w: %w", kind.shown, err)
		}
	}
	return wait, err
}
