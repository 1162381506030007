package rules

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"confboard/feed/conference"
)

// Aspect is what a profile can have an expectation of, by the name it has in the settings and on the page of profiles.
type Aspect struct {
	Name  string
	Field conference.Field
	// inverted: the wire's 1 is our no.
	inverted bool
	// words are the only values of an enumeration.
	words []string
}

// Aspects lists all, in the order in which they are documented.
func Aspects() []Aspect {
	return []Aspect{
		{Name: "locked", Field: conference.Lock},
		{Name: "recording", Field: conference.RecState},
		{Name: "chat", Field: conference.ForbiddenChat, inverted: true},
		{Name: "captions", Field: conference.RealTimeSubtitle},
		{Name: "mutedOnEntry", Field: conference.Mute},
		{Name: "mayUnmute", Field: conference.CanUnmute},
		{Name: "sharingLocked", Field: conference.LockSharing},
		{Name: "voiceActivation", Field: conference.VoiceActivation},
		{Name: "mode", Field: conference.StatusMode, words: []string{conference.ModeFree, conference.ModeFixed, conference.ModeRollCall, conference.ModeBroadcast}},
		{Name: "screens", Field: conference.PicNum},
	}
}

// AspectOf returns the aspect that a field is.
func AspectOf(f conference.Field) (Aspect, bool) {
	all := Aspects()
	i := slices.IndexFunc(all, func(a Aspect) bool { return a.Field == f })
	if i < 0 {
		return Aspect{}, false
	}
	return all[i], true
}

// Values are what Read takes, for people; of two words that mean the same only one is there.
func (a Aspect) Values() []string {
	switch {
	case a.words != nil:
		return a.words
	case a.Field.Kind() == conference.KindScreens:
		return []string{"1 to " + strconv.Itoa(conference.MaxScreens)}
	}
	return []string{"yes", "no"}
}

// Read reads what is expected. yes, on and true mean the same, as do no, off and false, in either case.
func (a Aspect) Read(text string) (conference.Value, error) {
	known := conference.Value{Presence: conference.Known}
	text = strings.TrimSpace(text)
	switch {
	case a.words != nil:
		i := slices.IndexFunc(a.words, func(w string) bool { return strings.EqualFold(w, text) })
		if i < 0 {
			return conference.Value{}, fmt.Errorf("%q is none of %s", text, strings.Join(a.words, ", "))
		}
		known.Text = a.words[i]
		return known, nil
	case a.Field.Kind() == conference.KindScreens:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || n > conference.MaxScreens {
			return conference.Value{}, fmt.Errorf("%q is not a number of screens from 1 to %d", text, conference.MaxScreens)
		}
		known.Int = n
		return known, nil
	}
	var on bool
	switch strings.ToLower(text) {
	case "yes", "on", "true":
		on = true
	case "no", "off", "false":
	default:
		return conference.Value{}, fmt.Errorf("%q is neither yes nor no", text)
	}
	if on != a.inverted {
		known.Int = 1
	}
	return known, nil
}

// Write returns the text that Read takes for a value.
func (a Aspect) Write(v conference.Value) string {
	switch {
	case a.words != nil:
		return v.Text
	case a.Field.Kind() == conference.KindScreens:
		return strconv.FormatInt(v.Int, 10)
	case (v.Int != 0) != a.inverted:
		return "yes"
	}
	return "no"
}

// The names of the weights in the settings and on pages.
var weightNames = [...]string{conference.Unimportant: "off", conference.Noteworthy: "check", conference.Urgent: "alert"}

// WeightNames lists the names of all weights, the least first.
func WeightNames() []string { return slices.Clone(weightNames[:]) }

// WeightName is the name of a weight.
func WeightName(w conference.Weight) string { return weightNames[w] }

// ReadWeight reads the name of a weight.
func ReadWeight(text string) (conference.Weight, error) {
	i := slices.Index(weightNames[:], strings.ToLower(strings.TrimSpace(text)))
	if i < 0 {
		return 0, fmt.Errorf("%q is none of %s", text, strings.Join(weightNames[:], ", "))
	}
	return conference.Weight(i), nil
}
