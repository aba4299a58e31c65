"""Runs the probe of each function in a separate process: `python -m anywasm_conformance.capi.children LIBRARY`.

Prints the verdict on each function as JSON. A child process reports the name of each function before it calls the
function. If the child process dies, the last reported function has killed the process.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import os
import signal
import sys
import tempfile
from itertools import pairwise
from typing import Any

from anywasm_conformance.capi.functions import GROUPS
from anywasm_conformance.capi.probes import PROBES, Wrong
from anywasm_conformance.capi.world import Missing, World

#: Time limit for a probe, in seconds.
_TIMEOUT = 20


def verdict(library: str, name: str) -> dict[str, str]:
    """Returns the verdict on a function: `works`, `wrong`, `kills`, `missing` or `out of reach`.

    A function is out of reach if its probe needs another function that is missing or kills the process.
    """
    with tempfile.TemporaryFile() as errors:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            os.dup2(errors.fileno(), 2)
            os.dup2(errors.fileno(), 1)
            signal.alarm(_TIMEOUT)
            faulthandler.disable()  # Python's fault handler would write to the output that the verdict quotes.
            _probe(library, name, writer)
            os._exit(0)
        os.close(writer)
        with open(reader) as reports:
            lines = [json.loads(line) for line in reports]
        _, status = os.waitpid(pid, 0)
        errors.seek(0)
        output = errors.read().decode(errors="replace")
    if lines and "verdict" in lines[-1]:
        return dict(lines[-1])
    killer = lines[-1]["call"] if lines else name
    ending = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    if killer != name:
        return {"verdict": "out of reach", "detail": f"{killer} kills the process ({ending})"}
    return {"verdict": "kills", "detail": f"{ending}{_panic_message(output)}"}


def _panic_message(output: str) -> str:
    """Returns the message of a Rust panic in an error output. Returns the first line if there was no panic.

    The message of a panic is on the line after the location of the panic.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    for line, following in pairwise(lines):
        if "panicked at" in line:
            return f": {following}"
    return f": {lines[0]}" if lines else ""


def _probe(library: str, name: str, descriptor: int) -> None:
    """Runs the probe of a function. Writes each called function, and finally the verdict, to the file `descriptor`."""

    def report(**line: Any) -> None:
        os.write(descriptor, json.dumps(line).encode() + b"\n")

    loaded_library = ctypes.CDLL(library)
    if not hasattr(loaded_library, name):
        report(verdict="missing")
        return
    try:
        PROBES[name](World(loaded_library, lambda called: report(call=called)))
    except Missing as missing:
        report(verdict="out of reach", detail=f"{missing} is missing")
    except Wrong as wrong:
        report(verdict="wrong", detail=str(wrong))
    else:
        report(verdict="works")


if __name__ == "__main__":
    print(json.dumps({name: verdict(sys.argv[1], name) for group in GROUPS.values() for name in group}))
