"""Builds the engine modules that the environment variable ANYWASM_ENGINES selects.

An engine module is a shared object that contains one engine and that Python can import. All settings that do not depend
on the engines are in pyproject.toml.

The value of ANYWASM_ENGINES is a list of names from wasm_c_api/engines.toml, separated by commas. The name `all`
selects every engine that cargo can build. If ANYWASM_ENGINES is not set, the engines with `default = true` are built.
"""

from __future__ import annotations

import os
import runpy
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from setuptools import setup
from setuptools_rust import Binding, RustExtension, Strip, build_rust

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ENGINE_ROWS = tomllib.loads((Path(__file__).parent / "wasm_c_api" / "engines.toml").read_text())["engine"]
#: The file descriptor of the standard error output.
STDERR = 2
#: The value of ANYWASM_ENGINES if the variable is not set.
DEFAULT_NAMES = ",".join(row["name"] for row in ENGINE_ROWS if row.get("default"))
#: The names that `all` selects. An engine that cargo can build has the key `crate` in engines.toml.
ALL_NAMES = [row["name"] for row in ENGINE_ROWS if "crate" in row]


class Build(NamedTuple):
    """An engine that ANYWASM_ENGINES can select, or a variant: a build of an engine with additional parts."""

    engine: str
    #: The cargo feature that selects the engine or the variant. The feature has the same name as the engine or variant.
    feature: str

    @property
    def module_name(self) -> str:
        """The name of the engine module. All variants of an engine have the same module name."""
        return f"anywasm.engines._{self.engine.replace('-', '_')}"


def all_builds() -> dict[str, Build]:
    """Returns all engines and variants by name."""
    builds = [Build(row["name"], each["name"]) for row in ENGINE_ROWS for each in (row, *row.get("variant", []))]
    return {build.feature: build for build in builds}


def selected_builds() -> list[Build]:
    """Returns the engines and variants that ANYWASM_ENGINES selects, without duplicates.

    Exits with an error if a name is unknown, or if two selected variants would build the same engine module.
    """
    builds = all_builds()
    names = [name.strip() for name in os.environ.get("ANYWASM_ENGINES", DEFAULT_NAMES).split(",") if name.strip()]
    names = [each for name in names for each in (ALL_NAMES if name == "all" else [name])]
    for name in names:
        if name not in builds:
            sys.exit(f"ANYWASM_ENGINES: there is no engine {name!r}; there are {', '.join(builds)}, and `all`")
    selected = [builds[name] for name in dict.fromkeys(names)]
    for module_name, count in Counter(build.module_name for build in selected).items():
        if count > 1:
            features = " and ".join(build.feature for build in selected if build.module_name == module_name)
            sys.exit(
                f"ANYWASM_ENGINES: {features} are variants of one engine and build the same module; name one of them"
            )
    return selected


class BuildModules(build_rust):  # type: ignore[misc]
    """Builds engine modules, and removes the paths of this machine from them."""

    def run_for_extension(self, ext: RustExtension) -> None:
        super().run_for_extension(ext)
        hide_paths = runpy.run_path(str(Path(__file__).parent / "hide_paths.py"))["main"]
        hide_paths(self.get_dylib_ext_path(ext, ext.name))


def rust_extension(build: Build) -> RustExtension:
    """Returns the description of an engine module for setuptools-rust.

    The module is one shared object that contains the engine, the shim (the C functions through which Python uses the
    engine), and cffi's glue (the C code between Python and the shim).
    """
    return RustExtension(
        build.module_name,
        path="Cargo.toml",
        features=[build.feature, "python"],
        binding=Binding.NoBinding,
        py_limited_api=True,
        debug=False,
        strip=Strip.No,
        args=["--locked"],
    )


def set_tool_paths() -> None:
    """Sets environment variables through which the Rust build scripts find libclang and Python.

    libclang is a build requirement that pip installs from PyPI. Python is the interpreter that runs this script.
    """
    import clang  # type: ignore[import-untyped]

    os.environ.setdefault("LIBCLANG_PATH", str(Path(next(iter(clang.__path__))) / "native"))
    os.environ["PYTHON"] = sys.executable


def show_cargo_output() -> None:
    """Redirects the standard error output, and so cargo's output, to the terminal.

    pip hides the output of a build, and the first build takes minutes. This function does nothing if the script builds
    nothing, or if no terminal exists.
    """
    if os.isatty(STDERR) or not {"bdist_wheel", "editable_wheel", "build_ext", "develop"}.intersection(sys.argv):
        return
    try:
        terminal = os.open("/dev/tty", os.O_WRONLY)
    except OSError:
        return
    os.dup2(terminal, STDERR)
    os.close(terminal)


set_tool_paths()
show_cargo_output()
setup(
    cmdclass={"build_rust": BuildModules},
    rust_extensions=[rust_extension(build) for build in selected_builds()],
    # The default verbosity of setuptools is 1. With a verbosity of 1, setuptools-rust passes "--verbose" to cargo, and
    # cargo prints every command line.
    verbose=0,
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
