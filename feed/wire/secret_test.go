package wire_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// planted is a value that must not get past the decoder.
const planted = "plantedSecretValue"

// Into every object of every frame, one at a time, go secrets and links in all the ways in which a cloud could send them.
// Nothing of them may be in the message, and the frame is taken as before.
func TestASecretPlantedInAnyObjectOfAnyFrameIsWithheld(t *testing.T) {
	secrets := map[string]any{
		"hostPwd": planted, "PASSWORD": planted, "x-token": []any{planted}, "clientSecret": map[string]any{"a": planted}, "guestJoinUri": planted,
		"link": "https://198.51.100.1/" + planted, "list": []any{"wss://" + planted}, "json": `{"pwd": "` + planted + `"}`,
		"assigned": "token=" + planted, "nearlyJSON": `{"pwd": "` + planted,
	}
	for _, path := range frameFiles(t) {
		frame, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := wire.Decode(frame, meetingID, receivedAt)
		if _, refused := want.(conference.RefusedMessage); refused {
			continue
		}
		for n := range objectsOf(parsed(t, frame)) {
			tree := parsed(t, frame)
			into := objectsOf(tree)[n]
			for name, value := range secrets {
				into[name] = value
			}
			sown, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			got := wire.Decode(sown, meetingID, receivedAt)
			if reflect.TypeOf(got) != reflect.TypeOf(want) {
				t.Errorf("%s, object %d: a %T instead of a %T: %s", path, n, got, want, dump(got))
			}
			if text := dump(got); strings.Contains(text, planted) {
				t.Errorf("%s, object %d: decoded to\n%s", path, n, text)
			}
		}
	}
}

// In place of every text of every frame goes a link: whatever the frame then becomes, the link is not in it.
func TestALinkInPlaceOfAnyTextOfAnyFrameIsWithheld(t *testing.T) {
	for _, path := range frameFiles(t) {
		frame, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, refused := wire.Decode(frame, meetingID, receivedAt).(conference.RefusedMessage); refused {
			continue
		}
		for n := range objectsOf(parsed(t, frame)) {
			tree := parsed(t, frame)
			into := objectsOf(tree)[n]
			for name, value := range into {
				switch value.(type) {
				case string:
					if name != "action" && name != "confID" {
						into[name] = "https://" + planted
					}
				case []any:
					into[name] = []any{"https://" + planted}
				}
			}
			sown, err := json.Marshal(tree)
			if err != nil {
				t.Fatal(err)
			}
			if text := dump(wire.Decode(sown, meetingID, receivedAt)); strings.Contains(text, planted) {
				t.Errorf("%s, object %d: decoded to\n%s", path, n, text)
			}
		}
	}
}

func parsed(t *testing.T, frame []byte) (tree any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(frame))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

// objectsOf lists the objects of a tree of JSON, the outermost first and always in the same order.
func objectsOf(tree any) (all []map[string]any) {
	switch v := tree.(type) {
	case map[string]any:
		all = append(all, v)
		for _, name := range slices.Sorted(maps.Keys(v)) {
			all = append(all, objectsOf(v[name])...)
		}
	case []any:
		for _, inner := range v {
			all = append(all, objectsOf(inner)...)
		}
	}
	return all
}
