package app

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"confboard/web/access"
	"confboard/web/settings"
	"confboard/web/store"
	"confboard/web/store/storetest"
)

// audience is for whom a route is. Each has the rights of those before it; what a program may is nobody's but its own and a viewer's.
type audience int

const (
	everybody audience = iota
	programs           // and viewers
	viewers
	admins
)

// routeAudiences says of every route for whom it is: on a closed board, and on one that is open to everybody. A route that is not here
// fails the test: whoever adds one decides. HEAD is as GET.
var routeAudiences = map[string][2]audience{
	"GET /":                           {viewers, everybody},
	"GET /events":                     {viewers, everybody},
	"GET /m/:confID":                  {viewers, everybody}, // everybody's where the settings say public
	"GET /m/:confID/events":           {viewers, everybody},
	"GET /m/:confID/timeline":         {viewers, everybody},
	"GET /m/:confID/links":            {admins, admins},
	"POST /m/:confID/links":           {admins, admins},
	"GET /links":                      {admins, admins},
	"POST /links/:id/revoke":          {admins, admins},
	"GET /s/:token":                   {everybody, everybody},
	"GET /s/:token/events":            {everybody, everybody},
	"GET /s/:token/badge.svg":         {everybody, everybody},
	"GET /wall":                       {viewers, everybody},
	"GET /wall/events":                {viewers, everybody},
	"GET /wall/setup":                 {viewers, everybody},
	"GET /w/:token":                   {everybody, everybody},
	"GET /walls":                      {admins, admins},
	"GET /walls/events":               {admins, admins},
	"POST /walls":                     {admins, admins},
	"POST /walls/:id/rename":          {admins, admins},
	"POST /walls/:id/show":            {admins, admins},
	"POST /walls/:id/readdress":       {admins, admins},
	"POST /walls/:id/reload":          {admins, admins},
	"POST /walls/:id/remove":          {admins, admins},
	"GET /history":                    {viewers, everybody},
	"GET /history/:id":                {viewers, everybody},
	"GET /history/export/:format":     {admins, admins},
	"GET /history/:id/export/:format": {admins, admins},
	"GET /rules":                      {viewers, everybody},
	"GET /rules/events":               {viewers, everybody},
	"POST /rules":                     {admins, admins},
	"GET /rules/profiles/new":         {admins, admins},
	"POST /rules/profiles/new":        {admins, admins},
	"GET /rules/profiles/:id":         {admins, admins},
	"POST /rules/profiles/:id":        {admins, admins},
	"GET /rules/built-in/:rule":       {admins, admins},
	"POST /rules/built-in/:rule":      {admins, admins},
	"GET /feed":                       {admins, everybody},
	"GET /feed/events":                {admins, everybody},
	"GET /feed/m/:confID":             {admins, everybody},
	"GET /feed/m/:confID/events":      {admins, everybody},
	"POST /feed":                      {admins, admins},
	"POST /feed/list/retry":           {admins, admins},
	"POST /feed/m/:confID/retry":      {admins, admins},
	"POST /feed/m/:confID/remove":     {admins, admins},
	"GET /feed/sign-in":               {everybody, everybody},
	"POST /feed/sign-in":              {everybody, everybody},
	"POST /feed/sign-out":             {admins, everybody},
	"GET /sign-in":                    {everybody, everybody},
	"POST /sign-in":                   {everybody, everybody},
	"POST /sign-out":                  {everybody, everybody},
	"GET /sign-in/provider":           {everybody, everybody},
	"GET /sign-in/callback":           {everybody, everybody}, // proved by the provider
	"GET /setup":                      {everybody, everybody}, // proved by a code
	"POST /setup":                     {everybody, everybody},
	"GET /account":                    {viewers, viewers},
	"GET /api/v1/meetings":            {programs, everybody},
	"GET /api/v1/meetings/:confID":    {programs, everybody},
	"GET /metrics":                    {programs, everybody},
	"POST /hooks/huawei":              {everybody, everybody}, // proved by a signature
	"GET /healthz":                    {everybody, everybody},
	"GET /readyz":                     {everybody, everybody},
	"GET /favicon.ico":                {everybody, everybody},
	"GET /static/*":                   {everybody, everybody},
}

// screens are the routes for the screen of a wall, beside those for everybody.
var screens = []string{"GET /wall", "HEAD /wall", "GET /wall/events"}

// judgesItself are routes that refuse also those for whom they are, for another reason than who they are.
var judgesItself = []string{"POST /sign-in", "POST /feed/sign-in"}

