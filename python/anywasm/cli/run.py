"""`anywasm run`: instantiates a module and calls one of its functions."""

from __future__ import annotations

import contextvars
import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

import click

from anywasm import core
from anywasm.cli.common import INTERRUPTED, compile_file, engine_option, file_argument, printable, read, using
from anywasm.core import FuncType, ValType
from anywasm.wasmtime import Engine, Instance, Module, Store

T = TypeVar("T")

#: How wide the integers are; a vector is written as one too.
_BITS = {ValType.I32: 32, ValType.I64: 64, ValType.V128: 128}


# What looks like an option and is none is an argument: negative numbers need no `--` before them.
@click.command("run", context_settings={"ignore_unknown_options": True})
@file_argument
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("--invoke", metavar="NAME", help="The exported function to call. Default: _start, or else main.")
@engine_option
def run_file(file: str, args: tuple[str, ...], invoke: str | None, engine: str | None) -> None:
    """Call a function of a module and print its results, one a line.

    FILE is a module, binary or text; `-` is stdin. ARGS are read by the types of the parameters: integers are decimal
    or hexadecimal (0x...). A trap ends with exit code 134.
    """
    with using(engine):
        data = read(file)
        results = _interruptible(lambda: _run(file, data, invoke, args))
    for line in results:
        click.echo(line)


def _run(file: str, data: bytes, invoke: str | None, args: Sequence[str]) -> list[str]:
    """The results as text. All that can be wrong with the command line is found before any code runs."""
    engine = Engine()
    module = compile_file(engine, file, data)
    _refuse_imports(module)
    functions = {export.name: export.type for export in module.export_list if isinstance(export.type, FuncType)}
    name = _choose(functions, invoke)
    signature = functions[name]
    values = _parse_all(name, signature.params, args)
    with Store(engine) as store:
        function = Instance(store, module, []).exports(store)[name]
        result = function(store, *values)
        results = result if len(signature.results) > 1 else [result]
        return [_format(ty, value) for ty, value in zip(signature.results, results)]


def _refuse_imports(module: Module) -> None:
    if module.import_list:
        lines = [f"\n  {printable(f'{i.module}.{i.name}')} {i.type}" for i in module.import_list]
        raise click.ClickException(f"imports are not supported yet, and the module needs{''.join(lines)}")


def _choose(functions: dict[str, FuncType], invoke: str | None) -> str:
    """The name of the function to call."""
    for name in ("_start", "main") if invoke is None else (invoke,):
        if name in functions:
            return name
    problem = "neither `_start` nor `main`" if invoke is None else f"no function {invoke!r}"
    listed = "".join(f"\n  {printable(name)} {ty}" for name, ty in functions.items())
    has = f"it exports{listed}" if functions else "it exports no function at all"
    raise click.ClickException(f"the module exports {problem}; {has}")


def _parse_all(name: str, params: Sequence[ValType], args: Sequence[str]) -> list[Any]:
    if len(args) > len(params):
        extra = args[len(params)]
        raise click.UsageError(f"{name!r} takes {_counted(params)}: there is no parameter for {extra!r}")
    if len(args) < len(params):
        missing = f"parameter {len(args) + 1} ({params[len(args)]}) is missing"
        raise click.UsageError(f"{name!r} takes {_counted(params)}: {missing}")
    return [_parse(f"parameter {index} ({ty})", ty, arg) for index, (ty, arg) in enumerate(zip(params, args), 1)]


def _counted(params: Sequence[ValType]) -> str:
    types = f" ({', '.join(map(str, params))})" if params else ""
    return f"{len(params) or 'no'} argument{'' if len(params) == 1 else 's'}{types}"


def _parse(parameter: str, ty: ValType, text: str) -> Any:
    try:
        if ty in _BITS:
            return _integer(text, _BITS[ty])
        if ty in (ValType.F32, ValType.F64):
            return _float(text)
    except ValueError as error:
        raise click.UsageError(f"{parameter}: {error}") from None
    raise click.UsageError(f"{parameter}: a reference cannot be given on the command line")


def _integer(text: str, bits: int) -> int:
    """An integer that is in the type's signed or unsigned range."""
    try:
        value = int(text, 16 if "x" in text.lower() else 10)
    except ValueError:
        raise ValueError(f"{text!r} is not an integer, decimal or hexadecimal (0x...)") from None
    if not -(1 << bits - 1) <= value < 1 << bits:
        raise ValueError(f"{text!r} does not fit into {bits} bits")
    return value % (1 << bits)


def _float(text: str) -> float:
    try:
        return float.fromhex(text) if "x" in text.lower() else float(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a number") from None


def _format(ty: ValType, value: Any) -> str:
    if ty is ValType.V128:
        return f"{value:#034x}"
    if ty is ValType.F32:
        return _shortest_f32(value)
    if ty in core.types.NUMBERS:
        return str(value)
    return "null" if value is None else str(ty)


def _shortest_f32(value: float) -> str:
    """The shortest decimal that means this f32: 0.1, not the 0.10000000149011612 that it is as an f64."""
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if ctypes.c_float(short).value == value:
            return str(short)
    return str(value)  # A NaN, which equals nothing.


def _interruptible(work: Callable[[], T]) -> T:
    """Does the work such that Ctrl-C ends it, whatever it is at.

    Python handles signals between its own instructions, of which a guest that does not return runs none: so the guest
    runs on another thread while the main one waits for it.
    """
    future: Future[T] = Future()
    context = contextvars.copy_context()  # The engine that --engine chose.

    def on_thread() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=on_thread, daemon=True).start()
    try:
        return future.result()
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        # The guest still runs, and must not see the interpreter and the engine taken down around it.
        os._exit(INTERRUPTED)
