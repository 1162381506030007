package huawei

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"confboard/feed/conference"
)

// bodyLimit is the largest answer that is read, in bytes, unless the call says otherwise. Most take a few hundred.
const bodyLimit = 1 << 20

// retryAfterLimit is the longest delay that the cloud can ask for.
const retryAfterLimit = 5 * time.Minute

// api is one call of the cloud, each with a pace of its own.
type api struct{ step, path string }

// get makes a call about a meeting when its turn has come.
func (c *Cloud) get(ctx context.Context, site *url.URL, a api, who caller, header http.Header) (answer, *fault) {
	if err := c.pace[a].wait(ctx, who); err != nil {
		return answer{}, broken(a.step, err)
	}
	got, f := exchange(ctx, c.http, call{api: a, site: site, query: about(who.id), header: header})
	if f != nil && f.status == http.StatusTooManyRequests {
		c.pace[a].hold(f.retryAfter) // it is about all of us, not about this meeting
	}
	return got, f
}

// about is the query of a call about a meeting.
func about(id conference.ConfID) url.Values { return url.Values{"conferenceID": {string(id)}} }

// call is what is asked of the cloud.
type call struct {
	api
	method string // GET when empty
	site   *url.URL
	query  url.Values
	header http.Header // what this call carries beside the usual; it is kept and added to
	body   []byte      // JSON
	limit  int64       // of the answer, in bytes; bodyLimit when 0
}

// exchange makes a call at once. The answer is of a status of success unless there is a fault, and need not have the fields that
// are wanted. With a fault it is the answer as far as there was one.
func exchange(ctx context.Context, client *http.Client, c call) (answer, *fault) {
	u := c.site.JoinPath(c.path)
	u.RawQuery = c.query.Encode()
	req, err := http.NewRequestWithContext(ctx, cmp.Or(c.method, http.MethodGet), u.String(), bytes.NewReader(c.body))
	if err != nil {
		return answer{}, broken(c.step, err)
	}
	if c.header != nil {
		req.Header = c.header
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json") // asked for although most calls have no body
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", userAgent)
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, broken(c.step, err)
	}
	defer resp.Body.Close()
	body, err := readLimited(resp.Body, cmp.Or(c.limit, bodyLimit))
	if err != nil {
		return answer{}, broken(c.step, err)
	}
	got := newAnswer(body)
	got.status, got.requestID = resp.StatusCode, printable(resp.Header.Get("X-Request-Id"))
	got.received = time.Now()
	got.sent = got.received
	if sent, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		got.sent = sent
	}
	got.retryAfter = retryAfter(resp.Header.Get("Retry-After"), got.sent)
	if resp.StatusCode/100 != 2 {
		return got, got.fault(c.step)
	}
	return got, nil
}

// retryAfter is the delay that an answer asks for, as seconds or as an instant of the clock that sent it; 0 when it asks for none.
func retryAfter(value string, sent time.Time) time.Duration {
	var d time.Duration
	if s, err := strconv.Atoi(value); err == nil {
		d = time.Duration(min(s, 3600)) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		d = at.Sub(sent)
	}
	return max(0, min(d, retryAfterLimit))
}

// readLimited reads all of r; the error is errTooLarge if that is more than limit bytes.
func readLimited(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

// printable keeps what IDs and codes consist of, so that the cloud cannot write just anything into our log.
func printable(id string) string {
	const longest = 64
	id = id[:min(len(id), longest)]
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '.' || r == ' ') {
			return r
		}
		return -1
	}, id)
}
