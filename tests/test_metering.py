"""Rewritten modules: they use fuel as they should, and otherwise nobody can tell them from the original modules."""

from __future__ import annotations

from typing import Any

import pytest

import anywasm
from anywasm.wasmtime import (
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Module,
    Store,
    Trap,
    TrapCode,
    Val,
    ValType,
    WasmtimeError,
    wat2wasm,
)
from conftest import INSTALLED, known_fault
from engine_configs import engine_with
from fuzz.lowering import alike, observe, outcome
from metered_programs import PROGRAMS

#: The ways of rewriting, without a limit that a program could reach.
REWRITTEN: dict[str, dict[str, Any]] = {
    "all": {"lowering": "all"},
    "a deadline": {"lowering": "always", "interruptible": True},
    "growth": {"lowering": "always"},
}
PLENTY = 10**9


def compiled(engine: Engine, source: str) -> Module:
    """The module; skips the test if the engine lacks a proposal that the module uses."""
    wasm = bytes(wat2wasm(source))
    try:
        Module.validate(engine, wasm)
    except WasmtimeError as error:
        if "does not support" not in str(error):
            raise
        pytest.skip("the engine lacks a proposal")
    return Module(engine, wasm)


def imports(store: Store, module: Module) -> list[Any]:
    objects: list[Any] = []
    for each in module.imports:
        if isinstance(each.type, GlobalType):
            objects.append(Global(store, each.type, 0))
        else:
            objects.append(Func(store, each.type, (lambda *_: 0) if each.type.results else lambda *_: None))
    return objects


def run(store: Store, module: Module) -> Any:
    return Instance(store, module, imports(store, module)).exports(store)["run"](store)


def fuel_used(engine: Engine, source: str) -> tuple[int, Any]:
    """What instantiating and `run` use, and the outcome of `run`."""
    store = Store(engine)
    store.set_fuel(PLENTY)
    module = compiled(engine, source)
    instance = Instance(store, module, imports(store, module))
    seen = outcome(instance.exports(store)["run"], store)
    return PLENTY - store.get_fuel(), seen[0] if isinstance(seen, list) else seen


