"""The base class of all compiler classes, and the objects that represent a compiler."""

from __future__ import annotations

from typing import ClassVar

from anywasm.wasmer.sealed import Unconstructible


class OpaqueCompiler(Unconstructible):
    """A compiler, from `Compiler.into_opaque_compiler`."""

    __slots__ = ("_name",)

    _name: str

    @staticmethod
    def _named(name: str) -> OpaqueCompiler:
        compiler = OpaqueCompiler.__new__(OpaqueCompiler)
        compiler._name = name
        return compiler

    @property
    def name(self) -> str:
        """The name: `cranelift`, `llvm` or `singlepass`."""
        return self._name


class NamedCompiler(Unconstructible):
    """The base of the compiler classes. They have no instances: programs pass the class itself to an engine."""

    __slots__ = ()

    _name: ClassVar[str]

    @classmethod
    def into_opaque_compiler(cls) -> OpaqueCompiler:
        """Returns an object that represents this compiler. Only the classes in `anywasm.wasmer.engine` use it."""
        return OpaqueCompiler._named(cls._name)
