package huawei

import "confboard/feed/conference"

// Kept is what the connection of a meeting has come to of which nothing is told; nil when it is told.
func (c *Cloud) Kept(id conference.ConfID) *conference.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.watches[id]
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, quiet := w.to.(*shadow); quiet {
		return s.state
	}
	return nil
}
