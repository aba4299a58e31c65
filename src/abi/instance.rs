//! C functions for instances, and the check whether imports have the types that a module expects.

use crate::abi::module::CModule;
use crate::abi::store::CStore;
use crate::abi::table::require_element_memory;
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::{Backend, FuncOps, InstanceOps, LinkedBackend, MemoryOps, Ref, RefOps, TableOps, faults};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::pointer::{self, Handle, non_null};
use crate::base::types::{ExternType, FuncType, Limits, MemoryType, TableType};
use crate::engine::module::Module;
use crate::store::memory_bytes::Cost;
use crate::store::object::{Extern, Identity, Instance};
use crate::store::{Entered, Store};
use crate::wasm::hidden::HiddenExport;
use std::borrow::Cow;
use std::sync::Arc;

impl Handle for Instance {}

/// Instantiates a module and runs the module's start function. `imports` has the same order as the module's imports.
/// The caller deletes the instance.
///
/// Fails with an error of the kind "link" if an import has the wrong type. The code of the error is the import's index.
///
/// # Safety
/// The caller guarantees that `imports` points to `imports_len` pointers to live externs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_instance_new(
    store: Option<&CStore>,
    module: Option<&CModule>,
    imports: *const Option<&Extern>,
    imports_len: usize,
) -> Option<Box<Instance>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `imports` points to `imports_len` pointers to live externs. The caller
        // also guarantees that nobody deletes these externs before the call returns.
        let imports = unsafe { pointer::references(imports, imports_len, "the imports") }?;
        let store = non_null(store, "the store")?.0.clone();
        box_for_c(instantiate(store, non_null(module, "the module")?.module.clone(), &imports)?)
    })
}

fn instantiate(store: Arc<Store>, module: Arc<Module>, imports: &[&Extern]) -> Result<Instance> {
    faults::check_quickly()?;
    let entered = store.enter()?;
    if !Arc::ptr_eq(&store.engine, &module.engine) {
        fail!(Store, "the module was compiled by another engine object than the store was made with");
    }
    check_imports(&store, &entered, &module, imports)?;
    require_table_memory(&module)?;
    entered.record_module(&module.info);
    if let Some(meter) = entered.meter() {
        let (memories, tables) = (module.info.own_memories(), module.info.own_tables());
        meter.counts.add_instance(&meter.store_limits.get(), memories, tables)?;
    }
    let memories = Cost::take(module.info.own_memories(), module.info.hidden.memory_count())?;
    let hidden = HiddenTables::new(&entered, &module)?;
    let fuel = match entered.meter() {
        Some(meter) if module.info.hidden.fuel => Some(meter.fuel_global(entered.raw)?),
        _ => None,
    };
    let own = imports.iter().map(|import| import.raw);
    let raw: Vec<_> = own.chain(fuel).chain(hidden.0.iter().copied()).collect();
    let instantiate = || LinkedBackend::instance_new(entered.raw, &module.raw, &module.info, &raw);
    let raw = entered.run_instantiation(store.engine.guest_stack_size, instantiate)?;
    entered.add_memories(memories);
    let (key, number) = (entered.add_instance(raw), entered.next_number());
    let exports = module.info.exports.iter().enumerate();
    let exported_imports = exports.filter_map(|(index, export)| Some((index, imports[export.import?])));
    let exported_imports = exported_imports.map(|(index, import)| (index, (import.ty.clone(), import.identity)));
    let exported_imports = exported_imports.collect();
    let instance = Instance { exported_imports, store: store.clone(), module, raw, key, number };
    run_hidden_start(&entered, &instance)?;
    drop(entered);
    Ok(instance)
}

/// Registers the hidden exports of a new instance. Then runs the start function, if it is one of them.
fn run_hidden_start(entered: &Entered<'_>, instance: &Instance) -> Result<()> {
    let info = &instance.module.info;
    if let Some(meter) = entered.meter() {
        meter.add_instance(entered.raw, instance.raw, info)?;
    }
    let Some(position) = info.hidden.position(HiddenExport::Start) else { return Ok(()) };
    let start = LinkedBackend::instance_export(entered.raw, instance.raw, info, info.exports.len() + position)?;
    let mut no_values = [];
    // SAFETY: a start function has no parameters and no results, so it needs no slots.
    let call =
        || unsafe { LinkedBackend::func_call(entered.raw, &start, &FuncType::default(), no_values.as_mut_ptr()) };
    let outcome = entered.run(instance.store.engine.guest_stack_size, call);
    LinkedBackend::extern_drop(start);
    outcome
}

/// The tables that a rewritten module imports in addition to its own imports. They are dropped when the instance exists,
/// which keeps them.
struct HiddenTables(Vec<<LinkedBackend as Backend>::Extern>);

