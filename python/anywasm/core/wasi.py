"""WASI: the resources that a program can access, and the system calls that a program can import.

The shim implements the system calls (`src/wasi/`). A system call runs Python code only if it reads or writes a standard
stream that is a Python object.
"""

from __future__ import annotations

import enum
import functools
import io
import operator
import os
import sys
import weakref
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
    """Permissions of a program in a preopened directory and in all directories below the preopened directory."""

    #: Permission to list names, and to open files and directories by name.
    LIST = _constants.WASI_LIST
    #: Permission to create, remove and rename names of files and directories.
    CHANGE = _constants.WASI_CHANGE
    #: Permission to read files.
    READ = _constants.WASI_READ
    #: Permission to write files.
    WRITE = _constants.WASI_WRITE
    ALL = LIST | CHANGE | READ | WRITE
    READ_ONLY = LIST | READ


Version = _constants.WasiVersion

#: Maps each WASI version to the module name from which programs import the system calls.
MODULE_NAMES = {Version.UNSTABLE: "wasi_unstable", Version.PREVIEW1: "wasi_snapshot_preview1"}


class Directory:
    """An open directory of the host, for a preopened directory.

    The directory is opened when this object is created, so a later change of the current directory has no effect.
    Raises OSError if the directory cannot be opened for reading, and ValueError if the path contains a null character.
    """

    def __init__(self, path: str | bytes) -> None:
        self.fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        weakref.finalize(self, os.close, self.fd)


class WasiConfig:
    """Describes the resources that a program can access. A new config allows no access."""

    def __init__(self) -> None:
        self.args: list[str] = []
        self.env: list[tuple[str, str]] = []
        # `core/streams.py` describes sources and sinks.
        #: The source of the standard input. None means an empty input.
        self.stdin: Source | None = None
        #: The sink of the standard output. None means that the output is discarded.
        self.stdout: Sink | None = None
        #: The sink of the standard error output. None means that the output is discarded.
        self.stderr: Sink | None = None
        #: The preopened directories. Each tuple contains the directory, the name for the program, and the permissions.
        self.directories: list[tuple[Directory, str, Perms]] = []
        #: The maximum number of files and directories that the program may have open, in addition to the standard
        #: streams and the preopened directories. None means 512.
        self.max_open_files: int | None = None
        #: Whether the first preopened directory is a virtual directory `/`. The directory `/` contains all other
        #: preopened directories under their names.
        self.root = False


def to_file_count(value: Any) -> int:
    """Returns a number of files as an int. Raises ValueError if it is negative, and TypeError if it is no integer."""
    count = operator.index(value)
    if count < 0:
        raise ValueError(f"max_open_files must not be negative, got {count}")
    return min(count, sys.maxsize)


class WasiContext(Handle):
    """The resources that a program can access, on one engine. Instances that share a context share its open files.

    If `config` is None, the context is empty: its system calls fail until `take_over` has moved the content of another
    context to it.

    Raises the API style's error if an argument contains a null byte, or if a directory cannot be opened.

    A system call that waits, such as a read of a pipe, runs Python's signal handlers while it waits. Ctrl-C ends the
    wait on any engine.
    """

    def __init__(self, engine: Engine, config: WasiConfig | None) -> None:
        engine_module = engine._core_engine_module
        ptr = engine_module.lib.aw_wasi_new_unset() if config is None else engine_module.lib.aw_wasi_new()
        super().__init__(engine_module, engine._core_style, engine_module.own("wasi", ptr))
        #: The callables of the standard streams. This list keeps the callables alive, because the shim only borrows
        #: the callables (`src/glue/stream.c`).
        self._callables: list[Any] = []
        #: Callables that `take_over` has replaced. System calls on other threads may still be running these callables.
        self._replaced_callables: list[Any] = []
        if config is not None:
            self._apply_config(config)

    def _apply_config(self, config: WasiConfig) -> None:
        """Adds everything that a config describes to this context."""
        lib = self._core_engine_module.lib
        for arg in config.args:
            raw = os.fsencode(arg)
            self._core_check(lib.aw_wasi_arg(self._core_ptr, raw, len(raw)))
        for name, value in config.env:
            raw_name, raw_value = os.fsencode(name), os.fsencode(value)
            self._core_check(lib.aw_wasi_env(self._core_ptr, raw_name, len(raw_name), raw_value, len(raw_value)))
        if config.max_open_files is not None:
            self._core_check(lib.aw_wasi_set_max_opened(self._core_ptr, config.max_open_files))
        for fd, stream in enumerate((config.stdin, config.stdout, config.stderr)):
            self._connect(fd, stream)
        self._open_directories(config)

    def take_over(self, other: WasiContext) -> None:
        """Moves the content of `other` to this context. After the move, `other` is like a new context.

        The previous content of this context is closed, including its open files. System calls that instances have
        imported with this context use the new content.
        """
        lib = self._core_engine_module.lib
        self._core_check(lib.aw_wasi_take_over(self._core_ptr, other._core_ptr))
        self._replaced_callables += self._callables
        self._callables = other._callables
        if lib.aw_wasi_is_idle(self._core_ptr):
            self._replaced_callables = []

    def _connect(self, fd: int, stream: Source | Sink | None) -> None:
        """Connects a standard stream. `fd` is 0 for standard input, 1 for standard output, or 2 for standard error."""
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
        """Opens the preopened directories of a config, below a virtual directory `/` if `config.root` is set."""
        ffi, lib = self._core_engine_module.ffi, self._core_engine_module.lib
        root = ffi.NULL
        if config.root:
            root = self._core_check(lib.aw_wasi_root_new(self._core_ptr))
            # The owner deletes the root when Python frees the owner. This variable keeps the owner until this method
            # returns.
            _root_owner = self._core_engine_module.own("wasi_root", root)
        for directory, name, perms in config.directories:
            raw_name = os.fsencode(name)
            arguments = directory.fd, raw_name, len(raw_name), perms
            self._core_check(lib.aw_wasi_preopen(self._core_ptr, root, *arguments))


