"""The shared tests run on every installed engine, in both styles.

A test that takes `wasm` gets a driver: one style on one engine, with the same verbs. What an engine must be able to do
is asked by `@needs("capability")`, never by its name.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from typing import Any

import pytest

import anywasm
from anywasm.wasmtime import Store
from drivers import STYLES, Driver

pytest_plugins = ["conformance_fixtures"]

INSTALLED = [info.name for info in anywasm.engines() if info.installed]


#: The parameters of tests whose value is an engine's name, or begins with it.
ENGINE_PARAMETERS = ("wasm", "engine", "below")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", help="run on this engine only; tests that concern no engine run too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects the tests on other engines than the one named by the option `--engine`."""
    only = config.getoption("--engine")
    if only is None:
        return
    if only not in INSTALLED:
        raise pytest.UsageError(f"--engine: {only!r} is not installed; installed: {', '.join(INSTALLED)}")
    selected = [item for item in items if engine_of(item) in (None, only)]
    config.hook.pytest_deselected(items=[item for item in items if item not in selected])
    items[:] = selected


def engine_of(item: pytest.Item) -> str | None:
    """Returns the name of the engine that a test runs on, or None if the test concerns no engine."""
    callspec = getattr(item, "callspec", None)
    for name in ENGINE_PARAMETERS:
        if callspec is not None and name in callspec.params:
            value = callspec.params[name]
            return value if isinstance(value, str) else str(value[0])
    return None


def pytest_report_header() -> list[str]:
    lines = []
    for info in anywasm.engines():
        state = f"{info.version} ({info.backend})" if info.installed else f"not built: {info.problem}"
        lines.append(f"engine {info.name}: {state}")
    return lines


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*capabilities): skip where the engine lacks one")
    config.addinivalue_line("markers", "exhausts_the_stack: errors may be left behind")
    config.addinivalue_line("markers", "lacks(capability): skip where the engine has it")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "wasm" in metafunc.fixturenames:
        cases = [(engine, style) for engine in INSTALLED for style in STYLES]
        metafunc.parametrize("wasm", cases, ids=["-".join(case) for case in cases], indirect=True)
    elif "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", INSTALLED)


@pytest.fixture
def wasm(request: pytest.FixtureRequest) -> Iterator[Driver]:
    engine, style = request.param
    skip_by_capabilities(request, engine)
    with anywasm.use_engine(engine) as engine_module:
        yield STYLES[style]()
        # Where Python's stack is exhausted, the code that takes an error cannot run either.
        if not request.node.get_closest_marker("exhausts_the_stack"):
            check_nothing_pending(engine_module)
        while error := engine_module.lib.aw_error_take():
            engine_module.lib.aw_error_delete(error)


@pytest.fixture
def store(request: pytest.FixtureRequest, engine: str) -> Iterator[Store]:
    """A store of the style with an explicit one, on each engine, which is the default while the test runs."""
    skip_by_capabilities(request, engine)
    with anywasm.use_engine(engine) as engine_module:
        yield Store()
        check_nothing_pending(engine_module)


@pytest.fixture
def on_engine(request: pytest.FixtureRequest, engine: str) -> Iterator[str]:
    """For tests of one style that make their own stores: each engine is the default while the test runs."""
    skip_by_capabilities(request, engine)
    with anywasm.use_engine(engine) as engine_module:
        yield engine
        check_nothing_pending(engine_module)


def skip_by_capabilities(request: pytest.FixtureRequest, engine: str) -> None:
    """Does what the markers `needs` and `lacks` say."""
    has = next(info.capabilities for info in anywasm.engines() if info.name == engine)
    for mark in request.node.iter_markers("needs"):
        for capability in mark.args:
            if capability not in has:
                pytest.skip(f"{engine} lacks {capability}")
    for mark in request.node.iter_markers("lacks"):
        if mark.args[0] in has:
            pytest.skip(f"{engine} has {mark.args[0]}")


def known_fault(request: pytest.FixtureRequest, reason: str, engines: Collection[str] = INSTALLED) -> None:
    """Says that the running test fails on these engines, and why. It must not pass."""
    if engine_of(request.node) in engines:
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))


def check_nothing_pending(engine_module: Any) -> None:
    """An error that was left and never taken is a bug of whoever should have."""
    error = engine_module.lib.aw_error_take()
    if error:
        message = engine_module.text(error.message)
        engine_module.lib.aw_error_delete(error)
        raise AssertionError(f"an error was left behind: {message}")
    gc.collect()
