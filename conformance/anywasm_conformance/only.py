"""Runs single directives of the suite, on each engine and in each API style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from anywasm_conformance import pool
from anywasm_conformance.expectations import Expectations
from anywasm_conformance.outcome import Record
from anywasm_conformance.report.summary import directive
from anywasm_conformance.run import Choice
from anywasm_conformance.suite import Suite


def run(suite: Suite, choice: Choice, places: Sequence[str]) -> Iterator[tuple[str, str, Record, str]]:
    """Yields the engine, style, record and text of each directive at `places` (`FILE:LINE`).

    The other directives of the same file run too.
    """
    for subject in choice.subjects:
        expectations = Expectations(subject)
        worker = pool.Worker(subject, suite, choice.timeout)
        try:
            proposals = worker.proposals()
            for file in choice.files:
                for style, records in worker.run(file, choice.styles, proposals).records.items():
                    for record in records:
                        if f"{record.file}:{record.line}" in places:
                            expectations.apply(record)
                            yield subject.name, style, record, directive(suite, record)
        finally:
            worker.close()
