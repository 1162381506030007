package text

import "fmt"

var englishFeedCluster = FeedClusterText{
	Title:    "Boards",
	Together: func(boards int) string { return fmt.Sprintf("%d boards work as one", boards) },
	Joining:  "Joining the others", JoiningHelp: "This board does not know the others yet. That takes a few seconds.",
	Away: "No connection with NATS",
	AwayHelp: "This board hears nothing of the others, and they hear nothing of it. What it shows of their meetings is marked as out of date, and its own it leaves to them after 4 seconds. " +
		"It comes back by itself. " +
		"If it does not, look whether the NATS servers run and can be reached from this machine (cluster.nats).",
	NoLease: "NATS does not store",
	NoLeaseHelp: "NATS can be reached, but this board cannot renew its lease there, and so it watches no meeting. Servers that have just started or lost one of them need a few seconds. " +
		"If it lasts, look at JetStream and its disk; confboard check says what is missing.",
	NoNews: "No news of the others",
	NoNewsHelp: "The streams by which the boards tell each other cannot be used, so what the others watch is marked as out of date here. " +
		"If it lasts, look at the memory of JetStream; confboard check says what is missing.",
	Unwatched: func(meetings int) string {
		if meetings == 1 {
			return "1 meeting is watched by nobody"
		}
		return fmt.Sprintf("%d meetings are watched by nobody", meetings)
	},
	UnwatchedHelp: "After a board has died this lasts a few seconds, until the others have taken over. If it lasts longer, look at their logs.",
	WithoutCloud: func(boards int) string {
		if boards == 1 {
			return "1 board does not reach the cloud"
		}
		return fmt.Sprintf("%d boards do not reach the cloud", boards)
	},
	WithoutCloudHelp: "Others take over its meetings until it does. Look whether its machine reaches cloud.endpoint: the names, the proxy, the firewall; confboard check, run there, says what is missing.",
	Alone:            "No other board is here", AloneHelp: "If this board stops, nobody takes over. Start the others, and check that they have the same cluster.nats and cluster.prefix.",
	Mixed: "The boards are of different versions, which is meant for the time of an upgrade only. What a newer one tells may not be understood by an older one.",
	Board: "Board", Version: "Version", Running: "Running since", Watches: "Meetings watched", LastKnown: "The boards as they were last seen",
	ThisBoard: "this board", Leaving: "stopping; hands over its meetings", Unable: "does not reach the cloud; others take over its meetings", NotKnown: "not known",
	NATS: "NATS", Connected: "connected", NotConnected: "not connected", Said: "What NATS said",
	Lease: "Lease of this board", Held: "held", NotHeld: "not held",
	News: "News of the others", Coming: "received", NotComing: "not received",
	Unreadable: "Not understood",
	WatchedBy:  "Watched by", Nobody: "no board at present",
	By:       func(board string) string { return "by " + board },
	ByThis:   "by this board",
	ByNobody: "watched by no board", ByNotKnown: "by which board is not known",
	NotKnownHere: "Not known here", KnownThere: "known to the board that watches it",
	FramesHere: "Frames received by this board", Relayed: "Applied, from other boards",
	EventsHere:    "Those that came to this board are counted; what they tell, all boards hear.",
	ListElsewhere: "The list of names has not arrived yet. It appears by itself.",
}
