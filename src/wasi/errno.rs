//! Error numbers of WASI, and those of the operating system as them.

use std::io;

/// An `errno` of preview 1; `wasi_unstable` has the same numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errno(pub u16);

macro_rules! errnos {
    ($($name:ident = $number:literal $(<- $($os:ident)|+)?;)+) => {
        #[allow(missing_docs, reason = "the names are the specification's")]
        impl Errno {
            $(pub const $name: Self = Self($number);)+
        }

        fn of_os(error: rustix::io::Errno) -> Option<Errno> {
            Some(match error {
                $($($(rustix::io::Errno::$os)|+ => Errno::$name,)?)+
                _ => return None,
            })
        }
    };
}

errnos! {
    ACCES = 2 <- ACCESS;
    AGAIN = 6 <- AGAIN;
    ALREADY = 7 <- ALREADY;
    BADF = 8 <- BADF;
    BUSY = 10 <- BUSY;
    DEADLK = 16 <- DEADLK;
    DQUOT = 19 <- DQUOT;
    EXIST = 20 <- EXIST;
    FAULT = 21 <- FAULT;
    FBIG = 22 <- FBIG;
    ILSEQ = 25 <- ILSEQ;
    INPROGRESS = 26 <- INPROGRESS;
    INTR = 27 <- INTR;
    INVAL = 28 <- INVAL;
    IO = 29 <- IO;
    ISDIR = 31 <- ISDIR;
    LOOP = 32 <- LOOP;
    MFILE = 33 <- MFILE;
    MLINK = 34 <- MLINK;
    NAMETOOLONG = 37 <- NAMETOOLONG;
    NFILE = 41 <- NFILE;
    NODEV = 43 <- NODEV;
    NOENT = 44 <- NOENT;
    NOLCK = 46 <- NOLCK;
    NOMEM = 48 <- NOMEM;
    NOSPC = 51 <- NOSPC;
    NOSYS = 52 <- NOSYS;
    NOTDIR = 54 <- NOTDIR;
    NOTEMPTY = 55 <- NOTEMPTY;
    NOTSOCK = 57 <- NOTSOCK;
    NOTSUP = 58 <- NOTSUP;
    NOTTY = 59 <- NOTTY;
    NXIO = 60 <- NXIO;
    OVERFLOW = 61 <- OVERFLOW;
    PERM = 63 <- PERM;
    PIPE = 64 <- PIPE;
    ROFS = 69 <- ROFS;
    SPIPE = 70 <- SPIPE;
    STALE = 72 <- STALE;
    TXTBSY = 74 <- TXTBSY;
    XDEV = 75 <- XDEV;
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Self {
        if let Some(errno) = error.raw_os_error().and_then(|code| of_os(rustix::io::Errno::from_raw_os_error(code))) {
            return errno;
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NOENT,
            // What the sandbox says of a path that leaves it.
            io::ErrorKind::PermissionDenied => Self::PERM,
            io::ErrorKind::AlreadyExists => Self::EXIST,
            // A path with a NUL in it.
            io::ErrorKind::InvalidInput => Self::INVAL,
            _ => Self::IO,
        }
    }
}

impl From<rustix::io::Errno> for Errno {
    fn from(error: rustix::io::Errno) -> Self {
        of_os(error).unwrap_or(Self::IO)
    }
}
