//! The shim's own handlers of faults, the fronts, and the handlers that they call.
//!
//! There is a list of fronts for each signal. The first front replaces the handler that the process had before the
//! first engine. When another library replaces a front by its handler, the shim installs the next front before that
//! handler. So front number n passes a fault on to the handler of another library with number n, and this handler has
//! saved front number n - 1 as the handler that it has replaced.
//!
//! This order makes endless loops impossible: whatever such a handler does with the front that it has saved, the front
//! passes faults on only to handlers that are older than the front. If the handler restores the front, it takes itself
//! out of the list, as without the shim.
//!
//! The functions that run in a signal handler call only functions that POSIX allows there. They use no thread-local
//! variables, because the first use of such a variable on a thread may allocate memory.

use std::mem::{self, size_of};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

/// The signals that a processor may cause and an engine may handle.
pub const SIGNALS: [i32; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// Maximum number of fronts of a signal.
pub const MAX_FRONTS: usize = 16;

/// Maximum number of handlers of engines. Each engine module has at most one for each signal.
const MAX_ENGINES: usize = 8;

/// A handler with three arguments, as SA_SIGINFO asks for.
type Handler = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);

/// The handlers of one signal.
pub struct Chain {
    /// Addresses of the engines' handlers. The unused ones are 0.
    engines: [AtomicUsize; MAX_ENGINES],
    /// The handlers of other libraries. Each is null, or points to an action that is never freed.
    others: [AtomicPtr<libc::sigaction>; MAX_FRONTS],
    /// Number of the front that was installed last.
    top: AtomicUsize,
}

/// The default action of a signal, `SIG_DFL`.
// SAFETY: `sigaction` is a struct of integers, so zeros are a valid value.
static DEFAULT: libc::sigaction = unsafe { mem::zeroed() };

static CHAINS: [Chain; SIGNALS.len()] = [const { Chain::new() }; SIGNALS.len()];

/// Returns the handlers of a signal. Returns those of SIGSEGV for a signal that is not in [`SIGNALS`].
pub fn chain(signal: i32) -> &'static Chain {
    &CHAINS[SIGNALS.iter().position(|known| *known == signal).unwrap_or(0)]
}

impl Chain {
    const fn new() -> Self {
        Self {
            engines: [const { AtomicUsize::new(0) }; MAX_ENGINES],
            others: [const { AtomicPtr::new(ptr::null_mut()) }; MAX_FRONTS],
            top: AtomicUsize::new(0),
        }
    }

    /// Returns whether an engine handles the signal.
    pub fn has_engine(&self) -> bool {
        self.engines[0].load(Ordering::Acquire) != 0
    }

    /// Adds the handler of an engine. Returns whether there was room for it.
    pub fn add_engine(&self, handler: usize) -> bool {
        for slot in &self.engines {
            match slot.compare_exchange(0, handler, Ordering::AcqRel, Ordering::Acquire) {
                Err(other) if other != handler => {}
                _ => return true,
            }
        }
        false
    }

    /// Returns the address of the front that was installed last.
    pub fn front(&self) -> usize {
        address(FRONTS[self.top.load(Ordering::Acquire)])
    }

    /// Returns the number of a front by its address.
    pub fn number(&self, handler: usize) -> Option<usize> {
        FRONTS.iter().position(|front| address(*front) == handler)
    }

    /// Sets the handler that the first front passes faults on to.
    pub fn set_base(&self, action: &'static libc::sigaction) {
        self.others[0].store(ptr::from_ref(action).cast_mut(), Ordering::Release);
    }