impl HiddenTables {
    fn new(entered: &Entered<'_>, module: &Module) -> Result<Self> {
        let mut tables = Self(Vec::new());
        for ty in &module.info.hidden.tables {
            let null = LinkedBackend::ref_lower(entered.raw, Ref::Null)?;
            tables.0.push(LinkedBackend::table_new(entered.raw, ty, null)?);
        }
        Ok(tables)
    }
}

impl Drop for HiddenTables {
    fn drop(&mut self) {
        self.0.drain(..).for_each(LinkedBackend::extern_drop);
    }
}

/// Fails if there is no memory for the elements of the module's tables. Small tables need no look.
fn require_table_memory(module: &Module) -> Result<()> {
    const SMALL: u64 = 1 << 16;
    let elements = module.info.own_tables().iter().map(|ty| ty.limits.min).fold(0, u64::saturating_add);
    if elements > SMALL { require_element_memory(elements, "tables") } else { Ok(()) }
}

fn check_imports(store: &Arc<Store>, entered: &Entered<'_>, module: &Module, imports: &[&Extern]) -> Result<()> {
    let expected = &module.info.imports;
    if expected.len() != imports.len() {
        fail!(Link, "expected {} imports, found {}", expected.len(), imports.len());
    }
    for (index, import) in imports.iter().enumerate() {
        let expected = &expected[index];
        if !Arc::ptr_eq(store, &import.store) {
            fail!(Store, "the import `{}::{}` belongs to another store", expected.module, expected.name);
        }
        check_import(entered, module, index, import)?;
    }
    Ok(())
}

/// Fails if the module's import at `index` does not accept the type of `import`.
fn check_import(entered: &Entered<'_>, module: &Module, index: usize, import: &Extern) -> Result<()> {
    let Some(expected) = module.info.imports.get(index) else {
        fail!(Bounds, "there is no import {index}: the module has {}", module.info.imports.len());
    };
    let actual = import.ty.as_ref().map(|ty| type_with_current_size(entered, import, ty));
    if actual.as_ref().is_some_and(|actual| expected.ty.accepts(actual)) {
        return Ok(());
    }
    let found = actual.map_or_else(|| "an opaque reference".to_owned(), |ty| ty.to_string());
    let text = format!(
        "the import `{}::{}` has the wrong type: expected {}, found {found}",
        expected.module, expected.name, expected.ty
    );
    Err(Error::new(ErrorKind::Link, text).with_code(index as i32))
}

/// Fails if the module's import at `index` does not accept the type of this extern. The code of the error is the index.
/// The extern may belong to any store.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_accepts(module: Option<&CModule>, index: usize, import: Option<&Extern>) -> bool {
    catch_errors(|| {
        let (module, import) = (non_null(module, "the module")?, non_null(import, "an import")?);
        check_import(&import.store.enter()?, &module.module, index, import)?;
        Ok(true)
    })
}

/// Returns the type that an extern has for import matching. The minimum size in the type of a memory or table is the
/// current size, as the core specification requires ("Import Matching").
fn type_with_current_size<'a>(entered: &Entered<'_>, object: &Extern, ty: &'a ExternType) -> Cow<'a, ExternType> {
    Cow::Owned(match ty {
        ExternType::Memory(ty) => {
            let (_, bytes) = LinkedBackend::memory_data(entered.raw, &object.raw);
            let limits = Limits { min: bytes as u64 >> ty.page_size_log2, ..ty.limits };
            ExternType::Memory(MemoryType { limits, ..*ty })
        }
        ExternType::Table(ty) => {
            let limits = Limits { min: LinkedBackend::table_size(entered.raw, &object.raw), ..ty.limits };
            ExternType::Table(TableType { limits, ..*ty })
        }
        other => return Cow::Borrowed(other),
    })
}

/// Returns the export at `index` of the instance. The exports have the same order as in the module. The caller deletes
/// the extern.
#[unsafe(no_mangle)]
pub extern "C" fn aw_instance_export(instance: Option<&Instance>, index: usize) -> Option<Box<Extern>> {
    catch_errors(|| {
        let instance = non_null(instance, "the instance")?;
        let info = &instance.module.info;
        let Some(export) = info.exports.get(index) else {
            fail!(Bounds, "there is no export {index}: the module has {}", info.exports.len());
        };
        let entered = instance.store.enter()?;
        let raw = LinkedBackend::instance_export(entered.raw, instance.raw, info, index)?;
        let of_module = (Some(export.ty.clone()), Identity::Export(instance.number, index));
        let (ty, identity) = instance.exported_imports.get(&index).cloned().unwrap_or(of_module);
        let mut object = Extern::new(&instance.store, &entered, raw, ty);
        object.identity = identity;
        box_for_c(object)
    })
}

/// Deletes an instance. Has no effect if the pointer is NULL. The instance's exports stay usable.
#[unsafe(no_mangle)]
pub extern "C" fn aw_instance_delete(instance: Option<Box<Instance>>) {
    delete(instance);
}
