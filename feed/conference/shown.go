package conference

// ids calls f with each text by which a layout can name the participant.
func (p *Participant) ids(f func(string)) {
	for _, id := range [...]string{p.PID, p.Tel(), p.M(), p.T()} {
		if id != "" {
			f(id)
		}
	}
}

// Seats tells of the participants that are in the meeting which of them a layout can show. It is a snapshot.
type Seats struct{ named map[string]bool }

// Seats looks for the IDs of a layout among the participants that are in the meeting. ok is false when the participants are not
// known, or not here: then nobody knows who is absent.
func (s *State) Seats(l *Layout) (seats Seats, ok bool) {
	if l == nil || s.Brief || !s.ParticipantsIntake.HasFull || s.ParticipantsIntake.past {
		return Seats{}, false
	}
	named := map[string]bool{}
	for _, screen := range l.Screens {
		for _, id := range screen.IDs {
			named[id] = false
		}
	}
	for _, p := range s.Participants {
		if p.Calling() {
			continue
		}
		p.ids(func(id string) {
			if _, wanted := named[id]; wanted {
				named[id] = true
			}
		})
	}
	return Seats{named}, true
}

// Blank reports whether a screen shows participants all of whom are absent. A screen for the presentation, one that nobody was
// put on, and one that finds its participants by itself is not blank.
func (s Seats) Blank(screen Screen) bool {
	if len(screen.IDs) == 0 || screen.Share.Int != 0 || screen.AutoPolling.Int != 0 {
		return false
	}
	for _, id := range screen.IDs {
		if s.named[id] {
			return false
		}
	}
	return true
}

// Shows reports whether some screen of a layout can be the participant's.
func (l *Layout) Shows(p *Participant) bool {
	shown := false
	p.ids(func(id string) {
		for _, screen := range l.Screens {
			for _, other := range screen.IDs {
				shown = shown || other == id
			}
		}
	})
	return shown
}
