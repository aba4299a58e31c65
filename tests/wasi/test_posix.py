"""Calls with paths do what POSIX says: each is compared with the same call of Python's `os` on the same tree."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import children
from drivers import Driver
from wasi.harness import CREATE, DIRECTORY, EXCLUSIVE, NONBLOCK, READ, TRUNCATE, WRITE, Guest

#: The error numbers of WASI, by those of the operating system.
NUMBERS = {
    0: 0,
    errno.EACCES: 2,
    errno.EBUSY: 10,
    errno.EEXIST: 20,
    errno.EINVAL: 28,
    errno.EISDIR: 31,
    errno.ELOOP: 32,
    errno.ENOENT: 44,
    errno.ENOTDIR: 54,
    errno.ENOTEMPTY: 55,
    errno.ENXIO: 60,
    errno.EPERM: 63,
}

OBJECTS = ["file", "full", "empty", "file_link", "full_link", "empty_link", "dead_link", "loop", "fifo", "missing"]
ENDINGS = ["", "/", "//", "/.", "/./", "/..", "/inner", "/inner/"]
#: Paths that begin or continue in another way.
OTHERS = [".", "./", "./.", "./file", ".//full//inner", "full/../file", "full/../file/", "empty_link/../full/inner", ""]
PATHS = [name + ending for name in OBJECTS for ending in ENDINGS] + OTHERS
#: Second paths of calls that take two.
TARGETS = [
    "new",
    "new/",
    "new/.",
    "other",
    "other/",
    "vacant",
    "vacant/",
    "vacant/.",
    "file_link",
    "full_link/",
    "full/new",
]

#: A call with the directory's descriptor and one path. Raises OSError.
Posix = Callable[[int, str], object]


def make(folder: Path) -> None:
    """Makes the tree: one object of each kind, and two that calls may replace."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ("full", "empty", "vacant"):
        (folder / name).mkdir(parents=True)
    for name in ("file", "full/inner", "other"):
        (folder / name).write_text(name)
    for name, target in (("file", "file"), ("full", "full"), ("empty", "empty"), ("dead", "nothing")):
        (folder / f"{name}_link").symlink_to(target)
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "fifo")


def shape(folder: Path) -> dict[str, object]:
    """What is in the tree: contents of files, targets of links, and times that a call has set."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        contents: object = status.st_mode
        if path.is_symlink():
            contents = os.readlink(path)
        elif path.is_file():
            contents = path.read_bytes()
        found[str(path.relative_to(folder))] = contents, status.st_mtime_ns == 1, status.st_nlink
    return found


def opened(flags: int) -> Posix:
    return lambda dir_fd, path: os.close(os.open(path, flags | os.O_NONBLOCK, 0o666, dir_fd=dir_fd))


POSIX: dict[str, Posix] = {
    "path_create_directory": lambda fd, path: os.mkdir(path, dir_fd=fd),
    "path_remove_directory": lambda fd, path: os.rmdir(path, dir_fd=fd),
    "path_unlink_file": lambda fd, path: os.unlink(path, dir_fd=fd),
    "path_readlink": lambda fd, path: os.readlink(path, dir_fd=fd),
    "path_symlink": lambda fd, path: os.symlink("target", path, dir_fd=fd),
    "stat": lambda fd, path: os.stat(path, dir_fd=fd),
    "lstat": lambda fd, path: os.stat(path, dir_fd=fd, follow_symlinks=False),
    "utime": lambda fd, path: os.utime(path, ns=(1, 1), dir_fd=fd),
    "lutime": lambda fd, path: os.utime(path, ns=(1, 1), dir_fd=fd, follow_symlinks=False),
    "read": opened(os.O_RDONLY),
    "read without following": opened(os.O_RDONLY | os.O_NOFOLLOW),
    "write": opened(os.O_WRONLY),
    "directory": opened(os.O_RDONLY | os.O_DIRECTORY),
    "directory without following": opened(os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW),
    "create": opened(os.O_WRONLY | os.O_CREAT),
    "create without following": opened(os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW),
    "create anew": opened(os.O_WRONLY | os.O_CREAT | os.O_EXCL),
    "truncate": opened(os.O_WRONLY | os.O_TRUNC),
}
POSIX |= {
    f"{name} {target}": call
    for target in TARGETS
    for name, call in (
        ("path_rename", lambda fd, path, to=target: os.rename(path, to, src_dir_fd=fd, dst_dir_fd=fd)),
        (
            "path_link",
            lambda fd, path, to=target: os.link(path, to, src_dir_fd=fd, dst_dir_fd=fd, follow_symlinks=False),
        ),
    )
}
#: Arguments of `path_open`: whether it follows, its flags and its rights.
OPENS = {
    "read": (1, 0, READ),
    "read without following": (0, 0, READ),
    "write": (1, 0, WRITE),
    "directory": (1, DIRECTORY, READ),
    "directory without following": (0, DIRECTORY, READ),
    "create": (1, CREATE, WRITE),
    "create without following": (0, CREATE, WRITE),
    "create anew": (1, CREATE | EXCLUSIVE, WRITE),
    "truncate": (1, TRUNCATE, WRITE),
}


def call_guest(guest: Guest, name: str, path: str, prefix: str = "") -> tuple[int, object]:
    """The `errno` of a call, and what it has found. The paths begin with the prefix."""
    path = prefix + path
    if name in OPENS:
        follow, oflags, rights = OPENS[name]
        number, fd = guest.open(path, oflags, rights, follow=follow, fdflags=NONBLOCK)
        if number == 0:
            assert guest.call("fd_close", fd) == 0
        return number, None
    if name in ("stat", "lstat"):
        number = guest.call("path_filestat_get", guest.work, int(name == "stat"), *guest.put(path), 1024)
        return number, None if number else guest.read(1040, 1)[0] == 3
    if name in ("utime", "lutime"):
        place = guest.put(path)
        return guest.call("path_filestat_set_times", guest.work, int(name == "utime"), *place, 1, 1, 0b0101), None
    if name == "path_symlink":
        return guest.path(name, "target", path), None
    if name == "path_readlink":
        number = guest.path(name, path)
        return number, None if number else guest.read(32000, guest.u32()).decode()
    call, _, target = name.partition(" ")
    return guest.path(call, path, *([prefix + target] if target else [])), None


def call_posix(folder: Path, name: str, path: str) -> tuple[int, object]:
    """The same of Python's `os`."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = POSIX[name](fd, path)
    except OSError as error:
        return NUMBERS[error.errno or 0], None
    finally:
        os.close(fd)
    if isinstance(found, os.stat_result):
        return 0, found.st_mode & 0o170000 == 0o040000
    return 0, found


