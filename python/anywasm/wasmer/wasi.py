"""WASI with the API of wasmer 1.1.

A `StateBuilder` makes an `Environment`. The `Environment` makes the imports of a WASI program.

>>> from anywasm.wasmer import Instance, Module, Store, wasi
>>> store, output = Store(), bytearray()
>>> hello = Module(store, '''
... (module (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
...   (memory (export "memory") 1) (data (i32.const 8) "Hello!\\\\n")
...   (func (export "_start") (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 7))
...     (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))''')
>>> environment = wasi.StateBuilder("hello").stdout(output).finalize()
>>> imports = environment.generate_import_object(store, wasi.get_version(hello, strict=True))
>>> Instance(hello, imports).exports._start()
>>> output
bytearray(b'Hello!\\n')
"""

from __future__ import annotations

import enum
import os
from typing import Any

from anywasm import core
from anywasm.core import streams, wasi
from anywasm.core.wasi import Perms
from anywasm.engines import EngineModule
from anywasm.wasmer.arguments import check_instance, check_text, to_unsigned
from anywasm.wasmer.function import Function
from anywasm.wasmer.imports import ImportObject
from anywasm.wasmer.module import Module
from anywasm.wasmer.sealed import Sealed, Unconstructible
from anywasm.wasmer.store import Store

__all__ = ["Environment", "StateBuilder", "Version", "get_version"]


class Version(enum.IntEnum):
    """A version of WASI. `LATEST` and `SNAPSHOT1` are preview 1, and `SNAPSHOT0` is the version before preview 1."""

    LATEST = 1
    SNAPSHOT0 = 2
    SNAPSHOT1 = 3


#: Maps the versions of this module to the versions of the core.
_VERSIONS = {
    Version.LATEST: wasi.Version.PREVIEW1,
    Version.SNAPSHOT0: wasi.Version.UNSTABLE,
    Version.SNAPSHOT1: wasi.Version.PREVIEW1,
}


def get_version(module: Module, strict: bool) -> int | None:
    """Returns the version of WASI that a module imports, as a number in `Version`.

    Returns None if the module imports no version of WASI. With `strict`, also returns None if the module has an import
    that does not belong to this version.

    >>> from anywasm.wasmer import Module, Store, wasi
    >>> wasi.get_version(Module(Store(), '(module (import "wasi_unstable" "sched_yield" (func (result i32))))'), True)
    2
    """
    check_instance("module", module, Module)
    module_names = list(dict.fromkeys(import_.module for import_ in module._core.import_list))
    numbers = {wasi.MODULE_NAMES[version]: int(number) for number, version in _VERSIONS.items()}
    if strict and len(module_names) != 1:
        return None
    return next((numbers[name] for name in module_names if name in numbers), None)


