"""The class `WasiConfig`, for the WASI config of a store."""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any, Optional, Union

from anywasm import core
from anywasm.core import streams, wasi
from anywasm.wasmtime.argument_types import attribute_of
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed

Path = Union[str, bytes, "os.PathLike[str]"]


class DirPerms(enum.Enum):
    """Permissions for the entries of a directory. wasmtime-py had this class until version 46."""

    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_WRITE = 3


class FilePerms(enum.Enum):
    """Permissions for the files below a directory. wasmtime-py had this class until version 46."""

    READ_ONLY = 1
    WRITE_ONLY = 2
    READ_WRITE = 3


class WasiConfig(Managed):
    """The WASI config of a store: arguments, environment variables, standard streams and directories of its guests.

    A new config is empty. The properties can be set, but not read.

    wasmtime-py does not have the properties `stdin`, `stdout` and `stderr`. These properties accept bytes or a
    bytearray, a path, a file object (binary or text), or a callable (see `anywasm.core.streams`). Each write of a guest
    reaches the object at once. If the object raises an exception, the guest ends and its caller receives the exception.

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
        self._core_delete()
        self._core_set_open()

    def _open_config(self) -> wasi.WasiConfig:
        self._core_check_open()
        return self._core_config

    def _take_config(self) -> wasi.WasiConfig:
        """Returns the config of the core and removes it from this object, which then keeps no directory open."""
        config = self._core_config
        self._core_delete()
        return config

    def _set_argv(self, argv: list[str]) -> None:
        config = self._open_config()
        len(argv)  # Raises TypeError for an iterable without a length, as in wasmtime-py.
        config.args += [_c_string(arg) for arg in argv]

    def _set_env(self, pairs: Iterable[Iterable[str]]) -> None:
        config = self._open_config()
        config.env += [(_c_string(name), _c_string(value)) for name, value in pairs]

    def _set_max_open_files(self, count: int) -> None:
        self._open_config().max_open_files = wasi.to_file_count(count)

    def _set_stream(self, name: str, stream: Any) -> None:
        config = self._open_config()
        setattr(config, name, streams.as_source(stream) if name == "stdin" else streams.as_sink(stream))

    def _set_file(self, name: str, path: Path) -> None:
        path = path if isinstance(path, (str, bytes)) else attribute_of(path, "__fspath__", "a path")()
        try:
            self._set_stream(name, os.fsdecode(path))
        except OSError:
            raise WasmtimeError(f"failed to set {name} file") from None

    def _set_custom(self, name: str, callback: Callable[[bytes], Optional[int]]) -> None:
        setattr(self._open_config(), name, _in_chunks(callback))

    argv = property(
        None,
        _set_argv,
        doc="The command-line arguments. The first argument is the program's name. As in wasmtime-py, another "
        "assignment adds arguments.",
    )
    env = property(
        None,
        _set_env,
        doc="The environment variables, as pairs of name and value. As in wasmtime-py, another assignment adds "
        "variables. If several have the same name, the guest sees all of them, in the order in which they were added.",
    )
    max_open_files = property(
        None,
        _set_max_open_files,
        doc="The maximum number of files and directories that the guests may have open, in addition to the standard "
        "streams and the preopened directories. Default: 512. wasmtime-py does not have this property.",
    )
    stdin = property(None, lambda self, stream: self._set_stream("stdin", stream), doc="The standard input.")
    stdout = property(None, lambda self, stream: self._set_stream("stdout", stream), doc="The standard output.")
    stderr = property(None, lambda self, stream: self._set_stream("stderr", stream), doc="The standard error.")
    stdin_file = property(
        None, lambda self, path: self._set_file("stdin", path), doc="The path of a file to read as standard input."
    )
    stdout_file = property(
        None, lambda self, path: self._set_file("stdout", path), doc="The path of a file for the standard output."
    )
    stderr_file = property(
        None, lambda self, path: self._set_file("stderr", path), doc="The path of a file for the standard error."
    )
    stdout_custom = property(
        None,
        lambda self, callback: self._set_custom("stdout", callback),
        doc="A callable for the standard output. It takes bytes and returns how many bytes it used. None means all.",
    )
    stderr_custom = property(
        None,
        lambda self, callback: self._set_custom("stderr", callback),
        doc="A callable for the standard error. It takes bytes and returns how many bytes it used. None means all.",
    )

    def inherit_argv(self) -> None:
        """Adds this process's command-line arguments.

        As in wasmtime-py, they begin with Python itself and its options, as in `sys.orig_argv`.
        """
        self._open_config().args += sys.orig_argv

    def inherit_env(self) -> None:
        """Adds this process's environment variables."""
        self._open_config().env += os.environ.items()

    def inherit_stdin(self) -> None:
        """Lets the guest read this process's standard input (descriptor 0)."""
        self._open_config().stdin = 0

    def inherit_stdout(self) -> None:
        """Lets the guest write to this process's standard output (descriptor 1)."""
        self._open_config().stdout = 1

    def inherit_stderr(self) -> None:
        """Lets the guest write to this process's standard error (descriptor 2)."""
        self._open_config().stderr = 2

    def preopen_dir(
        self,
        path: str,
        guest_path: str,
        dir_perms: Union[bool, DirPerms] = True,
        file_perms: FilePerms = FilePerms.READ_WRITE,
        *,
        fs_mutable: bool = True,
    ) -> None:
        """Lets guests use the host directory `path` under the name `guest_path`, as a preopened directory.

        The first preopened directory has the descriptor 3. Guests can change the directory unless `fs_mutable` is
        False. Programs may also pass `fs_mutable` as the third positional argument. As in wasmtime-py until version 46,
        the third and fourth arguments may also be a `DirPerms` and a `FilePerms`. This call opens the directory. Raises
        WasmtimeError if the directory cannot be opened, or if `guest_path` cannot be encoded in UTF-8.
        """
        if isinstance(dir_perms, DirPerms):
            # `wasi.Perms` has the permissions for the directory in bits 0 and 1, and for its files in bits 2 and 3.
            perms = wasi.Perms(dir_perms.value | file_perms.value << 2)
        else:
            perms = wasi.Perms.ALL if dir_perms and fs_mutable else wasi.Perms.READ_ONLY
        directories = self._open_config().directories
        _c_string(path), _c_string(guest_path)
        try:
            guest_path.encode()
        except UnicodeEncodeError:
            raise WasmtimeError(f"the guest path {guest_path!r} of a preopened directory is not UTF-8") from None
        try:
            directory = wasi.Directory(path)
        except (OSError, ValueError) as error:
            raise WasmtimeError("failed to add preopen dir") from error
        directories.append((directory, guest_path, perms))

    def _core_delete(self) -> None:
        self._core_config = wasi.WasiConfig()


