#!/bin/sh
# Fails when a Go file is not formatted.
set -eu
cd "$(dirname "$0")/../.."

# shellcheck disable=SC2046 # no file name of ours contains a blank
unformatted=$(gofmt -l $(find . -name node_modules -prune -o -name '*.go' -print))
if [ -n "$unformatted" ]; then
	printf 'not formatted, run gofmt -w on:\n%s\n' "$unformatted" >&2
	exit 1
fi
