"""A guest that makes any system call: each is an export of it, and the test writes its arguments into the memory."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from drivers import Driver


def stock_wasmtime() -> Any:
    """The package of wasmtime, or a skip: where it is not installed, its name finds a folder of tests."""
    stock = pytest.importorskip("wasmtime")
    if getattr(stock, "__file__", None) is None:
        pytest.skip("wasmtime-py is not installed")
    return stock


#: The calls' parameters, as `wasi_snapshot_preview1.witx` has them: i for 32 bits, l for 64.
CALLS = {
    "args_get": "ii",
    "args_sizes_get": "ii",
    "environ_get": "ii",
    "environ_sizes_get": "ii",
    "clock_res_get": "ii",
    "clock_time_get": "ili",
    "fd_advise": "illi",
    "fd_allocate": "ill",
    "fd_close": "i",
    "fd_datasync": "i",
    "fd_fdstat_get": "ii",
    "fd_fdstat_set_flags": "ii",
    "fd_fdstat_set_rights": "ill",
    "fd_filestat_get": "ii",
    "fd_filestat_set_size": "il",
    "fd_filestat_set_times": "illi",
    "fd_pread": "iiili",
    "fd_prestat_get": "ii",
    "fd_prestat_dir_name": "iii",
    "fd_pwrite": "iiili",
    "fd_read": "iiii",
    "fd_readdir": "iiili",
    "fd_renumber": "ii",
    "fd_seek": "ilii",
    "fd_sync": "i",
    "fd_tell": "ii",
    "fd_write": "iiii",
    "path_create_directory": "iii",
    "path_filestat_get": "iiiii",
    "path_filestat_set_times": "iiiilli",
    "path_link": "iiiiiii",
    "path_open": "iiiiillii",
    "path_readlink": "iiiiii",
    "path_remove_directory": "iii",
    "path_rename": "iiiiii",
    "path_symlink": "iiiii",
    "path_unlink_file": "iii",
    "poll_oneoff": "iiii",
    "proc_raise": "i",
    "sched_yield": "",
    "random_get": "ii",
    "sock_accept": "iii",
    "sock_recv": "iiiiii",
    "sock_send": "iiiii",
    "sock_shutdown": "ii",
}
_TYPES = {"i": "i32", "l": "i64"}
BADF, EXIST, FAULT, INVAL, ISDIR, LOOP, NAMETOOLONG, NOENT, NOTDIR, PERM = 8, 20, 21, 28, 31, 32, 37, 44, 54, 63
AGAIN, ILSEQ, MFILE, NXIO = 6, 25, 33, 60

READ, WRITE = 1 << 1, 1 << 6
NONBLOCK = 1 << 2
CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE = 1, 2, 4, 8


def source(version: str = "wasi_snapshot_preview1", pages: int = 1) -> str:
    """The guest as text."""
    imports, exports = [], []
    for name, params in CALLS.items():
        if version == "wasi_unstable" and name == "sock_accept":
            continue
        types = f"(param {' '.join(_TYPES[letter] for letter in params)})" if params else ""
        arguments = " ".join(f"(local.get {index})" for index in range(len(params)))
        imports.append(f'(import "{version}" "{name}" (func ${name} {types} (result i32)))')
        exports.append(f'(func (export "{name}") {types} (result i32) (call ${name} {arguments}))')
    grow = '(func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))'
    return f'(module {" ".join(imports)} (memory (export "memory") {pages}) {" ".join(exports)} {grow})'


class Guest:
    """An instance of the guest, with its memory used from address 16 on for arguments; results are at 0."""

    def __init__(self, wasm: Driver, version: str = "wasi_snapshot_preview1", pages: int = 1, **setup: Any) -> None:
        self.driver = wasm
        module = wasm.compile(source(version, pages))
        self.instance = wasm.instantiate_wasi(module, **setup)
        self.memory = wasm.export(self.instance, "memory")
        self.work = wasm.first_directory

    def call(self, name: str, *args: int) -> int:
        """The `errno` of a call."""
        errno: int = self.driver.call(self.driver.export(self.instance, name), *args)
        return errno

    def put(self, *texts: str | bytes) -> list[int]:
        """Writes texts one after another; gives address and length of each."""
        at, places = 16, []
        for text in texts:
            data = text.encode() if isinstance(text, str) else text
            self.driver.write(self.memory, at, data)
            places += [at, len(data)]
            at += len(data) + -len(data) % 8
        return places

    def u32(self, at: int = 0) -> int:
        """What a call wrote there."""
        return int.from_bytes(self.read(at, 4), "little")

    def u64(self, at: int = 0) -> int:
        """What a call wrote there."""
        return int.from_bytes(self.read(at, 8), "little")

    def read(self, at: int, length: int) -> bytes:
        """Bytes of the memory."""
        return self.driver.read(self.memory, at, at + length)

    def path(self, name: str, *paths: str | bytes, fd: int | None = None) -> int:
        """A call with a descriptor and paths in the usual order: directory, path, and again."""
        fd, places = self.work if fd is None else fd, self.put(*paths)
        if name == "path_rename":
            return self.call(name, fd, *places[:2], fd, *places[2:])
        if name == "path_link":
            return self.call(name, fd, 0, *places[:2], fd, *places[2:])
        if name == "path_symlink":
            return self.call(name, *places[:2], fd, *places[2:])
        if name == "path_filestat_get":
            return self.call(name, fd, 1, *places, 32000)
        if name == "path_filestat_set_times":
            return self.call(name, fd, 1, *places, 0, 0, 1)
        if name == "path_readlink":
            return self.call(name, fd, *places, 32000, 100, 0)
        return self.call(name, fd, *places)

    def open(
        self,
        path: str | bytes,
        oflags: int = 0,
        rights: int = READ,
        fd: int | None = None,
        follow: int = 1,
        fdflags: int = 0,
    ) -> tuple[int, int]:
        """The `errno` of opening, and the descriptor."""
        at, length = self.put(path)
        fd = self.work if fd is None else fd
        errno = self.call("path_open", fd, follow, at, length, oflags, rights, rights, fdflags, 0)
        return errno, self.u32()

    def write(self, fd: int, data: bytes) -> tuple[int, int]:
        """The `errno` of writing, and how much was taken."""
        at, length = self.put(data)
        self.driver.write(self.memory, 8, struct.pack("<II", at, length))
        return self.call("fd_write", fd, 8, 1, 0), self.u32()

    def read_fd(self, fd: int, size: int = 1000) -> tuple[int, bytes]:
        """The `errno` of reading, and what was read."""
        self.driver.write(self.memory, 8, struct.pack("<II", 1024, size))
        errno = self.call("fd_read", fd, 8, 1, 0)
        return errno, b"" if errno else self.read(1024, self.u32())
