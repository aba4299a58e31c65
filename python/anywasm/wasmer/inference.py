"""Infers the type of a host function from its Python annotations."""

from __future__ import annotations

from typing import Any

from anywasm.core import FuncType, ValType

# Under `from __future__ import annotations`, annotations are strings such as "int". The package wasmer 1.1 does not
# accept "int" and "float", but anywasm does.
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


def infer_type(function: Any) -> FuncType:
    """Returns the type of a function, from its annotations.

    The parameter types have the order of the annotations. As in wasmer, a parameter without an annotation is omitted.
    Raises ValueError if the object has no annotations, and RuntimeError if an annotation is not a value type.
    """
    try:
        annotations = function.__annotations__
    except AttributeError:
        raise ValueError("The function must have type annotations") from None
    params: list[ValType] = []
    results: tuple[ValType, ...] = ()
    for name, annotation in annotations.items():
        if name == "return":
            results = _infer_results(annotation)
        elif annotation is None:
            raise RuntimeError(f"Variable `{name}` cannot have type `None`")
        elif isinstance(annotation, tuple):
            # If an item of the tuple is wrong, report the wrong item, as for a tuple of results.
            _infer_results(annotation)
            raise RuntimeError(f"Variable `{name}` cannot receive a tuple (not supported yet)")
        else:
            params.append(_infer_val_type(annotation))
    return FuncType(tuple(params), results)


def _infer_results(annotation: Any) -> tuple[ValType, ...]:
    if annotation is None or annotation == "None":
        return ()
    if not isinstance(annotation, tuple):
        return (_infer_val_type(annotation),)
    return tuple(map(_infer_tuple_item, annotation))


def _infer_tuple_item(annotation: Any) -> ValType:
    if isinstance(annotation, tuple):
        raise RuntimeError("It is not possible to get a tuple inside a tuple yet")
    if annotation is None:
        raise RuntimeError("A tuple cannot contain `None` or another tuple")
    return _infer_val_type(annotation)


def _infer_val_type(annotation: Any) -> ValType:
    # Only a string or a class can be a valid annotation. Do not look up other objects, because they may be unhashable.
    ty = _TYPES.get(annotation) if isinstance(annotation, (str, type)) else None
    if ty is None:
        raise RuntimeError(f"Type `{type(annotation).__name__}` (`{annotation}`) is not a supported type")
    return ty
