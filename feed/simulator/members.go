package simulator

// The participants of the board meeting by their pid. On screens they are named as the cloud does it in one place or the
// other: by pid, by the number of the room, or by an M or T number.
const (
	chair     = "w5v17oiroco5zy9boia91yar1a17wzvy"
	finance   = "0f2c7a9e11aa4d3c8c5d5f1b7f0f4e55"
	legal     = "5b1e0c2d77c34f4e9a0d3a9be2f61c08"
	boardroom = "9d34f0b15c6e4b1f8f0f6f0c1c3c7a11"
	annex     = "k2j9"
	harbour   = "71c0a4f8e2d94c8a9be0d5f6a7b8c9d0"
	airport   = "2e9b7d6c5f4a43218e7d6c5b4a392817"
	studio    = "6a1f3c5e7092b4d6f8a0c2e4061829ab"
	audit     = "c4d7e1a2b3f5968708192a3b4c5d6e7f"
	phone     = "8091a2b3c4d5e6f70819a2b3c4d5e6f7"
	visitor   = "e5f60718293a4b5c6d7e8f9001122334"
)

// What the screens call the rooms.
const (
	boardroomTel = "+99111240"
	annexTel     = "+99111241"
	harbourM     = "3104"
	airportTel   = "+99111243"
	studioT      = "207"
)

func boardMembers() []Participant {
	with := func(p Participant, pairs ...string) Participant {
		for i := 0; i < len(pairs); i += 2 {
			p.Info[pairs[i]] = pairs[i+1]
		}
		return p
	}
	return []Participant{
		with(person(chair, "张伟", "+99111230"), "ROLE", "1"),
		with(person(finance, "李娜", "+99111231"), "isCohost", "1"),
		person(legal, "Maria Fernández", "+99111232"),
		person(boardroom, "Boardroom East", boardroomTel),
		person(annex, "会议室 203", annexTel),
		with(person(harbour, "Harbour room", "+99111242"), "M", harbourM, "T", "12"),
		with(person(airport, "Airport lounge", airportTel), "STATE", "1"),
		with(person(studio, "Lab <2> & Studio", "+99111244"), "M", "3105", "T", studioT),
		person(audit, "王芳", "+99111233"),
		with(person(phone, "+99111250", "+99111250"), "VIDEO", "0"),
		person("1b2c3d4e5f60718293a4b5c6d7e8f901", "Tom O'Brien", "+99111234"),
		with(person("a7b8c9d0e1f2031425364758697a8b9c", "陈静", "+99111235"), "MUTE", "1"),
		with(person("f0e1d2c3b4a5968778695a4b3c2d1e0f", "Zoë Müller", "+99111236"), "MUTE", "1", "VIDEO", "0"),
		with(guest("3c4d5e6f708192a3b4c5d6e7f8091a2b", "Guest 4821"), "MUTE", "1"),
	}
}

// boardVisitor comes to the waiting room at an instant in ms.
func boardVisitor(at int64) Participant {
	p := guest(visitor, "刘洋 (审计)")
	p.Info["ADDTIME"] = millis(at)
	return p
}

// boardLayout has nine screens: the second and the fifth are shown in turn, the seventh is empty, and the first shows the
// presentation while somebody presents.
func boardLayout(presenting bool) layout {
	first := screen{Index: 1, ID: []string{chair}}
	if presenting {
		first = screen{Index: 1, ID: []string{}, Share: 1}
	}
	return layout{PicNum: 9, Period: 10, PicInfos: []screen{
		first,
		{Index: 2, ID: []string{boardroomTel, annexTel, harbourM}},
		{Index: 3, ID: []string{finance}},
		{Index: 4, ID: []string{legal}},
		{Index: 5, ID: []string{harbourM, airportTel}},
		{Index: 6, ID: []string{annexTel}},
		{Index: 7, ID: []string{}},
		{Index: 8, ID: []string{studioT}},
		{Index: 9, ID: []string{boardroomTel}},
	}}
}

// boardSpotlight has six screens, the first of which is the large one.
func boardSpotlight() layout {
	return layout{PicNum: 6, Period: 15, PicInfos: []screen{
		{Index: 1, ID: []string{boardroomTel}},
		{Index: 2, ID: []string{chair}},
		{Index: 3, ID: []string{finance, legal}},
		{Index: 4, ID: []string{annexTel}},
		{Index: 5, ID: []string{airportTel}},
		{Index: 6, ID: []string{studioT}},
	}}
}
