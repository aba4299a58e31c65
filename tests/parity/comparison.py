"""Compares outcomes with the recorded ones, save for the deliberate differences.

`differences/STYLE.toml` has an entry for each difference:

* `probe`: `script: label`, with the wildcards of fnmatch; all probes without it
* `stock`: a regular expression that the recorded outcome matches; any outcome without it
* `ours`: a regular expression that ours must match; `<name>` stands for what the group of that name in `stock` found
* `reason`: why it is better, or cannot be equal
* `lacks`: capabilities; the entry is for engines that lack one of them, and `<lacks>` in `ours` stands for these

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
    lacks: tuple[str, ...] = ()

    def counts(self, capabilities: Collection[str]) -> bool:
        """Whether it is for an engine that has these."""
        return not self.lacks or not set(self.lacks) <= set(capabilities)

    def expects(self, probe: str, stock: str, capabilities: Collection[str]) -> str | None:
        """What ours must match on an engine that has these, if it is about this probe with this outcome."""
        # Labels are full of brackets, which would be wildcards too.
        pattern = self.probe.replace("[", "[[]")
        found = re.fullmatch(self.stock, stock)
        if found is None or not fnmatch.fnmatchcase(probe, pattern):
            return None
        ours = self.ours.replace("<lacks>", f"({'|'.join(set(self.lacks) - set(capabilities))})")
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
    return [Difference(**{**entry, "lacks": tuple(entry.get("lacks", ()))}) for entry in entries]


def problems(
    stock: Mapping[str, str], ours: Mapping[str, str], allowed: Iterable[Difference], capabilities: Collection[str]
) -> list[str]:
    """What is different and should not be, and what should be and is not."""
    found = [f"{probe}\n    is not recorded" for probe in ours if probe not in stock]
    unused = {entry for entry in allowed if entry.counts(capabilities)}
    entries = sorted(unused, key=str)
    for probe, expected in stock.items():
        outcome = ours.get(probe, "was not probed")
        if expected in _accepted(outcome):
            continue
        covering = {
            entry: text for entry in entries if (text := entry.expects(probe, expected, capabilities)) is not None
        }
        unused.difference_update(covering)
        if not any(re.fullmatch(text, outcome) for text in covering.values()):
            found.append(f"{probe}\n    stock {expected}\n    ours  {outcome}")
    return found + [f"{entry}\n    is about nothing that differs" for entry in sorted(unused, key=str)]


def _accepted(outcome: str) -> list[str]:
    """The outcomes of stock that ours agrees with: the same one, and the same text of an exception that ours is too."""
    found = re.fullmatch(r"!! \w+\((.*?)\): (.*)", outcome)
    return [outcome] + ([f"!! {base}: {found[2]}" for base in found[1].split(", ")] if found else [])
