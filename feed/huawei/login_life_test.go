package huawei

import (
	"testing"
	"time"
)

func TestLoginLastsAsLongAsTheAnswerSays(t *testing.T) {
	sent := time.Unix(1_700_000_000, 0)
	for _, c := range []struct {
		name, body string
		want       time.Duration
	}{
		{"seconds", `{"validPeriod":43200}`, 12 * time.Hour},
		{"seconds as text", `{"validPeriod":"86400"}`, 24 * time.Hour},
		{"both, by the period", `{"validPeriod":600,"expireTime":1700086400}`, 10 * time.Minute},
		{"an instant of the cloud's clock", `{"expireTime":1700003600}`, time.Hour},
		{"an instant as text", `{"expireTime":"1700003600"}`, time.Hour},
		{"wrapped", `{"data":{"validPeriod":60}}`, time.Minute},
		{"more than a day", `{"validPeriod":999999999999}`, 24 * time.Hour},
		{"an instant in milliseconds", `{"expireTime":1700003600000}`, 12 * time.Hour},
		{"an instant that is past", `{"expireTime":1699999999}`, 12 * time.Hour},
		{"nothing", `{}`, 12 * time.Hour},
		{"none", `{"validPeriod":0}`, 12 * time.Hour},
		{"negative", `{"validPeriod":-1}`, 12 * time.Hour},
	} {
		a := newAnswer([]byte(c.body))
		a.sent = sent
		a.received = sent.Add(time.Hour) // which does not count
		if got := accessLife(a); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
