"""A process that loads an engine and forks a process for each file: `python -m anywasm_conformance.worker`.

The worker reads requests from stdin and writes answers to stdout, each as a line of JSON. The process of a file appends
a line to an output file after each command. If the process crashes, the lines are kept, and the first command without a
line has caused the crash. The worker itself creates no threads or engines, because a forked process has only the thread
that called `fork`.
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

#: The answer for a process that has finished its work.
DONE = "done"
#: The answer for a process that was killed at its time limit.
TIMEOUT = "timeout"


def main(engine: str, options: str, folder: str) -> None:
    """Handles requests until stdin is closed. `options` are the options of the engine, as JSON."""
    load(engine)
    subject = Subject(name=engine, engine=engine, options=json.loads(options))
    for name in styles.STYLES:
        __import__(f"{styles.__name__}.{name}")
    # Ignores Ctrl-C. The terminal sends the signal to all processes, but the runner ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for line in sys.stdin:
        request = json.loads(line)
        work = partial(_probe if request["verb"] == "probe" else _run, subject, Path(folder), request)
        ended = in_a_process(work, request["errors"], request["timeout"])
        print(json.dumps({"ended": ended}), flush=True)


def in_a_process(work: Callable[[], None], errors: str, timeout: float) -> str:
    """Runs `work` in a forked process. The stderr of the process goes to the file `errors`.

    Returns `done`, `timeout`, the name of the signal that has killed the process, or the exit code of the process.
    """
    end_with_parent = mortal()
    pid = os.fork()
    if pid == 0:
        end_with_parent()
        with contextlib.suppress(OSError):
            os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            # Does not clean up Python and the engine, because the clean-up is not part of the test.
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
    """Runs a file in an API style, and appends the record of each command to the output file."""
    data, blob = suite.load(folder, request["file"])
    style = styles.make(request["style"], subject)
    out = os.open(request["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for record in script.Script(request["file"], data, blob, style, frozenset(request["proposals"])).run():
        os.write(out, json.dumps(record.as_json()).encode() + b"\n")


def _probe(subject: Subject, folder: Path, request: dict[str, Any]) -> None:
    """Writes the names of the proposals whose probe, a small module that needs the proposal, the engine compiles."""
    supported = []
    style = styles.make(styles.STYLES[0], subject)
    for name, wasm in request["probes"].items():
        with contextlib.suppress(*style.errors):
            style.compile(bytes.fromhex(wasm))
            supported.append(name)
    Path(request["out"]).write_text(json.dumps(supported))


if __name__ == "__main__":
    main(*sys.argv[1:])
