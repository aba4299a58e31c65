"""WASI in this style: when a store must be configured, and with what."""

from __future__ import annotations

import errno
import functools
import gc
import io
import os
import sys
import textwrap
import weakref
from pathlib import Path
from typing import Optional

import pytest

import children
from anywasm.wasmtime import DirPerms, FilePerms, Linker, Module, Store, WasiConfig, WasmtimeError

ARGS = """(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "count") (result i32) (drop (call $sizes (i32.const 0) (i32.const 4))) (i32.load (i32.const 0))))"""


def args(*texts: str) -> WasiConfig:
    config = WasiConfig()
    config.argv = list(texts)
    return config


def test_a_store_is_configured_any_time_before_the_first_call(on_engine: str) -> None:
    store = Store()
    linker = Linker(store.engine)
    linker.define_wasi()
    assert linker.get(store, "wasi_snapshot_preview1", "args_sizes_get") is not None
    instance = linker.instantiate(store, Module(store.engine, ARGS))
    other = linker.instantiate_pre(Module(store.engine, ARGS)).instantiate(store)
    count = instance.exports(store)["count"]
    with pytest.raises(WasmtimeError, match="WASI is not configured in this store"):
        count(store)
    store.set_wasi(args("a", "b"))
    assert count(store) == other.exports(store)["count"](store) == 2
    store.set_wasi(args("a"))
    assert count(store) == other.exports(store)["count"](store) == 1


def test_a_directory_that_cannot_be(on_engine: str) -> None:
    for path in ("/no/such/directory", "a\0b"):
        with pytest.raises(WasmtimeError, match=r"^failed to add preopen dir$"):
            WasiConfig().preopen_dir(path, "/")


HELLO = """(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 8) "Hello")
    (func (export "_start") (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 5))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))"""

REPLACED = """
    import gc, weakref
    from anywasm.wasmtime import *
    engine = Engine()
    module, linker = Module(engine, {hello!r}), Linker(engine)
    linker.define_wasi()
    def configured(stream):
        config = WasiConfig()
        config.stdout = stream
        return config
    class Out:
        def __call__(self, data):
            for _ in range({times}):
                store.set_wasi(configured(len))
            raise KeyError("from the stream")
    gone = []
    for _ in range(20):
        store = Store(engine)
        out = Out()
        gone.append(weakref.ref(out))
        store.set_wasi(configured(out))
        del out
        try:
            linker.instantiate(store, module).exports(store)["_start"](store)
        except KeyError as error:
            assert error.args == ("from the stream",)
        else:
            assert False
        store.set_wasi(configured(len))
        assert gone[-1]() is None
    print("went on")
"""


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_stream_replaces_what_it_belongs_to(engine: str, times: int) -> None:
    assert children.run(engine, REPLACED.format(hello=HELLO, times=times)) == "went on\n"


@pytest.mark.parametrize("count", [-4096, -5000, -(1 << 40), -(1 << 63)])
def test_a_stream_that_returns_no_number_of_an_error(on_engine: str, count: int) -> None:
    store = Store()
    linker = Linker(store.engine)
    linker.define_wasi()
    config = WasiConfig()
    config.stdout = lambda data: count
    store.set_wasi(config)
    source = HELLO.replace('"_start")', '"_start") (result i32)').replace("(drop (call $write", "(call $write")
    source = source.replace("(i32.const 20)))))", "(i32.const 20))))")
    errno = linker.instantiate(store, Module(store.engine, source)).exports(store)["_start"](store)
    assert errno == 29  # EIO


def test_closing_a_store_closes_its_directories_and_streams(on_engine: str, tmp_path: Path) -> None:
    def opened() -> int:
        descriptors = Path("/proc/self/fd")
        return sum(os.path.realpath(descriptors / name) == str(tmp_path) for name in os.listdir(descriptors))

    class Out(io.BytesIO):
        pass

    store, config, output = Store(), WasiConfig(), Out()
    linker = Linker(store.engine)
    linker.define_wasi()
    config.stdout = output
    config.preopen_dir(str(tmp_path), "data")
    store.set_wasi(config)
    start = linker.instantiate(store, Module(store.engine, HELLO)).exports(store)["_start"]
    start(store)
    assert output.getvalue() == b"Hello"
    stream = weakref.ref(output)
    del config, output
    assert (opened(), stream() is None) == (1, False)
    store.close()
    gc.collect()
    assert (opened(), stream() is None) == (0, True)