class StateBuilder(Sealed):
    """Builds the WASI config of a program: arguments, environment variables, directories and standard streams.

    Every method except `finalize` returns the builder, so that calls can be chained.

    By default, the program uses the standard streams of this process: the descriptors 0, 1 and 2, not `sys.stdout`. The
    methods `stdin`, `stdout` and `stderr` set other streams. wasmer 1.1 does not have these three methods.

    All directories are preopened: they are already open when the program starts. Descriptor 3 of the program is the
    directory `/`. It contains all preopened directories under their guest names. The preopened directories have the
    descriptors from 4 on.

    >>> from anywasm.wasmer import wasi
    >>> builder = wasi.StateBuilder("program").argument("--verbose").environment("HOME", "/home")
    >>> isinstance(builder.finalize(), wasi.Environment)
    True
    """

    __slots__ = ("_args", "_directories", "_env", "_max_open_files", "_streams")

    def __init__(
        self,
        program_name: str,
        arguments: list[Any] | None = None,
        environments: dict[Any, Any] | None = None,
        preopen_directories: list[Any] | None = None,
        map_directories: dict[Any, Any] | None = None,
    ) -> None:
        self._args = [check_text("program_name", program_name)]
        self._env: list[tuple[str, str]] = []
        #: The host path, the guest name and the permissions of each preopened directory.
        self._directories: list[tuple[str, str, Perms]] = []
        self._max_open_files: int | None = None
        self._streams: dict[str, Any] = {"stdin": 0, "stdout": 1, "stderr": 2}
        if arguments is not None:
            self.arguments(arguments)
        if environments is not None:
            self.environments(environments)
        if preopen_directories is not None:
            self.preopen_directories(preopen_directories)
        if map_directories is not None:
            self.map_directories(map_directories)

    def argument(self, argument: str) -> StateBuilder:
        """Adds a command-line argument to the arguments of the program."""
        self._args.append(check_text("argument", argument))
        return self

    def arguments(self, arguments: list[Any]) -> StateBuilder:
        """Adds command-line arguments to the arguments of the program. Converts each item of the list to a str."""
        self._args += _to_strings("arguments", arguments)
        return self

    def environment(self, key: str, value: str) -> StateBuilder:
        """Adds an environment variable with the name `key`."""
        self._env.append((check_text("key", key), check_text("value", value)))
        return self

    def environments(self, environments: dict[Any, Any]) -> StateBuilder:
        """Adds environment variables, from a dictionary that maps names to values."""
        self._env += _to_string_pairs("environments", environments)
        return self

    def preopen_directory(self, preopen_directory: str) -> StateBuilder:
        """Adds a preopened directory. The guest name of the directory is its host path."""
        path = check_text("preopen_directory", preopen_directory)
        self._directories.append((path, path, Perms.ALL))
        return self

    def preopen_directories(self, preopen_directories: list[Any]) -> StateBuilder:
        """Adds preopened directories. The guest name of each directory is its host path."""
        self._directories += [
            (path, path, Perms.ALL) for path in _to_strings("preopen_directories", preopen_directories)
        ]
        return self

    def map_directory(self, alias: str, directory: str, *, read_only: bool = False) -> StateBuilder:
        """Adds a preopened directory. `directory` is the host path, and `alias` is the guest name.

        With `read_only`, the program cannot change the directory. wasmer 1.1 does not have this parameter.
        """
        name, path = check_text("alias", alias).lstrip("/"), check_text("directory", directory)
        self._directories.append((path, name, Perms.READ_ONLY if read_only else Perms.ALL))
        return self

    def map_directories(self, map_directories: dict[Any, Any]) -> StateBuilder:
        """Adds preopened directories, from a dictionary that maps guest names to host paths."""
        for alias, directory in _to_string_pairs("map_directories", map_directories):
            self.map_directory(alias, directory)
        return self

    def max_open_files(self, count: int) -> StateBuilder:
        """Sets the maximum number of files and directories that the program may have open. The default is 512.

        The standard streams and the preopened directories do not count. wasmer 1.1 does not have this method.
        """
        self._max_open_files = wasi.to_file_count(count)
        return self

    def stdin(self, source: Any) -> StateBuilder:
        """Sets the standard input: bytes, a path, a descriptor, a file object or a callable. None means no input.

        `anywasm.core.streams` describes these objects. If the object raises an exception, the program ends. The call of
        the program then raises this exception.
        """
        self._streams["stdin"] = streams.as_source(source)
        return self

    def stdout(self, sink: Any) -> StateBuilder:
        """Sets the standard output: a path, a descriptor, a bytearray, a file object or a callable.

        If `sink` is None, all output is discarded. Output is not buffered: each write of the program is passed to the
        object immediately. `anywasm.core.streams` describes these objects. If the object raises an exception, the
        program ends. The call of the program then raises this exception.
        """
        self._streams["stdout"] = streams.as_sink(sink)
        return self

    def stderr(self, sink: Any) -> StateBuilder:
        """Sets the standard error. `sink` can be any object that `stdout` accepts."""
        self._streams["stderr"] = streams.as_sink(sink)
        return self

    def finalize(self) -> Environment:
        """Returns an environment with the current config. The builder can be used again to make other environments.

        This call opens the directories, so a later change of the current directory has no effect.

        Raises RuntimeError if an argument contains a null character, if an environment variable is malformed, if two
        directories have the same guest name, if a guest name cannot be encoded in UTF-8, or if a directory cannot be
        opened.
        """
        for arg in self._args:
            if "\0" in arg:
                raise RuntimeError(f"argument contains null byte: `{arg}`")
        for key, value in self._env:
            _check_variable(key, value)
        aliases: set[str] = set()
        directories: list[tuple[wasi.Directory, str, Perms]] = []
        for path, alias, permissions in self._directories:
            directories.append((_open_directory(path), alias, permissions))
            try:
                alias.encode()
            except UnicodeEncodeError:
                raise _creation_error(f"the alias {alias!r} is not UTF-8") from None
            if alias in aliases:
                raise _creation_error(f"Found duplicate entry for alias `{alias}`")
            aliases.add(alias)
        config = wasi.WasiConfig()
        config.args, config.env, config.directories = list(self._args), list(self._env), directories
        config.max_open_files = self._max_open_files
        config.stdin, config.stdout, config.stderr = (self._streams[name] for name in ("stdin", "stdout", "stderr"))
        config.root = True
        return Environment._from_config(config)


