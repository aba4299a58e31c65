"""A libwasmtime of the system, with its own header at hand, is used as fully as the bundled one.

The library is the bundled crate as a shared one, and whatever the variables for packagers name. What is built is kept
in a folder within cargo's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import anywasm
import children

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]

VARIABLES = ("ANYWASM_SYSTEM_LIB", "ANYWASM_SYSTEM_LIB_DIR", "ANYWASM_SYSTEM_INCLUDE_DIR")
ROOT = Path(__file__).parents[1]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "system"


@dataclass(frozen=True)
class Library:
    """Where a libwasmtime and its headers are."""

    folder: str
    include: str

    def cargo(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Builds something against it."""
        variables = dict(zip(VARIABLES, ("wasmtime", self.folder, self.include)))
        return cargo(f"--target-dir={TARGET}", *arguments, **variables)


def cargo(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to build the engine")
    clang = pytest.importorskip("clang", reason="clang's library reads the headers: pip install libclang")
    native = str(Path(next(iter(clang.__path__))) / "native")
    environment = {"PYTHON": sys.executable, "LIBCLANG_PATH": native, **os.environ, **variables}
    command = ["cargo", "build", "--release", "--locked", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The bundled wasmtime as a shared library, as a distribution would have it."""
    done = cargo("--package=conformance-capi", "--features=anywasm/wasmtime", "--message-format=json")
    assert done.returncode == 0, done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    include = library = ""
    for message in messages:
        if message["reason"] == "build-script-executed" and "wasmtime-c-api-impl" in message["package_id"]:
            include = f"{message['out_dir']}/include"
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == "conformance_capi":
            library = message["filenames"][0]
    folder = tmp_path_factory.mktemp("lib")
    shutil.copy(library, folder / "libwasmtime.so")
    return Library(str(folder), include)


@pytest.fixture(params=["bundled", "system"])
def library(request: pytest.FixtureRequest) -> Library:
    if request.param == "bundled":
        return request.getfixturevalue("bundled")
    name, folder, include = map(os.environ.get, VARIABLES)
    if name != "wasmtime" or folder is None or include is None:
        pytest.skip(f"no libwasmtime is named: {VARIABLES[0]}=wasmtime, and {' and '.join(VARIABLES[1:])}, would do so")
    return Library(folder, include)


def run(library: Library, folder: Path, code: str) -> str:
    """Builds the engine against the library, and runs a program with a copy of the package that has only this one."""
    done = library.cargo("--features=system,python")
    assert done.returncode == 0, done.stderr
    shutil.copytree(Path(anywasm.__file__).parent, folder / "anywasm", ignore=shutil.ignore_patterns("*.so"))
    shutil.copy(TARGET / "release" / "libanywasm.so", folder / "anywasm" / "engines" / "_system.abi3.so")
    first = f"import sys\nsys.path.insert(0, {str(folder)!r})\n"
    return children.run("system", first + children.joined(code), str(folder))


PROGRAM = """
    import threading
    import anywasm
    from anywasm.wasmtime import *

    (info,) = (info for info in anywasm.engines() if info.installed)
    print(info.name, info.backend, *sorted(info.capabilities))

    def instance(source, **options):
        config = Config()
        for name, value in options.items():
            setattr(config, name, value)
        store = Store(Engine(config))
        return store, Instance(store, Module(store.engine, source), []).exports(store)

    LOOP = '(module (func (export "loop") (loop (br 0))))'
    store, exports = instance(LOOP, consume_fuel=True)
    store.set_fuel(10_000)
    try:
        exports["loop"](store)
    except Trap as trap:
        print(trap.trap_code, store.get_fuel())

    store, exports = instance(LOOP, epoch_interruption=True)
    store.set_epoch_deadline(1)
    threading.Timer(0.2, store.engine.increment_epoch).start()
    try:
        exports["loop"](store)
    except Trap as trap:
        print(trap.trap_code)

    store, exports = instance('''(module
        (func (export "same") (param externref) (result externref) (local.get 0))
        (func (export "not") (param v128) (result v128) (v128.not (local.get 0)))
        (tag (export "t") (param i32))
        (memory (export "m") i64 1) (memory 1 (pagesize 1)))''', wasm_custom_page_sizes=True)
    thing = object()
    print(exports["same"](store, thing) is thing, hex(exports["not"](store, 1)), type(exports["t"]).__name__)

    from anywasm import wasmer
    module = wasmer.Module(wasmer.Store(), '(module (func (export "f") (param v128) (result v128) (local.get 0)))')
    print(wasmer.Instance(module).exports.f(1 << 100) >> 100)

    for wrong in ("max_wasm_stack = 0", "wasm_simd = False", "target = 'mips-unknown-linux-gnu'"):
        config = Config()
        exec(f"config.{wrong}")
        try:
            Engine(config)
        except WasmtimeError as error:
            print(str(error).replace(anywasm.core.Triple.host().text, "HOST"))
    config = Config()
    config.cranelift_flag_enable("nonsense")
    try:
        Engine(config)
    except anywasm.CapabilityError as error:
        print(error)
    config = Config()
    config.wasm_reference_types = config.wasm_gc = config.wasm_function_references = False
    Engine(config)

    import option_pairs
    made, refused = option_pairs.try_all(sys.argv[1])
    print(made > 1000, refused > 100)"""

EXPECTED = """\
TrapCode.OUT_OF_FUEL 0
TrapCode.INTERRUPT
True 0xfffffffffffffffffffffffffffffffe Tag
1
the engine cannot be made with these options: max_wasm_stack size cannot be zero
the engine cannot be made with these options: cannot disable the simd proposal but enable the relaxed simd proposal
the engine cannot be made with these options: the target mips-unknown-linux-gnu is another machine than this one, HOST
the engine `system` cannot honour the option `cranelift_flag.nonsense=`; installed engines that can: none
True True
"""


def test_all_of_it_is_used(library: Library, tmp_path: Path) -> None:
    first, rest = run(library, tmp_path, PROGRAM).split("\n", 1)
    capabilities = (
        "custom_page_sizes epoch externref externref_release frame_offsets frames fuel funcref funcref_call limits "
        "memory64 serialize shared_memory stable_memory tags v128 views"
    )
    assert first == f"system wasmtime.h {capabilities}"
    assert rest == EXPECTED


def with_headers(library: Library, folder: Path, change: Callable[[Path], Any]) -> Library:
    include = folder / "include"
    shutil.copytree(library.include, include)
    change(include)
    return Library(library.folder, str(include))


def replacing(name: str, **words: str) -> Callable[[Path], Any]:
    """Gives macros of a header other values; an empty one removes it."""

    def change(include: Path) -> None:
        text = (include / name).read_text()
        for macro, value in words.items():
            text, count = re.subn(rf"#define {macro}\b.*", f"#define {macro} {value}" if value else "", text)
            assert count == 1
        (include / name).write_text(text)

    return change


def test_another_version_than_the_headers_is_refused_when_it_is_loaded(bundled: Library, tmp_path: Path) -> None:
    version = replacing("wasmtime.h", WASMTIME_VERSION='"49.0.0"', WASMTIME_VERSION_MAJOR="49")
    code = """
        from anywasm.wasmtime import Engine
        try:
            Engine()
        except Exception as error:
            print(error)"""
    said = run(with_headers(bundled, tmp_path, version), tmp_path, code)
    assert (
        "was built with the headers of wasmtime 49.0.0, and the libwasmtime that is loaded is 48: build anywasm" in said
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (replacing("wasmtime.h", WASMTIME_VERSION_MAJOR="51"), "knows the C API of wasmtime 48 to 50"),
        (replacing("wasmtime.h", WASMTIME_VERSION_MAJOR=""), "does not define WASMTIME_VERSION_MAJOR"),
        (replacing("wasmtime/conf.h", WASMTIME_FEATURE_GC=""), "was built without GC, which anywasm needs"),
        (lambda include: (include / "wasmtime" / "conf.h").unlink(), "take the headers of an installation or a rel"),
    ],
    ids=["too new", "not wasmtime's", "without a feature", "of the sources"],
)
def test_headers_that_do_not_fit_end_the_build(
    bundled: Library, tmp_path: Path, change: Callable[[Path], Any], text: str
) -> None:
    library = with_headers(bundled, tmp_path, change)
    done = library.cargo("--package=wasm_c_api", "--features=system")
    assert done.returncode != 0
    assert text in " ".join(done.stderr.split())
    assert library.include in done.stderr


def test_without_its_own_header_it_is_used_through_the_standard_one(bundled: Library, tmp_path: Path) -> None:
    library = with_headers(bundled, tmp_path, lambda include: (include / "wasmtime.h").unlink())
    done = library.cargo("--package=wasm_c_api", "--features=system")
    assert done.returncode == 0, done.stderr
    assert f"there is no wasmtime.h in {library.include}" in done.stderr
