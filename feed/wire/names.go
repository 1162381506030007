package wire

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Names replaces what tells who somebody is by pseudonyms: the same text by the same one for as long as the Names lives, and by
// others ever after, because its key is random and kept nowhere else. A nil *Names replaces nothing. It is safe for concurrent use.
//
// Replaced are, whatever the message type and the spelling of the key: names of people (NAME, owner, every key with "name" in it),
// names of meetings, which say what is talked about and often with whom (title, subject), and what a person can be found or called by
// (pid, TEL, M, T, ids of screens, accounts, user IDs, telephone numbers, mail addresses). A layout names participants by their pid,
// TEL, M or T, and it cannot be told which of these is a telephone number: so they all are replaced by one rule, which looks at the
// text alone, and whatever matched before matches after. The ID of the meeting, the organisation's, times, roles and programs stay. In
// free text under any other key nothing is recognised.
type Names struct{ key [sha256.Size]byte }

// NewNames returns Names with a key of its own.
func NewNames() *Names {
	n := new(Names)
	_, _ = rand.Read(n.key[:]) // never fails
	return n
}

// Person returns the pseudonym of a name, such as "Participant 7F3A9C".
func (n *Names) Person(name string) string { return n.labelled("Participant", name) }

// Title returns the pseudonym of the name of a meeting, such as "Meeting 7F3A9C".
func (n *Names) Title(title string) string { return n.labelled("Meeting", title) }

// Group returns the pseudonym of the name of a group, such as "Group 7F3A9C".
func (n *Names) Group(group string) string { return n.labelled("Group", group) }

// ID returns the pseudonym of what identifies somebody: 16 digits and letters, so that no two are alike.
func (n *Names) ID(id string) string {
	if n == nil || strings.TrimSpace(id) == "" {
		return id
	}
	return hex.EncodeToString(n.digest("ID", id)[:8])
}

// labelled keeps six digits: two names in one meeting are hardly ever alike, and if they are, their IDs are not.
func (n *Names) labelled(label, text string) string {
	if n == nil || strings.TrimSpace(text) == "" {
		return text
	}
	return label + " " + strings.ToUpper(hex.EncodeToString(n.digest(label, text)[:3]))
}

func (n *Names) digest(label, text string) []byte {
	mac := hmac.New(sha256.New, n.key[:])
	mac.Write([]byte(label))
	mac.Write([]byte{0})
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// rule returns how the values of a key are replaced, nil if they stay. ofScreen says that the key is of an object that is a screen.
func (n *Names) rule(key []byte, ofScreen bool) func(string) string {
	name := separators.Replace(strings.ToLower(string(key)))
	switch name {
	case "pid", "tel", "m", "t":
		return n.ID
	case "id": // elsewhere it is the number of a screen, a channel or whatever
		if ofScreen {
			return n.ID
		}
		return nil
	case "ownerid":
		return n.ID
	case "title":
		return n.Title
	}
	for _, part := range [...]string{"account", "userid", "useruuid", "phone", "mobile", "mail", "sip"} {
		if strings.Contains(name, part) {
			return n.ID
		}
	}
	switch {
	case strings.Contains(name, "subject"):
		return n.Title
	case strings.Contains(name, "name"), strings.Contains(name, "owner"):
		return n.Person
	}
	return nil
}

// listsScreens reports whether the elements of an array with this name are screens: picInfos, and portalPicInfos.
func listsScreens(name []byte) bool {
	const end = "picInfos"
	return len(name) >= len(end) && bytes.EqualFold(name[len(name)-len(end):], []byte(end))
}

// separators are left out of a key before it is compared: RTC_USER_ID and rtcUserId are one.
var separators = strings.NewReplacer("_", "", "-", "")
