//! Handles to the objects of a store. The C layer calls these handles `aw_extern` and `aw_instance`.

use crate::backend::{Backend, LinkedBackend};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::{ExternType, ValType};
use crate::engine::module::Module;
use crate::store::{Entered, Key, Store};
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

/// A handle to a function, memory, table, global or tag, or to an opaque reference. An opaque reference refers to a
/// function whose type the engine does not report.
pub struct Extern {
    /// The store that the object belongs to.
    pub store: Arc<Store>,
    /// The engine's object, valid while the store is open.
    pub raw: <LinkedBackend as Backend>::Extern,
    /// The object's type; `None` for an opaque reference.
    pub ty: Option<ExternType>,
    /// Binds the host function to the instance that calls the function. `None` if the function does not need that
    /// instance.
    pub caller: Option<Arc<dyn BindInstance>>,
    /// Identifies the object among the objects of the store. Several handles to the same export have the same identity.
    pub identity: Identity,
    key: Key,
}

/// Identifies an object of a store, as long as the store lives.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// An object that the host created, or got from a guest. The number is different for each handle.
    Handle(u64),
    /// An export: the number of the instance, and the position of the export.
    Export(u64, usize),
}

/// The part of a host function that needs the instance that calls the function. `wasm.h` does not pass the calling
/// instance to a host function. A host function that needs the calling instance is therefore created for one instance,
/// and bound to the instance as soon as the instance exists.
pub trait BindInstance {
    /// Binds the host function to an instance of the same store.
    fn bind(&self, entered: &Entered<'_>, instance: &Instance) -> Result<()>;
}

impl Extern {
    /// Creates a handle to a new object, and transfers the ownership of the object to the store record, the shim's
    /// object for the store.
    pub fn new(
        store: &Arc<Store>,
        entered: &Entered<'_>,
        raw: <LinkedBackend as Backend>::Extern,
        ty: Option<ExternType>,
    ) -> Self {
        let identity = Identity::Handle(entered.next_number());
        Self { store: store.clone(), raw, ty, caller: None, identity, key: entered.add_extern(raw) }
    }

    /// Binds a host function to the instance that calls the function. Fails for an extern that needs no calling
    /// instance.
    pub fn bind(&self, instance: &Instance) -> Result<()> {
        let Some(caller) = &self.caller else { fail!(Invalid, "the function does not ask who calls it") };
        if !Arc::ptr_eq(&self.store, &instance.store) {
            fail!(Store, "the function belongs to another store than the instance");
        }
        caller.bind(&instance.store.enter()?, instance)
    }
}

impl Drop for Extern {
    fn drop(&mut self) {
        self.store.free_or_defer(self.key);
    }
}

/// A handle to an instance.
pub struct Instance {
    /// The store that the instance belongs to.
    pub store: Arc<Store>,
    /// The module that was instantiated.
    pub module: Arc<Module>,
    /// The engine's object, valid while the store is open.
    pub raw: <LinkedBackend as Backend>::Instance,
    /// The instance's key in the store record.
    pub key: Key,
    /// The instance's number in its store, which no other instance of the store ever has.
    pub number: u64,
    /// The imports that the instance exports again, by the position of the export. The type of such an export is that
    /// of the object, which may be narrower than the type that the module declares for its import.
    pub exported_imports: HashMap<usize, (Option<ExternType>, Identity)>,
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.store.free_or_defer(self.key);
    }
}

/// Fails if the host cannot exchange values of these types with the engine. `operation` says in the error's message
/// what needs the exchange.
pub fn require(
    capabilities: Capabilities,
    types: impl IntoIterator<Item = ValType>,
    operation: impl Display + Copy,
) -> Result<()> {
    let mut types = types.into_iter();
    types.try_for_each(|ty| {
        let needed = match ty {
            ValType::V128 => capabilities::V128,
            ValType::FuncRef => capabilities::FUNCREF,
            ValType::ExternRef => capabilities::EXTERNREF,
            ValType::Other => capabilities::TYPED_REFS,
            _ => return Ok(()),
        };
        capabilities.require(needed, LinkedBackend::NAME, operation)
    })
}

/// Returns the error for an object of the wrong kind.
pub fn wrong_kind(wanted: &str, object: &Extern) -> Error {
    let found = object.ty.as_ref().map_or_else(|| "an opaque reference".to_owned(), ToString::to_string);
    Error::new(ErrorKind::Invalid, format!("expected a {wanted}, found {found}"))
}
