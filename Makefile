# The commands of a developer; `make help` lists them. They need Python >= 3.11 with pip, and make.
PYTHON ?= python3
PORT ?= 8000
ARGS ?=
BIN := .venv/bin

# A lock names every package that is installed, so nothing is resolved: a release that is newer than the lock changes
# nothing, whatever the version of pip. `pip check` then finds what a lock lacks.
INSTALL_LOCK := -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r
PIP_CHECK = $(BIN)/python -m pip check >/dev/null || $(BIN)/python -m pip check

# pip before 23.3 wants the extras of a requirement in the lock, too.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-header --no-annotate
NPM_CI := npm ci --no-audit --no-fund --loglevel=error --fetch-retries=1 --fetch-retry-mintimeout=1000
NODE_IS_NEW := node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'

CONSOLE := client-examples/agent-console
CONSOLE_SOURCES := schema.graphql $(shell find $(CONSOLE) \( -name node_modules -o -name dist -o -name gql \) -prune -o -type f -print)
PEERS := tests/benchmarks/peers
PYTHON_CLIENT := client-examples/python

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo format check test coverage soak attacks crashes bench bench-growth peers peers-if-possible \
	console console-if-possible pin-images graphiql typed lock clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: .venv/installed ## install the locked dependencies into .venv
install-dev: .venv/installed-dev ## install the tools and test dependencies, too

.venv/pyvenv.cfg:
	$(PYTHON) -m venv .venv

.venv/installed: .venv/pyvenv.cfg requirements.lock pyproject.toml
	$(BIN)/python $(INSTALL_LOCK) requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(PIP_CHECK)
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(BIN)/python $(INSTALL_LOCK) requirements-dev.lock
	@$(PIP_CHECK)
	@touch $@

demo: install console-if-possible ## run the demo on http://127.0.0.1:8000 (PORT=… for another port)
	@exec $(BIN)/saisine demo --port $(PORT)

format: install-dev ## format the Python files and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: install-dev ## check format, lint, types, import floors, dependencies, spelling, schema, migrations, pages, known vulnerabilities
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	cd $(PYTHON_CLIENT) && $(CURDIR)/$(BIN)/mypy --strict *.py
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/codespell
	$(BIN)/saisine schema --check
	SAISINE_DATA_DIR=$$(mktemp -d) $(BIN)/saisine check-migrations
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_pages.py
	$(BIN)/python -m tests.audit

test: install-dev console-if-possible ## run the tests, about five minutes on two cores (ARGS="-k inbox" for some of them)
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not long and not attack" $(ARGS)

coverage: install-dev ## measure what the tests of engine, models and graph cover; fails below the floor in pyproject.toml
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not long and not attack" --cov --cov-report=term:skip-covered tests/engine tests/models tests/graph $(ARGS)

soak: install-dev ## run the long tests: more generated cases, whole matrices, large desks, fuzzing, load, SIGKILLs, installation
	SAISINE_SOAK=1 $(BIN)/python -m pytest -n 2 --dist loadfile --timeout 600 -m "soak or long" $(ARGS)

attacks: install-dev ## attack a server and measure its memory and how long others wait, on a machine that does nothing else
	SAISINE_SOAK=1 $(BIN)/python -m pytest --timeout 600 -m attack $(ARGS)

crashes: install-dev ## run only the soak test that kills a server under load with SIGKILL, a hundred times on each database
	SAISINE_SOAK=1 $(BIN)/python -m pytest --timeout 600 tests/soak/test_crashes.py $(ARGS)

bench: install-dev peers-if-possible ## measure against a bare server and, where Node.js is, against Mercurius (tests/benchmarks/README.md)
	$(BIN)/python -m tests.benchmarks
	$(BIN)/python -m tests.benchmarks.blocking
	$(BIN)/python -m tests.benchmarks.growth 1000 100000

bench-growth: install-dev ## measure the same work with 1,000, 100,000 and 1,000,000 tickets (SIZES="1000 100000" for others)
	$(BIN)/python -m tests.benchmarks.growth $(SIZES)

peers: $(PEERS)/node_modules/.package-lock.json ## install what `make bench` compares with (needs Node.js; compiles for minutes)

$(PEERS)/node_modules/.package-lock.json: $(PEERS)/package-lock.json
	cd $(PEERS) && $(NPM_CI)
	@touch $@

peers-if-possible:
	@if npm --version >/dev/null 2>&1; then $(MAKE) --no-print-directory peers || echo "The servers to compare with could not be installed: going on without them."; fi

console: $(CONSOLE)/dist/index.html ## build the agent console (needs Node.js 20.19 or newer)

$(CONSOLE)/node_modules/.package-lock.json: $(CONSOLE)/package-lock.json
	cd $(CONSOLE) && $(NPM_CI)
	@touch $@

$(CONSOLE)/dist/index.html: $(CONSOLE)/node_modules/.package-lock.json $(CONSOLE_SOURCES)
	cd $(CONSOLE) && npm run --silent build
	@touch $@

console-if-possible:
	@if npm --version >/dev/null 2>&1 && $(NODE_IS_NEW); \
	then $(MAKE) --no-print-directory console || echo "The agent console could not be built: going on without it."; \
	else echo "Going on without the agent console: it needs Node.js 20.19 or newer, with npm."; fi

pin-images: ## write the digests of the images into Dockerfile and compose.yaml (needs Docker and its registry)
	@for image in $$(sed -nE 's/^(FROM| *image:) ([a-z]+:[^ @]+).*/\2/p' Dockerfile compose.yaml | sort -u); do \
		digest=$$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' $$image) || exit 1; \
		sed -i -E "s|^(FROM\| *image:) $$image(@sha256:[0-9a-f]+)?|\1 $$image@$$digest|" Dockerfile compose.yaml; \
		echo "$$image@$$digest"; \
	done

graphiql: ## build GraphiQL again (needs Node.js 20.19 or newer)
	cd graph/graphiql && $(NPM_CI) && npm run build

typed: $(PYTHON_CLIENT)/.codegen/pyvenv.cfg ## generate the Python client's api/ again, after a change of the schema or of a document
	cd $(PYTHON_CLIENT) && .codegen/bin/python $(INSTALL_LOCK) codegen.lock
	cd $(PYTHON_CLIENT) && .codegen/bin/python -m ariadne_codegen >/dev/null

$(PYTHON_CLIENT)/.codegen/pyvenv.cfg:
	$(PYTHON) -m venv $(@D)

lock: ## resolve pyproject.toml into the lock files again (needs uv)
	$(LOCK) pyproject.toml --extra build --extra test --extra dev --output-file requirements-dev.lock
	$(LOCK) pyproject.toml --extra build --constraint requirements-dev.lock --output-file requirements.lock
	cd $(PYTHON_CLIENT) && $(LOCK) pyproject.toml --output-file requirements.lock
	cd $(PYTHON_CLIENT) && $(LOCK) codegen.in --output-file codegen.lock

clean: ## remove what was built and installed, but no data
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
