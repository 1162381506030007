package conference

// Title is what to call the meeting: the settings' name, else the title that the cloud tells, else that of its booking, else the
// confID.
func (s *State) Title() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Basic.Title != "":
		return s.Basic.Title
	case s.Booking.Title != "":
		return s.Booking.Title
	}
	return string(s.ConfID)
}

// Find returns the participant that an ID of a layout names, nil if there is none: by pid, then by TEL, M and T, because
// the vendor's SDK describes these IDs as SIP numbers. A number that more than one participant has names nobody.
func (s *State) Find(id string) *Participant {
	if id == "" {
		return nil
	}
	for _, p := range s.Participants {
		if p.PID == id {
			return p
		}
	}
	for _, number := range [...]func(*Participant) string{(*Participant).Tel, (*Participant).M, (*Participant).T} {
		if p, n := s.marked(func(p *Participant) bool { return number(p) == id }); n > 0 {
			return p
		}
	}
	return nil
}

// marked returns the one participant of whom something is true, and of how many it is; nil if that is not one.
func (s *State) marked(is func(*Participant) bool) (one *Participant, n int) {
	for _, p := range s.Participants {
		if is(p) {
			one = p
			n++
		}
	}
	if n != 1 {
		return nil, n
	}
	return one, n
}

// Host returns the first to join whose role is Host, nil if there is none.
func (s *State) Host() *Participant {
	for _, p := range s.Participants {
		if p.Role() == Host {
			return p
		}
	}
	return nil
}

// Present is how many participants are in the meeting: those who are being called are not. Like all that the lists come to, it is told
// of a brief state as well.
func (s *State) Present() int { return s.attendance.present }

// Listed is how many participants there are, those who are being called included.
func (s *State) Listed() int { return s.attendance.listed }

// Waiting is how many people wait to be let in.
func (s *State) Waiting() int { return s.waiting.listed }

// Hosted reports whether a host is in the meeting.
func (s *State) Hosted() bool { return s.attendance.hosts > 0 }

// Hostless reports whether there are participants in the meeting and each is known to be somebody else than its host. Whether all are
// known is told by ParticipantsIntake.HasFull.
func (s *State) Hostless() bool {
	return s.attendance.present > 0 && s.attendance.others == s.attendance.present
}

// Named returns the participant who is broadcast in ModeBroadcast, or has the floor in ModeRollCall. It is nil in any other
// mode, and when not exactly one is marked: then it is not known who it is.
func (s *State) Named() *Participant {
	var p *Participant
	switch s.Status.Text(StatusMode) {
	case ModeBroadcast:
		p, _ = s.marked((*Participant).Broadcast)
	case ModeRollCall:
		p, _ = s.marked((*Participant).RollCall)
	}
	return p
}

// Speaking reports whether the participant with this pid is among the speakers.
func (s *State) Speaking(pid string) bool {
	for i := range s.Speakers {
		if s.Speakers[i].PID == pid {
			return true
		}
	}
	return false
}