    /// Returns the handler that the first front passes faults on to.
    pub fn base(&self) -> Option<&'static libc::sigaction> {
        self.other(0)
    }

    /// Makes the top front pass faults on to this handler, in place of the handler before. The new handler has not saved
    /// the front.
    pub fn set_top(&self, action: &'static libc::sigaction) {
        let top = self.top.load(Ordering::Acquire);
        self.others[top].store(ptr::from_ref(action).cast_mut(), Ordering::Release);
    }

    /// Takes notice of a handler that has saved the top front, so that the next front, which becomes the top front,
    /// passes faults on to the handler. Returns false if no front is left.
    pub fn push(&self, action: &'static libc::sigaction) -> bool {
        let top = self.top.load(Ordering::Acquire);
        let handler = action.sa_sigaction;
        let has_saved_a_front = handler != libc::SIG_DFL && handler != libc::SIG_IGN;
        if !has_saved_a_front && self.other(top).is_some_and(|other| other.sa_sigaction == handler) {
            return true;
        }
        if top + 1 == MAX_FRONTS {
            return false;
        }
        // The handler may have been installed before. It then has replaced the front that it saved the first time by a
        // newer one, so an older front must no longer call it.
        for (number, slot) in self.others.iter().enumerate() {
            if has_saved_a_front && self.other(number).is_some_and(|other| other.sa_sigaction == handler) {
                slot.store(ptr::null_mut(), Ordering::Release);
            }
        }
        self.others[top + 1].store(ptr::from_ref(action).cast_mut(), Ordering::Release);
        self.top.store(top + 1, Ordering::Release);
        true
    }

    /// Makes this front the top one. Forgets the handlers above it, because one of them has restored this front.
    pub fn drop_to(&self, number: usize) {
        self.top.store(number, Ordering::Release);
        for slot in &self.others[number + 1..] {
            slot.store(ptr::null_mut(), Ordering::Release);
        }
    }

    fn other(&self, number: usize) -> Option<&'static libc::sigaction> {
        // SAFETY: the pointer is null, or came from a reference that is valid for ever.
        unsafe { self.others[number].load(Ordering::Acquire).as_ref() }
    }
}

/// Returns the action that installs a handler of the shim. As the handlers of engines do, it runs on the alternate
/// stack, and faults inside the handler are not blocked.
pub fn action(handler: usize) -> libc::sigaction {
    // SAFETY: `sigaction` is a struct of integers, so zeros are a valid value. Zeros are also an empty set of signals.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
    action
}

fn address(handler: Handler) -> usize {
    handler as *const () as usize
}

/// Returns the address of [`sentinel`].
pub fn sentinel_address() -> usize {
    address(sentinel)
}

static FRONTS: [Handler; MAX_FRONTS] = [
    front::<0>,
    front::<1>,
    front::<2>,
    front::<3>,
    front::<4>,
    front::<5>,
    front::<6>,
    front::<7>,
    front::<8>,
    front::<9>,
    front::<10>,
    front::<11>,
    front::<12>,
    front::<13>,
    front::<14>,
    front::<15>,
];

/// The front with this number: a signal handler.
unsafe extern "C" fn front<const NUMBER: usize>(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the caller, the kernel or another handler, passes the arguments of a signal handler.
    unsafe { handle(NUMBER, signal, info, context) }
}

/// The handler that is installed while an engine installs its own handlers. The engine's handler therefore calls this
/// handler for a fault that is not the guest's.
///
/// If a front has offered the fault to the engine's handler, the sentinel reports to that front that the engine does not
/// want the fault. In all other cases the sentinel acts as the top front, because an engine is just installing its
/// handlers, and the front has been replaced for this short time.
unsafe extern "C" fn sentinel(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the caller, the kernel or an engine's handler, passes the arguments of a signal handler, so `info` points
    // to a `siginfo_t`. A mark in it was written by `offer`, which is then still running, so the pointer is valid.
    unsafe {
        let mark = mark_of(info).read();
        if mark.magic == magic() {
            *mark.is_refused = true;
        } else {
            handle(chain(signal).top.load(Ordering::Acquire), signal, info, context);
        }
    }
}

/// The last bytes of a `siginfo_t` that [`offer`] passes to an engine's handler. The kernel leaves these bytes unused
/// for all signals in [`SIGNALS`].
#[derive(Clone, Copy)]
#[repr(C)]
struct Mark {
    magic: usize,
    is_refused: *mut bool,
}

const _: () = assert!(size_of::<libc::siginfo_t>() >= 64 + size_of::<Mark>(), "a siginfo_t has no room for a mark");

/// Returns the number that tells a mark from other bytes: the address of a variable that nothing else refers to.
fn magic() -> usize {
    static MAGIC: AtomicUsize = AtomicUsize::new(0);
    ptr::from_ref(&MAGIC) as usize
}

