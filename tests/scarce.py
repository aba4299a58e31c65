"""Makes threads, memory or descriptors scarce in this process. For child processes, because nothing ends a scarcity."""

from __future__ import annotations

import ctypes
import platform
import resource
import struct
from pathlib import Path

#: The numbers of the system calls `clone` and `clone3`, by the name of the machine.
_CLONE = {"x86_64": (56, 435), "aarch64": (220, 435)}

#: Whether `forbid_threads` works here.
CAN_FORBID_THREADS = platform.system() == "Linux" and platform.machine() in _CLONE


def forbid_threads() -> None:
    """Makes the system refuse new threads and processes, as a limit of a container does, by a filter of seccomp."""

    def instruction(code: int, if_true: int, if_false: int, operand: int) -> bytes:
        return struct.pack("<HBBI", code, if_true, if_false, operand)

    clone, clone3 = _CLONE[platform.machine()]
    program = b"".join(
        [
            instruction(0x20, 0, 0, 0),  # Loads the number of the system call.
            instruction(0x15, 1, 0, clone),
            instruction(0x15, 0, 1, clone3),
            instruction(0x06, 0, 0, 0x0005_0000 | 11),  # Refuses with EAGAIN.
            instruction(0x06, 0, 0, 0x7FFF_0000),  # Allows.
        ]
    )

    class Filter(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, filter_mode = 38, 22, 2
    assert libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0
    assert libc.prctl(set_seccomp, filter_mode, ctypes.byref(Filter(5, program))) == 0


def limit_memory(more: int) -> None:
    """Limits the address space to `more` bytes in addition to what this process has now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def limit_descriptors(count: int) -> None:
    """Limits the number of open descriptors."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))
