"""Runs files of the suite in several worker processes at once. If one ends early, records at which command."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anywasm_conformance import suite as suites
from anywasm_conformance.mortal import mortal
from anywasm_conformance.outcome import Blame, Outcome, Record
from anywasm_conformance.subject import Subject
from anywasm_conformance.suite import File, Suite
from anywasm_conformance.worker import DONE, TIMEOUT

#: Maximum number of characters of a crashed process's error output in a record.
_MAX_OUTPUT = 600


@dataclass(frozen=True)
class Result:
    """The results of a file: for each API style, the records of all commands."""

    file: File
    records: dict[str, list[Record]]
    #: The time for all styles together.
    seconds: float


class WorkerError(Exception):
    """A worker process has ended without an answer, e.g. because the engine cannot be loaded."""


class Worker:
    """A worker process (see the module `worker`). It handles one request at a time."""

    def __init__(self, subject: Subject, suite: Suite, timeout: float) -> None:
        self._subject, self._suite, self._timeout = subject, suite, timeout
        self._folder = tempfile.TemporaryDirectory(prefix="anywasm-conformance-")
        arguments = [subject.engine, json.dumps(subject.options), str(suite.folder)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "anywasm_conformance.worker", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            preexec_fn=mortal(),
        )

    def proposals(self) -> frozenset[str]:
        """Returns the proposals that the engine supports.

        An engine supports a proposal if the engine compiles the probe, a small module that needs the proposal. If the
        engine crashes on the probe, the engine does not support the proposal.
        """
        supported = set()
        for name, probe in self._suite.probes.items():
            ended, out, _ = self._request({"verb": "probe", "probes": {name: probe.hex()}})
            if ended == DONE:
                supported.update(json.loads(out.read_text()))
        return frozenset(supported)

    def run(self, file: File, styles: Sequence[str], proposals: frozenset[str]) -> Result:
        """Runs a file in each API style. Each style runs in a separate process."""
        began = time.monotonic()
        records = {style: self._run(file, style, proposals) for style in styles}
        return Result(file, records, time.monotonic() - began)

    def _run(self, file: File, style: str, proposals: frozenset[str]) -> list[Record]:
        request = {"verb": "run", "file": file.path, "style": style, "proposals": sorted(proposals)}
        ended, out, errors = self._request(request)
        lines = out.read_text().splitlines() if out.exists() else []
        records = [Record.from_json(json.loads(line)) for line in lines]
        if ended != DONE or len(records) < file.commands:
            records += self._missing_records(file, len(records), ended, errors)
        return records

    def _missing_records(self, file: File, done: int, ended: str, errors: Path) -> Iterator[Record]:
        """Yields records for the command during which the process ended, and for the commands after it."""
        output = errors.read_text(errors="replace").strip()[-_MAX_OUTPUT:] if errors.exists() else ""
        commands = suites.load(self._suite, file.path)[0]["commands"]
        for index, command in enumerate(commands[done:], done):
            record = Record(file.path, command["line"], index, command["type"], Outcome.SKIP)
            if index == done:
                record.outcome = Outcome.TIMEOUT if ended == TIMEOUT else Outcome.CRASH
                record.actual = f"{ended}: {output}" if output else ended
            else:
                record.reason, record.blame = f"{commands[done]['line']}: the process ended there", Blame.ENGINE
            yield record

    def _request(self, request: dict[str, Any]) -> tuple[str, Path, Path]:
        """Sends a request to the worker. The worker forks a process for the request.

        Returns how the forked process has ended (see `worker.in_a_process`), its output file and its error file.
        """
        out, errors = (Path(self._folder.name) / name for name in ("out", "errors"))
        out.unlink(missing_ok=True)
        paths = {"out": str(out), "errors": str(errors), "timeout": self._timeout}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps({**request, **paths}), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        except OSError:
            answer = ""
        if not answer:
            raise WorkerError(f"the worker of {self._subject.name} ended with {self._process.wait()}")
        return json.loads(answer)["ended"], out, errors

    def close(self) -> None:
        """Kills the worker process and its child process."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, 9)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._folder.cleanup()


def run(
    subject: Subject,
    suite: Suite,
    files: Sequence[File],
    styles: Sequence[str],
    proposals: frozenset[str],
    max_workers: int,
    timeout: float,
) -> Generator[Result, None, None]:
    """Runs files in up to `max_workers` workers. Yields each result as soon as it is complete.

    Closing the generator kills the worker processes.
    """
    # Starts with the longest files, so that no worker runs a long file alone at the end.
    waiting: queue.SimpleQueue[File] = queue.SimpleQueue()
    for file in sorted(files, key=lambda file: -file.commands):
        waiting.put(file)
    finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
    workers = [Worker(subject, suite, timeout) for _ in range(max(1, min(max_workers, len(files))))]

    def run_waiting_files(worker: Worker) -> None:
        try:
            while True:
                finished.put(worker.run(waiting.get_nowait(), styles, proposals))
        except queue.Empty:
            pass
        except Exception as error:
            finished.put(error)

    try:
        for worker in workers:
            threading.Thread(target=run_waiting_files, args=(worker,), daemon=True).start()
        for _ in files:
            result = finished.get()
            if isinstance(result, Exception):
                raise result
            yield result
    finally:
        for worker in workers:
            worker.close()
