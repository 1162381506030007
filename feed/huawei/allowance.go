package huawei

import (
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// What a connection may bring. A busy meeting has a few frames a second; its full list of 500 participants is 300 KiB. A cloud that
// sends more for long would take the processor from all other meetings, so its connection is given up: what would come with a delay
// must not be shown as live.
const (
	frameCost = 4 * time.Millisecond // of a frame, and of a ping
	kibCost   = time.Millisecond     // of each KiB: as it is on the wire, and as it is when it has been inflated
)

// allowance adds up what a connection brings. It belongs to the goroutine that reads.
type allowance struct {
	// ahead is by how much the cost of all that has come may be ahead of the time.
	ahead time.Duration
	// paid is until when all that has come is paid for.
	paid time.Time
}

// spend takes what something costs that comes now. The error is errFlood when it was not affordable any more.
func (a *allowance) spend(now time.Time, cost time.Duration) error {
	if a.paid.Before(now) {
		a.paid = now
	}
	a.paid = a.paid.Add(cost)
	if a.paid.Sub(now) > a.ahead {
		return errFlood
	}
	return nil
}

// costOf is what bytes cost.
func costOf(bytes int) time.Duration { return time.Duration(bytes) * kibCost >> 10 }

// bound has pings cost as much as frames, because each has to be answered.
func (a *allowance) bound(socket *websocket.Conn) {
	answer := socket.PingHandler()
	socket.SetPingHandler(func(text string) error {
		if err := a.spend(time.Now(), frameCost); err != nil {
			return err
		}
		return answer(text)
	})
}

// metered is a connection all of whose bytes count, also those that are in no frame yet: an endless frame can come in empty pieces.
type metered struct {
	net.Conn
	spent *allowance
}

// Read implements net.Conn.
func (m metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	if flood := m.spent.spend(time.Now(), costOf(n)); flood != nil {
		return 0, flood
	}
	return n, err
}
