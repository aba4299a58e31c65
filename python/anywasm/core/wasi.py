"""WASI: what a program has access to, and its system calls as functions to import.

The shim implements the system calls (`src/wasi/`). A system call runs no Python code, except for standard streams that
are Python objects.
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
from anywasm.core.importer import Caller, InstanceCallbacks
from anywasm.core.instance import Instance
from anywasm.core.store import Store
from anywasm.core.streams import Sink, Source
from anywasm.core.types import FuncType, read
from anywasm.engines import EngineModule


class Perms(enum.IntFlag):
    """What a program may do in a preopened directory and below."""

    #: List and open names.
    LIST = _constants.WASI_LIST
    #: Create, remove and rename names.
    CHANGE = _constants.WASI_CHANGE
    #: Read files.
    READ = _constants.WASI_READ
    #: Write files.
    WRITE = _constants.WASI_WRITE
    ALL = LIST | CHANGE | READ | WRITE
    READ_ONLY = LIST | READ


Version = _constants.WasiVersion

#: By version, the name of the module that programs import WASI from.
MODULES = {Version.UNSTABLE: "wasi_unstable", Version.PREVIEW1: "wasi_snapshot_preview1"}


class WasiConfig:
    """Describes what a program has access to. At first: nothing."""

    def __init__(self) -> None:
        self.args: list[str] = []
        self.env: list[tuple[str, str]] = []
        #: The standard streams (see `core/streams.py`). None means an empty input, or that output is discarded.
        self.stdin: Source | None = None
        self.stdout: Sink | None = None
        self.stderr: Sink | None = None
        #: The preopened directories: each one's path on the host, its name for the program, and what is permitted
        #: there.
        self.directories: list[tuple[str, str, Perms]] = []
        #: Whether the first preopened directory is `/`, which contains all others under their names.
        self.root = False


class WasiContext(Handle):
    """What a program has access to, on one engine. Instances that share a context share its open files too.

    Without a config, system calls fail until `take_over` is called.

    Raises the style's error for arguments that contain null bytes, and for directories that cannot be opened.
    """

    def __init__(self, engine: Engine, config: WasiConfig | None) -> None:
        engine_module = engine._core_engine_module
        ptr = engine_module.lib.aw_wasi_new_unset() if config is None else engine_module.lib.aw_wasi_new()
        super().__init__(engine_module, engine._core_style, engine_module.own("wasi", ptr))
        #: The streams' callables. The shim only borrows them (`src/glue/stream.c`).
        self._callables: list[Any] = []
        #: Callables from before `take_over`, which system calls on other threads may still be running.
        self._former_callables: list[Any] = []
        if config is not None:
            self._apply(config)

    def _apply(self, config: WasiConfig) -> None:
        lib = self._core_engine_module.lib
        for arg in config.args:
            raw = os.fsencode(arg)
            self._core_check(lib.aw_wasi_arg(self._core_ptr, raw, len(raw)))
        for name, value in config.env:
            raw_name, raw_value = os.fsencode(name), os.fsencode(value)
            self._core_check(lib.aw_wasi_env(self._core_ptr, raw_name, len(raw_name), raw_value, len(raw_value)))
        for fd, stream in enumerate((config.stdin, config.stdout, config.stderr)):
            self._connect(fd, stream)
        self._open_directories(config)

    def take_over(self, other: WasiContext) -> None:
        """Replaces the content of this context by the content of another, which becomes empty.

        System calls that were imported with this context use the new content. Files that were open are closed.
        """
        lib = self._core_engine_module.lib
        self._core_check(lib.aw_wasi_take_over(self._core_ptr, other._core_ptr))
        former, self._callables = self._callables, other._callables
        self._former_callables += former
        if lib.aw_wasi_is_idle(self._core_ptr):
            self._former_callables = []

    def _connect(self, fd: int, stream: Source | Sink | None) -> None:
        """Connects standard input (0), output (1) or error (2)."""
        lib = self._core_engine_module.lib
        if isinstance(stream, bytes):
            self._core_check(lib.aw_wasi_stdin_bytes(self._core_ptr, stream, len(stream)))
        elif isinstance(stream, int):
            self._core_check(lib.aw_wasi_stdio_fd(self._core_ptr, fd, stream))
        elif isinstance(stream, io.FileIO):
            self._core_check(lib.aw_wasi_stdio_fd(self._core_ptr, fd, stream.fileno()))
        elif stream is not None:
            self._callables.append(stream)
            self._core_check(self._core_engine_module.connect_stream(self._core_owner, fd, stream))

    def _open_directories(self, config: WasiConfig) -> None:
        ffi, lib = self._core_engine_module.ffi, self._core_engine_module.lib
        root = ffi.NULL
        if config.root:
            root = self._core_check(lib.aw_wasi_root_new(self._core_ptr))
            _owner = self._core_engine_module.own("wasi_root", root)
        for path, name, perms in config.directories:
            raw_path, raw_name = os.fsencode(path), os.fsencode(name)
            arguments = raw_path, len(raw_path), raw_name, len(raw_name), perms
            self._core_check(lib.aw_wasi_preopen(self._core_ptr, root, *arguments))


class SystemCall(HostDefinition):
    """A system call as something to import. Each instance that imports it gets a function of its own.

    `context_of` returns the WASI context for the store that the call is imported in.
    """

    __slots__ = ("_context_of", "_index", "_version")

    def __init__(
        self, context_of: Callable[[Store], WasiContext], version: Version, index: int, signature: FuncType
    ) -> None:
        # The base class never calls `context_of`: this class overrides every method that would. The caller class makes
        # `Func` create the function anew for each instance.
        super().__init__(signature, context_of, Caller)
        self._context_of, self._version, self._index = context_of, version, index

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner of a new function, which is bound to the importing instance as soon as that exists."""
        owner, engine_module = self.owner_in(store), store._core_engine_module

        def bind(instance: Instance) -> None:
            if not engine_module.lib.aw_wasi_bind(engine_module.pointer(owner), instance._core_ptr):
                raise instance._core_last_exception()

        callbacks.append(bind)
        return owner

    def owner_in(self, store: Store) -> Any:
        """Returns the owner of a new function in this store. Until it is bound to an instance, calling it traps."""
        context = self._context_of(store)
        store._core_state.wasi.hold(context)
        lib = store._core_engine_module.lib
        ptr = lib.aw_wasi_func(store._core_ptr, context._core_ptr, self._version, self._index)
        return store._core_own_extern(ptr)


def system_calls(
    engine_module: EngineModule, version: Version, context_of: Callable[[Store], WasiContext]
) -> dict[str, SystemCall]:
    """Returns all system calls of a version by name; `context_of` is that of `SystemCall`."""
    calls = _names_and_types(engine_module, version)
    return {name: SystemCall(context_of, version, index, ty) for index, (name, ty) in enumerate(calls)}


@functools.cache
def _names_and_types(engine_module: EngineModule, version: Version) -> tuple[tuple[str, FuncType], ...]:
    """Returns the name and type of each system call of a version, in the shim's order."""
    calls: list[tuple[str, FuncType]] = []
    raw = engine_module.ffi.new("aw_extern_type_info *")
    while name := engine_module.text(engine_module.lib.aw_wasi_call_name(version, len(calls))):
        engine_module.lib.aw_wasi_call_type(version, len(calls), raw)
        ty = read(engine_module, raw)
        assert isinstance(ty, FuncType)
        calls.append((name, ty))
    return tuple(calls)
