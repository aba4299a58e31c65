//! Safe wrappers around the C layer, for all tests.

use anywasm::abi::engine::{CEngine, aw_capabilities, aw_engine_new, aw_options_new, aw_options_set};
use anywasm::abi::error::{CError, aw_error_take};
use anywasm::abi::func::{aw_func_call_numbers, aw_func_new};
use anywasm::abi::instance::{aw_instance_export, aw_instance_new};
use anywasm::abi::module::{CModule, aw_module_new};
use anywasm::abi::shared_memory::{SharedMemory, aw_shared_memory_new};
use anywasm::abi::store::{CStore, aw_store_new};
use anywasm::abi::tag::aw_tag_new;
use anywasm::abi::text::aw_wat2wasm;
use anywasm::abi::types::{AW_I32, CExternType};
use anywasm::abi::wasi::{CWasi, aw_wasi_func, aw_wasi_new};
use anywasm::base::capabilities::{Capabilities, SHARED_MEMORY, TAGS};
use anywasm::base::error::ErrorKind;
use anywasm::base::options::Options;
use anywasm::base::types::{ExternType, GlobalType, Limits, MemoryType, TableType, ValType};
use anywasm::base::value::Value;
use anywasm::store::object::{Extern, Instance};
use std::ffi::c_void;
use std::ptr::null;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

/// Token of a host function that waited too long: the test fails instead of hanging.
pub const TIMED_OUT: u64 = u64::MAX;

/// Maximum time that one thread of a test waits for another.
const PATIENCE: Duration = Duration::from_secs(60);

/// An object of the C layer that may move to another thread.
pub struct Anywhere<T>(T);

// SAFETY: the C layer promises that its objects may be used from any thread; tests wrap nothing else.
unsafe impl<T> Send for Anywhere<T> {}
// SAFETY: the C layer promises that several threads may use an object at a time; tests wrap nothing else.
unsafe impl<T> Sync for Anywhere<T> {}

impl<T> Anywhere<T> {
    pub fn new(object: T) -> Self {
        Self(object)
    }

