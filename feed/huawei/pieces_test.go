package huawei

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"

	"github.com/gorilla/websocket"
)

func TestWebSocketURL(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a bare host is wss", "r1.example.com", "wss://r1.example.com"},
		{"a bare host with port is wss", "r1.example.com:8443", "wss://r1.example.com:8443"},
		{"wss stays", "wss://r1.example.com", "wss://r1.example.com"},
		{"https becomes wss", "https://r1.example.com", "wss://r1.example.com"},
		{"capitals of a scheme do not matter", "WSS://r1.example.com", "wss://r1.example.com"},
		{"a trailing slash is taken off", "wss://r1.example.com/", "wss://r1.example.com"},
		{"a path stays", "wss://r1.example.com/east/", "wss://r1.example.com/east"},
		{"blanks around are taken off", " wss://r1.example.com\n", "wss://r1.example.com"},
		{"ws to a loopback address", "ws://127.0.0.1:8080", "ws://127.0.0.1:8080"},
		{"ws to a loopback address of IPv6", "ws://[::1]:8080", "ws://[::1]:8080"},
		{"http to localhost becomes ws", "http://localhost:8080", "ws://localhost:8080"},
		{"ws to another host is insecure", "ws://r1.example.com", "insecure"},
		{"http to another host is insecure", "http://10.0.0.1", "insecure"},
		{"ws to a host that begins like loopback is insecure", "ws://127.0.0.1.example.com", "insecure"},
		{"nothing is no address", "", "no address"},
		{"a scheme alone is no address", "wss://", "no address"},
		{"a port alone is no address", "wss://:443", "no address"},
		{"a user is no address", "wss://user:pass@r1.example.com", "no address"},
		{"a query is no address", "wss://r1.example.com/?a=b", "no address"},
		{"another scheme is no address", "ftp://r1.example.com", "no address"},
		{"rubbish is no address", "%zz://", "no address"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u, err := webSocketURL(c.in)
			got := ""
			switch {
			case errors.Is(err, errInsecure):
				got = "insecure"
			case err != nil:
				got = "no address"
			default:
				got = u.String()
			}
			if got != c.want {
				t.Errorf("webSocketURL(%q) = %s, want %s", c.in, got, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "example.com") {
				t.Errorf("the error quotes the address: %v", err)
			}
		})
	}
}

func TestBaseURL(t *testing.T) {
	for _, c := range []struct {
		in string
		ok bool
	}{
		{"https://api.meeting.huaweicloud.com", true},
		{"https://proxy.example.com/cloud/", true},
		{"http://127.0.0.1:8080", true},
		{"http://localhost:8080", true},
		{"http://api.meeting.huaweicloud.com", false},
		{"api.meeting.huaweicloud.com", false},
		{"ftp://127.0.0.1", false},
		{"https://user:hunter2@example.com", false},
		{"https://example.com/?key=hunter2", false},
		{"https://:443", false},
		{"", false},
	} {
		u, err := baseURL(c.in)
		if (err == nil) != c.ok {
			t.Errorf("baseURL(%q): %v, want ok %v", c.in, err, c.ok)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error quotes the URL: %v", err)
		}
		if err == nil && strings.HasSuffix(u.Path, "/") {
			t.Errorf("baseURL(%q) keeps the slash", c.in)
		}
	}
}

func TestSiteURLKeepsTheSchemeForABareHost(t *testing.T) {
	secure, plain := &url.URL{Scheme: "https"}, &url.URL{Scheme: "http"}
	for _, c := range []struct {
		in   string
		from *url.URL
		want string
	}{
		{"r1.example.com", secure, "https://r1.example.com"},
		{"https://r1.example.com/", secure, "https://r1.example.com"},
		{"127.0.0.1:80", plain, "http://127.0.0.1:80"},
		{"r1.example.com", plain, ""},
		{"", secure, ""},
	} {
		u, err := siteURL(c.in, c.from)
		if c.want == "" {
			if err == nil {
				t.Errorf("siteURL(%q) = %v, want an error", c.in, u)
			}
			continue
		}
		if err != nil || u.String() != c.want {
			t.Errorf("siteURL(%q) = %v, %v; want %s", c.in, u, err, c.want)
		}
	}
}

func TestCodesAreFoundUnderEveryName(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{`{"error_code":"MMC.111070005","error_msg":"x"}`, "111070005"},
		{`{"error_code":"USG.206010000"}`, "206010000"},
		{`{"error_code":111072065}`, "111072065"},
		{`{"code":"111072006","message":"x"}`, "111072006"},
		{`{"returnCode":111070111,"returnDesc":"x"}`, "111070111"},
		{`{"returnCode":"0"}`, ""},
		{`{"returnCode":0}`, ""},
		{`{"code":"success"}`, ""},
		{`{"code":{"a":1}}`, ""},
		{`{"code":null}`, ""},
		{`{}`, ""},
		{`<html>`, ""},
	} {
		if got := codeOf(objectOf([]byte(c.body))); got != c.want {
			t.Errorf("codeOf(%s) = %q, want %q", c.body, got, c.want)
		}
	}
}

