//! The host's side of rewritten modules: the counter of fuel, the words and the limits of a store. See
//! [`crate::lower`].

use crate::backend::word::Word;
use crate::backend::{Backend, GlobalOps, InstanceOps, LinkedBackend};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::trap::TrapCode;
use crate::base::types::{GlobalType, ValType};
use crate::base::value::Value;
use crate::engine::interrupt::watch::Watch;
use crate::engine::lowering::Lowering;
use crate::lower::metering::Metering;
use crate::store::limits::{Counts, Limits};
use crate::wasm::hidden::{FUEL_TYPE, HiddenExport};
use crate::wasm::module_info::ModuleInfo;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

type RawStore = <LinkedBackend as Backend>::Store;
type RawExtern = <LinkedBackend as Backend>::Extern;
type RawInstance = <LinkedBackend as Backend>::Instance;

/// The type of the globals with limits.
const LIMIT_TYPE: GlobalType = GlobalType { content: ValType::I64, mutable: true };

/// What a store has for its rewritten modules.
pub struct Meter {
    metering: Metering,
    /// The global that counts fuel, from the first use on.
    fuel: Cell<Option<RawExtern>>,
    /// The value that the global starts with.
    initial_counter: u64,
    /// Fuel beyond what the global can hold.
    reserve: Cell<u64>,
    /// Why and when guests must end, with the words of the store's instances.
    watch: Arc<Watch>,
    /// The memories of the words. They keep the words valid.
    word_memories: RefCell<Vec<RawExtern>>,
    /// The globals with the limits of growths, with the value that means no limit.
    limits: RefCell<Vec<LimitGlobal>>,
    /// The limits of the store.
    pub store_limits: Cell<Limits>,
    /// What counts against the limits.
    pub counts: Counts,
}

/// Returns the part of an amount of fuel that the global holds.
fn counted(fuel: u64) -> u64 {
    fuel.min(i64::MAX as u64)
}

struct LimitGlobal {
    export: HiddenExport,
    raw: RawExtern,
    /// The value that the module starts with. The engine needs no higher limit.
    max: i64,
}

impl Meter {
    /// Creates what a store of an engine needs that rewrites modules in this way.
    pub fn new(lowering: &Lowering, watch: Arc<Watch>) -> Self {
        Self {
            metering: lowering.metering,
            fuel: Cell::new(None),
            reserve: Cell::new(lowering.initial_fuel - counted(lowering.initial_fuel)),
            initial_counter: counted(lowering.initial_fuel),
            watch,
            word_memories: RefCell::default(),
            limits: RefCell::default(),
            store_limits: Cell::default(),
            counts: Counts::default(),
        }
    }

    /// Frees all objects. The caller has cleared the words, and frees the store afterwards.
    pub fn free(&self) {
        let limits = self.limits.take().into_iter().map(|limit| limit.raw);
        let externs = self.word_memories.take().into_iter().chain(limits).chain(self.fuel.take());
        externs.for_each(LinkedBackend::extern_drop);
    }

    /// Returns the global that counts fuel.
    pub fn fuel_global(&self, store: RawStore) -> Result<RawExtern> {
        if let Some(global) = self.fuel.get() {
            return Ok(global);
        }
        let global = LinkedBackend::global_new(store, &FUEL_TYPE, Value { i64: self.initial_counter as i64 })?;
        self.fuel.set(Some(global));
        Ok(global)
    }

    /// Sets the fuel that guests may still consume.
    pub fn set_fuel(&self, store: RawStore, fuel: u64) -> Result<()> {
        let counted = counted(fuel);
        self.reserve.set(fuel - counted);
        LinkedBackend::global_set(store, &self.fuel_global(store)?, &FUEL_TYPE, Value { i64: counted as i64 })
    }

    /// Returns the fuel that guests may still consume.
    pub fn fuel(&self, store: RawStore) -> Result<u64> {
        Ok(self.reserve.get() + u64::try_from(self.counter(store)?).unwrap_or(0))
    }

    fn counter(&self, store: RawStore) -> Result<i64> {
        let value = LinkedBackend::global_get(store, &self.fuel_global(store)?, &FUEL_TYPE)?;
        Ok(value.bits().cast_signed())
    }

    /// Sets the limits of the store. They hold for objects that exist, too, from their next growth on.
    pub fn set_limits(&self, store: RawStore, limits: Limits) -> Result<()> {
        self.store_limits.set(limits);
        self.limits.borrow().iter().try_for_each(|limit| self.write_limit(store, limit))
    }

    fn write_limit(&self, store: RawStore, limit: &LimitGlobal) -> Result<()> {
        let wanted = match limit.export {
            HiddenExport::MemoryLimit => self.store_limits.get().memory_size,
            _ => self.store_limits.get().table_elements,
        };
        let value = wanted.map_or(limit.max, |wanted| wanted.min(limit.max as u64) as i64);
        LinkedBackend::global_set(store, &limit.raw, &LIMIT_TYPE, Value { i64: value })
    }

    /// Registers the hidden objects of a new instance, before any of its code runs.
    pub fn add_instance(&self, store: RawStore, instance: RawInstance, info: &ModuleInfo) -> Result<()> {
        for (position, (export, _)) in info.hidden.exports().iter().enumerate() {
            let get = || LinkedBackend::instance_export(store, instance, info, info.exports.len() + position);
            match export {
                HiddenExport::Start => {}
                HiddenExport::Word => {
                    let memory = get()?;
                    self.word_memories.borrow_mut().push(memory);
                    // `word_memories` keeps the memory until `free`, whose caller has cleared the words.
                    self.watch.add(Word::of(store, &memory));
                }
                HiddenExport::MemoryLimit | HiddenExport::TableLimit => {
                    let raw = get()?;
                    let max = match LinkedBackend::global_get(store, &raw, &LIMIT_TYPE) {
                        Ok(max) => max.bits().cast_signed(),
                        Err(error) => {
                            LinkedBackend::extern_drop(raw);
                            return Err(error);
                        }
                    };
                    let limit = LimitGlobal { export: *export, raw, max };
                    let written = self.write_limit(store, &limit);
                    self.limits.borrow_mut().push(limit);
                    written?;
                }
            }
        }
        Ok(())
    }

    /// Returns the outcome of a call, with the cause of a trap that metered code has made.
    pub fn explain<T>(&self, store: RawStore, outcome: Result<T>) -> Result<T> {
        let is_unreachable =
            |error: &Error| error.kind == ErrorKind::Trap && error.code == TrapCode::UnreachableCodeReached as i32;
        match outcome {
            Err(error) if !is_unreachable(&error) => return Err(error),
            Ok(_) if !self.metering.fuel => return outcome,
            _ => {}
        }
        let cause = if self.metering.fuel && self.counter(store)? < 0 {
            Some((TrapCode::OutOfFuel, "wasm trap: all fuel consumed by WebAssembly"))
        } else if outcome.is_err() && self.metering.deadline && self.watch.ends_guests() {
            Some((TrapCode::Interrupt, "wasm trap: interrupt"))
        } else {
            None
        };
        let Some((code, message)) = cause else { return outcome };
        let frames = outcome.err().map_or(Vec::new(), |error| error.frames);
        Err(Error { code: code as i32, frames, ..Error::new(ErrorKind::Trap, message) })
    }
}
