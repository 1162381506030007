//go:build unix

package web

import (
	"net"
	"syscall"
)

// placed bounds the connections of a listener by the file descriptors that the process may have, of which it has raised its soft limit to
// the hard one when it started.
func placed(l net.Listener) net.Listener {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return l
	}
	return newPlaces(l, placesOf(uint64(limit.Cur)))
}
