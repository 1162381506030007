package simulator

const statusType = "ConfDynamicInfoNotify"

// usualFields are the status fields of a meeting at its beginning: those of the reference's example (meeting_21_1513),
// the ones that its table does not explain included.
func usualFields() map[string]any {
	return map[string]any{
		"state": "Schedule", "mode": "FREE", "vas": 1, "picNum": 16, "lock": 0, "mute": 1, "lockSharing": 0, "canUnmute": 1,
		"chairView": 0, "recState": 0, "recOccurred": 0, "forbiddenChat": 0, "realTimeSubtitle": 0, "partViewNum": 0, "maxPartViewNum": 8,

		"aiRecState": 0, "enableShareSetting": 1, "callInRestriction": 0, "audienceCallInRestriction": 0, "audienceTotalCount": 0,
		"simultaneousInterpretation": 0, "lanChannels": []any{}, "allowAudience": false, "pause": false,
		"audienceVideoLayout": "speakerVideoLayout", "clientRecState": 0, "clientRecMode": 0, "waitingRoomState": 0,
		"showAudienceMode": 0, "audienceCountMultiple": 0, "audienceCountReal": 0,
	}
}

// screen is one place of a layout: PicInfoNotify (meeting_21_1513).
type screen struct {
	Index int      `json:"index"` // from 1
	ID    []string `json:"id"`
	Share int      `json:"share"`
}

// layout is MultiPicInfoNotify (meeting_21_1513).
type layout struct {
	PicNum   int      `json:"picNum"`
	Period   int      `json:"period"` // s
	PicInfos []screen `json:"picInfos"`
}
