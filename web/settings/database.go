package settings

import (
	"errors"
	"net/url"

	"confboard/feed/conference"
)

// Database is a database of a PostgreSQL server.
type Database struct {
	// URL has no password. Empty: what the board keeps is in a file.
	URL string
	// Password is empty when it was not set: PostgreSQL has other ways to be told, or needs none.
	Password conference.Secret
}

// Enabled reports whether a server keeps what the board keeps.
func (d Database) Enabled() bool { return d.URL != "" }

// databaseTable lists the settings of the database.
func databaseTable(d *draft) []setting {
	return []setting{
		{path: "database.url", value: text{&d.Database.URL, "URL", "empty, or postgres://user@host[:port]/database, which ?sslmode= and more may follow", readDatabase}, preset: "",
			doc: "PostgreSQL database for links, accounts, walls, rules, silences and timelines, in place of the file in `dataDir`."},
		{path: "database.passwordFile", value: path{&d.databasePassword.file, "file", ""}, preset: "",
			doc: "File with its user's password in the first line; or `database.passwordEnv`, or PostgreSQL's own `PGPASSFILE`."},
		{path: "database.passwordEnv", value: text{&d.databasePassword.variable, "variable", variable, readVariable}, preset: "",
			doc: "Name of the environment variable that holds the password."},
	}
}

// readDatabase refuses a password: a setting can be given on the command line, where everybody on the machine sees it.
func readDatabase(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", errors.New("it is no URL") // what url.Parse says quotes it
	case u.Scheme != "postgres" && u.Scheme != "postgresql", u.Host == "", len(u.Path) < 2:
		return "", errors.New("it names no database of a PostgreSQL server")
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") {
		return "", errors.New("it has a password; give that by database.passwordFile or database.passwordEnv")
	}
	return text, nil
}

// checkDatabase reads the password.
func (l *loader) checkDatabase() {
	const name, byFile, byEnv = "database.url", "database.passwordFile", "database.passwordEnv"
	if !l.sound(name, byFile, byEnv) || l.databasePassword == (secretSource{}) {
		return
	}
	if !l.settings.Database.Enabled() {
		set := byFile
		if l.databasePassword.file == "" {
			set = byEnv
		}
		l.refuse(name, l.origin(set), set+" is set without it", nil)
		return
	}
	l.settings.Database.Password = l.fetch(l.databasePassword, byFile, byEnv)
}
