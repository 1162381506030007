package huawei

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"confboard/feed/conference"
)

// verdict says what follows from a fault.
type verdict uint8

const (
	tryAgain      verdict = iota // it passes by itself: try again, with a growing delay
	notInProgress                // the meeting has not started or has ended: look again slowly
	over                         // the cloud told us that the meeting has ended: look again slowly
	tokenRefused                 // the control token is not taken: a fresh one, once; then as tryAgain
	otherSite                    // the meeting is on another site: ask which, once; then as refused
	refused                      // somebody has to mend it on the cloud's side: try again very slowly
	stop                         // somebody has to change the settings: do not try again
)

// Codes of refusals that mean something to us. The prefix in front of them (MMC., USG.) is taken off.
const (
	codeNotFound = "111070005" // no such meeting in progress
	codeEnded    = "111072006"
)

// fault is why an attempt or a connection ended. Its text can be logged: it holds nothing that the cloud wrote but a
// code, a request ID and what is left of a description by said, and no address but a host.
type fault struct {
	step    string // what was being done
	verdict verdict
	reason  conference.LinkReason
	// status, code and requestID are of the cloud's answer; zero when there was none.
	status          int
	code, requestID string
	// detail is how the cloud describes it; empty when it is not for people to read.
	detail string
	// retryAfter is the delay that the cloud asked for; zero when it did not.
	retryAfter time.Duration
	err        error
}

// Error implements error.
func (f *fault) Error() string {
	var b strings.Builder
	b.WriteString(f.step)
	if f.status != 0 {
		fmt.Fprintf(&b, ": status %d", f.status)
	}
	if f.code != "" {
		b.WriteString(": code " + f.code)
	}
	if f.requestID != "" {
		b.WriteString(": request " + f.requestID)
	}
	if f.detail != "" {
		b.WriteString(": " + f.detail)
	}
	if f.err != nil {
		b.WriteString(": " + describe(f.err))
	}
	return b.String()
}

// Unwrap returns the cause. Its own text may quote a URL: log the fault, not the cause.
func (f *fault) Unwrap() error { return f.err }

// judge sets verdict and reason by the code and status of an answer that was no success.
func (f *fault) judge() *fault {
	f.verdict, f.reason = judgeCode(f.code)
	if f.reason != conference.ReasonNone {
		return f
	}
	switch {
	case f.status == http.StatusTooManyRequests || f.status >= 500:
		f.verdict, f.reason = tryAgain, conference.ReasonUnavailable
	case f.status == http.StatusProxyAuthRequired:
		f.verdict, f.reason = tryAgain, conference.ReasonProxy
	case f.status == http.StatusUnauthorized || f.status == http.StatusForbidden:
		f.verdict, f.reason = refused, conference.ReasonNotPermitted
	default:
		f.verdict, f.reason = tryAgain, conference.ReasonUnexpected
	}
	return f
}

// aboutToken takes a bare 401 or 403 to be about the token that the call carried.
func (f *fault) aboutToken() {
	if f.verdict == refused && f.reason == conference.ReasonNotPermitted {
		f.verdict, f.reason = tokenRefused, conference.ReasonTokenSpent
	}
}

// judgeCode says what a code means; ReasonNone for one that means nothing to us.
func judgeCode(code string) (verdict, conference.LinkReason) {
	switch code {
	case codeNotFound, codeEnded:
		return notInProgress, conference.ReasonNotStarted
	case "111072065": // no such meeting, or a wrong password
		return stop, conference.ReasonPassword
	case "111071052", "111071053": // trying again would keep it locked
		return stop, conference.ReasonLocked
	case "111070009":
		return stop, conference.ReasonNoPassword
	case "111070002", "111070010":
		return stop, conference.ReasonNotPermitted
	case "111070111":
		return tokenRefused, conference.ReasonTokenSpent
	case "111100012":
		return otherSite, conference.ReasonWrongSite
	}
	return tryAgain, conference.ReasonNone
}

// broken is the fault of a connection that could not be made or did not hold.
func broken(step string, err error) *fault {
	return &fault{step: step, verdict: tryAgain, reason: networkReason(err), err: err}
}

func networkReason(err error) conference.LinkReason {
	var (
		proxy       *proxyError
		op          *net.OpError
		dns         *net.DNSError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		closed      *websocket.CloseError
	)
	switch {
	case errors.As(err, &proxy), errors.As(err, &op) && op.Op == "proxyconnect": // the way in which net/http marks it
		return conference.ReasonProxy
	case errors.As(err, &dns):
		return conference.ReasonDNS
	case errors.As(err, &record), errors.As(err, &alert), errors.As(err, &certificate), errors.As(err, &authority),
		errors.As(err, &hostname), errors.As(err, &invalid), errors.Is(err, http.ErrSchemeMismatch):
		return conference.ReasonTLS
	case errors.As(err, &closed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return conference.ReasonClosed
	case errors.Is(err, errFlood):
		return conference.ReasonFlood
	case errors.Is(err, errTooLarge), errors.Is(err, websocket.ErrReadLimit):
		return conference.ReasonUnexpected
	}
	return conference.ReasonUnreachable
}

// describe is the text of an error as far as it is known to quote neither a URL nor what the cloud wrote; of any other
// error it is the type.
func describe(err error) string {
	var (
		proxy       *proxyError
		dns         *net.DNSError
		op          *net.OpError
		certificate *tls.CertificateVerificationError
		closed      *websocket.CloseError
		timeout     interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.As(err, &dns):
		return dns.Error()
	case errors.As(err, &op):
		return op.Error()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.As(err, &certificate):
		return certificate.Error()
	case errors.As(err, &closed):
		return fmt.Sprintf("closed by the cloud (%d)", closed.Code) // its text is the cloud's
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "closed by the cloud"
	}
	if own, ok := errors.AsType[plainError](err); ok {
		return own.Error()
	}
	return fmt.Sprintf("%T", err)
}

// plainError is an error of ours whose text can be logged.
type plainError string

func (e plainError) Error() string { return string(e) }

const (
	errTooLarge = plainError("answer or frame over the limit")
	errNoAnswer = plainError("no answer in time")
	errNoEcho   = plainError("heartbeats are not echoed")
	errAllOld   = plainError("all that comes is said to be older than what is known")
	errFlood    = plainError("more frames than any meeting needs")
)
