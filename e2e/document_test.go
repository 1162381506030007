package e2e

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// document is a page as a program reads it, which is faster than a browser.
type document struct{ root *html.Node }

// read asks for a page.
func (b *board) read(path string) document {
	b.t.Helper()
	return parsed(b.t, strings.NewReader(get(b.t, b.url+path).body))
}

func parsed(t testing.TB, page io.Reader) document {
	t.Helper()
	root, err := html.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	return document{root}
}

// byID is the element with the id, empty when there is none.
func (d document) byID(id string) document {
	return d.first(func(n *html.Node) bool { return attribute(n, "id") == id })
}

// byClass is the first element that has the class.
func (d document) byClass(class string) document {
	return d.first(func(n *html.Node) bool {
		return strings.Contains(" "+attribute(n, "class")+" ", " "+class+" ")
	})
}

func (d document) first(is func(*html.Node) bool) document {
	if d.root == nil {
		return d
	}
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && is(n) {
			return document{n}
		}
	}
	return document{}
}

// text is what it says, blanks joined.
func (d document) text() string {
	if d.root == nil {
		return ""
	}
	var b strings.Builder
	for n := range d.root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// attribute is that of an element, empty when it has none or there is no element.
func attribute(n *html.Node, name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func TestDocumentsAreReadAsTheyAre(t *testing.T) {
	root, err := html.Parse(strings.NewReader(`<p id="a" class="one two">Hello <b class="two">you &amp; me</b></p>`))
	if err != nil {
		t.Fatal(err)
	}
	d := document{root}
	if got := d.byID("a").text() + "|" + d.byID("a").byClass("two").text() + "|" + d.byID("b").text(); got != "Hello you & me|you & me|" {
		t.Errorf("read %q", got)
	}
}
