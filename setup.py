"""Builds an engine module for each engine that ANYWASM_ENGINES names. Everything else is in pyproject.toml.

ANYWASM_ENGINES holds names from wasm_c_api/engines.toml, separated by commas. `all` stands for every engine that cargo
builds; unset, the engines with `default = true` are built.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from setuptools import setup
from setuptools_rust import Binding, RustExtension, Strip

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TABLE = tomllib.loads((Path(__file__).parent / "wasm_c_api" / "engines.toml").read_text())["engine"]
DEFAULT = ",".join(row["name"] for row in TABLE if row.get("default"))
ALL = [row["name"] for row in TABLE if "crate" in row]


class Build(NamedTuple):
    """A name in ANYWASM_ENGINES."""

    engine: str
    #: The cargo feature: the engine's name, or that of a variant.
    feature: str

    @property
    def module(self) -> str:
        """The Python module; all variants of an engine have the same."""
        return f"anywasm.engines._{self.engine.replace('-', '_')}"


def known() -> dict[str, Build]:
    """All engines and variants, by name."""
    builds = [Build(row["name"], each["name"]) for row in TABLE for each in (row, *row.get("variant", []))]
    return {build.feature: build for build in builds}


def selected() -> list[Build]:
    """The engines and variants that ANYWASM_ENGINES names."""
    builds = known()
    names = [name.strip() for name in os.environ.get("ANYWASM_ENGINES", DEFAULT).split(",") if name.strip()]
    names = [each for name in names for each in (ALL if name == "all" else [name])]
    for name in names:
        if name not in builds:
            sys.exit(f"ANYWASM_ENGINES: there is no engine {name!r}; there are {', '.join(builds)}, and `all`")
    found = [builds[name] for name in dict.fromkeys(names)]
    for module, count in Counter(build.module for build in found).items():
        if count > 1:
            same = " and ".join(build.feature for build in found if build.module == module)
            sys.exit(f"ANYWASM_ENGINES: {same} are variants of one engine and build the same module; name one of them")
    return found


def extension(build: Build) -> RustExtension:
    """One shared object: the engine, the shim, and cffi's glue."""
    return RustExtension(
        build.module,
        path="Cargo.toml",
        features=[build.feature, "python"],
        binding=Binding.NoBinding,
        py_limited_api=True,
        debug=False,
        strip=Strip.No,
        args=["--locked"],
    )


def find_tools() -> None:
    """Tells the Rust build scripts where the build requirements from PyPI have put libclang, and which Python runs."""
    import clang  # type: ignore[import-untyped]

    os.environ.setdefault("LIBCLANG_PATH", str(Path(next(iter(clang.__path__))) / "native"))
    os.environ["PYTHON"] = sys.executable


def show_progress() -> None:
    """Lets cargo write to the terminal: pip hides a build's output, and the first build takes minutes."""
    if os.isatty(2) or not {"bdist_wheel", "editable_wheel", "build_ext", "develop"}.intersection(sys.argv):
        return
    try:
        terminal = os.open("/dev/tty", os.O_WRONLY)
    except OSError:
        return
    os.dup2(terminal, 2)
    os.close(terminal)


find_tools()
show_progress()
setup(
    rust_extensions=[extension(build) for build in selected()],
    # setuptools-rust reads setuptools' usual verbosity, 1, as "--verbose", and cargo then prints every command line.
    verbose=0,
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
