"""A run of the suite, on all chosen engines and in all chosen styles."""

from __future__ import annotations

import gzip
import json
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import anywasm
from anywasm_conformance import pool
from anywasm_conformance.expectations import Expectations
from anywasm_conformance.places import HOME
from anywasm_conformance.styles import STYLES
from anywasm_conformance.subject import Subject
from anywasm_conformance.suite import File, Suite
from anywasm_conformance.tally import Tally


@dataclass(frozen=True)
class Choice:
    """The engines, files and styles of a run."""

    subjects: Sequence[Subject]
    files: Sequence[File]
    styles: Sequence[str] = STYLES
    jobs: int = 2
    #: The time limit for a file in one style, in seconds.
    timeout: float = 60


@dataclass
class EngineRun:
    """The part of a run on one engine."""

    subject: Subject
    version: str
    backend: str
    #: The file of the engine module.
    path: str
    capabilities: list[str]
    #: The proposals whose probe, a small module that needs the proposal, the engine compiles.
    proposals: frozenset[str]
    #: All proposals that have a probe.
    probed: list[str]
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0
    #: False if the run was interrupted.
    complete: bool = False

    @property
    def name(self) -> str:
        """The name in reports."""
        return self.subject.name


@dataclass
class Run:
    """A run with its results."""

    suite: Suite
    choice: Choice
    command: str
    began: str
    engines: list[EngineRun] = field(default_factory=list)

    @property
    def red(self) -> bool:
        """Whether the run has an unexpected result."""
        return any(each.tally.red for each in self.engines)

    @property
    def machine(self) -> str:
        """The operating system, the processor and the version of Python."""
        return f"{platform.system()} {platform.release()}, {platform.machine()}, CPython {platform.python_version()}"


#: A callback for progress. The arguments are the engine, the number of finished files and the number of all files.
Progress = Callable[[str, int, int], None]


def run(suite: Suite, choice: Choice, out: Path, progress: Progress) -> Run:
    """Runs the chosen files, and writes each record to `results.jsonl.gz` in the folder `out`.

    Ctrl-C ends the run. After Ctrl-C, the last engine of the returned run is not `complete`.
    """
    whole = Run(suite, choice, " ".join(["anywasm", *sys.argv[1:]]), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    out.mkdir(parents=True, exist_ok=True)
    with gzip.open(out / "results.jsonl.gz", "wt", compresslevel=3) as stream:
        for subject in choice.subjects:
            try:
                _run_engine(whole, subject, stream, progress)
            except KeyboardInterrupt:
                break
    return whole


def _run_engine(whole: Run, subject: Subject, stream: TextIO, progress: Progress) -> None:
    suite, choice = whole.suite, whole.choice
    info = next(info for info in anywasm.engines() if info.name == subject.engine)
    expectations = Expectations(subject)
    began = time.monotonic()
    worker = pool.Worker(subject, suite, choice.timeout)
    try:
        proposals = worker.proposals()
    finally:
        worker.close()
    part = EngineRun(
        subject,
        info.version or "",
        info.backend or "",
        info.path or "",
        sorted(info.capabilities),
        proposals,
        sorted(suite.probes),
    )
    whole.engines.append(part)
    results = pool.run(subject, suite, choice.files, choice.styles, proposals, choice.jobs, choice.timeout)
    try:
        for done, result in enumerate(results, 1):
            for records in result.records.values():
                for record in records:
                    expectations.apply(record)
            part.tally.add(result)
            for style, records in result.records.items():
                origin = {"engine": subject.name, "style": style}
                stream.writelines(json.dumps({**origin, **record.as_json()}) + "\n" for record in records)
            # Writes the records to the file at once, so that an interrupted run does not lose records.
            stream.flush()
            progress(subject.name, done, len(choice.files))
        part.complete = True
        part.tally.stale = expectations.stale(file.path for file in choice.files)
    finally:
        results.close()
        part.seconds = time.monotonic() - began


def quick_files(suite: Suite) -> list[File]:
    """Returns the files of a quick run. `quick.txt` contains the names of the files, without their folders."""
    names = {line.strip() for line in (HOME / "quick.txt").read_text().splitlines() if not line.startswith("#")}
    chosen: dict[str, File] = {}
    for file in suite.files:
        name = file.path.rsplit("/", 1)[-1]
        # If several files have the same name, the file of the 3.0 standard takes precedence over files of proposals.
        if name in names and (file.release == "3.0" or (file.release == "proposal" and name not in chosen)):
            chosen[name] = file
    return sorted(chosen.values(), key=lambda file: file.path)
