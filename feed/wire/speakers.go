package wire

import "confboard/feed/conference"

// decodeSpeakers decodes a SpeakerChangeNotify (meeting_21_1516). No data means that nobody speaks. A field that it does
// not list has no place in the domain.
func decodeSpeakers(s *decoder, about conference.About, e conference.Envelope) (conference.Message, error) {
	m := conference.SpeakersMessage{About: about, Envelope: e}
	err := s.body(func(key []byte) error {
		if string(key) != "data" {
			return s.unkept(key, "", 1)
		}
		m.Speakers = nil // of a repeated field the last one wins
		return s.objects("data", maxSpeakers, func() error {
			speaker, err := s.speaker()
			m.Speakers = append(m.Speakers, speaker)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

// speaker reads a SpeakerNotifyDTO (meeting_21_1516, Table 2).
func (s *decoder) speaker() (speaker conference.Speaker, err error) {
	err = object(s.d, "data", func(key []byte) error {
		var v conference.Value
		var err error
		switch string(key) {
		case "pid": // string
			v, err = s.textValue("pid", "data.pid", 3)
			speaker.PID = v.Text
		case "name": // string; in the example only
			v, err = s.textValue("name", "data.name", 3)
			speaker.Name = v.Text
		case "speakingVolume": // int
			v, err = s.number(conference.KindCount, "data.speakingVolume")
			speaker.Volume = v.Int
		default:
			err = s.unkept(key, "data.", 3)
		}
		return err
	})
	return speaker, err
}