func TestAnswersOfTheConnection(t *testing.T) {
	const sequence = "000000000000000001611993595043"
	for _, c := range []struct {
		name, frame    string
		ok, understood bool
		code, desc     string
	}{
		{"as in the reference, with the trailing blank", `{"action":"Subscribe","sequence":"` + sequence + `","data":{"returnCode":0,"returnDesc ":"SUCCESS"}}`, true, true, "", "SUCCESS"},
		{"without the blank", `{"action":"Subscribe","sequence":"` + sequence + `","data":{"returnCode":0,"returnDesc":"SUCCESS"}}`, true, true, "", "SUCCESS"},
		{"data as JSON in a string", `{"action":"Subscribe","sequence":"` + sequence + `","data":"{\"returnCode\":\"0\",\"returnDesc\":\"SUCCESS\"}"}`, true, true, "", "SUCCESS"},
		{"code as text with a prefix", `{"action":"Subscribe","sequence":"` + sequence + `","data":{"returnCode":"MMC.111070111"}}`, true, true, "111070111", ""},
		{"result at the top", `{"action":"Subscribe","sequence":"` + sequence + `","returnCode":5}`, true, true, "5", ""},
		{"sequence as a number", `{"action":"HeartBeat","sequence":1611993595043}`, true, false, "", ""},
		{"action in another case", `{"action":"heartbeat","sequence":"` + sequence + `"}`, true, false, "", ""},
		{"a push is none", `{"action":"ConfDynamicInfoNotify","lock":1}`, false, false, "", ""},
		{"a push with a sequence is none", `{"action":"ConfDynamicInfoNotify","sequence":"1"}`, false, false, "", ""},
		{"rubbish is none", `"sequence"`, false, false, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := parseReply([]byte(c.frame))
			if ok != c.ok || r.understood != c.understood || r.code != c.code || r.desc != c.desc {
				t.Errorf("parseReply = %+v, %v", r, ok)
			}
			if ok && !r.answers(sequence) {
				t.Errorf("%q does not answer %s", r.sequence, sequence)
			}
			if ok && r.answers("000000000000000001611993595044") {
				t.Error("answers another sequence")
			}
		})
	}
}

func TestSequencesAscendAndHaveThirtyDigits(t *testing.T) {
	var s sequencer
	now, last := time.UnixMilli(1611993595043), ""
	for i, at := range []time.Time{now, now, now.Add(-time.Hour), now.Add(time.Hour)} {
		got := s.next(at)
		if len(got) != 30 || got <= last {
			t.Errorf("sequence %d is %s after %s", i, got, last)
		}
		last = got
	}
}

func TestSubscriptionChoosesTypesThatTheMeetingSupports(t *testing.T) {
	all := strings.Join(knownTypes[:], " ")
	for _, c := range []struct {
		name      string
		supported []string
		want      string
	}{
		{"all known ones when the cloud does not say", nil, all},
		{"those known of the supported ones", []string{"SpeakerChangeNotify", "ConfDynamicInfoNotify", "Unknown"}, "ConfDynamicInfoNotify SpeakerChangeNotify"},
		{"the status in any case", []string{"Unknown"}, "ConfDynamicInfoNotify"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := subscribeRequest("1", "900487914", conference.NewSecret("t"), c.supported)
			if err != nil {
				t.Fatal(err)
			}
			var data struct {
				SubscribeType           []string
				ConfToken, ConferenceID string
			}
			if err := json.Unmarshal([]byte(req.Data), &data); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(data.SubscribeType, " "); got != c.want {
				t.Errorf("types %s, want %s", got, c.want)
			}
			if data.ConfToken != "Basic dA==" || data.ConferenceID != "900487914" {
				t.Errorf("data %+v", data)
			}
		})
	}
}

