package simulator

import (
	"maps"
	"slices"
	"strings"
)

// Participant is somebody in a meeting or in its waiting room.
type Participant struct {
	PID string
	// Info is the pinfoMap (meeting_21_1514), such as NAME, TEL, ROLE, STATE, HAND, MUTE, VIDEO, isCohost. A key of the reference
	// is given in upper case, any other as the cloud spells it. What is not in it is not sent.
	Info map[string]string
}

// inside reports whether the participant is in the meeting, and not merely being called.
func (p Participant) inside() bool { return p.Info["STATE"] != "1" }

// clone returns a copy that shares nothing.
func (p Participant) clone() Participant { return Participant{PID: p.PID, Info: maps.Clone(p.Info)} }

// Join lets a participant into the meeting, or replaces the one who has its pid. Those who join before Start are there when
// the meeting starts; the end of the meeting removes everybody.
func (m *Meeting) Join(p Participant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.admit(p.clone())
}

// admit puts a participant among those who are there. The caller holds m.mu and gives p away.
func (m *Meeting) admit(p Participant) {
	before := m.present.inside(p.PID)
	m.present.put(p)
	m.pushParticipants(m.changed(p.PID, p.Info))
	m.tellOf(p.PID, before)
}

// tellOf tells that a participant came in or left, if that is so.
func (m *Meeting) tellOf(pid string, before *Participant) {
	switch now := m.present.inside(pid); {
	case m.phase != running:
	case before == nil && now != nil:
		m.tell(eventJoin, now)
	case before != nil && now == nil:
		m.tell(eventLeft, before)
	}
}

// Leave removes a participant, also from the speakers. It changes nothing when nobody has the pid.
func (m *Meeting) Leave(pid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.present.inside(pid)
	if !m.present.remove(pid) {
		return
	}
	m.pushParticipants(removed(pid))
	m.tellOf(pid, before)
	if still := slices.DeleteFunc(slices.Clone(m.speakers), func(s Speaker) bool { return s.PID == pid }); len(still) < len(m.speakers) {
		m.speakers = still
		m.pushFull(speakersType)
	}
}

// Update changes keys of a participant's Info and pushes those that differ. It changes nothing when nobody has the pid.
func (m *Meeting) Update(pid string, info map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.present.inside(pid)
	if changed := m.present.change(pid, info); len(changed) > 0 {
		m.pushParticipants(m.changed(pid, changed))
		m.tellOf(pid, before)
	}
}

// Mark gives the mark of a key, such as BROADCAST, ROLLCALL or SHARE, to one participant and takes it from all others, in
// one message. An empty pid takes it from everybody.
func (m *Meeting) Mark(key, pid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var entries []map[string]any
	for _, p := range m.present {
		mark := "0"
		if p.PID == pid {
			mark = "1"
		} else if p.Info[key] == "" {
			continue
		}
		if changed := m.present.change(p.PID, map[string]string{key: mark}); len(changed) > 0 {
			entries = append(entries, m.changed(p.PID, changed))
		}
	}
	if len(entries) > 0 {
		m.pushParticipants(entries...)
	}
}

// Participants returns those in the meeting, in the order in which they joined. The copies are the caller's.
func (m *Meeting) Participants() []Participant {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.present.clone()
}

func (m *Meeting) pushParticipants(entries ...map[string]any) {
	m.push(participantsType, incrementalMode, map[string]any{"data": entries})
}

// changed is the entry of a participant who joined or changed. The keys of every third message are in lower case, as
// observed.
func (m *Meeting) changed(pid string, info map[string]string) map[string]any {
	return entry(pid, info, (m.versions[participantsType].sequence+1)%3 == 0)
}

// roster is a list of participants in the order in which they came. It owns their Info.
type roster []Participant

func (r roster) index(pid string) int {
	return slices.IndexFunc(r, func(p Participant) bool { return p.PID == pid })
}

// inside returns who has the pid and is not merely being called, nil if nobody is.
func (r roster) inside(pid string) *Participant {
	if i := r.index(pid); i >= 0 && r[i].inside() {
		p := r[i]
		return &p
	}
	return nil
}

func (r *roster) put(p Participant) {
	if i := r.index(p.PID); i >= 0 {
		(*r)[i] = p
		return
	}
	*r = append(*r, p)
}

func (r *roster) remove(pid string) bool {
	i := r.index(pid)
	if i < 0 {
		return false
	}
	*r = slices.Delete(*r, i, i+1)
	return true
}

// change sets keys of the participant with the pid, if there is one, and returns those that differed.
func (r roster) change(pid string, info map[string]string) (changed map[string]string) {
	i := r.index(pid)
	if i < 0 {
		return nil
	}
	changed = map[string]string{}
	for key, value := range info {
		if old, had := r[i].Info[key]; !had || old != value {
			changed[key] = value
		}
	}
	if r[i].Info == nil {
		r[i].Info = map[string]string{}
	}
	maps.Copy(r[i].Info, changed)
	return changed
}

func (r roster) clone() []Participant {
	all := make([]Participant, len(r))
	for i, p := range r {
		all[i] = p.clone()
	}
	return all
}

// entries is the data of a full message. Every third participant has keys in lower case, as observed.
func (r roster) entries() []map[string]any {
	all := make([]map[string]any, len(r))
	for i, p := range r {
		all[i] = entry(p.PID, p.Info, i%3 == 2)
	}
	return all
}

// entry is an element of the data of ParticipantsNotify (meeting_21_1514): mode 0 refreshes.
func entry(pid string, info map[string]string, lower bool) map[string]any {
	pinfo := make(map[string]string, len(info))
	for key, value := range info {
		if lower && key == strings.ToUpper(key) { // the keys that are not in the reference have one spelling
			key = strings.ToLower(key)
		}
		pinfo[key] = value
	}
	return map[string]any{"pid": pid, "mode": 0, "pinfoMap": pinfo}
}

// removed is the entry of a participant who left: mode 1.
func removed(pid string) map[string]any { return map[string]any{"pid": pid, "mode": 1} }
