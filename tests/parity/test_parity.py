"""Each style does what the stock package does, on every engine: the same scripts print the same lines."""

from __future__ import annotations

import importlib
import json
import operator
from pathlib import Path

import pytest

import anywasm
import children
from parity import comparison
from parity.comparison import Difference

STYLES = ["wasmer", "wasmtime"]

CODE = """
    import json, sys
    import anywasm
    from parity import probing
    style = sys.argv[1]
    anywasm.activate(style)
    print(json.dumps(probing.run_all(style)))
"""


@pytest.mark.parametrize("style", STYLES)
def test_the_same_as_stock(engine: str, style: str) -> None:
    capabilities = next(info.capabilities for info in anywasm.engines() if info.name == engine)
    ours = json.loads(children.run(engine, CODE, style).splitlines()[-1])
    allowed = comparison.differences(style)
    found = comparison.problems(comparison.recorded(style), ours, allowed, capabilities)
    assert not found, f"{len(found)} on {engine}:\n" + "\n".join(found)


@pytest.mark.parametrize("recorded", [pytest.param(path, id=path.stem) for path in comparison.EXPECTED.glob("*.names")])
def test_every_name_is_there(recorded: Path) -> None:
    package = importlib.import_module(f"anywasm.{recorded.stem}")
    names = recorded.read_text().split()
    missing = []
    for name in names:
        try:
            operator.attrgetter(name)(package)
        except AttributeError:
            missing.append(name)
    assert names
    assert not missing


ENTRY = Difference(
    probe="s: f(*)",
    stock="!! Panic: (?P<when>.*)",
    ours="!! TypeError: not <when>, without <lacks>",
    reason="stock panics",
    lacks=("x", "y"),
)
STOCK = {"s: f([0])": "!! Panic: at once", "s: g()": "-> int: 1", "s: h()": "!! KeyError: no"}


@pytest.mark.parametrize(
    ("changes", "capabilities", "expected"),
    [
        ({}, [], []),
        ({"s: g()": "-> int: 2"}, [], ["s: g()\n    stock -> int: 1\n    ours  -> int: 2"]),
        ({"s: f([0])": "!! Panic: at once"}, [], [f"{ENTRY}\n    is about nothing that differs"]),
        ({"s: f([0])": "!! TypeError: 1"}, [], ["s: f([0])\n    stock !! Panic: at once\n    ours  !! TypeError: 1"]),
        ({"s: f([0])": "!! TypeError: not at once, without y"}, ["x"], []),
        ({}, ["x"], ["s: f([0])\n    stock !! Panic: at once\n    ours  !! TypeError: not at once, without x"]),
        (
            {"s: f([0])": "!! TypeError: not at once, without y"},
            ["x", "y"],
            ["s: f([0])\n    stock !! Panic: at once\n    ours  !! TypeError: not at once, without y"],
        ),
        ({"s: h()": "!! Both(TypeError, KeyError): no"}, [], []),
        (
            {"s: h()": "!! Both(TypeError, KeyError): yes"},
            [],
            ["s: h()\n    stock !! KeyError: no\n    ours  !! Both(TypeError, KeyError): yes"],
        ),
        ({"s: new": "-> int: 1"}, [], ["s: new\n    is not recorded"]),
    ],
)
def test_the_comparison(changes: dict[str, str], capabilities: list[str], expected: list[str]) -> None:
    ours = {**STOCK, "s: f([0])": "!! TypeError: not at once, without x", **changes}
    assert comparison.problems(STOCK, ours, [ENTRY], capabilities) == expected
