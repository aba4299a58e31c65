"""Checks what is generated from wasm_c_api/engines.toml, or writes it: `engine_table.py [--write]`.

The generated texts are committed: a tuple of names, since Python 3.10 cannot read TOML, and the README's table. Without
--write, the program ends with exit code 1 if a text is out of date.
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
SOURCE = "wasm_c_api/engines.toml"
NAMES = "python/anywasm/engines/_table.py"
README = "README.md"

#: The part of the README that is generated.
MARKED = re.compile(
    r"(?<=<!-- engines: generated from wasm_c_api/engines.toml -->\n).*?(?=<!-- end of engines -->)", re.DOTALL
)

PYTHON = '''"""Names of the engines. Generated from {source} by tests/tools/engine_table.py; do not edit."""

from __future__ import annotations

#: All engines, in the order of preference.
ENGINE_NAMES: tuple[str, ...] = (
{names})
'''


def rows(root: Path = ROOT) -> list[dict[str, Any]]:
    """The rows of the table, one per engine, in the order of preference."""
    table: list[dict[str, Any]] = tomllib.loads((root / SOURCE).read_text())["engine"]
    return table


def built_by_cargo(root: Path = ROOT) -> list[str]:
    """Names of the engines that cargo builds: all except a library of the system."""
    return [row["name"] for row in rows(root) if "crate" in row]


def generated(root: Path = ROOT) -> dict[str, str]:
    """The files that hold generated text, by path, and what each should contain."""
    names = "".join(f'    "{row["name"]}",\n' for row in rows(root))
    readme = (root / README).read_text()
    if not MARKED.search(readme):
        sys.exit(f"{README}: the marks around the table of engines are missing")
    return {
        NAMES: PYTHON.format(source=SOURCE, names=names),
        README: MARKED.sub(lambda _: _readme_table(rows(root)), readme),
    }


def _readme_table(table: list[dict[str, Any]]) -> str:
    lines = ["", "| engine | header | built by default | what it is |", "|---|---|---|---|"]
    for row in table:
        default = "yes" if row.get("default") else "no"
        lines.append(f"| `{row['name']}` | `{row['header']}` | {default} | {row['about']} |")
    for variant in (variant for row in table for variant in row.get("variant", [])):
        lines += ["", *textwrap.wrap(f"`ANYWASM_ENGINES={variant['name']}` builds {variant['about']}", 120)]
    return "\n".join(lines) + "\n\n"


def main(*arguments: str, root: Path = ROOT) -> int:
    """Checks or writes the generated texts; returns the exit code."""
    if arguments not in ((), ("--write",)):
        print(__doc__)
        return 2
    texts = generated(root)
    if arguments:
        for path, text in texts.items():
            (root / path).write_text(text)
    stale = [path for path, text in texts.items() if not (root / path).exists() or (root / path).read_text() != text]
    for path in stale:
        print(f"{path} differs from {SOURCE}: run `python tests/tools/engine_table.py --write`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
