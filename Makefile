# What a developer types. `make help` lists it. Nothing is assumed but Python >= 3.11, pip and make.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

CONSOLE := client-examples/agent-console
CONSOLE_SOURCES := schema.graphql $(shell find $(CONSOLE) \( -name node_modules -o -name dist -o -name gql \) -prune -o -type f -print)

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test check soak crashes bench bench-growth peers peers-if-possible console console-if-possible lock graphiql typed clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: .venv/installed ## the locked dependencies, into .venv
install-dev: .venv/installed-dev

.venv/pyvenv.cfg:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

demo: install console-if-possible ## the demo desk on http://127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/saisine demo --port $(PORT)

test: install-dev console-if-possible ## the tests, within five minutes on two cores
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not long"

soak: install-dev ## the long tests: the property test, the engine against graphql-core, plans on large desks, fuzz, aborts, the whole visibility matrix, deploys under load, a hundred SIGKILLs on each database
	SAISINE_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadfile --timeout 600 -m "soak or long"

crashes: install-dev ## a hundred SIGKILLs under load, on each database
	SAISINE_SOAK=1 $(BIN)/python -m pytest --timeout 600 tests/soak/test_crashes.py

check: install-dev ## format, lint, strict types, schema and migrations up to date, layout rules, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd client-examples/python && $(CURDIR)/$(BIN)/mypy --strict *.py
	$(BIN)/saisine schema --check
	SAISINE_DATA_DIR=$$(mktemp -d) $(BIN)/saisine check-migrations
	$(BIN)/python -m pytest -q tests/test_rooms.py
	$(BIN)/python -m tests.audit

bench: install-dev peers-if-possible ## the ratios of tests/benchmarks/README.md
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.held
	$(BIN)/python -m tests.benchmarks.growth 1000 100000

PEERS := tests/benchmarks/peers

peers: $(PEERS)/node_modules/.package-lock.json ## what `make bench` compares with, where Node.js is (better-sqlite3 is compiled: minutes)

$(PEERS)/node_modules/.package-lock.json: $(PEERS)/package-lock.json
	cd $(PEERS) && npm ci --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000
	@touch $@

peers-if-possible:
	@if npm --version >/dev/null 2>&1; then $(MAKE) --no-print-directory peers || echo "The peers could not be installed: going on without them."; fi

bench-growth: install-dev ## the same work on desks of 1,000, 100,000 and 1,000,000 tickets (SIZES="1000 100000" for others)
	$(BIN)/python -m tests.benchmarks.growth $(SIZES)

console: $(CONSOLE)/dist/index.html ## build the agent console (needs Node.js 20.19 or newer)

$(CONSOLE)/node_modules/.package-lock.json: $(CONSOLE)/package-lock.json
	cd $(CONSOLE) && npm ci --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000
	@touch $@

$(CONSOLE)/dist/index.html: $(CONSOLE)/node_modules/.package-lock.json $(CONSOLE_SOURCES)
	cd $(CONSOLE) && npm run --silent build
	@touch $@

console-if-possible:
	@if npm --version >/dev/null 2>&1 && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; \
	then $(MAKE) --no-print-directory console || echo "The agent console could not be built: going on without it."; \
	else echo "No agent console here: it needs Node.js 20.19 or newer, with npm."; fi

graphiql: ## build GraphiQL anew (needs Node.js 20.19 or newer)
	cd graph/graphiql && npm ci && npm run build

typed: ## the Python client's `api/` anew, after a change of the schema or of its documents
	cd client-examples/python && $(PYTHON) -m venv .codegen && .codegen/bin/pip install -q --require-hashes -r codegen.lock
	cd client-examples/python && .codegen/bin/python -m ariadne_codegen >/dev/null

lock: ## the lock files anew, from pyproject.toml (needs uv)
	$(LOCK) --extra build --output-file requirements.lock
	$(LOCK) --extra build --extra test --extra dev --output-file requirements-dev.lock
	cd client-examples/python && $(LOCK) --output-file requirements.lock
	cd client-examples/python && $(LOCK:pyproject.toml=codegen.in) --output-file codegen.lock

clean: ## what was built and installed; not the data
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
