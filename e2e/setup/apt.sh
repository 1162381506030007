# For the other scripts here, which read it in: packages of Debian and its relatives are installed with apt, as root or with sudo.

# as_root runs a command as root.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# can_install WHAT: goes on where packages can be installed. Elsewhere it says what is needed, and ends the script.
can_install() {
	if ! command -v apt-get >/dev/null || ! as_root true 2>/dev/null; then
		echo "$1" >&2
		exit 1
	fi
}

# apt_install PACKAGE...
apt_install() {
	echo "installing $*" >&2
	as_root apt-get update -q </dev/null
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" </dev/null
}
