package settings

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"confboard/feed/rules"
)

// checkTogether applies the rules that concern more than one setting, or what a setting refers to.
func (l *loader) checkTogether() {
	l.checkAccess()
	l.checkPublicURL()
	l.checkTLS()
	if l.settings.DataDir == "" {
		l.refuse("dataDir", l.origin("dataDir"), "it is empty", nil)
	}
	l.checkKey("cloud.app", "id", l.settings.Cloud.App.ID, l.appKey, &l.settings.Cloud.App.Key)
	l.checkKey("cloud.hook", "appID", l.settings.Cloud.Hook.AppID, l.hookKey, &l.settings.Cloud.Hook.Key)
	l.checkApp()
	l.checkOIDC()
	l.checkDatabase()
	l.checkCluster()
	if h := l.settings.History; h.Names < h.Keep && h.Stored > 0 && l.sound("history.names", "history.keep") {
		l.refuse("history.names", l.origin("history.names"), fmt.Sprintf("it is shorter than history.keep, which is %s: what is in memory names people", rules.WriteSpan(h.Keep)), nil)
	}
	if heartbeat := l.settings.Cloud.Heartbeat; heartbeat >= cloudPatience {
		l.warn("cloud.heartbeat", fmt.Sprintf("the cloud closes a connection after %s without a heartbeat", rules.WriteSpan(cloudPatience)))
	}
}

func (l *loader) checkAccess() {
	s := l.settings
	if s.Access == AccessProxy {
		l.checkProxy()
	}
	host, _, err := net.SplitHostPort(s.Listen)
	here := err == nil && loopback(host)
	if s.Access == AccessAccounts && !here && !s.TLS.Enabled() && len(s.TrustedProxies) == 0 && l.sound("listen", "access") {
		l.warn("access", "passwords travel unencrypted; set tls, or let a proxy encrypt and name it in trustedProxies")
	}
	if !l.sound("listen", "access", "openToNetwork") || s.Access != AccessOpen || s.OpenToNetwork || here {
		return
	}
	l.refuse("listen", l.origin("listen"), s.Listen+" can be reached from other machines, and access: open shows the board to everybody; "+
		"listen on 127.0.0.1 or localhost, or set openToNetwork: true if that is meant", nil)
}

// checkProxy applies the rules of access: proxy.
func (l *loader) checkProxy() {
	s := l.settings
	if len(s.TrustedProxies) == 0 && l.sound("trustedProxies") {
		l.refuse("trustedProxies", l.origin("access"), "it is empty; with access: proxy nobody else's headers are believed, so nobody could see the board", nil)
	}
	if s.Proxy.UserHeader == "" && l.sound("proxy.userHeader") {
		l.refuse("proxy.userHeader", l.origin("access"), "it is empty; with access: proxy it is needed", nil)
	}
	if len(s.Proxy.AdminGroups) == 0 && l.sound("proxy.adminGroups") {
		l.warn("proxy.adminGroups", "it is empty: only the one-time token makes an admin")
	}
}

// checkPublicURL leaves scheme and host; a path has to be the base path.
func (l *loader) checkPublicURL() {
	s := l.settings
	if s.PublicURL == "" || !l.sound("publicURL", "basePath") {
		return
	}
	u, err := url.Parse(s.PublicURL) // without fault, it has been read before
	if err != nil {
		return
	}
	if path := strings.TrimRight(u.Path, "/"); path != "" && path != s.BasePath {
		l.refuse("publicURL", l.origin("publicURL"), fmt.Sprintf("its path %s is not basePath, which is %s", quoted(path), quoted(s.BasePath)), nil)
		return
	}
	s.PublicURL = u.Scheme + "://" + u.Host
}

// checkApp applies the rules of what is found with the enterprise's login.
func (l *loader) checkApp() {
	const id, userID = "cloud.app.id", "cloud.app.userID"
	cloud := &l.settings.Cloud
	if !l.sound(id, userID, "cloud.app.keyFile", "cloud.app.keyEnv") || cloud.App.ID != "" {
		return
	}
	if cloud.App.UserID != "" {
		l.refuse(id, l.origin(userID), userID+" is set without it", nil)
		return
	}
	for _, meeting := range l.noPassword {
		l.refuse(meeting.path, meeting.source, "it is missing; give it, or hostPasswordFile, or hostPasswordEnv (only with cloud.app it is found in the enterprise's list)", nil)
	}
	if len(cloud.Watch) > 0 {
		l.warn(watchPath, "it has no effect without cloud.app: no meetings are found")
	}
}

func (l *loader) checkTLS() {
	const cert, key = "tls.certFile", "tls.keyFile"
	t := &l.settings.TLS
	if !l.sound(cert, key) {
		return
	}
	pair, ok := l.loadPair(cert, key, t.CertFile, t.KeyFile)
	if !ok {
		return
	}
	if end := pair.Leaf.NotAfter; time.Now().After(end) {
		l.warn(cert, "it expired on "+end.UTC().Format(time.DateOnly)+"; browsers refuse it")
	}
}
