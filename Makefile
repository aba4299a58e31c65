# `make demo` and `make test` need a Rust toolchain, a C compiler and Python. Everything else comes from PyPI and
# crates.io. `make help` lists the targets. CONTRIBUTING.md explains when to use which.

PYTHON ?= python3
CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/anywasm
VENV := .venv
BIN := $(VENV)/bin

# The engine and the tests of `make quick`, and the engine of `make rust-test`.
E ?= wasmi
K ?=
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
TARGET := $(or $(CARGO_TARGET_DIR),target)

# What our build scripts need: Python with cffi for the glue, libclang for the bindings, cmake for wasmtime's C API.
CARGO_ENV = PYTHON="$(CURDIR)/$(BIN)/python" PATH="$(CURDIR)/$(BIN):$$PATH" \
            LIBCLANG_PATH="$$($(CURDIR)/$(BIN)/python -c "import clang; print(*clang.__path__)")/native"

# The engines that cargo builds, and NAME=ENGINE for each engine and for each variant of an engine. In the table, the
# name is the first key of a row, and a row without a crate is a variant or a library of the system.
TABLE := wasm_c_api/engines.toml
ALL_ENGINES := $(shell awk -F'"' '/^name/ {name = $$2} /^crate/ {print name}' $(TABLE))
NAMES := $(shell awk -F'"' '/^.\[engine\]/ {e = ""} /^name/ {e = e ? e : $$2; print $$2 "=" e}' $(TABLE))
VARIANTS := $(filter-out $(foreach name,$(ALL_ENGINES) system,$(name)=%),$(NAMES))
engine = $(patsubst $(1)=%,%,$(filter $(1)=%,$(NAMES)))
# The engines and variants to build; an empty ANYWASM_ENGINES means all engines.
comma := ,
ENGINES := $(patsubst all,$(ALL_ENGINES),$(subst $(comma), ,$(or $(ANYWASM_ENGINES),all)))
MODULE_FILES := $(shell find .cargo build.rs Cargo.toml Cargo.lock src wasm_c_api -type f -not -name '*.pyc')
# An empty file. Make compares its time stamp with those of its prerequisites to decide whether to install again.
INSTALLED := $(VENV)/installed.stamp

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

# Setting up

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

# The package without any engine, and the tools for tests and lints.
$(INSTALLED): pyproject.toml setup.py | $(BIN)/python
	ANYWASM_ENGINES= $(BIN)/python -m pip install --editable '.[test]' >&2
	touch $@

# An engine module is an extension module of Python. It contains one engine. Cargo alone builds it, without pip.
$(TARGET)/modules/%.so: $(MODULE_FILES) hide_paths.py | $(INSTALLED)
	$(CARGO_ENV) cargo build --release --locked --package anywasm --features $*,python
	install -D $(TARGET)/release/libanywasm.so $@
	$(BIN)/python hide_paths.py $@

# Make would otherwise delete the files of the rule above, as intermediate files of the next rule.
.PRECIOUS: $(TARGET)/modules/%.so

# Puts an engine module into the package. Variants of an engine have the same place, so the last one stays there.
# `install` replaces the file, so that running programs keep the old one; `-C` leaves an equal file alone.
module-%: $(TARGET)/modules/%.so
	@install -C $< python/anywasm/engines/_$(subst -,_,$(call engine,$*)).abi3.so

.PHONY: develop
develop: $(INSTALLED) $(ENGINES:%=module-%) ## install for development, with all engines and what the tests need

# The demo replaces the development install by a real one, so the next `make develop` has to install again.
.PHONY: demo
demo: $(BIN)/python ## build two engines, and run a C program on each, in both styles
	rm -f $(INSTALLED)
	ANYWASM_ENGINES=$${ANYWASM_ENGINES:-wasmtime,wasmi} $(BIN)/python -m pip install .
	$(BIN)/python examples/demo.py

.PHONY: env
env: $(INSTALLED) ## print the environment that cargo needs, for the shell to evaluate
	@echo export CARGO_BUILD_BUILD_DIR='"$(CARGO_BUILD_BUILD_DIR)"' ANYWASM_CHECKOUT='"$(CURDIR)"' '$(CARGO_ENV)'

# The fast loop

