package live

import (
	"context"
	"net"
	"net/http"
)

// streamWriteBuffer bounds what the kernel takes for a viewer who does not read: by default it is megabytes, which
// hides a slow viewer for minutes and shows it old states afterwards.
const streamWriteBuffer = 64 << 10

type connKey struct{}

// ConnContext is for http.Server.ConnContext: it lets Serve set the socket of a stream. Without it slow viewers are
// cut later.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// socket is what can be set on a TCP connection.
type socket interface {
	SetLinger(seconds int) error
	SetWriteBuffer(bytes int) error
}

// socketOf returns the connection that belongs to this stream alone, or nil: HTTP/2 shares one among many.
func socketOf(r *http.Request) socket {
	if r.ProtoMajor != 1 {
		return nil
	}
	c := r.Context().Value(connKey{})
	if over, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = over.NetConn()
	}
	s, _ := c.(socket)
	return s
}
