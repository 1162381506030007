package simulator

import "slices"

// Speaker is one of the loudest participants (meeting_21_1516).
type Speaker struct {
	PID string `json:"pid"`
	// Name is the participant's when it is empty.
	Name string `json:"name"`
	// Volume is 0 to 100 as observed.
	Volume int `json:"speakingVolume"`
}

// Speak says who speaks now, instead of those who did, and pushes it; this type is always full. The cloud names up to three;
// more are pushed as they are given. Nobody: the message has no data.
func (m *Meeting) Speak(speakers ...Speaker) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.speakers = slices.Clone(speakers)
	for i, s := range m.speakers {
		if at := m.present.index(s.PID); s.Name == "" && at >= 0 {
			m.speakers[i].Name = m.present[at].Info["NAME"]
		}
	}
	m.pushFull(speakersType)
}

// Speakers returns those who speak now.
func (m *Meeting) Speakers() []Speaker {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.speakers)
}

func (m *Meeting) speakersFields() map[string]any {
	if len(m.speakers) == 0 {
		return map[string]any{}
	}
	return map[string]any{"data": m.speakers}
}
