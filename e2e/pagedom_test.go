package e2e

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// swapping is what a message does to one element.
type swapping struct {
	target, how string
	nodes       []*html.Node
}

// message is what came with one event of a stream. It is shared by all pages that got it, and not modified.
type message struct {
	title string // empty: it stays
	swaps []swapping
}

// whole reports whether the message brings everything that a page shows live.
func (m *message) whole() bool {
	return slices.ContainsFunc(m.swaps, func(s swapping) bool { return s.target == "region" })
}

// messages are those that came so far, so that one which went to a thousand pages is parsed and kept once.
type messages struct {
	mu  sync.Mutex
	all map[string]*message
}

// of is the message with this data.
func (s *messages) of(data string) (*message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.all[data]; m != nil {
		return m, nil
	}
	m, err := parseMessage(data)
	if err != nil {
		return nil, err
	}
	if s.all == nil {
		s.all = map[string]*message{}
	}
	s.all[data] = m
	return m, nil
}

// forget drops them; pages keep those that they need.
func (s *messages) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = nil
}

// parseMessage takes a message apart as htmx does, which makes templates of what is to be swapped: a row of a table can stand in
// those.
func parseMessage(data string) (*message, error) {
	data = strings.ReplaceAll(strings.ReplaceAll(data, "<hx-partial ", "<template "), "</hx-partial>", "</template>")
	nodes, err := html.ParseFragment(strings.NewReader(data), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return nil, err
	}
	m := &message{}
	for _, n := range nodes {
		switch {
		case n.Type != html.ElementNode:
		case n.DataAtom == atom.Title:
			m.title = document{n}.text()
		case n.DataAtom == atom.Template && attribute(n, "id") != "":
			s := swapping{target: attribute(n, "id"), how: cmp.Or(attribute(n, "hx-swap"), "outerMorph")} // as the pages' settings say
			if !slices.Contains([]string{"innerMorph", "outerMorph", "beforebegin", "beforeend", "delete"}, s.how) {
				return nil, fmt.Errorf("a swap %q", s.how)
			}
			for c := n.FirstChild; c != nil; c = n.FirstChild {
				n.RemoveChild(c)
				s.nodes = append(s.nodes, c)
			}
			m.swaps = append(m.swaps, s)
		default:
			return nil, fmt.Errorf("a message with an element %s", n.Data)
		}
	}
	return m, nil
}

// apply does to a page what the message says, as htmx does without its scripts: targets are looked up before anything is swapped,
// and one that is missing is left alone.
func (m *message) apply(page *html.Node) {
	if title := (document{page}).first(func(n *html.Node) bool { return n.DataAtom == atom.Title }).root; title != nil && m.title != "" {
		empty(title)
		title.AppendChild(&html.Node{Type: html.TextNode, Data: m.title})
	}
	targets := make([]*html.Node, len(m.swaps))
	for i, s := range m.swaps {
		targets[i] = (document{page}).byID(s.target).root
	}
	for i, s := range m.swaps {
		target := targets[i]
		if target == nil || target.Parent == nil {
			continue
		}
		switch s.how {
		case "innerMorph":
			empty(target)
			for _, n := range s.nodes {
				target.AppendChild(clone(n))
			}
		case "outerMorph":
			for _, n := range s.nodes {
				if n.Type == html.ElementNode && n.Data == target.Data { // the element stays, as what it is to be: others are put before it
					become(target, n)
				}
			}
		case "beforebegin":
			for _, n := range s.nodes {
				target.Parent.InsertBefore(clone(n), target)
			}
		case "beforeend":
			for _, n := range s.nodes {
				target.AppendChild(clone(n))
			}
		case "delete":
			target.Parent.RemoveChild(target)
		}
	}
}

func become(target, n *html.Node) {
	empty(target)
	target.Attr = slices.Clone(n.Attr)
	for c := range n.ChildNodes() {
		target.AppendChild(clone(c))
	}
}

func empty(n *html.Node) {
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
	}
}

func clone(n *html.Node) *html.Node {
	c := &html.Node{Type: n.Type, Data: n.Data, DataAtom: n.DataAtom, Namespace: n.Namespace, Attr: slices.Clone(n.Attr)}
	for child := range n.ChildNodes() {
		c.AppendChild(clone(child))
	}
	return c
}

// content is what a page shows live: its region, the title and the icon. What people have opened is theirs, and an element that
// says nothing is as good as none between two others.
func content(page *html.Node) string {
	var b bytes.Buffer
	for n := range page.Descendants() {
		if n.Type == html.ElementNode && (n.DataAtom == atom.Title && n.Parent.DataAtom == atom.Head || attribute(n, "id") == "icon" || attribute(n, "id") == "region") {
			n = clone(n)
			normalise(n)
			_ = html.Render(&b, n) // a buffer takes everything
			b.WriteString("\n")
		}
	}
	return b.String()
}

// normalise takes off what may differ between two pages that show the same.
func normalise(n *html.Node) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "open" })
	var blank []*html.Node
	for c := range n.ChildNodes() {
		if c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" {
			blank = append(blank, c)
			continue
		}
		normalise(c)
	}
	for _, c := range blank {
		n.RemoveChild(c)
	}
}

// difference is where two contents begin to differ.
func difference(got, want string) string {
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	from := max(0, at-300)
	return fmt.Sprintf("has   …%s\nwants …%s", got[from:min(len(got), at+300)], want[from:min(len(want), at+300)])
}

func TestMessagesAreAppliedAsTheBrowserDoes(t *testing.T) {
	page, err := html.Parse(strings.NewReader(`<title>Old</title><link id=icon href=a><div id="region"><table><tbody id="rows"><tr id="r1"><td>1</td></tr></tbody></table><p id="p">Old</p></div>`))
	if err != nil {
		t.Fatal(err)
	}
	var all messages
	for _, data := range []string{
		`<title>New &amp; old</title><hx-partial id="r1" hx-swap="beforebegin"><tr id="r0"><td>0</td></tr></hx-partial>`,
		`<hx-partial id="r1"><tr id="r1" class="x"><td>one</td></tr></hx-partial><hx-partial id="gone" hx-swap="delete"></hx-partial>` +
			`<hx-partial id="r1" hx-swap="beforebegin"><tr id="r2"></tr></hx-partial>`,
		`<hx-partial id="p" hx-swap="delete"></hx-partial><hx-partial id="region" hx-swap="beforeend"><p id="q">last</p></hx-partial>`,
	} {
		m, err := all.of(data)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := all.of(data); again != m {
			t.Error("a message that came twice was parsed twice")
		}
		m.apply(page)
	}
	const want = `<title>New &amp; old</title>` + "\n" + `<link id="icon" href="a"/>` + "\n" +
		`<div id="region"><table><tbody id="rows"><tr id="r0"><td>0</td></tr><tr id="r2"></tr><tr id="r1" class="x"><td>one</td></tr></tbody></table><p id="q">last</p></div>` + "\n"
	if got := content(page); got != want {
		t.Errorf("the page %s", difference(got, want))
	}
	if _, err := all.of(`<b>bare</b>`); err == nil {
		t.Error("markup that would be swapped nowhere was taken for a message")
	}
}
