#!/bin/sh
# Runs the benchmarks, one package at a time so that none disturbs another, and writes each figure in a line of its own. Arguments go to
# go test.
set -eu
cd "$(dirname "$0")/../.."

packages=$(find . -name node_modules -prune -o -name '*_test.go' -exec grep -l '^func Benchmark' {} + | xargs -n 1 dirname | sort -u)
status=$(mktemp)
trap 'rm -f "$status"' EXIT

# shellcheck disable=SC2086 # a list of packages
{
	failed=0
	go test -run '^$' -bench . -benchmem -p 1 -timeout 30m "$@" $packages || failed=$?
	echo "$failed" >"$status"
} | awk '
	/^pkg: / { printf "\n%s\n", $2; next }
	/^(goos|goarch|cpu): / { if (!told[$0]++) print; next }
	/^PASS$/ { next }
	/^Benchmark/ && NF > 3 {
		sub(/-[0-9]+$/, "", $1)
		printf "  %s, %s %s\n", $1, $2, $2 == 1 ? "round" : "rounds"
		for (i = 3; i < NF; i += 2) printf "    %16s %s\n", $i, $(i + 1)
		next
	}
	{ print }'
exit "$(cat "$status")"
