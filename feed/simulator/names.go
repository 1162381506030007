package simulator

import (
	"fmt"
	"math/rand/v2"
)

var (
	subjects = []string{"Weekly operations review", "Design review", "Budget", "Release planning", "Incident debrief", "Supplier call", "Town hall",
		"Project Aurora", "Onboarding", "Quarterly forecast", "安全例会", "产品评审", "季度预算", "项目周会"}
	places = []string{"East", "West", "North", "South", "Harbour", "Airport", "Lab 2", "Campus", "上海", "深圳"}
	rooms  = []string{"Boardroom East", "Boardroom West", "Lab <2> & Studio", "Harbour room", "Airport lounge", "Training centre", "Control room",
		"会议室 203", "会议室 501", "上海 大会议室", "深圳 接待室", "研发中心 3F", "Meeting room “Zürich”"}
	families   = []string{"张", "王", "李", "刘", "陈", "杨", "赵", "黄", "周", "吴", "欧阳"}
	givens     = []string{"伟", "娜", "芳", "敏", "静", "磊", "洋", "建国", "秀英", "志强", "晓明", "雨桐"}
	firstNames = []string{"Maria", "Tom", "Zoë", "Ahmed", "Ingrid", "Kwame", "Priya", "Jean-Luc", "Sofia", "Daniel", "Yuki", "Olga"}
	lastNames  = []string{"Fernández", "O'Brien", "Müller", "Haddad", "Lindqvist", "Mensah", "Raman", "Moreau", "Rossi", "Weber", "Tanaka", "Petrova"}
)

// title draws the subject of a meeting and where it is held.
func title(r *rand.Rand) string { return oneOf(r, subjects) + " – " + oneOf(r, places) }

// somebody draws a participant: most are people with the app, some are rooms, guests, or call by phone.
func somebody(r *rand.Rand) Participant {
	tel := fmt.Sprintf("+991%05d", r.IntN(100_000))
	switch n := r.IntN(20); {
	case n < 5:
		p := person(pid(r), oneOf(r, rooms), tel)
		p.Info["clientLoginType"], p.Info["userAgent"] = "0", "TE50"
		if n == 0 {
			p.Info["M"], p.Info["T"] = fmt.Sprint(1000+r.IntN(9000)), fmt.Sprint(1+r.IntN(200))
		}
		return p
	case n == 5:
		p := person(pid(r), tel, tel)
		p.Info["VIDEO"] = "0"
		return p
	case n == 6:
		return guest(pid(r), fmt.Sprintf("%s %d", oneOf(r, []string{"Guest", "访客"}), 1000+r.IntN(9000)))
	case n < 14:
		return person(pid(r), oneOf(r, families)+oneOf(r, givens), tel)
	default:
		return person(pid(r), oneOf(r, firstNames)+" "+oneOf(r, lastNames), tel)
	}
}

// pid draws a participant ID.
func pid(r *rand.Rand) string { return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64()) }

// person has the keys that the cloud sends of everybody who is in a meeting.
func person(pid, name, tel string) Participant {
	return Participant{PID: pid, Info: map[string]string{
		"NAME": name, "TEL": tel, "ROLE": "0", "STATE": "0", "HAND": "0", "BROADCAST": "0", "ROLLCALL": "0", "SHARE": "0",
		"MUTE": "0", "VIDEO": "1", "ANONYMOUS": "0", "LOCALREC": "0",
		"isCohost": "0", "camerastate": "1", "account": "", "orgId": "807077334", "clientLoginType": "1", "userAgent": "HUAWEI CLOUD Meeting",
	}}
}

// guest joined by a link, without an account or a number.
func guest(pid, name string) Participant {
	p := person(pid, name, "")
	p.Info["ANONYMOUS"], p.Info["orgId"] = "1", ""
	return p
}

func oneOf[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
