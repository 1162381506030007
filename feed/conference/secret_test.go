package conference_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"confboard/feed/conference"
)

func TestSecretIsShownNowhere(t *testing.T) {
	const text = "hunter2"
	type holder struct {
		Open   conference.Secret
		hidden conference.Secret
	}
	h := holder{conference.NewSecret(text), conference.NewSecret(text)}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb, h.Open, h, &h)
	}
	encoded, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "secret", h.Open, "holder", h)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "secret", h.Open, "holder", h)
	if got := out.String(); strings.Contains(got, text) || strings.Contains(got, "68756e74657232") {
		t.Errorf("shown in %s", got)
	}
	if h.Open.Reveal() != text || h.hidden.IsZero() || !(conference.Secret{}).IsZero() {
		t.Error("the text is lost")
	}
}