#: Makes system calls that the tests of settings need. Numbers and bytes are returned from address 0 on.
PROBE = """(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 8) (data (i32.const 16) "file")
    (func (export "args") (drop (call $args_sizes (i32.const 0) (i32.const 4)))
      (drop (call $args (i32.const 65536) (i32.const 131072))))
    (func (export "environ") (drop (call $environ_sizes (i32.const 0) (i32.const 4)))
      (drop (call $environ (i32.const 65536) (i32.const 131072))))
    (func (export "open") (param i32 i64) (result i32) (call $open (i32.const 3) (i32.const 0) (i32.const 16)
      (i32.const 4) (local.get 0) (local.get 1) (i64.const 0) (i32.const 0) (i32.const 32)))
    (func (export "write") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (local.get 0))
      (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))"""


class Probe:
    """An instance of the module with this config."""

    def __init__(self, config: WasiConfig) -> None:
        self.store = Store()
        linker = Linker(self.store.engine)
        linker.define_wasi()
        self.store.set_wasi(config)
        self.exports = linker.instantiate(self.store, Module(self.store.engine, PROBE)).exports(self.store)

    def call(self, name: str, *args: int) -> int:
        number: int = self.exports[name](self.store, *args)
        return number

    def u32(self, at: int) -> int:
        return int.from_bytes(self.exports["memory"].read(self.store, at, at + 4), "little")

    def strings(self, name: str) -> list[bytes]:
        self.exports[name](self.store)
        data = bytes(self.exports["memory"].read(self.store, 131072, 131072 + self.u32(4)))
        return data.split(b"\0")[:-1]


def test_inherited_variables_and_others_add_up(on_engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)
    os.environ.update(HOST="1", BOTH="inherited")
    config = WasiConfig()
    config.inherit_env()
    config.env = [("EXTRA", "2"), ("BOTH", "given")]
    assert Probe(config).strings("environ") == [b"HOST=1", b"BOTH=inherited", b"EXTRA=2", b"BOTH=given"]
    config = WasiConfig()
    config.env = [("EXTRA", "1")]
    config.env = [("EXTRA", "2")]
    config.inherit_env()
    assert Probe(config).strings("environ") == [b"EXTRA=1", b"EXTRA=2", b"HOST=1", b"BOTH=inherited"]


def test_inherited_arguments_and_others_add_up(on_engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["python", "program"])
    config = WasiConfig()
    config.inherit_argv()
    config.argv = ["y"]
    config.argv = ["z"]
    assert Probe(config).strings("args") == [b"python", b"program", b"y", b"z"]
    config = WasiConfig()
    config.argv = ["y"]
    config.inherit_argv()
    assert Probe(config).strings("args") == [b"y", b"python", b"program"]


