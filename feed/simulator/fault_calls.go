package simulator

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// statuses are what the faults that are a status answer.
var statuses = []struct {
	fault  Fault
	status int
}{
	{Status401, http.StatusUnauthorized}, {Status403, http.StatusForbidden}, {Status412, http.StatusPreconditionFailed},
	{Status429, http.StatusTooManyRequests}, {Status500, http.StatusInternalServerError}, {Status503, http.StatusServiceUnavailable},
}

const page = "<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please sign in</h1></body></html>\n"

// oversized is more than 8 MiB, huge more than 32 MiB.
const (
	oversized = 9 << 20
	huge      = 33 << 20
)

// serveCall serves a call as the faults want it.
func (c *Cloud) serveCall(call call, w http.ResponseWriter, r *http.Request) {
	faults := c.faultsOf(r)
	opening := call.authority == byTmpToken
	switch {
	case faults.has(Refused):
		drop(w)
		return
	case faults.has(HalfOpenCalls) && !opening, faults.has(HalfOpenSockets) && opening:
		c.hang(r, 0)
		drop(w)
		return
	}
	if faults.has(Delayed) {
		c.hang(r, c.config.Delay)
	}
	for _, s := range statuses {
		if faults.has(s.fault) {
			if s.fault == Status429 {
				w.Header().Set("Retry-After", "1")
			}
			c.refuse(w, r, s.status, "", strings.ToUpper(strings.ReplaceAll(http.StatusText(s.status), " ", "_")))
			return
		}
	}
	switch {
	case faults.has(HTMLAnswer):
		answerPage(w, http.StatusOK)
	case faults.has(HTMLBadGateway):
		answerPage(w, http.StatusBadGateway)
	case faults.has(Redirected):
		http.Redirect(w, r, "/redirected", http.StatusFound)
	case opening:
		call.serve(c, w, r)
	case faults.has(OversizedAnswer):
		answerOversized(w)
	case faults.has(ErrorInSuccess):
		c.refuse(w, r, http.StatusOK, "MMC.100000001", "SYSTEM_ERROR")
	case faults.has(TruncatedAnswer):
		whole := recorder{header: w.Header(), status: http.StatusOK}
		call.serve(c, &whole, r)
		half := whole.body.Bytes()[:whole.body.Len()/2]
		w.Header().Set("Content-Length", strconv.Itoa(len(half)))
		w.WriteHeader(whole.status)
		_, _ = w.Write(half) // a client that went away needs no answer
	default:
		call.serve(c, w, r)
	}
}

// faultsOf are the faults of the cloud and of the meeting that a call names.
func (c *Cloud) faultsOf(r *http.Request) faultSet {
	q := r.URL.Query()
	id := q.Get("conferenceID")
	if id == "" {
		id = q.Get("confID")
	}
	if m := c.Meeting(id); m != nil {
		return m.faultsNow()
	}
	return faultSet(c.faults.Load())
}

// hang waits until faults are cleared, the client has gone, the cloud closes, or, unless it is 0, for d.
func (c *Cloud) hang(r *http.Request, d time.Duration) {
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, requestLimit)) // a client that goes is noticed after its body only
	c.mu.Lock()
	released := c.released
	c.mu.Unlock()
	var passed <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		passed = timer.C
	}
	select {
	case <-released:
	case <-r.Context().Done():
	case <-c.ended:
	case <-passed:
	}
}

// release ends every wait of hang.
func (c *Cloud) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.released)
	c.released = make(chan struct{})
	c.frame = nil
}

// drop breaks the TCP connection of a call without an answer.
func drop(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the server breaks it
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an orderly end
	}
	_ = conn.Close() // nobody is told anyway
}

func answerPage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page) // a client that went away needs no answer
}

func answerOversized(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	part := bytes.Repeat([]byte("x"), 64<<10)
	_, err := io.WriteString(w, `{"filler":"`)
	for sent := 0; err == nil && sent < oversized; sent += len(part) {
		_, err = w.Write(part)
	}
	if err == nil {
		_, _ = io.WriteString(w, `"}`) // most clients have gone by now
	}
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
