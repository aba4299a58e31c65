//! The system calls that do not use files: arguments, environment variables, clocks, random numbers, the end of the
//! program, and sockets. Guests have no sockets, so the calls on sockets always fail.

use crate::wasi::calls::Call;
use crate::wasi::{Errno, Failure, Result, Stop};
use std::time::SystemTime;

// `clockid`.
const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;
const PROCESS_CPU_TIME: u32 = 2;
const THREAD_CPU_TIME: u32 = 3;

impl Call<'_> {
    pub(super) fn args_get(&mut self, pointers: u32, buffer: u32) -> Result<()> {
        self.strings(&self.wasi.state.lock().args, pointers, buffer)
    }

    pub(super) fn args_sizes_get(&mut self, count: u32, size: u32) -> Result<()> {
        self.string_sizes(&self.wasi.state.lock().args, count, size)
    }

    pub(super) fn environ_get(&mut self, pointers: u32, buffer: u32) -> Result<()> {
        self.strings(&self.wasi.state.lock().env, pointers, buffer)
    }

    pub(super) fn environ_sizes_get(&mut self, count: u32, size: u32) -> Result<()> {
        self.string_sizes(&self.wasi.state.lock().env, count, size)
    }

    /// Writes the strings to `buffer`, each followed by a null byte, and their addresses to `pointers`.
    fn strings(&self, strings: &[Vec<u8>], pointers: u32, buffer: u32) -> Result<()> {
        let (mut pointer, mut at) = (pointers, buffer);
        for string in strings {
            self.guest.write_u32(pointer, at)?;
            self.guest.write(at, string)?;
            at = at.checked_add(string.len() as u32).ok_or(Errno::FAULT)?;
            self.guest.write(at, &[0])?;
            at = at.checked_add(1).ok_or(Errno::FAULT)?;
            pointer = pointer.checked_add(4).ok_or(Errno::FAULT)?;
        }
        Ok(())
    }

    /// Writes the number of the strings to `count`, and the number of bytes that [`Call::strings`] writes to `size`.
    fn string_sizes(&self, strings: &[Vec<u8>], count: u32, size: u32) -> Result<()> {
        let total: usize = strings.iter().map(|string| string.len() + 1).sum();
        self.guest.write_u32(count, u32::try_from(strings.len()).map_err(|_| Errno::OVERFLOW)?)?;
        self.guest.write_u32(size, u32::try_from(total).map_err(|_| Errno::OVERFLOW)?)
    }

    pub(super) fn clock_res_get(&mut self, id: u32, out: u32) -> Result<()> {
        match id {
            // One nanosecond, which `clock_getres` of Linux returns too.
            REALTIME | MONOTONIC => self.guest.write_u64(out, 1),
            // These clocks would measure the host, not the guest.
            PROCESS_CPU_TIME | THREAD_CPU_TIME => Err(Errno::BADF.into()),
            _ => Err(Errno::INVAL.into()),
        }
    }

    pub(super) fn clock_time_get(&mut self, id: u32, _precision: u64, out: u32) -> Result<()> {
        let now = match id {
            REALTIME => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
            MONOTONIC => self.wasi.started.elapsed(),
            PROCESS_CPU_TIME | THREAD_CPU_TIME => return Err(Errno::BADF.into()),
            _ => return Err(Errno::INVAL.into()),
        };
        self.guest.write_u64(out, u64::try_from(now.as_nanos()).map_err(|_| Errno::OVERFLOW)?)
    }

    pub(super) fn random_get(&mut self, ptr: u32, len: u32) -> Result<()> {
        let mut done = 0;
        self.guest.check(ptr, len as usize)?;
        // `fill` may fill only a part of a shared memory.
        while done < len {
            let filled = self.guest.fill(ptr + done, len - done, |buffer| {
                getrandom::fill(buffer).map_err(|_| Errno::IO)?;
                Ok(buffer.len())
            })?;
            done += filled as u32;
        }
        Ok(())
    }

    pub(super) fn proc_exit(&mut self, code: u32) -> Result<()> {
        Err(Failure::Stop(Stop::Exit(code)))
    }

    pub(super) fn proc_raise(&mut self, signal: u32) -> Result<()> {
        // The highest number of `signal` is 30, `sys`.
        Err(if signal > 30 { Errno::INVAL } else { Errno::NOTSUP }.into())
    }

    pub(super) fn sched_yield(&mut self) -> Result<()> {
        std::thread::yield_now();
        Ok(())
    }

    pub(super) fn sock_accept(&mut self, fd: u32, _flags: u32, _out: u32) -> Result<()> {
        self.no_socket(fd)
    }

    pub(super) fn sock_recv(
        &mut self,
        fd: u32,
        _array: u32,
        _len: u32,
        _flags: u32,
        _out: u32,
        _out_flags: u32,
    ) -> Result<()> {
        self.no_socket(fd)
    }

    pub(super) fn sock_send(&mut self, fd: u32, _array: u32, _len: u32, _flags: u32, _out: u32) -> Result<()> {
        self.no_socket(fd)
    }

    pub(super) fn sock_shutdown(&mut self, fd: u32, _how: u32) -> Result<()> {
        self.no_socket(fd)
    }

    /// Returns the error of a call on a socket: no descriptor is one.
    fn no_socket(&self, fd: u32) -> Result<()> {
        self.wasi.get(fd)?;
        Err(Errno::NOTSOCK.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::WasiContext;
    use crate::wasi::guest::{u32_at, u64_at};
    use crate::wasi::testing::{TestGuest, errno};

    #[test]
    fn strings_are_written_with_their_addresses() {
        let guest = TestGuest::new(WasiContext::new());
        guest.wasi.arg(b"program").unwrap();
        guest.wasi.arg("é".as_bytes()).unwrap();
        guest.call("args_sizes_get", &[0, 4]).unwrap();
        assert_eq!(guest.memory().read(0, 8).unwrap(), [2, 0, 0, 0, 11, 0, 0, 0]);
        guest.call("args_get", &[0, 100]).unwrap();
        assert_eq!(guest.memory().read(100, 11).unwrap(), "program\0é\0".as_bytes());
        let pointers = guest.memory().read(0, 8).unwrap();
        assert_eq!((u32_at(&pointers, 0), u32_at(&pointers, 4)), (100, 108));
        let end = guest.memory().read(0, 1 << 16).unwrap().len() as u64;
        assert_eq!(errno(guest.call("args_get", &[0, end - 10])), Some(Errno::FAULT));
        assert_eq!(errno(guest.call("args_get", &[end - 4, 100])), Some(Errno::FAULT));
        guest.wasi.env(b"NAME", b"value").unwrap();
        guest.call("environ_get", &[0, 100]).unwrap();
        assert_eq!(guest.memory().read(100, 11).unwrap(), b"NAME=value\0");
    }

    #[test]
    fn clocks_of_the_host_are_not_available() {
        let guest = TestGuest::new(WasiContext::new());
        for id in [REALTIME, MONOTONIC] {
            guest.call("clock_time_get", &[id.into(), 0, 8]).unwrap();
            assert!(u64_at(&guest.memory().read(8, 8).unwrap(), 0) > 0);
        }
        for (id, error) in [(PROCESS_CPU_TIME, Errno::BADF), (THREAD_CPU_TIME, Errno::BADF), (4, Errno::INVAL)] {
            assert_eq!(errno(guest.call("clock_res_get", &[id.into(), 0])), Some(error));
            assert_eq!(errno(guest.call("clock_time_get", &[id.into(), 0, 0])), Some(error));
        }
    }

    #[test]
    fn the_end_and_signals() {
        let guest = TestGuest::new(WasiContext::new());
        assert!(matches!(guest.call("proc_exit", &[3]), Err(Failure::Stop(Stop::Exit(3)))));
        assert_eq!(errno(guest.call("proc_raise", &[30])), Some(Errno::NOTSUP));
        assert_eq!(errno(guest.call("proc_raise", &[31])), Some(Errno::INVAL));
        assert_eq!(errno(guest.call("sock_shutdown", &[0, 0])), Some(Errno::NOTSOCK));
        assert_eq!(errno(guest.call("sock_shutdown", &[9, 0])), Some(Errno::BADF));
    }

    #[test]
    fn random_bytes_fill_the_range() {
        let guest = TestGuest::new(WasiContext::new());
        guest.call("random_get", &[1, 4096]).unwrap();
        let bytes = guest.memory().read(0, 4098).unwrap();
        assert_eq!((bytes[0], bytes[4097]), (0, 0));
        assert!(bytes[1..4097].chunks(64).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
        assert_eq!(errno(guest.call("random_get", &[1 << 16, 1])), Some(Errno::FAULT));
    }
}
