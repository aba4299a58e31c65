"""What the tests start ends with them, however they end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anywasm_conformance.mortal import mortal

#: Programs that start another, which says its id and goes on for ever.
SPIN = "import os\nprint(os.getpid(), file=open({out!r}, 'w', 1))\nwhile True: pass"
STARTERS = {
    "a child of a test": "import children; children.run('', {spin!r})",
    "a worker": """
from anywasm_conformance.pool import Worker
from anywasm_conformance.subject import subjects
from anywasm_conformance.suite import Suite
import pathlib, time
worker = Worker(subjects()[0], Suite('here', pathlib.Path('.'), (), {{}}), 100)
print(worker._process.pid, file=open({out!r}, 'w', 1))
time.sleep(100)
""",
    "a worker's file": """
from anywasm_conformance import worker
worker.in_a_process(lambda: exec({spin!r}), '/dev/null', 100)
""",
}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has ended")
@pytest.mark.parametrize("what", STARTERS)
def test_it_ends_when_the_one_that_started_it_is_killed(what: str, tmp_path: Path) -> None:
    out = tmp_path / "pid"
    out.touch()
    code = STARTERS[what].format(out=str(out), spin=SPIN.format(out=str(out)))
    path = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, preexec_fn=mortal()
    ) as starter:
        while not out.read_text().endswith("\n"):
            assert starter.poll() is None
            time.sleep(0.01)
        child = os.pidfd_open(int(out.read_text()))
        try:
            assert select.select([child], [], [], 0.3)[0] == []
            starter.send_signal(signal.SIGKILL)
            starter.wait()
            assert select.select([child], [], [], 30)[0] == [child]
        finally:
            os.close(child)
            starter.kill()
