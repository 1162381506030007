package wire

import (
	"time"

	"confboard/feed/conference"
)

// decodeBasic decodes a ConfBasicInfoNotify (meeting_21_1512). Its passwords (pwds) and its link for guests (guestJoinUri)
// are withheld by their names.
func decodeBasic(s *decoder, about conference.About, e conference.Envelope) (conference.Message, error) {
	m := conference.BasicMessage{About: about, Envelope: e}
	b := &m.Basic
	err := s.body(func(key []byte) (err error) {
		switch name := string(key); name {
		case "displayID": // string
			b.DisplayID, err = s.basicText(name)
		case "title": // string
			b.Title, err = s.basicText(name)
		case "owner": // string
			b.Owner, err = s.basicText(name)
		case "ownerID": // string
			b.OwnerID, err = s.basicText(name)
		case "confMode": // string
			b.ConfMode, err = s.basicText(name)
		case "startTime": // string, ms since 1970 UTC
			b.StartTime, err = s.basicTime(name)
		case "scheduledStartTime": // string, ms since 1970 UTC
			b.ScheduledStart, err = s.basicTime(name)
		case "recType": // int
			b.RecType, err = s.number(conference.KindCount, name)
		case "media": // int
			b.Media, err = s.number(conference.KindCount, name)
		case "userType": // int
			b.UserType, err = s.number(conference.KindCount, name)
		case "supportWatermark": // int, 0 no, 1 yes
			b.SupportWatermark, err = s.number(conference.KindFlag, name)
		case "callInRestriction": // int
			b.CallInRestriction, err = s.number(conference.KindCount, name)
		default:
			err = s.unlisted(s.d, &b.Unlisted, key, "", 1)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

func (s *decoder) basicText(name string) (string, error) {
	v, err := s.textValue(name, name, 1)
	return v.Text, err
}

func (s *decoder) basicTime(name string) (time.Time, error) {
	v, err := s.number(conference.KindTime, name)
	at, _ := v.Time()
	return at, err
}
