package conference

import (
	"cmp"
	"slices"
)

// Attributes are texts by key, each key once, in order of the keys. The zero value has none. As a list they take less than half of
// the memory of a map, and what participants report is the largest part of what is known of a meeting.
type Attributes []Attribute

// Attribute is one of them.
type Attribute struct{ Key, Value string }

// AttributesOf returns the attributes of a map.
func AttributesOf(m map[string]string) Attributes {
	if len(m) == 0 {
		return nil
	}
	a := make(Attributes, 0, len(m))
	for key, value := range m {
		a = append(a, Attribute{key, value})
	}
	slices.SortFunc(a, func(x, y Attribute) int { return cmp.Compare(x.Key, y.Key) })
	return a
}

// Get returns the value of a key, empty when there is none.
func (a Attributes) Get(key string) string {
	value, _ := a.Lookup(key)
	return value
}

// Lookup returns the value of a key, and whether there is one.
func (a Attributes) Lookup(key string) (value string, ok bool) {
	for i := range a { // there are some twenty, most of whose keys differ in length
		if a[i].Key == key {
			return a[i].Value, true
		}
	}
	return "", false
}

// Set gives a key its value, in place.
func (a *Attributes) Set(key, value string) {
	i, there := a.find(key)
	if there {
		(*a)[i].Value = value
		return
	}
	*a = slices.Insert(*a, i, Attribute{key, value})
}

// Delete removes a key, in place.
func (a *Attributes) Delete(key string) {
	if i, there := a.find(key); there {
		*a = slices.Delete(*a, i, i+1)
	}
}

func (a Attributes) find(key string) (i int, there bool) {
	return slices.BinarySearchFunc(a, key, func(e Attribute, key string) int { return cmp.Compare(e.Key, key) })
}

// Map returns them as a map of its own, nil when there is none.
func (a Attributes) Map() map[string]string {
	if len(a) == 0 {
		return nil
	}
	m := make(map[string]string, len(a))
	for _, e := range a {
		m[e.Key] = e.Value
	}
	return m
}

// merged returns what is known changed by what in tells: a itself if that is nothing new.
func (a Attributes) merged(in Attributes) Attributes {
	if !slices.ContainsFunc(in, func(e Attribute) bool {
		known, ok := a.Lookup(e.Key)
		return !ok || known != e.Value
	}) {
		return a
	}
	fresh := 0
	for _, e := range in {
		if _, known := a.Lookup(e.Key); !known {
			fresh++
		}
	}
	all := make(Attributes, 0, len(a)+fresh)
	for len(a) > 0 && len(in) > 0 {
		switch cmp.Compare(a[0].Key, in[0].Key) {
		case -1:
			all, a = append(all, a[0]), a[1:]
		case 0:
			all, a, in = append(all, in[0]), a[1:], in[1:]
		default:
			all, in = append(all, in[0]), in[1:]
		}
	}
	return append(append(all, a...), in...)
}
