#!/bin/sh
# Installs the browser's packages by the lock file. Arguments go to npm ci.
set -eu
cd "$(dirname "$0")/../../static"

if ! command -v npm >/dev/null; then
	echo "npm is missing: install Node.js 20 or later with npm (Debian: apt-get install nodejs npm)" >&2
	exit 1
fi
exec npm ci "$@" </dev/null
