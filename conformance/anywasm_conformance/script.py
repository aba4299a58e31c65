"""Runs the commands of one file and returns the outcome of each.

The commands follow the rules of the script language (specification, `interpreter/README.md`). An action without a
module name uses the most recent instance. A module definition is compiled, but not instantiated. `register` sets the
module name with which other modules import the exports of an instance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from anywasm.core import TrapCode
from anywasm_conformance import carry, spectest, suite, traps, values
from anywasm_conformance.outcome import Blame, Outcome, Record
from anywasm_conformance.styles import Failure, Kind, Style
from anywasm_conformance.values import Const

Command = Mapping[str, Any]


class Skip(Exception):
    """The command cannot be run. The text is the reason."""


class Wrong(Exception):
    """The result of the command differs from the expected one."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(expected, actual)
        self.expected, self.actual = expected, actual


class Superseded(Exception):
    """The suite expects an invalid module, but a later proposal has made it valid. The text is the proposal's name."""


@dataclass
class Module:
    """A compiled module, and its description by the converter: its exports, needed proposals and adapters."""

    compiled: Any
    info: Mapping[str, Any]


class Instance:
    """An instance that the script has created, with the instances of its adapters.

    An adapter is a module that calls the exports of the instance with other types of values (`carry.py`).
    """

    def __init__(self, raw: Any, module: Module) -> None:
        self.raw, self.module = raw, module
        self.adapters: dict[str, Any] = {}


#: The object that a name in the script refers to: an instance, a module, or the exception that explains its absence.
Bound = Any


