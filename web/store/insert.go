package store

import (
	"context"
	"strconv"
	"strings"
)

// insertion is how rows get into a table: its columns, and what is done about a row that is there.
type insertion struct {
	table    string
	columns  []string
	conflict string
}

// insertSizes are how many rows go with one statement. A statement of its own for each would cost a server's answer each, so that a server half a
// millisecond away took 2,000 rows a second; other sizes would be other statements, each of which a server has to understand anew.
var insertSizes = [...]int{64, 8, 1}

// insertAll inserts a row for each of several, no two of which are the same row.
func insertAll[T any](ctx context.Context, tx tx, into insertion, all []T, args func(T) []any) error {
	for _, size := range insertSizes {
		statement := ""
		for ; len(all) >= size; all = all[size:] {
			if statement == "" {
				statement = into.statement(size)
			}
			values := make([]any, 0, size*len(into.columns))
			for _, one := range all[:size] {
				values = append(values, args(one)...)
			}
			if _, err := tx.run(ctx, statement, values...); err != nil {
				return err
			}
		}
	}
	return nil
}

// statement is that for so many rows.
func (in insertion) statement(rows int) string {
	var s strings.Builder
	s.WriteString("INSERT INTO " + in.table + " (" + strings.Join(in.columns, ", ") + ") VALUES ")
	for n := range rows * len(in.columns) {
		switch {
		case n == 0:
			s.WriteString("($")
		case n%len(in.columns) == 0:
			s.WriteString("), ($")
		default:
			s.WriteString(", $")
		}
		s.WriteString(strconv.Itoa(n + 1))
	}
	s.WriteString(") ON CONFLICT " + in.conflict)
	return s.String()
}
