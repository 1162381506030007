package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// literals are the texts of the catalogue as they stand in its source, those within functions too.
func literals(t *testing.T) map[string][]string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					where := files.Position(n.Pos()).String()
					all[where] = append(all[where], text)
				}
			}
			return true
		})
	}
	if len(all) < 1000 {
		t.Fatalf("%d texts were found", len(all))
	}
	return all
}

// faults are what must not stand in a text: by language, with what to write in its place.
var faults = map[bool][]struct {
	pattern *regexp.Regexp
	instead string
}{
	true: { // Chinese
		{regexp.MustCompile(`\p{Han}[,;:?!()]|[,;:?!()]\p{Han}`), "the full-width mark"},
		{regexp.MustCompile(`\p{Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Han}`), "a space between Chinese and Latin"},
		{regexp.MustCompile(`\.\.\.|……`), "…"},
		// One word for one thing.
		{regexp.MustCompile(`云端|云平台`), "会议服务, the cloud"},
		{regexp.MustCompile(`帐号|帐户|账户`), "账号, an account"},
		{regexp.MustCompile(`标牌|徽章`), "徽标, a badge"},
		{regexp.MustCompile(`收回|吊销`), "撤销, to take back a link"},
		{regexp.MustCompile(`管理者`), "管理员, an admin"},
		{regexp.MustCompile(`监看|监控`), "看板, the board"},
		{regexp.MustCompile(`主席|主持者`), "主持人, the host"},
		{regexp.MustCompile(`参会人|参会者|参与者`), "与会者, a participant"},
		{regexp.MustCompile(`秘钥`), "密钥, a key"},
	},
	false: {
		{regexp.MustCompile(`[a-z]'`), "’"},
		{regexp.MustCompile(`\.\.\.`), "…"},
		{regexp.MustCompile(`\S  \S`), "one space"},
		{regexp.MustCompile(`(?i)\bconference\b`), "meeting"},
	},
}

func TestWordsAndMarksAreTheSameEverywhere(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z0-9.]*[a-z]`)
	for where, texts := range literals(t) {
		for _, text := range texts {
			said := verb.ReplaceAllString(text, "·")
			chinese := strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			for _, f := range faults[chinese] {
				if found := f.pattern.FindString(said); found != "" {
					t.Errorf("%s: %q has %q; write %s", where, text, found, f.instead)
				}
			}
		}
	}
}
