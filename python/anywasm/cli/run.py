"""`anywasm run`: runs a WASI program, or calls one of a module's functions."""

from __future__ import annotations

import contextvars
import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from anywasm import core
from anywasm.cli.common import INTERRUPTED, TRAPPED, compile_file, engine_option, file_argument, printable, read, using
from anywasm.core import FuncType, ValType, wasi
from anywasm.core.errors import lacking
from anywasm.wasmtime import Config, Engine, Linker, Store, WasiConfig, WasmtimeError

T = TypeVar("T")

#: How wide the integers are; a vector is written as one too.
_BITS = {ValType.I32: 32, ValType.I64: 64, ValType.V128: 128}

#: What a size may end in.
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _size(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """A number of bytes."""
    if text is None:
        return None
    unit = _UNITS.get(text[-1:].lower(), 1)
    digits = text if unit == 1 else text[:-1]
    if not (digits.isascii() and digits.isdecimal()):
        raise click.BadParameter(f"{text!r} is not a number of bytes: 65536, 64k, 16M, 2G")
    return int(digits) * unit


@dataclass(frozen=True)
class Limits:
    """What the guest may use; None is no limit."""

    fuel: int | None
    memory: int | None

    def engine(self) -> Engine:
        """An engine that can keep them; the style's error where the chosen one lacks what that takes."""
        engine = Engine()
        for given, capability, option in ((self.fuel, "fuel", "--fuel"), (self.memory, "limits", "--max-memory")):
            if given is not None and capability not in engine._core_engine_module.capabilities:
                raise engine._core_style.exception(lacking(engine._core_engine_module, capability, option))
        if self.fuel is None:
            return engine
        config = Config()
        config.consume_fuel = True
        return Engine(config)

    def apply(self, store: Store) -> None:
        """Sets them for a store of that engine."""
        if self.fuel is not None:
            store.set_fuel(self.fuel)
        if self.memory is not None:
            store.set_limits(memory_size=self.memory)


@dataclass(frozen=True)
class Surroundings:
    """What the guest finds, as the options say it."""

    dirs: tuple[str, ...]
    read_only_dirs: tuple[str, ...]
    env: tuple[str, ...]

    def config(self, argv: Sequence[str]) -> WasiConfig:
        """The same for a store, with this process's standard streams."""
        config = WasiConfig()
        config.argv = list(argv)
        config.env = [_variable(variable) for variable in self.env]
        config.inherit_stdin()
        config.inherit_stdout()
        config.inherit_stderr()
        for option, texts in (("--dir", self.dirs), ("--dir-ro", self.read_only_dirs)):
            for text in texts:
                host, _, guest = text.partition("::")
                try:
                    config.preopen_dir(host, guest or host, option == "--dir")
                except WasmtimeError as error:
                    reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
                    raise click.UsageError(f"{option}: {host!r} cannot be opened: {reason}") from None
        return config


def _variable(text: str) -> tuple[str, str]:
    name, given, value = text.partition("=")
    if not given:
        inherited = os.environ.get(name)
        if inherited is None:
            raise click.UsageError(f"--env: {name!r} is not set here; give it a value with {name}=VALUE")
        value = inherited
    return name, value


# What looks like an option and is none is an argument: neither negative numbers nor most of a program's own options
# need a `--` before them.
@click.command("run", context_settings={"ignore_unknown_options": True})
@file_argument
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("--invoke", metavar="NAME", help="The exported function to call. Default: _start, or else main.")
@click.option("--dir", "dirs", metavar="HOST[::GUEST]", multiple=True, help="A directory for the program.")
@click.option("--dir-ro", "read_only_dirs", metavar="HOST[::GUEST]", multiple=True, help="One it can only read.")
@click.option("--env", metavar="NAME[=VALUE]", multiple=True, help="An environment variable; without a value, as here.")
@click.option("--timeout", metavar="SECONDS", type=click.FloatRange(0, min_open=True), help="The longest it may run.")
@click.option("--fuel", metavar="N", type=click.IntRange(0), help="The most it may execute, in the engine's units.")
@click.option("--max-memory", metavar="SIZE", callback=_size, help="The most bytes a memory may have: 64k, 16M, 2G.")
@engine_option
@click.pass_context
def run_file(
    ctx: click.Context,
    file: str,
    args: tuple[str, ...],
    invoke: str | None,
    dirs: tuple[str, ...],
    read_only_dirs: tuple[str, ...],
    env: tuple[str, ...],
    timeout: float | None,
    fuel: int | None,
    max_memory: int | None,
    engine: str | None,
) -> None:
    """Run a WASI program, or call a function of a module and print its results, one a line.

    FILE is a module, binary or text; `-` is stdin. A program (`_start`) gets ARGS as its arguments; those that are
    options here too need a `--` before them. Another function's ARGS are read by the types of its parameters: integers
    are decimal or hexadecimal (0x...).

    A program's exit code becomes that of the command. A trap ends with exit code 134, and so does a program that runs
    out of time or fuel.
    """
    surroundings, limits = Surroundings(dirs, read_only_dirs, env), Limits(fuel, max_memory)
    with using(engine):
        data = read(file)
        try:
            results = _interruptible(lambda: _run(file, data, invoke, args, surroundings, limits), timeout)
        except WasmtimeError as error:
            if error._exit_code is None:
                raise
            ctx.exit(error._exit_code % 256)
    for line in results:
        click.echo(line)


def _run(
    file: str, data: bytes, invoke: str | None, args: Sequence[str], surroundings: Surroundings, limits: Limits
) -> list[str]:
    """The results as text. All that can be wrong with the command line is found before any code runs."""
    engine = limits.engine()
    module = compile_file(engine, file, data)
    _refuse_imports(module._core)
    functions = {export.name: export.type for export in module._core.export_list if isinstance(export.type, FuncType)}
    name = _choose(functions, invoke)
    signature = functions[name]
    is_program = invoke is None and name == "_start" and not signature.params
    values = [] if is_program else _parse_all(name, signature.params, args)
    argv = [Path(file).name, *(args if is_program else ())]
    with Store(engine) as store:
        store.set_wasi(surroundings.config(argv))
        limits.apply(store)
        linker = Linker(engine)
        linker.define_wasi()
        exports = linker.instantiate(store, module).exports(store)
        if not is_program and "_initialize" in functions and name != "_initialize":
            exports["_initialize"](store)
        result = exports[name](store, *values)
        results = result if len(signature.results) > 1 else [result]
        return [_format(ty, value) for ty, value in zip(signature.results, results)]


def _refuse_imports(module: core.Module) -> None:
    unknown = [asked for asked in module.import_list if asked.module not in wasi.MODULES.values()]
    if unknown:
        lines = [f"\n  {printable(f'{i.module}.{i.name}')} {i.type}" for i in unknown]
        raise click.ClickException(f"the module needs what nobody here can give it, besides WASI:{''.join(lines)}")


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


def _interruptible(work: Callable[[], T], timeout: float | None) -> T:
    """Does the work such that Ctrl-C and the time limit end it, whatever it is at.

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
        # What the work itself raises is no reason to think that the time is up.
        future.exception(timeout)
    except KeyboardInterrupt:
        _end_at_once("interrupted", INTERRUPTED)
    except FutureTimeout:
        _end_at_once(f"wasm trap: interrupt, after {timeout:g} s", TRAPPED)
    return future.result()


def _end_at_once(message: str, code: int) -> NoReturn:
    """Ends the process: the guest still runs, and must not see the interpreter and the engine taken down around it."""
    click.echo(message, err=True)
    os._exit(code)
