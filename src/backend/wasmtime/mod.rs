//! wasmtime, through the extension header of its own C API: what `wasm.h` cannot say, and the fast call path.
//!
//! Being C, it serves the bundled crate and a library of the system alike.

#[cfg(feature = "wasmtime")]
mod bundled;
mod config;
mod engine;
mod error;
mod func;
mod global;
mod instance;
mod memory;
mod module;
mod reference;
#[cfg(feature = "system")]
mod system;
mod table;
mod tag;
mod types;

use crate::backend::{Backend, HostFunc, Ref};
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::Result;
use crate::base::options::Options;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::base::value::Value;
use crate::store;
use crate::wasm::module_info::ModuleInfo;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// The backend over `wasmtime.h`.
pub struct Wasmtime;

impl Backend for Wasmtime {
    type Engine = engine::Engine;
    type Store = engine::Store;
    type Module = module::Module;
    type Extern = c::wasmtime_extern_t;
    type Instance = c::wasmtime_instance_t;
    type SharedMemory = memory::Shared;

    const NAME: &'static str = if cfg!(feature = "system") { "system" } else { "wasmtime" };
    const KIND: &'static str = "wasmtime.h";
    const CAPABILITIES: Capabilities = cap::SERIALIZE
        .with(cap::EXTERNREF)
        .with(cap::EXTERNREF_RELEASE)
        .with(cap::FUNCREF)
        .with(cap::FUNCREF_CALL)
        .with(cap::V128)
        .with(cap::MEMORY64)
        .with(cap::SHARED_MEMORY)
        .with(cap::TAGS)
        .with(cap::FUEL)
        .with(cap::EPOCH)
        .with(cap::LIMITS)
        .with(cap::CUSTOM_PAGE_SIZES)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS);

    fn has_option(name: &str) -> bool {
        config::has_option(name)
    }
    fn features(_: &Options) -> WasmFeatures {
        config::FEATURES
    }
    fn max_features() -> WasmFeatures {
        config::max_features()
    }
    fn capabilities(options: &Options) -> Capabilities {
        config::capabilities(Self::CAPABILITIES, options)
    }
    fn interruptible(options: &Options) -> bool {
        config::interruptible(options)
    }
    fn stack(options: &Options) -> usize {
        options.size("max_wasm_stack").map_or(engine::DEFAULT_STACK, |size| size as usize)
    }
    fn engine_new(options: &Options) -> Result<Self::Engine> {
        engine::Engine::new(options, Self::stack(options))
    }
    fn engine_tick(engine: &Self::Engine) {
        engine.tick();
    }
    fn store_new(engine: &Self::Engine) -> Result<Self::Store> {
        engine.store_new()
    }
    fn store_drop(store: Self::Store) {
        store.delete();
    }
    fn store_watch(store: Self::Store, record: *const store::Store) {
        store.watch(record);
    }
    fn store_deadline(store: Self::Store, ticks: u64) {
        store.set_deadline(ticks);
    }
    fn store_set_fuel(store: Self::Store, fuel: u64) -> Result<()> {
        store.set_fuel(fuel)
    }
    fn store_fuel(store: Self::Store) -> Result<u64> {
        store.fuel()
    }
    fn store_set_limits(store: Self::Store, limits: [i64; 5]) {
        store.set_limits(limits);
    }
    fn store_gc(store: Self::Store) -> Result<()> {
        store.gc()
    }
    fn release(store: Self::Store, number: u64) {
        store.release(number);
    }
    fn take_released(store: Self::Store) -> Vec<u64> {
        store.take_released()
    }
    fn module_new(engine: &Self::Engine, wasm: &[u8]) -> Result<Self::Module> {
        module::Module::new(engine, wasm)
    }
    fn module_serialize(module: &Self::Module) -> Result<Vec<u8>> {
        module.serialize()
    }
    unsafe fn module_deserialize(engine: &Self::Engine, bytes: &[u8]) -> Result<Self::Module> {
        // SAFETY: the caller's promise.
        unsafe { module::Module::deserialize(engine, bytes) }
    }
    fn instance_new(
        store: Self::Store,
        module: &Self::Module,
        _: &ModuleInfo,
        imports: &[Self::Extern],
    ) -> Result<Self::Instance> {
        instance::new(store, module, imports)
    }
    fn instance_export(
        store: Self::Store,
        instance: Self::Instance,
        info: &ModuleInfo,
        index: usize,
    ) -> Result<Self::Extern> {
        instance::export(store, instance, &info.exports[index].name)
    }
    fn instance_drop(_: Self::Instance) {
        // A plain number: the store owns what it stands for.
    }
    fn extern_drop(mut object: Self::Extern) {
        if u32::from(object.kind) == c::WASMTIME_EXTERN_SHAREDMEMORY {
            // SAFETY: only a shared memory owns something, and the record gives it up once.
            unsafe { c::wasmtime_extern_delete(&mut object) }
        }
    }
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Self::Extern> {
        Ok(func::new(store, func))
    }
    unsafe fn func_call(store: Self::Store, func: Self::Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
        // SAFETY: the caller's promise.
        unsafe { func::call(store, func, ty, values) }
    }
    fn ref_lower(store: Self::Store, value: Ref<Self::Extern>, _: Option<&FuncType>) -> Result<Value> {
        reference::lower(store, value)
    }
    unsafe fn ref_lift(store: Self::Store, _: ValType, value: Value) -> Ref<Self::Extern> {
        // SAFETY: the caller's promise: the slot owns a boxed value or holds null.
        unsafe { reference::lift(store, value) }
    }
    unsafe fn func_type(store: Self::Store, func: Self::Extern) -> Option<FuncType> {
        Some(types::of_func(store, func))
    }
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Self::Extern> {
        memory::new(store, ty)
    }
    fn memory_data(store: Self::Store, memory: Self::Extern) -> (*mut u8, usize) {
        memory::data(store, memory)
    }
    fn memory_grow(store: Self::Store, memory: Self::Extern, delta: u64) -> bool {
        memory::grow(store, memory, delta)
    }
    fn shared_memory_new(engine: &Self::Engine, ty: &MemoryType) -> Result<Self::SharedMemory> {
        memory::Shared::new(engine, ty)
    }
    fn shared_memory_of(object: &Self::Extern) -> Option<Self::SharedMemory> {
        memory::Shared::of(object)
    }
    fn shared_memory_extern(memory: &Self::SharedMemory) -> Self::Extern {
        memory.to_extern()
    }
    fn shared_memory_data(memory: &Self::SharedMemory) -> (*mut u8, usize) {
        memory.data()
    }
    fn shared_memory_grow(memory: &Self::SharedMemory, delta: u64) -> Option<u64> {
        memory.grow(delta)
    }
    fn tag_new(store: Self::Store, ty: &FuncType) -> Result<Self::Extern> {
        tag::new(store, ty)
    }
    fn tag_same(store: Self::Store, one: Self::Extern, other: Self::Extern) -> bool {
        tag::same(store, one, other)
    }
    fn memory_pin(_: *mut u8) {
        // A memory's address range is reserved for its whole life.
    }
    fn memory_unpin(_: *mut u8) {
        // As above.
    }
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Self::Extern> {
        table::new(store, ty, init)
    }
    fn table_size(store: Self::Store, table: Self::Extern) -> u64 {
        table::size(store, table)
    }
    fn table_get(store: Self::Store, table: Self::Extern, index: u64) -> Result<Value> {
        table::get(store, table, index)
    }
    fn table_set(store: Self::Store, table: Self::Extern, ty: &TableType, index: u64, value: Value) -> Result<()> {
        table::set(store, table, ty, index, value)
    }
    fn table_grow(store: Self::Store, table: Self::Extern, ty: &TableType, delta: u64, init: Value) -> Result<bool> {
        Ok(table::grow(store, table, ty, delta, init))
    }
    fn global_new(store: Self::Store, ty: &GlobalType, value: Value) -> Result<Self::Extern> {
        global::new(store, ty, value)
    }
    fn global_get(store: Self::Store, global: Self::Extern, ty: &GlobalType) -> Result<Value> {
        Ok(global::get(store, global, ty))
    }
    fn global_set(store: Self::Store, global: Self::Extern, ty: &GlobalType, value: Value) -> Result<()> {
        global::set(store, global, ty, value)
    }
}