#: The maximum number of bytes that `stdout_custom` and `stderr_custom` get in one call, as in wasmtime-py.
_MAX_CHUNK = 4096


def _in_chunks(callback: Callable[[bytes], Optional[int]]) -> Callable[[bytes], Optional[int]]:
    """Returns a sink that passes each write to `callback` in chunks.

    If `callback` does not write a whole chunk, the sink stops and returns the number of bytes written so far. If
    nothing has been written so far, the sink returns the result of `callback`, which may be a negated `errno`.
    """

    def write(data: bytes) -> Optional[int]:
        for start in range(0, len(data), _MAX_CHUNK):
            chunk = data[start : start + _MAX_CHUNK]
            count = callback(chunk)
            if count is not None and count < len(chunk):
                return start + max(count, 0) if start else count
        return None

    return write


def _c_string(value: str) -> str:
    """Returns the text up to the first null character, because wasmtime-py passes a C string to wasmtime.

    The text may contain bytes that are not UTF-8, as `os.fsdecode` returns them.
    """
    attribute_of(value, "encode", "a str")("utf-8", "surrogateescape")
    return value.partition("\0")[0]


def context_of_store(store: core.Store) -> wasi.WasiContext:
    """Returns the WASI context of a store: the resources, such as open files, that its guests can access."""
    state = store._core_state.wasi
    if state.store_context is None:
        # The new context is empty, so system calls fail. `Store.set_wasi` can fill the context until the first system
        # call.
        state.store_context = wasi.WasiContext(store._core_engine, None)
    return state.store_context
