package access

import "sync/atomic"

// SignIns counts the sign-ins of one way since the process started.
type SignIns struct {
	// Right are those that opened a session, Wrong those that were looked at and refused, Waiting those that came before their time and
	// were not looked at.
	Right, Wrong, Waiting uint64
}

// signIns counts. Safe for concurrent use.
type signIns struct{ right, wrong, waiting atomic.Uint64 }

func (s *signIns) total() SignIns {
	return SignIns{s.right.Load(), s.wrong.Load(), s.waiting.Load()}
}

// SignIns counts the sign-ins by way: token, password, provider. Only those that there are have an entry.
func (v *Visitors) SignIns() map[string]SignIns {
	ways := map[string]SignIns{}
	if v.Admin != nil {
		ways["token"] = v.Admin.signIns.total()
	}
	if v.Accounts != nil && v.Proxy == nil {
		ways["password"] = v.Accounts.signIns.total()
	}
	if v.OIDC != nil {
		ways["provider"] = v.OIDC.signIns.total()
	}
	return ways
}
