//! The error numbers of WASI, and the conversion of errors of the operating system to these numbers.

use std::io;

/// An error number of WASI, the type `errno` of the specification. Preview 1 and `wasi_unstable` have the same numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Errno(pub u16);

macro_rules! errnos {
    ($($name:ident = $number:literal $(<- $($os:ident)|+)?;)+) => {
        #[allow(missing_docs, reason = "the names are the specification's")]
        impl Errno {
            $(pub const $name: Self = Self($number);)+
        }

        /// Returns the error number for an error of the operating system. Returns `None` if WASI has no number for this
        /// error.
        fn from_os(error: rustix::io::Errno) -> Option<Errno> {
            Some(match error {
                $($($(rustix::io::Errno::$os)|+ => Errno::$name,)?)+
                _ => return None,
            })
        }
    };
}

// Each row is NAME = NUMBER <- OS_NAME. NAME and NUMBER are those of WASI. OS_NAME is the name of the error in rustix.
errnos! {
    SUCCESS = 0;
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
        if let Some(errno) = error.raw_os_error().and_then(|code| from_os(rustix::io::Errno::from_raw_os_error(code))) {
            return errno;
        }
        match error.kind() {
            io::ErrorKind::NotFound => Self::NOENT,
            // cap-std returns an error of this kind for a path that leads out of its directory.
            io::ErrorKind::PermissionDenied => Self::PERM,
            io::ErrorKind::AlreadyExists => Self::EXIST,
            // The standard library returns an error of this kind for a path that contains a null byte.
            io::ErrorKind::InvalidInput => Self::INVAL,
            _ => Self::IO,
        }
    }
}

impl From<rustix::io::Errno> for Errno {
    fn from(error: rustix::io::Errno) -> Self {
        from_os(error).unwrap_or(Self::IO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_operating_system_has_the_number_of_wasi() {
        let from_os = |error: rustix::io::Errno| {
            let io = Errno::from(io::Error::from_raw_os_error(error.raw_os_error()));
            assert_eq!(io, Errno::from(error), "{error:?}");
            io.0
        };
        let numbers = [
            (rustix::io::Errno::PERM, 63),
            (rustix::io::Errno::NOENT, 44),
            (rustix::io::Errno::ACCESS, 2),
            (rustix::io::Errno::NOTEMPTY, 55),
            (rustix::io::Errno::NAMETOOLONG, 37),
            (rustix::io::Errno::XDEV, 75),
        ];
        for (error, number) in numbers {
            assert_eq!(from_os(error), number, "{error:?}");
        }
        assert_eq!(from_os(rustix::io::Errno::NOTUNIQ), Errno::IO.0, "an error that WASI does not have");
    }

    #[test]
    fn an_error_without_a_number_has_that_of_its_kind() {
        let kinds = [
            (io::ErrorKind::NotFound, Errno::NOENT),
            (io::ErrorKind::PermissionDenied, Errno::PERM),
            (io::ErrorKind::AlreadyExists, Errno::EXIST),
            (io::ErrorKind::InvalidInput, Errno::INVAL),
            (io::ErrorKind::Other, Errno::IO),
        ];
        for (kind, errno) in kinds {
            assert_eq!(Errno::from(io::Error::new(kind, "text")), errno, "{kind}");
        }
    }
}
