package simulator

import (
	"fmt"
	"maps"
	"strconv"
)

// secrets are what ConfBasicInfoNotify carries and a client must neither keep nor show.
type secrets struct{ guestPassword, guestJoinURI string }

// Secrets lists everything secret that the meeting sends or is given: the host password, the guest password and the link
// to join. None of it may be found anywhere behind a client.
func (m *Meeting) Secrets() []string {
	return []string{m.hostPassword, m.secrets.guestPassword, m.secrets.guestJoinURI}
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
		"displayID": m.confID, "title": title, "recType": 2, "media": 2, "owner": "user01", "ownerID": "ff808081699b56cb0169be103500012b",
		"userType": 2, "supportWatermark": 0, "callInRestriction": 0, "confMode": "COMMON",
		"pwds": []map[string]string{
			{"conferenceRole": "chair", "password": m.hostPassword},
			{"conferenceRole": "general", "password": m.secrets.guestPassword},
		},
		"guestJoinUri": m.secrets.guestJoinURI,
	}
}

func (m *Meeting) drawSecrets() secrets {
	return secrets{
		guestPassword: fmt.Sprintf("%010d", m.ids.Uint64()%10_000_000_000),
		guestJoinURI:  fmt.Sprintf("https://meeting.invalid/#/j/%s/%016x", m.confID, m.ids.Uint64()),
	}
}

// millis is an instant as the cloud writes it in a text field.
func millis(ms int64) string { return strconv.FormatInt(ms, 10) }
