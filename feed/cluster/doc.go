// Package cluster shares out the meetings among the instances of the board, by one bucket of NATS JetStream.
//
// Meetings belong to [Shards] shards. The bucket has a key for each instance, which it renews every half second, and one for each shard, which
// says who owns it. All changes of a shard are compare-and-swap on the key's revision. A [Membership] is what one instance has to do with
// that: it tells a [Watcher] which shards are its own.
//
// # Why one bucket
//
// A bucket is a stream, and a stream has one order. A member follows it whole, and so its own renewal, when it comes back, proves that
// the member has seen everything that was stored before. Three things follow from that:
//
//   - The lease. A member holds shards only until 4 s after it sent the last renewal that came back. A member that can write and
//     cannot read loses its lease as well, and one with a lease knows of every change of a shard that is 4 s old.
//   - The verdict. A member is dead when one sees nothing of it between its last renewal and one of one's own that was sent 4.5 s after
//     that was seen. Nobody is taken for dead because the news is late, or because one was suspended oneself.
//   - What one holds. A record of a shard that names a member counts for it if it was stored after the first renewal of
//     its present lease. Whoever wrote such a record, or writes another over it, has seen that the member is alive.
//
// 4 s after sending are over before 4.5 s after seeing, by whatever clocks as long as they run equally fast. So no two members hold a
// shard at the same time. The clock is one that goes on while the machine is suspended, where there is such a clock; a virtual machine
// that is frozen from outside has none, and believes in its lease until it reads on. For that, and for what is under way on the network,
// each change of owner has an epoch.
//
// # When a member dies
//
// What takes time then is to begin to watch: a cloud takes so many attempts a second and no more. So that begins before the verdict. A member of whom
// nothing was seen for 1.5 s, while one's own renewals come back, is asked after on a subject of its own, and the servers say at once if nobody is
// connected who hears that: the connections of a process that was killed are closed. Those who would take its shards then begin to watch them, and take
// them at the verdict. It is a suspicion and no more: no record changes by it, and who is only silent keeps what it has.
//
// # When the bucket has no leader
//
// Servers whose leader of the bucket dies choose another one after 4 to 9 s, which nobody can ask them to do sooner: of 17 elections with three
// servers the fastest took 4.3 s, half of them 5.6 s and the slowest 9.0 s. A lease of 4 s ends in each, of everybody, and nobody
// takes anything over, because who had no lease gives all others time to come back. So no shard changes hands. A lease of 7 s would outlast most elections,
// and have the meetings of each member that dies wait 3 s more, of the 10 s that it may take: that is the more frequent case. A server that is stopped
// in order passes its leadership on, and costs nothing.
//
// Members whose renewals do not come back say so to each other, for which no leader is needed. One that loses its lease and hears it of all others
// goes on watching what it had, without publishing anything (Watcher.Suspend), so that with the lease it has everything as if nothing had happened. So does
// one whose renewals are answered as stored, and only its reading does not go on: the others see it live. It does so until 2 s after the last of
// that, because nobody can have taken it for dead before, and for 15 s at the most. One that misses somebody's word lets go at once: that one may be
// where the bucket is, and take over what this one has. So it is when a member dies with the leader, and when all servers are away.
//
// And no time is lost when there is a leader again. Renewals go on every half second and wait for no answer; and a reading
// goes on while the next one is asked for, every half second anew. So the lease is back within a tenth of a second.
//
// # Handover
//
// The owner of a shard that is to be another's names the next one in the record. That one begins to watch, and says in the record when
// it is ready. The owner then lets go and makes it the owner, in this order. A next one that dies is named no more.
//
// An owner that goes on has no deadline for that: whatever limits how fast the next one can begin to watch, nothing is unwatched meanwhile, and who
// cannot watch at all gets nothing from those who can. Of some eight shards at a time, so that a member that joins has a few meetings to begin with
// before the next ones come; one that is not ready after 10 minutes makes room for another one.
//
// A member that leaves hands over all that it has at once, for as long as it is given. Then it removes its key, which says that it holds
// nothing; nobody waits 4.5 s for it, and what was prepared is taken as it is.
package cluster
