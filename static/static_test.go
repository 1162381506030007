package static

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func testFiles() fstest.MapFS {
	files := fstest.MapFS{
		"css/status.css":    {Data: []byte(".status{}\n" + strings.Repeat(".again{}\n", 100))},
		"css/a.css":         {Data: []byte(".a{}\n")},
		"css/tokens.css":    {Data: []byte(":root{}\n")},
		"css/base.css":      {Data: []byte("body{}\n")},
		"js/board.js":       {Data: []byte("(()=>{ours})()\n")},
		"icons/favicon.svg": {Data: []byte("<svg/>")},
	}
	files[firstScripts[0]] = &fstest.MapFile{Data: []byte("var htmx=1")}
	files[firstScripts[1]] = &fstest.MapFile{Data: []byte("(()=>{sse})()")}
	return files
}

func mustBuild(t *testing.T, files fstest.MapFS) *Assets {
	t.Helper()
	a, err := build(files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(t *testing.T, a *Assets, address string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestBundlesAreJoinedInOrder(t *testing.T) {
	a := mustBuild(t, testFiles())
	for name, want := range map[string][]string{
		"app.css": {":root{}", "body{}", ".a{}", ".status{}"},
		"app.js":  {"var htmx=1\n;\n(()=>{sse})()\n;\n(()=>{ours})()\n;\n"},
	} {
		rest := body(t, get(t, a, a.Path(name)).Body)
		for _, part := range want {
			_, after, found := strings.Cut(rest, part)
			if !found {
				t.Errorf("%s: %q missing or too early in what is left: %.60q", name, part, rest)
			}
			rest = after
		}
	}
}

func TestEmbeddedAssetsAreThere(t *testing.T) {
	a, err := New()
	if err != nil {
		t.Fatal(err)
	}
	script := body(t, get(t, a, a.Path("app.js")).Body)
	htmx, sse := strings.Index(script, "var htmx="), strings.Index(script, "hx-sse:connect")
	if htmx < 0 || sse < htmx {
		t.Errorf("app.js: htmx at %d, its extension at %d", htmx, sse)
	}
	if strings.Contains(script, "sourceMappingURL") {
		t.Error("app.js refers to a source map, which is not served")
	}
	if icon := body(t, get(t, a, a.Path("favicon.svg")).Body); !strings.Contains(icon, "<svg") {
		t.Errorf("favicon.svg: %.40q", icon)
	}
	if style := body(t, get(t, a, a.Path("app.css")).Body); strings.Contains(style, "@import") {
		t.Error("app.css: an @import does not work in the middle of a joined file")
	}
}

func TestAddressesCarryTheHashOfTheContent(t *testing.T) {
	files := testFiles()
	before := mustBuild(t, files)
	if !regexp.MustCompile(`^/static/app-[0-9a-f]{16}\.css$`).MatchString(before.Path("app.css")) {
		t.Errorf("address %q", before.Path("app.css"))
	}
	if again := mustBuild(t, files); again.Path("app.js") != before.Path("app.js") || again.Hash() != before.Hash() {
		t.Error("the same files got another address or hash")
	}

	files["css/a.css"] = &fstest.MapFile{Data: []byte(".a{color:red}")}
	after := mustBuild(t, files)
	if after.Path("app.css") == before.Path("app.css") || after.Hash() == before.Hash() {
		t.Error("a changed style kept its address or the hash of all")
	}
	if after.Path("app.js") != before.Path("app.js") {
		t.Error("an unchanged script got another address")
	}
	if got := get(t, after, before.Path("app.css")); got.StatusCode != http.StatusNotFound || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("an address of another version: status %d, Cache-Control %q", got.StatusCode, got.Header.Get("Cache-Control"))
	}
}

func TestPathPanicsForANameThatDoesNotExist(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	mustBuild(t, testFiles()).Path("nothing.css")
}

func TestAssetsAreKeptForGoodAndTyped(t *testing.T) {
	a := mustBuild(t, testFiles())
	for name, contentType := range map[string]string{
		"app.css":     "text/css; charset=utf-8",
		"app.js":      "text/javascript; charset=utf-8",
		"favicon.svg": "image/svg+xml",
	} {
		got := get(t, a, a.Path(name))
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Type") != contentType ||
			got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" {
			t.Errorf("%s: status %d, header %v", name, got.StatusCode, got.Header)
		}
	}
}

func TestGzipIsSentWhereItIsAccepted(t *testing.T) {
	a := mustBuild(t, testFiles())
	plain := body(t, get(t, a, a.Path("app.css")).Body)
	for _, c := range []struct {
		accept string
		want   bool
	}{
		{"", false},
		{"gzip", true},
		{"br, deflate, GZIP;q=0.5", true},
		{"br;q=1.0, gzip ; q=0", false},
		{"gzip;q=0, *", false},
		{"*", true},
		{"*;q=0", false},
		{"identity", false},
		{"gzip;q=nonsense", false},
	} {
		t.Run("accept "+c.accept, func(t *testing.T) {
			got := get(t, a, a.Path("app.css"), "Accept-Encoding", c.accept)
			if got.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("Vary %q", got.Header.Get("Vary"))
			}
			if zipped := got.Header.Get("Content-Encoding") == "gzip"; zipped != c.want {
				t.Fatalf("compressed %v", zipped)
			}
			content := io.Reader(got.Body)
			if c.want {
				z, err := gzip.NewReader(got.Body)
				if err != nil {
					t.Fatal(err)
				}
				content = z
			}
			if body(t, content) != plain {
				t.Error("the content differs")
			}
		})
	}
	if got := get(t, a, a.Path("favicon.svg"), "Accept-Encoding", "gzip"); got.Header.Get("Content-Encoding") != "" {
		t.Error("a file was compressed that does not get smaller")
	}
}

func TestOtherRequestsAreRefused(t *testing.T) {
	a := mustBuild(t, testFiles())
	for _, c := range []struct {
		name, method, path string
		want               int
	}{
		{"a HEAD request has no body", http.MethodHead, a.Path("app.css"), http.StatusOK},
		{"a POST request is not allowed", http.MethodPost, a.Path("app.css"), http.StatusMethodNotAllowed},
		{"the folder is not listed", http.MethodGet, "/static/", http.StatusNotFound},
		{"a source file is not served", http.MethodGet, "/static/css/base.css", http.StatusNotFound},
		{"a name without its hash is not served", http.MethodGet, "/static/app.css", http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			a.ServeHTTP(w, httptest.NewRequest(c.method, c.path, nil))
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
			if c.method == http.MethodHead && w.Body.Len() > 0 {
				t.Error("a body was sent")
			}
		})
	}
}

func TestAMissingFileIsNamed(t *testing.T) {
	files := testFiles()
	delete(files, "css/tokens.css")
	if _, err := build(files); err == nil || !strings.Contains(err.Error(), "css/tokens.css") {
		t.Errorf("error %v", err)
	}
}
