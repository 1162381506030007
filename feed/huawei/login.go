package huawei

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"confboard/feed/conference"
)

// loginAPI is the login of an application (meeting_21_0311).
var loginAPI = api{"login", "/v2/usg/acs/auth/appauth"}

const (
	// apiClient is the clientType of a program.
	apiClient = 72
	// signatureLife is how long a signature can be used: long enough for clocks that differ a little.
	signatureLife = 5 * time.Minute
	// clockTolerance is by how much our clock and the cloud's may differ before it is said.
	clockTolerance = time.Minute
	// memberType is the adminType of a user who is no administrator.
	memberType = 2
)

// App is an application of the enterprise, with which we log in (meeting_21_0311). Its place in service provider mode, with the
// ID of one of several enterprises, is not supported.
type App struct {
	ID  string
	Key conference.Secret
	// UserID is the user in whose name the application logs in; empty is the enterprise's default administrator. Somebody who is no
	// administrator finds only the meetings of their own.
	UserID string
}

// login is the login of an application. One is made at a time and shared by all who want one meanwhile, its failure too. A refusal
// that only other settings can mend is remembered and not asked for again, because logins get locked.
type login struct {
	app App
	log *slog.Logger
	// ask makes the call.
	ask func(ctx context.Context, header http.Header, body []byte) (answer, *fault)

	// turn holds an element while somebody uses what follows.
	turn chan struct{}
	held accessToken
	// failed is why the last attempt failed, nil if it did not, and notBefore when the next may be made.
	failed    *fault
	notBefore time.Time
	backoff   backoff
	// ahead is by how much the cloud's clock is ahead of ours; 0 until a login was refused because of it.
	ahead time.Duration

	// signedIn is when the last login succeeded, in ms since 1970; 0 before the first.
	signedIn atomic.Int64
}

// accessToken is the proof of a login.
type accessToken struct {
	token conference.Secret
	// corpID is the enterprise; it can be empty.
	corpID string
	// renewAt and expires are by our clock.
	renewAt, expires time.Time
}

func newLogin(app App, d Delays, log *slog.Logger, ask func(context.Context, http.Header, []byte) (answer, *fault)) *login {
	return &login{app: app, log: log, ask: ask, turn: make(chan struct{}, 1), backoff: backoff{min: d.BackoffMin, max: d.Refused}}
}

// token returns a valid access token, and logs in if there is none or it is time to renew it. spent is one that the cloud
// did not take any more; empty otherwise.
func (l *login) token(ctx context.Context, spent conference.Secret) (accessToken, *fault) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return accessToken{}, broken(loginAPI.step, ctx.Err())
	}
	if !spent.IsZero() && l.held.token.Reveal() == spent.Reveal() {
		l.held = accessToken{}
	}
	now := time.Now()
	if now.Before(l.held.renewAt) {
		return l.held, nil
	}
	f := l.hold(now)
	if f == nil {
		f = l.renew(ctx)
	}
	if f != nil && !now.Before(l.held.expires) {
		return accessToken{}, f
	}
	return l.held, nil
}

// hold returns why no attempt is to be made now: the last one failed, and forbids another one so soon. Whoever waited for it
// shares its failure by this.
func (l *login) hold(now time.Time) *fault {
	wait := l.notBefore.Sub(now)
	if l.failed == nil || l.failed.verdict != stop && wait <= 0 {
		return nil
	}
	f := *l.failed
	f.retryAfter = max(0, wait)
	return &f
}

// renew logs in. A refusal because of the clock is answered with the cloud's own time, once.
func (l *login) renew(ctx context.Context) *fault {
	got, f := l.attempt(ctx)
	if f != nil && f.reason == conference.ReasonClock {
		ahead := got.sent.Sub(got.received)
		if (ahead - l.ahead).Abs() > clockTolerance {
			l.log.Warn("this machine's clock and the cloud's differ", "cloudAhead", ahead.Round(time.Second))
			l.ahead = ahead
			_, f = l.attempt(ctx)
		}
	}
	if ctx.Err() != nil && f != nil {
		return f // says nothing about the next
	}
	if f == nil {
		l.failed = nil
		l.backoff.reset()
		return nil
	}
	failed := *f // of its own: who asked may judge what is returned further
	l.failed = &failed
	wait := max(l.backoff.next(), f.retryAfter)
	if f.verdict == refused {
		wait = l.backoff.max
	}
	l.notBefore = time.Now().Add(wait)
	f.retryAfter = wait
	l.log.Warn("enterprise's account not logged in", "reason", string(f.reason), "err", f)
	return f
}

