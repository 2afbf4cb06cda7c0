# What a developer types. `make help` lists it. Nothing is assumed but Python >= 3.11, pip and make.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test check soak crashes bench console lock graphiql clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: .venv/installed ## the locked dependencies, into .venv
install-dev: .venv/installed-dev

.venv/pyvenv.cfg:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

demo: install ## the demo desk on http://127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/saisine demo --port $(PORT)

test: install-dev ## the tests, within five minutes on two cores
	$(BIN)/python -m pytest -n 2 --dist loadfile

soak: install-dev ## the long test: three hundred examples of the property test
	SAISINE_SOAK=1 $(BIN)/python -m pytest --timeout 2400 tests/live/test_list_stays_right.py

crashes: install-dev ## a hundred SIGKILLs under load, on each database
	SAISINE_SOAK=1 $(BIN)/python -m pytest --timeout 2400 tests/soak

check: install-dev ## format, lint, strict types, schema and migrations up to date, layout rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/saisine schema --check
	SAISINE_DATA_DIR=$$(mktemp -d) $(BIN)/saisine check-migrations
	$(BIN)/python -m pytest -q tests/test_rooms.py

bench: install-dev ## the ratios of tests/benchmarks/README.md
	$(BIN)/python -m tests.benchmarks

console: ## the agent console, where client-examples has one
	@test -d client-examples/agent-console || { echo "There is no agent console in this version."; exit 2; }

graphiql: ## build GraphiQL anew (needs Node.js 20.19 or newer)
	cd graph/graphiql && npm ci && npm run build

lock: ## the lock files anew, from pyproject.toml (needs uv)
	$(LOCK) --extra build --output-file requirements.lock
	$(LOCK) --extra build --extra test --extra dev --output-file requirements-dev.lock

clean: ## what was built and installed; not the data
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
