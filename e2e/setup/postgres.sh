#!/bin/sh
# Runs a command with a PostgreSQL server of its own on a free port of this machine, whose database CONFBOARD_TEST_POSTGRES names. Installs
# the server with apt when it is missing. What the server keeps is gone afterwards.
set -eu
. "$(dirname "$0")/apt.sh"

# tools prints the folder of the newest server's programs, which Debian does not put into PATH.
tools() {
	if command -v initdb >/dev/null; then
		dirname "$(readlink -f "$(command -v initdb)")"
		return
	fi
	newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
	[ -x "$newest/initdb" ] && echo "$newest"
}

if ! tools >/dev/null; then
	can_install "several boards need a PostgreSQL server (in Debian: postgresql). Install it"
	# The package would start a server of its own.
	as_root mkdir -p /etc/postgresql-common
	[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
	apt_install postgresql
fi
bin=$(tools)

folder=$(mktemp -d)
# The server refuses to run as root.
run=
if [ "$(id -u)" = 0 ]; then
	chown postgres "$folder"
	run="runuser -u postgres --"
fi
cd "$folder"
# shellcheck disable=SC2086 # several words
end() {
	cd /
	$run "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2086
$run "$bin/initdb" -D "$folder/data" -A trust -U confboard -E UTF8 --locale=C >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
tries=0
while :; do
	port=$((20000 + ($$ + tries * 997) % 12000))
	# Nothing here has to outlive a power cut.
	# shellcheck disable=SC2086
	if $run "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/server.log" -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off" start >/dev/null 2>&1; then
		break
	fi
	tries=$((tries + 1))
	[ "$tries" -lt 10 ] || { cat "$folder/server.log" >&2; exit 1; }
done
# shellcheck disable=SC2086
$run "$bin/createdb" -h "$folder" -p "$port" -U confboard confboard

cd "$OLDPWD"
CONFBOARD_TEST_POSTGRES="postgres://confboard@127.0.0.1:$port/confboard?sslmode=disable" "$@"