.PHONY: quick
quick: module-$(E) ## run the tests that match K on one engine: make quick K=memory [E=wasmi]
	ANYWASM_ENGINE=$(call engine,$(E)) $(BIN)/python -m pytest -q -x --engine $(call engine,$(E)) -m 'not slow' -k '$(K)'

.PHONY: rust-test
rust-test: $(INSTALLED) ## run the Rust tests on one engine: make rust-test [E=wasmi]
	$(BIN)/python tests/tools/shim.py test $(E)

.PHONY: fmt
fmt: $(INSTALLED) ## format the Rust and Python code
	$(BIN)/python tests/tools/shim.py fmt
	$(BIN)/ruff format
	$(BIN)/ruff check --fix-only --select I

.PHONY: lint
lint: $(INSTALLED) ## check formatting, lints, types and generated files; builds no engine
	$(BIN)/python tests/tools/shim.py fmt --check
	$(BIN)/python tests/tools/shim.py clippy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict --package anywasm
	MYPYPATH=conformance $(BIN)/mypy --strict --package anywasm_conformance

# Before a change is merged

.PHONY: test
test: lint develop lint-engines test-shim test-python test-oldest-python ## build all engines and run everything but the slow tests

.PHONY: test-full
test-full: lint develop lint-engines test-shim test-all test-pythons test-variants ## run everything, before a release

.PHONY: lint-engines
lint-engines: $(INSTALLED) ## run clippy with each engine
	$(BIN)/python tests/tools/shim.py clippy all

.PHONY: test-shim
test-shim: $(INSTALLED) ## run the Rust tests on each engine
	$(BIN)/python tests/tools/shim.py test

.PHONY: test-python
test-python: develop ## run the Python tests on each engine and in both styles, without the slow ones
	$(CARGO_ENV) $(BIN)/python -m pytest -n 2 -m 'not slow'

.PHONY: test-all
test-all: develop ## run all Python tests on each engine and in both styles
	$(CARGO_ENV) $(BIN)/python -m pytest -n 2

.PHONY: test-oldest-python
test-oldest-python: develop ## run the Python tests on the oldest Python that pyenv has
	$(BIN)/python tests/tools/pythons.py $(firstword $(OTHER_PYTHONS))

.PHONY: test-pythons
test-pythons: develop ## run the Python tests on the oldest and the newest Python that pyenv has
	$(BIN)/python tests/tools/pythons.py $(OTHER_PYTHONS)

# A variant takes the place of its engine in the package. `make develop` puts the engine back.
.PHONY: test-variants
test-variants: $(VARIANTS:%=test-variant-%) ## run the Python tests on variants of engines, such as wasmer-singlepass
	$(MAKE) develop

test-variant-%:
	$(MAKE) module-$(firstword $(subst =, ,$*))
	$(BIN)/python -m pytest -n 2 -m 'not slow' --engine $(lastword $(subst =, ,$*))

# Generated files and measurements

.PHONY: header
header: $(INSTALLED) ## write the generated files: src/anywasm.h, Python's constants and the properties of Config
	$(BIN)/python tests/tools/shim.py header

.PHONY: reach
reach: develop ## count the shared tests that each engine runs, for `anywasm engines`
	$(BIN)/python tests/tools/reach.py > /dev/null

.PHONY: soak
soak: develop ## do each public operation many times on each engine, and print what a round leaves behind
	$(BIN)/python tests/soak/soak.py

.PHONY: conformance
conformance: develop ## run the official test suite on all engines; writes docs/conformance.md
	$(CARGO_ENV) $(BIN)/anywasm conformance --c-api --record

.PHONY: bench
bench: develop ## measure against the peers
	$(BIN)/python benchmarks/run.py

# Faults on purpose: make mutants [N=10] [SEED=1] [E=wasmi] [LANGUAGE=rust]
N ?= 10
SEED ?= 1
LANGUAGE ?= python

.PHONY: mutants
mutants: module-$(E) ## list random faults that no test notices: make mutants [N=10] [SEED=1] [E=wasmi] [LANGUAGE=rust]
	$(BIN)/python -m pip install --quiet 'cosmic-ray>=8.3'
	$(CARGO_ENV) nice $(BIN)/python tests/tools/mutants.py $(LANGUAGE) $(N) $(SEED) $(call engine,$(E))

.PHONY: clean
clean: ## remove what was built here; compiled engines stay in the cache
	rm -rf $(VENV) build dist target *.egg-info python/*.egg-info python/anywasm/engines/*.so
