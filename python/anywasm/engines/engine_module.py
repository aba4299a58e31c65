"""A loaded engine module, with the engine's name, version, capabilities and limits."""

from __future__ import annotations

import contextlib
import gc
from typing import Any

#: Value of `aw_limit` for a limit that the engine does not have.
_NO_LIMIT = 0xFFFF_FFFF_FFFF_FFFF

#: Number of bits in a set of capabilities, a `uint64_t`.
_CAPABILITY_BITS = 64


def _create_types(ffi: Any, lib: Any) -> None:
    """Creates all of cffi's types for this module, before any other code can use them.

    cffi creates a type on its first use. An assertion aborts the process if the same type is used again meanwhile: by a
    finalizer that the garbage collector runs, or by a thread that runs during a finalizer. So this function turns the
    collector off. That also keeps finalizers from using an engine that is still being loaded.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        # The first list holds the typedefs. The header has a typedef for every struct.
        for name in ffi.list_types()[0]:
            with contextlib.suppress(ffi.error):  # An opaque struct has no size.
                ffi.sizeof(name)
        # Looking up a function creates the types of its parameters and its result.
        for name in dir(lib):
            getattr(lib, name)
        ffi.typeof("aw_value[]")
    finally:
        if enabled:
            gc.enable()


class EngineModule:
    """A loaded engine module: cffi's `ffi` and `lib`, with the engine's name, version and capabilities.

    `capabilities` holds the names of the engine's capabilities. `meanings` maps the name of every capability to a
    sentence, whether the engine has it or not.
    """

    def __init__(self, module: Any) -> None:
        self.ffi: Any = module.ffi
        self.lib: Any = module.lib
        _create_types(self.ffi, self.lib)
        #: The class of owners, which delete the shim's objects (src/glue/owner.c).
        self.owner: Any = module.Owner
        #: Functions that create an owner without cffi objects in between, for speed (src/glue/make.c).
        self.new_store: Any = module.new_store
        self.new_host_func: Any = module.new_host_func
        self.new_instance: Any = module.new_instance
        self.instance_export: Any = module.instance_export
        #: Stores the Python functions that the C code calls: see `anywasm.core.glue`.
        self.setup: Any = module.setup
        #: Connects a standard stream of WASI to a callable (src/glue/stream.c).
        self.connect_stream: Any = module.connect_stream
        #: Makes running guests run Python's signal handlers (src/glue/interrupt.c).
        self.watch_signals: Any = module.watch_signals
        #: The base class of functions, with the fast path of calls.
        self.callable: Any = module.Callable
        #: The class that copies a memory's bytes, and the base classes of typed views and of buffers.
        self.memory_bytes: Any = module.MemoryBytes
        self.memory_elements: Any = module.MemoryElements
        self.memory_buffer: Any = module.MemoryBuffer
        #: The classes that `anywasm.core.specialise` has derived from this module's types, by the style's class.
        self.classes: dict[type, Any] = {}
        self.path: str = module.__file__
        self.version = self.text(self.lib.aw_engine_version())
        self.name = self.text(self.lib.aw_engine_name())
        self.backend = self.text(self.lib.aw_backend())
        self.shim_version = self.text(self.lib.aw_version())
        #: The names of all capabilities, by bit.
        self._capability_names = self._read_capability_names()
        self.meanings = {name: self._capability_meaning(bit) for bit, name in self._capability_names.items()}
        #: The engine's limits by name: the largest accepted value, or None if the engine has no such limit.
        self.limits: dict[str, int | None] = {}
        #: What each limit counts, by name.
        self.limit_meanings = self._read_limits()
        self.capabilities = self.capability_names(self.lib.aw_capabilities())
        self._option_values: dict[str, tuple[str, ...]] = {}

    def own(self, kind: str, ptr: Any) -> Any:
        """Returns an owner for a new `aw_KIND *`, which nothing else owns; None for NULL."""
        return self.owner(kind, int(self.ffi.cast("uintptr_t", ptr)))

    def pointer(self, owner: Any) -> Any:
        """Returns the pointer that an owner holds, as a cffi pointer of its type."""
        return self.ffi.cast(f"aw_{owner.kind} *", owner.address)

    def capability_names(self, bits: int) -> frozenset[str]:
        """Returns the names of the capabilities in a set of bits. Bits without a capability are ignored."""
        return frozenset(name for bit, name in self._capability_names.items() if bits >> bit & 1)

    def capability_name(self, bit: int) -> str:
        """Returns the name of the capability with this bit; KeyError if there is none."""
        return self._capability_names[bit]

    def text(self, string: Any) -> str:
        """Returns an `aw_str` as text; an empty one for a missing string."""
        return str(self.bytes(string), "utf-8", "replace")

    def bytes(self, string: Any) -> bytes:
        """Returns an `aw_str` as bytes."""
        return bytes(self.ffi.buffer(string.data, string.len)) if string.len else b""

    def option_values(self, option: str) -> tuple[str, ...]:
        """Returns the values that an option can have, the default first.

        The result is empty if the engine does not have the option, or if the option takes something else than one of a
        few names, such as a number.
        """
        if option not in self._option_values:
            name = option.encode()
            values: list[str] = []
            while value := self.text(self.lib.aw_option_value(name, len(name), len(values))):
                values.append(value)
            self._option_values[option] = tuple(values)
        return self._option_values[option]

    def _read_capability_names(self) -> dict[int, str]:
        # A bit whose capability was retired has no name, so that the names may have gaps.
        names = {bit: self.text(self.lib.aw_capability_name(bit)) for bit in range(_CAPABILITY_BITS)}
        return {bit: name for bit, name in names.items() if name}

    def _capability_meaning(self, bit: int) -> str:
        return self.text(self.lib.aw_capability_meaning(bit))

    def _read_limits(self) -> dict[str, str]:
        meanings: dict[str, str] = {}
        while name := self.text(self.lib.aw_limit_name(len(meanings))):
            maximum = self.lib.aw_limit(len(meanings))
            self.limits[name] = None if maximum == _NO_LIMIT else maximum
            meanings[name] = self.text(self.lib.aw_limit_meaning(len(meanings)))
        return meanings

    def __repr__(self) -> str:
        return f"<engine {self.name} {self.version} ({self.backend})>"
