package wire

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"confboard/feed/conference"

	"github.com/go-faster/jx"
)

// cleaner writes values that no table explains as compact JSON text, without what can be a secret or a link, and counts by
// name what it leaves out. What it writes is valid UTF-8, whatever came, and has each name of an object once.
type cleaner struct {
	withheld map[string]int
	total    int // of withheld
	out      jx.Writer
	kept     int      // bytes of the fields that were written before the one in out
	members  []member // of the objects that are open, one after the other

	// frame: a whole frame is cleaned, see Clean. names replaces those in it, and replaced counts how often. When there is enough
	// in out, the rest of the frame is not looked at; 0: all is wanted.
	frame    bool
	names    *Names
	replaced int
	screen   bool // the innermost open object is a screen
	enough   int
}

// member is one written member of an open object, "name":value and a comma, by its place in out.
type member struct{ start, nameEnd int }

// unlisted reads the value of a field that the reference's table does not explain, and keeps its text under its wire
// name. prefix is the path of the object that the field is in, with a dot at its end, and depth its nesting.
func (c *cleaner) unlisted(d *jx.Decoder, into *map[string]string, key []byte, prefix string, depth int) error {
	c.out.Reset()
	kept, err := c.field(d, key, depth)
	if err != nil {
		return refusedAt(err, prefix+plainName(key))
	}
	c.kept += len(c.out.Buf)
	name, observed := observedNames[string(key)]
	if !observed {
		name = validText(key)
	}
	switch {
	case !kept:
		if delete(*into, name); len(*into) == 0 { // of a repeated field the last one wins, also when nothing of it can be kept
			*into = nil
		}
	case *into == nil:
		*into = map[string]string{name: string(c.out.Buf)}
	default:
		(*into)[name] = string(c.out.Buf)
	}
	return nil
}

// field writes the value of a field, unless its name or its text forbids it.
func (c *cleaner) field(d *jx.Decoder, key []byte, depth int) (kept bool, err error) {
	if nameTooLong(key) {
		return false, refuse(conference.RefusedTooLarge, "")
	}
	if namesSecret(key) || holdsURL(key) {
		c.withhold(key)
		return false, d.Skip()
	}
	if c.frame && depth == 1 && string(key) == "action" && d.Next() == jx.String {
		return c.action(d)
	}
	return c.value(d, key, depth)
}

// value writes any value. key is the name of the field that it belongs to, also for an element of an array; depth is the
// nesting of what the value is in.
func (c *cleaner) value(d *jx.Decoder, key []byte, depth int) (kept bool, err error) {
	switch kind := d.Next(); kind {
	case jx.String:
		raw, err := d.StrBytes()
		if err != nil {
			return false, err
		}
		text, kept, err := c.text(raw, key, depth)
		if err != nil || !kept {
			return false, err
		}
		c.out.Str(c.renamed(text, key))
	case jx.Object:
		if err := c.object(d, key, depth+1); err != nil {
			return false, err
		}
	case jx.Array:
		if err := c.array(d, key, depth+1); err != nil {
			return false, err
		}
	default:
		raw, err := d.Raw()
		if err != nil {
			return false, err
		}
		if len(raw) > MaxText {
			return false, refuse(conference.RefusedTooLarge, "")
		}
		switch {
		case kind == jx.Number && c.names != nil && c.names.rule(key, c.screen) != nil:
			c.out.Str(c.renamed(string(raw), key))
		case kind == jx.Number && !c.frame && overflows(raw):
			c.out.ByteStr(raw) // as a number it would break every reader of JSON that holds numbers as float64
		default:
			c.out.Raw(raw)
		}
	}
	if !c.frame && c.kept+len(c.out.Buf) > maxUnlisted {
		return false, refuse(conference.RefusedTooLarge, "")
	}
	return true, nil
}

// object writes an object. of is the name of the field that it belongs to, as in value.
func (c *cleaner) object(d *jx.Decoder, of []byte, depth int) error {
	if depth > maxDepth {
		return refuse(conference.RefusedTooDeep, "")
	}
	outer := c.screen
	c.screen = c.names != nil && listsScreens(of)
	defer func() { c.screen = outer }()
	base := len(c.members)
	c.out.ObjStart()
	err := object(d, "", func(key []byte) error {
		if c.hasEnough() {
			return errEnough
		}
		start := len(c.out.Buf)
		c.out.Str(validText(key))
		nameEnd := len(c.out.Buf)
		if n := c.takeBack(base, start); n > 0 {
			start, nameEnd = start-n, nameEnd-n
		}
		c.out.RawStr(":")
		kept, err := c.field(d, key, depth)
		switch {
		case err == errEnough:
			return err // what there is of the value is wanted
		case !kept:
			c.out.Buf = c.out.Buf[:start]
			return err
		}
		c.out.Comma()
		c.members = append(c.members, member{start, nameEnd})
		return nil
	})
	c.members = c.members[:base]
	if err == errEnough {
		return err
	}
	c.trimComma()
	c.out.ObjEnd()
	return err
}

