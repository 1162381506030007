package huawei

import (
	"strings"
	"testing"
)

func TestOfWhatTheCloudSaysOnlyWhatHelpsIsShown(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a sentence", "The type is not allowed.", "The type is not allowed."},
		{"the name of an error", "SUBSCRIBE_TYPE_NOT_ALLOWED", "SUBSCRIBE_TYPE_NOT_ALLOWED"},
		{"another script", "订阅类型不支持,请联系管理员", "订阅类型不支持,请联系管理员"},
		{"white space and what cannot be seen", " no\r\n\tright\x00 \u202ehere\u2066 ", "no right here"},
		{"what is no text", "no\xffright", "noright"},
		{"a token", "token cnr5JtGG9Yk3aTzBqXw1 is spent", "token … is spent"},
		{"a token with bars", "token cnr5Jt_G9Yk3a-zBqXw1 is spent", "token … is spent"},
		{"a token of capitals", "token ABCDEFGHIJKLMNOPQRSTUVWXYZ", "token …"},
		{"a token between characters of another script", "令牌cnr5JtGG9Yk3aTzBqXw1无效", "令牌…无效"},
		{"an address", "see https://a.cn or www.a.cn", "see … or …"},
		{"an assignment", "pwd=1234 is wrong", "… is wrong"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := said(c.text); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got := said(strings.Repeat("字", 1000)); got != strings.Repeat("字", saidLimit) {
		t.Errorf("a long one becomes %d bytes", len(got))
	}
}
