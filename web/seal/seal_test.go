package seal_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"confboard/feed/conference"
	"confboard/web/seal"
)

const secret = "qT3v8ZrXk1mB6yLw0sNf5hJdC9gPaEuU"

func keyOf(t *testing.T, secret, purpose string) *seal.Key {
	t.Helper()
	key, err := seal.New(conference.NewSecret(secret), purpose)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestWhatIsSealedOpensOnlyWithItsKeyAndForItsUse(t *testing.T) {
	key := keyOf(t, secret, seal.Passwords)
	sealed := key.Seal([]byte("135790"), "900487914")
	changed := func(at int) []byte {
		other := slices.Clone(sealed)
		other[at] ^= 1
		return other
	}
	for _, c := range []struct {
		name   string
		key    *seal.Key
		sealed []byte
		about  string
		opens  bool
	}{
		{"as it was sealed", key, sealed, "900487914", true},
		{"by another board with the same secret", keyOf(t, secret, seal.Passwords), sealed, "900487914", true},
		{"with another secret", keyOf(t, secret+"x", seal.Passwords), sealed, "900487914", false},
		{"for another purpose", keyOf(t, secret, seal.Findings), sealed, "900487914", false},
		{"for another meeting", key, sealed, "900487915", false},
		{"of another version", key, changed(0), "900487914", false},
		{"with another nonce", key, changed(1), "900487914", false},
		{"with another text", key, changed(len(sealed) - 17), "900487914", false},
		{"with another proof", key, changed(len(sealed) - 1), "900487914", false},
		{"cut short", key, sealed[:8], "900487914", false},
		{"nothing", key, nil, "900487914", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, err := c.key.Open(c.sealed, c.about)
			switch {
			case c.opens && (err != nil || string(text) != "135790"):
				t.Errorf("%q, %v", text, err)
			case !c.opens && (!errors.Is(err, seal.ErrBroken) || text != nil):
				t.Errorf("%q, %v", text, err)
			}
		})
	}
}

func TestTheSameTextIsNeverSealedAlike(t *testing.T) {
	key := keyOf(t, secret, seal.Passwords)
	one, other := key.Seal([]byte("135790"), "1"), key.Seal([]byte("135790"), "1")
	if bytes.Equal(one, other) || bytes.Contains(one, []byte("135790")) {
		t.Errorf("%x and %x", one, other)
	}
}

// What a database holds has to be opened by every later version.
func TestSealedTextsStayReadable(t *testing.T) {
	derived, err := hkdf.Key(sha256.New, []byte(secret), nil, "confboard host passwords", 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	nonce := []byte("twelve bytes")
	sealed := gcm.Seal(append([]byte{1}, nonce...), nonce, []byte("135790"), []byte("900487914"))
	if text, err := keyOf(t, secret, seal.Passwords).Open(sealed, "900487914"); err != nil || string(text) != "135790" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestThereIsNoKeyWithoutASecret(t *testing.T) {
	if _, err := seal.New(conference.Secret{}, seal.Passwords); !errors.Is(err, seal.ErrNoSecret) {
		t.Error(err)
	}
}
