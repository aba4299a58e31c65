"""Collects unused stores when their memories take much room.

Python's garbage collector counts objects, not bytes. A host function that refers to its own instance forms a cycle, and
the small objects of this cycle can hold a large memory.
"""

from __future__ import annotations

import gc

from anywasm.engines import EngineModule


def collect_unused_stores(engine_module: EngineModule) -> None:
    """Runs Python's garbage collector if the memories of the engine module's stores have become large.

    Does nothing if the program has switched the collector off.
    """
    if engine_module.lib.aw_memories_are_many() and gc.isenabled():
        gc.collect()
        engine_module.lib.aw_memories_collected()
