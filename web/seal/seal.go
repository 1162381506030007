// Package seal conceals what has to leave the process and may be read by nobody but the boards that share a secret: host passwords in a
// database, and what one board tells the others of the meetings that it has found.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"

	"confboard/feed/conference"
)

// The purposes of keys. What was sealed for one cannot be opened for another, though the secret is the same. A name that is in use stays:
// with another one nothing that is stored can be opened.
const (
	Passwords = "confboard host passwords"
	Findings  = "confboard found meetings"
)

var (
	// ErrNoSecret: there is nothing to derive a key from.
	ErrNoSecret = errors.New("no secret to seal with")
	// ErrBroken: it was not sealed with this key and for this use, or has been changed since.
	ErrBroken = errors.New("sealed with another secret or damaged")
)

// version begins everything that is sealed, so that another way of sealing can be told from this one.
const version = 1

// Key seals and opens for one purpose: AES-256 in Galois/Counter Mode with a nonce at random. It is safe for concurrent use.
type Key struct{ aead cipher.AEAD }

// New derives the key of a purpose from a secret (HKDF with SHA-256). The secret has to be one that nobody can guess: a key or 32 random
// characters, never a password that somebody has thought of. The error is ErrNoSecret.
func New(secret conference.Secret, purpose string) (*Key, error) {
	if secret.IsZero() {
		return nil, ErrNoSecret
	}
	key, err := hkdf.Key(sha256.New, []byte(secret.Reveal()), nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	return &Key{aead}, nil
}

// Seal returns a text sealed; each time it is another one. about is what it belongs to, such as a confID. It is not concealed, and has to
// be the same when it is opened: what is sealed cannot be moved to another meeting.
func (k *Key) Seal(text []byte, about string) []byte {
	return k.aead.Seal([]byte{version}, nil, text, []byte(about))
}

// Open returns the text of what was sealed. The error is ErrBroken.
func (k *Key) Open(sealed []byte, about string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, ErrBroken
	}
	text, err := k.aead.Open(nil, nil, sealed[1:], []byte(about))
	if err != nil {
		return nil, ErrBroken
	}
	return text, nil
}
