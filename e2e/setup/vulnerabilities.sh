#!/bin/sh
# Looks for known vulnerabilities in what the program is made of: its Go modules, in https://vuln.go.dev, and the browser's packages,
# in npm's advisories. Fails when one is found, and also when it could not look, which is said; with OFFLINE=1 that is said and no more.
set -eu
cd "$(dirname "$0")/../.."

govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.9.0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=no
unchecked=no

# unable says of what it is not known whether it is vulnerable, and why.
unable() {
	unchecked=yes
	printf 'could not be checked: %s\n' "$1" >&2
	sed -n '1,3s/^/  /p' "$work/err" >&2
}

# Installed rather than run by "go run", which hides the exit status.
if ! GOBIN="$work" go install "$govulncheck" 2>"$work/err"; then
	unable "the Go modules, for want of govulncheck"
else
	status=0
	"$work/govulncheck" ./... >"$work/out" 2>"$work/err" || status=$?
	case $status in
	0) echo "no known vulnerability in the Go modules that the program uses" ;;
	3)
		found=yes
		cat "$work/out"
		;;
	*) unable "the Go modules" ;;
	esac
fi

status=0
(cd static && npm audit --json >"$work/out" 2>"$work/err" </dev/null) || status=$?
if ! grep -q '"auditReportVersion"' "$work/out"; then
	unable "the browser's packages"
elif [ "$status" = 0 ]; then
	echo "no known vulnerability in the browser's packages"
else
	found=yes
	cat "$work/out"
fi

if [ "$found" = yes ]; then
	echo "there are known vulnerabilities, see above" >&2
	exit 1
fi
if [ "$unchecked" = yes ] && [ -z "${OFFLINE:-}" ]; then
	echo "not everything could be checked for known vulnerabilities; OFFLINE=1 lets that pass" >&2
	exit 1
fi
