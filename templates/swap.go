package templates

// RegionID is the DOM id of the part of a page that a stream can replace as a whole.
const RegionID = "region"

// attendance tells the script whether somebody attends the page.
func attendance(p Page) string {
	if p.Unattended {
		return "unattended"
	}
	return "attended"
}

func streamConfig(p Page) string {
	const config = "sse.reconnectMaxDelay:5s sse.connectTimeout:15s"
	if p.Unattended {
		return config + " sse.pauseOnBackground:false"
	}
	return config
}
