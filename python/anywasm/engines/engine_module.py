"""A loaded engine module, and what it says about itself."""

from __future__ import annotations

import contextlib
import gc
from typing import Any

_NO_LIMIT = 0xFFFF_FFFF_FFFF_FFFF


def _realise(ffi: Any, lib: Any) -> None:
    """Has cffi make all its types for this module, before anything can use them.

    cffi makes a type when it is first used, and ends the process by an assertion where what the garbage collector runs
    in the middle of that, or a thread that it lets run, uses the same one. So the collector does not run here: even a
    finalizer that asks for the engine while it is being loaded would be too early.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        # The header names every struct by a typedef too.
        for name in ffi.list_types()[0]:
            with contextlib.suppress(ffi.error):  # What is opaque has no size.
                ffi.sizeof(name)
        # The types of parameters and results are made with the functions.
        for name in dir(lib):
            getattr(lib, name)
        ffi.typeof("aw_value[]")
    finally:
        if enabled:
            gc.enable()


class EngineModule:
    """An engine module: cffi's `ffi` and `lib`, with the engine's name, version and capabilities.

    `capabilities` holds the names of what the engine can do; `meanings` maps every capability's name, whether the
    engine has it or not, to a sentence.
    """

    def __init__(self, module: Any) -> None:
        self.ffi: Any = module.ffi
        self.lib: Any = module.lib
        _realise(self.ffi, self.lib)
        #: What owns the shim's objects, and what makes owners faster than by `own` (src/glue/owner.c, make.c).
        self.owner: Any = module.Owner
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
        #: The base class of functions, which holds the call path.
        self.callable: Any = module.Callable
        #: What copies a memory's bytes, and the base classes of typed views and of buffers.
        self.memory_bytes: Any = module.MemoryBytes
        self.memory_elements: Any = module.MemoryElements
        self.memory_buffer: Any = module.MemoryBuffer
        #: By a style's class, the one over a type of this module: see `anywasm.core.specialise`.
        self.classes: dict[type, Any] = {}
        self.path: str = module.__file__
        self.version = self.text(self.lib.aw_engine_version())
        self.name = self.text(self.lib.aw_engine_name())
        self.backend = self.text(self.lib.aw_backend())
        self.shim_version = self.text(self.lib.aw_version())
        self.meanings = self._meanings()
        #: By name what cannot be larger on this engine, and by how much; None where there is no limit.
        self.limits: dict[str, int | None] = {}
        #: By name what a limit counts.
        self.limit_meanings = self._limits()
        self.capabilities = self.capability_names(self.lib.aw_capabilities())
        self._option_values: dict[str, tuple[str, ...]] = {}

    def own(self, kind: str, ptr: Any) -> Any:
        """The owner of a fresh `aw_KIND *`; None for NULL."""
        return self.owner(kind, int(self.ffi.cast("uintptr_t", ptr)))

    def pointer(self, owner: Any) -> Any:
        """What an owner owns, as cffi's pointer."""
        return self.ffi.cast(f"aw_{owner.kind} *", owner.address)

    def capability_names(self, bits: int) -> frozenset[str]:
        """The names of capabilities that the shim writes as bits."""
        return frozenset(name for bit, name in enumerate(self.meanings) if bits >> bit & 1)

    def text(self, string: Any) -> str:
        """An `aw_str` as text; empty where there is none."""
        return str(self.bytes(string), "utf-8", "replace")

    def bytes(self, string: Any) -> bytes:
        """An `aw_str` as bytes."""
        return bytes(self.ffi.buffer(string.data, string.len)) if string.len else b""

    def option_values(self, option: str) -> tuple[str, ...]:
        """What an option of the engine can be, the default first; nothing where there is no such option."""
        if option not in self._option_values:
            name = option.encode()
            values: list[str] = []
            while value := self.text(self.lib.aw_option_value(name, len(name), len(values))):
                values.append(value)
            self._option_values[option] = tuple(values)
        return self._option_values[option]

    def _meanings(self) -> dict[str, str]:
        meanings: dict[str, str] = {}
        while name := self.text(self.lib.aw_capability_name(len(meanings))):
            meanings[name] = self.text(self.lib.aw_capability_meaning(len(meanings)))
        return meanings

    def _limits(self) -> dict[str, str]:
        meanings: dict[str, str] = {}
        while name := self.text(self.lib.aw_limit_name(len(meanings))):
            most = self.lib.aw_limit(len(meanings))
            self.limits[name] = None if most == _NO_LIMIT else most
            meanings[name] = self.text(self.lib.aw_limit_meaning(len(meanings)))
        return meanings

    def __repr__(self) -> str:
        return f"<engine {self.name} {self.version} ({self.backend})>"
