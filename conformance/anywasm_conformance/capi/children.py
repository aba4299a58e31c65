"""One process for each function: `python -m anywasm_conformance.capi.children LIBRARY` prints what each does, as JSON.

A child says which function it calls before it calls it, so that of one that dies it is known what killed it.
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

#: Seconds after which a probe is taken for hanging.
_PATIENCE = 20


def verdict(library: str, name: str) -> dict[str, str]:
    """What a function does: works, wrong, kills, missing, or cannot be reached since another it needs does not work."""
    with tempfile.TemporaryFile() as errors:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reader)
            os.dup2(errors.fileno(), 2)
            os.dup2(errors.fileno(), 1)
            signal.alarm(_PATIENCE)
            faulthandler.disable()  # Its words are not the library's.
            _probe(library, name, writer)
            os._exit(0)
        os.close(writer)
        with open(reader) as said:
            lines = [json.loads(line) for line in said]
        _, status = os.waitpid(pid, 0)
        errors.seek(0)
        words = errors.read().decode(errors="replace")
    if lines and "verdict" in lines[-1]:
        return dict(lines[-1])
    killer = lines[-1]["call"] if lines else name
    how = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else f"exit {os.WEXITSTATUS(status)}"
    if killer != name:
        return {"verdict": "out of reach", "detail": f"{killer} kills the process ({how})"}
    return {"verdict": "kills", "detail": f"{how}{_last_words(words)}"}


def _last_words(text: str) -> str:
    """What was said of a panic: the line after the one that tells where."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line, following in pairwise(lines):
        if "panicked at" in line:
            return f": {following}"
    return f": {lines[0]}" if lines else ""


def _probe(library: str, name: str, out: int) -> None:
    def say(**what: Any) -> None:
        os.write(out, json.dumps(what).encode() + b"\n")

    loaded = ctypes.CDLL(library)
    if not hasattr(loaded, name):
        say(verdict="missing")
        return
    try:
        PROBES[name](World(loaded, lambda called: say(call=called)))
    except Missing as missing:
        say(verdict="out of reach", detail=f"{missing} is missing")
    except Wrong as wrong:
        say(verdict="wrong", detail=str(wrong))
    else:
        say(verdict="works")


if __name__ == "__main__":
    print(json.dumps({name: verdict(sys.argv[1], name) for group in GROUPS.values() for name in group}))
