"""A whole run: engines, styles and files, held against the expectations, written down while it goes."""

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
    """What to run."""

    subjects: Sequence[Subject]
    files: Sequence[File]
    styles: Sequence[str] = STYLES
    jobs: int = 2
    #: Seconds that a file may take in one style.
    timeout: float = 60


@dataclass
class EngineRun:
    """One engine's part."""

    subject: Subject
    version: str
    backend: str
    path: str
    capabilities: list[str]
    #: The proposals that it supports by what the probes found, and all that there are probes for.
    proposals: frozenset[str]
    probed: list[str]
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0
    #: False where the run was interrupted.
    complete: bool = False

    @property
    def name(self) -> str:
        """By which reports know it."""
        return self.subject.name


@dataclass
class Run:
    """What a run found, and what it was a run of."""

    suite: Suite
    choice: Choice
    command: str
    began: str
    engines: list[EngineRun] = field(default_factory=list)

    @property
    def red(self) -> bool:
        """Whether anything was not as expected."""
        return any(each.tally.red for each in self.engines)

    @property
    def machine(self) -> str:
        """What it ran on."""
        return f"{platform.system()} {platform.release()}, {platform.machine()}, CPython {platform.python_version()}"


#: What a front end gets to hear: the engine, and how many of how many files are done.
Progress = Callable[[str, int, int], None]


def run(suite: Suite, choice: Choice, out: Path, progress: Progress) -> Run:
    """Runs everything; every record goes to `results.jsonl.gz` in the folder `out`.

    On Ctrl-C the run ends with what it has: the engine in question is not `complete`.
    """
    made = Run(suite, choice, " ".join(["anywasm", *sys.argv[1:]]), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    out.mkdir(parents=True, exist_ok=True)
    with gzip.open(out / "results.jsonl.gz", "wt", compresslevel=3) as stream:
        for subject in choice.subjects:
            try:
                _run_engine(made, subject, stream, progress)
            except KeyboardInterrupt:
                break
    return made


def _run_engine(made: Run, subject: Subject, stream: TextIO, progress: Progress) -> None:
    suite, choice = made.suite, made.choice
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
    made.engines.append(part)
    results = pool.run(subject, suite, choice.files, choice.styles, proposals, choice.jobs, choice.timeout)
    try:
        for done, result in enumerate(results, 1):
            for records in result.records.values():
                for record in records:
                    expectations.apply(record)
            part.tally.add(result)
            for style, records in result.records.items():
                head = {"engine": subject.name, "style": style}
                stream.writelines(json.dumps({**head, **record.as_json()}) + "\n" for record in records)
            # What is found is found, however the run ends.
            stream.flush()
            progress(subject.name, done, len(choice.files))
        part.complete = True
        part.tally.stale = expectations.stale(file.path for file in choice.files)
    finally:
        results.close()
        part.seconds = time.monotonic() - began


def quick_files(suite: Suite) -> list[File]:
    """The files of a quick run: a few of each kind (`quick.txt`), under whatever folder a suite has them."""
    names = {line.strip() for line in (HOME / "quick.txt").read_text().splitlines() if not line.startswith("#")}
    chosen: dict[str, File] = {}
    for file in suite.files:
        name = file.path.rsplit("/", 1)[-1]
        # Of one name the newest: the standard's before what a proposal's folder keeps.
        if name in names and (file.release == "3.0" or (file.release == "proposal" and name not in chosen)):
            chosen[name] = file
    return sorted(chosen.values(), key=lambda file: file.path)
