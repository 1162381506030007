// Confboard is a live status board for Huawei Cloud Meeting.
package main

import (
	"os"

	"confboard/web/app"
)

func main() { os.Exit(app.Main()) }