class Environment(Unconstructible):
    """A WASI config, and the files and streams that are opened for it (WASI contexts).

    Instances with the same environment share open files.

    `StateBuilder.finalize` makes environments.
    """

    __slots__ = ("_config", "_contexts")

    _config: wasi.WasiConfig
    #: The WASI context for each engine that a program uses this environment with. A WASI context holds the resources
    #: that guests can access, such as open files.
    _contexts: dict[EngineModule, wasi.WasiContext]

    @classmethod
    def _from_config(cls, config: wasi.WasiConfig) -> Environment:
        environment = object.__new__(cls)
        environment._config, environment._contexts = config, {}
        return environment

    def generate_import_object(self, store: Store, wasi_version: int | None) -> ImportObject:
        """Returns an import object with all functions of a version of WASI.

        Any number of instances can use the import object. Modules can also import `sock_accept`, which `to_dict` does
        not list, because wasmer 1.1 does not have it. Raises TypeError if `wasi_version` is None: `get_version` returns
        None for a module that does not use WASI.
        """
        imports = ImportObject()
        for name, namespace in self._all_imports(store, wasi_version).items():
            imports.register(name, _without_later_calls(namespace))
            imports._unlisted[name] = namespace
        return imports

    def generate_imports(self, store: Store, wasi_version: int | None) -> dict[str, dict[str, Function]]:
        """Returns the functions of wasmer 1.1 as a dictionary that maps module names to dictionaries."""
        by_name = self._all_imports(store, wasi_version)
        return {name: _without_later_calls(namespace) for name, namespace in by_name.items()}

    def _all_imports(self, store: Store, wasi_version: int | None) -> dict[str, dict[str, Function]]:
        check_instance("store", store, Store)
        version = _VERSIONS[_to_version(wasi_version)]
        calls = wasi.system_calls(store._engine._core_engine_module, version, self._context_for)
        return {
            wasi.MODULE_NAMES[version]: {name: Function._from_definition(store, call) for name, call in calls.items()}
        }

    def _context_for(self, store: core.Store) -> wasi.WasiContext:
        """Returns the WASI context, the resources that guests can access, for the engine of `store`.

        Makes the WASI context at the first call for an engine.
        """
        engine = store._core_engine
        context = self._contexts.get(engine._core_engine_module)
        if context is None:
            context = self._contexts.setdefault(engine._core_engine_module, wasi.WasiContext(engine, self._config))
        return context


#: The functions of preview 1 that wasmer 1.1 does not have.
_LATER_CALLS = frozenset({"sock_accept"})


def _without_later_calls(namespace: dict[str, Function]) -> dict[str, Function]:
    return {name: function for name, function in namespace.items() if name not in _LATER_CALLS}


def _to_version(number: int | None) -> Version:
    try:
        return Version(to_unsigned("wasi_version", number, 8))
    except ValueError:
        raise ValueError("Failed to extract `Version` from `PyAny`") from None


def _check_variable(key: str, value: str) -> None:
    """Raises RuntimeError if the name or the value of an environment variable contains a forbidden character."""
    problem = None
    if "\0" in key:
        problem = f'found nul byte in env var key "{key}"'
    elif "=" in key:
        problem = f'found equal sign in env var key "{key}"'
    elif "\0" in value:
        problem = f'found nul byte in env var value "{value}"'
    if problem is not None:
        raise RuntimeError(f"bad environment variable format: `{problem} (key=value)`")


def _open_directory(path: str) -> wasi.Directory:
    """Opens a directory. Raises RuntimeError if the path does not exist, is not a directory, or cannot be opened."""
    if not os.path.exists(path):
        raise _creation_error(f'Could not get metadata for file "{path}": entity not found')
    if not os.path.isdir(path):
        raise _creation_error(f'WASI only supports pre-opened directories right now; found "{path}"')
    try:
        return wasi.Directory(path)
    except OSError as error:
        raise _creation_error(f'Could not open "{path}": {error.strerror}') from error


def _creation_error(problem: str) -> RuntimeError:
    return RuntimeError(f"wasi filesystem creation error: `{problem}`")


def _to_strings(name: str, value: list[Any]) -> list[str]:
    """Converts each item of a list to a str. `name` is the name of the argument for error messages."""
    return list(map(str, check_instance(name, value, list, "PyList")))


def _to_string_pairs(name: str, value: dict[Any, Any]) -> list[tuple[str, str]]:
    """Converts each key and each value of a dictionary to a str. Returns pairs. `name` is for error messages."""
    return [(str(key), str(item)) for key, item in check_instance(name, value, dict, "PyDict").items()]
