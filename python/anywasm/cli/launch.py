"""Starts a program with the API styles in place of the packages that they replace, for the command `anywasm exec`.

This module imports as little as possible, because Python imports everything again for the program.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from anywasm.activation import STYLES
from anywasm.engines import load

#: Options of the Python interpreter that prevent loading anywasm. `anywasm exec` uses PYTHONPATH to make Python import
#: a module `sitecustomize`, which loads anywasm. With E and I, Python ignores PYTHONPATH. With S, Python does not
#: import `site`, the module that imports `sitecustomize`.
_UNSUPPORTED_OPTIONS = frozenset("EIS")
#: Options of the Python interpreter after which no other option can follow. All later arguments belong to the program.
_FINAL_OPTIONS = frozenset("cm")
#: Options of the Python interpreter that take a value. The value is the rest of the argument or the next argument.
_OPTIONS_WITH_VALUE = frozenset("WX")


#: The flags of the Python interpreter that its options set.
_FLAGS = (
    *("debug", "dont_write_bytecode", "no_site", "verbose", "bytes_warning", "quiet", "optimize", "isolated"),
    *("ignore_environment", "no_user_site", "safe_path", "dev_mode"),
)


class LaunchError(Exception):
    """The arguments of `anywasm exec` are wrong. The text says why."""


class HelpWanted(LaunchError):
    """The arguments of `anywasm exec` ask for its help."""


def launch(arguments: Sequence[str]) -> None:
    """Replaces this process by Python with a program. `arguments` are those of `anywasm exec`.

    Raises LaunchError for wrong arguments, and EngineUnavailable if the engine that the option `--engine` names cannot
    be loaded.
    """
    styles, engine, program = _parse(arguments)
    if engine is not None:
        load(engine)  # Raises EngineUnavailable if the engine is unknown, not installed or broken.
    interpreter_options = _interpreter_options()
    _check_python_options([*interpreter_options, *program])
    environment = _make_environment(os.environ, styles or STYLES, engine)
    os.execve(sys.executable, [sys.executable, *interpreter_options, *program], environment)


def _parse(arguments: Sequence[str]) -> tuple[list[str], str | None, list[str]]:
    """Returns the styles, the name of the engine, and the arguments for Python.

    The options of `anywasm exec` have long names, and come first. All later arguments are for Python, even if they look
    like these options.
    """
    styles: list[str] = []
    engine, rest = None, list(arguments)
    while rest and rest[0].startswith("--") and rest[0] != "--":
        name, has_value, value = rest.pop(0).partition("=")
        if name == "--help":
            raise HelpWanted
        if name not in ("--as", "--engine"):
            raise LaunchError(f"No such option: {name}")
        if not has_value:
            if not rest:
                raise LaunchError(f"Option '{name}' requires an argument.")
            value = rest.pop(0)
        if name == "--engine":
            engine = value
        elif value in STYLES:
            styles.append(value)
        else:
            raise LaunchError(f"Invalid value for '--as': {value!r} is not one of {', '.join(map(repr, STYLES))}.")
    return styles, engine, rest


def _interpreter_options() -> list[str]:
    """Returns the options with which this Python was started."""
    if not sys.warnoptions and not sys._xoptions and not any(getattr(sys.flags, flag, 0) for flag in _FLAGS):
        return []  # The usual case, in which the import below is not worth its time.
    from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]

    options: list[str] = _args_from_interpreter_flags()
    return options


def _make_environment(base: Mapping[str, str], styles: Sequence[str], engine: str | None) -> dict[str, str]:
    """Returns the environment variables of the program: the variables in `base`, with some variables changed.

    The changed variables make Python import `startup/sitecustomize.py`, which activates anywasm, before it runs the
    program.
    """
    startup_folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "startup")
    base_path = base.get("PYTHONPATH")
    base_entries = base_path.split(os.pathsep) if base_path else []
    entries = [startup_folder, *(entry for entry in base_entries if entry != startup_folder)]
    environment = {**base, "PYTHONPATH": os.pathsep.join(entries), "ANYWASM_ACTIVATE": ",".join(styles)}
    return environment if engine is None else {**environment, "ANYWASM_ENGINE": engine}


def _check_python_options(arguments: Sequence[str]) -> None:
    """Raises LaunchError if the arguments contain one of the `_UNSUPPORTED_OPTIONS` of the Python interpreter."""
    remaining = iter(arguments)
    for argument in remaining:
        if not argument.startswith("-") or argument in ("-", "--"):
            return
        letters = "" if argument.startswith("--") else argument[1:]
        for position, letter in enumerate(letters):
            if letter in _UNSUPPORTED_OPTIONS:
                # Without `site`, Python does not find installed packages either.
                way_out = "" if letter == "S" else ", or run `anywasm stand-in install` once, and then plain Python"
                raise LaunchError(f"Python's option -{letter} prevents loading anywasm: leave it out{way_out}")
            if letter in _FINAL_OPTIONS:
                return
            if letter in _OPTIONS_WITH_VALUE:
                if position == len(letters) - 1:
                    next(remaining, None)  # Skip the value.
                break
