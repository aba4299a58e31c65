"""Defines targets. A target is the kind of machine to compile code for, with the features of its processor.

anywasm compiles code only for the host, the machine that it runs on. A class of `anywasm.wasmer.engine` accepts any
target. But compiling a module raises RuntimeError if the target is another kind of machine than the host.

>>> from anywasm.wasmer import engine, target
>>> from anywasm.wasmer.compilers.cranelift import Compiler
>>> features = target.CpuFeatures()
>>> features.add("sse2")
>>> engine.Universal(Compiler, target.Target(target.Triple.host(), features))
<anywasm.wasmer.engine.Universal object at ...>
"""

from __future__ import annotations

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Sealed

__all__ = ["CpuFeatures", "Target", "Triple"]

#: Names of processor features, spelled as in GCC. wasmer-compiler 2.1 accepts the same names (`CpuFeature::from_str`).
_FEATURES = {
    *("sse2", "sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "avx", "bmi", "bmi2", "avx2", "lzcnt"),
    *("avx512dq", "avx512vl", "avx512f"),
}


class Triple(Sealed):
    """A target triple: architecture, vendor, operating system, environment and binary format.

    If a part is omitted, its value is `unknown`. Raises ValueError if a part is not recognized. The error message
    contains the first such part.

    >>> from anywasm.wasmer.target import Triple
    >>> triple = Triple("x86_64-apple-darwin")
    >>> triple.operating_system, triple.binary_format, triple.pointer_width
    ('darwin', 'macho', 8)
    >>> Triple("x86_64-vendor-plan8")
    Traceback (most recent call last):
    ...
    ValueError: Unrecognized operating system: plan8
    """

    __slots__ = ("_core",)

    _core: core.Triple

    def __init__(self, triple: str) -> None:
        self._core = core.Triple.parse(arguments.check_instance("triple", triple, str, "PyString"))

    @staticmethod
    def host() -> Triple:
        """Returns the triple of the machine that runs this code."""
        triple = Triple.__new__(Triple)
        triple._core = core.Triple.host()
        return triple

    @property
    def architecture(self) -> str:
        """The processor architecture, e.g. `x86_64` or `aarch64`."""
        return self._core.architecture

    @property
    def vendor(self) -> str:
        """The vendor, e.g. `pc` or `apple`."""
        return self._core.vendor

    @property
    def operating_system(self) -> str:
        """The operating system, e.g. `linux` or `darwin`."""
        return self._core.operating_system

    @property
    def binary_format(self) -> str:
        """The format of executable files, e.g. `elf`, `coff`, `macho` or `wasm`.

        By default, this is the usual format of the operating system.
        """
        return self._core.binary_format

    @property
    def environment(self) -> str:
        """The environment, usually the C library, e.g. `gnu` or `musl`."""
        return self._core.environment

    @property
    def endianness(self) -> str | None:
        """The byte order, `little` or `big`. None if the architecture is unknown."""
        return self._core.endianness

    @property
    def pointer_width(self) -> int | None:
        """The size of a pointer in bytes: 2, 4 or 8. None if the architecture is unknown."""
        return self._core.pointer_width

    @property
    def default_calling_convention(self) -> str | None:
        """The default calling convention. None if the operating system has no default calling convention.

        The value is `system_v`, `windows_fastcall` or `wasm_basic_c_abi`. For any other calling convention, the value
        is `(unknown)`.
        """
        return self._core.calling_convention

    def __str__(self) -> str:
        return self._core.text


class CpuFeatures(Sealed):
    """A set of processor features that code may use.

    The names are checked but have no other effect, because an engine uses the features of the host's processor.

    >>> from anywasm.wasmer.target import CpuFeatures
    >>> features = CpuFeatures()
    >>> features.add("avx2")
    >>> features.add("mmx")
    Traceback (most recent call last):
    ...
    ValueError: CpuFeature mmx not recognized
    """

    __slots__ = ()

    def add(self, feature: str) -> None:
        """Adds the feature that has this name in GCC. Raises ValueError for an unknown name.

        The known names are sse2, sse3, ssse3, sse4.1, sse4.2, popcnt, avx, bmi, bmi2, avx2, avx512dq, avx512vl,
        avx512f and lzcnt.
        """
        if arguments.check_instance("feature", feature, str, "PyString") not in _FEATURES:
            raise ValueError(f"CpuFeature {feature} not recognized")


class Target(Sealed):
    """A target triple with a set of processor features.

    >>> from anywasm.wasmer.target import Target, Triple
    >>> Target(Triple("x86_64-linux-musl"))
    <anywasm.wasmer.target.Target object at ...>
    """

    __slots__ = ("_triple",)

    def __init__(self, triple: Triple, cpu_features: CpuFeatures | None = None) -> None:
        self._triple = arguments.check_instance("triple", triple, Triple)._core
        if cpu_features is not None:
            arguments.check_instance("cpu_features", cpu_features, CpuFeatures)