    pub fn get(&self) -> &T {
        &self.0
    }

    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Returns whether the engine has a capability.
pub fn has(capability: Capabilities) -> bool {
    Capabilities(aw_capabilities()).has(capability)
}

/// Returns the value that a C function returned. Panics with the C layer's error if the value is NULL.
#[track_caller]
pub fn ok<T>(returned: Option<T>) -> T {
    returned.unwrap_or_else(|| panic!("failed: {}", aw_error_take().expect("a failure leaves an error").message()))
}

/// Panics with the C layer's error if a C function returned false.
#[track_caller]
pub fn done(returned: bool) {
    ok(returned.then_some(()));
}

/// Returns the error that a failure left. Panics if there is none, or if it has another kind.
#[track_caller]
pub fn error(kind: ErrorKind) -> Box<CError> {
    let error = aw_error_take().expect("a failure leaves an error");
    assert_eq!(error.kind, kind as u32, "expected the kind {kind:?}: {}", error.message());
    error
}

/// Panics if an error was left.
#[track_caller]
pub fn no_error() {
    if let Some(error) = aw_error_take() {
        panic!("an error was left: {}", error.message());
    }
}

/// Returns a new engine, on which shared memories are switched on if it has them.
pub fn engine() -> Box<CEngine> {
    let mut options = ok(aw_options_new());
    if has(SHARED_MEMORY) {
        set_option(&mut options, "shared_memory", "true");
    }
    ok(aw_engine_new(Some(&options)))
}

fn set_option(options: &mut Options, name: &str, value: &str) {
    // SAFETY: pointers and lengths are those of the texts.
    done(unsafe { aw_options_set(Some(options), name.as_ptr(), name.len(), value.as_ptr(), value.len()) });
}

pub fn store(engine: &CEngine) -> Box<CStore> {
    ok(aw_store_new(Some(engine)))
}

/// Compiles a module from its text.
pub fn compile(engine: &CEngine, text: &str) -> Box<CModule> {
    // SAFETY: pointer and length are those of the text.
    let wasm = ok(unsafe { aw_wat2wasm(text.as_ptr(), text.len()) });
    ok(compile_bytes(engine, wasm.as_slice()))
}

pub fn compile_bytes(engine: &CEngine, wasm: &[u8]) -> Option<Box<CModule>> {
    // SAFETY: pointer and length are those of the bytes.
    unsafe { aw_module_new(Some(engine), wasm.as_ptr(), wasm.len()) }
}

pub fn instantiate(store: &CStore, module: &CModule, imports: &[&Extern]) -> Option<Box<Instance>> {
    let imports: Vec<_> = imports.iter().copied().map(Some).collect();
    // SAFETY: pointer and length are those of the imports.
    unsafe { aw_instance_new(Some(store), Some(module), imports.as_ptr(), imports.len()) }
}

/// Returns the export at this index.
pub fn export(instance: &Instance, index: usize) -> Box<Extern> {
    ok(aw_instance_export(Some(instance), index))
}

/// Compiles and instantiates a module, and returns its only export.
pub fn only_export(store: &CStore, text: &str, imports: &[&Extern]) -> Box<Extern> {
    let module = compile(&CEngine(store.0.engine.clone()), text);
    let instance = ok(instantiate(store, &module, imports));
    export(&instance, 0)
}

/// Calls a function whose parameters and results are all `i32`. Returns the first slot, or none if the call fails.
pub fn call(func: &Extern, argument: i32) -> Option<i32> {
    let Some(ExternType::Func(ty)) = &func.ty else { panic!("not a function") };
    assert!(ty.all_types().all(|ty| ty == ValType::I32));
    let mut slots = vec![Value::default(); ty.slot_count().max(1)];
    slots[0].i32 = argument;
    // SAFETY: the slots are as many as the type needs, and hold numbers, which all arguments are.
    let called = unsafe { aw_func_call_numbers(Some(func), slots.as_mut_ptr()) };
    // SAFETY: any bits are an integer.
    called.then(|| unsafe { slots[0].i32 })
}

/// The callback of a host function from `i32` to `i32`: changes the slot, and returns a token.
type Body = Box<dyn Fn(&mut i32) -> u64 + Send + Sync>;

/// Returns a new host function from `i32` to `i32`. Its finalizer drops `body`.
pub fn host_func(store: &CStore, body: impl Fn(&mut i32) -> u64 + Send + Sync + 'static) -> Box<Extern> {
    let env: Box<Body> = Box::new(Box::new(body));
    // SAFETY: both arrays have one code; `run` and `free` take the box as their environment, and may run on any thread.
    ok(unsafe { aw_func_new(Some(store), &AW_I32, 1, &AW_I32, 1, Some(run), Box::into_raw(env).cast(), Some(free)) })
}

unsafe extern "C" fn run(env: *mut c_void, values: *mut Value) -> u64 {
    // SAFETY: the environment is the box of `host_func`, alive until `free`; the function's type has one slot, an
    // `i32`.
    unsafe { (*env.cast::<Body>())(&mut (*values).i32) }
}

unsafe extern "C" fn free(env: *mut c_void) {
    // SAFETY: the environment is the box of `host_func`, and a finalizer is called once.
    drop(unsafe { Box::from_raw(env.cast::<Body>()) });
}

/// Runs `work` while another thread is in the store, inside a host function. The other thread runs `last` before it
/// leaves the store.
pub fn while_busy<R>(store: &CStore, last: impl Fn() + Send + Sync + 'static, work: impl FnOnce() -> R) -> R {
    let (entered, has_entered) = channel();
    let (leave, may_leave) = channel::<()>();
    let may_leave = Mutex::new(may_leave);
    let host = host_func(store, move |_| {
        entered.send(()).expect("the test waits");
        let timed_out = wait(&may_leave.lock().expect("only this function takes the lock"));
        last();
        timed_out
    });
    let run = Anywhere::new(only_export(
        store,
        r#"(module (import "" "host" (func $host (param i32) (result i32)))
             (func (export "run") (param i32) (result i32) (call $host (local.get 0))))"#,
        &[&host],
    ));
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            ok(call(run.get(), 0));
        });
        has_entered.recv_timeout(PATIENCE).expect("the other thread gets into the store");
        let result = work();
        leave.send(()).expect("the other thread waits");
        other.join().expect("the other thread's call succeeds");
        result
    })
}

