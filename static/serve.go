package static

import (
	"net/http"
	"strconv"
	"strings"
)

// contentTypes lists the kinds of assets; the system's own table is not asked, it differs from host to host.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// ServeHTTP answers GET and HEAD of the addresses given by Path; strip the base path before. Any other address, one
// with the hash of another version included, is not found.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	file, ok := a.served[r.URL.Path]
	if !ok {
		// While instances of two versions run side by side, the other one may have it a moment later.
		header.Set("Cache-Control", "no-store")
		http.Error(w, "no such asset", http.StatusNotFound)
		return
	}
	header.Set("Content-Type", file.contentType)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	content := file.plain
	if file.zipped != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Values("Accept-Encoding")) {
			header.Set("Content-Encoding", "gzip")
			content = file.zipped
		}
	}
	header.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method == http.MethodHead {
		return
	}
	w.Write(content) // nobody is left to be told when the browser has gone
}

// acceptsGzip reports whether the values of Accept-Encoding allow gzip (RFC 9110, section 12.5.3).
func acceptsGzip(values []string) bool {
	anyCoding := false
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			coding, parameters, _ := strings.Cut(item, ";")
			switch strings.ToLower(strings.TrimSpace(coding)) {
			case "gzip", "x-gzip":
				return wanted(parameters)
			case "*":
				anyCoding = wanted(parameters)
			}
		}
	}
	return anyCoding
}

// wanted reports whether the weight of a coding is above 0; without one it is 1.
func wanted(parameters string) bool {
	name, weight, found := strings.Cut(parameters, "=")
	if !found || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return true
	}
	q, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
	return err == nil && q > 0
}
