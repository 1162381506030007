// Package provider is an OpenID provider for tests: that of zitadel/oidc with people, a client and a page where they sign in, on
// loopback. It can be told to break the rules.
package provider

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// The client that the provider knows.
const (
	ClientID     = "confboard"
	ClientSecret = "Hush-client"
)

// User is somebody who can sign in. Subject is what the provider calls them for good.
type User struct {
	Name, Password, Subject, Email string
	Groups                         []string
}

// Provider is a running provider. All methods are safe for concurrent use.
type Provider struct {
	// Issuer is its URL. Its host is localhost, so that to a browser it is another site than a board on 127.0.0.1.
	Issuer string

	server *http.Server
	served chan error
	engine *op.Provider
	store  *storage

	mu     sync.Mutex
	down   bool
	alter  func(claims map[string]any)
	tokens []string
}

// Start starts a provider that sends people back to an address of the board.
func Start(callback string, users ...User) (*Provider, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return serve(listener, callback, users)
}

func serve(listener net.Listener, callback string, users []User) (*Provider, error) {
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	p := &Provider{Issuer: "http://localhost:" + port, served: make(chan error, 1)}
	if p.store, err = newStorage(p.Issuer, callback, users); err != nil {
		return nil, err
	}
	config := &op.Config{CodeMethodS256: true}
	_, _ = rand.Read(config.CryptoKey[:]) // it never fails
	if p.engine, err = op.NewProvider(config, p.store, op.StaticIssuer(p.Issuer), op.WithAllowInsecure()); err != nil {
		return nil, fmt.Errorf("make the provider: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", p.page)
	mux.HandleFunc("POST /login", p.signIn)
	mux.HandleFunc("POST /oauth/token", p.token)
	mux.Handle("/", p.engine)
	p.server = &http.Server{Handler: p.unlessDown(mux)}
	go func() { p.served <- p.server.Serve(listener) }()
	return p, nil
}

// Close ends it.
func (p *Provider) Close() error {
	err := p.server.Close()
	if served := <-p.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// SetDown makes it answer everything with 503, or answer again.
func (p *Provider) SetDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// Alter has every ID token changed before it is signed; nil: none is.
func (p *Provider) Alter(f func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.alter = f
}

// OnlyUserInfo keeps name and groups out of ID tokens: they are at the UserInfo endpoint then.
func (p *Provider) OnlyUserInfo() {
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	p.store.onlyUserInfo = true
}

// SetGroups moves somebody into other groups.
func (p *Provider) SetGroups(name string, groups ...string) {
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	p.store.users[name].Groups = groups
}

// Rotate makes it sign with another key, and forget the one before.
func (p *Provider) Rotate() error { return p.store.rotate() }

// Tokens are all codes and tokens that it gave out: nobody else has to know them.
func (p *Provider) Tokens() []string {
	p.store.mu.Lock()
	codes := append([]string(nil), p.store.given...)
	p.store.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	return append(codes, p.tokens...)
}

func (p *Provider) unlessDown(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "Not now.", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const page = `<!DOCTYPE html><html lang="en"><title>Example Ltd</title><h1>Example Ltd</h1><p>%s</p>
<form method="post"><input type="hidden" name="id" value="%s"><p><label>Name <input id="username" name="username" autofocus></label></p>
<p><label>Password <input id="password" name="password" type="password"></label></p>
<p><button id="enter" name="do" value="enter">Sign in</button> <button id="cancel" name="do" value="cancel">Cancel</button></p></form></html>`

func (p *Provider) page(w http.ResponseWriter, r *http.Request) { show(w, "", r.FormValue("id")) }

func show(w http.ResponseWriter, fault, id string) {
	if strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
		id = ""
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, page, fault, id)
}

func (p *Provider) signIn(w http.ResponseWriter, r *http.Request) {
	id := r.FormValue("id")
	request, err := p.store.AuthRequestByID(r.Context(), id)
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case r.FormValue("do") == "cancel":
		q := url.Values{"error": {"access_denied"}, "error_description": {"Hush-description"}, "state": {request.GetState()}}
		http.Redirect(w, r, request.GetRedirectURI()+"?"+q.Encode(), http.StatusFound)
	case !p.store.enter(id, r.FormValue("username"), r.FormValue("password")):
		show(w, "Wrong.", id)
	default:
		back := op.NewIssuerInterceptor(p.engine.IssuerFromRequest).HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, op.AuthCallbackURL(p.engine)(r.Context(), id), http.StatusFound)
		})
		back(w, r)
	}
}

// token judges the client before the code, as most providers do.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret)
	if id != ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(ClientSecret)) != 1 {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(w, `{"error":"invalid_client","error_description":"Hush-description"}`)
		return
	}
	p.mu.Lock()
	alter := p.alter
	p.mu.Unlock()
	answer := &recorder{header: http.Header{}, status: http.StatusOK}
	p.engine.ServeHTTP(answer, r)
	body, given, err := answer.altered(p.store, alter)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	p.mu.Lock()
	p.tokens = append(p.tokens, given...)
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.status)
	_, _ = w.Write(body)
}

// Restart starts a provider in place of one that was closed, at the same address.
func (p *Provider) Restart(ctx context.Context) (*Provider, error) {
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:"+u.Port())
	if err != nil {
		return nil, err
	}
	users := make([]User, 0, len(p.store.users))
	for _, user := range p.store.users {
		users = append(users, *user)
	}
	return serve(listener, p.store.callback, users)
}
