"""System calls that nobody would make: random calls with random arguments over random memory."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from drivers import STYLES
from wasi.harness import CALLS, Guest

#: What a sensible argument is, for each parameter: f a descriptor, x one that can be spared, P and n a path and its
#: length, V and c buffers and how many, b and z a buffer and its size, o where a result goes, s a small number,
#: l lookup flags, r rights, t anything small.
SENSE = {
    "args_get": "ob",
    "args_sizes_get": "oo",
    "environ_get": "ob",
    "environ_sizes_get": "oo",
    "clock_res_get": "so",
    "clock_time_get": "sto",
    "fd_advise": "ftts",
    "fd_allocate": "ftt",
    "fd_close": "x",
    "fd_datasync": "f",
    "fd_fdstat_get": "fo",
    "fd_fdstat_set_flags": "fs",
    "fd_fdstat_set_rights": "frr",
    "fd_filestat_get": "fo",
    "fd_filestat_set_size": "ft",
    "fd_filestat_set_times": "ftts",
    "fd_pread": "fVcto",
    "fd_prestat_get": "fo",
    "fd_prestat_dir_name": "fbz",
    "fd_pwrite": "fVcto",
    "fd_read": "fVco",
    "fd_readdir": "fbzso",
    "fd_renumber": "xx",
    "fd_seek": "ftso",
    "fd_sync": "f",
    "fd_tell": "fo",
    "fd_write": "fVco",
    "path_create_directory": "fPn",
    "path_filestat_get": "flPno",
    "path_filestat_set_times": "flPntts",
    "path_link": "flPnfPn",
    "path_open": "flPnsrrso",
    "path_readlink": "fPnbzo",
    "path_remove_directory": "fPn",
    "path_rename": "fPnfPn",
    "path_symlink": "PnfPn",
    "path_unlink_file": "fPn",
    "proc_raise": "s",
    "sched_yield": "",
    "random_get": "bz",
    "sock_accept": "fso",
    "sock_recv": "fVcsoo",
    "sock_send": "fVcso",
    "sock_shutdown": "fs",
}

#: Calls that nothing can make succeed.
NEVER = {"fd_allocate", "fd_fdstat_set_rights", "proc_raise", "sock_accept", "sock_recv", "sock_send", "sock_shutdown"}

#: How many calls an instance lives.
LIFE = 1_000
PAGE = 65_536


def number(source: random.Random, wide: bool) -> int:
    """A descriptor, a pointer, a flag, or anything; few are far from something that means something."""
    kind = source.randrange(10)
    if kind < 4:
        return source.randrange(8)
    if kind < 6:
        return source.randrange(2 * PAGE) & ~7
    if kind == 6:
        return 2 * PAGE - source.randrange(64)
    if kind == 7:
        return 1 << source.randrange(64 if wide else 32)
    return source.getrandbits(64 if wide else 32)


def sensible(source: random.Random, kind: str) -> int:
    """An argument that this parameter is meant for."""
    if kind == "f":
        # The directories are at 3 and 4, or at 4 and 5.
        return source.choice((0, 1, 3, 3, 4, 4, 5, 6, 7, 8, 9))
    if kind == "P":
        return PAGE + source.randrange(1000)
    if kind == "V":
        return 8 * source.randrange(100)
    if kind in "bo":
        return 16_384 + 8 * source.randrange(1000)
    if kind == "x":
        return source.randrange(6, 12)
    if kind == "r":
        return source.choice((0, 2, 64, 66))
    return source.randrange({"n": 3, "c": 3, "z": 300, "s": 5, "l": 2, "t": 1000}[kind])


def fill(guest: Guest, source: random.Random) -> None:
    """The first page looks like structures, such as buffers, the second like paths."""
    for at in range(0, 1000, 8):
        buffer = (20_000 + source.randrange(1000)).to_bytes(4, "little") + source.randrange(200).to_bytes(4, "little")
        guest.driver.write(guest.memory, at, buffer)
    numbers = b"".join(number(source, False).to_bytes(4, "little") for _ in range(1000))
    guest.driver.write(guest.memory, 1000, numbers)
    guest.driver.write(guest.memory, PAGE, bytes(source.choices(b"ab/.", [4, 4, 1, 1], k=PAGE)))


def poll_arguments(guest: Guest, source: random.Random) -> list[int]:
    """Subscriptions that do not wait for long."""
    count = source.randrange(5)
    for index in range(count):
        raw = bytearray(source.randbytes(48))
        raw[8] = source.randrange(4)
        if raw[8] == 0:
            # A clock: which, no time to wait, relative or absolute.
            raw[16:48] = bytes(32)
            raw[16], raw[40] = source.randrange(5), source.randrange(3)
        else:
            raw[16:20] = source.randrange(6).to_bytes(4, "little")
        guest.driver.write(guest.memory, 4096 + 48 * index, bytes(raw))
    places = [4096, 8192, count, 0]
    if source.randrange(3) == 0:
        # Out of the memory, so that nothing is waited for.
        places[source.randrange(2)] = 2 * PAGE - source.randrange(32)
    return places


def main(style: str, folder: str, seed: int, calls: int) -> None:
    """Makes so many calls; whatever comes back is an `errno`."""
    source = random.Random(seed)
    seen: set[tuple[str, int]] = set()
    guest: Any = None
    for index in range(calls):
        if index % LIFE == 0:
            work = Path(folder, f"{seed}-{index}")
            work.mkdir()
            directories = [("work", work, False), ("read", work, True)]
            guest = Guest(STYLES[style](), pages=2, stdin=bytes(1000), directories=directories)
            fill(guest, source)
        if source.randrange(50) == 0:
            guest.driver.write(guest.memory, source.randrange(2 * PAGE - 256), source.randbytes(256))
        name, params = source.choice(list(CALLS.items()))
        # Without its directories, a guest has not much to do.
        if name in ("fd_close", "fd_renumber") and source.randrange(4):
            continue
        # One call in four is all sense; in the others, each argument may be nonsense.
        nonsense = source.choice((0.0, 0.1, 0.3, 0.8))
        if name == "poll_oneoff":
            arguments = poll_arguments(guest, source)
        else:
            arguments = [
                number(source, letter == "l") if source.random() < nonsense else sensible(source, kind)
                for letter, kind in zip(params, SENSE[name])
            ]
        if name in ("fd_filestat_set_size", "fd_allocate", "fd_pwrite"):
            # Not past what a disk has room for.
            arguments = [value % (1 << 20) if letter == "l" else value for letter, value in zip(params, arguments)]
        errno = guest.call(name, *arguments)
        assert 0 <= errno <= 76, (name, arguments, errno)
        seen.add((name, errno))
    # The calls have been made in earnest: each that can succeed has.
    succeeded = {name for name, errno in seen if errno == 0}
    print(len(seen), sorted(set(CALLS) - succeeded - NEVER))
