package recording

import (
	"encoding/json"
	"strconv"
	"time"

	"confboard/feed/conference"
	"confboard/feed/wire"
)

// carried returns the lines that lead to the state of a meeting, as far as the cloud told it: how often it was connected, what became
// of its frames and which occurrence it is begin anew. They have the times at which it happened.
func carried(s *conference.State, names *wire.Names) ([]line, error) {
	c := carrier{state: s, names: names}
	l := &s.Link
	known := l.Heard()
	if l.Since.Before(known) {
		known = l.Since
	}
	c.message(conference.WatchMessage{About: c.about(known), Name: s.Name, Group: s.Group, Origin: s.Origin, Booking: s.Booking})
	connected := !l.ConnectedAt.IsZero()
	echoedHere := connected && !l.LastEcho.Before(l.ConnectedAt)
	if !l.LastEcho.IsZero() && !echoedHere {
		c.link(conference.LinkEcho, l.LastEcho)
	}
	if connected {
		c.link(conference.LinkUp, l.ConnectedAt)
	}
	if echoedHere {
		c.link(conference.LinkEcho, l.LastEcho)
	}
	if !l.TokenAt.IsZero() {
		c.link(conference.LinkToken, l.TokenAt)
	}
	if s.Ended() && !connected { // while it is connected its status tells
		c.link(conference.LinkEnded, s.EndedAt)
	}
	c.frames()
	switch {
	case connected || s.Ended():
	case l.State == conference.Refusing:
		c.link(conference.LinkRefused, l.Since)
	case l.State == conference.Waiting: // it began, and was told again
		c.link(conference.LinkWaiting, l.Since)
		c.link(conference.LinkWaiting, l.Heard())
	case l.Reason != conference.ReasonNone:
		c.link(conference.LinkDown, l.Since)
	}
	return c.lines, c.err
}

// carrier makes the lines of one meeting. Its first error is kept.
type carrier struct {
	state *conference.State
	names *wire.Names
	lines []line
	err   error
}

func (c *carrier) about(at time.Time) conference.About {
	return conference.About{ConfID: c.state.ConfID, At: at}
}

func (c *carrier) message(m conference.Message) {
	l, _ := lineOf(m, c.names)
	c.add(l)
}

func (c *carrier) add(l line) {
	l.Carried = true
	c.lines = append(c.lines, l)
}

func (c *carrier) link(e conference.LinkEvent, at time.Time) {
	k := &c.state.Link
	m := conference.LinkMessage{About: c.about(at), Event: e}
	switch e {
	case conference.LinkEcho:
		m.RoundTrip = k.RoundTrip
	case conference.LinkToken:
		m.Expires = k.TokenExpires
	case conference.LinkDown, conference.LinkRefused, conference.LinkWaiting, conference.LinkEnded:
		m.Reason, m.Detail, m.Next = k.Reason, k.Detail, k.Next
	}
	c.message(m)
}

// frames adds a frame for each message type of which something is known.
func (c *carrier) frames() {
	s := c.state
	// The geometry comes before the layout: the first full status of a connection does not tell when its layout was set.
	if s.Custom != nil {
		_, drawn := s.Grid()
		c.frame(conference.CustomLayoutType, &s.CustomIntake, customFields(s.Custom, drawn))
	}
	status := statusFields(&s.Status)
	if s.LayoutDated {
		// That the mode or the number of screens changed after the layout was set is told by telling it afterwards.
		later := fields{}
		for _, f := range [...]conference.Field{conference.StatusMode, conference.PicNum} {
			if v, known := status[f.WireName()]; known {
				later[f.WireName()] = v
				delete(status, f.WireName())
			}
		}
		c.frame(conference.StatusType, &s.StatusIntake, status)
		afterwards := s.StatusIntake
		afterwards.Partial = true
		afterwards.Last.MsgID = ""
		c.frame(conference.StatusType, &afterwards, later)
	} else {
		c.frame(conference.StatusType, &s.StatusIntake, status)
	}
	c.frame(conference.BasicType, &s.BasicIntake, basicFields(&s.Basic))
	c.frame(conference.ParticipantsType, &s.ParticipantsIntake, fields{"data": people(s.Participants)})
	c.frame(conference.WaitingType, &s.WaitingIntake, fields{"data": people(s.WaitingRoom)})
	c.frame(conference.SpeakersType, &s.SpeakersIntake, fields{"data": speakers(s.Speakers)})
}

