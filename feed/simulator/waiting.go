package simulator

// Wait lets somebody into the waiting room, or replaces the one who has the pid.
func (m *Meeting) Wait(p Participant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p = p.clone()
	m.waiting.put(p)
	m.pushWaiting(entry(p.PID, p.Info, true))
}

// Admit lets somebody from the waiting room into the meeting. It changes nothing when nobody there has the pid.
func (m *Meeting) Admit(pid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.waiting.index(pid)
	if i < 0 {
		return
	}
	p := m.waiting[i]
	m.stopWaiting(pid, delAdmitted)
	if p.Info == nil {
		p.Info = map[string]string{}
	}
	p.Info["ADDTIME"] = millis(m.now())
	m.admit(p)
}

// Dismiss removes somebody from the waiting room who is not let in. It changes nothing when nobody there has the pid.
func (m *Meeting) Dismiss(pid string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stopWaiting(pid, delGone)
}

// Waiting returns those in the waiting room, in the order in which they came. The copies are the caller's.
func (m *Meeting) Waiting() []Participant {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.waiting.clone()
}

// The values of delType are documented nowhere that we know; these are ours.
const (
	delGone     = 0
	delAdmitted = 1
)

func (m *Meeting) stopWaiting(pid string, delType int) {
	if !m.waiting.remove(pid) {
		return
	}
	gone := removed(pid)
	gone["delType"] = delType
	m.pushWaiting(gone)
}

func (m *Meeting) pushWaiting(entries ...map[string]any) {
	m.push(waitingType, incrementalMode, map[string]any{"data": entries})
}
