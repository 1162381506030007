// Package static holds what the browser loads besides pages and streams: style sheets, scripts and icons.
// They are embedded, joined into one file each at start, and served under addresses that contain the hash of
// their content, so that a browser may keep them for good and never shows a page with an older style.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip" // three times as fast as the standard library's, of which a start consisted by a third
)

// When the build stops here with "no matching files found", the browser's packages are not installed:
// run `make assets`.
//
//go:embed node_modules/htmx.org/dist/htmx.min.js node_modules/htmx.org/dist/ext/hx-sse.min.js
//go:embed css/*.css js/*.js icons/*.svg
var embedded embed.FS

// Dir is the folder of all asset addresses, below the base path.
const Dir = "/static/"

// hashBytes is how much of the SHA-256 goes into an address: enough to tell any two versions of a file apart.
const hashBytes = 8

// The style sheets and scripts that come first, in this order; the rest of css/ and js/ follows by name.
// htmx and its extension have to be in one file: as two deferred scripts the extension now and then came too late
// to handle the page's stream.
var (
	firstStyles  = []string{"css/tokens.css", "css/base.css"}
	firstScripts = []string{"node_modules/htmx.org/dist/htmx.min.js", "node_modules/htmx.org/dist/ext/hx-sse.min.js"}
)

// Assets are the files a page refers to. They do not change after New; safe for concurrent use.
type Assets struct {
	paths  map[string]string // name to address
	served map[string]asset  // address to content
	hash   string
}

// asset is one served file.
type asset struct {
	contentType string
	plain       []byte
	zipped      []byte // nil when it would not be smaller
}

// New joins and compresses the embedded files.
func New() (*Assets, error) { return build(embedded) }

func build(files fs.FS) (*Assets, error) {
	styles, err := join(files, "css/*.css", firstStyles, "\n")
	if err != nil {
		return nil, err
	}
	// The semicolon keeps two scripts apart of which the first ends without one and the second starts with a bracket.
	scripts, err := join(files, "js/*.js", firstScripts, "\n;\n")
	if err != nil {
		return nil, err
	}
	content := map[string][]byte{"app.css": styles, "app.js": scripts}
	icons, err := fs.Glob(files, "icons/*.svg")
	if err != nil {
		return nil, fmt.Errorf("list icons: %w", err)
	}
	for _, icon := range icons {
		if content[path.Base(icon)], err = fs.ReadFile(files, icon); err != nil {
			return nil, fmt.Errorf("read icon: %w", err)
		}
	}

	a := &Assets{paths: make(map[string]string, len(content)), served: make(map[string]asset, len(content))}
	all := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(content)) {
		plain := content[name]
		sum := sha256.Sum256(plain)
		ext := path.Ext(name)
		address := Dir + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:hashBytes]) + ext
		zipped, err := compress(plain)
		if err != nil {
			return nil, fmt.Errorf("compress %s: %w", name, err)
		}
		a.paths[name] = address
		a.served[address] = asset{contentType: contentTypes[ext], plain: plain, zipped: zipped}
		fmt.Fprintln(all, address)
	}
	a.hash = hex.EncodeToString(all.Sum(nil)[:hashBytes])
	return a, nil
}

// Path is the address of an asset: app.css, app.js or the name of an icon. It starts with Dir, without the base path.
// It panics for any other name, which is a mistake in the program and not in its input.
func (a *Assets) Path(name string) string {
	address, ok := a.paths[name]
	if !ok {
		panic("static: no asset " + name)
	}
	return address
}

// Hash changes when any asset does.
func (a *Assets) Hash() string { return a.hash }

// join concatenates the files named first, then those that match the pattern and are not among them, by name.
func join(files fs.FS, pattern string, first []string, separator string) ([]byte, error) {
	rest, err := fs.Glob(files, pattern) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", pattern, err)
	}
	rest = slices.DeleteFunc(rest, func(name string) bool { return slices.Contains(first, name) })

	var joined bytes.Buffer
	for _, name := range slices.Concat(first, rest) {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		joined.Write(bytes.TrimSpace(content))
		joined.WriteString(separator)
	}
	return joined.Bytes(), nil
}

// compress returns nil when the compressed content is not smaller.
func compress(plain []byte) ([]byte, error) {
	var zipped bytes.Buffer
	w, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if zipped.Len() >= len(plain) {
		return nil, nil
	}
	return zipped.Bytes(), nil
}
