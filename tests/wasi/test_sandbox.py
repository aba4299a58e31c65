"""A guest reaches nothing outside its directories, whatever path it finds, and gets the proper `errno`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers import Driver
from wasi.harness import (
    BADF,
    CREATE,
    DIRECTORY,
    LOOP,
    NAMETOOLONG,
    NOENT,
    NOTDIR,
    PERM,
    READ,
    TRUNCATE,
    WRITE,
    Guest,
)

SECRET = b"nobody's business"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with a secret; the guest's own is in it."""
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "work").mkdir()
    return tmp_path


@pytest.fixture
def guest(wasm: Driver, outside: Path) -> Guest:
    return Guest(wasm, directories=[("work", outside / "work", False)], pages=40)


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """All there is, but for what is in the guest's folder."""
    paths = (path for path in folder.rglob("*") if folder / "work" not in path.parents)
    return {str(path): path.read_bytes() if path.is_file() else None for path in paths}


@pytest.fixture(autouse=True)
def _nothing_outside_changes(outside: Path) -> Iterator[None]:
    yield
    assert snapshot(outside) == {str(outside / "secret"): SECRET, str(outside / "work"): None}


#: Calls on one path or two; each must fail for a path that leads out.
CALLS = (
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_readlink",
    "path_remove_directory",
    "path_symlink",
    "path_unlink_file",
)


def paths_out(outside: Path) -> list[str]:
    return [str(outside / "secret"), "/", "/etc/passwd", "..", "../secret", "./../secret", "work/../../secret"]


def test_absolute_paths_and_dots(guest: Guest, outside: Path) -> None:
    (outside / "work" / "work").mkdir()
    for path in paths_out(outside):
        for oflags, rights in itertools.product((0, CREATE, DIRECTORY, TRUNCATE), (READ, WRITE)):
            if oflags == TRUNCATE and rights == READ:
                continue
            assert guest.open(path, oflags, rights)[0] == PERM, path
        for name in CALLS:
            texts = ("contents", path) if name == "path_symlink" else (path,)
            assert guest.path(name, *texts) == PERM, (name, path)
        for name in ("path_rename", "path_link"):
            assert guest.path(name, path, "inside") == PERM
            (outside / "work" / "mine").write_bytes(b"")
            assert guest.path(name, "mine", path) == PERM


def test_links_of_the_host_that_lead_out(guest: Guest, outside: Path) -> None:
    work = outside / "work"
    (work / "file").symlink_to("../secret")
    (work / "absolute").symlink_to(outside / "secret")
    (work / "folder").symlink_to("..")
    (work / "chain").symlink_to("folder")
    for path in ("file", "absolute", "folder/secret", "chain/secret", "folder", "chain"):
        assert guest.open(path)[0] == PERM, path
        assert guest.path("path_filestat_get", path) == PERM, path
    for path in ("file", "absolute", "folder"):
        assert guest.open(path, follow=0)[0] == LOOP, path
    assert guest.open("file", CREATE | TRUNCATE, WRITE)[0] == PERM
    assert guest.path("path_create_directory", "folder/new") == PERM
    assert guest.path("path_unlink_file", "folder/secret") == PERM
    # The links themselves are the guest's.
    assert guest.path("path_unlink_file", "file") == 0


def test_links_of_the_guest_that_lead_out(guest: Guest, outside: Path) -> None:
    assert guest.path("path_symlink", str(outside / "secret"), "absolute") == PERM
    assert guest.path("path_symlink", "../secret", "link") == 0
    assert guest.path("path_symlink", "..", "up") == 0
    for path in ("link", "up/secret", "up"):
        assert guest.open(path)[0] == PERM
        assert guest.open(path, CREATE, WRITE)[0] == PERM
    # A hard link to a link is a link, and not to what is behind it.
    assert guest.path("path_link", "link", "hard") == 0
    assert guest.open("hard")[0] == PERM
    assert guest.path("path_link", "up/secret", "hard") == PERM


def test_links_that_lead_out_once_their_directory_has_moved(guest: Guest) -> None:
    assert guest.path("path_create_directory", "a") == 0
    assert guest.path("path_create_directory", "a/b") == 0
    assert guest.path("path_symlink", "../../secret", "a/b/link") == 0
    assert guest.open("a/b/link")[0] == NOENT
    assert guest.path("path_rename", "a/b", "b") == 0
    assert guest.open("b/link")[0] == PERM
    # A directory that is open is a sandbox of its own, wherever it moves.
    errno, below = guest.open("b", DIRECTORY)
    assert errno == 0
    assert guest.path("path_rename", "b", "a/c") == 0
    for path in ("..", "../../secret", "link", "./../b"):
        assert guest.open(path, fd=below)[0] == PERM, path


def test_circles(guest: Guest) -> None:
    assert guest.path("path_symlink", "b", "a") == 0
    assert guest.path("path_symlink", "a", "b") == 0
    assert guest.open("a")[0] == LOOP
    assert guest.open("a/secret")[0] == LOOP


def test_descriptors_of_the_host(guest: Guest, outside: Path) -> None:
    with open(outside / "secret", "rb") as secret:
        for fd in {secret.fileno(), *range(guest.work + 1, 64)}:
            assert guest.read_fd(fd)[0] == BADF
            assert guest.call("fd_close", fd) == BADF
            assert guest.open("x", fd=fd)[0] == BADF
            assert guest.call("fd_renumber", fd, guest.work) == BADF
            assert guest.call("fd_renumber", guest.work, fd) == BADF


