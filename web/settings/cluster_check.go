package settings

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// checkCluster applies the rules of several boards that work as one.
func (l *loader) checkCluster() {
	c := &l.settings.Cluster
	if !l.sound(clusterPath) {
		return
	}
	if !c.Enabled() {
		l.refuseWithout()
		if l.clusterSecret != (secretSource{}) {
			l.checkClusterSecret()
		}
		return
	}
	if !l.settings.Database.Enabled() && l.sound("database.url") {
		l.refuse("database.url", l.origin(clusterPath), "it is empty; with "+clusterPath+" it is needed: what a board keeps in dataDir "+
			"(confboard.db, and meetings-by-hand.json with the meetings that were added by hand) the others cannot use; confboard migrate copies it", nil)
	}
	l.checkClusterSecret()
	l.checkSignIn()
	l.checkClusterTLS()
}

// refuseWithout names the first setting that has no effect on a board that is alone. The secret has one on what is in a database.
func (l *loader) refuseWithout() {
	for _, row := range l.table {
		source, set := l.origins[row.path]
		if !set || !strings.HasPrefix(row.path, "cluster.") || !l.sound(row.path) || !changed(row) {
			continue
		}
		if strings.HasPrefix(row.path, "cluster.secret") && l.settings.Database.Enabled() {
			continue
		}
		l.refuse(clusterPath, source, "it is missing, and "+row.path+" is set without it", nil)
		return
	}
}

// changed reports whether a setting of the cluster is another than when it is not set. A number does no harm: it may wait for the day on
// which there are others.
func changed(row setting) bool {
	switch v := row.value.(type) {
	case path:
		return *v.to != ""
	case text:
		return *v.to != row.preset
	case yesNo:
		return *v.to
	}
	return false
}

func (l *loader) checkClusterSecret() {
	const byFile, byEnv = "cluster.secretFile", "cluster.secretEnv"
	switch {
	case !l.sound(byFile, byEnv):
		return
	case l.clusterSecret == secretSource{}:
		l.refuse(byFile, l.origin(clusterPath), "the boards' secret is missing; give this or "+byEnv+": 32 random characters or more, the same for all boards, such as openssl rand -base64 32 makes", nil)
		return
	}
	secret := l.fetch(l.clusterSecret, byFile, byEnv)
	if !l.sound(byFile, byEnv) {
		return
	}
	set := byFile
	if l.clusterSecret.file == "" {
		set = byEnv
	}
	if n := len([]rune(secret.Reveal())); n < minSecret {
		l.refuse(set, l.origin(set), fmt.Sprintf("the secret (not shown) has %d characters, where at least %d random ones are needed; openssl rand -base64 32 makes one", n, minSecret), nil)
		return
	}
	l.settings.Cluster.Secret = secret
}

// checkSignIn reads by what the board signs in to NATS, which is one thing or none.
func (l *loader) checkSignIn() {
	const credentials, user, passwordFile, passwordEnv, tokenFile, tokenEnv = "cluster.credentialsFile", "cluster.user", "cluster.passwordFile",
		"cluster.passwordEnv", "cluster.tokenFile", "cluster.tokenEnv"
	c := &l.settings.Cluster
	if !l.sound(credentials, user, passwordFile, passwordEnv, tokenFile, tokenEnv) {
		return
	}
	password, token := passwordFile, tokenFile
	if l.clusterPassword.file == "" {
		password = passwordEnv
	}
	if l.clusterToken.file == "" {
		token = tokenEnv
	}
	var ways []string
	for _, way := range []struct {
		path string
		set  bool
	}{{credentials, c.CredentialsFile != ""}, {user, c.User != "" || l.clusterPassword != secretSource{}}, {token, l.clusterToken != secretSource{}}} {
		if way.set {
			ways = append(ways, way.path)
		}
	}
	switch {
	case len(ways) > 1:
		l.refuse(ways[1], l.origin(ways[1]), ways[0]+" is given as well; only one of them may be", nil)
	case c.User != "" && l.clusterPassword == secretSource{}:
		l.refuse(user, l.origin(user), "its password is missing; give "+passwordFile+" or "+passwordEnv, nil)
	case c.User == "" && l.clusterPassword != secretSource{}:
		l.refuse(user, l.origin(password), password+" is set without it; both or none", nil)
	case c.User != "":
		c.Password = l.fetch(l.clusterPassword, passwordFile, passwordEnv)
	case l.clusterToken != secretSource{}:
		c.Token = l.fetch(l.clusterToken, tokenFile, tokenEnv)
	case c.CredentialsFile != "":
		if _, err := os.ReadFile(c.CredentialsFile); err != nil {
			l.refuse(credentials, l.origin(credentials), "the credentials cannot be read", err)
			return
		}
		l.warnIfOpen(credentials, c.CredentialsFile)
	}
}

// checkClusterTLS loads what is set, and decides whether connections are encrypted: to a server on another machine they carry what is known
// of the meetings, and the sign-in.
func (l *loader) checkClusterTLS() {
	const ca, cert, key, off = "cluster.tls.caFile", "cluster.tls.certFile", "cluster.tls.keyFile", "cluster.unencrypted"
	t := &l.settings.Cluster.TLS
	if !l.sound(ca, cert, key, off) {
		return
	}
	encrypted, elsewhere := false, false
	servers := l.settings.Cluster.NATS
	for _, server := range servers {
		u, err := url.Parse(server)
		if err != nil {
			continue // has been read before
		}
		elsewhere = elsewhere || !loopback(u.Hostname())
		encrypted = encrypted || u.Scheme == "tls"
	}
	set := ""
	for _, file := range []struct{ path, name string }{{ca, t.CAFile}, {cert, t.CertFile}, {key, t.KeyFile}} {
		if file.name != "" && set == "" {
			set = file.path
		}
	}
	switch {
	case l.unencrypted && encrypted:
		l.refuse(off, l.origin(off), "a server of "+clusterPath+" has tls:// before it; one of them contradicts the other", nil)
		return
	case l.unencrypted && set != "":
		l.refuse(off, l.origin(off), set+" is set as well; one of them contradicts the other", nil)
		return
	}
	if encrypted || set != "" || elsewhere && !l.unencrypted {
		for i, server := range servers {
			servers[i] = "tls://" + server[strings.Index(server, "://")+len("://"):]
		}
	}
	l.loadAuthorities(ca, t.CAFile)
	l.loadPair(cert, key, t.CertFile, t.KeyFile)
}

func (l *loader) loadAuthorities(path, name string) {
	if name == "" {
		return
	}
	content, err := os.ReadFile(name)
	switch {
	case err != nil:
		l.refuse(path, l.origin(path), "the authorities cannot be read", err)
	case !x509.NewCertPool().AppendCertsFromPEM(content):
		l.refuse(path, l.origin(path), name+" has no certificate in PEM", nil)
	}
}

// loadPair loads a certificate and its key, if they are set; the paths are the settings'. ok is false when there is nothing to use.
func (l *loader) loadPair(cert, key, certFile, keyFile string) (pair tls.Certificate, ok bool) {
	switch {
	case certFile == "" && keyFile == "":
		return pair, false
	case certFile == "":
		l.refuse(cert, l.origin(key), key+" is set without it; both or none", nil)
		return pair, false
	case keyFile == "":
		l.refuse(key, l.origin(cert), cert+" is set without it; both or none", nil)
		return pair, false
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		l.refuse(cert, l.origin(cert), "certificate and key cannot be loaded", err)
		return pair, false
	}
	l.warnIfOpen(key, keyFile)
	return pair, true
}
