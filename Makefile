# `make help` lists the targets. Everything stays inside the checkout's .venv, $PBX_STATE_DIR and the wheel cache.
SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV ?= .venv
PYTHON := $(VENV)/bin/python
STACK := $(PYTHON) -m deploy.stack
PACKAGES := billing callmanager deploy pbxsite provisioning sipworker tenants tests

.PHONY: help
help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- run ---------------------------------------------------------------------------------------

.PHONY: setup
setup:  ## install what running needs; does nothing the second time
	@deploy/install.sh run

.PHONY: run
run: setup  ## start everything in the foreground; Ctrl-C stops it
	@$(STACK) run

.PHONY: up
up: setup  ## start everything in the background
	@$(STACK) up

.PHONY: stop status logs
stop:  ## stop what `make run` or `make up` started
	@$(STACK) stop
status:  ## what runs, and where
	@$(STACK) status
logs:  ## follow all logs
	@$(STACK) logs

.PHONY: demo-call
demo-call: setup  ## two phones call each other; prints what they heard and the stored CDR
	@$(STACK) exec $(PYTHON) -m tests.phones.demo_call

.PHONY: bench
bench: setup-dev  ## measure calls and registrations per second; see docs/benchmarks.md
	@$(PYTHON) -m tests.bench

.PHONY: clean
clean:  ## remove the state directory and .venv (the wheel cache stays)
	@deploy/clean.sh

# --- check -------------------------------------------------------------------------------------

.PHONY: setup-dev
setup-dev:
	@deploy/install.sh test

.PHONY: test
test: setup-dev check pytest  ## everything CI runs

.PHONY: pytest
pytest:
	@$(STACK) services -- $(PYTHON) -m pytest $(PYTEST)

.PHONY: test-pure
test-pure:  ## the decisions alone, in seconds, nothing running
	@$(PYTHON) -m pytest -p no:django tests/pure $(PYTEST)

.PHONY: check lint types contracts
check: lint types contracts  ## ruff, mypy, import contracts
lint:
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
types:
	@$(STACK) services -- $(PYTHON) -m mypy $(PACKAGES)
contracts:
	@$(VENV)/bin/lint-imports --no-cache

.PHONY: format
format:  ## let ruff rewrite what it can
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

.PHONY: requirements
requirements:  ## pin anew after a change of requirements*.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.txt
