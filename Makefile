# Two commands matter: `make demo` and `make test`. Everything else is for those who change things.
.DEFAULT_GOAL := help
VENV := .venv/bin
PYTHON_DIRS := acd agents ivr recordings config asterisk demo bench tests

.PHONY: help setup demo run test check check-long format bench lock

help:           ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup:          ## virtual environment, dependencies, the private Asterisk root
	@scripts/setup
	@$(VENV)/python -m asterisk.lab root

demo: export SETUP_BEGAN := $(shell date +%s)
demo: setup     ## real phones call through a real Asterisk; what happened to each call, and why
	@$(VENV)/python -m demo

run: setup      ## the same system, left running: dial in with your own softphone
	@$(VENV)/python -m demo run

test:           ## everything, the tests on the real Asterisk included
	@scripts/setup test
	@$(VENV)/python -m asterisk.lab root
	@scripts/test

check:          ## format, lint, types, imports and unit tests: before each commit
	@scripts/setup test
	$(VENV)/ruff format --check $(PYTHON_DIRS)
	$(VENV)/ruff check $(PYTHON_DIRS)
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/pytest -q -n 2 tests/unit tests/playbooks

check-long:     ## the long form of the simulations: 1,000,000 random events against the oracle
	@scripts/setup test
	STROWGER_LONG=1 $(VENV)/pytest -q tests/simulation --timeout 3600

bench: setup    ## measurements beside app_queue; writes bench/results.json
	@$(VENV)/python -m bench

format:         ## rewrite the sources as ruff wants them
	$(VENV)/ruff format $(PYTHON_DIRS)
	$(VENV)/ruff check --fix $(PYTHON_DIRS)

lock:           ## resolve the dependencies anew into requirements.lock (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --upgrade pyproject.toml -o requirements.lock