#: Calls and paths whose outcomes may differ, with the error of the guest's call. POSIX allows both errors: the path is
#: a symbolic link, which is not followed, and is no directory. wasmtime-py returns this one.
DIFFERENCES = {("directory without following", link) for link in OBJECTS if link.endswith("_link") or link == "loop"}


@pytest.fixture
def trees(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Two equal trees: for the guest, and for Python."""
    for name in ("guest", "python"):
        make(tmp_path / name)
    return tmp_path / "guest", tmp_path / "python"


@pytest.mark.parametrize("name", POSIX)
def test_a_call_does_what_posix_says(wasm: Driver, trees: tuple[Path, Path], name: str) -> None:
    compare(wasm, trees, name, PATHS)


@pytest.mark.parametrize("name", POSIX)
def test_a_call_through_the_root_does_what_posix_says(wasm: Driver, trees: tuple[Path, Path], name: str) -> None:
    if wasm.first_directory == 3:
        pytest.skip("only one style has a root")
    # The root does not support `..`.
    compare(wasm, trees, name, [path for path in PATHS if path and ".." not in path], "/work/")


def compare(wasm: Driver, trees: tuple[Path, Path], name: str, paths: list[str], prefix: str = "") -> None:
    """Compares a call's outcomes and effects. With a prefix, the guest finds its tree below the root, at this path."""
    first = shape(trees[0])
    differences = {}

    def new_guest() -> Guest:
        guest = Guest(wasm, directories=[("work", trees[0], False)])
        guest.work = 3 if prefix else guest.work
        return guest

    guest = new_guest()
    for path in paths:
        outcomes = call_guest(guest, name, path, prefix), call_posix(trees[1], name, path)
        shapes = shape(trees[0]), shape(trees[1])
        expected = (NUMBERS[errno.ELOOP], None) if (name, path) in DIFFERENCES else outcomes[1]
        if outcomes[0] != expected or shapes[0] != shapes[1]:
            differences[path] = outcomes
        if shapes != (first, first):
            for tree in trees:
                make(tree)
            guest = new_guest()
    assert differences == {}


#: Runs this file and the tests of the sandbox in a process in which `openat2` fails, as on Linux before 5.6 and in some
#: sandboxes. The error number is the first argument.
WITHOUT_OPENAT2 = """
    import ctypes, os, struct, sys
    libc = ctypes.CDLL(None, use_errno=True)
    def instruction(code, true, false, value):
        return struct.pack("<HBBI", code, true, false, value)
    # Load the number of the system call; fail for 437; allow all others.
    program = ctypes.create_string_buffer(
        instruction(0x20, 0, 0, 0)
        + instruction(0x15, 0, 1, 437)
        + instruction(6, 0, 0, 0x50000 | int(sys.argv[1]))
        + instruction(6, 0, 0, 0x7FFF0000)
    )
    class Filter(ctypes.Structure):
        _fields_ = [("count", ctypes.c_ushort), ("program", ctypes.c_void_p)]
    filter = Filter(4, ctypes.addressof(program))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(filter)) == 0, "no filter of system calls"
    import pytest
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM])
def test_without_openat2(engine: str, number: int) -> None:
    files = [str(children.TESTS / "wasi" / name) for name in ("test_posix.py", "test_sandbox.py")]
    options = ["--engine", engine, "-k", "explicit and not openat2 and not root"]
    assert " passed" in children.run(engine, WITHOUT_OPENAT2, str(number), *files, *options, timeout=600)
