"""What a compiler's class gives an engine."""

from __future__ import annotations

from typing import ClassVar

from anywasm.wasmer.sealed import Unconstructible


class OpaqueCompiler(Unconstructible):
    """A compiler, as engines see it."""

    __slots__ = ("_name",)

    _name: str

    @staticmethod
    def _of(name: str) -> OpaqueCompiler:
        made = OpaqueCompiler.__new__(OpaqueCompiler)
        made._name = name
        return made

    @property
    def name(self) -> str:
        """`cranelift`, `llvm` or `singlepass`."""
        return self._name


class NamedCompiler(Unconstructible):
    """The base of the compilers' classes. Engines take the classes themselves: they have no instances."""

    __slots__ = ()

    _name: ClassVar[str]

    @classmethod
    def into_opaque_compiler(cls) -> OpaqueCompiler:
        """The compiler, as engines see it."""
        return OpaqueCompiler._of(cls._name)