// frame adds a frame with the fields: a full one as new as the last message, so that what is older than that is dropped; or an
// incremental one when no full one has come, so that the meeting stays partial.
func (c *carrier) frame(t conference.MessageType, in *conference.Intake, f fields) {
	if c.err != nil || in.Last.Type == "" {
		return
	}
	f["action"], f["confID"] = t, c.state.ConfID
	f["msgMode"], f["version"] = conference.Full, in.FullVersion
	if in.Partial {
		f["msgMode"], f["version"] = conference.Incremental, in.Sequence
	}
	if !in.Last.CreateTime.IsZero() {
		f["createTime"] = in.Last.CreateTime.UnixMilli()
	}
	if in.Last.MsgID != "" {
		f["msgID"] = in.Last.MsgID
	}
	text, err := json.Marshal(f)
	if err == nil {
		text, err = wire.Clean(text, c.names) // there is nothing to clean but names
	}
	if c.err = err; err == nil {
		c.add(line{At: c.state.Link.Since.UTC(), ConfID: c.state.ConfID, Frame: text})
	}
}

// fields are those of a frame, or of an object in it, by wire name.
type fields map[string]any

// with adds fields whose values are JSON text.
func (f fields) with(unlisted map[string]string) fields {
	for name, text := range unlisted {
		f[name] = json.RawMessage(text)
	}
	return f
}

// set adds the value of a listed field, unless it was not reported.
func (f fields) set(name string, kind conference.Kind, v conference.Value) {
	switch {
	case v.Presence == conference.NotReported:
	case v.Presence == conference.Empty:
		f[name] = nil
	case kind == conference.KindLayout:
		l := fields{}.with(v.Layout.Unlisted)
		l.layout(v.Layout)
		f[name] = l
	case kind == conference.KindText || kind == conference.KindEnum || kind == conference.KindTime:
		f[name] = v.Text
	default:
		f[name] = v.Int
	}
}

func statusFields(s *conference.Status) fields {
	f := fields{}.with(s.Unlisted)
	for field := range conference.FieldCount {
		f.set(field.WireName(), field.Kind(), s.Value(field))
	}
	return f
}

// layout adds picNum, period and picInfos.
func (f fields) layout(l *conference.Layout) {
	f.set("picNum", conference.KindScreens, l.PicNum)
	f.set("period", conference.KindCount, l.Period)
	if l.Screens == nil {
		return
	}
	screens := make([]fields, len(l.Screens))
	for i, s := range l.Screens {
		screens[i] = fields{}.with(s.Unlisted)
		screens[i].set("index", conference.KindCount, s.Index)
		screens[i].set("share", conference.KindFlag, s.Share)
		screens[i].set("isAutoPollingPic", conference.KindFlag, s.AutoPolling)
		if s.IDs != nil {
			screens[i]["id"] = s.IDs
		}
	}
	f["picInfos"] = screens
}

// customFields leaves out a geometry that is not that of the layout.
func customFields(c *conference.CustomLayout, drawn bool) fields {
	f := fields{}.with(c.Unlisted)
	f.layout(&c.Layout)
	f.set("mode", conference.KindEnum, c.Mode)
	f.set("picMode", conference.KindCount, c.PicMode)
	f.set("activeIndex", conference.KindCount, c.ActiveIndex)
	f.set("skipEmptyPic", conference.KindFlag, c.SkipEmptyPic)
	f.set("vas", conference.KindFlag, c.VoiceActivation)
	f.set("isChairViewMultiPic", conference.KindFlag, c.ChairView)
	if drawn {
		places := make([]fields, len(c.Grid.Places))
		for i, p := range c.Grid.Places {
			places[i] = fields{"id": p.Screen, "left": p.Left, "top": p.Top, "xSize": p.XSize, "ySize": p.YSize}
		}
		f["picLayout"] = fields{"x": c.Grid.X, "y": c.Grid.Y, "subPicLayoutInfoList": places}
	}
	return f
}

func basicFields(b *conference.BasicInfo) fields {
	f := fields{}.with(b.Unlisted)
	for name, text := range map[string]string{"displayID": b.DisplayID, "title": b.Title, "owner": b.Owner, "ownerID": b.OwnerID, "confMode": b.ConfMode} {
		if text != "" {
			f[name] = text
		}
	}
	for name, t := range map[string]time.Time{"startTime": b.StartTime, "scheduledStartTime": b.ScheduledStart} {
		if !t.IsZero() {
			f[name] = strconv.FormatInt(t.UnixMilli(), 10)
		}
	}
	f.set("recType", conference.KindCount, b.RecType)
	f.set("media", conference.KindCount, b.Media)
	f.set("userType", conference.KindCount, b.UserType)
	f.set("supportWatermark", conference.KindFlag, b.SupportWatermark)
	f.set("callInRestriction", conference.KindCount, b.CallInRestriction)
	return f
}

func people(all []*conference.Participant) []fields {
	list := make([]fields, len(all))
	for i, p := range all {
		list[i] = fields{"pid": p.PID, "mode": 0, "pinfoMap": p.Attributes.Map()}
	}
	return list
}

func speakers(all []conference.Speaker) []fields {
	list := make([]fields, len(all))
	for i, s := range all {
		list[i] = fields{"pid": s.PID, "name": s.Name, "speakingVolume": s.Volume}
	}
	return list
}
