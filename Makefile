# The few commands of this repository. `make` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint bench soak fuzz openapi sees setup clean

# End-to-end tests of a device's own disk, lock and dialogs, and of the demo's story: once is enough, on SQLite.
OF_A_DEVICE = full_device:: every_file:: damaged_files:: keys::cuts:: key_store:: unlocking:: locked:: release:: demo:: fiction::

# For how long `make fuzz` tries each parser.
SECONDS_EACH ?= 60

# How often `make soak` kills.
KILLS ?= 1000

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1|\2/' | column -t -s '|'

demo: ## Play sixteen weeks of a fictional practice, in one or two minutes; ARGS=--once ends instead of leaving the server up
	@echo "Building (some minutes the first time, seconds after that)" >&2
	@cargo build -q -p reverie-server -p reverie -p reverie-tests --bins
	@cargo run -q -p reverie-tests --bin demo -- $(ARGS)

test: setup lint ## Run everything that CI runs: set-up, lint, all tests, the fuzz targets over their corpus
	@unshare --map-root-user --mount mount -t tmpfs tmpfs /mnt 2>/dev/null || { \
		echo "NOT RUN: this system lets no one mount a small disk of their own, so full disks were not tested."; \
		echo "         To test them: run as root, or allow user namespaces."; }
	@echo "== tests of the workspace"
	cargo test --locked --workspace
	@echo "== the server's API and the end-to-end tests again, on PostgreSQL; but for what is about a device alone,"
	@echo "   of which no database knows, and the demo: $(OF_A_DEVICE)"
	REVERIE_TESTS_ON=postgresql cargo test --locked --workspace --test api --test e2e -- \
		$(addprefix --skip ,$(OF_A_DEVICE))
	@echo "== openapi.json is what the server says"
	cargo run -q --locked -p reverie-server -- openapi --check openapi.json
	@echo "== fuzz targets over their committed corpus"
	CARGO_TARGET_DIR=target/fuzz cargo test --locked --manifest-path fuzz/Cargo.toml
	@echo "== all passed"

lint: ## Check formatting, lints, documentation, dependencies and the boundaries between crates
	@echo "== formatting"
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo fmt --manifest-path tests/browser/device/Cargo.toml --check
	@echo "== boundaries"
	scripts/check-boundaries
	@echo "== lints"
	cargo clippy --locked --workspace --all-targets -- -D warnings
	CARGO_TARGET_DIR=target/browser cargo clippy --locked --manifest-path tests/browser/device/Cargo.toml -- -D warnings
	CARGO_TARGET_DIR=target/fuzz cargo clippy --locked --manifest-path fuzz/Cargo.toml --all-targets -- -D warnings
	@echo "== documentation"
	RUSTDOCFLAGS=-Dwarnings cargo doc --locked --workspace --no-deps
	@echo "== dependencies"
	@if command -v cargo-deny >/dev/null; then \
		cargo deny check bans licenses sources; \
	else \
		echo "NOT RUN: cargo-deny is not installed, so licences, bans and sources were not checked."; \
		echo "         To check them: cargo install --locked cargo-deny && make lint"; \
	fi

bench: ## Measure, each figure beside a ceiling of the same run
	cargo build --release -p reverie-server
	cargo run --release -p reverie-tests --bin bench

soak: ## Kill server and clients KILLS=1000 times at random moments, and check that nothing acknowledged is lost
	cargo build -q -p reverie-server -p reverie -p reverie-tests --bins
	cargo run -q -p reverie-tests --bin soak -- --kills $(KILLS)

fuzz: ## Look for panics in every parser of outside bytes, SECONDS_EACH=60; needs nightly Rust and cargo-fuzz
	@scripts/fuzz $(SECONDS_EACH)

openapi: ## Write openapi.json anew
	@mkdir -p target
	cargo run -q -p reverie-server -- openapi > target/openapi.json
	mv target/openapi.json openapi.json

sees: ## Write docs/what-the-server-sees.md anew
	@mkdir -p target
	cargo run -q -p reverie-server -- sees > target/what-the-server-sees.md
	mv target/what-the-server-sees.md docs/what-the-server-sees.md

setup: ## Check for age, PostgreSQL, Node and what the tests install; as root, install them
	@scripts/setup

clean: ## Remove what was built, and the demo's data
	@! test -s demo-data/server.pid || ! ps -o args= -p "$$(cat demo-data/server.pid)" | grep -q demo-data/server \
		|| kill "$$(cat demo-data/server.pid)"
	rm -rf demo-data target fuzz/target fuzz/artifacts
