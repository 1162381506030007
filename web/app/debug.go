package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"

	"confboard/web"
)

var errNotHere = errors.New("it leads to an address that other machines can reach")

// debugging serves profiles at an address of this machine; without an address it serves nothing.
func debugging(address string, logger *slog.Logger) runner {
	if address == "" {
		return untilEnd
	}
	return func(ctx context.Context) error {
		listener, err := listen(ctx, address)
		if err != nil {
			return fmt.Errorf("debug.listen: %w", err)
		}
		if at, ok := listener.Addr().(*net.TCPAddr); !ok || !at.IP.IsLoopback() { // what localhost means is up to the machine
			listener.Close()
			return fmt.Errorf("debug.listen: %s: %w", address, errNotHere)
		}
		logger.Warn("profiles are served to everybody on this machine", "address", "http://"+listener.Addr().String()+"/debug/pprof/")
		return web.NewDebug(logger).Run(ctx, listener)
	}
}
