package conference

import (
	"maps"
	"reflect"
	"slices"
)

// What the unlisted fields of one message type of a meeting can come to by incremental messages. A cloud that makes up new
// names for ever must not fill the memory.
const (
	MaxUnlisted      = 1024    // fields
	MaxUnlistedBytes = 1 << 20 // bytes of their names and values
)

// mergedUnlisted returns unlisted fields changed by those of an incremental message.
func mergedUnlisted(known, in map[string]string) map[string]string {
	if len(in) == 0 {
		return known
	}
	all := make(map[string]string, len(known)+len(in))
	maps.Copy(all, known)
	maps.Copy(all, in)
	return all
}

// roomForUnlisted reports whether unlisted fields keep within their limits when those of an incremental message are merged.
func roomForUnlisted(known, in map[string]string) bool {
	if len(in) == 0 {
		return true
	}
	fields, bytes := len(in), 0
	for name, text := range in {
		bytes += len(name) + len(text)
	}
	for name, text := range known {
		if _, replaced := in[name]; !replaced {
			fields++
			bytes += len(name) + len(text)
		}
	}
	return fields <= MaxUnlisted && bytes <= MaxUnlistedBytes
}

// appendUnlistedChanges appends what differs between unlisted fields: those that there are by name, then those that are gone.
func appendUnlistedChanges(to []FieldChange, part Part, before, after map[string]string) []FieldChange {
	if sameUnlisted(before, after) {
		return to
	}
	value := func(of map[string]string, name string) Value {
		if text, ok := of[name]; ok {
			return Value{Presence: Known, Text: text}
		}
		return Value{}
	}
	var differ, gone []string // most often they are few of many
	for name, text := range after {
		if old, known := before[name]; !known || old != text {
			differ = append(differ, name)
		}
	}
	for name := range before {
		if _, stays := after[name]; !stays {
			gone = append(gone, name)
		}
	}
	slices.Sort(differ)
	slices.Sort(gone)
	to = slices.Grow(to, len(differ)+len(gone)+1)
	for _, name := range append(differ, gone...) {
		to = append(to, FieldChange{Part: part, Name: name, Old: value(before, name), New: value(after, name)})
	}
	return to
}

// sameUnlisted reports whether two say the same. Most often they are one map, which merging leaves as it is.
func sameUnlisted(a, b map[string]string) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer() || maps.Equal(a, b))
}

func sortedNames(of map[string]string) []string {
	if len(of) == 0 {
		return nil
	}
	names := slices.AppendSeq(make([]string, 0, len(of)), maps.Keys(of))
	slices.Sort(names)
	return names
}
