package wire

import (
	"strings"

	"confboard/feed/conference"
)

// decodeStatus decodes a ConfDynamicInfoNotify (meeting_21_1513). Which fields it lists, and of which kind each is,
// stands in the domain's table; every other field is kept as cleaned JSON text.
func decodeStatus(s *decoder, about conference.About, e conference.Envelope) (conference.Message, error) {
	m := conference.StatusMessage{About: about, Envelope: e}
	err := s.body(func(key []byte) error {
		f, listed := conference.FieldByWireName(string(key))
		if !listed {
			return s.unlisted(s.d, &m.Status.Unlisted, key, "", 1)
		}
		value, err := s.listed(f)
		m.Status.Set(f, value)
		return err
	})
	if err != nil {
		return nil, err
	}
	m.Withheld = s.withheld
	return m, nil
}

// observedNames holds the names of fields that no table explains and that nearly every full status has, each under itself: the one copy
// of a name serves every meeting.
var observedNames = func() map[string]string {
	names := make(map[string]string)
	for name := range strings.FieldsSeq(`aiRecState enableShareSetting callInRestriction audienceCallInRestriction audienceTotalCount
		simultaneousInterpretation lanChannels allowAudience pause audienceVideoLayout clientRecState clientRecMode waitingRoomState
		showAudienceMode audienceCountMultiple audienceCountReal`) {
		names[name] = name
	}
	return names
}()

// listed reads the value of a field that meeting_21_1513 explains.
func (s *decoder) listed(f conference.Field) (conference.Value, error) {
	switch f.Kind() {
	case conference.KindLayout:
		return s.layout(f.WireName())
	case conference.KindText, conference.KindEnum:
		return s.textValue(f.WireName(), f.WireName(), 1)
	default:
		return s.number(f.Kind(), f.WireName())
	}
}
