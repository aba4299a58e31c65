"""Objects that instances share: the writes, the reads, and a model of what each read should give.

`worlds.py` says how an object is shared, and compares the reads with the model after each write. The other files
describe one kind of object each.
"""

from sharing.globals import GLOBAL_TYPES, REFERENCES, GlobalKind
from sharing.memories import MEMORY_LIMITS, MemoryKind
from sharing.tables import TABLE_LIMITS, TableKind
from sharing.worlds import Kind, differences

__all__ = [
    "GLOBAL_TYPES",
    "MEMORY_LIMITS",
    "REFERENCES",
    "TABLE_LIMITS",
    "GlobalKind",
    "Kind",
    "MemoryKind",
    "TableKind",
    "differences",
]
