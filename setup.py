"""Builds one engine module for each engine in ANYWASM_ENGINES; all else is in pyproject.toml."""

import os
import sys
from pathlib import Path

from setuptools import setup
from setuptools_rust import Binding, RustExtension, Strip

DEFAULT = "wasmtime,wasmer,wasmi"
KNOWN = ("wasmtime", "wasmtime-standard", "wasmer", "wasmi", "system")


def engines() -> list[str]:
    """The engines asked for."""
    names = [name.strip() for name in os.environ.get("ANYWASM_ENGINES", DEFAULT).split(",") if name.strip()]
    for name in names:
        if name not in KNOWN:
            sys.exit(f"ANYWASM_ENGINES: there is no engine {name!r}; there are {', '.join(KNOWN)}")
    return names


def extension(engine: str) -> RustExtension:
    """One shared object: this engine, the shim, and cffi's glue."""
    return RustExtension(
        f"anywasm.engines._{engine.replace('-', '_')}",
        path="Cargo.toml",
        features=[engine, "python"],
        binding=Binding.NoBinding,
        py_limited_api=True,
        debug=False,
        strip=Strip.No,
        args=["--locked"],
    )


def find_tools() -> None:
    """Where the build requirements from PyPI put what Rust's build scripts look for."""
    import clang  # type: ignore[import-untyped]

    os.environ.setdefault("LIBCLANG_PATH", str(Path(next(iter(clang.__path__))) / "native"))
    os.environ["PYTHON"] = sys.executable


def show_progress() -> None:
    """Lets cargo write to the terminal: pip hides what a build says, and a first build takes minutes."""
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
    rust_extensions=[extension(engine) for engine in engines()],
    # What cargo does, not every command line it runs: setuptools-rust takes the usual 1 for "--verbose".
    verbose=0,
    options={"bdist_wheel": {"py_limited_api": "cp310"}},
)
