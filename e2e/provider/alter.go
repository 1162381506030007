package provider

import (
	"bytes"
	"encoding/json"
	"net/http"

	jose "github.com/go-jose/go-jose/v4"
)

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// altered is the answer of the token endpoint with an ID token that was changed and signed anew, and the tokens in it.
func (r *recorder) altered(s *storage, alter func(map[string]any)) (body []byte, given []string, err error) {
	var answer map[string]any
	if r.status != http.StatusOK {
		return r.body.Bytes(), nil, nil
	}
	if err := json.Unmarshal(r.body.Bytes(), &answer); err != nil {
		return nil, nil, err
	}
	if raw, is := answer["id_token"].(string); is && alter != nil {
		if answer["id_token"], err = s.resign(raw, alter); err != nil {
			return nil, nil, err
		}
	}
	for _, name := range []string{"id_token", "access_token"} {
		if token, is := answer[name].(string); is {
			given = append(given, token)
		}
	}
	body, err = json.Marshal(answer)
	return body, given, err
}

// resign changes the claims of a token and signs it again.
func (s *storage) resign(raw string, alter func(map[string]any)) (string, error) {
	token, err := jose.ParseSigned(raw, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", err
	}
	var claims map[string]any
	if err := json.Unmarshal(token.UnsafePayloadWithoutVerification(), &claims); err != nil {
		return "", err
	}
	alter(claims)
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	key := s.key
	s.mu.Unlock()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key.private, KeyID: key.id}}, nil)
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
