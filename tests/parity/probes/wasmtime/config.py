"""`Config`, and what engines and stores made with it do."""

from wasmtime import (
    Config,
    Engine,
    Module,
    Store,
)

SWITCHES = """debug_info wasm_threads wasm_tail_call wasm_reference_types wasm_simd wasm_bulk_memory wasm_multi_value
    wasm_multi_memory wasm_memory64 wasm_relaxed_simd wasm_relaxed_simd_deterministic wasm_component_model
    wasm_component_model_map wasm_exceptions wasm_function_references wasm_gc wasm_wide_arithmetic
    wasm_custom_page_sizes wasm_stack_switching cranelift_debug_verifier parallel_compilation shared_memory gc_support
    cranelift_nan_canonicalization memory_may_move native_unwind_info macos_use_mach_ports signals_based_traps
    memory_init_cow""".split()
NUMBERS = ["max_wasm_stack", "memory_reservation", "memory_guard_size", "memory_reservation_for_growth"]


def outcome(function, *args):
    """What becomes of a call, as a text."""
    try:
        return repr(function(*args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def set_to(name, value):
    return outcome(setattr, Config(), name, value)


def with_options(**options):
    config = Config()
    for name, value in options.items():
        setattr(config, name, value)
    return Engine(config)


def compiles(fields, **options):
    """Whether a module is accepted under these options."""
    engine = with_options(**options)
    try:
        Module(engine, f"(module {fields})")
    except Exception as error:
        return type(error).__name__
    return True


def closed(thing):
    thing.close()
    return thing


def used(config):
    Engine(config)
    return config


{set_to(name, True) for name in SWITCHES}
{set_to(name, 1) for name in SWITCHES}
{set_to(name, None) for name in SWITCHES}
{set_to(name, "1") for name in NUMBERS}
{set_to(name, None) for name in NUMBERS}
{set_to(name, 1.5) for name in NUMBERS}
set_to("consume_fuel", 1)
set_to("consume_fuel", True)
set_to("epoch_interruption", 5)
set_to("epoch_interruption", "yes")
set_to("strategy", "auto")
set_to("strategy", "cranelift")
set_to("strategy", "x")
set_to("strategy", 5)
set_to("cranelift_opt_level", "none")
set_to("cranelift_opt_level", "speed")
set_to("cranelift_opt_level", "speed_and_size")
set_to("cranelift_opt_level", "x")
set_to("profiler", "none")
set_to("profiler", "x")
set_to("cache", False)
set_to("cache", 5)
set_to("target", "x86_64-unknown-linux-gnu")
set_to("target", "nonsense")
set_to("target", 5)
Config().cranelift_flag_enable(5)
Config().cranelift_flag_set("a", 5)
Engine(5)
Engine("x")
Engine(Config()) is not None
Engine(config=Config()) is not None
Engine(used(Config()))
setattr(used(Config()), "wasm_simd", True)
closed(Config()).ptr()
setattr(closed(Config()), "wasm_simd", True)
Engine(closed(Config()))
Engine().is_pulley()
compiles("(func (result v128) (v128.const i64x2 0 0))")
compiles("(func (result v128) (v128.const i64x2 0 0))", wasm_simd=False, wasm_relaxed_simd=False)
compiles("(func (result i32 i32) (i32.const 1) (i32.const 2))")
compiles("(func (result i32 i32) (i32.const 1) (i32.const 2))", wasm_multi_value=False)
compiles("(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))", wasm_bulk_memory=False)
compiles("(func return_call 0)", wasm_tail_call=False)
compiles("(memory 1) (memory 1)", wasm_multi_memory=False)
compiles("(memory i64 1)", wasm_memory64=False)
compiles("(memory 1 1 shared)", wasm_threads=False)
store = Store()
store.set_fuel(5)
store.get_fuel()
store.set_fuel("a")
store.set_epoch_deadline(1)
store.gc()
closed(Store()).gc()
closed(Store()).get_fuel()
closed(Store()).set_limits()
store.set_limits()
store.set_limits(-1, -1, -1, -1, -1)
