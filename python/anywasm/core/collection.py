"""Collects unused stores when their memories take much room.

Python's garbage collector counts objects, not bytes. A host function that refers to its own instance forms a cycle, and
the small objects of this cycle can hold a large memory.
"""

from __future__ import annotations

import gc

from anywasm.core.errors import ErrorKind, Failure
from anywasm.engines import EngineModule

#: Failures of these kinds may mean that an engine cannot have memory. The engines report no better reason.
_KINDS = (ErrorKind.MEMORY, ErrorKind.ENGINE, ErrorKind.LINK, ErrorKind.TRAP)


def collect_unused_stores(engine_module: EngineModule) -> None:
    """Runs Python's garbage collector if the memories of the engine module's stores have become large.

    Does nothing if the program has switched the collector off.
    """
    if engine_module.lib.aw_memories_are_many() and gc.isenabled():
        gc.collect()
        engine_module.lib.aw_memories_collected()


def has_freed_memory(engine_module: EngineModule, failure: Failure) -> bool:
    """Runs Python's garbage collector after a failure that may mean a lack of memory.

    Returns whether the caller should try once more: whether the collector has found unused objects.
    """
    is_other = failure.trap_code is not None or failure.token or failure.import_index >= 0
    if is_other or failure.kind not in _KINDS or not gc.isenabled():
        return False
    if failure.kind is not ErrorKind.MEMORY and "memory" not in failure.message:
        return False
    has_found = gc.collect() > 0
    engine_module.lib.aw_memories_collected()
    return has_found
