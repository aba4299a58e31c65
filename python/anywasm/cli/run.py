"""`anywasm run`, which runs a WASI program or calls an exported function of a module."""

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
from anywasm.core.errors import missing_capability
from anywasm.wasmtime import Config, Engine, Linker, Store, WasiConfig, WasmtimeError

T = TypeVar("T")

#: The sizes in bits of the types whose values are written as integers. A vector is one integer.
_BITS = {ValType.I32: 32, ValType.I64: 64, ValType.V128: 128}

#: Suffixes of a size on the command line.
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _parse_size(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """Converts a size such as `64k` to a number of bytes. This is a callback of click."""
    if text is None:
        return None
    unit = _UNITS.get(text[-1:].lower(), 1)
    digits = text if unit == 1 else text[:-1]
    if not (digits.isascii() and digits.isdecimal()):
        raise click.BadParameter(f"{text!r} is not a number of bytes, such as 65536, 64k, 16M or 2G")
    return int(digits) * unit


@dataclass(frozen=True)
class ResourceLimits:
    """The limits of the guest from the command line. None means no limit."""

    fuel: int | None
    memory: int | None

    def make_engine(self) -> Engine:
        """Makes an engine that can enforce the limits. `anywasm.CapabilityError` if the selected engine cannot."""
        engine = Engine()
        for limit, capability, option in ((self.fuel, "fuel", "--fuel"), (self.memory, "limits", "--max-memory")):
            if limit is not None and capability not in engine._core_engine_module.capabilities:
                raise engine._core_style.exception(missing_capability(engine._core_engine_module, capability, option))
        if self.fuel is None:
            return engine
        config = Config()
        config.consume_fuel = True
        return Engine(config)

    def apply(self, store: Store) -> None:
        """Sets the limits of a store, which must have an engine from `make_engine`."""
        if self.fuel is not None:
            store.set_fuel(self.fuel)
        if self.memory is not None:
            store.set_limits(memory_size=self.memory)


@dataclass(frozen=True)
class WasiOptions:
    """The options of the command line that make up the WASI config of the guest."""

    dirs: tuple[str, ...]
    read_only_dirs: tuple[str, ...]
    env: tuple[str, ...]

    def make_config(self, argv: Sequence[str]) -> WasiConfig:
        """Makes the WASI config, with these arguments and this process's standard streams."""
        config = WasiConfig()
        config.argv = list(argv)
        config.env = [_parse_variable(variable) for variable in self.env]
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


def _parse_variable(text: str) -> tuple[str, str]:
    name, equals_sign, value = text.partition("=")
    if not equals_sign:
        inherited = os.environ.get(name)
        if inherited is None:
            raise click.UsageError(f"--env: {name!r} is not set in the environment; use --env {name}=VALUE")
        value = inherited
    return name, value


# An unknown option is an argument of the program. So negative numbers, and most options of the program, need no `--`
# before them.
@click.command("run", context_settings={"ignore_unknown_options": True})
@file_argument
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.option("--invoke", metavar="NAME", help="Call this exported function. Default: _start, or else main.")
@click.option(
    "--dir",
    "dirs",
    metavar="HOST[::GUEST]",
    multiple=True,
    help="Let the program read and change the directory HOST, under the name GUEST. Can be repeated. "
    "Default GUEST: HOST.",
)
@click.option(
    "--dir-ro",
    "read_only_dirs",
    metavar="HOST[::GUEST]",
    multiple=True,
    help="Let the program read the directory HOST, but not change it. Can be repeated.",
)
@click.option(
    "--env",
    metavar="NAME[=VALUE]",
    multiple=True,
    help="Set an environment variable of the program. Can be repeated. Default VALUE: the value in this environment.",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    help="End the program after this time, with exit code 134.",
)
@click.option(
    "--fuel",
    metavar="N",
    type=click.IntRange(0),
    help="End the program after N units of fuel, with exit code 134. The engine defines the unit.",
)
@click.option(
    "--max-memory",
    metavar="SIZE",
    callback=_parse_size,
    help="The maximum size of each memory in bytes, such as 65536, 64k, 16M or 2G.",
)
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
    """Run a WASI program, or call a function of a module.

    FILE is a module in the binary or text format, or `-` for stdin. Each result of a function is printed on a line.

    ARGS are the command-line arguments of a WASI program, which is a module that exports `_start`. For any other
    function, ARGS are its parameters. An integer is decimal or hexadecimal (0x...). Put `--` before an argument that is
    also an option of this command.

    The exit code of a WASI program is the exit code of this command. A trap has exit code 134.
    """
    wasi_options, limits = WasiOptions(dirs, read_only_dirs, env), ResourceLimits(fuel, max_memory)
    with using(engine):
        data = read(file)
        try:
            results = _run_interruptible(lambda: _run(file, data, invoke, args, wasi_options, limits), timeout)
        except WasmtimeError as error:
            if error._exit_code is None:
                raise
            ctx.exit(error._exit_code % 256)
    for line in results:
        click.echo(line)


def _run(
    file: str, data: bytes, invoke: str | None, args: Sequence[str], wasi_options: WasiOptions, limits: ResourceLimits
) -> list[str]:
    """Runs the program or function, and returns its results as texts. First checks the whole command line."""
    engine = limits.make_engine()
    module = compile_file(engine, file, data)
    _refuse_unsupported_imports(module._core)
    functions = {export.name: export.type for export in module._core.export_list if isinstance(export.type, FuncType)}
    name = _choose_function(functions, invoke)
    signature = functions[name]
    is_program = invoke is None and name == "_start" and not signature.params
    values = [] if is_program else _parse_all(name, signature.params, args)
    argv = [Path(file).name, *(args if is_program else ())]
    with Store(engine) as store:
        store.set_wasi(wasi_options.make_config(argv))
        limits.apply(store)
        linker = Linker(engine)
        linker.define_wasi()
        exports = linker.instantiate(store, module).exports(store)
        if not is_program and "_initialize" in functions and name != "_initialize":
            exports["_initialize"](store)
        result = exports[name](store, *values)
        results = result if len(signature.results) > 1 else [result]
        return [_format(ty, value) for ty, value in zip(signature.results, results)]


def _refuse_unsupported_imports(module: core.Module) -> None:
    unsupported = [import_ for import_ in module.import_list if import_.module not in wasi.MODULE_NAMES.values()]
    if unsupported:
        lines = [f"\n  {printable(f'{import_.module}.{import_.name}')} {import_.type}" for import_ in unsupported]
        raise click.ClickException(f"unsupported imports (only WASI is available):{''.join(lines)}")


def _choose_function(functions: dict[str, FuncType], invoke: str | None) -> str:
    """Returns the name of the function to call. Raises an error that lists the exported functions if there is none."""
    for name in ("_start", "main") if invoke is None else (invoke,):
        if name in functions:
            return name
    problem = "neither `_start` nor `main`" if invoke is None else f"no function {invoke!r}"
    listing = "".join(f"\n  {printable(name)} {ty}" for name, ty in functions.items())
    exported = f"it exports these functions:{listing}" if functions else "it exports no function at all"
    raise click.ClickException(f"the module exports {problem}; {exported}")


def _parse_all(name: str, params: Sequence[ValType], args: Sequence[str]) -> list[Any]:
    if len(args) > len(params):
        extra = args[len(params)]
        raise click.UsageError(f"{name!r} takes {_describe_params(params)}: there is no parameter for {extra!r}")
    if len(args) < len(params):
        missing = f"parameter {len(args) + 1} ({params[len(args)]}) is missing"
        raise click.UsageError(f"{name!r} takes {_describe_params(params)}: {missing}")
    return [_parse(f"parameter {index} ({ty})", ty, arg) for index, (ty, arg) in enumerate(zip(params, args), 1)]


def _describe_params(params: Sequence[ValType]) -> str:
    """Describes the number and types of parameters, e.g. `2 arguments (i32, i32)`."""
    types = f" ({', '.join(map(str, params))})" if params else ""
    return f"{len(params) or 'no'} argument{'' if len(params) == 1 else 's'}{types}"


def _parse(parameter: str, ty: ValType, text: str) -> Any:
    """Parses an argument as a value of this type. `parameter` names the argument in errors."""
    try:
        if ty in _BITS:
            return _parse_integer(text, _BITS[ty])
        if ty in (ValType.F32, ValType.F64):
            return _parse_float(text)
    except ValueError as error:
        raise click.UsageError(f"{parameter}: {error}") from None
    raise click.UsageError(f"{parameter}: a reference cannot be given on the command line")


def _parse_integer(text: str, bits: int) -> int:
    """Parses an integer in the signed or unsigned range of `bits` bits. Returns the unsigned value."""
    try:
        value = int(text, 16 if "x" in text.lower() else 10)
    except ValueError:
        raise ValueError(f"{text!r} is not an integer, decimal or hexadecimal (0x...)") from None
    if not -(1 << bits - 1) <= value < 1 << bits:
        raise ValueError(f"{text!r} does not fit into {bits} bits")
    return value % (1 << bits)


def _parse_float(text: str) -> float:
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
    """Returns the shortest decimal that rounds to this f32: `0.1`, not `0.10000000149011612`, its value as an f64."""
    for digits in range(1, 10):
        shortest = float(f"{value:.{digits}g}")
        if ctypes.c_float(shortest).value == value:
            return str(shortest)
    return str(value)  # A NaN, which is not equal to itself.


def _run_interruptible(work: Callable[[], T], timeout: float | None) -> T:
    """Returns the result of `work()`, or ends the process on Ctrl-C or after `timeout` seconds.

    Python handles signals on the main thread, between Python instructions. A guest that does not return runs none of
    these. So the work runs on another thread, and the main thread waits for it.
    """
    future: Future[T] = Future()
    context = contextvars.copy_context()  # Contains the engine that the option --engine selects.

    def run_on_thread() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run_on_thread, daemon=True).start()
    try:
        # `future.result` would raise the exception of the work here, and it may be a TimeoutError too.
        future.exception(timeout)
    except KeyboardInterrupt:
        _exit_immediately("interrupted", INTERRUPTED)
    except FutureTimeout:
        _exit_immediately(f"wasm trap: interrupt, after {timeout:g} s", TRAPPED)
    return future.result()


def _exit_immediately(message: str, code: int) -> NoReturn:
    """Ends the process without Python's cleanup, which would free the engine while the guest still runs."""
    click.echo(message, err=True)
    os._exit(code)
