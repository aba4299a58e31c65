"""The command `anywasm run`. It runs a WASI program, or calls an exported function of a module."""

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

ResultT = TypeVar("ResultT")

#: The value types whose values are integers on the command line, with their sizes in bits. A vector (v128) is written
#: as a single integer.
_INTEGER_BITS = {ValType.I32: 32, ValType.I64: 64, ValType.V128: 128}

#: The suffixes that a size on the command line can have, with their numbers of bytes.
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def _parse_size(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """Converts a size such as `64k` to a number of bytes. click calls this function for the option --max-memory."""
    if text is None:
        return None
    unit = _UNITS.get(text[-1:].lower(), 1)
    digits = text if unit == 1 else text[:-1]
    if not (digits.isascii() and digits.isdecimal()):
        raise click.BadParameter(f"{text!r} is not a number of bytes, such as 65536, 64k, 16M or 2G")
    return int(digits) * unit


@dataclass(frozen=True)
class ResourceLimits:
    """The limits of the guest, from the options --fuel and --max-memory. None means that there is no limit."""

    #: The initial fuel, which the guest uses up while it runs. The engine defines the unit.
    fuel: int | None
    #: The maximum size of each memory in bytes.
    memory_size: int | None

    def make_engine(self) -> Engine:
        """Returns an engine that can enforce the limits.

        Raises `anywasm.CapabilityError` if the selected engine cannot enforce one of the limits.
        """
        engine = Engine()
        for limit, capability, option in ((self.fuel, "fuel", "--fuel"), (self.memory_size, "limits", "--max-memory")):
            if limit is not None and capability not in engine._core_engine_module.capabilities:
                raise engine._core_style.exception(missing_capability(engine._core_engine_module, capability, option))
        if self.fuel is None:
            return engine
        config = Config()
        config.consume_fuel = True
        return Engine(config)

    def apply(self, store: Store) -> None:
        """Sets the limits of a store. The engine of the store must be the result of `make_engine`."""
        if self.fuel is not None:
            store.set_fuel(self.fuel)
        if self.memory_size is not None:
            store.set_limits(memory_size=self.memory_size)


@dataclass(frozen=True)
class WasiOptions:
    """The command-line options for the WASI config of the guest. Each option can be repeated."""

    #: The values of the option --dir: `HOST` or `HOST::GUEST`.
    dirs: tuple[str, ...]
    #: The values of the option --dir-ro: `HOST` or `HOST::GUEST`.
    read_only_dirs: tuple[str, ...]
    #: The values of the option --env: `NAME` or `NAME=VALUE`.
    env: tuple[str, ...]

    def make_config(self, argv: Sequence[str]) -> WasiConfig:
        """Returns a WASI config with these options and the command-line arguments `argv`.

        The guest uses the standard streams of this process.
        """
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
                    if isinstance(error.__cause__, OSError):
                        reason = error.__cause__.strerror
                        raise click.UsageError(f"{option}: {host!r} cannot be opened: {reason}") from None
                    raise click.UsageError(f"{option}: {error}; use {option} HOST::GUEST") from None
        return config


def _parse_variable(text: str) -> tuple[str, str]:
    """Returns the name and value of an environment variable, from `NAME=VALUE` or `NAME`.

    For `NAME`, the value is the value of this variable in the environment of this process.
    """
    name, equals_sign, value = text.partition("=")
    if not equals_sign:
        inherited = os.environ.get(name)
        if inherited is None:
            raise click.UsageError(f"--env: {name!r} is not set in the environment; use --env {name}=VALUE")
        value = inherited
    return name, value


# With `ignore_unknown_options`, click passes unknown options to the program. A negative number looks like an unknown
# option. So the user can write negative numbers and most options of the program without `--` before them.
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

    A module that exports `_start` is a WASI program. For a program, ARGS are its command-line arguments. For any other
    function, ARGS are its parameters. An integer is decimal or hexadecimal (0x...). Put `--` before an argument that is
    also an option of this command.

    The exit code of a WASI program is the exit code of this command. A trap has exit code 134.
    """
    wasi_options, limits = WasiOptions(dirs, read_only_dirs, env), ResourceLimits(fuel, max_memory)
    with using(engine):
        module_bytes = read(file)
        try:
            results = _run_interruptible(lambda: _run(file, module_bytes, invoke, args, wasi_options, limits), timeout)
        except WasmtimeError as error:
            if error._core_exit_code is None:
                raise
            ctx.exit(error._core_exit_code % 256)
    for line in results:
        click.echo(line)


def _run(
    file: str,
    module_bytes: bytes,
    invoke: str | None,
    args: Sequence[str],
    wasi_options: WasiOptions,
    limits: ResourceLimits,
) -> list[str]:
    """Runs the program or calls the function. Returns the formatted results.

    Checks all arguments of the function before it runs any code of the guest.
    """
    engine = limits.make_engine()
    module = compile_file(engine, file, module_bytes)
    _check_imports(module._core_object)
    functions = {
        export.name: export.type for export in module._core_object.export_list if isinstance(export.type, FuncType)
    }
    name = _choose_function(functions, invoke)
    signature = functions[name]
    is_program = invoke is None and name == "_start" and not signature.params
    values = [] if is_program else _parse_args(name, signature.params, args)
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


def _check_imports(module: core.Module) -> None:
    """Raises ClickException if the module has an import that is not part of WASI."""
    unsupported = [import_ for import_ in module.import_list if import_.module not in wasi.MODULE_NAMES.values()]
    if unsupported:
        lines = [f"\n  {printable(f'{import_.module}.{import_.name}')} {import_.type}" for import_ in unsupported]
        raise click.ClickException(f"unsupported imports (only WASI is available):{''.join(lines)}")


def _choose_function(functions: dict[str, FuncType], invoke: str | None) -> str:
    """Returns the name of the function to call. `functions` are the exported functions.

    Raises ClickException if the module does not export this function. The error lists the exported functions.
    """
    for name in ("_start", "main") if invoke is None else (invoke,):
        if name in functions:
            return name
    problem = "neither `_start` nor `main`" if invoke is None else f"no function {invoke!r}"
    listing = "".join(f"\n  {printable(name)} {ty}" for name, ty in functions.items())
    exported = f"it exports these functions:{listing}" if functions else "it exports no function at all"
    raise click.ClickException(f"the module exports {problem}; {exported}")


def _parse_args(name: str, params: Sequence[ValType], args: Sequence[str]) -> list[Any]:
    """Parses the arguments for a function of this name and these parameter types.

    Raises UsageError if the number of arguments is wrong, or if an argument is not a value of the parameter's type.
    """
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
    """Parses an argument as a value of this type. `parameter` describes the parameter in error messages."""
    try:
        if ty in _INTEGER_BITS:
            return _parse_integer(text, _INTEGER_BITS[ty])
        if ty in (ValType.F32, ValType.F64):
            return _parse_float(text)
    except ValueError as error:
        raise click.UsageError(f"{parameter}: {error}") from None
    raise click.UsageError(f"{parameter}: a reference cannot be given on the command line")


def _parse_integer(text: str, bits: int) -> int:
    """Parses a signed or unsigned integer of `bits` bits. Returns the unsigned value.

    Raises ValueError if the text is not an integer, or if the integer does not fit into `bits` bits.
    """
    try:
        value = int(text, 16 if "x" in text.lower() else 10)
    except ValueError:
        raise ValueError(f"{text!r} is not an integer, decimal or hexadecimal (0x...)") from None
    if not -(1 << bits - 1) <= value < 1 << bits:
        raise ValueError(f"{text!r} does not fit into {bits} bits")
    return value % (1 << bits)


def _parse_float(text: str) -> float:
    """Parses a decimal or hexadecimal number. Raises ValueError if the text is not a number."""
    try:
        return float.fromhex(text) if "x" in text.lower() else float(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a number") from None


def _format(ty: ValType, value: Any) -> str:
    """Formats a result of this type. For a reference that is not null, returns the name of the type."""
    if ty is ValType.V128:
        return f"{value:#034x}"
    if ty is ValType.F32:
        return _shortest_f32(value)
    if ty in core.types.NUMBERS:
        return str(value)
    return "null" if value is None else str(ty)


def _shortest_f32(value: float) -> str:
    """Returns the shortest decimal number that rounds to this f32.

    Python would show the f32 nearest to 0.1 as `0.10000000149011612`, because Python floats are f64. This function
    returns `0.1`.
    """
    for digits in range(1, 10):
        shortest = float(f"{value:.{digits}g}")
        if ctypes.c_float(shortest).value == value:
            return str(shortest)
    return str(value)  # The value is a NaN. A NaN is not equal to itself, so the loop has not returned.


def _run_interruptible(work: Callable[[], ResultT], timeout: float | None) -> ResultT:
    """Returns the result of `work()`. Ends the process on Ctrl-C, or if the call takes more than `timeout` seconds.

    If `timeout` is None, the call may take any time. The call runs on another thread, and the main thread waits for the
    result. Python handles signals only on the main thread, between Python instructions. If a guest ran on the main
    thread and did not return, Python would execute no instruction and could not handle Ctrl-C.
    """
    future: Future[ResultT] = Future()
    # Each thread has its own context variables. The other thread needs a copy of the variables of this thread, because
    # one of them contains the engine that the option --engine selects.
    context = contextvars.copy_context()

    def run_on_thread() -> None:
        try:
            future.set_result(context.run(work))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run_on_thread, daemon=True).start()
    try:
        # Do not call `future.result` in this `try` block. It would raise the exception of `work`, and this exception
        # may be a TimeoutError, too.
        future.exception(timeout)
    except KeyboardInterrupt:
        _exit_immediately("interrupted", INTERRUPTED)
    except FutureTimeout:
        _exit_immediately(f"wasm trap: interrupt, after {timeout:g} s", TRAPPED)
    return future.result()


def _exit_immediately(message: str, code: int) -> NoReturn:
    """Prints a message and ends the process with this exit code, without Python's cleanup.

    The guest still runs. Python's cleanup would free the engine while the guest uses the engine.
    """
    click.echo(message, err=True)
    os._exit(code)
