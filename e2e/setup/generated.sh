#!/bin/sh
# Fails when a committed _templ.go is not what templ makes of its source. Generates in a copy, so the checkout stays as it is.
set -eu
cd "$(dirname "$0")/../.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

go build -o "$copy/templ" github.com/a-h/templ/cmd/templ
templates=$(find . -name node_modules -prune -o -name '*.templ' -print)
for template in $templates; do
	mkdir -p "$copy/tree/$(dirname "$template")"
	cp "$template" "$copy/tree/$template"
done
cp go.mod "$copy/tree/"
(cd "$copy/tree" && "$copy/templ" generate -log-level error)

stale=
for template in $templates; do
	generated="${template%.templ}_templ.go"
	cmp -s "$generated" "$copy/tree/$generated" || stale="$stale $generated"
done
for generated in $(find . -name node_modules -prune -o -name '*_templ.go' -print); do
	[ -e "${generated%_templ.go}.templ" ] || stale="$stale $generated"
done
if [ -n "$stale" ]; then
	echo "not what its source gives, run make generate and commit:$stale" >&2
	exit 1
fi
