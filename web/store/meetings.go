// Package store keeps what the board keeps: in its own files below dataDir, or in a database of a PostgreSQL server, which several boards
// can share.
//
// There are two files. confboard.db has links, accounts, sessions and tokens, of whose secrets only hashes, and timelines: see DB, which is
// the same in a server's database. Several processes can use it at a time.
//
// meetings-by-hand.json has the meetings that an admin added on the board. It holds their host passwords in clear, because the
// cloud asks for them: it is readable by its owner only, and is left out of backups unless they are asked for with passwords. It
// belongs to one process at a time. What two of them write is never mixed, but one's change can be lost. Boards that share a database have
// SharedMeetings in its place.
package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"confboard/feed/conference"
)

// MeetingsFile is the name of the file of the meetings that were added by hand, in dataDir. It has passwords.
const MeetingsFile = "meetings-by-hand.json"

// MaxMeetings is how many meetings can be added by hand.
const MaxMeetings = 5000

// The kinds of fault besides those of the file system.
var (
	// ErrNotFound: there is no such meeting, link, account or token.
	ErrNotFound = errors.New("not found")
	// ErrExists: there is one of this name.
	ErrExists = errors.New("it exists already")
	// ErrNoWrite: the disk is full, read-only or broken, or the database does not answer. Nothing was changed.
	ErrNoWrite = errors.New("nothing can be written")
	// ErrClaimed: another board has the database.
	ErrClaimed = errors.New("another board is running with this database: stop it first, or give each its own, or make them one cluster")
	// ErrNamed: another instance of the same name has the database.
	ErrNamed = errors.New("another instance of this name is running: give each its own cluster.name")
	// ErrSecret: another instance that has the database has another secret.
	ErrSecret = errors.New("another board of the cluster has another secret: give all of them the same cluster.secretFile; to change it, stop all of them first")
	// ErrFull: there are MaxMeetings already; remove one first.
	ErrFull = errors.New("too many meetings")
	// ErrInvalid: a meeting that cannot be kept as it is.
	ErrInvalid = errors.New("invalid meeting")
	// ErrDamaged: the file cannot be understood. It is kept; the message says where and what to do.
	ErrDamaged = errors.New("damaged file")
	// ErrNewer: the file was written by a newer version and is left as it is.
	ErrNewer = errors.New("file of a newer version")
)

// Meeting is a meeting that was added by hand.
type Meeting struct {
	ConfID conference.ConfID
	// HostPassword is empty when it is to be found elsewhere.
	HostPassword conference.Secret
	// Name and Group are the admin's own words for it; each is one line of up to 200 characters, or empty.
	Name, Group string
	// Added is when it was added. The file keeps it to the nanosecond and in UTC.
	Added time.Time
}

// validate returns an ErrInvalid for what the file would not give back, or what a page could not show.
func (m Meeting) validate() error {
	const maxPassword = 1024 // bytes
	password := m.HostPassword.Reveal()
	switch {
	case !m.ConfID.Valid():
		return fmt.Errorf("%w: its ID is not one", ErrInvalid)
	case len(password) > maxPassword || !oneLine(password):
		return fmt.Errorf("%w: the password is longer than %d bytes or has other than visible characters", ErrInvalid, maxPassword)
	case !label(m.Name):
		return fmt.Errorf("%w: the name is not one line of up to %d characters", ErrInvalid, maxLabel)
	case !label(m.Group):
		return fmt.Errorf("%w: the group is not one line of up to %d characters", ErrInvalid, maxLabel)
	case m.Added.Year() < 1 || m.Added.Year() > 9999:
		return fmt.Errorf("%w: the time of adding is not in the years 1 to 9999", ErrInvalid)
	}
	return nil
}

const maxLabel = 200 // characters

func label(text string) bool { return oneLine(text) && utf8.RuneCountInString(text) <= maxLabel }

func oneLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Meetings are the meetings that were added by hand. They are safe for concurrent use; reading never waits for the disk.
type Meetings struct {
	file    file
	notices []string

	writing sync.Mutex
	// current is in the order of adding. What it points to is never modified; who holds writing replaces it.
	current atomic.Pointer[[]Meeting]
}

// OpenMeetings reads the meetings from the folder, which is made when missing. It puts right what it can, see Notices.
//
// A file that cannot be understood is an ErrDamaged. It has then been moved aside, so that opening again succeeds, without
// meetings; it is never overwritten. A file of a newer version is an ErrNewer and stays where it is.
func OpenMeetings(dataDir string) (*Meetings, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the data: %w", err)
	}
	m := &Meetings{file: file{name: filepath.Join(dataDir, MeetingsFile), create: create}}
	var list []Meeting
	content, notices, err := m.file.read()
	if err == nil && content != nil {
		list, err = decode(content)
	}
	switch {
	case errors.Is(err, ErrDamaged):
		return nil, m.file.putAside(err)
	case err != nil:
		return nil, fmt.Errorf("open %s: %w", m.file.name, err)
	}
	m.notices = notices
	m.current.Store(&list)
	return m, nil
}

// Notices tell what was put right when the file was opened, and what somebody has to look at: lines for the log.
func (m *Meetings) Notices() []string { return slices.Clone(m.notices) }

// List returns the meetings in the order in which they were added.
func (m *Meetings) List() []Meeting { return slices.Clone(*m.current.Load()) }

// Put adds a meeting, or replaces the one of the same ID in its place. It returns when the disk has it. An error is
// ErrInvalid, ErrFull, or the file system's; then nothing has changed, except that when the very last step fails (making
// the new name of the file last) the file may be ahead until the next change succeeds.
func (m *Meetings) Put(meeting Meeting) error {
	if err := meeting.validate(); err != nil {
		return err
	}
	meeting.Added = meeting.Added.UTC().Round(0)
	return m.change(func(list []Meeting) ([]Meeting, error) {
		if i := position(list, meeting.ConfID); i >= 0 {
			list[i] = meeting
			return list, nil
		}
		if len(list) >= MaxMeetings {
			return nil, fmt.Errorf("%w: %d is the most", ErrFull, MaxMeetings)
		}
		return append(list, meeting), nil
	})
}

// Delete removes a meeting. An error is ErrNotFound, or the file system's as for Put.
func (m *Meetings) Delete(id conference.ConfID) error {
	return m.change(func(list []Meeting) ([]Meeting, error) {
		i := position(list, id)
		if i < 0 {
			return nil, ErrNotFound
		}
		return slices.Delete(list, i, i+1), nil
	})
}

// change lets edit work on a copy, writes the result and then makes it current.
func (m *Meetings) change(edit func([]Meeting) ([]Meeting, error)) error {
	m.writing.Lock()
	defer m.writing.Unlock()
	list, err := edit(m.List())
	if err != nil {
		return err
	}
	content, err := encode(list)
	if err != nil {
		return fmt.Errorf("write the meetings added by hand: %w", err)
	}
	if err := m.file.replace(content); err != nil {
		return fmt.Errorf("write the meetings added by hand: %w", err)
	}
	m.current.Store(&list)
	return nil
}

func position(list []Meeting, id conference.ConfID) int {
	return slices.IndexFunc(list, func(m Meeting) bool { return m.ConfID == id })
}