/// Waits for a message. Returns 0, or a token if none arrives in time.
fn wait(messages: &Receiver<()>) -> u64 {
    match messages.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => TIMED_OUT,
        Ok(()) | Err(RecvTimeoutError::Disconnected) => 0,
    }
}

/// One object of each kind that the engine supports.
pub struct Objects {
    pub engine: Box<CEngine>,
    pub store: Box<CStore>,
    pub module: Box<CModule>,
    pub instance: Box<Instance>,
    pub func: Box<Extern>,
    pub memory: Box<Extern>,
    pub table: Box<Extern>,
    pub global: Box<Extern>,
    pub wasi: Box<CWasi>,
    pub wasi_func: Box<Extern>,
    pub shared_memory: Option<Box<SharedMemory>>,
    pub tag: Option<Box<Extern>>,
}

impl Objects {
    pub fn new() -> Self {
        let engine = engine();
        let store = store(&engine);
        let module = compile(
            &engine,
            r#"(module
                 (func (export "func") (param i32) (result i32) (local.get 0))
                 (memory (export "memory") 1)
                 (table (export "table") 1 funcref)
                 (global (export "global") (mut i32) (i32.const 7)))"#,
        );
        let instance = ok(instantiate(&store, &module, &[]));
        let [func, memory, table, global] = [0, 1, 2, 3].map(|index| export(&instance, index));
        let wasi = ok(aw_wasi_new());
        let wasi_func = ok(aw_wasi_func(Some(&store), Some(&wasi), 1, 0));
        let shared_memory =
            has(SHARED_MEMORY).then(|| ok(aw_shared_memory_new(Some(&engine), Some(&shared_memory_type()))));
        // SAFETY: a tag without parameters and results has no types to point to.
        let tag = has(TAGS).then(|| ok(unsafe { aw_tag_new(Some(&store), null(), 0, null(), 0) }));
        Self { engine, store, module, instance, func, memory, table, global, wasi, wasi_func, shared_memory, tag }
    }
}

/// Returns the C form of a type.
pub fn c_type(ty: ExternType) -> CExternType {
    CExternType::new(Some(&ty))
}

pub fn memory_type() -> CExternType {
    let limits = Limits { min: 1, max: Some(2) };
    c_type(ExternType::Memory(MemoryType { limits, memory64: false, shared: false, page_size_log2: 16 }))
}

fn shared_memory_type() -> CExternType {
    let limits = Limits { min: 1, max: Some(2) };
    c_type(ExternType::Memory(MemoryType { limits, memory64: false, shared: true, page_size_log2: 16 }))
}

pub fn table_type() -> CExternType {
    let limits = Limits { min: 1, max: None };
    c_type(ExternType::Table(TableType { element: ValType::FuncRef, limits, table64: false }))
}

pub fn global_type() -> CExternType {
    c_type(ExternType::Global(GlobalType { content: ValType::I32, mutable: true }))
}

/// A function that the header declares: its name, and the declarations of its parameters.
pub struct Declaration {
    pub name: &'static str,
    pub params: Vec<&'static str>,
}

/// Calls a C function that is `unsafe`, for the tables of functions in `closed.rs` and `null.rs`.
macro_rules! raw {
    ($function:ident($($argument:expr),*)) => {
        // SAFETY: in both tables, an array is as long as the length beside it, a value is a slot of zeroes, which holds
        // a number or null, a slot is enough for the function that is called, and callbacks use no environment.
        unsafe { $function($($argument),*) }
    };
}
pub(crate) use raw;

/// Returns the functions that the header declares.
pub fn declarations() -> Vec<Declaration> {
    static HEADER: LazyLock<String> = LazyLock::new(|| {
        let text = include_str!("../../src/anywasm.h");
        let lines: Vec<_> = text.lines().map(|line| line.split("//").next().unwrap_or_default().trim()).collect();
        lines.into_iter().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ")
    });
    let declaration = |text: &'static str| {
        let (start, params) = text.trim().strip_suffix(')')?.split_once('(')?;
        let name = start.rsplit([' ', '*']).next()?;
        let params = params.split(',').map(str::trim).filter(|param| *param != "void").collect();
        (name.starts_with("aw_") && !start.contains("typedef")).then_some(Declaration { name, params })
    };
    HEADER.split(';').filter_map(declaration).collect()
}
