package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// module is our import path.
const module = "confboard"

// goPackage is what go list says of a package of ours.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// mayImport says which packages of ours each of ours may import; none that is not listed. Test files are excepted.
var mayImport = map[string][]string{
	"":                {"web/app"},
	"e2e":             {},
	"e2e/crowd":       {},
	"e2e/engines":     {},
	"e2e/several":     {"e2e/engines", "feed/simulator"},
	"e2e/provider":    {},
	"e2e/setup":       {},
	"feed/conference": {},
	"feed/rules":      {"feed/conference"},
	"feed/timeline":   {"feed/conference"},
	"feed/wire":       {"feed/conference"},
	"feed/huawei":     {"feed/line", "feed/wire", "feed/conference"},
	"feed/simulator":  {"feed/wire"},
	"feed/recording":  {"feed/line", "feed/wire", "feed/conference"},
	"feed/line":       {"feed/wire", "feed/conference"},
	"feed/bus":        {"feed/line", "feed/timeline", "feed/conference"},
	"feed/cluster":    {"feed/conference"},
	"handlers":        {"templates", "templates/text", "feed/conference", "feed/rules", "feed/timeline", "web/live"},
	"static":          {},
	"templates":       {"templates/text", "feed/conference", "feed/rules"},
	"templates/text":  {"feed/conference", "feed/rules", "feed/timeline"},
	"web":             {"feed/conference", "feed/rules", "feed/timeline", "handlers", "static", "templates", "templates/text", "web/live", "web/settings", "web/access", "web/store"},
	"web/access":      {"feed/conference"},
	"web/live":        {"feed/conference"},
	"web/seal":        {"feed/conference"},
	"web/settings":    {"feed/conference", "feed/rules"},
	"web/store":       {"feed/conference", "web/seal"},

	"web/deploy":               {}, // tests alone
	"web/store/storetest":      {},
	"feed/cluster/clustertest": {},
}

// wiring is the package that puts the parts together; it may import any of ours.
const wiring = "web/app"

// onlyIn says which packages may import a library, by the beginning of its path.
var onlyIn = map[string][]string{
	"github.com/labstack/":         {"web", "handlers"},
	"github.com/a-h/templ":         {"templates", "handlers"},
	"github.com/r3labs/":           {"web/live"},
	"github.com/gorilla/websocket": {"feed/huawei", "feed/simulator"},
	"github.com/spf13/":            {"web/app", "web/settings"},
	"github.com/go-faster/jx":      {"feed/wire"},
	"github.com/boombuler/":        {"handlers"},
	"github.com/coreos/":           {"web/access"},
	"golang.org/x/oauth2":          {"web/access"},
	"github.com/zitadel/":          {"e2e/provider"},
	"github.com/go-jose/":          {"e2e/provider"},
	"golang.org/x/crypto":          {"web/access"},
	"golang.org/x/term":            {"web/app"},
	"modernc.org/":                 {"web/store"},
	"github.com/jackc/":            {"web/store", "web/store/storetest"},
	"github.com/nats-io/":          {"feed/cluster", "feed/bus", "feed/cluster/clustertest", "web/app"},
}

func TestEveryPackageKnowsOnlyWhatItMay(t *testing.T) {
	for _, p := range goPackages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		allowed, listed := mayImport[name]
		if name != wiring && !listed {
			t.Errorf("%s is not in the table of imports: say there what it may know", p.ImportPath)
			continue
		}
		for _, path := range p.Imports {
			ours, isOurs := strings.CutPrefix(path, module+"/")
			if isOurs && name != wiring && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
			if name == "feed/conference" && strings.Contains(path, ".") {
				t.Errorf("%s imports %s: the domain needs the standard library only", p.ImportPath, path)
			}
			for library, in := range onlyIn {
				if strings.HasPrefix(path, library) && !slices.Contains(in, name) {
					t.Errorf("%s imports %s, which is for %v", p.ImportPath, path, in)
				}
			}
		}
		if name == "e2e" {
			for _, path := range slices.Concat(p.TestImports, p.XTestImports) {
				if ours, is := strings.CutPrefix(path, module+"/"); is && !slices.Contains([]string{"feed/simulator", "e2e/provider", "e2e/crowd", "e2e/engines", "web/store/storetest"}, ours) {
					t.Errorf("these tests import %s; they see a URL, a browser, a crowd, engines, the simulated cloud, the provider and a place in a database", path)
				}
			}
		}
	}
}

// goPackages lists all packages of ours.
func goPackages(t *testing.T) []goPackage {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