// routes are all of the board, those that sign out last.
func (l *lodge) routes() (all []string) {
	l.t.Helper()
	server, err := l.board.server()
	if err != nil {
		l.t.Fatal(err)
	}
	for _, r := range server.Routes() {
		all = append(all, r.Method+" "+r.Path)
	}
	slices.SortFunc(all, func(a, b string) int { // signing out comes last
		if out := strings.HasSuffix(a, "/sign-out"); out != strings.HasSuffix(b, "/sign-out") {
			return map[bool]int{true: 1, false: -1}[out]
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(all)
}

// example is a path of a route.
func example(route, token string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	return method, strings.NewReplacer(":confID", "900487914", ":token", token, ":id", "AAAA", "*", "nothing").Replace(path)
}

// Every route that there is, asked by everybody that there is, by every method.
func TestWhoMayAskWhat(t *testing.T) {
	storetest.NotAboutStorage(t)
	for board, mode := range []string{settings.AccessAccounts, settings.AccessOpen} {
		s := settings.Settings{Access: mode}
		if mode == settings.AccessAccounts { // with a provider, which need not be there
			s.OIDC = settings.OIDC{Issuer: "http://127.0.0.1:1", ClientID: "board", SessionAge: time.Hour}
		}
		l := openLodge(t, s)
		l.meeting("900487914")
		var admin, viewer *person
		program := l.person()
		if mode == settings.AccessAccounts {
			admin, viewer, program = l.signedIn("ann"), l.signedIn("bob"), l.program()
		} else {
			admin, viewer = l.admin(), l.person()
		}
		link := admin.link("900487914", url.Values{})
		token := link[strings.LastIndex(link, "/")+1:]
		holder := l.person("Authorization", "Bearer "+token, "Cookie", fmt.Sprintf("confboard_session=%[1]s; confboard_admin=%[1]s; confboard_wall=%[1]s", token)) // tries it everywhere
		address, _ := admin.hang("Lobby", "")
		screen, _, _ := l.screen(address)
		least := map[string]audience{"nobody": everybody, "the holder of a link": everybody, "a wall": everybody, "a program": programs, "a viewer": viewers, "an admin": admins}
		if mode == settings.AccessOpen {
			least["a viewer"], least["a program"] = everybody, everybody // nobody in particular
		}
		people := map[string]*person{"nobody": l.person(), "the holder of a link": holder, "a wall": screen, "a program": program, "a viewer": viewer, "an admin": admin}

		routes := l.routes()
		for _, route := range routes {
			audiences, decided := routeAudiences[strings.Replace(route, "HEAD ", "GET ", 1)]
			if !decided {
				t.Errorf("%s: %s has to be decided upon", mode, route)
			}
			method, path := example(route, token)
			for _, name := range slices.Sorted(maps.Keys(people)) {
				may := least[name] >= audiences[board] || name == "a wall" && slices.Contains(screens, route)
				status := people[name].status(method, path)
				if refused := status == http.StatusUnauthorized || status == http.StatusForbidden; refused == may && !(may && slices.Contains(judgesItself, route)) {
					t.Errorf("%s: %s by %s: %d", mode, route, name, status)
				}
			}
		}
		if mode == settings.AccessAccounts {
			for route := range routeAudiences {
				if !slices.Contains(routes, route) && route != "GET /feed/sign-in" && route != "POST /feed/sign-in" && route != "POST /feed/sign-out" { // there is an admin
					t.Errorf("there is no %s", route)
				}
			}
		}
		l.nothingByOtherMethods(routes, people)
	}
}

// nothingByOtherMethods asks every path by every method that it does not have, but for OPTIONS, which Echo answers with those it has.
func (l *lodge) nothingByOtherMethods(routes []string, people map[string]*person) {
	l.t.Helper()
	for _, route := range routes {
		_, path, _ := strings.Cut(route, " ")
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace} {
			if slices.Contains(routes, method+" "+path) {
				continue
			}
			_, asked := example(method+" "+path, "AAAA")
			for name, p := range people {
				switch status := p.status(method, asked); status {
				case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed:
				default:
					l.t.Errorf("%s %s by %s: %d", method, asked, name, status)
				}
			}
		}
	}
}

// status asks and does not wait for the end of the answer, which a stream does not have.
func (p *person) status(method, path string) int {
	p.t.Helper()
	form := url.Values(nil)
	if method != http.MethodGet && method != http.MethodHead {
		form = url.Values{}
	}
	res := p.ask(method, path, form)
	if err := res.Body.Close(); err != nil {
		p.t.Error(err)
	}
	return res.StatusCode
}

// program is a person with a token made beside the running board.
func (l *lodge) program() *person {
	l.t.Helper()
	secret, token := access.NewToken("grafana", time.Now())
	if err := l.db.AddToken(l.t.Context(), store.Token(token)); err != nil {
		l.t.Fatal(err)
	}
	p := l.person("Authorization", "Bearer "+secret.Reveal())
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) { // taken over by and by
		if p.status(http.MethodGet, "/metrics") == http.StatusOK {
			return p
		} else if time.Now().After(deadline) {
			l.t.Fatal("a token made beside the board is not taken")
		}
	}
}
