package app

import (
	"context"
	"encoding/json"
	"errors"

	"confboard/feed/conference"
	"confboard/feed/huawei"
	"confboard/web/access"
)

// tellFound tells the others what was found.
func (i *instance) tellFound(f huawei.Findings) {
	sealed, err := sealFindings(i.key, f)
	if err == nil {
		err = i.bus.Tell(newsFound, sealed)
	}
	if err != nil {
		i.logger.Warn("the other instances do not know what was found", "error", err)
	}
}

func (i *instance) takeFound(sealed []byte) {
	if i.key == nil {
		return
	}
	f, err := openFindings(i.key, sealed)
	if err != nil {
		i.logger.Error("what another instance found cannot be read: all need the same cloud.app", "error", err)
		return
	}
	i.source.TakeFound(f)
}

// event is one of the enterprise, as instances tell it.
type event struct {
	Kind   string            `json:"kind"`
	ConfID conference.ConfID `json:"confID,omitempty"`
}

const (
	eventStarted = "started"
	eventEnded   = "ended"
	eventBooked  = "booked"
)

func (i *instance) hearEvent(news []byte) {
	var e event
	if json.Unmarshal(news, &e) != nil {
		return // a newer instance's
	}
	switch e.Kind {
	case eventStarted:
		i.source.MeetingStarted(e.ConfID)
	case eventEnded:
		i.source.MeetingEnded(e.ConfID)
	case eventBooked:
		i.source.BookingsChanged()
	}
}

// maxUntold is how many events wait until they can be told.
const maxUntold = 64

// tell tells the others of an event: now, or as soon as there is a connection. Who does not hear it sees it in the list.
func (i *instance) tell(e event) {
	news, err := json.Marshal(e)
	if err != nil || i.bus.Tell(newsEvent, news) == nil {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.untold) < maxUntold {
		i.untold = append(i.untold, news)
	}
}

// tellUntold tells the events that came while there was no connection: one that has just started may be given some before it has one.
func (i *instance) tellUntold() {
	i.mu.Lock()
	untold := i.untold
	i.untold = nil
	i.mu.Unlock()
	for _, news := range untold {
		_ = i.bus.Tell(newsEvent, news)
	}
}

// MeetingStarted implements huawei.Effects for all instances, as the other two do.
func (i *instance) MeetingStarted(id conference.ConfID) {
	i.source.MeetingStarted(id)
	i.tell(event{eventStarted, id})
}

// MeetingEnded implements huawei.Effects.
func (i *instance) MeetingEnded(id conference.ConfID) {
	i.source.MeetingEnded(id)
	i.tell(event{eventEnded, id})
}

// BookingsChanged implements huawei.Effects.
func (i *instance) BookingsChanged() {
	i.source.BookingsChanged()
	i.tell(event{Kind: eventBooked})
}

// guess is a wrong password that somebody tried, as instances tell it. See access.Accounts.TellWrong.
type guess struct {
	Network string `json:"network"`
	Name    string `json:"name"`
}

// shareWrong has wrong passwords counted by all instances, wherever they are tried. While one is not heard each counts for itself.
func (i *instance) shareWrong(accounts *access.Accounts) {
	accounts.TellWrong(func(network, name string) {
		if news, err := json.Marshal(guess{network, name}); err == nil {
			_ = i.bus.Tell(newsWrong, news)
		}
	})
	i.bus.Hear(newsWrong, func(news []byte) {
		var g guess
		if json.Unmarshal(news, &g) == nil {
			accounts.CountWrong(g.Network, g.Name)
		}
	})
}

// sharedCloud is the source as a keeper sees it, wherever a meeting is watched.
type sharedCloud struct {
	*huawei.Cloud
	instance *instance
}

// Retry has the instance try that watches the meeting.
func (c sharedCloud) Retry(id conference.ConfID) error {
	err := c.Cloud.Retry(id)
	if errors.Is(err, huawei.ErrNotMine) {
		_, err = c.instance.bus.Ask(context.Background(), id, askRetry, nil)
	}
	return err
}

// Discover has the instance ask for the lists that does so.
func (c sharedCloud) Discover() {
	c.Cloud.Discover()
	_ = c.instance.bus.Tell(newsDiscover, nil) // the button can be pressed again
}
