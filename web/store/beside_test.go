package store

import (
	"sync"
	"testing"

	"confboard/web/store/storetest"
)

// A command that is started with the board may open the file while the board is making its tables.
func TestManyOpenANewFileAtOnce(t *testing.T) {
	storetest.AboutFiles(t)
	for range 10 {
		folder := t.TempDir()
		var all sync.WaitGroup
		for range 6 {
			all.Go(func() {
				d, err := OpenDB(t.Context(), folder)
				if err != nil {
					t.Error(err)
					return
				}
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
}
