"""A probe for each function of `wasm.h`. A probe calls the function as a host would, and checks the result."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import partial
from typing import Any

from anywasm_conformance.capi import functions
from anywasm_conformance.capi.world import (
    CALLBACK_WITH_ENV,
    EXPORTS,
    FINALIZER,
    FUNCREF,
    I32,
    WASM,
    Limits,
    Val,
    Vec,
    World,
)

ref = ctypes.byref
U8, U32, SIZE, BOOL = ctypes.c_uint8, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_bool
Probe = Callable[[World], None]


class Wrong(Exception):
    """A function does not behave as the header specifies."""


def expect(subject: str, actual: object, expected: object) -> None:
    """Raises `Wrong` unless `actual` equals `expected`. `subject` is the description of the value in the error."""
    if actual != expected:
        raise Wrong(f"{subject}: {actual!r} instead of {expected!r}")


def not_null(subject: str, pointer: Any) -> Any:
    """Returns a pointer. Raises `Wrong` if it is NULL."""
    if not pointer:
        raise Wrong(f"{subject}: NULL")
    return pointer


def items(vec: Vec) -> list[Any]:
    """Returns the pointers in a vector."""
    return list((ctypes.c_void_p * vec.size).from_address(vec.data)) if vec.size and vec.data else []


def text(address: Any) -> bytes:
    """Returns the bytes of the `wasm_name_t` at an address, without a terminating null."""
    vec = Vec.from_address(address)
    return ctypes.string_at(vec.data or 0, vec.size).rstrip(b"\0")


# Vectors.


def element(w: World, noun: str) -> Any:
    """Returns a new object that can be an element of a `wasm_<noun>_vec_t`."""
    if noun == "extern":
        return w.call("func_as_extern", w.host)
    return w.frame() if noun == "frame" else w.type_of(noun)


def make_vec(w: World, noun: str) -> Vec:
    """Returns a new `wasm_<noun>_vec_t`. A byte vector has three elements. Any other vector has one element."""
    vec = Vec()
    if noun == "byte":
        w.call("byte_vec_new", ref(vec), SIZE(3), b"abc", returns=None)
    elif noun == "val":
        w.call("val_vec_new", ref(vec), SIZE(1), (Val * 1)(Val(I32, 5)), returns=None)
    else:
        w.call(f"{noun}_vec_new", ref(vec), SIZE(1), (ctypes.c_void_p * 1)(element(w, noun)), returns=None)
    return vec


def vec_new_empty(noun: str, w: World) -> None:
    vec = Vec(7, 7)
    w.call(f"{noun}_vec_new_empty", ref(vec), returns=None)
    expect("size", vec.size, 0)


def vec_new_uninitialized(noun: str, w: World) -> None:
    vec = Vec()
    w.call(f"{noun}_vec_new_uninitialized", ref(vec), SIZE(2), returns=None)
    expect("size", vec.size, 2)
    not_null("data", vec.data)


def vec_new(noun: str, w: World) -> None:
    vec = make_vec(w, noun)
    expect("size", vec.size, 3 if noun == "byte" else 1)
    not_null("data", vec.data)


def vec_copy(noun: str, w: World) -> None:
    vec, copy = make_vec(w, noun), Vec()
    w.call(f"{noun}_vec_copy", ref(copy), ref(vec), returns=None)
    expect("size", copy.size, vec.size)
    if copy.data == vec.data:
        raise Wrong("the copy shares its data")


def vec_delete(noun: str, w: World) -> None:
    vec = make_vec(w, noun)
    w.call(f"{noun}_vec_delete", ref(vec), returns=None)


# Types.


def type_delete(noun: str, w: World) -> None:
    w.call(f"{noun}_delete", w.type_of(noun), returns=None)


def type_copy(noun: str, w: World) -> None:
    not_null("the copy", w.call(f"{noun}_copy", w.type_of(noun)))


def type_new(noun: str, w: World) -> None:
    not_null("the type", w.type_of(noun))


def cast(name: str, source: Callable[[World], Any], w: World) -> None:
    not_null("the cast", w.call(name, source(w)))


def extern_type(kind: str, w: World) -> Any:
    """Returns a new `wasm_externtype_t` of a kind such as `func`."""
    return w.call(f"{kind}type_as_externtype", w.type_of(f"{kind}type"))


def extern_object(kind: str, w: World) -> Any:
    return w.export({"func": "add", "global": "g", "table": "t", "memory": "m"}[kind])


def wrong_cast(name: str, source: Callable[[World], Any], wrong_source: Callable[[World], Any], w: World) -> None:
    """Casts an object of the right kind, and an object of another kind. The second cast must return NULL."""
    not_null("the cast", w.call(name, source(w)))
    expect("the cast of something else", w.call(name, wrong_source(w)), None)


def kind_of_valtype(w: World) -> None:
    expect("kind", w.call("valtype_kind", w.valtype(FUNCREF), returns=U8), FUNCREF)


def functype_part(part: str, w: World) -> None:
    vec = Vec.from_address(not_null("the vector", w.call(f"functype_{part}", w.functype())))
    expect("count", vec.size, 1)


def returns_limits(noun: str, expected: tuple[int, int], w: World) -> None:
    actual = Limits.from_address(not_null("limits", w.call(f"{noun}_limits", w.type_of(noun))))
    expect("limits", (actual.min, actual.max), expected)


def returns_name(function: str, noun: str, expected: bytes, w: World) -> None:
    expect("name", text(not_null("the name", w.call(function, w.type_of(noun)))), expected)


# References.


def ref_delete(noun: str, w: World) -> None:
    w.call(f"{noun}_delete", w.object(noun), returns=None)


def ref_copy(noun: str, w: World) -> None:
    not_null("the copy", w.call(f"{noun}_copy", w.object(noun)))


def ref_same(noun: str, w: World) -> None:
    expect("same", w.call(f"{noun}_same", w.object(noun), w.object(noun), returns=BOOL), True)


def get_host_info(noun: str, w: World) -> None:
    expect("the information before any is set", w.call(f"{noun}_get_host_info", w.object(noun)), None)


def set_host_info(noun: str, w: World) -> None:
    w.call(f"{noun}_set_host_info", w.object(noun), 0x1234, returns=None)
    expect("the information", w.call(f"{noun}_get_host_info", w.object(noun)), 0x1234)


def set_host_info_with_finalizer(noun: str, w: World) -> None:
    w.alive.append(FINALIZER(lambda _: None))
    w.call(f"{noun}_set_host_info_with_finalizer", w.object(noun), 0x1234, w.alive[-1], returns=None)
    expect("the information", w.call(f"{noun}_get_host_info", w.object(noun)), 0x1234)


def from_ref(name: str, noun: str, w: World) -> None:
    """Casts two references: one refers to a function, and one refers to an object of the type `wasm_<noun>_t`.

    The cast of the function must return NULL unless the noun is `func`.
    """
    cast_function = w.call(name, w.object("ref"))
    if noun == "func":
        not_null("the cast of an element", cast_function)
    else:
        expect("the cast of a function", cast_function, None)
        not_null("the cast", w.call(name, w.call(f"{noun}_as_ref", w.object(noun))))


# Frames and traps.


def returns_frame_number(verb: str, returns: Any, minimum: int, w: World) -> None:
    number = w.call(f"frame_{verb}", not_null("the frame", w.frame()), returns=returns)
    if not minimum <= number < 1000:
        raise Wrong(f"{verb}: {number}")


def trap_message(w: World) -> None:
    vec = Vec()
    w.call("trap_message", w.object("trap"), ref(vec), returns=None)
    if b"oh no" not in ctypes.string_at(vec.data or 0, vec.size):
        raise Wrong("the message does not contain the text of trap_new")


def trap_trace(w: World) -> None:
    vec = Vec()
    w.call("trap_trace", not_null("the trap", w.thrown()), ref(vec), returns=None)
    expect("frames", vec.size, 1)


# Modules.


def module_validate(w: World) -> None:
    expect("a valid module", w.call("module_validate", w.store, w.borrowed_bytes(WASM), returns=BOOL), True)
    expect("an invalid one", w.call("module_validate", w.store, w.borrowed_bytes(WASM[:-1]), returns=BOOL), False)


def module_new(w: World) -> None:
    not_null("a valid module", w.module)
    expect("an invalid one", w.call("module_new", w.store, w.borrowed_bytes(WASM[:-1])), None)


def module_list(verb: str, function: str, expected: list[bytes], w: World) -> None:
    vec = Vec()
    w.call(f"module_{verb}", w.module, ref(vec), returns=None)
    expect("names", [text(w.call(function, each)) for each in items(vec)], expected)


def serialize(w: World) -> Vec:
    vec = Vec()
    w.call("module_serialize", w.module, ref(vec), returns=None)
    not_null("bytes", vec.size)
    return vec


def deserialize(w: World) -> None:
    not_null("the module", w.call("module_deserialize", w.store, ref(serialize(w))))


def share(w: World) -> Any:
    return not_null("the shared module", w.call("module_share", w.module))


# Objects.


def func_call(w: World) -> None:
    trap, result = w.invoke(w.object("func"), 40, 2)
    expect("trap", trap, None)
    expect("40 + 2", result, 42)
    not_null("the trap of an unreachable", w.thrown())


def host_call(w: World) -> None:
    expect("a call through WebAssembly", w.invoke(w.call("extern_as_func", w.export("call")), 21), (None, 42))


def func_new_with_env(w: World) -> None:
    seen = []
    w.alive += [CALLBACK_WITH_ENV(lambda env, _args, _results: seen.append(env)), FINALIZER(lambda _: None)]
    function = w.call("func_new_with_env", w.store, w.functype(), w.alive[-2], 0x77, w.alive[-1])
    w.invoke(not_null("the function", function), 1)
    expect("the environment", seen, [0x77])


def read_global(w: World, a_global: Any) -> int:
    out = Val()
    w.call("global_get", a_global, ref(out), returns=None)
    return int(out.of & 0xFFFF_FFFF)


def new_global(w: World) -> Any:
    return not_null("the global", w.call("global_new", w.store, w.globaltype(), ref(Val(I32, 3))))


def global_set(w: World) -> None:
    w.call("global_set", w.object("global"), ref(Val(I32, 9)), returns=None)
    expect("value", read_global(w, w.object("global")), 9)


def table_get(w: World) -> None:
    not_null("an element", w.call("table_get", w.object("table"), U32(0)))
    expect("an empty element", w.call("table_get", w.object("table"), U32(1)), None)


def table_set(w: World) -> None:
    table = w.object("table")
    expect("set", w.call("table_set", table, U32(0), None, returns=BOOL), True)
    expect("the element", w.call("table_get", table, U32(0)), None)
    expect("beyond the end", w.call("table_set", table, U32(99), None, returns=BOOL), False)


def grow(noun: str, args: tuple[Any, ...], expected: int, w: World) -> None:
    target = w.object(noun)
    expect("grow", w.call(f"{noun}_grow", target, U32(1), *args, returns=BOOL), True)
    expect("size", w.call(f"{noun}_size", target, returns=U32), expected)
    expect("grow too far", w.call(f"{noun}_grow", target, U32(100), *args, returns=BOOL), False)


def new_table(w: World) -> None:
    table = not_null("the table", w.call("table_new", w.store, w.tabletype(), None))
    expect("size", w.call("table_size", table, returns=U32), 2)


def new_memory(w: World) -> None:
    memory = not_null("the memory", w.call("memory_new", w.store, w.memorytype()))
    expect("size", w.call("memory_size", memory, returns=U32), 1)


def returns_number(function: str, noun: str, returns: Any, expected: int, w: World) -> None:
    expect(function, w.call(function, w.object(noun), returns=returns), expected)


def returns_object(function: str, source: Callable[[World], Any], w: World) -> None:
    not_null("the result", w.call(function, source(w)))


def val_copy(w: World) -> None:
    out = Val()
    w.call("val_copy", ref(out), ref(Val(I32, 5)), returns=None)
    expect("the copy", (out.kind, out.of & 0xFFFF_FFFF), (I32, 5))


def extern_kind(w: World) -> None:
    kinds = [w.call("extern_kind", w.export(name), returns=U8) for name in EXPORTS]
    expect("kinds", kinds, [0, 0, 0, 1, 2, 3])


def instance_exports(w: World) -> None:
    vec = Vec()
    w.call("instance_exports", not_null("the instance", w.instance), ref(vec), returns=None)
    kinds = [w.call("extern_kind", each, returns=U8) for each in items(vec)]
    expect("kinds in the module's order", kinds, [0, 0, 0, 1, 2, 3])


def _probes() -> dict[str, Probe]:
    """Returns the probes of all functions. The keys are the function names without `wasm_`."""
    probes: dict[str, Probe] = {}
    for noun in functions.VECS:
        for verb, probe in (
            ("new_empty", vec_new_empty),
            ("new_uninitialized", vec_new_uninitialized),
            ("new", vec_new),
            ("copy", vec_copy),
            ("delete", vec_delete),
        ):
            probes[f"{noun}_vec_{verb}"] = partial(probe, noun)
    for noun in functions.TYPES:
        probes |= {f"{noun}_delete": partial(type_delete, noun), f"{noun}_copy": partial(type_copy, noun)}
        if noun != "externtype":
            probes[f"{noun}_new"] = partial(type_new, noun)
    for kind in functions.EXTERN_TYPES:
        other_kind = "memory" if kind == "func" else "func"
        for const in ("", "_const"):
            name = f"{kind}type_as_externtype{const}"
            probes[name] = partial(cast, name, partial(_call_type, kind))
            name = f"externtype_as_{kind}type{const}"
            probes[name] = partial(wrong_cast, name, partial(extern_type, kind), partial(extern_type, other_kind))
            name = f"{kind}_as_extern{const}"
            probes[name] = partial(cast, name, partial(_call_object, kind))
            name = f"extern_as_{kind}{const}"
            probes[name] = partial(wrong_cast, name, partial(extern_object, kind), partial(extern_object, other_kind))
    for noun in ("ref", *functions.REFS):
        for verb, base in (
            ("delete", ref_delete),
            ("copy", ref_copy),
            ("same", ref_same),
            ("get_host_info", get_host_info),
            ("set_host_info", set_host_info),
            ("set_host_info_with_finalizer", set_host_info_with_finalizer),
        ):
            probes[f"{noun}_{verb}"] = partial(base, noun)
        for const in ("", "_const") if noun != "ref" else ():
            name = f"{noun}_as_ref{const}"
            probes[name] = partial(cast, name, partial(_call_object, noun))
            name = f"ref_as_{noun}{const}"
            probes[name] = partial(from_ref, name, noun)
    return probes | _SINGLE


def _call_type(kind: str, w: World) -> Any:
    return w.type_of(f"{kind}type")


def _call_object(noun: str, w: World) -> Any:
    return w.object(noun)


def _returns_nothing(function: str, source: Callable[[World], Any], w: World) -> None:
    """Calls a function with an object as argument and no result."""
    w.call(function, source(w), returns=None)


#: The probes of functions that exist for only one noun. The keys are the function names without `wasm_`.
_SINGLE: dict[str, Probe] = {
    "config_new": lambda w: returns_object("config_new", lambda _: None, w),
    "config_delete": lambda w: _returns_nothing("config_delete", lambda w: w.call("config_new"), w),
    "engine_new": lambda w: returns_object("engine_new", lambda _: None, w),
    "engine_new_with_config": lambda w: returns_object("engine_new_with_config", lambda w: w.call("config_new"), w),
    "engine_delete": lambda w: _returns_nothing("engine_delete", lambda w: w.engine, w),
    "store_new": lambda w: returns_object("store_new", lambda w: w.engine, w),
    "store_delete": lambda w: _returns_nothing("store_delete", lambda w: w.store, w),
    "valtype_kind": kind_of_valtype,
    "functype_params": partial(functype_part, "params"),
    "functype_results": partial(functype_part, "results"),
    "globaltype_content": lambda w: returns_object("globaltype_content", World.globaltype, w),
    "globaltype_mutability": lambda w: expect(
        "mutability", w.call("globaltype_mutability", w.globaltype(), returns=U8), 1
    ),
    "tabletype_element": lambda w: returns_object("tabletype_element", World.tabletype, w),
    "tabletype_limits": partial(returns_limits, "tabletype", (2, 10)),
    "memorytype_limits": partial(returns_limits, "memorytype", (1, 3)),
    "externtype_kind": lambda w: expect("kind", w.call("externtype_kind", extern_type("memory", w), returns=U8), 3),
    "importtype_module": partial(returns_name, "importtype_module", "importtype", b"env"),
    "importtype_name": partial(returns_name, "importtype_name", "importtype", b"host"),
    "importtype_type": lambda w: returns_object("importtype_type", lambda w: w.type_of("importtype"), w),
    "exporttype_name": partial(returns_name, "exporttype_name", "exporttype", b"add"),
    "exporttype_type": lambda w: returns_object("exporttype_type", lambda w: w.type_of("exporttype"), w),
    "val_delete": lambda w: _returns_nothing("val_delete", lambda _: ref(Val(I32, 5)), w),
    "val_copy": val_copy,
    "frame_delete": lambda w: _returns_nothing("frame_delete", World.frame, w),
    "frame_copy": lambda w: returns_object("frame_copy", World.frame, w),
    "frame_instance": lambda w: returns_object("frame_instance", World.frame, w),
    "frame_func_index": partial(returns_frame_number, "func_index", U32, 2),
    "frame_func_offset": partial(returns_frame_number, "func_offset", SIZE, 0),
    "frame_module_offset": partial(returns_frame_number, "module_offset", SIZE, 1),
    "trap_new": lambda w: not_null("the trap", w.object("trap")) and None,
    "trap_message": trap_message,
    "trap_origin": lambda w: not_null("the frame", w.frame()) and None,
    "trap_trace": trap_trace,
    "foreign_new": lambda w: not_null("the object", w.object("foreign")) and None,
    "shared_module_delete": lambda w: _returns_nothing("shared_module_delete", share, w),
    "module_share": lambda w: share(w) and None,
    "module_obtain": lambda w: not_null("the module", w.call("module_obtain", w.store, share(w))) and None,
    "module_new": module_new,
    "module_validate": module_validate,
    "module_imports": partial(module_list, "imports", "importtype_name", [b"host"]),
    "module_exports": partial(module_list, "exports", "exporttype_name", [name.encode() for name in EXPORTS]),
    "module_serialize": lambda w: not_null("the vector", serialize(w)) and None,
    "module_deserialize": deserialize,
    "func_new": host_call,
    "func_new_with_env": func_new_with_env,
    "func_type": lambda w: returns_object("func_type", lambda w: w.object("func"), w),
    "func_param_arity": partial(returns_number, "func_param_arity", "func", SIZE, 2),
    "func_result_arity": partial(returns_number, "func_result_arity", "func", SIZE, 1),
    "func_call": func_call,
    "global_new": lambda w: expect("value", read_global(w, new_global(w)), 3),
    "global_type": lambda w: returns_object("global_type", lambda w: w.object("global"), w),
    "global_get": lambda w: expect("value", read_global(w, w.object("global")), 7),
    "global_set": global_set,
    "table_new": new_table,
    "table_type": lambda w: returns_object("table_type", lambda w: w.object("table"), w),
    "table_get": table_get,
    "table_set": table_set,
    "table_size": partial(returns_number, "table_size", "table", U32, 2),
    "table_grow": partial(grow, "table", (None,), 3),
    "memory_new": new_memory,
    "memory_type": lambda w: returns_object("memory_type", lambda w: w.object("memory"), w),
    "memory_data": lambda w: returns_object("memory_data", lambda w: w.object("memory"), w),
    "memory_data_size": partial(returns_number, "memory_data_size", "memory", SIZE, 65536),
    "memory_size": partial(returns_number, "memory_size", "memory", U32, 1),
    "memory_grow": partial(grow, "memory", (), 2),
    "extern_kind": extern_kind,
    "extern_type": lambda w: returns_object("extern_type", lambda w: w.object("extern"), w),
    "instance_new": lambda w: not_null("the instance", w.instance) and None,
    "instance_exports": instance_exports,
}
PROBES: dict[str, Probe] = {f"wasm_{name}": probe for name, probe in _probes().items()}
