.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo test check setup ui format wheel test-faults bench-cache bench-peers bench-scale clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

# torch stays out of this environment; it is an extra with its own file in constraints/
$(STAMP): pyproject.toml constraints/ci.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints/ci.txt --editable '.[embedded,ui,dev]'
	@touch $(STAMP)

setup: $(STAMP) ## make .venv and install everything

demo: $(STAMP) ## build, gate and publish dataset qmirror on this machine's CPU
	@$(BIN)/qmirror build qmirror $(if $(wildcard data/releases/qmirror/2026.11.0),,--version 2026.11.0)

test: $(STAMP) ## the whole test suite
	$(BIN)/python -m pytest -m 'not slow and not gpu'

test-faults: $(STAMP) ## the long form of the fault suite
	HYPOTHESIS_PROFILE=new $(BIN)/python -m pytest tests/faults tests/security -m 'slow or not slow'

bench-cache: $(STAMP) ## calls after every kind of edit, kill and failure
	@$(BIN)/python -m benchmarks.cache

bench-scale: $(STAMP) ## time and memory over rows, six stages (ROWS="10000 100000 1000000")
	@$(BIN)/python benchmarks/scale.py --rows $(or $(ROWS),10000 100000 1000000) $(if $(ROWS),,--table benchmarks/results/scale.md)

bench-peers: $(STAMP) ## wall, CPU and memory beside similar tools
	@$(BIN)/python -m benchmarks.peers

check: $(STAMP) ## format, lint, types, import rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/unit/test_imports.py

format: $(STAMP) ## rewrite files to the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

ui: $(STAMP) ## Dagster UI on loopback
	@$(BIN)/qmirror ui

wheel: $(STAMP) ## build the wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean: ## remove what builds and tests made (not .venv, not data/)
	rm -rf dist .mypy_cache .ruff_cache .hypothesis test-artifacts
