#!/bin/sh
# Makes sure that root has the command ip, by which the tests of several boards make networks that can be cut. Installs it with apt when it is
# missing. For anybody else these tests are skipped.
set -eu
. "$(dirname "$0")/apt.sh"

[ "$(uname -s)" = Linux ] && [ "$(id -u)" = 0 ] || exit 0
command -v ip >/dev/null && exit 0
can_install "tests of several boards whose network fails need the command ip (in Debian: iproute2). Install it"
apt_install iproute2
