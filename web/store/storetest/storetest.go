// Package storetest gives tests a place in a PostgreSQL database, where they are given one.
package storetest

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"net/url"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx
)

// variable has the URL of a database in which the tests may make schemas.
const variable = "CONFBOARD_TEST_POSTGRES"

// Given reports whether the tests are given a database.
func Given() bool { return os.Getenv(variable) != "" }

// Need skips a test that is about such a database when none is given.
func Need(t testing.TB) {
	t.Helper()
	if !Given() {
		t.Skip(variable + " names no database: make test-cluster starts one")
	}
}

// AboutFiles skips a test that is about the board's own file when a database takes its place.
func AboutFiles(t testing.TB) {
	t.Helper()
	if Given() {
		t.Skip("this is about the board's own file")
	}
}

// NotAboutStorage skips a test that shows nothing else when a server's database takes the place of the board's file, and takes long to show it.
// Every test that does not say so runs with both, so that none is forgotten.
func NotAboutStorage(t testing.TB) {
	t.Helper()
	if Given() {
		t.Skip("this is not about what is kept: make test runs it with the board's file")
	}
}

// Schema returns the URL of the schema of the database that stands for a folder, and makes it when it is not there.
func Schema(t testing.TB, dir string) string {
	t.Helper()
	digest := sha256.Sum256([]byte(dir))
	name := "t" + hex.EncodeToString(digest[:12])
	db, err := sql.Open("pgx", os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "SELECT pg_advisory_xact_lock(1); CREATE SCHEMA IF NOT EXISTS "+name); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(os.Getenv(variable))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", name)
	u.RawQuery = query.Encode()
	return u.String()
}
