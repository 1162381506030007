package simulator

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"maps"
	"strconv"
)

// secrets are what ConfBasicInfoNotify and the lists carry and a client must neither keep nor show.
type secrets struct{ guestPassword, guestJoinURI, chairJoinURI, audienceJoinURI, liveAddress, auxAddress string }

// Secrets lists everything secret that the meeting sends or is given: the host password, the guest password and the links
// to join and to watch. None of it may be found anywhere behind a client.
func (m *Meeting) Secrets() []string {
	s := m.secrets
	return []string{m.hostPassword, s.guestPassword, s.guestJoinURI, s.chairJoinURI, s.audienceJoinURI, s.liveAddress, s.auxAddress}
}

// SetBasic changes fields of the basic information, by wire name, and pushes it; this type is always full
// (meeting_21_1512). The values are kept: do not modify them.
func (m *Meeting) SetBasic(fields map[string]any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.Copy(m.basic, fields)
	m.pushFull(basicType)
}

// BasicField returns the present value of a field of the basic information, nil if there is none.
func (m *Meeting) BasicField(name string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.basic[name]
}

// Title is the meeting's title.
func (m *Meeting) Title() string {
	title, _ := m.BasicField("title").(string)
	return title
}

// usualBasic is the basic information of a meeting at its beginning, without its times (meeting_21_1512).
func (m *Meeting) usualBasic(title string) map[string]any {
	return map[string]any{
		"displayID": m.confID, "title": title, "recType": 2, "media": 2, "owner": m.owner, "ownerID": uuid(m.owner),
		"userType": 2, "supportWatermark": 0, "callInRestriction": 0, "confMode": "COMMON",
		"pwds": []map[string]string{
			{"conferenceRole": "chair", "password": m.hostPassword},
			{"conferenceRole": "general", "password": m.secrets.guestPassword},
		},
		"guestJoinUri": m.secrets.guestJoinURI,
	}
}

func (m *Meeting) drawSecrets() secrets {
	link := func(kind string) string {
		return fmt.Sprintf("https://meeting.invalid/#/%s/%s/%016x", kind, m.confID, m.ids.Uint64())
	}
	return secrets{
		guestPassword: fmt.Sprintf("%010d", m.ids.Uint64()%10_000_000_000),
		guestJoinURI:  link("j"), chairJoinURI: link("c"), audienceJoinURI: link("a"), liveAddress: link("live"), auxAddress: link("aux"),
	}
}

// uuid is an ID as the cloud writes them, the same for the same text.
func uuid(text string) string {
	h := fnv.New128a()
	_, _ = h.Write([]byte(text)) // never fails
	return hex.EncodeToString(h.Sum(nil))
}

// millis is an instant as the cloud writes it in a text field.
func millis(ms int64) string { return strconv.FormatInt(ms, 10) }