def test_bytes_that_are_not_utf8(on_engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`os.fsdecode` puts such bytes into texts, as in `sys.orig_argv` and `os.environ`."""
    monkeypatch.setattr(sys, "orig_argv", [os.fsdecode(b"\xff")])
    config = WasiConfig()
    config.inherit_argv()
    config.argv = [os.fsdecode(b"a\xfe")]
    config.env = [(os.fsdecode(b"N\xff"), os.fsdecode(b"\xfe"))]
    probe = Probe(config)
    assert probe.strings("args") == [b"\xff", b"a\xfe"]
    assert probe.strings("environ") == [b"N\xff=\xfe"]
    with pytest.raises(UnicodeEncodeError):
        WasiConfig().argv = ["\ud800"]


def test_a_directory_whose_name_is_not_utf8(on_engine: str, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    os.mkdir(path)
    config = WasiConfig()
    config.preopen_dir(path, "/")
    assert Probe(config).call("open", 1, 64) == 0
    assert os.listdir(path) == ["file"]
    with pytest.raises(WasmtimeError, match=r"^the guest path '\\udcff' of a preopened directory is not UTF-8$"):
        WasiConfig().preopen_dir(path, "\udcff")


def test_directories_and_files_are_opened_by_the_config(
    on_engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("one/data", "two/data"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "one")
    config = WasiConfig()
    config.preopen_dir("data", "/")
    config.stdout_file = "output"
    monkeypatch.chdir(tmp_path / "two")
    probe = Probe(config)
    assert probe.call("open", 1, 64) == 0
    assert probe.call("write", 5) == 0
    assert [str(path.relative_to(tmp_path)) for path in sorted(tmp_path.rglob("*")) if path.is_file()] == [
        "one/data/file",
        "one/output",
    ]
    assert (tmp_path / "one" / "output").stat().st_size == 5


def test_a_config_that_is_closed_keeps_no_directory_open(on_engine: str, tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    config, used = WasiConfig(), WasiConfig()
    for each in (config, used):
        each.preopen_dir(str(tmp_path), "/")
    store = Store()
    store.set_wasi(used)
    config.close()
    store.close()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    ("dir_perms", "file_perms", "read", "write"),
    [
        (DirPerms.READ_WRITE, FilePerms.READ_WRITE, 0, 0),
        (DirPerms.READ_WRITE, FilePerms.READ_ONLY, 0, 63),
        (DirPerms.READ_WRITE, FilePerms.WRITE_ONLY, 63, 0),
        (DirPerms.READ_ONLY, FilePerms.READ_WRITE, 0, 63),
        (DirPerms.WRITE_ONLY, FilePerms.READ_WRITE, 63, 63),
    ],
)
def test_permissions_for_a_directory_and_its_files(
    on_engine: str, tmp_path: Path, dir_perms: DirPerms, file_perms: FilePerms, read: int, write: int
) -> None:
    (tmp_path / "file").write_bytes(b"contents")
    config = WasiConfig()
    config.preopen_dir(str(tmp_path), "/", dir_perms, file_perms)
    probe = Probe(config)
    assert (probe.call("open", 0, 2), probe.call("open", 0, 64)) == (read, write)


def test_a_custom_stream_gets_chunks(on_engine: str) -> None:
    sizes: list[int] = []
    results: list[Optional[int]] = []

    def sink(data: bytes) -> Optional[int]:
        sizes.append(len(data))
        return results.pop(0) if results else None

    def write(size: int, *given: Optional[int]) -> tuple[int, int, list[int]]:
        sizes.clear()
        results[:] = given
        config = WasiConfig()
        config.stdout_custom = sink
        probe = Probe(config)
        number = probe.call("write", size)
        return number, probe.u32(8), list(sizes)

    assert write(9000) == (0, 9000, [4096, 4096, 808])
    assert write(100, 100) == (0, 100, [100])
    assert write(9000, 4096, 100) == (0, 4196, [4096, 4096])
    assert write(9000, None, -errno.ENOSPC) == (0, 4096, [4096, 4096])
    assert write(9000, 0) == (0, 0, [4096])
    assert write(9000, -errno.ENOSPC)[0] == 51


CLOSED_STREAMS = """
    import os
    from anywasm.wasmtime import *
    import anywasm.wasmer as wasmer
    for fd in (0, 1):
        os.close(fd)
    config = WasiConfig()
    config.inherit_stdin(); config.inherit_stdout(); config.inherit_stderr()
    store = Store()
    linker = Linker(store.engine)
    linker.define_wasi()
    store.set_wasi(config)
    linker.instantiate(store, Module(store.engine, {hello!r})).exports(store)["_start"](store)
    module = wasmer.Module(wasmer.Store(), {hello!r})
    imports = wasmer.wasi.StateBuilder("program").finalize().generate_import_object(module._store, 1)
    wasmer.Instance(module, imports).exports._start()
    config = WasiConfig()
    try:
        config.stdout = 77
        Store().set_wasi(config)
    except WasmtimeError as error:
        assert str(error).startswith("the descriptor 77: Bad file descriptor"), error
        os.write(2, b"refused")
"""


def test_streams_that_the_process_has_closed(engine: str) -> None:
    path = os.pathsep.join([str(children.TESTS), *sys.path])
    code = textwrap.dedent(CLOSED_STREAMS.format(hello=HELLO))
    environment = {**os.environ, "ANYWASM_ENGINE": engine, "PYTHONPATH": path}
    result = children.completed([sys.executable, "-c", code], environment, 120)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "refused")


def test_a_stream_of_c_that_is_replaced_while_it_runs(on_engine: str) -> None:
    class Partial(functools.partial):  # type: ignore[type-arg]
        """A callable that Python does not keep alive while it runs."""

    def inner(data: bytes) -> None:
        for _ in range(2):
            probe.store.set_wasi(args("x"))
            gc.collect()
        alive.append(stream() is not None)

    alive: list[bool] = []
    config, partial = WasiConfig(), Partial(inner)
    config.stdout, stream = partial, weakref.ref(partial)
    probe = Probe(config)
    del config, partial
    assert probe.call("write", 5) == 0
    probe.store.set_wasi(args("x"))
    assert (alive, stream()) == ([True], None)
