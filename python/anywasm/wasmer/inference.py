"""A host function's type from its Python annotations."""

from __future__ import annotations

from typing import Any

from anywasm.core import FuncType, ValType

# "int" and "float" are what annotations become under `from __future__ import annotations`; wasmer refuses them.
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
    """The type that a function's annotations say, in the order in which they are written.

    A parameter without an annotation is left out, as in wasmer.
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
            # What is wrong within it is said first, as it is for results.
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
    return tuple(map(_item, annotation))


def _item(annotation: Any) -> ValType:
    if isinstance(annotation, tuple):
        raise RuntimeError("It is not possible to get a tuple inside a tuple yet")
    if annotation is None:
        raise RuntimeError("A tuple cannot contain `None` or another tuple")
    return _type(annotation)


def _type(annotation: Any) -> ValType:
    # Compared by identity or as a string: an enum's member is an int, but no annotation.
    found = _TYPES.get(annotation) if isinstance(annotation, (str, type)) else None
    if found is None:
        raise RuntimeError(f"Type `{type(annotation).__name__}` (`{annotation}`) is not a supported type")
    return found
