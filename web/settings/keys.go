package settings

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"confboard/feed/conference"
)

// secretSource says where a secret is that does not stand in the settings themselves.
type secretSource struct{ file, variable string }

// checkKey reads the key that belongs to an ID; both are set, or neither is.
func (l *loader) checkKey(group, id, given string, from secretSource, key *conference.Secret) {
	id, byFile, byEnv := group+"."+id, group+".keyFile", group+".keyEnv"
	set := byFile
	if from.file == "" {
		set = byEnv
	}
	switch {
	case !l.sound(id, byFile, byEnv):
	case from == secretSource{} && given == "":
	case from == secretSource{}:
		l.refuse(id, l.origin(id), "its key is missing; give "+byFile+" or "+byEnv, nil)
	case given == "":
		l.refuse(id, l.origin(set), set+" is set without it; both or none", nil)
	default:
		*key = l.fetch(from, byFile, byEnv)
	}
}

// fetch reads a secret; byFile and byEnv are the settings that say where it is. It is empty when that has been refused.
func (l *loader) fetch(from secretSource, byFile, byEnv string) (s conference.Secret) {
	var err error
	switch {
	case from.file != "" && from.variable != "":
		l.refuse(byEnv, l.origin(byEnv), lastPart(byFile)+" is given as well; only one of them may be", nil)
	case from.file != "":
		if s, err = l.secretInFile(byFile, from.file); err != nil {
			l.refuse(byFile, l.origin(byFile), "the secret cannot be taken from the file", err)
		}
	default:
		if s, err = l.secretInVariable(from.variable); err != nil {
			l.refuse(byEnv, l.origin(byEnv), "the secret cannot be taken from the environment", err)
		}
	}
	return s
}

// secretInFile returns the first line of a file without the blanks around it.
func (l *loader) secretInFile(path, name string) (conference.Secret, error) {
	opened, err := os.Open(name)
	if err != nil {
		return conference.Secret{}, err
	}
	defer opened.Close()

	const most = 4096 // bytes; a file with a secret is not longer
	line, err := bufio.NewReader(io.LimitReader(opened, most)).ReadString('\n')
	if err != nil && err != io.EOF {
		return conference.Secret{}, err
	}
	s, err := readSecret(line)
	if errors.Is(err, errNoSecret) {
		return s, fmt.Errorf("the first line of %s is empty", name)
	}
	if err != nil {
		return s, fmt.Errorf("read %s: %w", name, err)
	}
	l.warnIfOpen(path, name)
	return s, nil
}

// secretInVariable returns the value of an environment variable without the blanks around it.
func (l *loader) secretInVariable(name string) (conference.Secret, error) {
	s, err := readSecret(valueOf(l.environ, name))
	if errors.Is(err, errNoSecret) {
		return s, fmt.Errorf("the variable %s is not set, or empty", name)
	}
	if err != nil {
		return s, fmt.Errorf("read the variable %s: %w", name, err)
	}
	return s, nil
}

var errNoSecret = errors.New("no secret")

func readSecret(text string) (s conference.Secret, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return s, errNoSecret
	}
	err = secret{&s}.set(text)
	return s, err
}

// warnIfOpen warns of a file with a secret that everybody on the machine can read.
func (l *loader) warnIfOpen(path, name string) {
	const readByOthers = 0o004
	if info, err := os.Stat(name); err == nil && info.Mode().Perm()&readByOthers != 0 {
		l.warn(path, fmt.Sprintf("%s can be read by everybody on this machine; chmod o-r it", name))
	}
}
