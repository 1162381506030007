package line

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"confboard/feed/conference"
)

// writer writes JSON. Each value is followed by a comma, which the end of what it is in takes back.
type writer struct{ out []byte }

func (w *writer) key(name string) { w.out = append(appendText(w.out, name), ':') }

func (w *writer) begin(bracket byte) { w.out = append(w.out, bracket) }

func (w *writer) end(bracket byte) {
	if last := len(w.out) - 1; w.out[last] == ',' {
		w.out = w.out[:last]
	}
	w.out = append(w.out, bracket, ',')
}

// frame returns what was written, which is one value.
func (w *writer) frame() json.RawMessage { return slices.Clip(w.out[:len(w.out)-1]) }

func (w *writer) text(text string) { w.out = append(appendText(w.out, text), ',') }

func (w *writer) number(n int64) { w.out = append(strconv.AppendInt(w.out, n, 10), ',') }

// raw writes what is JSON already.
func (w *writer) raw(text string) { w.out = append(append(w.out, text...), ',') }

// field writes the value of a listed field under its name, unless it was not reported.
func (w *writer) field(name string, kind conference.Kind, v conference.Value) {
	if v.Presence == conference.NotReported {
		return
	}
	w.key(name)
	switch {
	case v.Presence == conference.Empty, kind == conference.KindLayout && v.Layout == nil:
		w.raw("null")
	case kind == conference.KindLayout:
		w.begin('{')
		w.layout(v.Layout)
		w.unlisted(v.Layout.Unlisted)
		w.end('}')
	case kind == conference.KindText || kind == conference.KindEnum:
		w.text(v.Text)
	case kind == conference.KindTime:
		w.text(strconv.FormatInt(v.Int, 10))
	default:
		w.number(v.Int)
	}
}

// unlisted writes fields whose values are JSON.
func (w *writer) unlisted(all map[string]string) {
	if len(all) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		w.key(name)
		w.raw(all[name])
	}
}

// filled writes a text unless it is empty.
func (w *writer) filled(name, text string) {
	if text != "" {
		w.key(name)
		w.text(text)
	}
}

// appendText appends a text as JSON. What is not UTF-8 has no place in one: wire replaces it.
func appendText(to []byte, text string) []byte {
	const digits = "0123456789abcdef"
	to = append(to, '"')
	from := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		to = append(to, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			to = append(to, '\\', c)
		case '\n':
			to = append(to, '\\', 'n')
		case '\r':
			to = append(to, '\\', 'r')
		case '\t':
			to = append(to, '\\', 't')
		default:
			to = append(to, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(append(to, text[from:]...), '"')
}
