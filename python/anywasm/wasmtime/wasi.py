"""WASI in this style: what the guests of a store find."""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, Optional, Union

from anywasm import core
from anywasm.core import streams, wasi
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed

Path = Union[str, bytes, "os.PathLike[str]"]


class DirPerms(enum.Enum):
    """What a guest may do with the names in a directory; wasmtime-py had it until version 46."""

    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_WRITE = 3


class FilePerms(enum.Enum):
    """What a guest may do with the files below a directory; wasmtime-py had it until version 46."""

    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_WRITE = 3


class WasiConfig(Managed):
    """What a guest finds: arguments, environment, standard streams, directories. At first there is nothing.

    All but the methods can only be set. `stdin`, `stdout` and `stderr` are more than wasmtime-py has: bytes or a
    bytearray, a path, a file object, binary or text, or a callable (see `anywasm.core.streams`); what a guest writes
    comes there as it is written. An exception that such an object raises ends the guest, and comes out of the call.

    >>> from anywasm.wasmtime import Engine, Linker, Module, Store, WasiConfig
    >>> engine, output = Engine(), bytearray()
    >>> config = WasiConfig()
    >>> config.stdout = output
    >>> store, linker = Store(engine), Linker(engine)
    >>> store.set_wasi(config)
    >>> linker.define_wasi()
    >>> hello = '''(module (import "wasi_snapshot_preview1" "fd_write" (func $w (param i32 i32 i32 i32) (result i32)))
    ...   (memory (export "memory") 1) (data (i32.const 8) "Hello!\\\\n")
    ...   (func (export "_start") (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 7))
    ...     (drop (call $w (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))'''
    >>> linker.instantiate(store, Module(engine, hello)).exports(store)["_start"](store)
    >>> output
    bytearray(b'Hello!\\n')
    """

    def __init__(self) -> None:
        self._setup = wasi.WasiConfig()
        self._set_open()

    def _check(self) -> wasi.WasiConfig:
        self._check_open()
        return self._setup

    def _set_argv(self, argv: list[str]) -> None:
        self._check().args = [_text(arg) for arg in argv]

    def _set_env(self, pairs: Iterable[Iterable[str]]) -> None:
        self._check().env = [(_text(name), _text(value)) for name, value in pairs]

    def _set_stream(self, name: str, given: Any, to_read: bool) -> None:
        setup = self._check()
        setattr(setup, name, streams.source(given) if to_read else streams.sink(given))

    def _set_file(self, name: str, path: Path) -> None:
        path = path if isinstance(path, (str, bytes)) else path.__fspath__()
        try:
            self._set_stream(name, os.fsdecode(path), name == "stdin")
        except OSError:
            raise WasmtimeError(f"failed to set {name} file") from None

    def _set_custom(self, name: str, callback: Callable[[bytes], Optional[int]]) -> None:
        setattr(self._check(), name, lambda data: callback(data))

    argv = property(None, _set_argv, doc="The arguments, of which the first is the program's name.")
    env = property(None, _set_env, doc="The environment, as pairs of a name and a value.")
    stdin = property(None, lambda self, given: self._set_stream("stdin", given, True), doc="What to read.")
    stdout = property(None, lambda self, given: self._set_stream("stdout", given, False), doc="Where output goes.")
    stderr = property(None, lambda self, given: self._set_stream("stderr", given, False), doc="Where errors go.")
    stdin_file = property(None, lambda self, path: self._set_file("stdin", path), doc="The path of a file to read.")
    stdout_file = property(None, lambda self, path: self._set_file("stdout", path), doc="The path of a file to write.")
    stderr_file = property(None, lambda self, path: self._set_file("stderr", path), doc="The path of a file to write.")
    stdout_custom = property(
        None,
        lambda self, callback: self._set_custom("stdout", callback),
        doc="What to call with each piece of output; it returns how many bytes it took, None for all.",
    )
    stderr_custom = property(
        None,
        lambda self, callback: self._set_custom("stderr", callback),
        doc="What to call with each piece of what is written to standard error, as `stdout_custom`.",
    )

    def inherit_argv(self) -> None:
        """Gives the guest this process's arguments."""
        self._check().args = list(sys.argv)

    def inherit_env(self) -> None:
        """Gives the guest this process's environment."""
        self._check().env = list(os.environ.items())

    def inherit_stdin(self) -> None:
        """Lets the guest read this process's standard input."""
        self._check().stdin = 0

    def inherit_stdout(self) -> None:
        """Lets the guest write to this process's standard output."""
        self._check().stdout = 1

    def inherit_stderr(self) -> None:
        """Lets the guest write to this process's standard error."""
        self._check().stderr = 2

    def preopen_dir(
        self,
        path: str,
        guest_path: str,
        dir_perms: Union[bool, DirPerms] = True,
        file_perms: FilePerms = FilePerms.READ_WRITE,
        *,
        fs_mutable: bool = True,
    ) -> None:
        """Lets the guest find a directory of the host under a name; the first becomes its descriptor 3.

        Whether it can change anything there is said by `fs_mutable`, which is the third argument too, or, as until
        version 46 of wasmtime-py, by `dir_perms` and `file_perms`. WasmtimeError where the directory cannot be opened.
        """
        if isinstance(dir_perms, DirPerms):
            perms = wasi.Perms(dir_perms.value | file_perms.value << 2)
        else:
            perms = wasi.Perms.ALL if dir_perms and fs_mutable else wasi.Perms.READ_ONLY
        directories = self._check().directories
        _text(path), _text(guest_path)
        try:
            os.scandir(path).close()
        except (OSError, ValueError) as error:
            raise WasmtimeError("failed to add preopen dir") from error
        directories.append((path, guest_path, perms))

    def _delete(self) -> None:
        self._setup = wasi.WasiConfig()


def _text(value: str) -> str:
    value.encode()  # An AttributeError for what is no text, as in wasmtime-py.
    # What it gets is a C string, which ends at the first null.
    return value.partition("\0")[0]


def of_store(store: core.Store) -> wasi.WasiContext:
    """What system calls in a store work on."""
    state = store._core_state.wasi
    if state.own is None:
        # It may be configured any time before the first call.
        state.own = wasi.WasiContext(store._core_engine, None)
    return state.own
