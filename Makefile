# `make demo` and `make test` need a Rust toolchain, a C compiler and Python; everything else comes from PyPI and
# crates.io. Compiled engines are kept in CACHE, outside this folder, so that they are built once.

PYTHON ?= python3
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/anywasm
export CARGO_TARGET_DIR ?= $(CACHE)/target

VENV := .venv
BIN := $(VENV)/bin
ALL_ENGINES := wasmtime,wasmtime-standard,wasmer,wasmi
# Other interpreters that the same built modules must serve; those that are there are tried, oldest and newest first.
OTHER_PYTHONS ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10.*/bin/python3)) \
                 $(lastword $(wildcard $(HOME)/.pyenv/versions/3.1[3-9].*/bin/python3))

.PHONY: help
help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

.PHONY: demo
demo: own-cache $(BIN)/python ## build two engines, and run a C program on each, in both styles
	ANYWASM_ENGINES=$${ANYWASM_ENGINES:-wasmtime,wasmi} $(BIN)/python -m pip install .
	$(BIN)/python examples/demo.py

# Cargo takes what another checkout built into the same cache for its own where the files here are older.
.PHONY: own-cache
own-cache:
	@mkdir -p $(CACHE)
	@[ "$$(cat $(CACHE)/checkout 2>/dev/null)" = "$(CURDIR)" ] || \
		find build.rs src wasm_c_api conformance tests/tools/rust -name '*.rs' -exec touch {} +
	@echo "$(CURDIR)" > $(CACHE)/checkout

.PHONY: develop
develop: own-cache $(BIN)/python ## install for development, with all engines and what the tests need
	ANYWASM_ENGINES=$${ANYWASM_ENGINES:-$(ALL_ENGINES)} $(BIN)/python -m pip install --editable '.[test]'

.PHONY: test
test: develop lint test-shim test-python test-pythons ## build all engines and run everything

.PHONY: lint
lint: develop ## formatting, lints and types
	cargo fmt --all --check
	$(BIN)/python tests/tools/shim.py clippy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict --package anywasm
	MYPYPATH=conformance $(BIN)/mypy --strict --package anywasm_conformance

.PHONY: test-shim
test-shim: develop ## the shim's own tests, on each engine
	$(BIN)/python tests/tools/shim.py test

.PHONY: test-python
test-python: develop ## the shared tests, on each engine and in both styles
	$(BIN)/python -m pytest -n 2

.PHONY: test-pythons
test-pythons: develop ## the same on the oldest and the newest Python found
	$(BIN)/python tests/tools/pythons.py $(OTHER_PYTHONS)

.PHONY: header
header: develop ## write the generated files: src/anywasm.h, Python's constants and Config's properties
	$(BIN)/python tests/tools/shim.py header

.PHONY: reach
reach: develop ## count the shared tests that each engine runs, for `anywasm engines`
	$(BIN)/python tests/tools/reach.py > /dev/null

.PHONY: bench
bench: develop ## measure against the peers
	$(BIN)/python benchmarks/run.py

.PHONY: conformance
conformance: develop ## run the official test suite on all engines; writes docs/conformance.md and what `anywasm engines` shows
	$(BIN)/anywasm conformance --c-api --record

.PHONY: clean
clean: ## remove what was built here; compiled engines stay in the cache
	rm -rf $(VENV) build dist *.egg-info python/*.egg-info python/anywasm/engines/*.so
