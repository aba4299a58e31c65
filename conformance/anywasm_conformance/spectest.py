"""The host module `spectest` that the suite imports from (interpreter/README.md of the specification, "Spectest").

What a host can make in either style is left to a module in the text format: so its values are exact bits, and what
the C header has no word for is made by the engine itself.
"""

from __future__ import annotations

from typing import Any

from anywasm_conformance.carry import Missing
from anywasm_conformance.styles import Style

_PRINTS = {
    "print": (),
    "print_i32": ("i32",),
    "print_i64": ("i64",),
    "print_f32": ("f32",),
    "print_f64": ("f64",),
    "print_i32_f32": ("i32", "f32"),
    "print_f64_f64": ("f64", "f64"),
}
# 666.6 as the nearest floats, by their bits.
_GLOBALS = """
  (global (export "global_i32") i32 (i32.const 666))
  (global (export "global_i64") i64 (i64.const 666))
  (global (export "global_f32") f32 (f32.const 0x1.4d4cccp+9))
  (global (export "global_f64") f64 (f64.const 0x1.4d4cccccccccdp+9))
  (table (export "table") 10 20 funcref)
  (memory (export "memory") 1 2)
"""
#: What only newer engines have: by the proposal it needs, its name and how it is made.
_NEWER = {
    "memory64": ("table64", '(table (export "table64") i64 10 20 funcref)'),
    "threads": ("shared_memory", '(memory (export "shared_memory") 1 1 shared)'),
}


def externs(style: Style, proposals: frozenset[str]) -> dict[str, Any]:
    """All that it exports, by name, in the style's store; `Missing` in place of what the engine cannot make."""
    prints = {name: style.host_function(params) for name, params in _PRINTS.items()}
    imports = "".join(
        f'(import "host" "{name}" (func ${name} (param {" ".join(params)})))' for name, params in _PRINTS.items()
    )
    exports = "".join(f'(export "{name}" (func ${name}))' for name in _PRINTS)
    found = _export_all(style, f"(module {imports}{exports}{_GLOBALS})", {("host", n): f for n, f in prints.items()})
    for proposal, (name, text) in _NEWER.items():
        if proposal in proposals:
            try:
                found |= _export_all(style, f"(module {text})", {})
            except style.errors as error:
                found[name] = Missing(style.failure(error).capability)
    return found


def _export_all(style: Style, text: str, given: dict[tuple[str, str], Any]) -> dict[str, Any]:
    instance = style.instantiate(style.compile(text.encode()), given)
    return {name: style.export(instance, name) for name in style.export_names(instance)}
