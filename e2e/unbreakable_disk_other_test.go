//go:build !linux

package e2e

func mountSmall(string) (why string)    { return "only on Linux" }
func unmount(string)                    {}
func remount(string, bool) (why string) { return "only on Linux" }
func fill(string)                       {}
