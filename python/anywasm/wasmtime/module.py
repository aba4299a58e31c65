"""The class `Module`, for compiled modules."""

from __future__ import annotations

import os
import re
from typing import Any, Union

from anywasm import core
from anywasm.wasmtime.argument_types import check_class, check_texts
from anywasm.wasmtime.engine import Engine, check_engine
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.style import STYLE
from anywasm.wasmtime.types import ExportType, ImportType


class Module(Managed):
    """A compiled module. The constructor compiles the binary format or the text format.

    A bytearray, and bytes that start with a zero byte, are in the binary format. A str, and other bytes, are in the
    text format. The constructor raises WasmtimeError if the module is malformed or not valid.

    >>> from anywasm.wasmtime import Engine, Module
    >>> [export.name for export in Module(Engine(), '(module (func (export "f")))').exports]
    ['f']
    """

    def __init__(self, engine: Engine, wasm: Union[str, bytes, bytearray]) -> None:
        if not isinstance(engine, Engine):
            raise TypeError("expected an Engine")
        binary = _to_binary(engine, wasm)
        engine._core_check_open()
        ptr = core.Module.compile(engine, binary)
        if not ptr:
            raise _compile_error(core.Module.take_failure(engine), binary)
        self._core_init(core.Module(engine, ptr))

    @classmethod
    def _core_wrap(cls, core_module: core.Module) -> Module:
        module = cls.__new__(cls)
        module._core_init(core_module)
        return module

    def _core_init(self, core_module: core.Module) -> None:
        self._core_module = core_module
        self._core_set_open()

    @property
    def _core_object(self) -> core.Module:
        if not self._core_open:
            self._core_check_open()
        return self._core_module

    def _core_delete(self) -> None:
        # Instances and `InstancePre` objects of this module own references to the `core.Module`, so they stay usable
        # after this `Module` is closed.
        del self._core_module

    @classmethod
    def from_file(cls, engine: Engine, path: Union[str, bytes, os.PathLike[str]]) -> Module:
        """Compiles a module from a file in the binary format or the text format."""
        with open(path, "rb") as file:
            contents = file.read()
        return cls(engine, contents)

    @classmethod
    def validate(cls, engine: Engine, wasm: Union[bytes, bytearray]) -> None:
        """Raises WasmtimeError if the bytes are not a valid module. The message contains the reason."""
        binary = _check_bytes(wasm)
        error = core.Module.check(check_engine(engine), binary)
        if error is not None:
            raise WasmtimeError._core_from_engine(_magic_problem(binary)) if _lacks_magic(binary) else error

    def serialize(self) -> bytearray:
        """Returns the compiled module as bytes. `deserialize` needs the same engine in the same version."""
        return bytearray(self._core_object.dump())

    @classmethod
    def deserialize(cls, engine: Engine, encoded: Union[bytes, bytearray]) -> Module:
        """Creates a module from the result of `serialize`.

        Raises WasmtimeError if another engine or another version has serialized the module. The bytes must come from a
        trusted source, because they contain machine code.
        """
        if not isinstance(encoded, (bytes, bytearray)):
            raise TypeError("expected bytes")
        return cls._core_wrap(core.Module(engine, core.Module.load(check_engine(engine), encoded)))

    @classmethod
    def deserialize_file(cls, engine: Engine, path: str) -> Module:
        """Creates a module from a file that contains the result of `serialize`.

        Raises WasmtimeError if the file cannot be read.
        """
        check_texts(path)
        check_engine(engine)
        try:
            with open(path.encode(), "rb") as file:
                encoded = file.read()
        except OSError as error:
            raise WasmtimeError(f"failed to open file {path!r} for reading: {error.strerror}") from error
        return cls.deserialize(engine, encoded)

    @property
    def imports(self) -> list[ImportType]:
        """The imports that an instance of the module needs, in the module's order."""
        return [ImportType._core_wrap(import_) for import_ in self._core_object.import_list]

    @property
    def exports(self) -> list[ExportType]:
        """The exports that an instance of the module has, in the module's order."""
        return [ExportType._core_wrap(export) for export in self._core_object.export_list]


def check_module(module: Module) -> core.Module:
    """Returns the `core.Module` of a `Module`.

    Raises TypeError for any other object, and ValueError if the module is closed.
    """
    check_class(module, Module)
    return module._core_object


def _check_bytes(wasm: Any) -> Union[bytes, bytearray]:
    if not isinstance(wasm, (bytes, bytearray)):
        raise TypeError("expected wasm bytes")
    return wasm


def _to_binary(engine: Engine, wasm: Any) -> Union[bytes, bytearray]:
    """Returns a module in the binary format.

    A str, and bytes without a leading zero byte, are in the text format. This function translates the text.
    """
    if wasm and isinstance(wasm, (str, bytes)) and wasm[0] not in (0, "\0"):
        return core.wat2wasm(STYLE, wasm, engine._core_engine_module)
    return _check_bytes(wasm)


#: The maximum length of a function's name in the message of `_compile_error`.
_MAX_NAME = 96


#: The first bytes of each module in the binary format.
_MAGIC = b"\0asm"


def _lacks_magic(binary: Union[bytes, bytearray]) -> bool:
    return len(binary) >= len(_MAGIC) and not binary.startswith(_MAGIC)


def _magic_problem(binary: Union[bytes, bytearray]) -> str:
    """Returns wasmtime's text for bytes that do not begin as a module does."""
    expected, actual = ("".join(f"    {byte:#x},\n" for byte in start) for start in (_MAGIC, binary[: len(_MAGIC)]))
    return f"magic header not detected: bad magic number - expected=[\n{expected}] actual=[\n{actual}] (at offset 0x0)"


def _compile_error(failure: core.Failure, binary: Union[bytes, bytearray]) -> BaseException:
    """Returns the exception for a module that cannot be compiled. An invalid module has wasmtime's text."""
    if failure.kind is not core.ErrorKind.MALFORMED:
        return STYLE.exception(failure)
    if not failure.frames:
        problem = _magic_problem(binary) if _lacks_magic(binary) else failure.message
        text = f"failed to parse WebAssembly module\n\nCaused by:\n    {problem}\n"
        return WasmtimeError._core_from_engine(text)
    (function,) = failure.frames
    symbol, name = f"wasm[0]::function[{function.func_index}]", function.func_name
    if name is not None:
        if re.search("[^!-~]", name):
            # As in wasmtime, one question mark replaces adjacent characters that are not printable ASCII characters.
            name = re.sub(r"([^!-~]|\?)+", "?", name)
        symbol = f"{symbol}::{name[:_MAX_NAME]}"
    reason = failure.message.removesuffix(f" (at offset {function.module_offset:#x})")
    cause = f"Invalid input WebAssembly code at offset {function.module_offset}: {reason}"
    return WasmtimeError._core_from_engine(
        f"failed to compile: {symbol}\n\nCaused by:\n    0: WebAssembly translation error\n    1: {cause}\n"
    )
