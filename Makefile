# CENcomm. `make` alone lists the targets. Everything is installed into .venv from the package index.
SHELL := /bin/bash
PYTHON ?= python3.11
BIN := .venv/bin
PYTHON_SOURCES := cencomm cen_core tests tools web/client/test/python hatch_build.py
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run demo test fast web client browser screenshots lint types layers i18n vectors bench fuzz soak check clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.installed ## Make .venv and install everything into it

.venv/.installed: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "CENcomm needs Python 3.11 or newer: set PYTHON=python3.x"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q -e . --group dev
	@touch $@

run: setup client ## Start the server with a demonstration operation; prints a sign-in link for each account
	$(BIN)/cencomm serve --demo

demo: setup ## A whole operation, checked record by record (RECORDS=table.csv, DATABASE=url)
	$(BIN)/python -m cencomm.cli.demo $(if $(RECORDS),--records "$(RECORDS)") $(if $(DATABASE),--database "$(DATABASE)")

test: setup web client ## Every test, with a real PostgreSQL and a Node that it brings itself
	$(BIN)/pytest -n 2 --dist loadfile tests

web/client/node_modules/.installed: web/client/package-lock.json .venv/.installed
	$(BIN)/python tools/npm.py ci --no-audit --no-fund --loglevel=error
	@touch $@

web: setup web/client/node_modules/.installed ## The browser client: types and tests
	$(BIN)/python tools/npm.py run --silent types
	$(BIN)/python tools/npm.py test --silent

fast: setup ## Unit tests only, in seconds
	$(BIN)/pytest -n 2 tests/unit

client: setup web/client/node_modules/.installed ## Build the browser client, which the server then serves
	$(BIN)/python tools/npm.py run --silent build

browser: setup client ## The tests in a real browser only
	$(BIN)/pytest -n 2 --dist loadfile tests/browser

screenshots: setup web/client/node_modules/.installed ## Every screen of the browser client, into build/screenshots (needs Chromium)
	$(BIN)/python tools/screenshots.py build/screenshots

lint: setup ## Style: ruff, and every module has its test module
	$(BIN)/ruff check $(PYTHON_SOURCES)
	$(BIN)/ruff format --check $(PYTHON_SOURCES)
	$(BIN)/python tools/mirror.py

types: setup ## mypy --strict
	$(BIN)/mypy

layers: setup ## Who may import whom
	$(BIN)/lint-imports

i18n: setup ## Six languages, none with a gap, for Python and browser alike
	$(BIN)/python -m cencomm.i18n.check

vectors: setup ## Official and own test vectors, with their counts
	$(BIN)/pytest tests/vectors -q

bench: setup client ## Speed of delivery and of the browser client on this machine, into build/bench.json
	$(BIN)/python -m tests.bench

fuzz: setup ## Coverage-guided fuzzing of every decoder, SECONDS (60) each; NAMES="record template" for some
	$(BIN)/python -m pip install -q --group fuzz
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(NAMES)

soak: setup ## The long tests whole, then three processes under faults for MINUTES (60), and one on SQLite for half of that
	CENCOMM_TESTS=full $(BIN)/pytest tests/e2e/test_commit_storm.py tests/e2e/test_crash.py tests/e2e/test_demo.py tests/e2e/test_presence.py
	CENCOMM_TESTS=full $(BIN)/pytest tests/e2e/test_api_fuzz.py tests/e2e/test_core_api_fuzz.py tests/e2e/test_hostile_sockets.py tests/fuzz
	CENCOMM_TESTS=full $(BIN)/pytest tests/unit/bulk/test_real_tables.py tests/unit/xlsform/test_write.py
	$(BIN)/python -m tests.soak --form nodes --minutes $(or $(MINUTES),60)
	$(BIN)/python -m tests.soak --form single --minutes $$(($(or $(MINUTES),60) / 2))
	$(MAKE) fuzz

check: layers lint types i18n test ## All of the above: what CI runs

clean: ## Remove what the targets made (keeps var/, the server's data)
	rm -rf .venv web/client/node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
