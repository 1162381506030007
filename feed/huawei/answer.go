package huawei

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object whose values are read as leniently as the cloud writes them.
type object map[string]json.RawMessage

// objectOf reads a JSON object, or a JSON string that holds one; nil if it is neither.
func objectOf(raw []byte) object {
	var o object
	if json.Unmarshal(raw, &o) == nil {
		return o
	}
	var text string
	if json.Unmarshal(raw, &text) == nil && json.Unmarshal([]byte(text), &o) == nil {
		return o
	}
	return nil
}

// text returns a string, or a number or boolean as it is written; empty for anything else.
func (o object) text(name string) string {
	raw := o[name]
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if len(raw) == 0 || raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	return string(raw)
}

// int returns a whole number, written as a number or as text.
func (o object) int(name string) (int64, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(o.text(name)), 10, 64)
	return n, err == nil
}

// texts returns an array of strings; nil if it is none.
func (o object) texts(name string) []string {
	var list []string
	if json.Unmarshal(o[name], &list) != nil {
		return nil
	}
	return list
}

// answer is the answer to a REST call. The wanted fields are in data for some calls and at the top for others, and seen
// both ways for the WebSocket token.
type answer struct {
	top, data object
	status    int
	requestID string
	// received is when it came by our clock, sent when it left by the cloud's; they can differ by any amount.
	received, sent time.Time
	retryAfter     time.Duration
}

func newAnswer(body []byte) answer {
	top := objectOf(body)
	return answer{top: top, data: objectOf(top["data"])}
}

// in returns the object that has the field.
func (a answer) in(name string) object {
	if _, ok := a.data[name]; ok {
		return a.data
	}
	return a.top
}

func (a answer) text(name string) string { return a.in(name).text(name) }

func (a answer) int(name string) (int64, bool) { return a.in(name).int(name) }

// fault is what the answer says went wrong.
func (a answer) fault(step string) *fault {
	f := &fault{step: step, status: a.status, code: codeOf(a.top), requestID: a.requestID, retryAfter: a.retryAfter}
	if f.code == "" {
		f.code = codeOf(a.data)
	}
	return f.judge()
}

// codeOf finds the code of a refusal under the names it has been seen with and takes the service's prefix off. Success and
// whatever does not look like a code are empty.
func codeOf(o object) string {
	for _, name := range []string{"error_code", "errorCode", "code", "returnCode"} {
		code := strings.TrimSpace(o.text(name))
		code = code[strings.LastIndexByte(code, '.')+1:]
		if n, err := strconv.ParseInt(code, 10, 64); err == nil && n != 0 {
			return code
		}
	}
	return ""
}
