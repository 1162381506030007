#!/bin/sh
# Makes sure that there is HAProxy, the balancer in front of several boards. Installs it with apt when it is missing.
set -eu
. "$(dirname "$0")/apt.sh"

# Debian keeps it where only root's PATH leads.
[ -x /usr/sbin/haproxy ] || command -v haproxy >/dev/null && exit 0
can_install "several boards behind a balancer need HAProxy 2.6 or newer (in Debian: haproxy). Install it"
apt_install haproxy
