"""Targets: what kind of machine, and which of its features, code is for.

No engine here compiles for another machine. A target that is like this machine can be given to an engine
(`anywasm.wasmer.engine`); a module that is to be compiled for another is refused, with an error that says so.

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

#: As GCC names them; wasmer-compiler 2.1, `CpuFeature::from_str`.
_FEATURES = {
    *("sse2", "sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "avx", "bmi", "bmi2", "avx2", "lzcnt"),
    *("avx512dq", "avx512vl", "avx512f"),
}


class Triple(Sealed):
    """Architecture, vendor, operating system, environment and binary format; parts left out are `unknown`.

    ValueError names the part that is not known.

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
        self._core = core.Triple.parse(arguments.instance("triple", triple, str, "PyString"))

    @staticmethod
    def host() -> Triple:
        """The triple of this machine."""
        made = Triple.__new__(Triple)
        made._core = core.Triple.host()
        return made

    @property
    def architecture(self) -> str:
        """Such as `x86_64` or `aarch64`."""
        return self._core.architecture

    @property
    def vendor(self) -> str:
        """Such as `pc` or `apple`."""
        return self._core.vendor

    @property
    def operating_system(self) -> str:
        """Such as `linux` or `darwin`."""
        return self._core.operating_system

    @property
    def binary_format(self) -> str:
        """Such as `elf`, `coff`, `macho` or `wasm`; known from the operating system where the triple has none."""
        return self._core.binary_format

    @property
    def environment(self) -> str:
        """Such as `gnu` or `musl`."""
        return self._core.environment

    @property
    def endianness(self) -> str | None:
        """`little` or `big`; None where the architecture is unknown."""
        return self._core.endianness

    @property
    def pointer_width(self) -> int | None:
        """In bytes: 2, 4 or 8; None where the architecture is unknown."""
        return self._core.pointer_width

    @property
    def default_calling_convention(self) -> str | None:
        """`system_v`, `windows_fastcall`, `wasm_basic_c_abi`, `(unknown)` for any other, None where there is none."""
        return self._core.calling_convention

    def __str__(self) -> str:
        return self._core.text


class CpuFeatures(Sealed):
    """Features of a processor that code may use.

    Names are checked, and that is all: engines use what this machine's processor has.

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
        """Adds a feature by the name that GCC has for it; ValueError for an unknown one.

        Known are sse2, sse3, ssse3, sse4.1, sse4.2, popcnt, avx, bmi, bmi2, avx2, avx512dq, avx512vl, avx512f, lzcnt.
        """
        if arguments.instance("feature", feature, str, "PyString") not in _FEATURES:
            raise ValueError(f"CpuFeature {feature} not recognized")


class Target(Sealed):
    """A triple with features of the processor.

    >>> from anywasm.wasmer.target import Target, Triple
    >>> Target(Triple("x86_64-linux-musl"))
    <anywasm.wasmer.target.Target object at ...>
    """

    __slots__ = ("_triple",)

    def __init__(self, triple: Triple, cpu_features: CpuFeatures | None = None) -> None:
        self._triple = arguments.instance("triple", triple, Triple)._core
        if cpu_features is not None:
            arguments.instance("cpu_features", cpu_features, CpuFeatures)
