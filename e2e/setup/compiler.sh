#!/bin/sh
# Says what is missing when the race detector cannot be built.
set -eu

compiler=$(go env CC)
# CC may carry options; the first word is the program.
if ! command -v "${compiler%% *}" >/dev/null; then
	echo "the tests run with Go's race detector, which needs a C compiler (Debian: apt-get install gcc libc6-dev)" >&2
	exit 1
fi