class SystemCall(HostDefinition):
    """A system call that any store can import. Each instance that imports the system call imports a new function.

    `get_context` takes a store and returns the WASI context that the system call uses in that store.
    """

    __slots__ = ("_get_context", "_index", "_version")

    def __init__(
        self, get_context: Callable[[Store], WasiContext], version: Version, index: int, signature: FuncType
    ) -> None:
        # The base class requires a callable. The base class never calls `get_context`, because this class overrides
        # every method that calls the callable. `Func` creates a new function for each importing instance if a
        # definition has a caller class, so this method passes `Caller`.
        super().__init__(signature, get_context, Caller)
        self._get_context, self._version, self._index = get_context, version, index

    def _core_import_into(self, store: Store, callbacks: InstanceCallbacks) -> Any:
        """Returns the owner, the Python object that frees the shim's function, of a new function.

        This method adds a callback to `callbacks`, which binds the function to the importing instance when that
        instance exists.
        """
        owner, engine_module = self.owner_in(store), store._core_engine_module

        def bind(instance: Instance) -> None:
            if not engine_module.lib.aw_wasi_bind(engine_module.pointer(owner), instance._core_ptr):
                raise instance._core_last_exception()

        callbacks.append(bind)
        return owner

    def owner_in(self, store: Store) -> Any:
        """Returns the owner, the Python object that frees the shim's function, of a new function in this store.

        A call of the function traps as long as the function is not bound to an instance.
        """
        context = self._get_context(store)
        store._core_state.wasi.hold(context)
        lib = store._core_engine_module.lib
        ptr = lib.aw_wasi_func(store._core_ptr, context._core_ptr, self._version, self._index)
        return store._core_own_extern(ptr)


def system_calls(
    engine_module: EngineModule, version: Version, get_context: Callable[[Store], WasiContext]
) -> dict[str, SystemCall]:
    """Returns all system calls of a WASI version by name.

    `get_context` takes a store and returns the WASI context that the system calls use in that store.
    """
    calls = _names_and_types(engine_module, version)
    return {name: SystemCall(get_context, version, index, ty) for index, (name, ty) in enumerate(calls)}


@functools.cache
def _names_and_types(engine_module: EngineModule, version: Version) -> tuple[tuple[str, FuncType], ...]:
    """Returns the name and the type of each system call of a WASI version.

    The position of a system call in the result is its index in the shim's functions.
    """
    calls: list[tuple[str, FuncType]] = []
    raw = engine_module.ffi.new("aw_extern_type_info *")
    while name := engine_module.text(engine_module.lib.aw_wasi_call_name(version, len(calls))):
        engine_module.lib.aw_wasi_call_type(version, len(calls), raw)
        ty = read(engine_module, raw)
        assert isinstance(ty, FuncType)
        calls.append((name, ty))
    return tuple(calls)