def test_closed_and_reused_descriptors(guest: Guest) -> None:
    errno, first = guest.open("one", CREATE, WRITE)
    assert errno == 0
    assert guest.call("fd_close", first) == 0
    assert guest.write(first, b"x")[0] == BADF
    assert guest.open("two", CREATE, WRITE) == (0, first)
    assert guest.write(first, b"to the second") == (0, 13)
    # Standard output is the guest's to close; its number then means a file, and never the process's.
    assert guest.call("fd_close", 1) == 0
    assert guest.open("three", CREATE, WRITE) == (0, 1)
    assert guest.write(1, b"to the third") == (0, 12)
    assert guest.call("fd_close", guest.work) == 0
    assert guest.open("one")[0] == BADF


def test_read_only_directories(wasm: Driver, outside: Path) -> None:
    work = outside / "work"
    (work / "file").write_bytes(b"as it was")
    (work / "folder").mkdir()
    (work / "link").symlink_to("file")
    (work / "mine").mkdir()
    guest = Guest(wasm, directories=[("work", work, True), ("mine", work / "mine", False)])
    assert guest.read_fd(guest.open("file")[1]) == (0, b"as it was")
    assert guest.open("folder", DIRECTORY)[0] == 0
    assert guest.path("path_filestat_get", "file") == 0
    assert guest.path("path_readlink", "link") == 0
    for oflags, rights in ((0, WRITE), (CREATE, READ), (CREATE, WRITE), (TRUNCATE, READ), (TRUNCATE, WRITE)):
        for path in ("file", "new", "link"):
            assert guest.open(path, oflags, rights)[0] == PERM
    fd = guest.open("file")[1]
    assert guest.write(fd, b"x")[0] == BADF
    assert guest.call("fd_filestat_set_size", fd, 0) == PERM
    assert guest.call("fd_filestat_set_times", fd, 0, 0, 1) == PERM
    assert guest.call("fd_filestat_set_times", guest.work, 0, 0, 1) == PERM
    folder = guest.open("folder", DIRECTORY)[1]
    for base, prefix in ((guest.work, ""), (folder, "")):
        for name in CALLS:
            if name in ("path_filestat_get", "path_readlink"):
                continue
            texts = ("contents", f"{prefix}new") if name == "path_symlink" else (f"{prefix}file",)
            assert guest.path(name, *texts, fd=base) == PERM, name
        assert guest.path("path_rename", "file", "new", fd=base) == PERM
        assert guest.path("path_link", "file", "new", fd=base) == PERM
    # A name in a directory that can be changed would make the file one that can be.
    places = guest.put("file", "stolen")
    for name, flags in (("path_link", [0]), ("path_rename", [])):
        there, back = (guest.work, guest.work + 1), (guest.work + 1, guest.work)
        for source, target in (there, back):
            assert guest.call(name, source, *flags, *places[:2], target, *places[2:]) == PERM
    assert (work / "file").read_bytes() == b"as it was"


def test_long_paths(guest: Guest) -> None:
    name = b"x" * (1 << 20)
    deep = b"x/" * (1 << 19)
    up = b"../" * (1 << 18)
    for path in (name, deep, up, b"/" * (1 << 20), b"." * (1 << 20)):
        assert guest.open(path)[0] == NAMETOOLONG
        assert guest.path("path_create_directory", path) == NAMETOOLONG
        assert guest.path("path_symlink", path, "link") == NAMETOOLONG
    assert guest.open(b"x" * 5000)[0] == NAMETOOLONG
    assert guest.open(b"x" * 256)[0] == NAMETOOLONG
    assert guest.open(b"./" * 1000 + b"x", CREATE, WRITE)[0] == 0


def test_paths_that_are_no_paths(guest: Guest) -> None:
    assert guest.open("")[0] == NOENT
    assert guest.open("a\0b", CREATE, WRITE)[0] == 28
    assert guest.open(b"\xff\xfe", CREATE, WRITE)[0] == 25
    assert guest.open("file", CREATE, WRITE)[0] == 0
    assert guest.open("file/")[0] == NOTDIR
    assert guest.open("file/x")[0] == NOTDIR
    assert guest.open("x", fd=0)[0] == BADF


def test_the_root_of_the_implicit_style(wasm: Driver, outside: Path) -> None:
    if wasm.first_directory != 4:
        pytest.skip("only one style has a root")
    (outside / "work" / "file").write_bytes(b"inside")
    guest = Guest(wasm, directories=[("work", outside / "work", False), ("a/b", outside / "work", False)])
    for path in ("work/file", "/work/file", "./work//file", "a/b/file"):
        errno, fd = guest.open(path, fd=3)
        assert errno == 0
        assert guest.read_fd(fd) == (0, b"inside")
    for path in ("work/../../secret", "..", "../secret", "work/../work/file", "/etc/passwd", "secret", "wor"):
        assert guest.open(path, fd=3)[0] in (PERM, NOENT), path
    for path in (".", "/", "./"):
        assert guest.open(path, fd=3)[0] == 0
        assert guest.open(path, CREATE, WRITE, fd=3)[0] == PERM
    assert guest.path("path_create_directory", ".", fd=3) == PERM
    assert guest.path("path_create_directory", "new", fd=3) == NOENT
    assert guest.path("path_create_directory", "work/new", fd=3) == 0
    assert (outside / "work" / "new").is_dir()
    assert guest.path("path_rename", "work", "other", fd=3) != 0
    guest.call("fd_readdir", 3, 64, 1000, 0, 0)
    listed = guest.read(64, guest.u32())
    assert [name in listed for name in (b"work", b"a", b"secret")] == [True, True, False]
