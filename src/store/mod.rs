//! The store record: it owns every engine object made in it, behind one re-entrant lock.
//!
//! Handles that the C layer gives out hold the record and a key into it. So an object can be deleted at any time and
//! from any thread, a closed store takes its objects with it in an order that every engine accepts, and nobody frees
//! anything twice.

pub mod host;
pub mod object;
pub mod pin;

use crate::backend::{Active, Backend};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::stack::{self, OtherStack};
use crate::base::trap::TrapCode;
use crate::engine::Engine;
use crate::engine::interrupt;
use crate::wasm::module_info::ModuleInfo;
use parking_lot::{Mutex, ReentrantMutex, ReentrantMutexGuard};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a key refers to.
#[derive(Clone, Copy)]
pub enum Key {
    /// A function, memory, table, global, tag or opaque reference.
    Extern(usize),
    /// An instance.
    Instance(usize),
}

/// A store and all that lives in it.
pub struct Store {
    /// The engine the store belongs to; it outlives the store.
    pub engine: Arc<Engine>,
    lock: ReentrantMutex<State>,
    /// Deleted while another thread was in the store: freed by whoever comes next. A deletion must not wait, since
    /// Python's garbage collector may be what deletes, holding locks that the thread in the store wants.
    pending: Mutex<Vec<Key>>,
    has_pending: AtomicBool,
    /// How many buffers over memories there are: while there are, a closed store is not freed.
    pins: AtomicUsize,
}

/// What the lock guards.
pub struct State {
    raw: Cell<Option<<Active as Backend>::Store>>,
    externs: RefCell<Slab<<Active as Backend>::Extern>>,
    instances: RefCell<Slab<<Active as Backend>::Instance>>,
    /// The modules instantiated here, for the names of a trap's frames.
    modules: RefCell<Vec<Arc<ModuleInfo>>>,
    /// Whether one of them has [unusual functions](ModuleInfo::has_unusual_funcs).
    unusual_funcs: Cell<bool>,
    depth: Cell<u32>,
    /// Why a host function ended the call, which an engine cannot carry.
    host_error: Cell<Option<Box<Error>>>,
    closed: Cell<bool>,
    /// The stack of the outermost call where it is not the thread's own, for as long as that call runs.
    other_stack: Cell<*const OtherStack>,
    /// The engine's epoch at which guests are interrupted.
    deadline: Cell<u64>,
    /// Whether the guest that has just ended was interrupted.
    interrupted: Cell<bool>,
}

// SAFETY: the engine objects in `State` are only ever touched under `lock`, deletions included, which is the rule that
// every engine sets for use from several threads (wasmer's store is an `Rc`: its count too is only changed there).
// `Engine` is `Send + Sync` by itself.
unsafe impl Send for Store {}
// SAFETY: as above; `&Store` gives access to the state only through the lock.
unsafe impl Sync for Store {}

impl Store {
    /// A new, empty store.
    pub fn new(engine: Arc<Engine>) -> Result<Arc<Self>> {
        let raw = Active::store_new(&engine.raw)?;
        let state = State {
            raw: Cell::new(Some(raw)),
            externs: RefCell::default(),
            instances: RefCell::default(),
            modules: RefCell::default(),
            unusual_funcs: Cell::new(false),
            depth: Cell::new(0),
            host_error: Cell::new(None),
            closed: Cell::new(false),
            other_stack: Cell::new(ptr::null()),
            deadline: Cell::new(if engine.has_deadlines { 0 } else { u64::MAX }),
            interrupted: Cell::new(false),
        };
        let (lock, pending, has_pending) = (ReentrantMutex::new(state), Mutex::default(), AtomicBool::new(false));
        let record = Arc::new(Self { engine, lock, pending, has_pending, pins: AtomicUsize::new(0) });
        if record.engine.interruptible {
            Active::store_watch(raw, Arc::as_ptr(&record));
            Active::store_deadline(raw, u64::from(!record.engine.has_deadlines));
        }
        Ok(record)
    }

