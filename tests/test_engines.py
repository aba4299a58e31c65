"""Finding engines: the default, unknown ones, broken ones, several in one process."""

from __future__ import annotations

import gc
import importlib
import shutil
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import anywasm
import children
from anywasm.engines import EngineModule, load
from conftest import INSTALLED


def test_the_environment_chooses(engine: str) -> None:
    code = """
        from anywasm import wasmtime, engines
        from anywasm.engines import default_engine
        module = wasmtime.Module(wasmtime.Engine(), '(module (func (export "f")))')
        print(default_engine().name)
    """
    assert children.run(engine, code).strip() == engine


def test_the_same_program_prints_the_same(engine: str) -> None:
    code = """
        from anywasm.wasmer import Store, Module, Instance
        fac = '''(module (func $fac (export "fac") (param i64) (result i64)
          (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))
            (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1))))))))'''
        exports = Instance(Module(Store(), fac)).exports
        print([exports.fac(n) for n in range(22)])
        try:
            exports.fac(-1)
        except RuntimeError as error:
            print(str(error).splitlines()[0])
    """
    import math

    values = [math.factorial(n) for n in range(22)]
    values[21] = values[21] - 2**64 * ((values[21] + 2**63) // 2**64)
    assert children.run(engine, code) == f"{values}\nRuntimeError: call stack exhausted\n"


@pytest.mark.parametrize("name", ["v9", "../wasmi", ""])
def test_an_unknown_engine(name: str) -> None:
    expected = rf"no engine {name!r}.*installed: {INSTALLED[0]}"
    with pytest.raises(anywasm.EngineUnavailable, match=expected), anywasm.use_engine(name):
        pass


def test_an_unknown_engine_in_the_environment() -> None:
    code = """
        from anywasm import EngineUnavailable, wasmer
        try:
            wasmer.Store()
        except EngineUnavailable as error:
            print(error)
    """
    printed = children.run("nonsense", code)
    assert "no engine 'nonsense'" in printed
    assert all(name in printed for name in INSTALLED)


@pytest.fixture
def copy_of_the_package(tmp_path: Path) -> Path:
    package = Path(anywasm.__file__).parent
    ignore = shutil.ignore_patterns("*.so", "__pycache__")
    shutil.copytree(package, tmp_path / "anywasm", ignore=ignore)
    return tmp_path


def run_copy(copy: Path, code: str, engine: str = "") -> str:
    return children.run(engine, f"import sys; sys.path.insert(0, {str(copy)!r})\n" + code)


def test_a_broken_engine_is_an_error_and_not_skipped(copy_of_the_package: Path) -> None:
    first = anywasm.engines()[0].name
    module = f"_{first.replace('-', '_')}.abi3.so"
    (copy_of_the_package / "anywasm/engines" / module).write_bytes(b"\x7fELF, but not really")
    code = "from anywasm import engines, wasmer, EngineUnavailable\n"
    code += "try:\n    wasmer.Store()\nexcept EngineUnavailable as error:\n    print(error)\n"
    code += "print(engines()[0].problem)"
    printed = run_copy(copy_of_the_package, code)
    assert f"the engine {first!r} is broken" in printed
    assert printed.count("install anywasm again") == 2


def test_an_engine_of_another_version(copy_of_the_package: Path) -> None:
    info = next(info for info in anywasm.engines() if info.installed)
    assert info.path
    shutil.copy(info.path, copy_of_the_package / "anywasm/engines")
    (copy_of_the_package / "anywasm/_version.py").write_text('__version__ = "99.0"\n')
    printed = run_copy(copy_of_the_package, "from anywasm import engines\nprint(repr(engines()))")
    assert "but the package is 99.0" in printed


def test_no_engine_at_all(copy_of_the_package: Path) -> None:
    code = "from anywasm import wasmer, EngineUnavailable\n"
    code += "try:\n    wasmer.Store()\nexcept EngineUnavailable as error:\n    print(error)"
    assert "no engine is installed" in run_copy(copy_of_the_package, code)


def test_use_engine_is_for_the_block_and_the_thread_only(engine: str) -> None:
    import threading

    from anywasm.engines import default_engine

    before = default_engine().name
    seen = []
    with anywasm.use_engine(engine):
        assert default_engine().name == engine
        thread = threading.Thread(target=lambda: seen.append(default_engine().name))
        thread.start()
        thread.join()
    assert seen == [before]
    assert default_engine().name == before


def test_all_engines_in_one_process_in_every_order() -> None:
    code = """
        import faulthandler, itertools, sys
        import anywasm
        from anywasm import wasmtime
        from anywasm.wasmtime import Instance, Module, Store, Trap
        faulthandler.enable()
        source = '''(module (memory 1)
            (func (export "unreachable") unreachable) (func $r (export "recurse") (call $r))
            (func (export "load") (result i32) (i32.load (i32.const -1)))
            (func (export "divide") (result i32) (i32.div_s (i32.const 1) (i32.const 0))))'''
        names = sys.argv[1:]
        loaded = {}
        for order in itertools.permutations(names):
            for name in order:
                if name not in loaded:
                    with anywasm.use_engine(name):
                        store = Store()
                        loaded[name] = store, Instance(store, Module(store.engine, source), []).exports(store)
            for name in order:
                store, exports = loaded[name]
                for export in ("unreachable", "recurse", "load", "divide"):
                    try:
                        exports[export](store)
                    except Trap as trap:
                        assert trap.trap_code is not None, trap
                    else:
                        raise SystemExit(f"{name} {export} did not trap")
        print("done")
    """
    orders = [INSTALLED, INSTALLED[::-1]]
    for order in orders:
        assert children.run(order[0], code, *order) == "done\n"


def test_a_call_of_one_engine_inside_a_call_of_another() -> None:
    if len(INSTALLED) < 2:
        pytest.skip("only one engine is installed")
    from anywasm.wasmtime import Engine, Func, FuncType, Instance, Module, Store, Trap, ValType

    stores = [Store(Engine(name=name)) for name in INSTALLED]
    i32 = ValType.i32()
    inner = None
    for store in stores:

        def host(x: int, inner=inner) -> int:
            if inner is None:
                return x
            with pytest.raises(Trap):
                inner["trap"](inner["store"])
            return inner["run"](inner["store"], x) + 1

        source = """(module (import "" "" (func $f (param i32) (result i32))) (func (export "trap") unreachable)
            (func (export "run") (param i32) (result i32) (call $f (local.get 0))))"""
        func = Func(store, FuncType([i32], [i32]), host)
        exports = Instance(store, Module(store.engine, source), [func]).exports(store)
        inner = {"store": store, **exports}
    assert inner is not None
    assert inner["run"](inner["store"], 10) == 10 + len(stores) - 1


def test_every_declared_symbol_is_in_every_module(engine: str) -> None:
    header = Path(__file__).parent.parent / "src/anywasm.h"
    if not header.exists():
        pytest.skip("the sources are not here")
    import re

    names = set(re.findall(r"\b(aw_[a-z0-9_]+)\(", header.read_text()))
    assert len(names) > 40
    with anywasm.use_engine(engine) as engine_module:
        missing = [name for name in names if not hasattr(engine_module.lib, name)]
    assert not missing


def test_capabilities_are_described(engine: str) -> None:
    with anywasm.use_engine(engine) as engine_module:
        assert engine_module.capabilities <= engine_module.meanings.keys()
        assert all(len(meaning) > 10 for meaning in engine_module.meanings.values())


class WithoutCapability:
    """The functions of an engine module whose shim has no capability for one of the bits."""

    def __init__(self, engine_module: Any, bit: int) -> None:
        self._lib, self._missing, self._bit = engine_module.lib, engine_module.ffi.new("aw_str *"), bit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lib, name)

    def __dir__(self) -> list[str]:
        return dir(self._lib)

    def aw_capability_name(self, bit: int) -> Any:
        return self._missing[0] if bit == self._bit else self._lib.aw_capability_name(bit)


