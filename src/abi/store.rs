//! C functions for stores.

use crate::abi::engine::CEngine;
use crate::abi::types::Bytes;
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::{Backend, LinkedBackend, StoreOps};
use crate::base::capabilities as cap;
use crate::base::pointer::{Handle, non_null};
use crate::store::Store;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::time::Duration;

/// A store. C owns the struct; the objects of the store share the `Arc`.
pub struct CStore(pub Arc<Store>);

impl Handle for CStore {}

/// Returns a new, empty store. The caller deletes the store.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_new(engine: Option<&CEngine>) -> Option<Box<CStore>> {
    catch_errors(|| box_for_c(CStore(Store::new(non_null(engine, "the engine")?.0.clone())?)))
}

/// Closes the store: waits until no other thread holds the store's lock, and then frees all objects of the store.
/// Pointers to these objects stay valid until the caller deletes the objects, but functions that use the objects fail
/// with the error kind "closed". Fails if this thread runs WebAssembly in the store. Has no effect on a store that is
/// already closed, and succeeds.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_close(store: Option<&CStore>) -> bool {
    catch_errors(|| {
        non_null(store, "the store")?.0.close()?;
        Ok(true)
    })
}

/// Deletes the caller's `aw_store`. Has no effect if the pointer is NULL. The store is freed when all objects of the
/// store are deleted too.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_delete(store: Option<Box<CStore>>) {
    delete(store);
}

/// Sets the amount of fuel, a budget of instructions, that the store's guests may use. Guests use fuel only if the
/// engine was made with the option `consume_fuel`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_fuel(store: Option<&CStore>, fuel: u64) -> bool {
    catch_errors(|| {
        let store = &non_null(store, "the store")?.0;
        store.engine.capabilities.require(cap::FUEL, LinkedBackend::NAME, "setting a store's fuel")?;
        store.set_fuel(fuel)?;
        Ok(true)
    })
}

/// Writes the store's remaining fuel to `out`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_fuel(store: Option<&CStore>, out: Option<&mut MaybeUninit<u64>>) -> bool {
    catch_errors(|| {
        let (out, store) = (non_null(out, "the place for the number")?, &non_null(store, "the store")?.0);
        store.engine.capabilities.require(cap::FUEL, LinkedBackend::NAME, "reading a store's fuel")?;
        out.write(store.fuel()?);
        Ok(true)
    })
}

/// Sets the store's deadline to the engine's current epoch plus `ticks`. The engine interrupts the store's guests when
/// its epoch reaches the deadline. Has no effect unless the engine was made with the option `epoch_interruption`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_epoch_deadline(store: Option<&CStore>, ticks: u64) -> bool {
    catch_errors(|| {
        let store = &non_null(store, "the store")?.0;
        store.engine.capabilities.require(cap::EPOCH, LinkedBackend::NAME, "a store's deadline")?;
        store.set_deadline(ticks)?;
        Ok(true)
    })
}

/// Limits how long the store's guests may run from now on: `time` is the time in nanoseconds until they end, and `cpu_time`
/// the processor time in nanoseconds that they may use, together with the host functions that they call. A negative number
/// means no limit. The engine must have been made with the option `interruptible` or `epoch_interruption`. Fails if this
/// thread runs WebAssembly in the store.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_time_limits(store: Option<&CStore>, time: i64, cpu_time: i64) -> bool {
    catch_errors(|| {
        let duration = |nanoseconds| u64::try_from(nanoseconds).ok().map(Duration::from_nanos);
        non_null(store, "the store")?.0.set_timeouts(duration(time), duration(cpu_time))?;
        Ok(true)
    })
}

/// Limits the allocations of the store's guests. `memory_size` is the maximum size of each memory in bytes, and
/// `table_elements` is the maximum size of each table in elements. The other parameters are the maximum numbers of
/// instances, tables and memories in the store. A negative number means no limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_set_limits(
    store: Option<&CStore>,
    memory_size: i64,
    table_elements: i64,
    instances: i64,
    tables: i64,
    memories: i64,
) -> bool {
    catch_errors(|| {
        let store = &non_null(store, "the store")?.0;
        store.engine.capabilities.require(cap::LIMITS, LinkedBackend::NAME, "limiting a store")?;
        store.set_limits([memory_size, table_elements, instances, tables, memories])?;
        Ok(true)
    })
}

/// Runs the engine's garbage collector, which frees references that guests can no longer reach. Has no effect on an
/// engine without a garbage collector.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_gc(store: Option<&CStore>) -> bool {
    catch_errors(|| {
        let entered = non_null(store, "the store")?.0.enter()?;
        // The collector looks at all running guests of this thread.
        entered.check_nesting()?;
        LinkedBackend::store_gc(entered.raw)?;
        Ok(true)
    })
}

/// Returns the host numbers (values of `externref`) that guests have released since the last call of this function. The
/// bytes are an array of 64-bit integers in this machine's byte order. If the host has passed the same number several
/// times, the array contains the number once for each release. The caller deletes the bytes.
#[unsafe(no_mangle)]
pub extern "C" fn aw_store_take_released(store: Option<&CStore>) -> Option<Box<Bytes>> {
    catch_errors(|| {
        let numbers = LinkedBackend::take_released_host_numbers(non_null(store, "the store")?.0.enter()?.raw);
        box_for_c(Bytes::new(numbers.into_iter().flat_map(u64::to_ne_bytes).collect()))
    })
}
