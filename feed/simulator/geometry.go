package simulator

import (
	"encoding/json"
	"strings"
)

// Geometry is where the screens of a layout are, on a grid of X by Y cells (observed in CustomMultiPicNotify).
type Geometry struct {
	X      int     `json:"x"`
	Y      int     `json:"y"`
	Places []Place `json:"subPicLayoutInfoList"`
}

// Place is where one screen is, in cells from the left and the top.
type Place struct {
	Screen int `json:"id"` // from 1
	Left   int `json:"left"`
	Top    int `json:"top"`
	XSize  int `json:"xSize"`
	YSize  int `json:"ySize"`
}

// OneLarge is the usual geometry with one large screen and the others around its right and lower side. n is even and at least 4.
func OneLarge(n int) Geometry {
	cells := n / 2 // across and down; each small screen is one cell
	g := Geometry{X: cells, Y: cells, Places: []Place{{Screen: 1, XSize: cells - 1, YSize: cells - 1}}}
	small := func(left, top int) {
		g.Places = append(g.Places, Place{Screen: len(g.Places) + 1, Left: left, Top: top, XSize: 1, YSize: 1})
	}
	for top := range cells {
		small(cells-1, top)
	}
	for left := cells - 2; left >= 0; left-- {
		small(left, cells-1)
	}
	return g
}

// SetLayoutGeometry says where the screens of the present multiPic are, and pushes it; this type is always full. It is sent with
// every subscription until the multiPic changes. The zero Geometry takes it back, without a message.
func (m *Meeting) SetLayoutGeometry(g Geometry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.geometry = nil
	if len(g.Places) > 0 {
		m.geometry = &laidOut{geometry: g, multiPic: string(encode(m.fields["multiPic"]))}
	}
	m.pushFull(geometryType)
}

// laidOut is a geometry with the JSON text of the multiPic that it was set for.
type laidOut struct {
	geometry Geometry
	multiPic string
}

// geometryFields are those of CustomMultiPicNotify as observed: the layout, its geometry, and the same again for upright
// screens; nil when no geometry was set for the present layout.
func (m *Meeting) geometryFields() map[string]any {
	if m.geometry == nil || m.geometry.multiPic != string(encode(m.fields["multiPic"])) {
		return nil
	}
	var l layout
	if json.Unmarshal([]byte(m.geometry.multiPic), &l) != nil { // a test set a layout that is none
		l = layout{}
	}
	infos := make([]map[string]any, len(l.PicInfos))
	for i, s := range l.PicInfos {
		users := make([]map[string]any, len(s.ID))
		for j, id := range s.ID {
			users[j] = map[string]any{"userId": id}
		}
		infos[i] = map[string]any{"index": s.Index, "id": s.ID, "picUserList": users, "share": s.Share, "isAutoPollingPic": 0}
	}
	fields := map[string]any{"mode": m.fields["mode"], "vas": m.fields["vas"], "isChairViewMultiPic": 0}
	for name, value := range map[string]any{
		"picNum": l.PicNum, "period": l.Period, "picMode": 2, "activeIndex": 1, "skipEmptyPic": false,
		"picInfos": infos, "picLayout": m.geometry.geometry,
	} {
		fields[name] = value
		fields["portal"+strings.ToUpper(name[:1])+name[1:]] = value
	}
	return fields
}
