package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"confboard/feed/conference"
	"confboard/templates/text"
)

func crowdedBoard(meetings, problems int) *conference.Registry {
	registry := conference.NewRegistry(conference.Policy{Heartbeat: time.Minute, KeepEnded: time.Hour})
	at := time.UnixMilli(1_800_000_000_000)
	for i := range meetings {
		about := conference.About{ConfID: conference.ConfID(fmt.Sprintf("%04d", i)), At: at}
		group := ""
		if i >= 10 {
			group = fmt.Sprintf("Group %d", i/10)
		}
		registry.Apply(conference.WatchMessage{About: about, Group: group})
		event := conference.LinkWaiting
		if i < problems {
			event = conference.LinkRefused
		}
		registry.Apply(conference.LinkMessage{About: about, Event: event})
	}
	return registry
}

func TestWhatDoesNotFitACycleIsCountedByGroup(t *testing.T) {
	for _, k := range []struct {
		name                string
		meetings, problems  int
		tiles, turns        int
		own, groups, inThem int
		fixed               string
	}{
		{"as many as fit have tiles", 48, 0, 12, 4, 48, 0, 0, "0"},
		{"problems take turns with the others on a few pages", 48, 20, 12, 4, 48, 0, 0, "0"},
		{"with more pages problems stay", 60, 2, 12, 6, 60, 0, 0, "2"},
		{"one more than fits, and all without problems are counted", 49, 0, 12, 4, 0, 5, 49, "0"},
		{"problems keep their tiles", 100, 3, 12, 4, 3, 10, 97, "0"},
		{"as many groups as fit", 100, 3, 4, 4, 3, 10, 97, "0"},
		{"more groups than places", 100, 3, 4, 1, 3, 1, 97, "0"},
		{"problems that fill the screen have all of it", 100, 12, 12, 4, 12, 0, 0, "0"},
		{"as many problems as there may be tiles", maxOnWall + 10, maxOnWall + 10, 12, 4, maxOnWall, 0, 0, "0"},
	} {
		t.Run(k.name, func(t *testing.T) {
			registry := crowdedBoard(k.meetings, k.problems)
			v := newWallView(words{text: text.For(text.English)}, registry, wallQuery{tiles: k.tiles, turns: k.turns})
			v.start(registry.All())
			w, _ := v.draw()
			own, groups, inThem := 0, 0, 0
			ids := map[string]bool{}
			for _, tile := range w.Tiles.Tiles {
				ids[tile.ID] = true
				if n, err := strconv.Atoi(tile.Counted); err == nil {
					groups++
					inThem += n
					if tile.Problem || tile.Title == "" {
						t.Errorf("a group is %+v", tile)
					}
				} else {
					own++
				}
			}
			if own != k.own || groups != k.groups || inThem != k.inThem || w.Tiles.Fixed != k.fixed {
				t.Errorf("%d meetings, %d groups of %d, %s fixed; want %d, %d of %d, %s", own, groups, inThem, w.Tiles.Fixed, k.own, k.groups, k.inThem, k.fixed)
			}
			if len(ids) != own+groups {
				t.Errorf("%d tiles have %d ids", own+groups, len(ids))
			}
			if w.Counts.Matching != strconv.Itoa(k.meetings) || w.Counts.Problems != strconv.Itoa(k.problems) {
				t.Errorf("%s meetings, %s with problems", w.Counts.Matching, w.Counts.Problems)
			}

			// A tile that nobody has is not sent, and tiles that did not change are not sent again.
			if _, err := v.Region(context.Background()); err != nil {
				t.Fatal(err)
			}
			message, err := v.Render(context.Background(), []string{partTile + "none", partTiles})
			if err != nil || len(message) > 0 {
				t.Errorf("a message of %d bytes, error %v", len(message), err)
			}
		})
	}
}

func TestTheTileOfAGroupShowsTheWorstOfIt(t *testing.T) {
	v := newWallView(words{text: text.For(text.English)}, nil, wallQuery{tiles: 1, turns: 1})
	meeting := func(id, group string, l conference.LinkState) *conference.State {
		return &conference.State{ConfID: conference.ConfID(id), Group: group, Link: conference.Link{State: l}}
	}
	v.start([]*conference.State{
		meeting("1", "south", conference.Live), meeting("2", "", conference.Over), meeting("3", "North", conference.Connecting),
		meeting("4", "NORTH", conference.Live), meeting("5", " South ", conference.Over),
	})
	groups := v.groups(0, 9)
	var said []string
	for _, g := range groups {
		tile := v.groupTile(g)
		said = append(said, tile.Title+" "+tile.Number.Count+" "+tile.Number.Label+" "+tile.Mark.Word)
	}
	if got, want := strings.Join(said, ", "), "NORTH 2 meetings CONNECTING, South 2 meetings LIVE, Without a group 1 meeting ENDED"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
