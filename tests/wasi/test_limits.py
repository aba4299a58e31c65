"""A guest cannot make the host keep, copy or allocate without bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import children
from drivers import Driver
from wasi.harness import CREATE, INVAL, MFILE, READ, TRUNCATE, WRITE, Guest

#: The start of a child: a guest in the style that its argument names, and limits on the memory of the process.
PRELUDE = """
    import resource, struct, sys
    from pathlib import Path
    from drivers import STYLES
    from wasi.harness import *
    wasm = STYLES[sys.argv[1]]()
    def memory():
        return int(open("/proc/self/statm").read().split()[1]) // 256
    def limit_memory(mib):
        size = int(open("/proc/self/statm").read().split()[0]) * 4096 + (mib << 20)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
"""


def run(engine: str, style: str, code: str, *args: object) -> str:
    return children.run(engine, children.joined(PRELUDE, code), style, *map(str, args))


@pytest.fixture(params=["implicit", "explicit"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_descriptors_are_limited(wasm: Driver, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"contents")
    guest = Guest(wasm, directories=[("work", tmp_path, False)], max_open_files=3)
    opened = [guest.open("file") for _ in range(3)]
    assert [errno for errno, _ in opened] == [0, 0, 0]
    assert guest.open("file")[0] == MFILE
    assert guest.open("new", CREATE, WRITE)[0] == MFILE
    assert guest.open("file", TRUNCATE, WRITE)[0] == MFILE
    assert guest.call("fd_renumber", opened[0][1], opened[1][1]) == 0
    assert guest.open("file") == (0, opened[0][1])
    assert guest.open("file")[0] == MFILE
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_bytes() == b"contents"


def test_the_limit_of_descriptors_has_a_default(wasm: Driver, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    before = len(os.listdir("/proc/self/fd"))
    errnos = [guest.open("file")[0] for _ in range(600)]
    assert (errnos.count(0), errnos.count(MFILE)) == (512, 88)
    assert len(os.listdir("/proc/self/fd")) == before + 512


def test_a_limit_of_descriptors_is_a_number(wasm: Driver) -> None:
    module = wasm.compile("(module)")
    with pytest.raises(ValueError, match=r"^max_open_files must not be negative, got -1$"):
        wasm.instantiate_wasi(module, max_open_files=-1)
    with pytest.raises(TypeError):
        wasm.instantiate_wasi(module, max_open_files="3")
    wasm.instantiate_wasi(module, max_open_files=1 << 70)


def test_listings_are_not_kept(engine: str, style: str, tmp_path: Path) -> None:
    for index in range(5000):
        (tmp_path / f"{'n' * 200}{index}").touch()
    code = """
        guest = Guest(wasm, directories=[("work", Path(sys.argv[2]), True)])
        before = memory()
        for _ in range(500):
            errno, fd = guest.open(".")
            assert errno == 0
            assert guest.call("fd_readdir", fd, 1024, 1000, 0, 0) == 0
        assert memory() - before < 50, memory() - before
        print("bounded")
    """
    assert run(engine, style, code, tmp_path) == "bounded\n"


def test_subscriptions_are_limited(engine: str, style: str) -> None:
    code = """
        guest = Guest(wasm, pages=8000)
        for count in (65_537, 1_000_000, 5_000_000):
            assert guest.call("poll_oneoff", 0, 0, count, 0) == INVAL
        limit_memory(128)
        assert guest.call("poll_oneoff", 0, 0, 5_000_000, 0) == INVAL
        assert guest.call("poll_oneoff", 0, 0, 65_536, 0) == 0
        print("bounded")
    """
    assert run(engine, style, code) == "bounded\n"


def test_many_subscriptions_are_answered(wasm: Driver) -> None:
    guest = Guest(wasm, pages=100)
    # All are subscriptions to the real-time clock with a relative time of 0.
    assert guest.call("poll_oneoff", 0, 50 << 16, 65_536, 99 << 16) == 0
    assert guest.u32(99 << 16) == 65_536
    assert guest.call("poll_oneoff", 0, 50 << 16, 65_537, 99 << 16) == INVAL


SHARED = """(module
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 16384 16384 shared) (data (i32.const 8) "file")
    (func (export "run") (param $size i32) (result i32)
      (drop (call $open (i32.const 3) (i32.const 0) (i32.const 8) (i32.const 4) (i32.const 1)
        (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 0)))
      (i32.store (i32.const 20) (local.get $size)) (i32.store (i32.const 16) (i32.const 65536))
      (if (result i32) (call $write (i32.load (i32.const 0)) (i32.const 16) (i32.const 1) (i32.const 4))
        (then (i32.const -1)) (else (i32.load (i32.const 4))))))"""


@pytest.mark.needs("shared_memory")
def test_a_shared_memory_is_not_copied_as_a_whole(on_engine: str, tmp_path: Path) -> None:
    code = """
        from anywasm.wasmtime import *
        config, wasi = Config(), WasiConfig()
        config.wasm_threads = config.shared_memory = True
        wasi.preopen_dir(sys.argv[2], "/")
        engine = Engine(config)
        linker, store = Linker(engine), Store(engine)
        linker.define_wasi()
        store.set_wasi(wasi)
        run = linker.instantiate(store, Module(engine, SHARED)).exports(store)["run"]
        limit_memory(64)
        print(run(store, 200 << 20) >> 20, (Path(sys.argv[2]) / "file").stat().st_size >> 20)
    """
    assert run(on_engine, "explicit", children.joined(f"SHARED = {SHARED!r}", code), tmp_path) == "200 200\n"


def test_one_transfer_is_limited(wasm: Driver, tmp_path: Path) -> None:
    """The buffers of a call may overlap, so that their total length has no other limit."""
    guest = Guest(wasm, pages=80, directories=[("work", tmp_path, False)])
    for index in range(1024):
        guest.driver.write(guest.memory, 64 + 8 * index, (1 << 16).to_bytes(4, "little"))
        guest.driver.write(guest.memory, 68 + 8 * index, (4 << 20).to_bytes(4, "little"))
    assert guest.call("fd_write", 1, 64, 1024, 0) == 0
    assert guest.u32() == 0x7FFFF000


def test_large_reads_and_writes_are_whole(wasm: Driver, tmp_path: Path) -> None:
    data = bytes(range(256)) * (20 << 10)
    guest = Guest(wasm, pages=200, directories=[("work", tmp_path, False)])
    guest.driver.write(guest.memory, 1 << 16, data)
    # Three buffers: one of 10 bytes, a large one, and the rest.
    sizes, buffers, start = (10, 4_000_000, len(data) - 4_000_010), b"", 1 << 16
    for size in sizes:
        buffers += start.to_bytes(4, "little") + size.to_bytes(4, "little")
        start += size
    fd = guest.open("file", CREATE, READ | WRITE)[1]
    guest.driver.write(guest.memory, 64, buffers)
    assert guest.call("fd_write", fd, 64, 3, 0) == 0
    assert guest.u32() == len(data)
    assert (tmp_path / "file").read_bytes() == data
    guest.driver.write(guest.memory, 1 << 16, bytes(len(data)))
    assert guest.call("fd_seek", fd, 0, 0, 0) == 0
    assert guest.call("fd_read", fd, 64, 3, 0) == 0
    assert guest.u32() == len(data)
    assert guest.read(1 << 16, len(data)) == data
