"""Writes the C source of an extension module: cffi's glue over `anywasm.h`, and a typed entry for each call shape.

Run by build.rs: `python emit.py HEADER HOST_C MODULE_NAME OUT`. cffi comes with the build requirements.
"""

import itertools
import sys
from pathlib import Path

import cffi

# Mixed integers and floats up to this many parameters, integers alone up to the second number: beyond, the general
# entry serves.
MOST_MIXED, MOST_INTEGERS = 4, 8

C_TYPES = {"i": "int64_t", "d": "double", "v": "bool"}
FIELDS = {"i": "i64", "d": "f64"}
# What says "failed": beyond any i32, and for the rest only together with an error of the function.
FAILURES = {"i": "INT64_MIN", "d": "(double)NAN", "v": "false"}

PREAMBLE = """
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
"""

HOST_DECLARATION = """
aw_extern *aw_py_func_new(const aw_store *store, uintptr_t callable, uintptr_t slow, const uint8_t *params,
                          size_t params_len, const uint8_t *results, size_t results_len);
"""


def shapes() -> list[tuple[str, str]]:
    mixed = (p for n in range(MOST_MIXED + 1) for p in itertools.product("id", repeat=n))
    integers = (("i",) * n for n in range(MOST_MIXED + 1, MOST_INTEGERS + 1))
    return [("".join(params), result) for params in itertools.chain(mixed, integers) for result in "vid"]


def declaration(params: str, result: str) -> str:
    arguments = "".join(f", {C_TYPES[kind]} a{index}" for index, kind in enumerate(params))
    return f"{C_TYPES[result]} aw_call_{params}_{result}(const aw_extern *func{arguments})"


def definition(params: str, result: str) -> str:
    stores = "".join(f" values[{index}].{FIELDS[kind]} = a{index};" for index, kind in enumerate(params))
    value = "true" if result == "v" else f"values[0].{FIELDS[result]}"
    return (
        f"static {declaration(params, result)}\n"
        f"{{ aw_value values[{max(len(params), 1)}];{stores}"
        f" return aw_func_call_numbers(func, values) ? {value} : {FAILURES[result]}; }}\n"
    )


def main(header: str, host: str, module: str, out: str) -> None:
    text = Path(header).read_text()
    ffi = cffi.FFI()
    ffi.cdef(text + HOST_DECLARATION + "".join(f"{declaration(*shape)};\n" for shape in shapes()))
    source = PREAMBLE + text + Path(host).read_text() + "".join(definition(*shape) for shape in shapes())
    ffi.set_source(module, source, py_limited_api=True)
    ffi.emit_c_code(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
