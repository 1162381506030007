package app

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
)

func TestProfilesThatCannotBeServedStopTheStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	serve := debugging(taken.Addr().String(), slog.New(slog.DiscardHandler))
	if err := serve(t.Context()); err == nil || !strings.Contains(err.Error(), "debug.listen: ") {
		t.Errorf("on an address that is taken: %v", err)
	}
}

func TestNobodyIsServedProfilesUnlessAsked(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := debugging("", nil)(ctx); err != nil { // it would need the logger
		t.Error(err)
	}
}