func TestLifeOfAControlToken(t *testing.T) {
	sent := time.UnixMilli(1_700_000_000_000)
	for _, c := range []struct {
		name, body string
		want       time.Duration
	}{
		{"by the instant, against the cloud's own clock", `{"data":{"expireTime":1700000600000}}`, 599 * time.Second},
		{"the instant as text", `{"data":{"expireTime":"1700000600000"}}`, 599 * time.Second},
		{"by the seconds", `{"data":{"confTokenExpireTime":"300"}}`, 300 * time.Second},
		{"the shorter of both", `{"data":{"expireTime":1700000600000,"confTokenExpireTime":300}}`, 300 * time.Second},
		{"as documented when neither is named", `{"data":{}}`, 30 * time.Minute},
		{"as documented when the instant has passed", `{"data":{"expireTime":1600000000000}}`, 30 * time.Minute},
		{"as documented when the instant is years away", `{"data":{"expireTime":9700000000000}}`, 30 * time.Minute},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAnswer([]byte(c.body))
			a.sent = sent
			if got := lifeOf(a); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestFaultsQuoteNeitherURLsNorTheCloud(t *testing.T) {
	const secret = "hunter2"
	dns := &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}
	for _, c := range []struct {
		name   string
		err    error
		reason conference.LinkReason
		want   string
	}{
		{"a name that is not known", &url.Error{Op: "Get", URL: "https://x/?t=" + secret, Err: dns}, conference.ReasonDNS, "lookup api.example.com: no such host"},
		{"a time limit", &url.Error{Op: "Get", URL: "https://x/?t=" + secret, Err: context.DeadlineExceeded}, conference.ReasonUnreachable, "timed out"},
		{"a closed connection", &websocket.CloseError{Code: 1008, Text: secret}, conference.ReasonClosed, "closed by the cloud (1008)"},
		{"an end", fmt.Errorf("read %s: %w", secret, io.ErrUnexpectedEOF), conference.ReasonClosed, "closed by the cloud"},
		{"our own", fmt.Errorf("read %s: %w", secret, errTooLarge), conference.ReasonUnexpected, "answer or frame over the limit"},
		{"any other", errors.New(secret), conference.ReasonUnreachable, "*errors.errorString"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := broken("step", c.err)
			if f.reason != c.reason {
				t.Errorf("reason %s, want %s", f.reason, c.reason)
			}
			if got := f.Error(); got != "step: "+c.want {
				t.Errorf("text %q, want %q", got, "step: "+c.want)
			}
			if !errors.Is(f, c.err) {
				t.Error("the cause is lost")
			}
		})
	}
}

func TestBackoffGrowsWithinItsBoundsAndStartsOver(t *testing.T) {
	b := backoff{min: time.Second, max: time.Minute}
	for range 2 {
		bound := time.Second
		for range 10 {
			if d := b.next(); d < bound/2 || d > bound {
				t.Errorf("%v, want %v to %v", d, bound/2, bound)
			}
			bound = min(2*bound, time.Minute)
		}
		b.reset()
	}
}

// Both ends of a connection can be there at once: the answer of the cloud that the meeting has ended, and the socket that it closed for it.
func TestAnswerThatAMeetingHasEndedIsTheLastWord(t *testing.T) {
	closed, ended, out := fault{step: connectStep, reason: conference.ReasonClosed}, fault{verdict: over}, fault{reason: conference.ReasonUnreachable}
	gone := fault{verdict: notInProgress, reason: conference.ReasonNotStarted, code: codeEnded}
	for _, c := range []struct {
		name         string
		end, renewal *fault // no renewal: none was under way
		want         *fault
	}{
		{"closed, and ended", &closed, &gone, &gone},
		{"closed, and the renewal failed too", &closed, &out, &closed},
		{"closed, and nothing was asked", &closed, nil, &closed},
		{"known to be over", &ended, &gone, &ended},
	} {
		t.Run(c.name, func(t *testing.T) {
			cloud, err := New(Config{Endpoint: "https://example.com"})
			if err != nil {
				t.Fatal(err)
			}
			s := newSession(newWatch(cloud, "900487914"), nil, new(allowance))
			if c.renewal != nil {
				s.renewed <- renewed{fault: c.renewal}
			}
			if got := s.lastWord(c.end); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func FuzzAnswersAreReadWithoutPanic(f *testing.F) {
	for _, seed := range []string{
		`{"action":"Subscribe","sequence":"1","data":{"returnCode":0,"returnDesc ":"SUCCESS"}}`,
		`{"action":"HeartBeat","sequence":1}`, `{"data":{"token":"t","expireTime":"1"},"error_code":"MMC.1"}`, `"sequence"`, `[]`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, ok := parseReply(text); ok && r.action != subscribeAction && r.action != heartbeatAction {
			t.Errorf("action %q", r.action)
		}
		a := newAnswer(text)
		if life := lifeOf(a); life <= 0 || life > 24*time.Hour {
			t.Errorf("a life of %v", life)
		}
		if line := a.fault("step").Error(); strings.ContainsAny(line, "\n\x00") {
			t.Errorf("the text %q", line)
		}
	})
}
