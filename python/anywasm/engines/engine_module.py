"""The class of loaded engine modules."""

from __future__ import annotations

import contextlib
import gc
from typing import Any

#: The value that `aw_limit` returns for a limit that the engine does not have.
_NO_LIMIT = 0xFFFF_FFFF_FFFF_FFFF

#: The number of bits in a set of capabilities, which is a `uint64_t`.
_CAPABILITY_BITS = 64


def _create_types(ffi: Any, lib: Any) -> None:
    """Creates all cffi types of an engine module before other code can use the module.

    cffi creates each type when the type is first used. If other code uses the same type during its creation, an
    assertion in cffi aborts the process. Such code may be a finalizer that the garbage collector runs, or another
    thread that runs during a finalizer. So this function disables the garbage collector while it creates the types.
    Disabling the collector also prevents finalizers from using an engine that is still being loaded.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        # `list_types()[0]` lists the typedefs. The header has a typedef for every struct.
        for name in ffi.list_types()[0]:
            # `sizeof` creates the type. For an opaque struct, `sizeof` then raises `ffi.error`.
            with contextlib.suppress(ffi.error):
                ffi.sizeof(name)
        # Reading a function from `lib` creates the types of the function's parameters and of its result.
        for name in dir(lib):
            getattr(lib, name)
        ffi.typeof("aw_value[]")
    finally:
        if was_enabled:
            gc.enable()


class EngineModule:
    """A loaded engine module: cffi's `ffi` and `lib`, and the engine's name, version, capabilities and limits.

    `capabilities` contains the names of the engine's capabilities. `made_up` contains those that the engine has only
    because the shim makes up for them. `meanings` maps the name of each capability to a
    sentence that explains the capability. `meanings` also contains the capabilities that the engine lacks.
    """

    def __init__(self, module: Any) -> None:
        self.ffi: Any = module.ffi
        self.lib: Any = module.lib
        _create_types(self.ffi, self.lib)
        #: A function that creates owners. An owner deletes an object of the shim (src/glue/owner.c).
        self._new_owner: Any = module.own
        #: Functions that create an object of the shim and return its owner (src/glue/make.c). These functions are C
        #: code that creates no cffi objects, for speed.
        self.new_store: Any = module.new_store
        self.new_host_func: Any = module.new_host_func
        self.new_instance: Any = module.new_instance
        self.instance_export: Any = module.instance_export
        #: A function that stores the Python functions that the C code calls (see `anywasm.core.glue`).
        self.setup: Any = module.setup
        #: A function that connects a standard stream of a WASI context to a callable (src/glue/stream.c).
        self.connect_stream: Any = module.connect_stream
        #: A function that makes guests run Python's signal handlers on one thread (src/glue/interrupt.c). The argument
        #: is the thread's identifier.
        self.watch_signals: Any = module.watch_signals
        #: A function that makes the engine module watch greenlets (src/glue/greenlet.c).
        self.watch_greenlets: Any = module.watch_greenlets
        #: The base class of functions, which contains the fast path of calls (src/glue/call.c).
        self.callable: Any = module.Callable
        #: The class of objects that the fast path of calls needs, one for each function.
        self.call_target: Any = module.CallTarget
        #: A class that copies a memory's bytes (src/glue/memory.c).
        self.memory_bytes: Any = module.MemoryBytes
        #: The base class of typed views of memories (src/glue/elements.c).
        self.memory_elements: Any = module.MemoryElements
        #: The base class of buffers over memories (src/glue/buffer.c).
        self.memory_buffer: Any = module.MemoryBuffer
        #: Maps each API style's class to the class that `anywasm.core.specialise` has derived for this engine module.
        self.derived_classes: dict[type, Any] = {}
        self.path: str = module.__file__
        self.version = self.text(self.lib.aw_engine_version())
        self.name = self.text(self.lib.aw_engine_name())
        self.backend = self.text(self.lib.aw_backend())
        self.shim_version = self.text(self.lib.aw_version())
        #: Maps the number of each capability's bit, in a set of capabilities, to the capability's name.
        self._capability_names = self._read_capability_names()
        self.meanings = {name: self._capability_meaning(bit) for bit, name in self._capability_names.items()}
        #: Maps the name of each limit to the largest value that the engine accepts. None means that the engine does not
        #: have this limit.
        self.limits: dict[str, int | None] = {}
        #: Maps the name of each limit to a phrase that explains what the limit counts.
        self.limit_meanings = self._read_limits()
        self.capabilities = self.capability_names(self.lib.aw_capabilities())
        self.made_up = self.capability_names(self.lib.aw_made_up_capabilities())
        self._option_values: dict[str, tuple[str, ...]] = {}

    def own(self, kind: str, ptr: Any) -> Any:
        """Takes ownership of `ptr`, a pointer to a new object of the shim.

        Returns the owner, which deletes the object when Python frees the owner. Returns None if `ptr` is NULL. The
        object has the type `aw_KIND`, and `kind` is the part `KIND` of the type's name.

        Raises TypeError if `ptr` is not such a pointer of this engine module.
        """
        if self.ffi.typeof(ptr) is not self.ffi.typeof(f"aw_{kind} *"):
            raise TypeError(f"expected a pointer to an `aw_{kind}`, not {ptr!r}")
        return self._new_owner(kind, int(self.ffi.cast("uintptr_t", ptr)))

    def pointer(self, owner: Any) -> Any:
        """Returns a cffi pointer to the object that an owner deletes. The pointer has the type of the object."""
        return self.ffi.cast(f"aw_{owner.kind} *", owner.address)

    def capability_names(self, bits: int) -> frozenset[str]:
        """Returns the names of the capabilities in a bit set. Ignores bits that belong to no capability."""
        return frozenset(name for bit, name in self._capability_names.items() if bits >> bit & 1)

    def capability_name(self, bit: int) -> str:
        """Returns the name of a capability. Raises KeyError if no capability has this bit number."""
        return self._capability_names[bit]

    def text(self, string: Any) -> str:
        """Converts an `aw_str` to a str. Returns an empty str if the `aw_str` is missing (`data` is NULL)."""
        return str(self.bytes(string), "utf-8", "replace")

    def bytes(self, string: Any) -> bytes:
        """Copies the bytes of an `aw_str`."""
        return bytes(self.ffi.buffer(string.data, string.len)) if string.len else b""

    def option_values(self, option: str) -> tuple[str, ...]:
        """Returns the values that an option accepts. The first value is the default.

        Returns an empty tuple if the engine does not have the option, or if the option does not accept a fixed set of
        names. For example, an option that accepts any number does not accept a fixed set of names.
        """
        if option not in self._option_values:
            name = option.encode()
            values: list[str] = []
            while value := self.text(self.lib.aw_option_value(name, len(name), len(values))):
                values.append(value)
            self._option_values[option] = tuple(values)
        return self._option_values[option]

    def _read_capability_names(self) -> dict[int, str]:
        """Returns the name of each capability, by the number of the capability's bit.

        A bit has no name if its capability has been retired. So there can be named bits after a bit without a name, and
        this method must read all bits.
        """
        names = {bit: self.text(self.lib.aw_capability_name(bit)) for bit in range(_CAPABILITY_BITS)}
        return {bit: name for bit, name in names.items() if name}

    def _capability_meaning(self, bit: int) -> str:
        return self.text(self.lib.aw_capability_meaning(bit))

    def _read_limits(self) -> dict[str, str]:
        """Adds each limit of the shim to `limits`. Returns a phrase that explains each limit, by the limit's name."""
        meanings: dict[str, str] = {}
        while name := self.text(self.lib.aw_limit_name(len(meanings))):
            maximum = self.lib.aw_limit(len(meanings))
            self.limits[name] = None if maximum == _NO_LIMIT else maximum
            meanings[name] = self.text(self.lib.aw_limit_meaning(len(meanings)))
        return meanings

    def __repr__(self) -> str:
        return f"<engine {self.name} {self.version} ({self.backend})>"
