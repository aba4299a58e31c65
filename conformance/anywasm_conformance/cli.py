"""The command `anywasm conformance`: its options and its output on the terminal."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from anywasm.cli.common import INTERRUPTED, console, printable, table
from anywasm_conformance import capi, diff, only, report, subject
from anywasm_conformance.cargo import CargoError
from anywasm_conformance.expectations import ExpectationError
from anywasm_conformance.outcome import RED
from anywasm_conformance.places import CHECKOUT
from anywasm_conformance.pool import WorkerError
from anywasm_conformance.report.markdown import percent
from anywasm_conformance.run import Choice, Run, quick_files, run
from anywasm_conformance.styles import STYLES
from anywasm_conformance.suite import File, Suite, SuiteError, open_suite

#: Maximum number of unexpected results that the terminal shows for an engine. The report contains all of them.
_MAX_SHOWN = 20


@click.group("conformance", invoke_without_command=True)
@click.option(
    "--engine",
    "engines",
    metavar="NAME",
    multiple=True,
    help="An engine, or a row of engines.toml. Can be given several times. Default: all.",
)
@click.option("--suite", metavar="DIR", type=click.Path(path_type=Path), help="The suite. Default: the pinned crate.")
@click.option(
    "--proposal", "areas", metavar="AREA", multiple=True, help="Run only this proposal or release (`simd`, `3.0`)."
)
@click.option(
    "--only",
    "places",
    metavar="FILE[:LINE]",
    multiple=True,
    help="Run only this file, or show only the directives at a line.",
)
@click.option("--style", "styles", type=click.Choice(STYLES), multiple=True, help="Run only this style. Default: both.")
@click.option("--quick", is_flag=True, help="Run a few files of each kind, in less than a minute.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1), default=os.cpu_count() or 1, help="Number of files at once."
)
@click.option("--timeout", metavar="SECONDS", type=float, default=60, help="Time limit for a file.", show_default=True)
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), help="Folder for the report.")
@click.option("--c-api", is_flag=True, help="Call every function of wasm.h too. Builds a library for each engine.")
@click.option("--record", is_flag=True, help="Write the results of a full run to the docs and tables of the checkout.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def main(
    ctx: click.Context,
    engines: Sequence[str],
    suite: Path | None,
    areas: Sequence[str],
    places: Sequence[str],
    styles: Sequence[str],
    quick: bool,
    jobs: int,
    timeout: float,
    out: Path | None,
    c_api: bool,
    record: bool,
    as_json: bool,
) -> None:
    """Run the official WebAssembly test suite on the engines.

    Writes a report: results.jsonl.gz, summary.json, junit.xml, report.md and report.html. The exit code is 1 if a
    result differs from conformance/expectations/.
    """
    if ctx.invoked_subcommand:
        return
    if record and any((engines, suite, areas, places, styles, quick, not c_api)):
        raise click.UsageError(
            "--record is for a whole run: with --c-api, and without options that leave something out"
        )
    try:
        opened = open_suite(suite)
        files = _choose(opened, areas, places, quick)
        choice = Choice(subject.choose(engines), files, styles or STYLES, jobs, timeout)
        if places and all(":" in place for place in places):
            ctx.exit(_show_lines(opened, choice, places))
        target = out or CHECKOUT / "target" / "conformance"
        with _Bar(as_json) as bar:
            result = run(opened, choice, target, bar.show)
        probed = capi.probe(dict.fromkeys(each.engine for each in choice.subjects)) if c_api else None
        report.write(result, target, probed)
        if record and _is_complete(result):
            report.record(target)
    except (SuiteError, ExpectationError, WorkerError, CargoError, capi.ProbeError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        click.echo((target / "summary.json").read_text(), nl=False)
    else:
        _show(result, target)
    if not _is_complete(result):
        click.echo("interrupted", err=True)
        ctx.exit(INTERRUPTED)
    ctx.exit(1 if result.red else 0)


@main.command("diff")
@click.argument("before", metavar="A", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("after", metavar="B", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_diff(before: Path, after: Path, as_json: bool) -> None:
    """Show the changes from run A to run B. A and B are folders of reports.

    The exit code is 1 if a command that passed in A does not pass in B.
    """
    try:
        changes = list(diff.compare(before, after))
    except FileNotFoundError as error:
        raise click.ClickException(f"{error.filename}: that is no folder of a report") from None
    if as_json:
        click.echo(json.dumps([vars(change) for change in changes], indent=1))
    else:
        counts = Counter((each.engine, each.style, str(each.before), str(each.after)) for each in changes)
        rows = table("engine", "style", "before", "after", "commands", "first")
        for key, count in sorted(counts.items()):
            first = next(
                each.id for each in changes if (each.engine, each.style, str(each.before), str(each.after)) == key
            )
            rows.add_row(*key, str(count), printable(first))
        if changes:
            console().print(rows)
        else:
            click.echo("nothing changed")
    regressed = any(change.before == "pass" and change.after != "pass" for change in changes)
    click.get_current_context().exit(1 if regressed else 0)


def _is_complete(result: Run) -> bool:
    """Returns whether the run has finished on all engines without an interruption."""
    return len(result.engines) == len(result.choice.subjects) and all(part.complete for part in result.engines)


def _choose(suite: Suite, areas: Sequence[str], places: Sequence[str], quick: bool) -> list[File]:
    """Returns the files to run. Raises `SuiteError` for an unknown file, and if no file matches."""
    files = quick_files(suite) if quick else list(suite.files)
    if areas:
        files = [file for file in files if file.area in areas or file.release in areas]
    if places:
        paths = {place.rsplit(":", 1)[0] if ":" in place else place for place in places}
        unknown = paths - {file.path for file in files}
        if unknown:
            raise SuiteError(f"the suite has no file {sorted(unknown)[0]!r}; the path is that within the suite")
        files = [file for file in files if file.path in paths]
    if not files:
        known = sorted({file.area for file in suite.files})
        raise SuiteError(f"no file is of {', '.join(areas)}; there are {', '.join(known)}")
    return files


def _show_lines(suite: Suite, choice: Choice, places: Sequence[str]) -> int:
    """Runs and shows single directives. Returns the exit code: 1 if an outcome is red (unexpected), 0 if none is."""
    shown = list(only.run(suite, choice, places))
    out = console()
    for engine, style, record, text in shown:
        out.print(f"{record.id} {record.kind} on {engine}, {style}: {record.outcome}", style="bold")
        rows = {"directive": text, "expected": record.expected, "actual": record.actual, "via": record.via}
        rows |= {"reason": record.reason, "blame": record.blame, "issue": record.issue}
        for name, value in rows.items():
            if value is not None:
                out.print(f"  {name:10}{printable(str(value))}")
    if not shown:
        raise SuiteError(f"there is no directive at {', '.join(places)}")
    return 1 if any(record.outcome in RED for _, _, record, _ in shown) else 0


class _Bar:
    """A progress bar for each engine. Shows nothing if the output is not a terminal."""

    def __init__(self, quiet: bool) -> None:
        columns = (TextColumn("{task.description:18}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console(), disable=quiet or not console().is_terminal)
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _Bar:
        self._progress.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._progress.__exit__(*error)

    def show(self, engine: str, done: int, total: int) -> None:
        """Shows the progress of an engine."""
        if engine not in self._tasks:
            self._tasks[engine] = self._progress.add_task(engine, total=total)
        self._progress.update(self._tasks[engine], completed=done)


def _show(result: Run, target: Path) -> None:
    """Prints the counts of each engine and API style, and the red (unexpected) results."""
    out = console()
    shown = table("engine", "style", "passed", "of", "rate", "text", "skip", "xfail", "superseded", "red", "seconds")
    for part in result.engines:
        for style in result.choice.styles:
            count = part.tally.styles[style]
            red = sum(count.outcomes[each] + count.text[each] for each in RED)
            other_numbers = (count.outcomes[name] + count.text[name] for name in ("skip", "xfail", "superseded"))
            text = f"{count.text['pass']}/{count.text.total()}"
            cells = [count.passed, count.total, percent(count.rate), text, *other_numbers, red, round(part.seconds)]
            shown.add_row(part.name, style, *map(str, cells), style="red" if red else None)
    out.print(shown)
    for part in result.engines:
        red_records = [(style, record) for style, _, record in part.tally.deviations if record.outcome in RED]
        for style, record in red_records[:_MAX_SHOWN]:
            reason = f"expected {record.expected}, got {record.actual}" if record.actual else str(record.reason)
            out.print(
                f"{record.outcome} {part.name} {style} {record.id} {record.kind}: {printable(reason)}",
                style="red",
            )
        if len(red_records) > _MAX_SHOWN:
            out.print(f"... and {len(red_records) - _MAX_SHOWN} more on {part.name}", style="red")
        for place in part.tally.stale:
            out.print(f"stale: an expectation for {part.name} at {place}, where nothing is", style="red")
        if part.tally.differences:
            names = ", ".join(part.tally.differences[:5])
            out.print(f"the styles differ on {part.name} in {len(part.tally.differences)}: {names}", style="red")
    out.print(f"report: {target / 'report.html'}")
