//! The system calls for arguments, environment variables, clocks, random numbers, the exit of the program, and sockets.
//! Guests have no sockets, so the calls for sockets always fail.

use crate::wasi::calls::Call;
use crate::wasi::wait::MAX_PIECE;
use crate::wasi::{Errno, Failure, Result, Stop};
use std::time::SystemTime;

// The numbers of `clockid`.

/// The clock that measures the time since 1970.
pub(super) const REALTIME: u32 = 0;
/// The clock that measures the time since the creation of the guest's WASI context.
pub(super) const MONOTONIC: u32 = 1;
const PROCESS_CPU_TIME: u32 = 2;
const THREAD_CPU_TIME: u32 = 3;

/// The highest number of the WASI type `signal`: that of `sys`.
const MAX_SIGNAL: u32 = 30;

impl Call<'_> {
    pub(super) fn args_get(&mut self, pointers_ptr: u32, buffer_ptr: u32) -> Result<()> {
        self.write_strings(&self.wasi.state.lock().args, pointers_ptr, buffer_ptr)
    }

    pub(super) fn args_sizes_get(&mut self, count_ptr: u32, size_ptr: u32) -> Result<()> {
        self.write_string_sizes(&self.wasi.state.lock().args, count_ptr, size_ptr)
    }

    pub(super) fn environ_get(&mut self, pointers_ptr: u32, buffer_ptr: u32) -> Result<()> {
        self.write_strings(&self.wasi.state.lock().env, pointers_ptr, buffer_ptr)
    }

    pub(super) fn environ_sizes_get(&mut self, count_ptr: u32, size_ptr: u32) -> Result<()> {
        self.write_string_sizes(&self.wasi.state.lock().env, count_ptr, size_ptr)
    }

    /// Writes the strings to the address `buffer_ptr`, each followed by a null byte. Writes an array with the address
    /// of each string to the address `pointers_ptr`.
    fn write_strings(&self, strings: &[Vec<u8>], pointers_ptr: u32, buffer_ptr: u32) -> Result<()> {
        let (mut pointer_ptr, mut string_ptr) = (pointers_ptr, buffer_ptr);
        for string in strings {
            self.guest.write_u32(pointer_ptr, string_ptr)?;
            self.guest.write(string_ptr, string)?;
            string_ptr = string_ptr.checked_add(string.len() as u32).ok_or(Errno::FAULT)?;
            self.guest.write(string_ptr, &[0])?;
            string_ptr = string_ptr.checked_add(1).ok_or(Errno::FAULT)?;
            pointer_ptr = pointer_ptr.checked_add(4).ok_or(Errno::FAULT)?;
        }
        Ok(())
    }

    /// Writes the number of strings to the address `count_ptr`. Writes the size of the buffer that
    /// [`Call::write_strings`] needs, in bytes, to the address `size_ptr`.
    fn write_string_sizes(&self, strings: &[Vec<u8>], count_ptr: u32, size_ptr: u32) -> Result<()> {
        let total: usize = strings.iter().map(|string| string.len() + 1).sum();
        self.guest.write_u32(count_ptr, u32::try_from(strings.len()).map_err(|_| Errno::OVERFLOW)?)?;
        self.guest.write_u32(size_ptr, u32::try_from(total).map_err(|_| Errno::OVERFLOW)?)
    }

    pub(super) fn clock_res_get(&mut self, id: u32, out_ptr: u32) -> Result<()> {
        match id {
            // The resolution is 1 nanosecond, as `clock_getres` returns on Linux.
            REALTIME | MONOTONIC => self.guest.write_u64(out_ptr, 1),
            // These clocks are not available, because they would measure the CPU time of the host, not of the guest.
            PROCESS_CPU_TIME | THREAD_CPU_TIME => Err(Errno::BADF.into()),
            _ => Err(Errno::INVAL.into()),
        }
    }

    pub(super) fn clock_time_get(&mut self, id: u32, _precision: u64, out_ptr: u32) -> Result<()> {
        let now = match id {
            REALTIME => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
            MONOTONIC => self.wasi.started.elapsed(),
            PROCESS_CPU_TIME | THREAD_CPU_TIME => return Err(Errno::BADF.into()),
            _ => return Err(Errno::INVAL.into()),
        };
        self.guest.write_u64(out_ptr, u64::try_from(now.as_nanos()).map_err(|_| Errno::OVERFLOW)?)
    }

    pub(super) fn random_get(&mut self, ptr: u32, len: u32) -> Result<()> {
        let mut total = 0;
        self.guest.check(ptr, len as usize)?;
        while total < len {
            self.interrupts.check_if_due()?;
            // If the memory is shared, one call of `fill` may fill only a part of the piece.
            let piece = (len - total).min(MAX_PIECE as u32);
            let count = self.guest.fill(ptr + total, piece, |buffer| {
                getrandom::fill(buffer).map_err(|_| Errno::IO)?;
                Ok(buffer.len())
            })?;
            total += count as u32;
        }
        Ok(())
    }

    pub(super) fn proc_exit(&mut self, code: u32) -> Result<()> {
        Err(Failure::Stop(Stop::Exit(code)))
    }

    pub(super) fn proc_raise(&mut self, signal: u32) -> Result<()> {
        Err(if signal > MAX_SIGNAL { Errno::INVAL } else { Errno::NOTSUP }.into())
    }

    pub(super) fn sched_yield(&mut self) -> Result<()> {
        std::thread::yield_now();
        Ok(())
    }

    pub(super) fn sock_accept(&mut self, fd: u32, _flags: u32, _out_ptr: u32) -> Result<()> {
        self.fail_without_socket(fd)
    }

    pub(super) fn sock_recv(
        &mut self,
        fd: u32,
        _iovs_ptr: u32,
        _iovs_len: u32,
        _flags: u32,
        _out_ptr: u32,
        _out_flags_ptr: u32,
    ) -> Result<()> {
        self.fail_without_socket(fd)
    }

    pub(super) fn sock_send(
        &mut self,
        fd: u32,
        _iovs_ptr: u32,
        _iovs_len: u32,
        _flags: u32,
        _out_ptr: u32,
    ) -> Result<()> {
        self.fail_without_socket(fd)
    }

    pub(super) fn sock_shutdown(&mut self, fd: u32, _how: u32) -> Result<()> {
        self.fail_without_socket(fd)
    }

    /// Fails with `ENOTSOCK`, because no descriptor is a socket. Fails with `EBADF` if the descriptor is not open.
    fn fail_without_socket(&self, fd: u32) -> Result<()> {
        self.wasi.get(fd)?;
        Err(Errno::NOTSOCK.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::guest_memory::TestMemory;
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

    #[test]
    fn random_bytes_end_with_the_guest() {
        let len = 1 << 30;
        let guest = TestGuest::with_memory(WasiContext::new(), TestMemory::new(len, false));
        guest.ends.set(true);
        assert!(matches!(guest.call("random_get", &[0, len as u64]), Err(Failure::Stop(Stop::Ended(_)))));
        assert!(guest.memory().read(len - 64, 64).unwrap().iter().all(|byte| *byte == 0));
    }
}