def test_a_retired_capability_hides_no_other(engine: str) -> None:
    with anywasm.use_engine(engine) as engine_module:
        names = list(engine_module.meanings)
    bit = names.index("funcref")
    module = importlib.import_module(f"anywasm.engines._{engine.replace('-', '_')}")
    without = EngineModule(SimpleNamespace(**{**vars(module), "lib": WithoutCapability(engine_module, bit)}))
    assert list(without.meanings) == [name for name in names if name != "funcref"]
    assert without.meanings.items() <= engine_module.meanings.items()
    assert without.capabilities == engine_module.capabilities - {"funcref"}
    assert without.capability_name(bit + 1) == names[bit + 1]
    with pytest.raises(KeyError):
        without.capability_name(bit)


def test_an_engine_s_options(engine: str) -> None:
    from anywasm import core
    from anywasm.wasmtime import Instance, Module, Store, WasmtimeError
    from anywasm.wasmtime.engine import Engine
    from anywasm.wasmtime.style import STYLE

    with pytest.raises(WasmtimeError, match="there is no option `nonsense`; there are wasm_threads, "):
        core.Engine(STYLE, engine, {"nonsense": "1"})
    if "compilers" not in core.Engine(STYLE, engine)._core_engine_module.capabilities:
        with pytest.raises(anywasm.CapabilityError, match=r"lacks the capability `compilers` .* `compiler` needs"):
            core.Engine(STYLE, engine, {"compiler": "singlepass"})
        return
    with pytest.raises(WasmtimeError, match="`compiler` cannot be `gcc`; it can be cranelift, singlepass"):
        core.Engine(STYLE, engine, {"compiler": "gcc"})
    for compiler in ("cranelift", "singlepass"):
        chosen = Engine.__new__(Engine)
        core.Engine.__init__(chosen, STYLE, engine, {"compiler": compiler})
        chosen._core_set_open()
        store = Store(chosen)
        module = Module(chosen, '(module (func (export "f") (result i32) (i32.const 6)))')
        assert Instance(store, module, []).exports(store)["f"](store) == 6


