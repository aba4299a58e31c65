"""Infers the type of a host function from its Python annotations."""

from __future__ import annotations

from typing import Any

from anywasm.core import FuncType, ValType

# Annotations are strings such as "int" under `from __future__ import annotations`. Stock wasmer refuses them.
_TYPES: dict[Any, ValType] = {
    int: ValType.I32,
    "int": ValType.I32,
    "i32": ValType.I32,
    "I32": ValType.I32,
    "i64": ValType.I64,
    "I64": ValType.I64,
    float: ValType.F32,
    "float": ValType.F32,
    "f32": ValType.F32,
    "F32": ValType.F32,
    "f64": ValType.F64,
    "F64": ValType.F64,
}


def signature(function: Any) -> FuncType:
    """Returns the type of a function, from its annotations in the order in which they are written.

    As in wasmer, a parameter without an annotation is left out. Raises ValueError if the object has no annotations, and
    RuntimeError for an annotation that is not a value type.
    """
    try:
        annotations = function.__annotations__
    except AttributeError:
        raise ValueError("The function must have type annotations") from None
    params: list[ValType] = []
    results: tuple[ValType, ...] = ()
    for name, annotation in annotations.items():
        if name == "return":
            results = _results(annotation)
        elif annotation is None:
            raise RuntimeError(f"Variable `{name}` cannot have type `None`")
        elif isinstance(annotation, tuple):
            # An error in the tuple's items comes first, as for a tuple of results.
            _results(annotation)
            raise RuntimeError(f"Variable `{name}` cannot receive a tuple (not supported yet)")
        else:
            params.append(_type(annotation))
    return FuncType(tuple(params), results)


def _results(annotation: Any) -> tuple[ValType, ...]:
    if annotation is None or annotation == "None":
        return ()
    if not isinstance(annotation, tuple):
        return (_type(annotation),)
    return tuple(map(_tuple_item, annotation))


def _tuple_item(annotation: Any) -> ValType:
    if isinstance(annotation, tuple):
        raise RuntimeError("It is not possible to get a tuple inside a tuple yet")
    if annotation is None:
        raise RuntimeError("A tuple cannot contain `None` or another tuple")
    return _type(annotation)


def _type(annotation: Any) -> ValType:
    # Only a class or a string is an annotation. A member of an IntEnum is neither.
    ty = _TYPES.get(annotation) if isinstance(annotation, (str, type)) else None
    if ty is None:
        raise RuntimeError(f"Type `{type(annotation).__name__}` (`{annotation}`) is not a supported type")
    return ty
