"""A process that has an engine loaded and forks one process for each file: `python -m anywasm_conformance.worker`.

It reads requests and writes answers, a line of JSON each. What a file's process finds it appends to a file, a line a
command: so what it found before it died is not lost, and the first command without a line is the one it died of.
Nothing here makes threads or engines before a fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from anywasm.engines import load
from anywasm_conformance import script, styles, suite
from anywasm_conformance.mortal import mortal
from anywasm_conformance.subject import Subject

#: How a process ended that did not run into anything.
DONE = "done"
TIMEOUT = "timeout"


def main(engine: str, options: str, folder: str) -> None:
    """Serves requests from stdin until it is closed; `options` are the engine's, as JSON."""
    load(engine)
    subject = Subject(engine, engine, json.loads(options))
    for name in styles.STYLES:
        __import__(f"{styles.__name__}.{name}")
    # Ctrl-C reaches the whole process group; it is the runner that decides what it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        request = json.loads(line)
        work = partial(_probe if request["verb"] == "probe" else _run, subject, Path(folder), request)
        ended = in_a_process(work, request["errors"], request["timeout"])
        print(json.dumps({"ended": ended}), flush=True)


def in_a_process(work: Callable[[], None], errors: str, timeout: float) -> str:
    """Runs `work` in a fork, its stderr in a file; says how that ended: `done`, `timeout`, or what killed it."""
    follow = mortal()
    pid = os.fork()
    if pid == 0:
        follow()
        with contextlib.suppress(OSError):
            os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            # Neither Python's nor the engine's own clean-up is what is tested.
            os._exit(code)
    process = os.pidfd_open(pid)
    try:
        ready, _, _ = select.select([process], [], [], timeout)
    finally:
        os.close(process)
    if not ready:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not ready:
        return TIMEOUT
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return DONE if os.WEXITSTATUS(status) == 0 else f"exit code {os.WEXITSTATUS(status)}"


def _run(subject: Subject, folder: Path, request: dict[str, Any]) -> None:
    data, blob = suite.load(folder, request["file"])
    style = styles.make(request["style"], subject)
    out = os.open(request["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for record in script.Script(request["file"], data, blob, style, frozenset(request["proposals"])).run():
        os.write(out, json.dumps(record.as_json()).encode() + b"\n")


def _probe(subject: Subject, folder: Path, request: dict[str, Any]) -> None:
    """Which proposals the engine supports: those whose probe it compiles."""
    found = []
    style = styles.make(styles.STYLES[0], subject)
    for name, wasm in request["probes"].items():
        with contextlib.suppress(*style.errors):
            style.compile(bytes.fromhex(wasm))
            found.append(name)
    Path(request["out"]).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
