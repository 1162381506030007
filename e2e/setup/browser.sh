#!/bin/sh
# Makes sure that the browser tests have a browser, and fonts for Chinese and emoji. Installs what is missing with apt.
# CHROMIUM names a browser that is not in PATH.
set -eu
. "$(dirname "$0")/apt.sh"

browser() {
	if [ -n "${CHROMIUM:-}" ]; then
		command -v "$CHROMIUM"
		return
	fi
	for name in chromium chromium-browser google-chrome google-chrome-stable; do
		command -v "$name" && return
	done
	return 1
}

# has_font reports whether fontconfig knows a font for a language, und-zsye being emoji.
has_font() {
	[ -n "$(fc-list ":lang=$1" 2>/dev/null | head -n 1)" ]
}

missing=
browser >/dev/null || missing="$missing chromium"
# macOS brings both fonts and has no fontconfig.
if [ "$(uname -s)" != Darwin ]; then
	has_font zh-cn || missing="$missing fonts-noto-cjk"
	has_font und-zsye || missing="$missing fonts-noto-color-emoji"
	command -v fc-list >/dev/null || missing="$missing fontconfig"
fi
[ -n "$missing" ] || exit 0

if [ -n "${CHROMIUM:-}" ] && ! browser >/dev/null; then
	echo "CHROMIUM=$CHROMIUM: no such program" >&2
	exit 1
fi
can_install "the browser tests need (by their Debian names):$missing. Install them, or name a browser by CHROMIUM=/path"
# shellcheck disable=SC2086 # a list of packages
apt_install $missing
browser >/dev/null || {
	echo "chromium was installed but is not in PATH" >&2
	exit 1
}
