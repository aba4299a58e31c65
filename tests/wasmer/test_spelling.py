"""The text format's former names: taken, with a warning for those who ask for it."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable

import pytest

from anywasm.wasmer import Module, Store, wat2wasm

FORMER = "(module (func (param i32) (result i32) get_local 0))"
TODAY = FORMER.replace("get_local", "local.get")

READERS: dict[str, Callable[[str], object]] = {
    "wat2wasm": lambda text: wat2wasm(text),
    "Module": lambda text: Module(Store(), text),
}


@pytest.mark.parametrize("reader", READERS)
def test_former_names_come_with_a_warning_at_the_callers_line(reader: str) -> None:
    with pytest.warns(PendingDeprecationWarning, match="get_local for local.get") as caught:
        READERS[reader](FORMER)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize("reader", READERS)
def test_the_warning_can_be_made_an_error(reader: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        READERS[reader](TODAY)
        with pytest.raises(PendingDeprecationWarning):
            READERS[reader](FORMER)


def test_nobody_is_bothered_who_does_not_ask() -> None:
    code = f"from anywasm.wasmer import wat2wasm; print(wat2wasm({FORMER!r}) == wat2wasm({TODAY!r}))"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("PYTHONWARNINGS", None)
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")
