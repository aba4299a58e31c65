"""The functions of `wasm.h` (WebAssembly/wasm-c-api at 2ce1367), in the groups of the header.

The list does not contain the inline helpers that the header itself defines, because engines do not export them.
"""

from __future__ import annotations

#: A function has the name `wasm_<noun>_<verb>`. For a noun, the header's macros `WASM_DECLARE_VEC` and
#: `WASM_DECLARE_REF_BASE` declare a function for each of these verbs.
VEC_VERBS = ("new_empty", "new_uninitialized", "new", "copy", "delete")
REF_BASE_VERBS = ("delete", "copy", "same", "get_host_info", "set_host_info", "set_host_info_with_finalizer")

#: The nouns (as in `wasm_<noun>_<verb>`) that are types.
TYPES = ("valtype", "functype", "globaltype", "tabletype", "memorytype", "externtype", "importtype", "exporttype")
#: The kinds of externs, the objects that a module can import or export. Each kind has a type noun, e.g. `functype`.
EXTERN_TYPES = ("func", "global", "table", "memory")
#: The nouns with functions from `WASM_DECLARE_VEC`.
VECS = ("byte", *TYPES, "val", "frame", "extern")
#: The nouns with functions from `WASM_DECLARE_REF`.
REFS = ("trap", "foreign", "module", "func", "global", "table", "memory", "extern", "instance")


def _names(noun: str, *verbs: str) -> tuple[str, ...]:
    """Returns the names of the functions of a noun with these verbs."""
    return tuple(f"wasm_{noun}_{verb}" for verb in verbs)


def _vec(noun: str) -> tuple[str, ...]:
    """Returns the functions that `WASM_DECLARE_VEC` declares for a noun."""
    return _names(f"{noun}_vec", *VEC_VERBS)


def _type(noun: str, *verbs: str) -> tuple[str, ...]:
    """Returns the functions that `WASM_DECLARE_TYPE` declares for a noun, and the functions with the other `verbs`."""
    return (*_names(noun, "delete"), *_vec(noun), *_names(noun, "copy", *verbs))


def _ref(noun: str) -> tuple[str, ...]:
    """Returns the functions that `WASM_DECLARE_REF` declares for a noun."""
    casts = (f"wasm_{noun}_as_ref", f"wasm_ref_as_{noun}", f"wasm_{noun}_as_ref_const", f"wasm_ref_as_{noun}_const")
    return (*_names(noun, *REF_BASE_VERBS), *casts)


def _casts(outer: str, suffix: str = "") -> tuple[str, ...]:
    """Returns the functions that cast between `outer` and each kind of extern."""
    down = (f"wasm_{each}{suffix}_as_{outer}" for each in EXTERN_TYPES)
    up = (f"wasm_{outer}_as_{each}{suffix}" for each in EXTERN_TYPES)
    both = (*down, *up)
    return (*both, *(f"{name}_const" for name in both))


GROUPS: dict[str, tuple[str, ...]] = {
    "Byte vectors": _vec("byte"),
    "Configuration": _names("config", "delete", "new"),
    "Engine": _names("engine", "delete", "new", "new_with_config"),
    "Store": _names("store", "delete", "new"),
    "Value types": _type("valtype", "new", "kind"),
    "Function types": _type("functype", "new", "params", "results"),
    "Global types": _type("globaltype", "new", "content", "mutability"),
    "Table types": _type("tabletype", "new", "element", "limits"),
    "Memory types": _type("memorytype", "new", "limits"),
    "Extern types": (*_type("externtype", "kind"), *_casts("externtype", "type")),
    "Import types": _type("importtype", "new", "module", "name", "type"),
    "Export types": _type("exporttype", "new", "name", "type"),
    "Values": (*_names("val", "delete", "copy"), *_vec("val")),
    "References": _names("ref", *REF_BASE_VERBS),
    "Frames": (*_type("frame"), *_names("frame", "instance", "func_index", "func_offset", "module_offset")),
    "Traps": (*_ref("trap"), *_names("trap", "new", "message", "origin", "trace")),
    "Foreign objects": (*_ref("foreign"), *_names("foreign", "new")),
    "Modules": (
        *_ref("module"),
        "wasm_shared_module_delete",
        *_names("module", "share", "obtain"),
        *_names("module", "new", "validate", "imports", "exports", "serialize", "deserialize"),
    ),
    "Functions": (
        *_ref("func"),
        *_names("func", "new", "new_with_env", "type", "param_arity", "result_arity", "call"),
    ),
    "Globals": (*_ref("global"), *_names("global", "new", "type", "get", "set")),
    "Tables": (*_ref("table"), *_names("table", "new", "type", "get", "set", "size", "grow")),
    "Memories": (*_ref("memory"), *_names("memory", "new", "type", "data", "data_size", "size", "grow")),
    "Externs": (*_ref("extern"), *_vec("extern"), *_names("extern", "kind", "type"), *_casts("extern")),
    "Instances": (*_ref("instance"), *_names("instance", "new", "exports")),
}
