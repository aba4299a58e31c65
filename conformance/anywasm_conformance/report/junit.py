"""The report as JUnit XML, with a test suite for each engine and style, and a test case for each file."""

from __future__ import annotations

from xml.etree import ElementTree

from anywasm_conformance.outcome import RED, Outcome
from anywasm_conformance.run import Run
from anywasm_conformance.tally import FileTally


def make(run: Run) -> str:
    """Returns the document for a run."""
    root = ElementTree.Element("testsuites", name="anywasm conformance")
    for part in run.engines:
        for style in run.choice.styles:
            files = [file for file in part.tally.files if file.style == style]
            cases = [_case(part.name, file) for file in sorted(files, key=lambda file: file.path)]
            suite = ElementTree.SubElement(root, "testsuite", name=f"{part.name}-{style}", tests=str(len(cases)))
            for name, kind in (("failures", "failure"), ("skipped", "skipped")):
                suite.set(name, str(sum(case.find(kind) is not None for case in cases)))
            suite.extend(cases)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(engine: str, file: FileTally) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", classname=f"{engine}.{file.style}", name=file.path, time=f"{file.seconds:.3f}"
    )
    red = [record for record in file.deviations if record.outcome in RED]
    if red:
        lines = [f"{record.outcome} {record.id}: expected {record.expected}, got {record.actual}" for record in red]
        failure = ElementTree.SubElement(case, "failure", message=f"{len(red)} not as expected")
        failure.text = "\n".join("".join(char for char in line if char.isprintable()) for line in lines)
    elif file.count.total and file.count.outcomes[Outcome.SKIP] == file.count.total:
        ElementTree.SubElement(case, "skipped", message="every assertion needs what the engine lacks")
    return case
