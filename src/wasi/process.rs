//! The calls that are not about files: arguments, clocks, chance, the end; and sockets, of which there are none.

use crate::wasi::calls::Call;
use crate::wasi::{Errno, Failure, Result, Stop};
use std::time::SystemTime;

const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;

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

    /// Writes the strings one after another, each with a NUL, and pointers to them.
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

    fn string_sizes(&self, strings: &[Vec<u8>], count: u32, size: u32) -> Result<()> {
        let total: usize = strings.iter().map(|string| string.len() + 1).sum();
        self.guest.write_u32(count, u32::try_from(strings.len()).map_err(|_| Errno::OVERFLOW)?)?;
        self.guest.write_u32(size, u32::try_from(total).map_err(|_| Errno::OVERFLOW)?)
    }

    pub(super) fn clock_res_get(&mut self, id: u32, out: u32) -> Result<()> {
        match id {
            // As the operating system has it: `clock_getres` says one nanosecond.
            REALTIME | MONOTONIC => self.guest.write_u64(out, 1),
            // Those of the process and the thread, which are the host's business.
            2 | 3 => Err(Errno::BADF.into()),
            _ => Err(Errno::INVAL.into()),
        }
    }

    pub(super) fn clock_time_get(&mut self, id: u32, _precision: u64, out: u32) -> Result<()> {
        let now = match id {
            REALTIME => SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default(),
            MONOTONIC => self.wasi.started.elapsed(),
            2 | 3 => return Err(Errno::BADF.into()),
            _ => return Err(Errno::INVAL.into()),
        };
        self.guest.write_u64(out, u64::try_from(now.as_nanos()).map_err(|_| Errno::OVERFLOW)?)
    }

    pub(super) fn random_get(&mut self, ptr: u32, len: u32) -> Result<()> {
        let mut done = 0;
        self.guest.check(ptr, len as usize)?;
        // In steps, where the memory is shared and is not filled at once.
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
        // `signal` ends at `sys`.
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

    /// No descriptor is a socket, as nothing opens one.
    fn no_socket(&self, fd: u32) -> Result<()> {
        self.wasi.get(fd)?;
        Err(Errno::NOTSOCK.into())
    }
}