    /// Waits for the store and enters it; fails where it is closed.
    pub fn enter(&self) -> Result<Entered<'_>> {
        self.entered(self.lock.lock())
    }

    /// Enters the store unless another thread is in it.
    pub fn try_enter(&self) -> Result<Option<Entered<'_>>> {
        self.lock.try_lock().map(|state| self.entered(state)).transpose()
    }

    fn entered<'a>(&self, state: ReentrantMutexGuard<'a, State>) -> Result<Entered<'a>> {
        if self.has_pending.load(Ordering::Relaxed) {
            self.free_pending(&state);
        }
        match state.raw.get() {
            Some(raw) if !state.closed.get() => Ok(Entered { raw, state }),
            _ => Err(Error::closed()),
        }
    }

    /// Sets the epoch at which guests are interrupted, in ticks from now; nothing where the engine has no deadlines.
    pub fn set_deadline(&self, ticks: u64) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.has_deadlines {
            entered.state.deadline.set(self.engine.epoch.load(Ordering::SeqCst).saturating_add(ticks));
            // At the next tick the record is asked; where the deadline is now, at once.
            Active::store_deadline(entered.raw, ticks.min(1));
        }
        Ok(())
    }

    /// Asked by a running guest at each tick, on its thread: fails where it is to end.
    pub fn may_go_on(&self) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.epoch.load(Ordering::SeqCst) >= entered.state.deadline.get() {
            entered.state.interrupted.set(true);
            fail!(Trap, "wasm trap: interrupt");
        }
        // Where the stack has no room for the host, the guest will find out by itself.
        match stack::on_host_stack(|| Ok(interrupt::ask_host())).unwrap_or(0) {
            0 => Ok(()),
            token => {
                entered.host_failed(&Error::host(token));
                Err(Error::host(token))
            }
        }
    }

    /// Frees an object, now or, where another thread is in the store, later. Never waits.
    pub fn free_or_defer(&self, key: Key) {
        match self.lock.try_lock() {
            Some(state) => state.free(key),
            None => {
                self.pending.lock().push(key);
                self.has_pending.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Frees everything in the store, or, while buffers show its memories, when the last of them goes. Handles to it
    /// stay valid and say that it is closed.
    pub fn close(&self) -> Result<()> {
        let state = self.lock.lock();
        if state.depth.get() > 0 {
            fail!(Store, "the store cannot be closed while it runs WebAssembly on this thread");
        }
        self.free_pending(&state);
        state.closed.set(true);
        self.free_if_closed(&state);
        Ok(())
    }

    /// Keeps the store's memories where they are, even when the store is closed, until [`Store::unpin`].
    pub fn pin(&self) {
        self.pins.fetch_add(1, Ordering::AcqRel);
    }

    /// Ends a [`Store::pin`]. Never waits, like [`Store::free_or_defer`]: where somebody else looks at a closed store just now,
    /// it is freed with its last handle.
    pub fn unpin(&self) {
        self.pins.fetch_sub(1, Ordering::AcqRel);
        if let Some(state) = self.lock.try_lock() {
            self.free_if_closed(&state);
        }
    }

    fn free_if_closed(&self, state: &State) {
        if state.closed.get() && self.pins.load(Ordering::Acquire) == 0 {
            state.free_all();
        }
    }

    fn free_pending(&self, state: &State) {
        // In this order: what is added after the look sets the mark again.
        self.has_pending.store(false, Ordering::Relaxed);
        let pending = std::mem::take(&mut *self.pending.lock());
        pending.into_iter().for_each(|key| state.free(key));
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        let state = self.lock.lock();
        self.free_pending(&state);
        state.free_all();
    }
}

impl State {
    fn free(&self, key: Key) {
        // Taken out before it is freed: freeing runs engine code, which must not find the table borrowed. After a
        // close nothing is there any more.
        match key {
            Key::Extern(key) => {
                let object = self.externs.borrow_mut().try_remove(key);
                object.into_iter().for_each(Active::extern_drop);
            }
            Key::Instance(key) => {
                let object = self.instances.borrow_mut().try_remove(key);
                object.into_iter().for_each(Active::instance_drop);
            }
        }
    }

    fn run_on_other_stack<T>(&self, needed: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let other = OtherStack::new(needed)?;
        self.other_stack.set(&other);
        let result = other.run(work);
        self.other_stack.set(ptr::null());
        result
    }

    /// Externs, then instances, then the store: children first suits every engine.
    fn free_all(&self) {
        let externs = std::mem::take(&mut *self.externs.borrow_mut());
        externs.into_iter().for_each(|(_, object)| Active::extern_drop(object));
        let instances = std::mem::take(&mut *self.instances.borrow_mut());
        instances.into_iter().for_each(|(_, object)| Active::instance_drop(object));
        if let Some(raw) = self.raw.take() {
            Active::store_drop(raw);
        }
    }
}

/// A store that this thread has entered.
pub struct Entered<'a> {
    /// The engine's store.
    pub raw: <Active as Backend>::Store,
    state: ReentrantMutexGuard<'a, State>,
}

impl Entered<'_> {
    /// Gives the store an object to own.
    pub fn keep(&self, object: <Active as Backend>::Extern) -> Key {
        Key::Extern(self.state.externs.borrow_mut().insert(object))
    }

    /// Gives the store an instance to own.
    pub fn keep_instance(&self, object: <Active as Backend>::Instance) -> Key {
        Key::Instance(self.state.instances.borrow_mut().insert(object))
    }

    /// Runs WebAssembly: a host function that failed on the way wins over the trap that carried its failure.
    ///
    /// `stack` is what it may use of the caller's stack. An engine computes its limit when a store is first entered, so
    /// that a call nested in another runs on the same stack.
    pub fn run<T>(&self, stack: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let state = &*self.state;
        let nested = Nested::new(state);
        let result = if state.depth.get() > 1 {
            // SAFETY: the outermost call set it, still runs, and owns the stack.
            match unsafe { state.other_stack.get().as_ref() } {
                Some(other) => other.run(work),
                None => work(),
            }
        } else {
            interrupt::guest_starts();
            if stack::has_room(stack) { work() } else { state.run_on_other_stack(stack, work) }
        };
        match nested.end() {
            None if state.interrupted.take() => result.map_err(|error| {
                let code = TrapCode::Interrupt as i32;
                self.with_names(Error { kind: ErrorKind::Trap, code, ..error })
            }),
            None => result.map_err(|error| self.with_names(error)),
            Some(error) => {
                Err(Error { frames: result.err().map_or(Vec::new(), |e| self.with_names(e).frames), ..*error })
            }
        }
    }

    /// Remembers that a module is instantiated here.
    pub fn note_module(&self, info: &Arc<ModuleInfo>) {
        let mut modules = self.state.modules.borrow_mut();
        if !modules.iter().any(|known| Arc::ptr_eq(known, info)) {
            modules.push(info.clone());
            self.state.unusual_funcs.set(self.state.unusual_funcs.get() || info.has_unusual_funcs);
        }
    }

    /// Whether a function here may be of a type with values that not every engine has.
    pub fn has_unusual_funcs(&self) -> bool {
        self.state.unusual_funcs.get()
    }

    /// Names the frames that the engine left without: a frame tells no instance, but its place in the code tells the
    /// module, unless two modules have a function of that index at that place. A module and its deferred form agree.
    fn with_names(&self, mut error: Error) -> Error {
        self.place_early_trap(&mut error);
        let modules = self.state.modules.borrow();
        for frame in error.frames.iter_mut().filter(|frame| frame.func_name.is_none()) {
            let mut fitting = modules.iter().filter(|info| info.may_contain(frame.func_index, frame.module_offset));
            let Some(info) = fitting.next() else { continue };
            let names = |info: &ModuleInfo| (info.func_names.get(&frame.func_index).cloned(), info.name.clone());
            let (func_name, module_name) = names(info);
            if fitting.all(|other| names(other) == (func_name.clone(), module_name.clone())) {
                frame.func_name = func_name;
                frame.module_name = frame.module_name.take().or(module_name);
            }
        }
        error
    }

    /// Code that can be interrupted looks up before its first operator; a trap there is reported at the beginning of
    /// the body (wasmtime 48), where nothing can trap but for want of stack.
    fn place_early_trap(&self, error: &mut Error) {
        let Some(frame) = error.frames.first_mut().filter(|_| error.code > TrapCode::StackOverflow as i32) else {
            return;
        };
        let modules = self.state.modules.borrow();
        let found = modules.iter().find_map(|info| info.early_trap(frame.func_index, frame.module_offset));
        if let Some(offset) = found.filter(|_| error.code != TrapCode::Interrupt as i32) {
            let place = |offset: usize| format!("{offset:#8x} - ");
            error.message = error.message.replacen(&place(frame.module_offset), &place(offset), 1);
            frame.func_offset += offset - frame.module_offset;
            frame.module_offset = offset;
        }
    }

    /// Remembers why a host function ended the call; the innermost [`Entered::run`] reports it.
    pub fn host_failed(&self, error: &Error) {
        self.state.host_error.set(Some(Box::new(error.clone())));
    }
}

/// A call inside the store: the depth goes down, and the outer call's failure comes back, also after a panic.
struct Nested<'a> {
    state: &'a State,
    outer: Option<Box<Error>>,
}

impl<'a> Nested<'a> {
    fn new(state: &'a State) -> Self {
        state.depth.set(state.depth.get() + 1);
        Self { state, outer: state.host_error.take() }
    }

    /// Why a host function ended it, if one did.
    fn end(self) -> Option<Box<Error>> {
        self.state.host_error.take()
    }
}

impl Drop for Nested<'_> {
    fn drop(&mut self) {
        self.state.host_error.set(self.outer.take());
        self.state.depth.set(self.state.depth.get() - 1);
        if self.state.depth.get() == 0 {
            // Where a panic came through, nobody has cleared it.
            self.state.other_stack.set(ptr::null());
        }
    }
}
