"""Does an operation in this process, and measures what each round leaves behind."""

from __future__ import annotations

import ctypes
import gc
import os
import statistics
import time
from itertools import combinations

from operations import Operation

#: How often the memory is measured, after a warm-up of half as many rounds.
SAMPLES = 12
#: A process does fewer rounds if these would take more seconds.
SECONDS = 30.0
#: A process that grows by fewer bytes in all rounds together may do so by chance. Threads of a compiler free memory
#: later, and allocators ask for more at a time.
NOISE = 256 << 10
#: A row is flat if a round leaves less than this, in bytes.
FLAT = 64.0
#: So many threads may be about to end when they are counted.
ENDING_THREADS = 2


class _MallInfo(ctypes.Structure):
    """`struct mallinfo2` of the C library."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks"),
            *("uordblks", "fordblks", "keepcost"),
        )
    ]


def heap() -> int:
    """The bytes that the allocator of the C library has given out, exactly; 0 if it does not tell."""
    mallinfo2 = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if mallinfo2 is None:
        return 0
    mallinfo2.restype = _MallInfo
    info = mallinfo2()
    return int(info.uordblks + info.hblkhd)


def own_memory() -> int:
    """The resident memory that this process shares with no other, in bytes."""
    with open("/proc/self/smaps_rollup") as file:
        return sum(int(line.split()[1]) << 10 for line in file if line.startswith("Private"))


def mappings() -> int:
    with open("/proc/self/maps") as file:
        return sum(1 for _ in file)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def threads() -> int:
    return len(os.listdir("/proc/self/task"))


GAUGES = {"memory": own_memory, "heap": heap, "mappings": mappings, "descriptors": descriptors, "threads": threads}


def slope(rounds: list[int], values: list[int]) -> float:
    """The median of the slopes between all pairs of samples (Theil and Sen), which a few steps do not change."""
    pairs = combinations(zip(rounds, values), 2)
    return statistics.median((later - earlier) / (end - begin) for (begin, earlier), (end, later) in pairs)


def grows(values: list[int]) -> bool:
    """Whether a number of bytes grows by more than chance: all the time, and not by a few steps or up and down."""
    pairs = list(combinations(values, 2))
    rising = sum(later > earlier for earlier, later in pairs)
    return rising > 0.9 * len(pairs) and values[-1] - values[0] > NOISE


def measure(operation: Operation, rounds: int) -> dict[str, float | bool | str | None]:
    """A row of the table."""
    do_round = operation.start()
    begun = time.perf_counter()
    for number in range(max(rounds // 2, 2)):
        do_round(number)
    seconds = (time.perf_counter() - begun) / (number + 1)
    step = max(min(rounds, int(SECONDS / seconds)) // SAMPLES, 1)
    samples: dict[str, list[int]] = {name: [] for name in GAUGES}
    for sample in range(SAMPLES + 1):
        for _ in range(step if sample else 1):
            number += 1
            do_round(number)
        # Twice, because the first collection may queue objects of an engine that the second one frees.
        for _ in range(2):
            gc.collect()
        for name, gauge in GAUGES.items():
            samples[name].append(gauge())
    at = [step * sample for sample in range(SAMPLES + 1)]
    slopes = {name: slope(at, values) for name, values in samples.items()}
    left = max(slopes[name] if grows(samples[name]) else 0.0 for name in ("heap", "memory"))
    others = {name: samples[name][-1] - samples[name][0] for name in ("mappings", "descriptors", "threads")}
    return {
        "operation": operation.name,
        "rounds": step * SAMPLES,
        "bytes": round(left, 1),
        "memory": round(slopes["memory"], 1),
        "heap": round(slopes["heap"], 1),
        **others,
        "microseconds": round(1e6 * seconds, 1),
        "flat": left < FLAT and others["descriptors"] <= 0 and others["threads"] <= ENDING_THREADS,
        "keeps": operation.keeps,
    }
