package provider

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

var (
	errNone = errors.New("there is no such thing here")
	// errNotHere is for what the board has no use for.
	errNotHere = errors.New("this provider does not do that")
)

// storage is what the provider knows; an op.Storage.
type storage struct {
	issuer, callback string

	mu           sync.Mutex
	users        map[string]*User
	requests     map[string]*request
	codes        map[string]string // to requests
	access       map[string]string // tokens to subjects
	given        []string          // all codes
	key          key
	onlyUserInfo bool
}

var (
	_ op.Storage                   = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest = (*storage)(nil)
)

func newStorage(issuer, callback string, users []User) (*storage, error) {
	s := &storage{issuer: issuer, callback: callback, users: map[string]*User{}, requests: map[string]*request{}, codes: map[string]string{}, access: map[string]string{}}
	for _, u := range users {
		s.users[u.Name] = &u
	}
	return s, s.rotate()
}

// rotate replaces the key.
func (s *storage) rotate() error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key{id: rand.Text(), private: private}
	return nil
}

// enter signs somebody in for a request.
func (s *storage) enter(id, name, password string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, request := s.users[name], s.requests[id]
	if user == nil || request == nil || user.Password != password {
		return false
	}
	request.subject, request.at = user.Subject, time.Now()
	return true
}

// tell says of somebody what the board asks for.
func (s *storage) tell(info *oidc.UserInfo, subject string) {
	for _, u := range s.users {
		if u.Subject == subject {
			info.Subject = subject
			info.AppendClaims("preferred_username", u.Name)
			info.AppendClaims("groups", u.Groups)
		}
	}
}

// SetUserinfoFromRequest fills an ID token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, _ []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	info.Subject = r.GetSubject()
	if !s.onlyUserInfo {
		s.tell(info, r.GetSubject())
	}
	return nil
}

// SetUserinfoFromToken fills an answer of the UserInfo endpoint.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, token, subject, _ string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.access[token] != subject {
		return errNone
	}
	s.tell(info, subject)
	return nil
}

func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if len(r.Prompt) == 1 && r.Prompt[0] == oidc.PromptNone {
		return nil, oidc.ErrLoginRequired() // nobody stays signed in here
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := &request{id: rand.Text(), asked: *r}
	s.requests[made.id] = made
	return made, nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.requests[id]; r != nil {
		found := *r // as it is now
		return &found, nil
	}
	return nil, errNone
}

func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[code] = id
	s.given = append(s.given, code)
	return nil
}

// DeleteAuthRequest makes a code good for once.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := rand.Text()
	s.access[token] = r.GetSubject()
	return token, time.Now().Add(5 * time.Minute), nil
}

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errNone
	}
	return client{s.callback}, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || secret != ClientSecret {
		return errNone
	}
	return nil
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return signingKey{s.key}, nil
}

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.ES256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []op.Key{publicKey{s.key}}, nil
}

func (s *storage) Health(context.Context) error                                    { return nil }
func (s *storage) TerminateSession(context.Context, string, string) error          { return nil }
func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, errNotHere
}

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, errNotHere
}

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errNotHere
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errNotHere
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errNotHere
}
