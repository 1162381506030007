package wire

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"confboard/feed/conference"
)

// maxExcerpt is the length of an excerpt in characters.
const maxExcerpt = 400

// excerpt returns the beginning of a frame that is a JSON object as it may be shown: of what Clean leaves of it, or its outline if
// it cannot be cleaned. It looks at no more of the frame than it needs.
func excerpt(frame []byte) string {
	c := cleaner{frame: true, enough: maxExcerpt * utf8.UTFMax}
	switch err := c.whole(frame); {
	case err == nil:
		return shortened(string(c.out.Buf), maxExcerpt)
	case err == errEnough:
		return shortened(string(c.out.Buf)+"…", maxExcerpt)
	}
	return Outline(frame)
}

// Outline returns the beginning of what may be no JSON, in one line: the punctuation of JSON and the words that are names or
// values of the protocol. Everything else becomes …, because nothing tells a secret from the rest.
func Outline(frame []byte) string {
	const looked = 8 * maxExcerpt // bytes: most of them are in words that become one character
	cut := len(frame) > looked
	if cut {
		frame = frame[:looked]
	}
	words := protocolWords()
	var out outline
	for len(frame) > 0 {
		switch c := frame[0]; {
		case isPunctuation(c):
			out.put(string(c))
			frame = frame[1:]
		case isBlank(c):
			out.gap = true
			frame = frame[1:]
		default:
			n := bytes.IndexFunc(frame, func(r rune) bool { return r < utf8.RuneSelf && (isPunctuation(byte(r)) || isBlank(byte(r))) })
			if n < 0 {
				n = len(frame)
			}
			if word := string(frame[:n]); words[word] {
				out.put(word)
			} else {
				out.omit()
			}
			frame = frame[n:]
		}
	}
	if cut {
		out.omit()
	}
	return shortened(out.b.String(), maxExcerpt)
}

// outline is an outline while it is written.
type outline struct {
	b       strings.Builder
	gap     bool // blanks since the last part
	omitted bool // the last part is …
}

func (o *outline) put(part string) {
	if o.gap && o.b.Len() > 0 {
		o.b.WriteByte(' ')
	}
	o.b.WriteString(part)
	o.gap, o.omitted = false, false
}

func (o *outline) omit() {
	if !o.omitted {
		o.put("…")
	}
	o.gap, o.omitted = false, true
}

func isPunctuation(c byte) bool { return strings.IndexByte(`{}[]:,"`, c) >= 0 }

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// shortened returns a text in one line, cut to a number of characters.
func shortened(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	n := 0
	for at := range text {
		if n++; n == most { // the last one there is room for, if more follow
			if _, size := utf8.DecodeRuneInString(text[at:]); at+size < len(text) {
				return text[:at] + "…"
			}
		}
	}
	return text
}

// protocolWords are the names and the values that the reference lists, and those that were observed besides.
var protocolWords = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for f := range conference.FieldCount {
		words[f.WireName()] = true
	}
	for name := range promisedText {
		words[name] = true
		words[strings.ToLower(name)] = true
	}
	for name := range observedNames {
		words[name] = true
	}
	for word := range strings.FieldsSeq(`
		action confID msgID msgMode version createTime data sequence pid mode pinfoMap delType returnCode returnDesc true false null
		ConfBasicInfoNotify ConfDynamicInfoNotify ParticipantsNotify AttendeesNotify SpeakerChangeNotify InviteResultNotify
		RealTimeSubtitleNotify WaitingListNotify InterpreterGroupNotify CustomMultiPicNotify NetworkQualityNotify NetConditionNotify
		Subscribe HeartBeat FREE FIXED ROLLCALL BROADCAST Schedule Created Destroyed
		picInfos index id share period picUserList userId isAutoPollingPic picLayout x y subPicLayoutInfoList left top xSize ySize
		picMode activeIndex skipEmptyPic isChairViewMultiPic speakingVolume isCohost clientLoginType userAgent orgId rtcUserId lockedView
		displayID title startTime scheduledStartTime recType media owner ownerID userType supportWatermark confMode`) {
		words[word] = true
	}
	return words
})
