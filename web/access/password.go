package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"confboard/feed/conference"
)

// The cost of a password: what OWASP recommends for argon2id. Each check takes that memory, so only a few run at a time.
const (
	hashMemory  = 19 << 10 // KiB
	hashTime    = 2
	hashThreads = 1
	saltBytes   = 16
	keyBytes    = 32

	hashesAtOnce = 2
)

// Lengths of a password, in characters. The most is far above what people type, and bounds the work.
const (
	MinPassword = 10
	maxPassword = 200
)

// ErrPassword: a password is too short or too long to be set.
var ErrPassword = fmt.Errorf("a password has %d to %d characters", MinPassword, maxPassword)

// HashPassword returns what is kept of a password, in the form that argon2's own tools write. It takes some ten milliseconds.
func HashPassword(password conference.Secret) (string, error) {
	if n := utf8.RuneCountInString(password.Reveal()); n < MinPassword || n > maxPassword {
		return "", ErrPassword
	}
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // it never fails
	key := argon2.IDKey([]byte(password.Reveal()), salt, hashTime, hashMemory, hashThreads, keyBytes)
	encoded := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads, encoded(salt), encoded(key)), nil
}

// hashed is a hash that was read. A hash of an older cost than today's can still be checked.
type hashed struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

var errHash = errors.New("not the hash of a password")

func parseHash(text string) (h hashed, err error) {
	var version int
	var salt, key string
	if _, err := fmt.Sscanf(text, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &h.memory, &h.time, &h.threads, &salt); err != nil || version != argon2.Version {
		return h, errHash
	}
	for i := range salt {
		if salt[i] == '$' {
			salt, key = salt[:i], salt[i+1:]
			break
		}
	}
	h.salt, err = base64.RawStdEncoding.DecodeString(salt)
	if err != nil {
		return h, errHash
	}
	h.key, err = base64.RawStdEncoding.DecodeString(key)
	if err != nil || len(h.salt) == 0 || len(h.key) < 16 || h.time == 0 || h.threads == 0 || h.memory > 1<<20 || h.time > 20 {
		return h, errHash
	}
	return h, nil
}

// matches reports whether a password is the hashed one.
func (h hashed) matches(password conference.Secret) bool {
	text := password.Reveal()
	if utf8.RuneCountInString(text) > maxPassword {
		text = "" // none that was set
	}
	key := argon2.IDKey([]byte(text), h.salt, h.time, h.memory, h.threads, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(key, h.key) == 1
}