// takeBack removes the member of the innermost object, whose members begin at base, that has the name just written
// at next: the last one wins. It returns by how many bytes that name has moved.
func (c *cleaner) takeBack(base, next int) (moved int) {
	open := c.members[base:]
	name := c.out.Buf[next:]
	at := slices.IndexFunc(open, func(m member) bool { return bytes.Equal(c.out.Buf[m.start:m.nameEnd], name) })
	if at < 0 {
		return 0
	}
	start, end := open[at].start, next
	if at+1 < len(open) {
		end = open[at+1].start
	}
	moved = end - start
	c.out.Buf = slices.Delete(c.out.Buf, start, end)
	c.members = slices.Delete(c.members, base+at, base+at+1)
	for i := range c.members[base+at:] {
		m := &c.members[base+at+i]
		m.start, m.nameEnd = m.start-moved, m.nameEnd-moved
	}
	return moved
}

func (c *cleaner) array(d *jx.Decoder, key []byte, depth int) error {
	if depth > maxDepth {
		return refuse(conference.RefusedTooDeep, "")
	}
	most := maxElements
	if c.frame { // of the largest array that is listed
		most = max(most, conference.MaxParticipants)
	}
	c.out.ArrStart()
	err := array(d, "", most, func() error {
		if c.hasEnough() {
			return errEnough
		}
		kept, err := c.value(d, key, depth)
		if kept {
			c.out.Comma()
		}
		return err
	})
	if err == errEnough {
		return err
	}
	c.trimComma()
	c.out.ArrEnd()
	return err
}

func (c *cleaner) hasEnough() bool { return c.enough > 0 && len(c.out.Buf) >= c.enough }

// renamed returns a text, or its pseudonym if it is of somebody. key is as for value.
func (c *cleaner) renamed(text string, key []byte) string {
	if c.names == nil {
		return text
	}
	pseudonym := c.names.rule(key, c.screen)
	if pseudonym == nil {
		return text
	}
	c.replaced++
	return pseudonym(text)
}

func (c *cleaner) trimComma() { c.out.Buf = bytes.TrimSuffix(c.out.Buf, []byte(",")) }

// text returns a text as it can be kept, or that it cannot be. Text that is itself JSON is cleaned as JSON, because the
// protocol has objects sent as text in more than one place; it stays as it came if there was nothing to clean. key is the name
// under which a withheld text is counted, depth the nesting of what it is in.
func (c *cleaner) text(raw, key []byte, depth int) (text string, kept bool, err error) {
	if len(raw) > MaxText {
		return "", false, refuse(conference.RefusedTooLarge, "")
	}
	switch {
	case looksLikeJSON(raw) && jx.Valid(raw):
		outer, before := c.out, c.total+c.replaced
		c.out = jx.Writer{}
		_, err := c.value(jx.DecodeBytes(raw), key, depth)
		text, c.out = string(c.out.Buf), outer
		if err != nil {
			return "", false, err
		}
		if c.total+c.replaced == before {
			text = validText(raw)
		}
	case holdsURL(raw), canHoldSecret(raw):
		c.withhold(key)
		return "", false, nil
	default:
		text = validText(raw)
	}
	if len(text) > MaxText { // what is not UTF-8 grows
		return "", false, refuse(conference.RefusedTooLarge, "")
	}
	return text, true, nil
}

// withhold counts a field or an element that was left out.
func (c *cleaner) withhold(key []byte) {
	name := plainName(key)
	if c.withheld == nil {
		c.withheld = make(map[string]int)
	}
	if _, known := c.withheld[name]; !known && len(c.withheld) >= maxWithheldNames {
		name = conference.OtherNames
	}
	c.withheld[name]++
	c.total++
}

// validText returns the text with whatever is not UTF-8 replaced by U+FFFD, so that it breaks no page and no JSON.
func validText(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	return string(bytes.ToValidUTF8(raw, []byte("\uFFFD")))
}
