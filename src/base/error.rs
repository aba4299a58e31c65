//! What can go wrong, in one type: a kind, a text that says what and where, and what a trap carries.

use std::fmt;

/// The kind of an error; the numbers are part of the C layer.
#[repr(u32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// An argument is wrong: a type, a count, a range.
    Invalid = 1,
    /// The bytes are not a valid module, or the text not valid text.
    Malformed = 2,
    /// The engine lacks a capability; `code` is its bit in the capability table.
    Unsupported = 3,
    /// An import is missing or has the wrong type; `code` is its position.
    Link = 4,
    /// WebAssembly trapped; `code` is the trap code, or -1.
    Trap = 5,
    /// A host function failed; `token` is what it returned.
    Host = 6,
    /// The engine refused, in its own words.
    Engine = 7,
    /// The store is closed, or cannot be closed now.
    Closed = 8,
    /// Objects of two stores were mixed.
    Store = 9,
    /// An index or an address is out of range.
    Bounds = 10,
    /// Serialized bytes that this engine cannot use.
    Incompatible = 11,
    /// A bug: a panic was stopped at the border.
    Panic = 12,
    /// A WASI program ended itself; `code` is its exit code.
    Exit = 13,
}

/// One WebAssembly frame of a trap's backtrace, innermost first.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Index in the module's function index space.
    pub func_index: u32,
    /// Bytes from the start of the function.
    pub func_offset: usize,
    /// Bytes from the start of the module.
    pub module_offset: usize,
    /// From the engine or the name section.
    pub func_name: Option<String>,
    /// From the engine or the name section.
    pub module_name: Option<String>,
}

/// An error on its way to the caller of the C layer.
#[derive(Clone, Debug)]
pub struct Error {
    /// What kind of thing happened.
    pub kind: ErrorKind,
    /// Meaning depends on the kind; see [`Kind`].
    pub code: i32,
    /// What the failed host function returned.
    pub token: u64,
    /// For people.
    pub message: String,
    /// Where a trap happened.
    pub frames: Vec<Frame>,
}

/// The result of everything that can fail.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of this kind with this text.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, code: -1, token: 0, message: message.into(), frames: Vec::new() }
    }

    /// The same with a code.
    pub fn with_code(self, code: i32) -> Self {
        Self { code, ..self }
    }

    /// A host function failed and returned `token`.
    pub fn host(token: u64) -> Self {
        Self { token, ..Self::new(ErrorKind::Host, "a host function failed") }
    }

    /// A WASI program ended itself.
    pub fn exit(code: u32) -> Self {
        Self::new(ErrorKind::Exit, format!("Exited with i32 exit status {}", code.cast_signed()))
            .with_code(code.cast_signed())
    }

    /// Use of an object whose store is closed.
    pub fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the store of this object is closed")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// `return Err(Error::new(ErrorKind, format!(...)))`, short.
macro_rules! fail {
    ($kind:ident, $($text:tt)+) => {
        return Err($crate::base::error::Error::new($crate::base::error::ErrorKind::$kind, format!($($text)+)))
    };
}
pub(crate) use fail;
