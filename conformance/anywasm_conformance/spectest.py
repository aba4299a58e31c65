"""The host module `spectest` for the suite's imports (specification, `interpreter/README.md`, "Spectest").

The functions of `spectest` are host functions. Its globals, tables and memories are exports of a module in the text
format, because the text format contains the exact bits of floats, and can express externs that `wasm.h` cannot express.
"""

from __future__ import annotations

from typing import Any

from anywasm_conformance.carry import Missing
from anywasm_conformance.styles import Style

#: The parameters of each host function.
_PRINTS = {
    "print": (),
    "print_i32": ("i32",),
    "print_i64": ("i64",),
    "print_f32": ("f32",),
    "print_f64": ("f64",),
    "print_i32_f32": ("i32", "f32"),
    "print_f64_f64": ("f64", "f64"),
}
#: The definitions of the other externs in the text format. The hexadecimal floats are the nearest floats to 666.6.
_DEFINITIONS = """
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 0x1.4d4cccp+9))
  (global (export "global_f64") f64 (f64.const 0x1.4d4cccccccccdp+9))
  (table (export "table") 10 20 funcref)
  (memory (export "memory") 1 2)
"""
#: The externs that need a proposal, by proposal: the name, and the definition in the text format.
_PROPOSAL_DEFINITIONS = {
    "memory64": ("table64", '(table (export "table64") i64 10 20 funcref)'),
    "threads": ("shared_memory", '(memory (export "shared_memory") 1 1 shared)'),
}


def externs(style: Style, proposals: frozenset[str]) -> dict[str, Any]:
    """Creates all externs (functions, globals, tables and memories) of `spectest` in the style's store.

    Returns the externs by name. If the engine lacks a capability for an extern, the result contains an exception
    `Missing` in place of the extern. The exception is raised when a module imports the extern.
    """
    prints = {name: style.host_function(params) for name, params in _PRINTS.items()}
    imports = "".join(
        f'(import "host" "{name}" (func ${name} (param {" ".join(params)})))' for name, params in _PRINTS.items()
    )
    exports = "".join(f'(export "{name}" (func ${name}))' for name in _PRINTS)
    functions = {("host", name): function for name, function in prints.items()}
    externs = _export_all(style, f"(module {imports}{exports}{_DEFINITIONS})", functions)
    for proposal, (name, text) in _PROPOSAL_DEFINITIONS.items():
        if proposal in proposals:
            try:
                externs |= _export_all(style, f"(module {text})", {})
            except style.errors as error:
                externs[name] = Missing(style.failure(error).capability)
    return externs


def _export_all(style: Style, text: str, imports: dict[tuple[str, str], Any]) -> dict[str, Any]:
    """Instantiates a module in the text format and returns its exports."""
    instance = style.instantiate(style.compile(text.encode()), imports)
    return {name: style.export(instance, name) for name in style.export_names(instance)}
