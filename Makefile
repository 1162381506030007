# Each target works alone on a fresh clone; `make help` lists them.
# Needed: Go (the version in go.mod), Node.js with npm; for the tests also a C compiler (race detector).

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Empty outside a git checkout; the program then calls itself a development version.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.1

# What npm writes last, so it is newer than the lock file exactly when the packages are those of the lock file.
PACKAGES := static/node_modules/.package-lock.json
TEST_PACKAGES := static/node_modules/axe-core/axe.min.js
LOCK := static/package.json static/package-lock.json static/.npmrc

.PHONY: help run cluster build test test-cluster bench screenshots lint generate check-generated assets

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build, then show a live board of simulated meetings
	bin/confboard demo

cluster: build ## three boards as one behind a balancer, with PostgreSQL and NATS servers, to try what happens when one of them is killed
	@e2e/setup/haproxy.sh
	go build -o bin/several ./e2e/several
	@e2e/setup/postgres.sh bin/several

build: $(PACKAGES) ## build bin/confboard, a static binary that contains everything
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X confboard/web/app.version=$(VERSION)' -o bin/confboard .

# go vet has seen all of it when the tests are built. One package more is tested at a time than there are processors: those with boards wait a lot.
test: $(TEST_PACKAGES) check-generated ## everything: generated files, format, vet, tests with the race detector and a real browser
	@e2e/setup/compiler.sh
	@e2e/setup/browser.sh
	@e2e/setup/format.sh
	go vet ./...
	CGO_ENABLED=1 go test -race -vet=off -p $$(($$(getconf _NPROCESSORS_ONLN) + 1)) -count=1 -timeout 30m ./...

test-cluster: $(TEST_PACKAGES) ## the tests of several boards as one, with PostgreSQL, NATS servers and HAProxy, which it starts and installs if need be
	@e2e/setup/compiler.sh
	@e2e/setup/browser.sh
	@e2e/setup/haproxy.sh
	@e2e/setup/network.sh
	CGO_ENABLED=1 e2e/setup/postgres.sh go test -race -count=1 -parallel 8 -timeout 15m ./web/store ./web/app ./e2e/engines
	CGO_ENABLED=1 e2e/setup/postgres.sh go test -count=1 -timeout 20m -run '^TestCluster' ./e2e

bench: $(PACKAGES) ## run the benchmarks, those of a whole board among them, one after the other (20 minutes)
	@e2e/setup/postgres.sh e2e/setup/bench.sh

screenshots: $(TEST_PACKAGES) ## take the README's pictures again, from the demonstration
	@e2e/setup/browser.sh
	@dir=$$(mktemp -d) && go test ./e2e -run '^TestScreenshots$$' -count=1 -timeout 10m -screenshots "$$dir" && mkdir -p e2e/screenshots && \
	cp "$$dir/overview-1440-dark-en.png" e2e/screenshots/overview.png && cp "$$dir/meeting-1440-light-en.png" e2e/screenshots/meeting.png && \
	cp "$$dir/wall-1920-dark-en.png" e2e/screenshots/wall.png && cp "$$dir/feed-1440-dark-en.png" e2e/screenshots/feed.png && echo "taken; the whole set is in $$dir"

lint: $(TEST_PACKAGES) ## format, vet, static analysis, and known vulnerabilities (OFFLINE=1 where these cannot be looked up)
	@e2e/setup/format.sh
	go vet ./...
	go run $(STATICCHECK) ./...
	@e2e/setup/vulnerabilities.sh

generate: $(PACKAGES) ## write the generated files: components, the README's table of settings, and the licences
	go tool templ generate
	go test ./web/settings -run '^TestREADME' -count=1 -update
	go test ./web/app -run '^TestLicences' -count=1 -update

check-generated: ## fail when a generated component is not what its source gives
	@e2e/setup/generated.sh

assets: $(PACKAGES) ## install the browser's packages by the lock file

$(PACKAGES): $(LOCK)
	@e2e/setup/npm.sh --omit=dev

# Includes the packages for the browser; the file's own date is set because npm may keep that of the archive.
$(TEST_PACKAGES): $(LOCK)
	@e2e/setup/npm.sh
	@touch $@
