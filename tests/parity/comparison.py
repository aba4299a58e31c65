"""Compares outcomes with the recorded ones, save for the deliberate differences.

`differences/STYLE.toml` has an entry for each difference:

* `probe`: `script: label`, with the wildcards of fnmatch; all probes without it
* `stock`: a regular expression that the recorded outcome matches; any outcome without it
* `ours`: a regular expression that ours must match; `<name>` stands for what the group of that name in `stock` found
* `reason`: why it is better, or cannot be equal
* `needs`, `lacks`: a capability; the entry is for engines that have it, or do not

An entry must be about something that differs.
"""

from __future__ import annotations

import fnmatch
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parity import probing

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: What was recorded.
EXPECTED = probing.HERE / "expected"


@dataclass(frozen=True)
class Difference:
    """One entry of the file; see above."""

    ours: str
    reason: str
    probe: str = "*"
    stock: str = ".*"
    needs: str | None = None
    lacks: str | None = None

    def counts(self, capabilities: Collection[str]) -> bool:
        """Whether it is for an engine that has these."""
        return (self.needs is None or self.needs in capabilities) and self.lacks not in capabilities

    def expects(self, probe: str, stock: str) -> str | None:
        """What ours must match, if it is about this probe with this outcome."""
        # Labels are full of brackets, which would be wildcards too.
        pattern = self.probe.replace("[", "[[]")
        found = re.fullmatch(self.stock, stock)
        if found is None or not fnmatch.fnmatchcase(probe, pattern):
            return None
        ours = self.ours
        for name, text in found.groupdict().items():
            ours = ours.replace(f"<{name}>", re.escape(text))
        return ours


def recorded(style: str) -> dict[str, str]:
    """What stock does, by `script: label`."""
    outcomes = {}
    for path in sorted((EXPECTED / style).glob("*.txt")):
        for line in path.read_text().splitlines():
            label, mark, outcome = re.fullmatch(r"(.*?) (->|!!) (.*)", line).groups()
            outcomes[f"{path.stem}: {label}"] = f"{mark} {outcome}"
    return outcomes


def differences(style: str) -> list[Difference]:
    """The deliberate ones."""
    path = probing.HERE / "differences" / f"{style}.toml"
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text()).get("difference", [])
    return [Difference(**entry) for entry in entries]


def problems(
    stock: Mapping[str, str], ours: Mapping[str, str], allowed: Iterable[Difference], capabilities: Collection[str]
) -> list[str]:
    """What is different and should not be, and what should be and is not."""
    found = [f"{probe}\n    is not recorded" for probe in ours if probe not in stock]
    unused = {entry for entry in allowed if entry.counts(capabilities)}
    entries = sorted(unused, key=str)
    for probe, expected in stock.items():
        outcome = ours.get(probe, "was not probed")
        if outcome == expected:
            continue
        covering = {entry: text for entry in entries if (text := entry.expects(probe, expected)) is not None}
        unused.difference_update(covering)
        if not any(re.fullmatch(text, outcome) for text in covering.values()):
            found.append(f"{probe}\n    stock {expected}\n    ours  {outcome}")
    return found + [f"{entry}\n    is about nothing that differs" for entry in sorted(unused, key=str)]
