//! Instances.

use crate::abi::module::CModule;
use crate::abi::{entry, pointer};
use crate::backend::{Active, InstanceOps, MemoryOps, TableOps};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::{ExternType, Limits};
use crate::engine::module::Module;
use crate::store::object::{Extern, Instance};
use crate::store::{Entered, Store};
use std::borrow::Cow;
use std::sync::Arc;

/// Instantiates a module with its imports in the module's order, and runs its start function. The caller deletes it.
///
/// An import that does not fit is an error of the kind link, with the import's position as its code.
///
/// # Safety
/// See the module's rules; `imports` points to `imports_len` externs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_instance_new(
    store: *const Store,
    module: *const CModule,
    imports: *const *const Extern,
    imports_len: usize,
) -> *mut Instance {
    entry(|| {
        // SAFETY: the module's rules.
        let (store, module, imports) = unsafe {
            let imports = pointer::borrow_all(imports, imports_len, "the imports")?;
            // A share: what the start function calls may delete the module.
            (pointer::share(store, "the store")?, pointer::borrow(module, "the module")?.module.clone(), imports)
        };
        Ok(pointer::give(instantiate(store, module, imports)?))
    })
}

fn instantiate(store: Arc<Store>, module: Arc<Module>, imports: &[&Extern]) -> Result<Instance> {
    let entered = store.enter()?;
    if !Arc::ptr_eq(&store.engine, &module.engine) {
        fail!(Store, "the module was compiled by another engine object than the store was made with");
    }
    match_imports(&store, &entered, &module, imports)?;
    entered.note_module(&module.info);
    let raw: Vec<_> = imports.iter().map(|import| import.raw).collect();
    let instantiate = || Active::instance_new(entered.raw, &module.raw, &module.info, &raw);
    let raw = entered.run(store.engine.stack, instantiate)?;
    let key = entered.keep_instance(raw);
    drop(entered);
    Ok(Instance { store, module, raw, key })
}

fn match_imports(store: &Arc<Store>, entered: &Entered<'_>, module: &Module, given: &[&Extern]) -> Result<()> {
    let asked = &module.info.imports;
    if asked.len() != given.len() {
        fail!(Link, "expected {} imports, found {}", asked.len(), given.len());
    }
    for (index, given) in given.iter().enumerate() {
        let asked = &asked[index];
        if !Arc::ptr_eq(store, &given.store) {
            fail!(Store, "the import `{}::{}` belongs to another store", asked.module, asked.name);
        }
        match_import(entered, module, index, given)?;
    }
    Ok(())
}

fn match_import(entered: &Entered<'_>, module: &Module, index: usize, given: &Extern) -> Result<()> {
    let Some(asked) = module.info.imports.get(index) else {
        fail!(Bounds, "there is no import {index}: the module has {}", module.info.imports.len());
    };
    let actual = given.ty.as_ref().map(|ty| current(entered, given, ty));
    if actual.as_ref().is_some_and(|actual| asked.ty.accepts(actual)) {
        return Ok(());
    }
    let found = actual.map_or_else(|| "an opaque reference".to_owned(), |ty| ty.to_string());
    let text = format!(
        "the import `{}::{}` has the wrong type: expected {}, found {found}",
        asked.module, asked.name, asked.ty
    );
    Err(Error::new(ErrorKind::Link, text).with_code(index as i32))
}

/// Whether the import at this position of the module's order can be this extern; if not, the error says why, with the
/// position as its code. Its store does not matter.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_accepts(module: *const CModule, index: usize, given: *const Extern) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (module, given) =
            unsafe { (&pointer::borrow(module, "the module")?.module, pointer::borrow(given, "an import")?) };
        match_import(&given.store.enter()?, module, index, given)?;
        Ok(true)
    })
}

/// A memory or table counts with the size it has by now (core spec, "Import matching" of external types).
fn current<'a>(entered: &Entered<'_>, object: &Extern, ty: &'a ExternType) -> Cow<'a, ExternType> {
    Cow::Owned(match ty {
        ExternType::Memory(ty) => {
            let (_, bytes) = Active::memory_data(entered.raw, object.raw);
            let limits = Limits { min: bytes as u64 >> ty.page_size_log2, ..ty.limits };
            ExternType::Memory(crate::base::types::MemoryType { limits, ..*ty })
        }
        ExternType::Table(ty) => {
            let limits = Limits { min: Active::table_size(entered.raw, object.raw), ..ty.limits };
            ExternType::Table(crate::base::types::TableType { limits, ..*ty })
        }
        other => return Cow::Borrowed(other),
    })
}

/// The export at this position in the module's order. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_instance_export(instance: *const Instance, index: usize) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let instance = unsafe { pointer::borrow(instance, "the instance") }?;
        let info = &instance.module.info;
        let Some(export) = info.exports.get(index) else {
            fail!(Bounds, "there is no export {index}: the module has {}", info.exports.len());
        };
        let entered = instance.store.enter()?;
        let raw = Active::instance_export(entered.raw, instance.raw, info, index)?;
        Ok(pointer::give(Extern::new(&instance.store, &entered, raw, Some(export.ty.clone()))))
    })
}

/// Deletes an instance; NULL is nothing. Its exports go on working.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_instance_delete(instance: *mut Instance) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(instance) }
}
