package store

import (
	"database/sql"
	"errors"
	"slices"
	"testing"
)

func columns(t *testing.T, d *DB, table string) (names []string) {
	t.Helper()
	names, err := list(t.Context(), d, func(rows *sql.Rows) (name string, err error) { return name, rows.Scan(&name) }, "SELECT name FROM pragma_table_info($1)", table)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Steps have numbers before they have their place: one that comes late is made up for, and those after it are not made twice.
func TestAStepThatComesLateIsMadeUpFor(t *testing.T) {
	dir := t.TempDir()
	d := openFile(t, dir)
	want := columns(t, d, "account")
	for _, statement := range []string{"DELETE FROM migration WHERE step = 2", "DROP TABLE account", "DROP TABLE session", "DROP TABLE api_token"} {
		if _, err := d.sql.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(d.AddShare(t.Context(), share(1)), d.Close()); err != nil {
		t.Fatal(err)
	}
	d = openFile(t, dir)
	if got := columns(t, d, "account"); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("the table has %v, want %v", got, want)
	}
	if all, err := d.Shares(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("of the other tables there are %v, error %v", all, err)
	}
}

// What a step made before it failed is not there, and the next start begins with it again.
func TestAStepThatFailsLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	d := openFile(t, dir)
	// The first table of the step can be made again and the second cannot.
	for _, statement := range []string{"DELETE FROM migration WHERE step = 2", "DROP TABLE account"} {
		if _, err := d.sql.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if opened, err := OpenDB(t.Context(), dir); err == nil {
		t.Errorf("it opens: %v", opened)
	}
	half := &DB{engine: sqliteFile(d.name), name: d.name}
	var err error
	if half.sql, half.readers, err = half.connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := columns(t, half, "account"); len(got) > 0 {
		t.Errorf("half a step is there: %v", got)
	}
	for _, statement := range []string{"DROP TABLE session", "DROP TABLE api_token"} {
		if _, err := half.sql.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := half.Close(); err != nil {
		t.Fatal(err)
	}
	if got := columns(t, openFile(t, dir), "account"); len(got) == 0 {
		t.Error("with the reason gone the step is not made")
	}
}
