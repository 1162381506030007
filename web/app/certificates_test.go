package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"confboard/web/settings"
	"confboard/web/store/storetest"
)

// makePair makes a certificate of a name that is valid for some time, and its key, in PEM.
func makePair(t *testing.T, name string, valid time.Duration) (chain, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(valid)}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
}

func TestARenewedCertificateIsServed(t *testing.T) {
	storetest.NotAboutStorage(t)
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		files := settings.TLS{CertFile: filepath.Join(dir, "cert.pem"), KeyFile: filepath.Join(dir, "key.pem")}
		write := func(name string, content []byte) {
			t.Helper()
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		first, firstKey := makePair(t, "first", 90*24*time.Hour)
		second, secondKey := makePair(t, "second", 90*24*time.Hour)
		third, thirdKey := makePair(t, "third", 10*24*time.Hour)
		write(files.CertFile, first)
		write(files.KeyFile, firstKey)
		var log journal
		c, err := newCertificates(files, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		serves := func() string {
			pair, err := c.config().GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.Subject.CommonName
		}
		go func() { _ = c.Run(t.Context()) }()
		pass := func(looks int) {
			time.Sleep(time.Duration(looks) * lookEvery)
			synctest.Wait()
		}
		for _, step := range []struct {
			name       string
			cert, key  []byte
			looks      int
			want, says string
			quiet      bool
		}{
			{"nothing happens", first, firstKey, 3, "first", "", true},
			{"the certificate is written and its key is not yet", second, firstKey, 1, "first", "", true},
			{"the key follows", second, secondKey, 1, "second", "the certificate was renewed", false},
			{"what is written is none", []byte("nothing"), secondKey, 1, "second", "", true},
			{"and stays so", []byte("nothing"), secondKey, 1, "second", "replaced by one that cannot be used", false},
			{"and is said once", []byte("nothing"), secondKey, 5, "second", "", true},
			{"the one before comes back", second, secondKey, 1, "second", "the certificate was renewed", false},
			{"one that expires soon", third, thirdKey, 1, "third", "has to be renewed", false},
			{"which is said once a day", third, thirdKey, int(warnEvery/lookEvery) - 1, "third", "", true},
			{"and again on the next", third, thirdKey, 1, "third", "has to be renewed", false},
		} {
			before := log.String()
			write(files.CertFile, step.cert)
			write(files.KeyFile, step.key)
			pass(step.looks)
			said := strings.TrimPrefix(log.String(), before)
			if got := serves(); got != step.want || !strings.Contains(said, step.says) || step.quiet != (said == "") {
				t.Errorf("%s: serves %s, want %s; logged %q", step.name, got, step.want, said)
			}
		}
		if strings.Contains(log.String(), "PRIVATE") {
			t.Errorf("logged %s", log.String())
		}
	})
}

func TestWithoutFilesNothingIsEncrypted(t *testing.T) {
	c, err := newCertificates(settings.TLS{}, nil)
	if c.config() != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := newCertificates(settings.TLS{CertFile: "nothing", KeyFile: "nothing"}, nil); err == nil {
		t.Error("files that are not there are taken")
	}
}
