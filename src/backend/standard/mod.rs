//! Any engine, through the functions of `wasm.h` that every engine really implements.
//!
//! Never called here, since some engine aborts on it: type reflection (`wasm_extern_kind`, `wasm_module_exports` and
//! their like), `*_same`, `wasm_trap_copy`, and `*_delete(NULL)`. Called only where there is the capability `externref`:
//! `wasm_foreign_*` and `*_host_info`; where there is `funcref_call`: `wasm_ref_as_func` and `wasm_func_type`.

mod engine;
mod func;
mod funcref;
mod global;
mod instance;
mod memory;
mod module;
#[cfg(feature = "wasmi")]
mod pinning;
mod quirks;
mod reference;
mod table;
mod trap;
mod trap_text;
mod types;
mod value;

use crate::backend::{Backend, HostFunc, Ref};
use crate::base::capabilities::Capabilities;
use crate::base::error::Result;
use crate::base::options::Options;
use crate::base::types::{FuncType, GlobalType, MemoryType, TableType, ValType};
use crate::base::value::Value;
use crate::wasm::module_info::ModuleInfo;
use std::sync::LazyLock;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// The backend over `wasm.h`.
pub struct Standard;

/// Something importable or exportable, or a reference.
#[derive(Clone, Copy)]
pub struct Object {
    /// Owned; null for a reference that the engine makes nothing of.
    raw: *mut c::wasm_extern_t,
    /// Owned; null for all but a reference.
    reference: *mut c::wasm_ref_t,
}

#[expect(clippy::not_unsafe_ptr_arg_deref, reason = "a `Store` is one that this backend made and has not dropped")]
impl Backend for Standard {
    type Engine = engine::Engine;
    type Store = *mut c::wasm_store_t;
    type Module = module::Module;
    type Extern = Object;
    type Instance = instance::Instance;
    /// `wasm.h` has none: there is no value of it.
    type SharedMemory = std::convert::Infallible;

    const NAME: &'static str = quirks::NAME;
    const KIND: &'static str = "wasm.h";
    const CAPABILITIES: Capabilities = quirks::CAPABILITIES;
    const MAX_MEMORY_PAGES: u64 = quirks::MAX_MEMORY_PAGES;
    const MAX_TABLE_ELEMENTS: u64 = quirks::MAX_TABLE_ELEMENTS;

    fn max_modules() -> u64 {
        static MAPPINGS: LazyLock<u64> = LazyLock::new(|| {
            let said = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
            said.and_then(|text| text.trim().parse().ok()).unwrap_or(65_530)
        });
        // A third of the mappings that a process may have is left for everything else.
        quirks::KEPT_MAPPINGS.map_or(u64::MAX, |kept| *MAPPINGS / 3 * 2 / kept)
    }

    fn has_option(name: &str) -> bool {
        quirks::OPTIONS.contains(&name)
    }
    fn features(options: &Options) -> WasmFeatures {
        quirks::features(options)
    }
    fn stack(_: &Options) -> usize {
        quirks::STACK
    }
    fn engine_new(options: &Options) -> Result<Self::Engine> {
        engine::Engine::new(options)
    }
    fn store_new(engine: &Self::Engine) -> Result<Self::Store> {
        engine.store_new()
    }
    fn store_drop(store: Self::Store) {
        // SAFETY: the record gives its store up once, after all that lives in it.
        unsafe { c::wasm_store_delete(store) }
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
        info: &ModuleInfo,
        imports: &[Object],
    ) -> Result<Self::Instance> {
        instance::new(store, module, info, imports)
    }
    fn instance_export(
        _: Self::Store,
        instance: Self::Instance,
        info: &ModuleInfo,
        index: usize,
    ) -> Result<Self::Extern> {
        instance.export(info, index)
    }
    fn instance_drop(instance: Self::Instance) {
        instance.delete();
    }
    fn extern_drop(object: Object) {
        // SAFETY: an object owns what it has of the two, and is dropped once.
        unsafe {
            if !object.raw.is_null() {
                c::wasm_extern_delete(object.raw);
            }
            if !object.reference.is_null() {
                c::wasm_ref_delete(object.reference);
            }
        }
    }
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Object> {
        func::new(store, func)
    }
    unsafe fn func_call(_: Self::Store, func: Object, ty: &FuncType, values: *mut Value) -> Result<()> {
        // SAFETY: the caller's promise.
        unsafe { func::call(func, ty, values) }
    }
    fn ref_lower(store: Self::Store, value: Ref<Object>, ty: Option<&FuncType>) -> Result<Value> {
        reference::lower(store, value, ty)
    }
    unsafe fn ref_lift(_: Self::Store, ty: ValType, value: Value) -> Ref<Object> {
        // SAFETY: the caller's promise: the slot owns a reference of this type, or null.
        unsafe { reference::lift(ty, value) }
    }
    unsafe fn func_type(_: Self::Store, func: Object) -> Option<FuncType> {
        // SAFETY: the function lives, and the caller promises for its type.
        (!func.raw.is_null()).then(|| unsafe { types::of_func(c::wasm_extern_as_func(func.raw)) })
    }
    fn memory_new(store: Self::Store, ty: &MemoryType) -> Result<Object> {
        memory::new(store, ty)
    }
    fn memory_data(_: Self::Store, memory: Object) -> (*mut u8, usize) {
        memory::data(memory)
    }
    fn memory_grow(_: Self::Store, memory: Object, delta: u64) -> bool {
        memory::grow(memory, delta)
    }
    fn shared_memory_extern(memory: &Self::SharedMemory) -> Object {
        match *memory {}
    }
    fn shared_memory_data(memory: &Self::SharedMemory) -> (*mut u8, usize) {
        match *memory {}
    }
    fn shared_memory_grow(memory: &Self::SharedMemory, _: u64) -> Option<u64> {
        match *memory {}
    }
    fn memory_pin(block: *mut u8) {
        memory::pin(block);
    }
    fn memory_unpin(block: *mut u8) {
        memory::unpin(block);
    }
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Object> {
        table::new(store, ty, init)
    }
    fn table_size(_: Self::Store, table: Object) -> u64 {
        table::size(table)
    }
    fn table_get(_: Self::Store, table: Object, index: u64) -> Result<Value> {
        Ok(table::get(table, index))
    }
    fn table_set(_: Self::Store, table: Object, _: &TableType, index: u64, value: Value) -> Result<()> {
        table::set(table, index, value)
    }
    fn table_grow(_: Self::Store, table: Object, _: &TableType, delta: u64, init: Value) -> Result<bool> {
        Ok(table::grow(table, delta, init))
    }
    fn global_new(store: Self::Store, ty: &GlobalType, value: Value) -> Result<Object> {
        global::new(store, ty, value)
    }
    fn global_get(_: Self::Store, global: Object, ty: &GlobalType) -> Result<Value> {
        global::get(global, ty)
    }
    fn global_set(_: Self::Store, global: Object, ty: &GlobalType, value: Value) -> Result<()> {
        global::set(global, ty, value)
    }
}
