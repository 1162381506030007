package handlers

import (
	"bytes"
	"cmp"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// dom is what a viewer's browser holds: it applies messages as htmx does, as far as the board uses it. The real
// browser is tried in e2e; this one is fast enough for thousands of random histories.
type dom struct{ region *html.Node }

func newDOM() *dom {
	return &dom{region: &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div, Attr: []html.Attribute{{Key: "id", Val: "region"}}}}
}

// apply applies one message. A target that is missing is left alone, as htmx does.
func (d *dom) apply(t *testing.T, message []byte) {
	t.Helper()
	type task struct {
		target *html.Node
		swap   string
		nodes  []*html.Node
	}
	var tasks []task
	for _, n := range parse(t, message) {
		if n.Type != html.ElementNode || n.Data != "hx-partial" {
			continue
		}
		id := attr(n, "id")
		if id == "" {
			t.Fatalf("a swap without a target: %s", message)
		}
		how := cmp.Or(attr(n, "hx-swap"), "outerMorph") // as the pages' settings say
		tasks = append(tasks, task{target: byID(d.region, id), swap: how, nodes: children(n)})
	}
	for _, k := range tasks { // targets are looked up before anything is swapped
		if k.target == nil || (k.target.Parent == nil && k.target != d.region) {
			continue
		}
		switch k.swap {
		case "innerMorph":
			for _, c := range children(k.target) {
				k.target.RemoveChild(c)
			}
			for _, n := range k.nodes {
				k.target.AppendChild(n)
			}
		case "outerMorph":
			into := k.target
			for _, n := range k.nodes {
				if n.Type == html.ElementNode && n.Data == into.Data { // the element stays, as what it is to be
					into.Attr = n.Attr
					for _, c := range children(into) {
						into.RemoveChild(c)
					}
					for _, c := range children(n) {
						n.RemoveChild(c)
						into.AppendChild(c)
					}
				}
			}
		case "beforebegin":
			for _, n := range k.nodes {
				k.target.Parent.InsertBefore(n, k.target)
			}
		case "beforeend":
			for _, n := range k.nodes {
				k.target.AppendChild(n)
			}
		case "delete":
			k.target.Parent.RemoveChild(k.target)
		default:
			t.Fatalf("unknown swap %q", k.swap)
		}
	}
}

func (d *dom) html() string {
	var b bytes.Buffer
	for _, c := range children(d.region) {
		_ = html.Render(&b, c)
	}
	return b.String()
}

func parse(t *testing.T, fragment []byte) []*html.Node {
	t.Helper()
	nodes, err := html.ParseFragment(bytes.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		t.Fatal(err)
	}
	return nodes
}

// children takes a node's children away from it.
func children(n *html.Node) []*html.Node {
	var all []*html.Node
	for c := n.FirstChild; c != nil; c = n.FirstChild {
		n.RemoveChild(c)
		all = append(all, c)
	}
	for _, c := range all {
		if n.Data != "hx-partial" {
			n.AppendChild(c)
		}
	}
	return all
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func byID(n *html.Node, id string) *html.Node {
	if attr(n, "id") == id {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if found := byID(c, id); found != nil {
			return found
		}
	}
	return nil
}
