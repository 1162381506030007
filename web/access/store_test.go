package access

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"confboard/web/store"
)

// stored keeps everything in a real file. Its disk can be made full.
type stored struct {
	*store.DB
	full atomic.Bool
}

func newStored(t *testing.T, dir string) *stored {
	t.Helper()
	db, err := store.OpenDB(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &stored{DB: db}
}

var errFull = errors.New("the disk is full")

func (s *stored) fault() error {
	if s.full.Load() {
		return errFull
	}
	return nil
}

func converted[B, A any](all []A, err error, f func(A) B) ([]B, error) {
	list := make([]B, len(all))
	for i, a := range all {
		list[i] = f(a)
	}
	return list, err
}

func (s *stored) Accounts(ctx context.Context) ([]Account, error) {
	all, err := s.DB.Accounts(ctx)
	return converted(all, errors.Join(err, s.fault()), func(a store.Account) Account { return Account(a) })
}

func (s *stored) AddAccount(ctx context.Context, a Account) error {
	if err := s.fault(); err != nil {
		return err
	}
	err := s.DB.AddAccount(ctx, store.Account(a))
	if errors.Is(err, store.ErrExists) {
		return ErrTaken
	}
	return err
}

func (s *stored) Tokens(ctx context.Context) ([]Token, error) {
	all, err := s.DB.Tokens(ctx)
	return converted(all, err, func(a store.Token) Token { return Token(a) })
}

func (s *stored) Sessions(ctx context.Context) ([]Session, error) {
	all, err := s.DB.Sessions(ctx)
	return converted(all, err, func(a store.Session) Session { return Session(a) })
}

func (s *stored) AdminSessions(ctx context.Context) ([]Session, error) {
	all, err := s.DB.AdminSessions(ctx)
	return converted(all, errors.Join(err, s.fault()), func(a store.Session) Session { return Session(a) })
}

func (s *stored) Session(ctx context.Context, digest string) (Session, bool, error) {
	one, found, err := s.DB.Session(ctx, digest)
	return Session(one), found, errors.Join(err, s.fault())
}

func (s *stored) OIDCSession(ctx context.Context, digest string) (OIDCSession, bool, error) {
	one, found, err := s.DB.OIDCSession(ctx, digest)
	return OIDCSession(one), found, errors.Join(err, s.fault())
}

func (s *stored) UseAdminToken(ctx context.Context, used int64) error {
	if err := s.fault(); err != nil {
		return err
	}
	err := s.DB.UseAdminToken(ctx, used)
	if errors.Is(err, store.ErrNotFound) {
		return ErrSpent
	}
	return err
}

func (s *stored) PutSession(ctx context.Context, one Session) error {
	if err := s.fault(); err != nil {
		return err
	}
	return s.DB.PutSession(ctx, store.Session(one))
}

func (s *stored) Shares(ctx context.Context) ([]StoredShare, error) {
	all, err := s.DB.Shares(ctx)
	return converted(all, err, func(a store.Share) StoredShare { return StoredShare(a) })
}

func (s *stored) AddShare(ctx context.Context, one StoredShare) error {
	if err := s.fault(); err != nil {
		return err
	}
	return s.DB.AddShare(ctx, store.Share(one))
}

func (s *stored) OIDCSessions(ctx context.Context) ([]OIDCSession, error) {
	all, err := s.DB.OIDCSessions(ctx)
	return converted(all, err, func(a store.OIDCSession) OIDCSession { return OIDCSession(a) })
}

func (s *stored) PutOIDCSession(ctx context.Context, one OIDCSession) error {
	if err := s.fault(); err != nil {
		return err
	}
	return s.DB.PutOIDCSession(ctx, store.OIDCSession(one))
}
