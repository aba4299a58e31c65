# `make demo` and `make test` need a Rust toolchain, a C compiler and Python. Everything else comes from PyPI and
# crates.io. `make help` lists the targets. CONTRIBUTING.md explains when to use which.

PYTHON ?= python3
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/anywasm
VENV := .venv
BIN := $(VENV)/bin

# The engine and the tests of `make quick`, and the engine of `make rust-test`.
E ?= wasmi
K ?=
ALL_ENGINES := wasmtime,wasmtime-standard,wasmer,wasmi
# Other interpreters for `make test-pythons`: by default the oldest and the newest that pyenv has.
OTHER_PYTHONS ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.10.*/bin/python3)) \
                 $(lastword $(wildcard $(HOME)/.pyenv/versions/3.1[3-9].*/bin/python3))

# A first build of all engines takes more than 15 minutes. All checkouts on a machine therefore share one folder for
# compiled crates, outside the checkout. Each checkout has its own folder `target` for finished libraries and programs.
export CARGO_BUILD_BUILD_DIR ?= $(or $(CARGO_TARGET_DIR),$(CACHE)/target)
# Cargo compares the time stamps of source files, not their contents. In a shared folder it could therefore use what
# another checkout built from its version of our own crates. The build scripts and tools read this variable at compile
# time, so cargo rebuilds them, and all that depends on them, when the last build was for another checkout.
export ANYWASM_CHECKOUT := $(CURDIR)

# The environment that cargo needs: Python with cffi for the glue, libclang for the bindings, cmake for wasmtime.
CARGO_ENV = PYTHON="$(CURDIR)/$(BIN)/python" PATH="$(CURDIR)/$(BIN):$$PATH" \
            LIBCLANG_PATH="$$($(BIN)/python -c 'import clang; print(*clang.__path__)')/native"
# All files that an engine module is built from.
MODULE_FILES := $(shell find .cargo build.rs Cargo.toml Cargo.lock src wasm_c_api -type f -not -name '*.pyc')
PACKAGING_FILES := pyproject.toml setup.py
# Empty files. Make compares their time stamps with the files above to decide whether to install again.
TOOLS := $(VENV)/tools.stamp
DEVELOP := $(VENV)/develop-$(or $(ANYWASM_ENGINES),all).stamp

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# Setting up

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

# Installs the package without any engine, with the tools for tests and lints.
$(TOOLS): $(PACKAGING_FILES) | $(BIN)/python
	ANYWASM_ENGINES= $(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

$(DEVELOP): $(PACKAGING_FILES) $(MODULE_FILES) | $(BIN)/python
	ANYWASM_ENGINES=$${ANYWASM_ENGINES:-$(ALL_ENGINES)} $(BIN)/python -m pip install --editable '.[test]'
	touch $(TOOLS) $@

.PHONY: demo
demo: | $(BIN)/python ## build two engines, and run a C program on each, in both styles
	ANYWASM_ENGINES=$${ANYWASM_ENGINES:-wasmtime,wasmi} $(BIN)/python -m pip install .
	$(BIN)/python examples/demo.py
	@rm -f $(VENV)/*.stamp

.PHONY: develop
develop: $(DEVELOP) ## install for development, with all engines and what the tests need

.PHONY: env
env: $(TOOLS) ## print the environment for cargo: eval "$(make -s env)"
	@echo export CARGO_BUILD_BUILD_DIR='$(CARGO_BUILD_BUILD_DIR)' ANYWASM_CHECKOUT='$(CURDIR)' $(CARGO_ENV)

# The fast loop

# One engine module, built by cargo alone. `install` replaces the file, so that running programs keep the old one.
python/anywasm/engines/_%.abi3.so: $(MODULE_FILES) | $(TOOLS)
	$(CARGO_ENV) cargo build --release --locked --package anywasm --features $(subst _,-,$*),python
	install $(or $(CARGO_TARGET_DIR),target)/release/libanywasm.so $@

.PHONY: quick
quick: python/anywasm/engines/_$(subst -,_,$(E)).abi3.so ## run the tests that match K on one engine: make quick K=memory [E=wasmi]
	ANYWASM_ENGINE=$(E) $(BIN)/python -m pytest -q -x --engine $(E) -m 'not slow' -k '$(K)'

.PHONY: rust-test
rust-test: $(TOOLS) ## run the Rust tests on one engine: make rust-test [E=wasmi]
	$(BIN)/python tests/tools/shim.py test $(E)

.PHONY: fmt
fmt: $(TOOLS) ## format the Rust and Python code
	cargo fmt --all
	$(BIN)/ruff format
	$(BIN)/ruff check --fix-only --select I

.PHONY: lint
lint: $(TOOLS) ## check formatting, lints and types; builds no engine
	cargo fmt --all --check
	$(BIN)/python tests/tools/shim.py clippy --no-engine
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict --package anywasm
	MYPYPATH=conformance $(BIN)/mypy --strict --package anywasm_conformance

# Before a change is merged

.PHONY: test
test: develop lint lint-engines test-shim test-python ## build all engines and run everything but the slow tests

.PHONY: test-full
test-full: develop lint lint-engines test-shim test-python-full test-pythons ## run everything, before a release

.PHONY: lint-engines
lint-engines: $(TOOLS) ## run clippy with each engine
	$(BIN)/python tests/tools/shim.py clippy

.PHONY: test-shim
test-shim: $(TOOLS) ## run the Rust tests on each engine
	$(BIN)/python tests/tools/shim.py test

.PHONY: test-python
test-python: develop ## run the Python tests on each engine and in both styles, without the slow ones
	$(BIN)/python -m pytest -n 2 -m 'not slow'

.PHONY: test-python-full
test-python-full: develop ## run all Python tests on each engine and in both styles
	$(BIN)/python -m pytest -n 2

.PHONY: test-pythons
test-pythons: develop ## run the Python tests on the oldest and the newest Python that pyenv has
	$(BIN)/python tests/tools/pythons.py $(OTHER_PYTHONS)

# Generated files and measurements

.PHONY: header
header: $(TOOLS) ## write src/anywasm.h from src/abi
	$(BIN)/python tests/tools/shim.py header

.PHONY: reach
reach: develop ## count the shared tests that each engine runs, for `anywasm engines`
	$(BIN)/python tests/tools/reach.py > /dev/null

.PHONY: conformance
conformance: develop ## run the official test suite on all engines; writes docs/conformance.md
	$(BIN)/anywasm conformance --c-api --record

.PHONY: bench
bench: develop ## measure against the peers
	$(BIN)/python benchmarks/run.py

.PHONY: clean
clean: ## remove what was built here; compiled engines stay in the cache
	rm -rf $(VENV) build dist target *.egg-info python/*.egg-info python/anywasm/engines/*.so
