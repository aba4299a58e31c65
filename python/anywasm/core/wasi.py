"""WASI: what a program finds, and its system calls as something to import.

The calls themselves are in the shim (src/wasi): between a program and its files there is no Python, but for streams
that are Python objects.
"""

from __future__ import annotations

import enum
import functools
import io
import os
from collections.abc import Callable
from typing import Any

from anywasm.core import _constants
from anywasm.core.definition import HostDefinition
from anywasm.core.engine import Engine
from anywasm.core.handle import Handle
from anywasm.core.importer import Caller, Waiting
from anywasm.core.instance import Instance
from anywasm.core.store import Store
from anywasm.core.streams import Sink, Source
from anywasm.core.types import FuncType, read
from anywasm.engines import EngineModule


class Perms(enum.IntFlag):
    """What a program may do below a directory."""

    LIST = _constants.WASI_LIST
    CHANGE = _constants.WASI_CHANGE
    READ = _constants.WASI_READ
    WRITE = _constants.WASI_WRITE
    ALL = LIST | CHANGE | READ | WRITE
    READ_ONLY = LIST | READ


Version = _constants.WasiVersion

#: The modules that programs import WASI from.
MODULES = {Version.UNSTABLE: "wasi_unstable", Version.PREVIEW1: "wasi_snapshot_preview1"}


class WasiConfig:
    """What a program is to find."""

    def __init__(self) -> None:
        self.args: list[str] = []
        self.env: list[tuple[str, str]] = []
        #: What it reads and writes; None is nothing. See streams.py.
        self.stdin: Source | None = None
        self.stdout: Sink | None = None
        self.stderr: Sink | None = None
        #: Directories of the host, the names that the program finds them by, and what it may do there.
        self.directories: list[tuple[str, str, Perms]] = []
        #: Whether the first directory is `/`, which holds all others under their names.
        self.root = False


class WasiContext(Handle):
    """What a program finds, on one engine. Instances that share it share open files too.

    Without a setup its system calls fail, until it takes over another.

    Raises the style's error for arguments with null bytes in them and for directories that cannot be opened.
    """

    def __init__(self, engine: Engine, setup: WasiConfig | None) -> None:
        lib = engine.engine_module.lib
        made = lib.aw_wasi_new_unset() if setup is None else lib.aw_wasi_new()
        super().__init__(engine.engine_module, engine.style, engine.engine_module.own("wasi", made))
        #: The streams' callables, which the shim only borrows.
        self._held: list[Any] = []
        #: Those of before, as long as one of them may still be running.
        self._former: list[Any] = []
        if setup is not None:
            self._give(setup)

    def _give(self, setup: WasiConfig) -> None:
        lib = self._engine_module.lib
        for arg in setup.args:
            raw = os.fsencode(arg)
            self._check(lib.aw_wasi_arg(self._ptr, raw, len(raw)))
        for name, value in setup.env:
            raw_name, raw_value = os.fsencode(name), os.fsencode(value)
            self._check(lib.aw_wasi_env(self._ptr, raw_name, len(raw_name), raw_value, len(raw_value)))
        for which, stream in enumerate((setup.stdin, setup.stdout, setup.stderr)):
            self._connect(which, stream)
        self._open_directories(setup)

    def take_over(self, other: WasiContext) -> None:
        """Becomes what another is, for the system calls made with this one too; what was open is closed."""
        lib = self._engine_module.lib
        self._check(lib.aw_wasi_take_over(self._ptr, other._ptr))
        former, self._held = self._held, other._held
        self._former += former
        if lib.aw_wasi_is_idle(self._ptr):
            self._former = []

    def _connect(self, which: int, stream: Source | Sink | None) -> None:
        lib = self._engine_module.lib
        if isinstance(stream, bytes):
            self._check(lib.aw_wasi_stdin_bytes(self._ptr, stream, len(stream)))
        elif isinstance(stream, int):
            self._check(lib.aw_wasi_stdio_fd(self._ptr, which, stream))
        elif isinstance(stream, io.FileIO):
            self._check(lib.aw_wasi_stdio_fd(self._ptr, which, stream.fileno()))
        elif stream is not None:
            self._held.append(stream)
            self._check(self._engine_module.connect_stream(self._owner, which, stream))

    def _open_directories(self, setup: WasiConfig) -> None:
        ffi, lib = self._engine_module.ffi, self._engine_module.lib
        root = ffi.NULL
        if setup.root:
            root = self._check(lib.aw_wasi_root_new(self._ptr))
            _owner = self._engine_module.own("wasi_root", root)
        for path, name, perms in setup.directories:
            raw_path, raw_name = os.fsencode(path), os.fsencode(name)
            arguments = raw_path, len(raw_path), raw_name, len(raw_name), perms
            self._check(lib.aw_wasi_preopen(self._ptr, root, *arguments))


class SystemCall(HostDefinition):
    """One call, to be imported: it becomes a function of its own for each instance that imports it.

    `wasi` makes what it works on, given the store that it is imported in.
    """

    __slots__ = ("_index", "_version", "_wasi")

    def __init__(self, wasi: Callable[[Store], WasiContext], version: Version, index: int, signature: FuncType) -> None:
        # Nothing of Python's is called, but it does want to know who calls.
        super().__init__(signature, wasi, Caller)
        self._wasi, self._version, self._index = wasi, version, index

    def import_into(self, store: Store, waiting: Waiting) -> Any:
        """What to import it by, bound to the importing instance as soon as there is one."""
        owner, engine_module = self.owner_in(store), store._engine_module

        def bind(instance: Instance) -> None:
            if not engine_module.lib.aw_wasi_bind(engine_module.pointer(owner), instance._ptr):
                raise instance._failure()

        waiting.append(bind)
        return owner

    def owner_in(self, store: Store) -> Any:
        """The owner of a new function in this store; called by nobody that has a memory, it can only fail."""
        wasi = self._wasi(store)
        store.keep_wasi(wasi)
        return store.owned(store._engine_module.lib.aw_wasi_func(store._ptr, wasi._ptr, self._version, self._index))


def system_calls(
    engine_module: EngineModule, version: Version, wasi: Callable[[Store], WasiContext]
) -> dict[str, SystemCall]:
    """All calls of a version by name."""
    return {
        name: SystemCall(wasi, version, index, ty) for index, (name, ty) in enumerate(_calls(engine_module, version))
    }


@functools.cache
def _calls(engine_module: EngineModule, version: Version) -> tuple[tuple[str, FuncType], ...]:
    calls: list[tuple[str, FuncType]] = []
    raw = engine_module.ffi.new("aw_extern_type_info *")
    while name := engine_module.text(engine_module.lib.aw_wasi_call_name(version, len(calls))):
        engine_module.lib.aw_wasi_call_type(version, len(calls), raw)
        ty = read(engine_module, raw)
        assert isinstance(ty, FuncType)
        calls.append((name, ty))
    return tuple(calls)
