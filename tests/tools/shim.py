"""Runs cargo on the shim: `shim.py test|clippy|fmt|header`.

test [ENGINE...]    Run the shim's tests on these engines; default: every engine that cargo builds.
clippy              Lint the shim without an engine: cargo builds no engine for this.
clippy ENGINE...    Lint the code of these engines too; `all` stands for every engine that cargo builds.
fmt [--check]       Format the Rust code, or check its format.
header              Write src/anywasm.h.

Cargo's features select one engine, so that each engine needs a run of its own. The runs share compiled dependencies.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import clang

import engine_table

ROOT = engine_table.ROOT
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
#: Number of generated modules for each engine.
MODULES = "200"
SHIM = ["--package", "anywasm", "--package", "wasm_c_api"]
TOOLS = ["--package", "shim-tools"]
DENY = ["--all-targets", "--", "--deny", "warnings"]
#: Rust files that the sources name by `include!`, so that rustfmt does not find them by itself.
INCLUDED = "src/backend/standard/quirks/*.rs"


def run(*line: str, **environment: str) -> None:
    """Runs a program; ends this one with the program's exit code if it fails."""
    if code := subprocess.run(line, cwd=ROOT, env={**os.environ, **environment}, check=False).returncode:
        sys.exit(code)


def cargo(command: str, *arguments: str, **environment: str) -> None:
    """Runs cargo with the tools that the build requirements from PyPI contain."""
    paths = {
        "LIBCLANG_PATH": str(Path(next(iter(clang.__path__))) / "native"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    run("cargo", command, "--release", "--locked", "--quiet", *arguments, **paths, **environment)


def test(engines: list[str]) -> None:
    """Checks the generated files, and runs the tests of the generators and of the shim.

    Every engine gets the same generated modules.
    """
    cargo("run", *TOOLS, "--bin", "header")
    cargo("test", *TOOLS, PYTHON=sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        cargo("run", *TOOLS, "--bin", "smith", "--", folder, MODULES)
        for engine in engines:
            print(f"cargo test: {engine}", flush=True)
            cargo("test", *SHIM, "--features", engine, "--", "--include-ignored", ANYWASM_SMITH=folder)


def clippy(engines: list[str]) -> None:
    """Lints the code of each engine."""
    for engine in engines:
        print(f"cargo clippy: {engine}", flush=True)
        cargo("clippy", *SHIM, "--features", engine, *DENY)


def clippy_without_engine() -> None:
    """Lints the tools, and the shim over the headers of a library of the system, which does not exist.

    Linting needs no library, since nothing is linked. The name of the library selects the backend: `wasmtime` has its
    own header, any other library has `wasm.h` only.
    """
    if code := engine_table.main():
        sys.exit(code)
    cargo("clippy", *TOOLS, *DENY)
    include = str(headers())
    for library in ("wasm", "wasmtime"):
        print(f"cargo clippy: the header {library}.h", flush=True)
        variables = {"LIB": library, "LIB_DIR": include, "INCLUDE_DIR": include}
        environment = {f"ANYWASM_SYSTEM_{name}": value for name, value in variables.items()}
        cargo("clippy", *SHIM, "--features", "system", *DENY, **environment)


def headers() -> Path:
    """A folder with wasmtime's headers, which include the standard one.

    Cargo downloads the crate that contains them. The build of that crate would generate one of them, `conf.h`, from a
    template: a line `#cmakedefine FEATURE` says where a macro is defined for a feature. All features are defined here.
    """
    source = crate("wasmtime-c-api-impl", "wasmtime") / "include"
    folder = TARGET / "headers"
    for path in [*source.glob("*.h"), *source.glob("wasmtime/**/*.h")]:
        write(folder / path.relative_to(source), path.read_text())
    conf = (source / "wasmtime" / "conf.h.in").read_text()
    write(folder / "wasmtime" / "conf.h", conf.replace("#cmakedefine", "#define"))
    return folder


def write(path: Path, text: str) -> None:
    """Writes a file, unless it has this text: cargo compares the times of files."""
    if not path.exists() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def crate(name: str, feature: str) -> Path:
    """The folder of a crate that a feature of wasm_c_api enables."""
    host = subprocess.run(["rustc", "--print", "host-tuple"], check=True, capture_output=True, text=True).stdout.strip()
    line = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={host}", f"--features={feature}"]
    manifest = f"--manifest-path={ROOT / 'wasm_c_api' / 'Cargo.toml'}"
    output = subprocess.run([*line, manifest], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    manifests = [each["manifest_path"] for each in json.loads(output)["packages"] if each["name"] == name]
    return Path(manifests[0]).parent


def fmt(*options: str) -> None:
    """Formats the Rust code."""
    run("cargo", "fmt", "--all", *options)
    run("rustfmt", "--edition", "2024", *options, *map(str, sorted(ROOT.glob(INCLUDED))))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["test", *engines]:
            test(engines or engine_table.built_by_cargo())
        case ["clippy"]:
            clippy_without_engine()
        case ["clippy", "all"]:
            clippy(engine_table.built_by_cargo())
        case ["clippy", *engines]:
            clippy(engines)
        case ["fmt"]:
            fmt()
        case ["fmt", "--check"]:
            fmt("--check")
        case ["header"]:
            cargo("run", *TOOLS, "--bin", "header", "--", "--write")
        case _:
            sys.exit(__doc__)
