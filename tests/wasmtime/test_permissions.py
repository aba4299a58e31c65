"""The permissions of preopened directories: their numbers, which programs may combine."""

from __future__ import annotations

from anywasm.wasmtime import DirPerms, FilePerms


def test_permissions_have_the_numbers_of_wasmtime() -> None:
    for permissions in (DirPerms, FilePerms):
        numbers = {name: getattr(permissions, name).value for name in ("READ_ONLY", "WRITE_ONLY", "READ_WRITE")}
        assert numbers == {"READ_ONLY": 1, "WRITE_ONLY": 2, "READ_WRITE": 3}