// attempt makes one login.
func (l *login) attempt(ctx context.Context) (answer, *fault) {
	header, body, err := l.app.request(time.Now().Add(l.ahead))
	if err != nil {
		return answer{}, broken(loginAPI.step, err)
	}
	got, f := l.ask(ctx, header, body)
	if f != nil {
		return got, f.judgeLogin()
	}
	token := conference.NewSecret(got.text("accessToken"))
	if token.IsZero() {
		return got, got.fault(loginAPI.step).judgeLogin()
	}
	user := objectOf(got.in("user")["user"])
	life := accessLife(got)
	l.held = accessToken{token: token, corpID: printable(user.text("companyId")), renewAt: got.received.Add(life * 9 / 10), expires: got.received.Add(life)}
	l.signedIn.Store(got.received.UnixMilli())
	l.log.Info("enterprise's account logged in", "validFor", life)
	if kind, ok := user.int("adminType"); ok && kind == memberType {
		l.log.Warn("the account is no administrator's: only meetings of its own are found")
	}
	return got, nil
}

// forgive lets a login be tried again after a refusal that stopped it, and at once.
func (l *login) forgive(ctx context.Context) {
	select {
	case l.turn <- struct{}{}:
		l.failed, l.notBefore = nil, time.Time{}
		l.backoff.reset()
		<-l.turn
	case <-ctx.Done():
	}
}

// lastSignedIn is when the last login succeeded; zero before the first.
func (l *login) lastSignedIn() time.Time {
	ms := l.signedIn.Load()
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// request is the login as the current edition of the reference has it; older ones know neither access= nor X-Token-Type, and
// leave them unread. now is the time by the cloud's clock.
func (a App) request(now time.Time) (http.Header, []byte, error) {
	nonce := rand.Text() + rand.Text() // 52 characters; 32 to 64 are asked for
	expires := now.Add(signatureLife).Unix()
	mac := hmac.New(sha256.New, []byte(a.Key.Reveal()))
	_, _ = mac.Write([]byte(a.ID + ":" + a.UserID + ":" + strconv.FormatInt(expires, 10) + ":" + nonce)) // never fails
	body, err := json.Marshal(struct {
		AppID      string `json:"appId"`
		ClientType int    `json:"clientType"`
		ExpireTime int64  `json:"expireTime"` // s
		Nonce      string `json:"nonce"`
		UserID     string `json:"userId,omitempty"`
	}{a.ID, apiClient, expires, nonce, a.UserID})
	if err != nil {
		return nil, nil, fmt.Errorf("encode the login: %w", err)
	}
	return http.Header{
		"Authorization": {"HMAC-SHA256 signature=" + hex.EncodeToString(mac.Sum(nil)) + ",access=" + base64.StdEncoding.EncodeToString([]byte(a.ID))},
		"X-Token-Type":  {"LongTicket"},
		"Content-Type":  {"application/json; charset=UTF-8"},
	}, body, nil
}

// accessLife is how long a login is valid from now on: validPeriod is seconds, expireTime an instant of the cloud's clock in
// seconds, compared with the Date of the answer.
func accessLife(a answer) time.Duration {
	const (
		documented = 12 * time.Hour // at least
		longest    = 24 * time.Hour
	)
	var life time.Duration
	if s, ok := a.int("validPeriod"); ok && s > 0 {
		life = time.Duration(min(s, int64(longest/time.Second))) * time.Second
	} else if s, ok := a.int("expireTime"); ok {
		life = time.Unix(s, 0).Sub(a.sent)
	}
	if life <= 0 || life > longest {
		return documented
	}
	return life
}

// judgeLogin sets verdict and reason of a login that did not succeed. Any wrong one counts towards a lock, so that only what passes
// by itself is tried again soon.
func (f *fault) judgeLogin() *fault {
	switch {
	case f.status == http.StatusPreconditionFailed, f.status == http.StatusLocked:
		f.verdict, f.reason = stop, conference.ReasonAccountLocked
	case f.code == "206010000", f.code == "206010025":
		f.verdict, f.reason = stop, conference.ReasonAppLogin
	case f.code == "206010057":
		f.verdict, f.reason = refused, conference.ReasonClock
	case f.status == http.StatusUnauthorized, f.status == http.StatusForbidden:
		f.verdict, f.reason = refused, conference.ReasonAppLogin
	}
	return f
}
