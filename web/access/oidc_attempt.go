package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"confboard/feed/conference"
)

const (
	// attemptAge is how long somebody may take at the provider's page.
	attemptAge = 15 * time.Minute
	// maxWanted is the longest address, in bytes, to which somebody is led back: it travels through the provider's.
	maxWanted = 1024
)

// attempts are the sign-ins that were begun. None is kept here, so that strangers cannot fill the memory, and one browser can have
// several under way: all there is of an attempt is in its state, which travels through the provider, sealed and bound to a cookie of
// the browser. Nonce and PKCE verifier follow from state, cookie and a key that only this process has, or all boards that share a secret,
// so that neither the address nor the cookie tells them. Without such a secret an attempt does not outlive the process. That an attempt was
// used up only this process knows; at another board it is the provider that does not take its code again. Safe for concurrent use.
type attempts struct {
	jar  cookies
	key  [32]byte
	seal cipher.AEAD

	mu    sync.Mutex
	spent map[string]time.Time // the states of those that opened a session, and when they end
}

// attempt is one sign-in that was begun.
type attempt struct {
	// To is the page that was wanted.
	To string `json:"to,omitempty"`
	// Began is in ms since 1970 UTC.
	Began int64 `json:"began"`

	state, nonce, verifier string
}

// newAttempts derives the keys from a secret; from a zero one they are any.
func newAttempts(session cookies, shared conference.Secret) (*attempts, error) {
	a := &attempts{jar: session, spent: map[string]time.Time{}}
	a.jar.name += "_begun"
	secret := []byte(shared.Reveal())
	if shared.IsZero() {
		secret = []byte(rand.Text())
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "confboard sign-in", len(a.key))
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	copy(a.key[:], key)
	sealing, err := hkdf.Key(sha256.New, secret, nil, "confboard sign-in state", len(a.key))
	if err != nil {
		return nil, fmt.Errorf("derive a key: %w", err)
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	if a.seal, err = cipher.NewGCMWithRandomNonce(block); err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	return a, nil
}

// begin begins an attempt, and gives the browser a cookie unless it has one.
func (a *attempts) begin(w http.ResponseWriter, r *http.Request, to string, now time.Time) (attempt, error) {
	var browser string
	for _, c := range a.jar.own(r) {
		browser = c.Value
		break
	}
	if len(browser) != len(rand.Text()) {
		browser = rand.Text()
	}
	http.SetCookie(w, a.jar.cookie(a.jar.cookieName(r), browser, int(attemptAge/time.Second)))
	if len(to) > maxWanted {
		to = ""
	}
	begun := attempt{To: to, Began: now.UnixMilli()}
	plain, err := json.Marshal(begun)
	if err != nil {
		return attempt{}, err
	}
	begun.state = base64.RawURLEncoding.EncodeToString(a.seal.Seal(nil, nil, plain, []byte(browser)))
	a.complete(&begun, browser)
	return begun, nil
}

// complete works out what the provider has to give back, and what it has to be shown.
func (a *attempts) complete(begun *attempt, browser string) {
	derive := func(what string) string {
		h := hmac.New(sha256.New, a.key[:])
		h.Write([]byte(what + " " + browser + " " + begun.state)) // neither of the first two has a blank
		return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
	}
	begun.nonce, begun.verifier = derive("nonce"), derive("verifier")
}

// find returns the attempt of a state that the provider has sent back. The error is ErrOIDCStale if this browser did not begin it, or
// if that is too long ago or it was spent, and then the page that was wanted is known nevertheless.
func (a *attempts) find(r *http.Request, state string, now time.Time) (found attempt, err error) {
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(state)
	if err != nil {
		return attempt{}, ErrOIDCStale
	}
	for _, c := range a.jar.own(r) {
		plain, err := a.seal.Open(nil, nil, sealed, []byte(c.Value))
		if err != nil || json.Unmarshal(plain, &found) != nil {
			continue
		}
		found.state = state
		a.complete(&found, c.Value)
		if age := now.Sub(time.UnixMilli(found.Began)); age < 0 || age >= attemptAge || a.isSpent(state) {
			return found, ErrOIDCStale
		}
		return found, nil
	}
	return attempt{}, ErrOIDCStale
}

func (a *attempts) isSpent(state string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, is := a.spent[state]
	return is
}

// spend notes that an attempt has opened a session; ok is false when another request was faster.
func (a *attempts) spend(begun attempt, now time.Time) (ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for state, until := range a.spent {
		if !now.Before(until) {
			delete(a.spent, state)
		}
	}
	if _, is := a.spent[begun.state]; is {
		return false
	}
	a.spent[begun.state] = time.UnixMilli(begun.Began).Add(attemptAge)
	return true
}
