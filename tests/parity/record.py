"""Records what a stock package does, under the Python that has it: `cd tests && python3.10 -m parity.record wasmer`."""

from __future__ import annotations

import importlib
import sys

from parity import probing


def main(style: str) -> None:
    """Writes the package's names, and a file of lines for each script; removes those of scripts that are gone."""
    package = importlib.import_module(style)
    if "anywasm" in sys.modules or "site-packages" not in str(package.__file__):
        sys.exit(f"{package.__file__} is not the stock package")
    (probing.HERE / "expected" / f"{style}.names").write_text("".join(f"{name}\n" for name in probing.names(package)))
    folder = probing.HERE / "expected" / style
    scripts = sorted((probing.HERE / "probes" / style).glob("*.py"))
    for path in folder.glob("*.txt"):
        path.unlink()
    for script in scripts:
        outcomes = probing.run(script)
        (folder / f"{script.stem}.txt").write_text("".join(f"{name} {outcomes[name]}\n" for name in outcomes))
        print(f"{script.stem}: {len(outcomes)} probes")


if __name__ == "__main__":
    main(*sys.argv[1:])
