"""System calls from any place, over any memory, in both versions."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from drivers import Driver
from wasi.harness import CREATE, EXCLUSIVE, EXIST, FAULT, ILSEQ, INVAL, READ, WRITE, Guest

PAGE = 65_536

STARTS = """(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (global $errno (mut i32) (i32.const -1)) (global $leave (mut i32) (i32.const {leave}))
  (func $start
    (global.set $errno (call $random (i32.const 0) (i32.const 16)))
    (if (global.get $leave) (then (call $exit (i32.const 9)))))
  (start $start)
  (func (export "errno") (result i32) (global.get $errno)))"""


def test_a_start_function_makes_system_calls(wasm: Driver) -> None:
    instance = wasm.instantiate_wasi(wasm.compile(STARTS.format(leave=0)))
    assert wasm.call(wasm.export(instance, "errno")) == 0
    assert wasm.read(wasm.export(instance, "memory"), 0, 16) != bytes(16)


def test_a_start_function_ends_the_program(wasm: Driver) -> None:
    with pytest.raises(wasm.error) as caught:
        wasm.instantiate_wasi(wasm.compile(STARTS.format(leave=1)))
    assert wasm.exit_code(caught.value) == 9


def test_a_memory_that_grew(wasm: Driver) -> None:
    source = """(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "fill") (result i32) (drop (memory.grow (i32.const 30)))
          (call $random (i32.const 1900000) (i32.const 16))))"""
    instance = wasm.instantiate_wasi(wasm.compile(source))
    assert wasm.call(wasm.export(instance, "fill")) == 0
    assert wasm.read(wasm.export(instance, "memory"), 1_900_000, 1_900_016) != bytes(16)


def test_two_instances_have_their_own_memories(wasm: Driver) -> None:
    guests = [Guest(wasm, args=["program", f"number {index}"]) for index in range(2)]
    for guest in guests:
        assert guest.call("random_get", 1000, 8) == 0
    assert guests[0].read(1000, 8) != guests[1].read(1000, 8)


#: Calls that read or write memory, with arguments that are right but for the pointer that is None.
POINTERS = {
    "args_get": [(None, 64), (64, None)],
    "args_sizes_get": [(None, 64), (64, None)],
    "environ_get": [(None, 64), (64, None)],
    "environ_sizes_get": [(None, 64), (64, None)],
    "clock_res_get": [(0, None)],
    "clock_time_get": [(0, 0, None)],
    "fd_fdstat_get": [("work", None)],
    "fd_filestat_get": [("work", None)],
    "fd_prestat_get": [("work", None)],
    "fd_prestat_dir_name": [("work", None, 100)],
    "fd_read": [("file", None, 1, 0), ("file", 8, 1, None)],
    "fd_pread": [("file", None, 1, 0, 0), ("file", 8, 1, 0, None)],
    "fd_write": [("file", None, 1, 0), ("file", 8, 1, None)],
    "fd_pwrite": [("file", None, 1, 0, 0), ("file", 8, 1, 0, None)],
    "fd_readdir": [("work", None, 100, 0, 0), ("work", 64, 100, 0, None)],
    "fd_seek": [("file", 0, 0, None)],
    "fd_tell": [("file", None)],
    "path_create_directory": [("work", None, 100)],
    "path_filestat_get": [("work", 0, None, 4, 64), ("work", 0, 16, 4, None)],
    "path_filestat_set_times": [("work", 0, None, 4, 0, 0, 1)],
    "path_link": [("work", 0, None, 4, "work", 16, 4), ("work", 0, 16, 4, "work", None, 4)],
    "path_open": [("work", 0, None, 4, 0, 2, 2, 0, 64), ("work", 0, 16, 4, 0, 2, 2, 0, None)],
    "path_readlink": [("work", None, 4, 64, 10, 0), ("work", 24, 4, None, 10, 0), ("work", 24, 4, 64, 10, None)],
    "path_remove_directory": [("work", None, 4)],
    "path_rename": [("work", None, 4, "work", 16, 4), ("work", 16, 4, "work", None, 4)],
    "path_symlink": [(None, 4, "work", 16, 4), (16, 4, "work", None, 4)],
    "path_unlink_file": [("work", None, 4)],
    "poll_oneoff": [(None, 1024, 1, 0), (1024, None, 1, 0), (1024, 2048, 1, None)],
    "random_get": [(None, 100)],
}


@pytest.mark.parametrize("name", POINTERS)
def test_pointers_outside_the_memory(wasm: Driver, name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"contents")
    (tmp_path / "link").symlink_to("file")
    guest = Guest(wasm, args=["program"], env={"A": "B"}, directories=[("work", tmp_path, False)])
    errno, file = guest.open("file", rights=READ | WRITE)
    assert errno == 0
    guest.put("file", "link")
    guest.driver.write(guest.memory, 8, struct.pack("<II", 512, 4))
    numbers = {"work": guest.work, "file": file}
    for arguments in POINTERS[name]:
        for outside in (PAGE, PAGE + 1000, 2**31, 2**32 - 1, 2**32 - 8, PAGE - 1):
            given = [outside if each is None else numbers.get(each, each) for each in arguments]
            assert guest.call(name, *given) == FAULT, given
    assert (tmp_path / "file").read_bytes() == b"contents"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_names_that_are_not_utf8(wasm: Driver, tmp_path: Path) -> None:
    """A path of WASI is UTF-8. The names of a listing are the bytes of the operating system."""
    folder = os.fsencode(tmp_path)
    (tmp_path / "target").write_bytes(b"")
    os.symlink(b"tar\xff", folder + b"/link")
    os.mkdir(folder + b"/\xfe")
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    assert guest.call("fd_readdir", guest.work, 1024, 4096, 0, 0) == 0
    assert b"\xfe" in guest.read(1024, guest.u32())
    assert guest.open(b"\xfe")[0] == ILSEQ
    assert guest.path("path_create_directory", b"\xff") == ILSEQ
    assert guest.path("path_symlink", b"\xff", "new") == ILSEQ
    assert guest.path("path_rename", "target", b"\xff") == ILSEQ
    assert guest.path("path_readlink", "link") == ILSEQ


def test_buffers_up_to_the_last_byte_of_the_memory(wasm: Driver, tmp_path: Path) -> None:
    written = bytearray()
    guest = Guest(wasm, stdin=b"x" * PAGE, stdout=written, directories=[("work", tmp_path, False)])
    file = guest.open("file", CREATE, READ | WRITE)[1]
    guest.driver.write(guest.memory, 8, struct.pack("<II", 0, PAGE))
    contents = guest.read(0, PAGE)
    for fd in (1, file):
        assert guest.call("fd_write", fd, 8, 1, 16) == 0
        assert guest.u32(16) == PAGE
    assert written == contents
    assert (tmp_path / "file").stat().st_size == PAGE
    guest.driver.write(guest.memory, 8, struct.pack("<II", PAGE - 5, 5))
    assert guest.call("fd_seek", file, 0, 0, 16) == 0
    for fd in (0, file):
        assert guest.call("fd_read", fd, 8, 1, 16) == 0
        assert guest.u32(16) == 5
    assert guest.call("clock_time_get", 0, 0, PAGE - 8) == 0
    assert guest.call("random_get", 0, PAGE) == 0


def test_buffers_outside_the_memory(wasm: Driver, tmp_path: Path) -> None:
    guest = Guest(wasm, stdin=b"x" * 100, stdout=bytearray(), directories=[("work", tmp_path, False)])
    file = guest.open("file", CREATE, READ | WRITE)[1]
    for ptr, length in ((PAGE, 1), (PAGE - 4, 5), (0, PAGE + 1), (2**32 - 1, 2**32 - 1), (8, 2**32 - 1)):
        guest.driver.write(guest.memory, 8, struct.pack("<II", ptr, length))
        for fd in (0, file):
            assert guest.call("fd_read", fd, 8, 1, 0) == FAULT
        for fd in (1, file):
            assert guest.call("fd_write", fd, 8, 1, 0) == FAULT
    assert guest.call("fd_write", 1, 8, 2**29, 0) == FAULT
    assert guest.call("random_get", 0, PAGE + 1) == FAULT


def test_numbers_that_mean_nothing(wasm: Driver, tmp_path: Path) -> None:
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    file = guest.open("file", CREATE, READ | WRITE)[1]
    path, length = guest.put("file")
    for name, arguments in {
        "clock_time_get": (4, 0, 0),
        "clock_res_get": (4, 0),
        "fd_seek": (file, 0, 3, 0),
        "fd_advise": (file, 0, 0, 6),
        "fd_fdstat_set_flags": (file, 32),
        "fd_fdstat_set_rights": (file, 2**40, 0),
        "fd_filestat_set_times": (file, 0, 0, 16),
        "path_filestat_get": (guest.work, 2, path, length, 64),
        "path_open": (guest.work, 0, path, length, 16, 0, 0, 0, 0),
        "proc_raise": (31,),
        "poll_oneoff": (0, 0, 0, 0),
    }.items():
        assert guest.call(name, *arguments) == INVAL, name


def test_several_buffers_at_once(wasm: Driver, tmp_path: Path) -> None:
    out = bytearray()
    guest = Guest(wasm, stdout=out, directories=[("work", tmp_path, False)])
    file = guest.open("file", CREATE, READ | WRITE)[1]
    guest.driver.write(guest.memory, 512, b"onetwothree")
    guest.driver.write(guest.memory, 256, struct.pack("<8I", 512, 3, 0, 0, 515, 3, 518, 5))
    for fd in (1, file):
        assert guest.call("fd_write", fd, 256, 4, 0) == 0
        assert guest.u32() == 11
    assert out == (tmp_path / "file").read_bytes() == b"onetwothree"
    guest.driver.write(guest.memory, 256, struct.pack("<6I", 1024, 4, 0, 0, 1028, 100))
    assert guest.call("fd_pread", file, 256, 3, 1, 0) == 0
    assert (guest.u32(), guest.read(1024, 10)) == (10, b"netwothree")


def test_a_file_older_than_1970(wasm: Driver, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    os.utime(tmp_path / "file", (-1000, -1000))
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    assert guest.path("path_filestat_get", "file") == 0
    assert (guest.u64(32040), guest.u64(32048)) == (0, 0)


def test_listings_go_on_as_they_began(wasm: Driver, tmp_path: Path) -> None:
    for index in range(50):
        (tmp_path / f"{index:03}").touch()
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    seen, cookie = [], 0
    while True:
        assert guest.call("fd_readdir", guest.work, 4096, 40, cookie, 0) == 0
        if guest.u32() == 0:
            break
        cookie, _, length = struct.unpack("<QQI", guest.read(4096, 20))
        seen.append(guest.read(4096 + 24, length).decode())
        if len(seen) > 2:
            (tmp_path / seen[-1]).unlink()
    assert sorted(seen) == sorted([".", "..", *(f"{index:03}" for index in range(50))])


def test_the_times_of_a_directory(wasm: Driver, tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    for fd, path in ((guest.work, tmp_path), (guest.open("below")[1], tmp_path / "below")):
        assert guest.call("fd_filestat_set_times", fd, 3 * 10**9, 4 * 10**9, 5) == 0
        assert (path.stat().st_atime, path.stat().st_mtime) == (3, 4)


def test_the_older_version(wasm: Driver, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    os.utime(tmp_path / "file", (5, 7))
    guest = Guest(wasm, "wasi_unstable", directories=[("work", tmp_path, False)])
    file = guest.open("file")[1]
    # Here the count of links has 32 bits, so that what follows is nearer.
    assert guest.path("path_filestat_get", "file") == 0
    kind, links, size, access, modification = struct.unpack("<B3xIQQQ", guest.read(32016, 32))
    assert (kind, links, size, access, modification) == (4, 1, 10, 5 * 10**9, 7 * 10**9)
    # cur, end, set, where preview 1 has set, cur, end.
    for offset, whence, position in ((4, 2, 4), (3, 0, 7), (-1, 1, 9)):
        assert guest.call("fd_seek", file, offset, whence, 0) == 0
        assert guest.u64() == position
    # A subscription to a clock has an identifier, which makes it longer.
    clock = struct.pack("<QB7xQIxxxxQQH6x", 77, 0, 1, 1, 1000, 0, 0)
    assert len(clock) == 56
    guest.driver.write(guest.memory, 1024, clock * 2)
    assert guest.call("poll_oneoff", 1024, 2048, 2, 0) == 0
    assert guest.u32() == 2
    assert [guest.u64(2048), guest.u64(2048 + 32)] == [77, 77]
    assert guest.open("new", CREATE | EXCLUSIVE, WRITE)[0] == 0
    assert guest.open("new", CREATE | EXCLUSIVE, WRITE)[0] == EXIST


def test_without_a_memory(wasm: Driver) -> None:
    source = """(module (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
        (func (export "run") (result i32) (call $yield)))"""
    with pytest.raises(wasm.error, match=r"issing required memory export|Missing export memory"):
        wasm.call(wasm.export(wasm.instantiate_wasi(wasm.compile(source)), "run"))


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_thousand_runs_leave_no_descriptor(wasm: Driver, tmp_path: Path) -> None:
    (tmp_path / "input").write_bytes(b"")
    module = wasm.compile(STARTS.format(leave=0))
    setup = {"stdin": tmp_path / "input", "stdout": tmp_path / "output", "directories": [("work", tmp_path, False)]}
    wasm.instantiate_wasi(module, **setup)
    before = descriptors()
    for _ in range(1000):
        wasm.instantiate_wasi(module, **setup)
    assert descriptors() <= before


def test_what_a_guest_leaves_open_is_closed_with_it(wasm: Driver, tmp_path: Path) -> None:
    before = descriptors()
    for _ in range(20):
        driver = type(wasm)()
        guest = Guest(driver, directories=[("work", tmp_path, False)])
        for _ in range(10):
            assert guest.open("file", CREATE, WRITE)[0] == 0
        del guest, driver
    assert descriptors() <= before
