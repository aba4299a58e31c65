"""Writes cffi's part of an extension module, in C: wrappers of the functions that `anywasm.h` declares.

build.rs runs `python emit.py MODULE_NAME OUT HEADER`, and compiles the file OUT. cffi is a build requirement.
"""

import sys
from pathlib import Path

import cffi

PREAMBLE = """
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "anywasm.h"
"""


def main(module: str, out: str, header: str) -> None:
    """Writes the C source of cffi's part of the extension module to `out`."""
    ffi = cffi.FFI()
    ffi.cdef(Path(header).read_text())
    ffi.set_source(module, PREAMBLE, py_limited_api=True)
    ffi.emit_c_code(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
