# Every target that has a ## comment is listed by `make help`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TOOLS := tests/tools/node_modules

# One file of tests at a time to each core, in order: the first ones take longest. Compiled code is kept, even where the
# environment says that it is not: the tests start hundreds of processes, and each would compile all of it again.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Stamps: a file that is newer than what it was made from says that the step need not run again.
VENV_MADE := $(VENV)/.made
LOCK_INSTALLED := $(VENV)/.lock-installed
TEST_LOCK_INSTALLED := $(VENV)/.test-lock-installed
PROJECT_INSTALLED := $(VENV)/.project-installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test coverage lint bench bench-large openapi format lock clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

serve: $(PROJECT_INSTALLED) ## Install, migrate, load the seeds and serve on 127.0.0.1:8000
	@exec $(BIN)/newsfacts serve --seed

test: $(TEST_LOCK_INSTALLED) $(PROJECT_INSTALLED) tools lint ## Run everything that must pass: lint, types, import rule, tests
	$(PYTEST)

coverage: $(TEST_LOCK_INSTALLED) $(PROJECT_INSTALLED) tools ## Run the tests and tell which lines none of them ran
	$(PYTEST) --cov --cov-report=term

lint: $(TEST_LOCK_INSTALLED) $(PROJECT_INSTALLED) ## Run the checks that need no server: ruff, mypy, import rule
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# benchmarks/README.md says what is measured. The peers' own packages are installed on first use.
bench: $(TEST_LOCK_INSTALLED) $(PROJECT_INSTALLED) ## Measure everything and say which targets are met (BENCH_FLAGS=--quick: see that it runs)
	$(BIN)/python -m benchmarks $(BENCH_FLAGS)

bench-large: $(TEST_LOCK_INSTALLED) $(PROJECT_INSTALLED) ## Measure growth to 10,000,000 facts, made for it and removed (BENCH_FLAGS=--databases sqlite)
	$(BIN)/python -m benchmarks.growth --clean $(BENCH_FLAGS)
	$(BIN)/python -m benchmarks --show

openapi: $(PROJECT_INSTALLED) ## Write openapi.yaml and its examples anew from the code and the seeds
	$(BIN)/python -m api.explorer.examples > examples.json.new && mv examples.json.new schemas/examples.json
	$(BIN)/newsfacts openapi > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

format: $(TEST_LOCK_INSTALLED) ## Format the code and mend what ruff can mend
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# uv writes one file that holds for every platform and Python; it is needed here only, so it has a place of its own.
# --no-config and the --no-emit flags keep this machine's own indexes and paths out of the files.
UV_COMPILE = build/uv/bin/uv --quiet --no-config pip compile pyproject.toml --group build --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

lock: ## Resolve both lock files anew (LOCK_FLAGS=--upgrade: to the newest releases)
	$(PYTHON) -m venv build/uv
	build/uv/bin/python -m pip --disable-pip-version-check --quiet install 'uv>=0.9'
	$(UV_COMPILE) $(LOCK_FLAGS) --extra extract --extra parquet --extra test --output-file requirements-test.lock
	$(UV_COMPILE) $(LOCK_FLAGS) --extra extract --constraints requirements-test.lock --output-file requirements.lock

clean: ## Remove what the targets above made, except databases
	rm -rf $(VENV) $(TOOLS) build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -rf *.egg-info openapi.yaml.new

$(VENV_MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "newsfacts needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(LOCK_INSTALLED): requirements.lock | $(VENV_MADE)
	$(PIP) install --require-hashes --requirement requirements.lock
	@touch $@

$(TEST_LOCK_INSTALLED): requirements-test.lock | $(VENV_MADE)
	$(PIP) install --require-hashes --requirement requirements-test.lock
	@touch $@

# Editable, so that a change to the code needs no second install. The build tool comes from the lock file too.
$(PROJECT_INSTALLED): pyproject.toml $(LOCK_INSTALLED)
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# What the tests use besides Python. A machine that lacks Node or Chromium, and may not install it, skips their tests.
.PHONY: tools
tools: $(TOOLS)/.installed
	@sh tests/tools/debian.sh chromium

$(TOOLS)/.installed: tests/tools/package.json tests/tools/package-lock.json tests/tools/.npmrc
	@if command -v npm > /dev/null; then \
		echo npm ci; npm ci --prefix tests/tools --no-progress --loglevel=error && touch $@; \
	else echo 'no npm here: the tests that need Node will be skipped'; fi