/// Returns the place of the mark in a `siginfo_t`.
fn mark_of(info: *mut libc::siginfo_t) -> *mut Mark {
    info.wrapping_byte_add(size_of::<libc::siginfo_t>() - size_of::<Mark>()).cast()
}

/// Handles a signal as the front with this number.
///
/// # Safety
/// The arguments are those of a signal handler.
unsafe fn handle(number: usize, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let chain = chain(signal);
    for slot in &chain.engines {
        let engine = slot.load(Ordering::Acquire);
        if engine == 0 {
            break;
        }
        // SAFETY: the address is that of a handler that an engine installed with SA_SIGINFO, because `install.rs` checks
        // this. The caller guarantees that the arguments are those of a signal handler.
        if unsafe { offer(engine, signal, info, context) } {
            return;
        }
    }
    for number in (0..=number).rev() {
        if let Some(action) = chain.other(number) {
            if action.sa_flags & libc::SA_RESETHAND != 0 {
                chain.others[number].store((&raw const DEFAULT).cast_mut(), Ordering::Release);
            }
            // SAFETY: the action was installed for this signal. The caller guarantees that the arguments are those of a
            // signal handler.
            return unsafe { pass_on(action, signal, info, context) };
        }
    }
    // SAFETY: the caller guarantees that `info` belongs to the signal.
    unsafe { end_process(signal, info) }
}

/// Offers a fault to an engine's handler. Returns whether the handler has turned the fault into a trap of the guest.
///
/// # Safety
/// `engine` is the address of a handler with three arguments. The other arguments are those of a signal handler.
unsafe fn offer(engine: usize, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) -> bool {
    let mut is_refused = false;
    // SAFETY: the caller guarantees that `info` points to a `siginfo_t`, and that `engine` is the address of a handler.
    // The copy of `info` has room for the mark, and both live until the handler returns.
    unsafe {
        let mut marked_info = *info;
        mark_of(&raw mut marked_info).write(Mark { magic: magic(), is_refused: &raw mut is_refused });
        mem::transmute::<usize, Handler>(engine)(signal, &raw mut marked_info, context);
        // The handler has changed the variable through the pointer in the mark.
        !(&raw const is_refused).read_volatile()
    }
}

/// Passes a signal on to a handler of another library, as the kernel would: with the signals blocked that the library
/// has asked for.
///
/// # Safety
/// The action was installed for this signal, and the other arguments are those of a signal handler.
unsafe fn pass_on(action: &libc::sigaction, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the caller guarantees that `info` belongs to the signal. The action's handler is a function with three
    // arguments if SA_SIGINFO is set, else a function with one. The calls that change the mask only use local variables.
    unsafe {
        let handler = action.sa_sigaction;
        if handler == libc::SIG_DFL || (handler == libc::SIG_IGN && (*info).si_code > 0) {
            // The kernel ends a process that ignores a fault.
            return end_process(signal, info);
        }
        if handler == libc::SIG_IGN {
            return;
        }
        let mut blocked = action.sa_mask;
        if action.sa_flags & libc::SA_NODEFER == 0 {
            libc::sigaddset(&mut blocked, signal);
        }
        let mut mask: libc::sigset_t = mem::zeroed();
        libc::pthread_sigmask(libc::SIG_BLOCK, &blocked, &mut mask);
        if action.sa_flags & libc::SA_SIGINFO != 0 {
            mem::transmute::<usize, Handler>(handler)(signal, info, context);
        } else {
            mem::transmute::<usize, unsafe extern "C" fn(i32)>(handler)(signal);
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, &mask, ptr::null_mut());
    }
}

/// Ends the process as it ends without any handler.
///
/// # Safety
/// `info` belongs to the signal.
unsafe fn end_process(signal: i32, info: *mut libc::siginfo_t) {
    // SAFETY: the calls have valid arguments. The caller guarantees that `info` belongs to the signal.
    unsafe {
        libc::sigaction(signal, &action(libc::SIG_DFL), ptr::null_mut());
        // A fault happens again when the handler returns. A signal that a program has sent does not.
        if (*info).si_code <= 0 {
            libc::raise(signal);
        }
    }
}
