package e2e

import (
	"errors"
	"os"
	"syscall"
)

// smallDisk is the size of a disk that fills up.
const smallDisk = "size=8m"

// mountSmall mounts a small disk in memory; why says why it could not be.
func mountSmall(folder string) (why string) {
	if err := syscall.Mount("confboard", folder, "tmpfs", 0, smallDisk); err != nil {
		return "mount: " + err.Error()
	}
	return ""
}

// unmount takes it away, whatever is open in it.
func unmount(folder string) { _ = syscall.Unmount(folder, syscall.MNT_DETACH) } // it goes with the machine at the latest

// remount makes it read-only, or writable again.
func remount(folder string, readOnly bool) (why string) {
	flags := uintptr(syscall.MS_REMOUNT)
	if readOnly {
		flags |= syscall.MS_RDONLY
	}
	if err := syscall.Mount("confboard", folder, "tmpfs", flags, smallDisk); err != nil {
		return "mount: " + err.Error()
	}
	return ""
}

// fill writes a file until the disk is full.
func fill(name string) {
	f, err := os.Create(name)
	if err != nil {
		return
	}
	defer f.Close()
	for piece := make([]byte, 4<<10); !errors.Is(err, syscall.ENOSPC); {
		_, err = f.Write(piece)
	}
}
