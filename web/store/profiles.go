package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"
)

// Edit is the last change of a profile or a limit. Revision counts the changes, from 1.
type Edit struct {
	Revision int64
	By       string
	At       time.Time
}

// Profile is a profile made on the page of rules: what is said, by the names of the settings, and as one writes it there.
type Profile struct {
	ID string
	Edit
	Said map[string]string
}

// Profiles returns all profiles in the order in which they count.
func (d *DB) Profiles(ctx context.Context) ([]Profile, error) {
	all, err := list(ctx, d, func(rows *sql.Rows) (p Profile, err error) {
		var changed int64
		err = rows.Scan(&p.ID, &p.Revision, &p.By, &changed)
		p.At, p.Said = at(changed), map[string]string{}
		return p, err
	}, "SELECT id, revision, changed_by, changed_at FROM profile ORDER BY place, id")
	if err != nil {
		return nil, err
	}
	type entry struct{ profile, name, said string }
	entries, err := list(ctx, d, func(rows *sql.Rows) (e entry, err error) {
		return e, rows.Scan(&e.profile, &e.name, &e.said)
	}, "SELECT profile, name, said FROM profile_entry")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if i := slices.IndexFunc(all, func(p Profile) bool { return p.ID == e.profile }); i >= 0 {
			all[i].Said[e.name] = e.said
		}
	}
	return all, nil
}

// PutProfile keeps a profile in place of its revision before; a first one comes last. It is ErrExists for a first one that is there, and ErrNotFound
// when another revision than that is kept, or none.
func (d *DB) PutProfile(ctx context.Context, p Profile) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		tx.changed(KindRules)
		if p.Revision == 1 {
			var there, last int64
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(CASE WHEN id = $1 THEN 1 END), COALESCE(MAX(place), 0) FROM profile", p.ID).Scan(&there, &last); err != nil {
				return err
			}
			if there > 0 {
				return ErrExists
			}
			if _, err := tx.run(ctx, "INSERT INTO profile (id, place, revision, changed_by, changed_at) VALUES ($1, $2, 1, $3, $4)",
				p.ID, last+1, p.By, ms(p.At)); err != nil {
				return err
			}
		} else if err := one(tx.run(ctx, "UPDATE profile SET revision = $2, changed_by = $3, changed_at = $4 WHERE id = $1 AND revision = $2 - 1",
			p.ID, p.Revision, p.By, ms(p.At))); err != nil {
			return err
		}
		if _, err := tx.run(ctx, "DELETE FROM profile_entry WHERE profile = $1", p.ID); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(p.Said)) {
			if _, err := tx.run(ctx, "INSERT INTO profile_entry (profile, name, said) VALUES ($1, $2, $3)", p.ID, name, p.Said[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveProfile forgets a profile; it is ErrNotFound when another revision is kept, or none.
func (d *DB) RemoveProfile(ctx context.Context, id string, revision int64) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		tx.changed(KindRules)
		if err := one(tx.run(ctx, "DELETE FROM profile WHERE id = $1 AND revision = $2", id, revision)); err != nil {
			return err
		}
		_, err := tx.run(ctx, "DELETE FROM profile_entry WHERE profile = $1", id)
		return err
	})
}

// OrderProfiles puts the profiles with these IDs in this order; it is ErrNotFound when one of them is not kept.
func (d *DB) OrderProfiles(ctx context.Context, ids []string) error {
	return d.change(ctx, func(ctx context.Context, tx tx) error {
		tx.changed(KindRules)
		for i, id := range ids {
			if err := one(tx.run(ctx, "UPDATE profile SET place = $2 WHERE id = $1", id, i+1)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Limit is what was said on the page of rules of a built-in rule, as one writes it in the settings. Severity and After are empty where those
// count again.
type Limit struct {
	Rule string
	Edit
	Severity, After string
}

// Limits returns all limits in order of their rules' names.
func (d *DB) Limits(ctx context.Context) ([]Limit, error) {
	return list(ctx, d, func(rows *sql.Rows) (l Limit, err error) {
		var changed int64
		err = rows.Scan(&l.Rule, &l.Severity, &l.After, &l.Revision, &l.By, &changed)
		l.At = at(changed)
		return l, err
	}, "SELECT rule, severity, lasts, revision, changed_by, changed_at FROM rule_limit ORDER BY rule")
}

// PutLimit keeps a limit in place of its revision before. It is ErrExists for a first one of a rule that has one, and ErrNotFound when another
// revision than that is kept, or none.
func (d *DB) PutLimit(ctx context.Context, l Limit) error {
	if l.Revision == 1 {
		return d.insert(ctx, KindRules, "SELECT COUNT(*) FROM rule_limit WHERE rule = $1", l.Rule,
			"INSERT INTO rule_limit (rule, severity, lasts, revision, changed_by, changed_at) VALUES ($1, $2, $3, 1, $4, $5)", l.Rule, l.Severity, l.After, l.By, ms(l.At))
	}
	return d.exec(ctx, KindRules, "UPDATE rule_limit SET severity = $3, lasts = $4, revision = $2, changed_by = $5, changed_at = $6 WHERE rule = $1 AND revision = $2 - 1",
		l.Rule, l.Revision, l.Severity, l.After, l.By, ms(l.At))
}

// one returns ErrNotFound for a statement that has changed nothing.
func one(result sql.Result, err error) error {
	n, err := changedRows(result, err)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// changedRows is how many rows a statement has changed.
func changedRows(result sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
