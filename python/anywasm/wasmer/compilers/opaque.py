"""Defines the base class of all compiler classes, and the class `OpaqueCompiler`."""

from __future__ import annotations

from typing import ClassVar

from anywasm.wasmer.sealed import Unconstructible


class OpaqueCompiler(Unconstructible):
    """An object that represents a compiler. `Compiler.into_opaque_compiler` returns such an object."""

    __slots__ = ("_name",)

    _name: str

    @staticmethod
    def _named(name: str) -> OpaqueCompiler:
        compiler = OpaqueCompiler.__new__(OpaqueCompiler)
        compiler._name = name
        return compiler

    @property
    def name(self) -> str:
        """The name of the compiler: `cranelift`, `llvm` or `singlepass`."""
        return self._name


class NamedCompiler(Unconstructible):
    """The base class of the compiler classes. These classes have no objects: programs pass a class to an engine."""

    __slots__ = ()

    #: The name of the compiler: `cranelift`, `llvm` or `singlepass`.
    _name: ClassVar[str]

    @classmethod
    def into_opaque_compiler(cls) -> OpaqueCompiler:
        """Returns an object that represents this compiler. The classes in `anywasm.wasmer.engine` call this method."""
        return OpaqueCompiler._named(cls._name)
