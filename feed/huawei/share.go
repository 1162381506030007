package huawei

// SetShare tells how many of so many parts of the account's limits this instance has: of the calls in a minute and of the attempts in a
// second. With as many members as there are each has (1, members); both are at least 1, and n is no more than of. It is safe for
// concurrent use; of several instances each has to have its share before Run, and what it gets afterwards it has a minute later.
func (c *Cloud) SetShare(n, of int) {
	of = max(1, of)
	n = min(max(1, n), of)
	c.attempts.share(n, of)
	for _, g := range c.pace {
		g.share(n, of)
	}
}