def test_a_subinterpreter_is_refused(engine: str) -> None:
    """Both kinds of subinterpreters, before and after the main interpreter has loaded the engine."""
    code = '''
        import sys
        try:
            import _interpreters  # Since CPython 3.13.
        except ImportError:
            import _xxsubinterpreters as _interpreters
        INNER = """if True:
            try:
                import anywasm.wasmtime
                anywasm.wasmtime.Store()
            except ImportError as error:
                print(str(error).split(":")[0], flush=True)
            """
        def in_both_kinds():
            kinds = [("isolated",), ("legacy",)] if sys.version_info >= (3, 13) else [()]
            for kind in kinds:
                identifier = _interpreters.create(*kind)
                failure = _interpreters.run_string(identifier, INNER)
                assert failure is None, failure
                _interpreters.destroy(identifier)
        in_both_kinds()
        import anywasm.wasmtime as w
        def check():
            store = w.Store()
            f = w.Func(store, w.FuncType([w.ValType.i32()], [w.ValType.i32()]), lambda number: True)
            assert f(store, 2**32 - 1) == 1
        check()
        in_both_kinds()
        check()
    '''
    lines = children.run(engine, code).splitlines()
    assert len(lines) in (2, 4)
    assert {*lines} == {f"the engine '{engine}' cannot be used in a subinterpreter"}


def test_use_engine_comes_before_the_environment(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from anywasm.engines import default_engine

    for other in INSTALLED:
        monkeypatch.setenv("ANYWASM_ENGINE", other)
        assert default_engine().name == other
        with anywasm.use_engine(engine):
            assert default_engine().name == engine


def test_the_error_of_an_engine_keeps_no_frame_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither at the first attempt, which imports the module, nor later."""
    from anywasm.engines import loader

    class Local:
        pass

    def fail(name: str) -> None:
        raise ImportError("on purpose")

    def attempt() -> weakref.ref[Local]:
        local = Local()
        with pytest.raises(anywasm.EngineUnavailable, match="on purpose"):
            loader.load(INSTALLED[0])
        return weakref.ref(local)

    monkeypatch.setattr(loader, "_loaded_modules", {})
    monkeypatch.setattr(loader, "_load_errors", {})
    monkeypatch.setattr(loader, "_load", fail)
    references = [attempt() for _ in range(2)]
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert loader._load_errors
    assert all(error.__traceback__ is None for error in loader._load_errors.values())


def test_a_load_leaves_the_garbage_collector_as_it_is(engine: str) -> None:
    code = """
        import gc
        from anywasm.engines import default_engine
        gc.{}able()
        default_engine()
        print(gc.isenabled())
    """
    assert children.run(engine, code.format("dis")) == "False\n"
    assert children.run(engine, code.format("en")) == "True\n"


def test_an_engine_whose_module_lacks_another_module_is_broken(copy_of_the_package: Path) -> None:
    first = anywasm.engines()[0].name
    module = copy_of_the_package / "anywasm/engines" / f"_{first.replace('-', '_')}.py"
    module.write_text("import a_module_that_is_missing\n")
    code = "from anywasm import wasmer, EngineUnavailable\n"
    code += "try:\n    wasmer.Store()\nexcept EngineUnavailable as error:\n    print(error)\n"
    printed = run_copy(copy_of_the_package, code)
    assert f"the engine {first!r} cannot be loaded: No module named 'a_module_that_is_missing'" in printed


def test_a_limit_that_an_engine_does_not_have_is_none() -> None:
    limits = [limit for info in anywasm.engines() for limit in info.limits.values()]
    assert all(limit is None or limit < 1 << 63 for limit in limits)
    assert None in limits


def test_each_bit_of_a_set_is_one_capability(engine: str) -> None:
    engine_module = load(engine)
    names = [engine_module.capability_name(bit) for bit in range(len(engine_module.meanings))]
    for bit, name in enumerate(names):
        assert engine_module.capability_names(1 << bit) == {name}
    assert engine_module.capability_names(0b101) == {names[0], names[2]}
    assert engine_module.capability_names(0) == frozenset()
    assert engine_module.capability_names((1 << 64) - 1) == engine_module.meanings.keys()
