"""Writes a C file in which cffi wraps the functions that `anywasm.h` declares for Python.

build.rs runs `python emit.py MODULE_NAME OUT HEADER` and compiles the file OUT. The Python must have cffi installed,
which is a build requirement of anywasm.
"""

import sys
from pathlib import Path

import cffi

#: The first lines of the C file: the declarations that the wrappers need.
PREAMBLE = """
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "anywasm.h"
"""


def main(module: str, out: str, header: str) -> None:
    """Writes the C file `out`, which defines the extension module `module` over the C header `header`."""
    ffi = cffi.FFI()
    ffi.cdef(Path(header).read_text())
    ffi.set_source(module, PREAMBLE, py_limited_api=True)
    ffi.emit_c_code(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
