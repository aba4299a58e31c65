"""Writes the C source of an extension module: cffi's glue over `anywasm.h`, and our own C beside it.

Run by build.rs: `python emit.py MODULE_NAME OUT HEADER C_FILE...`. cffi comes with the build requirements.
"""

import sys
from pathlib import Path

import cffi

PREAMBLE = """
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifndef _WIN32
#include <pthread.h>
#include <unistd.h>
#endif
"""

# What Python calls of our own C, besides the header.
OURS = """
bool aw_py_wasi_stream(const aw_wasi *wasi, uint32_t which, uintptr_t callable, uintptr_t park);
void aw_py_watch_signals(uintptr_t park, unsigned long main_thread);
"""


def main(module: str, out: str, header: str, *sources: str) -> None:
    """Writes the source of the extension module to `out`."""
    declarations = Path(header).read_text()
    ffi = cffi.FFI()
    ffi.cdef(declarations + OURS)
    code = "".join(Path(source).read_text() for source in sources)
    ffi.set_source(module, PREAMBLE + declarations + code, py_limited_api=True)
    ffi.emit_c_code(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