class Script:
    """A file of the suite, run in one style."""

    def __init__(
        self, file: str, data: Mapping[str, Any], blob: bytes, style: Style, proposals: frozenset[str]
    ) -> None:
        self._file, self._commands, self._blob = file, data["commands"], blob
        self._modules: Mapping[str, Any] = data["modules"]
        self._style, self._proposals = style, proposals
        self._current: Bound = Skip("no module before")
        self._named: dict[str, Bound] = {}
        self._definition: Bound = self._current
        self._definitions: dict[str, Bound] = {}
        self._registered: dict[str, Bound] = {}
        self._spectest: dict[str, Any] | None = None
        self._via = carry.DIRECT

    def run(self) -> Iterator[Record]:
        """Runs all commands. Yields a record for each, in order."""
        for index, command in enumerate(self._commands):
            yield self._run_command(index, command)

    def _run_command(self, index: int, command: Command) -> Record:
        kind = command["type"]
        record = Record(self._file, command["line"], index, kind, Outcome.PASS)
        self._via = carry.DIRECT
        try:
            if kind == "unparsed":
                record.kind, record.blame = command["what"], Blame.SUITE
                raise Skip("parser: the tool that reads the suite does not know this syntax")
            self._verbs[kind](self, command)
        except Skip as skip:
            record.outcome, record.reason = Outcome.SKIP, str(skip)
        except carry.Missing as missing:
            record.outcome, record.reason = Outcome.SKIP, f"capability:{missing}"
        except Superseded as superseded:
            record.outcome, record.reason, record.blame = Outcome.SUPERSEDED, str(superseded), Blame.SUITE
        except Wrong as wrong:
            record.outcome, record.expected, record.actual = Outcome.FAIL, wrong.expected, wrong.actual
        record.via = self._via
        return record

    # Commands for modules.

    def _module(self, command: Command) -> None:
        self._current = self._definition = Wrong("an instance", f"the module of line {command['line']} has none")
        try:
            module = self._compile(command)
            self._current, self._definition = self._instantiate(module), module
        except (Skip, Wrong) as problem:
            self._current = self._definition = problem
            raise
        finally:
            if command.get("name"):
                self._named[command["name"]] = self._current
                self._definitions[command["name"]] = self._definition

    def _module_definition(self, command: Command) -> None:
        try:
            self._definition = self._compile(command)
        except (Skip, Wrong) as problem:
            self._definition = problem
            raise
        finally:
            if command.get("name"):
                self._definitions[command["name"]] = self._definition

    def _module_instance(self, command: Command) -> None:
        name = command.get("module")
        try:
            self._current = self._instantiate(_resolve(self._definitions[name] if name else self._definition))
        except (Skip, Wrong) as problem:
            self._current = problem
            raise
        finally:
            if command.get("instance"):
                self._named[command["instance"]] = self._current

    def _register(self, command: Command) -> None:
        bound = self._bound(command.get("name"))
        self._registered[command["as"]] = bound
        _resolve(bound)

    def _compile(self, command: Command) -> Module:
        """Compiles the module of a command. Raises `Wrong` if the engine refuses the module."""
        info, wasm = self._module_of(command)
        self._require(info["needs"])
        try:
            return Module(self._style.compile(wasm), info)
        except self._style.errors as error:
            raise self._convert_error("a module", error) from None

    def _module_of(self, command: Command) -> tuple[Mapping[str, Any], bytes]:
        """Returns the description and the bytes of a command's module."""
        info = self._modules[command.get("binary_filename") or command["filename"]]
        start, length = info["bytes"]
        return info, self._blob[start : start + length]

    def _require(self, needs: Iterable[str]) -> None:
        """Raises `Skip` if the engine does not support all proposals in `needs`."""
        missing = [need for need in needs if need not in self._proposals]
        if missing:
            raise Skip(f"proposal:{missing[0]}")

    def _instantiate(self, module: Module) -> Instance:
        try:
            return self._instantiate_or_raise(module)
        except self._style.errors as error:
            raise self._convert_error("an instance", error) from None

    def _instantiate_or_raise(self, module: Module) -> Instance:
        """Instantiates a module. Does not convert errors of the API style to `Wrong`."""
        externs = {}
        for key in self._style.imports(module.compiled):
            extern = self._import(*key)
            if extern is None:
                raise Wrong("an instance", f"{Kind.LINK.value}: unknown import {key[0]}.{key[1]}")
            externs[key] = extern
        return Instance(self._style.instantiate(module.compiled, externs), module)

    def _import(self, namespace: str, name: str) -> Any:
        """Returns the extern, such as a function, for the import `name` of `namespace`. `None` if there is none."""
        if namespace == "spectest" and namespace not in self._registered:
            if self._spectest is None:
                self._spectest = spectest.externs(self._style, self._proposals)
            return _resolve(self._spectest.get(name))
        if namespace not in self._registered:
            return None
        instance = _resolve(self._registered[namespace])
        if name not in self._style.export_names(instance.raw):
            return None
        return self._export(instance, name)

    def _export(self, instance: Instance, name: str) -> Any:
        try:
            return self._style.export(instance.raw, name)
        except self._style.errors as error:
            raise self._convert_error(f"the export {name!r}", error) from None

    def _bound(self, name: str | None) -> Bound:
        return self._named.get(name, Skip("no module before")) if name else self._current

    def _convert_error(self, expected: str, error: BaseException) -> Exception:
        """Converts an error that the API style raised.

        Returns `Skip` if the engine lacks a capability, and `Wrong` for any other error.
        """
        failure = self._style.failure(error)
        if failure.kind is Kind.CAPABILITY:
            return Skip(f"capability:{failure.capability}")
        return Wrong(expected, str(failure))

    # Assertions about modules that must be refused.

    def _assert_refused(self, command: Command) -> None:
        info, wasm = self._module_of(command)
        is_text = command["module_type"] == "text" and not command.get("binary_filename")
        if is_text:
            self._via = "text"
        if not info["valid"]:
            # Ignores proposals that are later than the release of the file, because an engine must find the mistake
            # without these proposals.
            self._require(need for need in info["needs"] if suite.concerns(self._file, need))
        try:
            self._style.compile(wasm)
        except self._style.errors as error:
            failure = self._style.failure(error)
            if failure.kind is Kind.CAPABILITY:
                raise Skip(f"capability:{failure.capability}") from None
            if failure.kind is Kind.ERROR:
                return
            raise Wrong(f"an error: {command['text']}", str(failure)) from None
        later = [need for need in info["needs"] if info["valid"]]
        if later:
            raise Superseded(later[0])
        raise Wrong(f"an error: {command['text']}", "a module")

    def _assert_unlinkable(self, command: Command) -> None:
        module = self._compile(command)
        try:
            self._instantiate(module)
        except Wrong as wrong:
            if wrong.actual.startswith(Kind.LINK.value):
                return
            raise Wrong(f"a link error: {command['text']}", wrong.actual) from None
        raise Wrong(f"a link error: {command['text']}", "an instance")

    def _assert_uninstantiable(self, command: Command) -> None:
        module = self._compile(command)
        self._must_trap(command, lambda: self._instantiate_or_raise(module))

    # Actions, which call a function or read a global, and assertions about actions.

    def _action(self, command: Command) -> None:
        try:
            self._perform(command["action"], ())
        except self._style.errors as error:
            raise self._convert_error("no trap", error) from None

    def _assert_return(self, command: Command) -> None:
        expected = command["expected"]
        shown = " ".join(map(values.show, expected)) or "nothing"
        try:
            types, results = self._perform(command["action"], expected)
        except self._style.errors as error:
            raise self._convert_error(shown, error) from None
        if len(results) != len(expected) or not all(map(values.matches, expected, results)):
            raise Wrong(shown, " ".join(map(values.show_actual, types, results)) or "nothing")

    def _assert_trap(self, command: Command) -> None:
        self._must_trap(command, lambda: self._perform(command["action"], ()))

    def _must_trap(self, command: Command, action: Callable[[], Any]) -> None:
        """Runs `action`. Raises `Wrong` unless `action` traps with a trap code for the command's text."""
        codes = traps.expected(command["text"])
        try:
            action()
        except self._style.errors as error:
            failure = self._style.failure(error)
            if failure.kind is Kind.TRAP and (failure.code in codes or not codes):
                return
            raise self._convert_error(f"trap: {command['text']}", error) from None
        raise Wrong(f"trap: {command['text']}", "no trap")

    def _assert_exhaustion(self, command: Command) -> None:
        self._must_fail(command, f"trap: {command['text']}", lambda f: f.code is TrapCode.STACK_OVERFLOW)

    def _assert_exception(self, command: Command) -> None:
        self._must_fail(command, "an exception", lambda f: f.kind is Kind.EXCEPTION)

    def _must_fail(self, command: Command, expected: str, is_expected: Callable[[Failure], bool]) -> None:
        """Performs the action of a command. Raises `Wrong` unless the action fails as `is_expected` requires.

        `expected` is the description of the expected failure for the report.
        """
        try:
            self._perform(command["action"], ())
        except self._style.errors as error:
            if is_expected(self._style.failure(error)):
                return
            raise self._convert_error(expected, error) from None
        raise Wrong(expected, "it returned")

    def _assert_suspension(self, command: Command) -> None:
        raise Skip("proposal:stack-switching")

    def _perform(self, action: Mapping[str, Any], expected: Any) -> tuple[list[str], list[values.Actual]]:
        """Calls a function or reads a global. Returns the types of the results and the results."""
        instance = _resolve(self._bound(action.get("module")))
        name = action["field"]
        ty = instance.module.info["exports"].get(name)
        if ty is None:
            raise Wrong("an export", f"there is no function or global {name!r}")
        is_global = "global" in ty
        params, results = ([], [ty["global"]]) if is_global else (ty["params"], ty["results"])
        args: list[Const] = action.get("args", [])
        if len(args) != len(params):
            raise Wrong(f"{len(params)} arguments", f"the suite gives {len(args)}")
        via = self._via = carry.route(params, results, args, expected, self._style.capabilities, self._proposals)
        if via != carry.DIRECT:
            function = self._adapter_function(instance, via, name)
            returned = self._style.call(function, carry.args_for(via, params, args, self._style))
        elif is_global:
            returned = [self._style.read(self._export(instance, name))]
        else:
            returned = self._style.call(self._export(instance, name), carry.args_for(via, params, args, self._style))
        return results, carry.results_of(via, results, returned)

    def _adapter_function(self, instance: Instance, via: str, name: str) -> Any:
        """Returns the adapter's function for the export `name`. Instantiates the adapter at the first use."""
        adapter = instance.adapters.get(via)
        if adapter is None:
            start, length = instance.module.info["adapters"][via]
            try:
                module = self._style.compile(self._blob[start : start + length])
                externs = {key: self._style.export(instance.raw, key[1]) for key in self._style.imports(module)}
                adapter = instance.adapters[via] = self._style.instantiate(module, externs)
            except self._style.errors as error:
                raise self._convert_error(f"an adapter for {name!r}", error) from None
        return self._style.export(adapter, name)

    def _unknown(self, command: Command) -> None:
        raise Skip(f"runner: it does not know the command {command['type']!r}")

    #: The methods that run the commands, by type of command.
    _verbs: dict[str, Callable[[Script, Command], None]] = {
        "module": _module,
        "module_definition": _module_definition,
        "module_instance": _module_instance,
        "register": _register,
        "action": _action,
        "assert_return": _assert_return,
        "assert_trap": _assert_trap,
        "assert_exhaustion": _assert_exhaustion,
        "assert_exception": _assert_exception,
        "assert_suspension": _assert_suspension,
        "assert_invalid": _assert_refused,
        "assert_malformed": _assert_refused,
        "assert_invalid_custom": _assert_refused,
        "assert_malformed_custom": _assert_refused,
        "assert_unlinkable": _assert_unlinkable,
        "assert_uninstantiable": _assert_uninstantiable,
        "thread": _unknown,
        "wait": _unknown,
    }


def _resolve(bound: Bound) -> Any:
    """Returns the instance or module that a name refers to. Raises the exception that explains its absence."""
    if isinstance(bound, Exception):
        raise bound
    return bound