@pytest.mark.parametrize("way", REWRITTEN)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_rewritten_program_does_what_it_did(on_engine: str, name: str, way: str) -> None:
    """The host sees the same calls, results, memories, globals, tables, traps and places of traps."""
    source, expected = PROGRAMS[name]
    plain, rewritten = engine_with(lowering="needed"), engine_with(**REWRITTEN[way])
    for engine in (plain, rewritten):
        store, module = Store(engine), compiled(engine, source)
        instance = Instance(store, module, imports(store, module))
        seen = outcome(instance.exports(store)["run"], store)
        assert (seen[0] if isinstance(seen, list) else seen) == expected
    wasm = bytes(wat2wasm(source))
    before, after = observe(plain, wasm), observe(rewritten, wasm)
    assert len(before) > 2
    assert alike(before, after), [pair for pair in zip(before, after) if not alike(*pair)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_fuel_is_the_same_on_every_engine_and_every_time(name: str) -> None:
    source, expected = PROGRAMS[name]
    used = {}
    for engine in INSTALLED:
        with anywasm.use_engine(engine):
            rewriting = engine_with(consume_fuel=True, lowering="always")
            try:
                Module.validate(rewriting, bytes(wat2wasm(source)))
            except WasmtimeError:
                continue
            used[engine] = [fuel_used(rewriting, source) for _ in range(2)]
            used[engine].append(fuel_used(engine_with(consume_fuel=True, lowering="all"), source))
    outcomes = [each for outcomes in used.values() for each in outcomes]
    assert outcomes
    assert len(set(outcomes)) == 1, used
    assert outcomes[0][0] > 0
    assert outcomes[0][1] == expected


@pytest.mark.parametrize("lowering", ["needed", "fast", "always"])
def test_fuel_grows_with_the_work(on_engine: str, lowering: str) -> None:
    engine = engine_with(consume_fuel=True, lowering=lowering)
    store = Store(engine)
    store.set_fuel(PLENTY)
    module = Module(
        engine,
        """(module (memory 10)
          (func (export "count") (param i32)
            (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
          (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 1) (local.get 0)))
          (func (export "nothing")))""",
    )
    exports = Instance(store, module, []).exports(store)

    def used(name: str, *args: int) -> int:
        before = store.get_fuel()
        exports[name](store, *args)
        return before - store.get_fuel()

    for _ in range(2):
        assert 0 < used("nothing") < 10
        thousand = used("count", 1000)
        assert 4_000 < thousand < 6_500
        assert 9 * thousand < used("count", 10_000) < 11 * thousand
        # Bytes are cheaper than instructions, and not free.
        assert 1_000 < used("fill", 100_000) - used("fill", 0) < 200_000


@pytest.mark.parametrize("name", ["a loop", "recursion", "loops in loops with values", "a switch"])
def test_rewritten_code_uses_nearly_what_the_engine_would(store: Store, name: str) -> None:
    source, _ = PROGRAMS[name]
    amounts = [fuel_used(engine_with(consume_fuel=True, lowering=way), source)[0] for way in ("needed", "always")]
    assert 0.6 < amounts[0] / amounts[1] < 1.7, amounts


@pytest.mark.parametrize("lowering", ["needed", "fast", "always"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_with_any_amount_of_fuel_a_program_ends_as_usual_or_out_of_fuel(
    on_engine: str, name: str, lowering: str
) -> None:
    source, expected = PROGRAMS[name]
    engine = engine_with(consume_fuel=True, lowering=lowering)
    needed, _ = fuel_used(engine, source)
    module = compiled(engine, source)
    seen = []
    for fuel in sorted({0, 1, 2, 5, needed // 2, max(0, needed - 1), needed, needed + 1, needed * 2 + 5000}):
        store = Store(engine)
        store.set_fuel(fuel)

        ended = outcome(run, store, module)
        seen.append(ended[0] if isinstance(ended, list) else ended)
        if seen[-1] == "OUT_OF_FUEL":
            assert store.get_fuel() == 0
    assert set(seen) == {"OUT_OF_FUEL", expected}
    assert seen == sorted(seen, key=lambda each: each == expected)


@pytest.mark.parametrize("lowering", ["needed", "fast", "always"])
def test_all_instances_of_a_store_share_its_fuel(on_engine: str, lowering: str) -> None:
    engine = engine_with(consume_fuel=True, lowering=lowering)
    store, other = Store(engine), Store(engine)
    inner = Module(engine, '(module (func (export "f") (loop (br 0))) (func (export "g")))')
    outer = Module(
        engine,
        """(module (import "" "g" (func $g)) (func (export "run") (param i32)
          (loop (call $g) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))""",
    )
    for each in (store, other):
        each.set_fuel(100_000)
    first = Instance(store, inner, []).exports(store)
    second = Instance(store, outer, [first["g"]]).exports(store)
    second["run"](store, 1000)
    left = store.get_fuel()
    assert 80_000 < left < 98_000
    with pytest.raises(Trap) as caught:
        first["f"](store)
    assert caught.value.trap_code is TrapCode.OUT_OF_FUEL
    with pytest.raises(Trap) as caught:
        second["run"](store, 1)
    assert caught.value.trap_code is TrapCode.OUT_OF_FUEL
    assert store.get_fuel() == 0
    assert other.get_fuel() == 100_000
    store.set_fuel(100_000)
    second["run"](store, 1000)
    assert store.get_fuel() == left


@pytest.mark.parametrize("lowering", ["needed", "always"])
def test_a_host_function_sees_and_changes_the_fuel(on_engine: str, lowering: str) -> None:
    engine = engine_with(consume_fuel=True, lowering=lowering)
    store = Store(engine)
    store.set_fuel(10_000)
    seen = []

    def host() -> None:
        seen.append(store.get_fuel())
        store.set_fuel(500)

    source = """(module (import "" "" (func $host)) (func (export "run") (local i32)
        (local.set 0 (i32.const 1000))
        (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (call $host) (loop (br 0))))"""
    run = Instance(store, Module(engine, source), [Func(store, FuncType([], []), host)]).exports(store)["run"]
    with pytest.raises(Trap) as caught:
        run(store)
    assert caught.value.trap_code is TrapCode.OUT_OF_FUEL
    assert len(seen) == 1
    assert 3_000 < seen[0] < 7_000


@pytest.mark.parametrize("lowering", ["needed", "always"])
def test_an_exception_of_a_host_function_comes_through_without_fuel(on_engine: str, lowering: str) -> None:
    engine = engine_with(consume_fuel=True, lowering=lowering)
    store = Store(engine)
    store.set_fuel(1000)
    error = ZeroDivisionError("this one")

    def host() -> None:
        store.set_fuel(0)
        raise error

    source = '(module (import "" "" (func $host)) (func (export "run") (call $host)))'
    run = Instance(store, Module(engine, source), [Func(store, FuncType([], []), host)]).exports(store)["run"]
    with pytest.raises(ZeroDivisionError) as caught:
        run(store)
    assert caught.value is error


def test_the_largest_amounts_of_fuel(on_engine: str) -> None:
    for lowering in ("needed", "always"):
        engine = engine_with(consume_fuel=True, lowering=lowering)
        store = Store(engine)
        run = Instance(store, Module(engine, PROGRAMS["a loop"][0]), []).exports(store)["run"]
        for fuel in (2**63 - 1, 2**63, 2**63 + 5000, 2**64 - 1):
            store.set_fuel(fuel)
            assert store.get_fuel() == fuel
            assert run(store) == 500_500
            assert fuel - 20_000 < store.get_fuel() < fuel - 2_000


@pytest.mark.parametrize("lowering", ["needed", "all"])
def test_a_start_function_that_throws(on_engine: str, lowering: str, request: pytest.FixtureRequest) -> None:
    if lowering == "needed":
        known_fault(request, "the engine's own error is not taken for a trap", ["wasmtime"])
    engine = engine_with(lowering=lowering)
    module = compiled(engine, "(module (tag $e) (func $f (throw $e)) (start $f))")
    with pytest.raises(Trap) as caught:
        Instance(Store(engine), module, [])
    assert caught.value.trap_code is TrapCode.UNCAUGHT_EXCEPTION


@pytest.mark.needs("frames")
def test_frames_have_names_where_the_stack_is_exhausted(on_engine: str, request: pytest.FixtureRequest) -> None:
    known_fault(request, "a frame without a place has no name", ["wasmtime", "wasmtime-standard"])
    named = []
    for lowering in ("needed", "all"):
        engine = engine_with(lowering=lowering)
        store = Store(engine)
        source = '(module $m (func $recurse (export "f") (result i32) (i32.add (call $recurse) (i32.const 1))))'
        recurse = Instance(store, Module(engine, source), []).exports(store)["f"]
        with pytest.raises(Trap) as caught:
            recurse(store)
        assert caught.value.trap_code is TrapCode.STACK_OVERFLOW
        assert "0xffffffffffffffff" not in str(caught.value)
        named.append([(frame.func_index, frame.func_name, frame.module_name) for frame in caught.value.frames[:5]])
    assert named[0] == named[1]


DESCRIBED = """(module $named
    (import "a" "f" (func $f (param i32))) (import "b" "g" (global $g (mut i64))) (import "c" "t" (table 2 funcref))
    (global $own (export "own") (mut i32) (i32.const 1)) (export "g again" (global $g)) (export "f" (func $f))
    (memory (export "word") 1 3) (table (export "table") 1 1 funcref)
    (func $run (export "run") (result i32) (drop (memory.grow (i32.const 1))) (global.get $own))
    (func $start (global.set $own (i32.const 7))) (start $start)
    (@custom "notes" "text"))"""


@pytest.mark.parametrize("way", REWRITTEN)
def test_a_rewritten_module_is_described_as_it_was(on_engine: str, way: str) -> None:
    described = []
    for engine in (engine_with(lowering="needed"), engine_with(**REWRITTEN[way])):
        module = Module(engine, DESCRIBED)
        store = Store(engine)
        table = compiled(engine, '(module (table (export "t") 2 funcref))')
        objects = [
            Func(store, FuncType([ValType.i32()], []), lambda _: None),
            Global(store, GlobalType(ValType.i64(), True), Val.i64(3)),
            Instance(store, table, []).exports(store)["t"],
        ]
        instance = Instance(store, module, objects)
        assert instance.exports(store)["run"](store) == 7
        assert instance.exports(store)["g again"].value(store) == 3
        described.append(
            [
                [(each.module, each.name, repr(each.type)) for each in module.imports],
                [(each.name, repr(each.type)) for each in module.exports],
                list(instance.exports(store)),
            ]
        )
    # The representation of a type may be that of the object.
    for one in described:
        one[0] = [(module, name, text.partition(" ")[0]) for module, name, text in one[0]]
        one[1] = [(name, text.partition(" ")[0]) for name, text in one[1]]
    assert described[0] == described[1]
    assert len(described[0][0]) == 3
    assert described[0][2] == ["own", "g again", "f", "word", "table", "run"]


@pytest.mark.parametrize("way", REWRITTEN)
def test_custom_sections_stay(on_engine: str, way: str) -> None:
    from anywasm import wasmer

    for options in ({"lowering": "needed"}, REWRITTEN[way]):
        module = wasmer.Module(wasmer.Store(options=options), wasmer.wat2wasm(DESCRIBED))
        assert module.custom_sections("notes") == [b"text"]
        assert module.name == "named"


@pytest.mark.parametrize("way", REWRITTEN)
def test_a_module_that_already_has_the_names_of_hidden_exports(on_engine: str, way: str) -> None:
    names = ["anywasm:word", "anywasm:word~", "anywasm:memory-limit", "anywasm:table-limit", "anywasm:start", "anywasm"]
    source = (
        "(module (memory 1 5) (table 1 funcref) (global $g (mut i32) (i32.const 0))"
        + "".join(f'(func (export "{name}") (result i32) (i32.const {index}))' for index, name in enumerate(names))
        + """(func (export "grow") (result i32) (i32.add (memory.grow (i32.const 1))
             (table.grow (ref.null func) (i32.const 1))))
           (func $start (global.set $g (i32.const 3))) (start $start)
           (func (export "started") (result i32) (global.get $g)) (func (export "loop") (loop (br 0))))"""
    )
    with anywasm.limits(timeout=0.2) if way == "a deadline" else anywasm.limits():
        engine = engine_with(**REWRITTEN[way])
        store = Store(engine)
        module = Module(engine, source)
        exports = Instance(store, module, []).exports(store)
    assert list(exports) == [*names, "grow", "started", "loop"]
    assert [exports[name](store) for name in names] == list(range(len(names)))
    assert exports["started"](store) == 3
    assert exports["grow"](store) == 2
    if way == "a deadline":
        with pytest.raises(Trap) as caught:
            exports["loop"](store)
        assert caught.value.trap_code is TrapCode.INTERRUPT
    again = Module(engine, source)
    assert [each.name for each in again.exports] == list(exports)


METERED: dict[str, dict[str, Any]] = {
    "plain": {},
    "fuel": {"consume_fuel": True},
    "a deadline": {"epoch_interruption": True},
    "both": {"consume_fuel": True, "epoch_interruption": True},
}


@pytest.mark.needs("serialize")
@pytest.mark.parametrize("lowering", ["needed", "always"])
@pytest.mark.parametrize("written", METERED)
def test_a_serialized_module_needs_the_options_that_it_was_compiled_with(
    on_engine: str, written: str, lowering: str
) -> None:
    source = """(module (memory 1) (func (export "loop") (loop (br 0)))
        (func (export "grow") (result i32) (memory.grow (i32.const 2))))"""
    data = Module(engine_with(lowering=lowering, **METERED[written]), source).serialize()
    for read, options in METERED.items():
        engine = engine_with(lowering=lowering, **options)
        if read != written:
            with pytest.raises(WasmtimeError):
                Module.deserialize(engine, data)
            continue
        store = Store(engine)
        module = Module.deserialize(engine, data)
        if "consume_fuel" in options:
            store.set_fuel(100_000)
        if "epoch_interruption" in options:
            store.set_epoch_deadline(1)
        exports = Instance(store, module, []).exports(store)
        store.set_limits(memory_size=2 << 16)
        assert exports["grow"](store) == -1
        if not options:
            continue
        if "consume_fuel" not in options:
            engine.increment_epoch()
        with pytest.raises(Trap) as caught:
            exports["loop"](store)
        expected = TrapCode.OUT_OF_FUEL if "consume_fuel" in options else TrapCode.INTERRUPT
        assert caught.value.trap_code is expected


def test_a_way_of_rewriting_that_does_not_exist(on_engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WasmtimeError, match="lowering"):
        engine_with(lowering="sometimes")
    monkeypatch.setenv("ANYWASM_LOWERING", "sometimes")
    with pytest.raises(WasmtimeError, match="lowering"):
        Engine()


@pytest.mark.needs("serialize")
def test_the_environment_chooses_the_way_of_rewriting(on_engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = '(module (func (export "loop") (loop (br 0))))'

    def size(engine: Engine) -> int:
        return len(Module(engine, source).serialize())

    plain = size(Engine())
    monkeypatch.setenv("ANYWASM_LOWERING", "all")
    assert size(Engine()) == size(engine_with(lowering="all")) > plain
    assert size(engine_with(lowering="needed")) == plain
