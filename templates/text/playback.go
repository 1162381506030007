package text

import "fmt"

// PlaybackText is what every page says while a recording is played. Speeds are numbers as they are written.
type PlaybackText struct {
	// Mark is the word that nobody can miss. It must not be taken for the recording of a meeting.
	Mark string
	// NotLive stands before the time at which it happened.
	NotLive string
	Speed   func(speed string) string
	Ended   string
	// Playing takes the place of the word Live.
	Playing string
}

var englishPlayback = PlaybackText{
	Mark: "PLAYBACK", NotLive: "Not live. What you see happened at",
	Speed: func(speed string) string {
		if speed == "1" {
			return "played as fast as it happened"
		}
		return fmt.Sprintf("played at %s× speed", speed)
	},
	Ended:   "The recording has ended; nothing more will come.",
	Playing: "Playing",
}

var chinesePlayback = PlaybackText{
	Mark: "录制回放", NotLive: "非实时画面。以下情况发生于",
	Speed: func(speed string) string {
		if speed == "1" {
			return "以原速播放"
		}
		return fmt.Sprintf("以 %s 倍速播放", speed)
	},
	Ended:   "录制内容已播放完毕，不会再有更新。",
	Playing: "回放中",
}
